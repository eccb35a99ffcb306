// Reads what a router has counted for metrics, and which flows are open in its conntrack. A router through which nothing has
// gone since is not asked again: its links' own counters, which cost no process, say so.

import { readFileSync } from 'node:fs';
import type { Ipv4 } from '../lib/cidr.ts';
import type { CountName, Counts, FlowProtocol, Place, PlaceTraffic } from '../lib/traffic.ts';
import type { Drop } from '../network/drop.ts';
import type { VpcNetwork } from '../network/network.ts';
import { consumerLink, namespaceName, namespacePath } from './link-name.ts';
import {
  type FlowKey,
  lostFlowSet,
  meterSetSize,
  meterSets,
  openedSet,
  resetSet,
  shutSet,
  trafficSet,
  unservedSet,
} from './meter-program.ts';
import { runInside } from './namespace.ts';
import type { CloudMark } from './namespace-state.ts';
import { dropReasons, portlessRefusalSet, refusalSet } from './refusal.ts';
import { tableName } from './router-program.ts';
import { inNamespace } from './system-call.ts';

type SetElement = {
  elem: {
    val: { concat: (string | number)[] } | string | number;
    counter: { packets: number; bytes: number };
  };
};
type Sets = Map<string, SetElement[]>;

interface Remembered {
  /** What the links had counted when it was read. */
  links: string;
  vpc: VpcNetwork;
  traffic: RouterTraffic;
}

/** What one router has counted since it was made. */
export interface RouterTraffic {
  places: ReadonlyMap<Place, PlaceTraffic>;
  /** Packets that it refused, by reason. */
  drops: ReadonlyMap<Drop['reason'], number>;
}

export type ReadTraffic = (vpc: VpcNetwork) => Promise<RouterTraffic>;

export function createTrafficReader(mark: CloudMark): ReadTraffic {
  const remembered = new Map<string, Remembered>();
  return async (vpc) => {
    const router = namespaceName(mark, vpc.vpcId);
    // ORDER: before the counters are read, so that what comes meanwhile is found next time.
    const links = inNamespace(namespacePath(router), () => readFileSync('/proc/thread-self/net/dev', 'utf8'));
    const known = remembered.get(vpc.vpcId);
    if (known?.links === links && known.vpc === vpc) return known.traffic;
    const traffic = await readRouter(router, vpc);
    remembered.set(vpc.vpcId, { links, vpc, traffic });
    return traffic;
  };
}

async function readRouter(router: string, vpc: VpcNetwork): Promise<RouterTraffic> {
  const doing = `reading what went through the endpoints of ${vpc.vpcId}`;
  const list = ['-j', '-n', 'list', 'sets', 'table', ...tableName.split(' ')];
  const [output, flows] = await Promise.all([
    runInside(router, 'nft', list, { doing }),
    countsFlows(vpc) ? runInside(router, 'conntrack', ['-L'], { doing }) : '',
  ]);
  const { nftables } = JSON.parse(output) as { nftables: { set?: { name: string; elem?: SetElement[] } }[] };
  const sets: Sets = new Map(
    nftables.flatMap(({ set }) => (set ? [[set.name, set.elem ?? []] as const] : [])),
  );
  await makeRoom(router, vpc, sets);
  const places = new Map<Place, PlaceTraffic>();
  const kindOf = createKindOf(vpc);
  countFlows(sets, 'address', (key) => placeAt(places, kindOf(String(key))));
  countFlows(sets, 'mark', (key) => placeAt(places, `connection ${Number(key)}`));
  countRefusals(sets, vpc, places);
  countOpen(flows, kindOf, places);
  return { places, drops: countDrops(sets) };
}

/** What is counted of those who are gone goes when a set is nearly full, or those who come would not be counted. */
async function makeRoom(router: string, vpc: VpcNetwork, sets: Sets): Promise<void> {
  const known = new Set<string>([
    ...vpc.interfaces.map(({ privateIpAddress }) => privateIpAddress),
    ...vpc.connections.flatMap(({ flowMark, endpointAddress }) => [String(flowMark), endpointAddress]),
  ]);
  const lines = meterSets.flatMap(({ name }) => {
    const elements = sets.get(name) ?? [];
    if (elements.length < meterSetSize * 0.75) return [];
    const gone = elements.flatMap(({ elem: { val } }) => {
      const parts = (typeof val === 'object' ? val.concat : [val]).map(String);
      return parts.some((part) => known.has(part)) ? [] : [parts.map(quoteName).join(' . ')];
    });
    // KERNEL: an argument has at most 128 KiB.
    return Array.from({ length: Math.ceil(gone.length / deletedAtOnce) }, (_, index) => {
      const some = gone.slice(index * deletedAtOnce, (index + 1) * deletedAtOnce);
      return `delete element ${tableName} ${name} { ${some.join(', ')} }`;
    });
  });
  const doing = `making room in the counters of ${vpc.vpcId}`;
  for (const line of lines) await runInside(router, 'nft', [line], { doing });
}

const deletedAtOnce = 1000;
const quoteName = (part: string) => (/^[\d.]+$/.test(part) ? part : `"${part}"`);

/** In the router of a VPC that is a consumer alone no flow is counted. */
const countsFlows = ({ serviceInterfaces, loadBalancers }: VpcNetwork) =>
  serviceInterfaces.length + loadBalancers.length > 0;

/** An address that clients call is an endpoint's or a load balancer's; of others, as those of a resolver's endpoint, nobody asks. */
function createKindOf({ loadBalancers }: VpcNetwork): (address: Ipv4) => Place {
  const nodes = new Set(
    loadBalancers.flatMap((one) => one.nodes.map(({ privateIpAddress }) => privateIpAddress)),
  );
  return (address) => (nodes.has(address) ? `node ${address}` : `endpoint ${address}`);
}

function placeAt(places: Map<Place, PlaceTraffic>, place: Place): PlaceTraffic {
  const known = places.get(place);
  if (known) return known;
  const fresh: PlaceTraffic = { counts: {}, active: { tcp: 0, udp: 0 } };
  places.set(place, fresh);
  return fresh;
}

function add(counts: Counts, name: CountName, value: number): void {
  counts[name] = (counts[name] ?? 0) + value;
}

const protocolNames: Record<string, FlowProtocol> = { '6': 'tcp', '17': 'udp' };
const protocolOf = (number: unknown): FlowProtocol => protocolNames[String(number)] ?? 'other';

function countFlows(sets: Sets, key: FlowKey, at: (key: string | number) => PlaceTraffic): void {
  for (const [[flow, direction, protocol], { packets, bytes }] of elementsOf(sets, trafficSet(key))) {
    const { counts } = at(flow!);
    const way = direction === 0 ? 'sent' : 'received';
    add(counts, `${way}Bytes.${protocolOf(protocol)}`, bytes);
    add(counts, `${way}Packets.${protocolOf(protocol)}`, packets);
  }
  for (const [[flow, protocol], { packets }] of elementsOf(sets, openedSet(key)))
    add(at(flow!).counts, `opened.${protocolOf(protocol)}`, packets);
  for (const [[flow, direction], { packets }] of elementsOf(sets, resetSet(key)))
    add(at(flow!).counts, direction === 0 ? 'clientResets' : 'serviceResets', packets);
}

function countRefusals(sets: Sets, vpc: VpcNetwork, places: Map<Place, PlaceTraffic>): void {
  for (const [[address], { packets }] of elementsOf(sets, shutSet))
    add(placeAt(places, `endpoint ${address}`).counts, 'refusedPackets', packets);
  const marks = new Map(
    vpc.connections.map(({ consumerVpcId, endpointAddress, flowMark }) => [
      `${consumerLink(consumerVpcId)} ${endpointAddress}`,
      flowMark,
    ]),
  );
  const ofService = [
    [unservedSet, 'refusedPackets'],
    [lostFlowSet, 'nodeResets'],
  ] as const;
  for (const [set, count] of ofService)
    for (const [[link, address], { packets }] of elementsOf(sets, set)) {
      const mark = marks.get(`${link} ${address}`);
      if (mark !== undefined) add(placeAt(places, `connection ${mark}`).counts, count, packets);
    }
}

function* elementsOf(
  sets: Sets,
  set: string,
): Generator<[(string | number)[], SetElement['elem']['counter']]> {
  for (const { elem } of sets.get(set) ?? [])
    yield [typeof elem.val === 'object' ? elem.val.concat : [elem.val], elem.counter];
}

function countDrops(sets: Sets): Map<Drop['reason'], number> {
  const drops = new Map<Drop['reason'], number>();
  for (const reason of dropReasons) {
    const elements = [refusalSet(reason), portlessRefusalSet(reason)].flatMap((name) => sets.get(name) ?? []);
    const packets = elements.reduce((sum, { elem }) => sum + elem.counter.packets, 0);
    if (packets > 0) drops.set(reason, packets);
  }
  return drops;
}

/** AWS: a TCP connection counts while it begins or is established, not while it ends. */
const activeFlow =
  /^(tcp) +6 \d+ (?:SYN_SENT|SYN_RECV|ESTABLISHED) .*?dst=(\S+) |^(udp) +17 \d+ .*?dst=(\S+) /;

function countOpen(list: string, kindOf: (address: Ipv4) => Place, places: Map<Place, PlaceTraffic>): void {
  for (const line of list.split('\n')) {
    const match = activeFlow.exec(line);
    if (!match) continue;
    const [, tcp, tcpAddress, , udpAddress] = match;
    const mark = Number(/ mark=(\d+)/.exec(line)?.[1] ?? 0);
    // A flow by a connection and one by a node are told apart by the mark; what is no place of ours has been counted nowhere.
    const place = places.get(`connection ${mark}`) ?? places.get(kindOf((tcpAddress ?? udpAddress)!));
    if (place) place.active[tcp ? 'tcp' : 'udp'] += 1;
  }
}
