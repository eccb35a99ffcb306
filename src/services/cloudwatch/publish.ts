// From what has moved at metered places to AWS's metrics with their dimension sets.
// AWS: PrivateLink and load balancers report for minutes in which packets came to them; what did not move is silent and not zero.

import type { Dimension, Metric, Observation } from '../../cloud/metric.ts';
import type { CountName, Counts } from '../../lib/traffic.ts';
import type { ConnectionPlace, EndpointLegPlace, MeteredPlace } from './metered-place.ts';

/** What a place did since it was last looked at. */
export interface Movement<P extends MeteredPlace = MeteredPlace> {
  place: P;
  moved: Counts;
  /** Flows that are open now. */
  active: { tcp: number; udp: number };
  /** Packets came in this minute, now or when it was last looked at. */
  isAwake: boolean;
}

type Owner = Pick<Metric, 'accountId' | 'region'>;
/** A metric's name, what it is made of, its unit if it is not a count. */
type Measure = [name: string, kind: Observation['kind'], value: number, unit?: Metric['unit']];

export function publishMovements(movements: Movement[]): Observation[] {
  const isOf = <K extends MeteredPlace['kind']>(kind: K) =>
    movements.filter(({ place }) => place.kind === kind) as Movement<Extract<MeteredPlace, { kind: K }>>[];
  const connections = isOf('connection');
  return [
    ...publishEndpoints([...isOf('endpoint'), ...connections.map(showConsumer)]),
    ...publishServices(connections),
    ...publishLoadBalancers([...connections, ...isOf('node')]),
  ];
}

const sumOf = (movements: readonly Movement[], ...names: CountName[]) =>
  movements.reduce((sum, { moved }) => sum + names.reduce((all, name) => all + (moved[name] ?? 0), 0), 0);

const ways = ['sent', 'received'] as const;
const allBytes = ways.flatMap((way): CountName[] => [
  `${way}Bytes.tcp`,
  `${way}Bytes.udp`,
  `${way}Bytes.other`,
]);
const allPackets = ways.flatMap((way): CountName[] => [
  `${way}Packets.tcp`,
  `${way}Packets.udp`,
  `${way}Packets.other`,
]);

const openOf = (movements: readonly Movement[], protocol: 'tcp' | 'udp') =>
  movements.reduce((sum, { active }) => sum + active[protocol], 0);

/** Everything that moved, by each of the sets of dimensions; sets of which nothing is awake say nothing. */
function publishBy<M extends Movement>(
  namespace: string,
  movements: readonly M[],
  dimensionSets: ((movement: M) => Dimension[])[],
  measure: (movements: M[]) => Measure[],
): Observation[] {
  return dimensionSets.flatMap((dimensionsOf) => {
    const groups = new Map<string, { owner: Owner; dimensions: Dimension[]; movements: M[] }>();
    for (const movement of movements) {
      const { accountId, region } = movement.place;
      const dimensions = dimensionsOf(movement);
      const key = JSON.stringify([accountId, region, dimensions]);
      const group = groups.get(key);
      if (group) group.movements.push(movement);
      else groups.set(key, { owner: { accountId, region }, dimensions, movements: [movement] });
    }
    return [...groups.values()]
      .filter((group) => group.movements.some(({ isAwake }) => isAwake))
      .flatMap(({ owner, dimensions, movements }) =>
        measure(movements).map(([metricName, kind, value, unit = 'Count']): Observation => {
          const metric = { ...owner, namespace, metricName, dimensions, unit };
          return { metric, kind, value };
        }),
      );
  });
}

/** What a connection is to the consumer: whoever on the other side reset a flow, it was the service. */
export function showConsumer({
  place,
  moved,
  ...rest
}: Movement<ConnectionPlace>): Movement<EndpointLegPlace> {
  const { nodeResets = 0, serviceResets = 0, ...others } = moved;
  const resets = nodeResets + serviceResets;
  return { ...rest, place: place.leg, moved: resets > 0 ? { ...others, serviceResets: resets } : others };
}

function publishEndpoints(legs: Movement<EndpointLegPlace>[]): Observation[] {
  const endpoint = ({ place }: Movement<EndpointLegPlace>): Dimension[] => [
    ['Endpoint Type', 'Interface'],
    ['Service Name', place.serviceName],
    ['VPC Endpoint Id', place.vpcEndpointId],
    ['VPC Id', place.vpcId],
  ];
  const subnet = (leg: Movement<EndpointLegPlace>): Dimension[] => {
    const [type, name, ...ids] = endpoint(leg);
    return [type!, name!, ['Subnet Id', leg.place.subnetId], ...ids];
  };
  return publishBy('AWS/PrivateLinkEndpoints', legs, [endpoint, subnet], (legs) => [
    ['ActiveConnections', 'level', openOf(legs, 'tcp')],
    ['BytesProcessed', 'sum', sumOf(legs, ...allBytes), 'Bytes'],
    ['NewConnections', 'sum', sumOf(legs, 'opened.tcp')],
    ['PacketsDropped', 'sum', sumOf(legs, 'refusedPackets')],
    ['RstPacketsReceived', 'sum', sumOf(legs, 'serviceResets')],
  ]);
}

function publishServices(connections: Movement<ConnectionPlace>[]): Observation[] {
  type Name = (place: ConnectionPlace) => Dimension;
  const service: Name = ({ serviceId }) => ['Service Id', serviceId];
  const zone: Name = ({ availabilityZone }) => ['Az', availabilityZone];
  const loadBalancer: Name = ({ loadBalancerArn }) => ['Load Balancer Arn', loadBalancerArn];
  const endpoint: Name = ({ leg }) => ['VPC Endpoint Id', leg.vpcEndpointId];
  const sets = [
    [service],
    [zone, service],
    [loadBalancer, service],
    [zone, loadBalancer, service],
    [service, endpoint],
  ];
  const dimensionSets = sets.map(
    (names) =>
      ({ place }: Movement<ConnectionPlace>) =>
        names.map((name) => name(place)),
  );
  return publishBy('AWS/PrivateLinkServices', connections, dimensionSets, (connections) => [
    ['ActiveConnections', 'level', openOf(connections, 'tcp')],
    ['BytesProcessed', 'sum', sumOf(connections, ...allBytes), 'Bytes'],
    ['NewConnections', 'sum', sumOf(connections, 'opened.tcp')],
    ['RstPacketsSent', 'sum', sumOf(connections, 'serviceResets', 'nodeResets')],
  ]);
}

/** `net/orders/50dc6c495c0c9188` */
export const loadBalancerDimension = (loadBalancerArn: string): Dimension => [
  'LoadBalancer',
  loadBalancerArn.split(':loadbalancer/')[1]!,
];

function publishLoadBalancers(movements: Movement<Exclude<MeteredPlace, EndpointLegPlace>>[]): Observation[] {
  type M = (typeof movements)[number];
  const zone = ({ place }: M): Dimension => ['AvailabilityZone', place.availabilityZone];
  const loadBalancer = ({ place }: M) => loadBalancerDimension(place.loadBalancerArn);
  const sets = [(m: M) => [loadBalancer(m)], (m: M) => [zone(m), loadBalancer(m)]];
  return publishBy('AWS/NetworkELB', movements, sets, (movements) => [
    ['ActiveFlowCount', 'level', openOf(movements, 'tcp') + openOf(movements, 'udp')],
    ['NewFlowCount', 'sum', sumOf(movements, 'opened.tcp', 'opened.udp')],
    ['ProcessedBytes', 'sum', sumOf(movements, ...allBytes), 'Bytes'],
    ['ProcessedPackets', 'sum', sumOf(movements, ...allPackets)],
    ['TCP_Client_Reset_Count', 'sum', sumOf(movements, 'clientResets')],
    ['TCP_ELB_Reset_Count', 'sum', sumOf(movements, 'nodeResets')],
    ['TCP_Target_Reset_Count', 'sum', sumOf(movements, 'serviceResets')],
    ...ofProtocol(movements, 'TCP', 'tcp'),
    ...ofProtocol(movements, 'UDP', 'udp'),
  ]);
}

/** AWS: those of a protocol are reported when they are not zero. */
function ofProtocol(movements: Movement[], name: 'TCP' | 'UDP', protocol: 'tcp' | 'udp'): Measure[] {
  const measures: Measure[] = [
    [`ActiveFlowCount_${name}`, 'level', openOf(movements, protocol)],
    [`NewFlowCount_${name}`, 'sum', sumOf(movements, `opened.${protocol}`)],
    [
      `ProcessedBytes_${name}`,
      'sum',
      sumOf(movements, `sentBytes.${protocol}`, `receivedBytes.${protocol}`),
      'Bytes',
    ],
  ];
  return measures.filter(([, , value]) => value > 0);
}
