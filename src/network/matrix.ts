// Who reaches whom: whoever sends (instances, hosts of sites) asked about whoever can be reached (endpoints too), by explain.
// What is worth asking of a destination is what its groups and listeners speak of, and what people try first.

import type { VpcId } from '../cloud/id.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import { sortFlows } from '../lib/flow-text.ts';
import { findLoadBalancer } from './balancing.ts';
import { type Explanation, explain } from './explain.ts';
import { type Flow, groupsOf } from './gate.ts';
import { findConnection } from './interface-endpoint.ts';
import { dnsListeners, interfaceEndpointListeners } from './listener.ts';
import type { EndpointLegNode, Network, NetworkInterfaceNode, VpcNetwork } from './network.ts';
import type { StopCode } from './stop-code.ts';

export interface MatrixMember {
  /** `i-…`, `host-…`, `vpce-…`, `rslvr-in-…` */
  id: string;
  kind: 'instance' | 'host' | 'endpoint';
  /** Absent for a host of a site. */
  vpcId?: VpcId;
  /** How explain is asked about it: by its id, or by a name of the service that a gateway endpoint leads to. */
  askedAs: string;
  /** Absent: an endpoint, which may have several, or none. */
  address?: Ipv4;
  /** Set where packets arrive only if they come by this gateway endpoint. */
  gatewayEndpointId?: string;
  /** What is asked of it when nobody says what. */
  flows: Flow[];
}

export interface MatrixAnswer {
  arrives: boolean;
  /** The id that stops it, or that lets it in last. */
  at: string;
  because: string;
  /** Absent: it arrives. */
  code?: StopCode;
  /** It is its answers that do not get back. */
  isAnswer?: true;
  /** Where the packets go. Absent: nowhere, so that none can be sent. */
  address?: Ipv4;
}

const ping: Flow = { protocol: 'icmp' };
const tcp = (port: number): Flow => ({ protocol: 'tcp', port });
const commonFlows = [ping, tcp(22), tcp(80), tcp(443)];
/** A group may open a thousand ports; the narrow rules are those that mean a service. */
const widestRange = 100;
const mostFlows = 24;

export const isSource = ({ kind }: MatrixMember) => kind !== 'endpoint';

export function listMembers(network: Network): MatrixMember[] {
  return [
    ...[...network.vpcs.values()].flatMap((vpc) => listInVpc(network, vpc)),
    ...[...network.hubs.values()].flatMap(({ ports }) =>
      ports.flatMap(({ attachmentId: id, leadsTo }): MatrixMember[] =>
        leadsTo.kind === 'host'
          ? [{ id, kind: 'host', askedAs: id, address: leadsTo.address, flows: commonFlows }]
          : [],
      ),
    ),
  ];
}

function listInVpc(network: Network, vpc: VpcNetwork): MatrixMember[] {
  const { vpcId } = vpc;
  const instances = vpc.interfaces.flatMap((node): MatrixMember[] => {
    const id = findInstanceId(node);
    if (!id) return [];
    const { privateIpAddress: address } = node;
    return [{ id, kind: 'instance', vpcId, askedAs: id, address, flows: flowsOfInstance(vpc, node) }];
  });
  const legs = Map.groupBy(vpc.endpointLegs, ({ vpcEndpointId }) => vpcEndpointId);
  const toServices = [...legs].map(([id, [leg]]): MatrixMember => {
    const flows = flowsOfService(network, vpc, leg!);
    return { id, kind: 'endpoint', vpcId, askedAs: id, flows };
  });
  const owners = Map.groupBy(vpc.serviceInterfaces, ({ ownerId }) => ownerId);
  const toAws = [...owners].map(([id, [node]]): MatrixMember => {
    const { behind } = node!;
    const isResolver = behind.kind === 'inbound-resolver';
    const flows = isResolver ? dnsListeners : interfaceEndpointListeners(behind.service);
    return { id, kind: 'endpoint', vpcId, askedAs: id, flows: sortFlows([...flows]) };
  });
  const gateways = vpc.gatewayEndpoints.map(({ vpcEndpointId: id, service, region }): MatrixMember => {
    const askedAs = `${service}.${region}.amazonaws.com`;
    return { id, kind: 'endpoint', vpcId, askedAs, gatewayEndpointId: id, flows: [tcp(443)] };
  });
  return [...instances, ...toServices, ...toAws, ...gateways];
}

/** By its first interface: that is the one its packets leave by. */
function findInstanceId({ behind }: NetworkInterfaceNode): string | undefined {
  const instance =
    behind.kind === 'nothing' ? behind.stopped : behind.kind === 'instance' ? behind : undefined;
  return instance?.deviceIndex === 0 ? instance.instanceId : undefined;
}

function flowsOfInstance(vpc: VpcNetwork, { groupIds, privateIpAddress }: NetworkInterfaceNode): Flow[] {
  const opened = groupsOf(vpc, groupIds).flatMap(({ ingress }) =>
    ingress.flatMap(({ protocol, ports }): Flow[] => {
      if ((protocol !== 'tcp' && protocol !== 'udp') || !ports || ports.to - ports.from > widestRange)
        return [];
      return [ports.from, ports.to].map((port) => ({ protocol, port }));
    }),
  );
  const served = vpc.targetPools.flatMap(({ protocol, targets }) =>
    targets
      .filter(({ address }) => address === privateIpAddress)
      .map(({ port }): Flow => ({ protocol, port })),
  );
  return sortFlows([...commonFlows, ...[...opened, ...served].slice(0, mostFlows)]);
}

/** The listeners of the load balancer that an endpoint leads to. */
function flowsOfService(network: Network, vpc: VpcNetwork, leg: EndpointLegNode): Flow[] {
  const provider = leg.providerVpcId === undefined ? undefined : network.vpcs.get(leg.providerVpcId);
  const connection = provider && findConnection(provider, vpc, leg);
  const loadBalancer = connection && findLoadBalancer(provider, connection.loadBalancerArn);
  const flows = loadBalancer?.listeners.map(({ protocol, port }): Flow => ({ protocol, port })) ?? [];
  return flows.length > 0 ? sortFlows(flows) : [tcp(80), tcp(443)];
}

export function askMatrix(network: Network, from: MatrixMember, to: MatrixMember, flow: Flow): MatrixAnswer {
  const explanation = explain(network, from.askedAs, describeTarget(to.askedAs, flow));
  if ('error' in explanation)
    return { arrives: false, at: to.id, code: 'NO_SOURCE_OR_DESTINATION', because: explanation.error };
  const { arrives, address, arrivesAt } = explanation;
  const where = address === undefined ? {} : { address };
  const cameBy = arrivesAt?.endpoint?.vpcEndpointId;
  if (!arrives || to.gatewayEndpointId === undefined || cameBy === to.gatewayEndpointId)
    return { arrives, ...where, ...lastWord(explanation) };
  const code = from.vpcId === to.vpcId ? 'NO_ROUTE_TO_DESTINATION' : 'VPCE_GATEWAY_REQUIRES_SOURCE_IN_VPC';
  const because = `${to.askedAs} is reached ${cameBy ? `by ${cameBy}` : 'over the internet'}, not by ${to.id}`;
  return { arrives: false, ...where, at: cameBy ?? to.id, code, because };
}

/** Whether packets to an address come to somebody, whoever that is: who was meant may have the same address as another. */
export function doPacketsArrive(network: Network, from: MatrixMember, address: Ipv4, flow: Flow): boolean {
  const explanation = explain(network, from.askedAs, describeTarget(address, flow));
  return 'arrives' in explanation && explanation.arrives;
}

const describeTarget = (host: string, { protocol, port }: Flow) =>
  port === undefined ? host : `${host}:${port}/${protocol}`;

/** What stopped it; or the group that let it in, which says more than that it arrives. */
function lastWord({
  arrives,
  hops,
}: Explanation): Pick<MatrixAnswer, 'at' | 'because' | 'code' | 'isAnswer'> {
  const hop = (arrives && hops.findLast(({ at }) => at.startsWith('sg-'))) || hops.at(-1);
  const { at = '', text: because = '', code, isAnswer } = hop ?? {};
  if (code === undefined) return { at, because };
  return { at, because, code, ...(isAnswer ? { isAnswer } : {}) };
}
