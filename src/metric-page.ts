// The page for Prometheus, GET /_isthmus/metrics: what was counted in the life of each endpoint, service, load balancer and way, what
// routers refused, and how the daemon does. CloudWatch has the same figures by minute.

import type { MetricFamily, Sample } from './lib/prometheus.ts';
import type { CountName, Counts } from './lib/traffic.ts';
import type { Way } from './linux/way.ts';
import { totalName } from './meter.ts';
import type { MeteredPlace } from './services/cloudwatch/metered-place.ts';
import type { Movement } from './services/cloudwatch/publish.ts';

export interface MetricPageOptions {
  places: Iterable<MeteredPlace>;
  /** By `totalName` and the count. */
  totals: ReadonlyMap<string, number>;
  /** Of each place of which something is known: what is open. */
  movements: readonly Movement[];
  targets: { labels: Sample['labels']; value: number }[];
  ways: (Way & { vpcId: string })[];
  /** Packets by router and reason. */
  drops: { routerId: string; reason: string; packets: number }[];
  daemon: { name: string; help: string; value: number; labels?: Sample['labels'] }[];
}

type Labels = Record<string, string>;

/** Something that is counted, put together from places. */
interface Subject {
  labels: Labels;
  counts: Counts;
  active: { tcp: number; udp: number };
}

export function makeMetricPage(options: MetricPageOptions): MetricFamily[] {
  const places = [...options.places];
  const collect = (labelsOf: (place: MeteredPlace) => Labels | undefined) =>
    collectSubjects(places, options, labelsOf);
  // What its connections brought is in a node's own total, where it stays when they go.
  const nodes = places.filter(({ kind }) => kind === 'node');
  return [
    ...families('endpoint', 'an interface endpoint', collect(endpointLabels)),
    ...families('endpoint_service', 'an endpoint service', collect(serviceLabels)),
    ...families('load_balancer', 'a load balancer', collectSubjects(nodes, options, loadBalancerLabels)),
    {
      ...{
        name: 'isthmus_load_balancer_targets',
        help: 'Targets of a load balancer, by what their checks say.',
      },
      ...{ type: 'gauge', samples: options.targets },
    },
    ...wayFamilies(options.ways),
    {
      ...{ name: 'isthmus_dropped_packets_total', help: 'Packets that a router refused, by reason.' },
      type: 'counter',
      samples: options.drops.map(({ routerId, reason, packets }) => ({
        labels: { router: routerId, reason },
        value: packets,
      })),
    },
    ...options.daemon.map(
      ({ name, help, value, labels = {} }): MetricFamily => ({
        ...{ name: `isthmus_${name}`, help, type: 'gauge' },
        samples: [{ labels, value }],
      }),
    ),
  ];
}

const owner = ({ accountId, region }: MeteredPlace) => ({ account: accountId, region });

const endpointLabels = (place: MeteredPlace): Labels | undefined =>
  place.kind === 'endpoint'
    ? {
        ...owner(place),
        ...{ vpc_endpoint: place.vpcEndpointId, vpc: place.vpcId, subnet: place.subnetId },
        service: place.serviceName,
      }
    : undefined;

const serviceLabels = (place: MeteredPlace): Labels | undefined =>
  place.kind === 'connection'
    ? {
        ...owner(place),
        ...{ service: place.serviceId, vpc_endpoint: place.leg.vpcEndpointId, zone: place.availabilityZone },
      }
    : undefined;

const loadBalancerLabels = (place: MeteredPlace): Labels | undefined =>
  place.kind === 'endpoint'
    ? undefined
    : {
        ...owner(place),
        load_balancer: place.loadBalancerArn.split(':loadbalancer/')[1]!,
        zone: place.availabilityZone,
      };

function collectSubjects(
  places: MeteredPlace[],
  { totals, movements }: MetricPageOptions,
  labelsOf: (place: MeteredPlace) => Labels | undefined,
): Subject[] {
  const subjects = new Map<string, Subject>();
  const subjectOf = (place: MeteredPlace): Subject | undefined => {
    const labels = labelsOf(place);
    if (!labels) return undefined;
    const key = JSON.stringify(labels);
    const subject = subjects.get(key) ?? { labels, counts: {}, active: { tcp: 0, udp: 0 } };
    subjects.set(key, subject);
    return subject;
  };
  for (const place of places) {
    const subject = subjectOf(place);
    if (!subject) continue;
    for (const name of countNames) {
      const total = totals.get(`${totalName(place)} ${name}`);
      if (total) subject.counts[name] = (subject.counts[name] ?? 0) + total;
    }
  }
  // A connection is open at its consumer's end, too.
  for (const { place, active } of movements)
    for (const end of place.kind === 'connection' ? [place, place.leg] : [place]) {
      const subject = subjectOf(end);
      if (!subject) continue;
      subject.active.tcp += active.tcp;
      subject.active.udp += active.udp;
    }
  return [...subjects.values()];
}

const protocols = ['tcp', 'udp', 'other'] as const;
const countNames: CountName[] = [
  ...protocols.flatMap((protocol): CountName[] => [
    ...([`sentBytes.${protocol}`, `receivedBytes.${protocol}`] as const),
    ...([`sentPackets.${protocol}`, `receivedPackets.${protocol}`] as const),
    `opened.${protocol}`,
  ]),
  ...(['clientResets', 'serviceResets', 'nodeResets', 'refusedPackets'] as const),
];

const sum = (counts: Counts, ...names: CountName[]) =>
  names.reduce((all, name) => all + (counts[name] ?? 0), 0);

function families(prefix: string, of: string, subjects: Subject[]): MetricFamily[] {
  const family = (
    [name, type]: [string, MetricFamily['type']],
    help: string,
    read: (subject: Subject) => [Labels, number][],
  ): MetricFamily => ({
    ...{ name: `isthmus_${prefix}_${name}`, help, type },
    samples: subjects.flatMap((subject) =>
      read(subject).map(([labels, value]) => ({ labels: { ...subject.labels, ...labels }, value })),
    ),
  });
  const byWay =
    (unit: 'Bytes' | 'Packets') =>
    ({ counts }: Subject): [Labels, number][] =>
      (['sent', 'received'] as const).map((way) => [
        { direction: way },
        sum(counts, ...protocols.map((protocol): CountName => `${way}${unit}.${protocol}`)),
      ]);
  return [
    family(
      ['bytes_total', 'counter'],
      `Bytes through ${of}, IP headers counted; sent by clients.`,
      byWay('Bytes'),
    ),
    family(['packets_total', 'counter'], `Packets through ${of}.`, byWay('Packets')),
    family(['connections_total', 'counter'], `Flows that were opened through ${of}.`, ({ counts }) => [
      [{ protocol: 'tcp' }, sum(counts, 'opened.tcp')],
      [{ protocol: 'udp' }, sum(counts, 'opened.udp')],
    ]),
    family(['active_connections', 'gauge'], `Flows that are open through ${of}.`, ({ active }) => [
      [{ protocol: 'tcp' }, active.tcp],
      [{ protocol: 'udp' }, active.udp],
    ]),
    family(['resets_total', 'counter'], `Resets of TCP through ${of}, by who said it.`, ({ counts }) => [
      [{ from: 'client' }, sum(counts, 'clientResets')],
      [{ from: 'service' }, sum(counts, 'serviceResets')],
      ...(prefix === 'endpoint'
        ? []
        : [[{ from: 'load balancer' }, sum(counts, 'nodeResets')] as [Labels, number]]),
    ]),
    family(
      ['refused_packets_total', 'counter'],
      `Packets for ${of} that found it shut, or no listener, or no target.`,
      ({ counts }) => [[{}, sum(counts, 'refusedPackets')]],
    ),
  ];
}

function wayFamilies(ways: MetricPageOptions['ways']): MetricFamily[] {
  const samples = (unit: 'Bytes' | 'Packets') =>
    ways.flatMap((way) =>
      (['sent', 'received'] as const).map((direction) => ({
        labels: { way: way.id, kind: way.kind, vpc: way.vpcId, direction },
        value: way[`${direction}${unit}`],
      })),
    );
  const help =
    'out of a VPC and back: gateway endpoints, endpoints to AWS services, internet and NAT gateways.';
  return [
    { name: 'isthmus_way_bytes_total', help: `Bytes ${help}`, type: 'counter', samples: samples('Bytes') },
    {
      name: 'isthmus_way_packets_total',
      help: `Packets ${help}`,
      type: 'counter',
      samples: samples('Packets'),
    },
  ];
}
