// Why a packet arrives or stops: the packet walk of A to B over the same compiled network the kernel was given,
// hop by hop in the kernel's order. It reads no rule the renderer does not read.

import type { Ipv4 } from '../lib/cidr.ts';
import { metadataAddress } from './compile.ts';
import { arriveIn, refuseAtRouter } from './explain-arrival.ts';
import { findBeside } from './explain-return.ts';
import { route } from './explain-route.ts';
import { leaveSiteHost, resolveFromSite } from './explain-site.ts';
import { parseTarget, resolveTarget } from './explain-target.ts';
import { type Explanation, type Packet, passGate, placeFacts, Stopped, Walk } from './explain-walk.ts';
import type { Flow } from './gate.ts';
import { findHost } from './hub.ts';
import { dnsListeners, isServed, metadataListeners } from './listener.ts';
import type { Network, NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { codeOfNothing, findPlace, type Place } from './place.ts';
import { chooseWay } from './route-choice.ts';
import type { PacketStopCode } from './stop-code.ts';

export type { Explanation, ServiceArrival } from './explain-walk.ts';

export type ExplainAnswer = Explanation | { error: string };

/**
 * @param from the id of an instance, an interface or a host of a site
 * @param to name, address or id, with `:port` and `/protocol`; without a port it is a ping
 */
export function explain(network: Network, from: string, to: string): ExplainAnswer {
  const target = parseTarget(to);
  if (!target)
    return {
      error: `cannot read '${to}': expected NAME, ADDRESS or ID with :PORT, such as vpce-0123456789abcdef0:80`,
    };
  const place = findPlace(network, from);
  const host = findHost(network, from);
  if (!place && !host)
    return {
      error: `${from} is not an instance or network interface with a place in a VPC, nor a host of a site`,
    };
  const walk: Walk = new Walk();
  try {
    const resolved = host
      ? resolveFromSite(walk, network, host, target.host)
      : resolveTarget(network, place!, target.host);
    if ('failed' in resolved) walk.stop(resolved.by, resolved.code, resolved.failed);
    if (resolved.text) walk.pass(resolved.by, resolved.text);
    const ways = resolved.addresses.map((address) =>
      walkTo(address, (way) => {
        if (host) leaveSiteHost(way, network, host, address, target.flow);
        else
          leave(
            way,
            network,
            { ...place!, isNamed: from === place!.node.networkInterfaceId },
            address,
            target.flow,
          );
        checkArrivedThere(way, network, target.host, address, resolved.networkInterfaceId);
      }),
    );
    return joinWays(walk, resolved.by, ways);
  } catch (error) {
    if (error instanceof Stopped) return describeWalk(walk, false);
    throw error;
  }
}

export function describeWalk({ hops, reached, address, arrivesAt }: Walk, arrives: boolean): Explanation {
  return {
    ...{ arrives, hops, reached: arrives ? reached : [] },
    ...(address === undefined ? {} : { address }),
    ...(arrives && arrivesAt ? { arrivesAt } : {}),
  };
}

interface WayTo {
  address: Ipv4;
  arrives: boolean;
  walk: Walk;
}

function walkTo(address: Ipv4, takeWay: (walk: Walk) => void): WayTo {
  const walk = new Walk();
  walk.address = address;
  try {
    takeWay(walk);
    return { address, arrives: true, walk };
  } catch (error) {
    if (error instanceof Stopped) return { address, arrives: false, walk };
    throw error;
  }
}

/** A client takes any of a name's addresses, so the one that does not answer is told. */
function joinWays(before: Walk, by: string, ways: WayTo[]): Explanation {
  const told = ways.find(({ arrives }) => !arrives) ?? ways[0]!;
  const answering = ways.filter(({ arrives }) => arrives).map(({ address }) => address);
  if (!told.arrives && answering.length > 0)
    before.pass(by, `${answering.join(', ')} can be reached, but not ${told.address}:`);
  const explanation = describeWalk(told.walk, told.arrives);
  return { ...explanation, hops: [...before.hops, ...explanation.hops] };
}

/** Whoever asks about an id means that very one: another VPC may have the same address. */
export function checkArrivedThere(
  walk: Walk,
  network: Network,
  host: string,
  address: Ipv4,
  wanted: string | undefined,
): void {
  const { arrivedAtInterfaceId: arrived } = walk;
  if (wanted === undefined || arrived === wanted) return;
  const where = arrived === undefined ? undefined : findPlace(network, arrived)?.vpc.vpcId;
  const own = findPlace(network, wanted)?.vpc.vpcId;
  walk.stop(
    arrived ?? host,
    where === undefined ? 'NO_PATH' : 'DISCONNECTED_VPCS',
    where === undefined
      ? `${address} does not lead to ${host}`
      : `${address} is ${arrived} in ${where}; ${host} has the same address in ${own}, where nothing leads from here`,
  );
}

/** @param isNamed that very interface is asked about, and not the instance that it is the first of */
export function leave(
  walk: Walk,
  network: Network,
  { vpc, node, isNamed }: Place & { isNamed?: boolean },
  to: Ipv4,
  flow: Flow,
): void {
  const { networkInterfaceId, privateIpAddress: from, behind, routeTableId } = node;
  if (behind.kind !== 'instance' && behind.kind !== 'outbound-resolver')
    walk.stop(
      networkInterfaceId,
      codeOfSilence(behind),
      behind.kind === 'nothing' && behind.stopped
        ? `${behind.stopped.instanceId} is stopped: nobody sends from here`
        : 'nobody lives behind this interface to send from it',
      placeFacts(vpc, node),
    );
  if (isForService(walk, vpc, to, flow)) return;
  const own = to === from ? node : findBeside(vpc, node, to);
  if (own) {
    walk.arrivedAtInterfaceId = own.networkInterfaceId;
    const at = behind.kind === 'instance' ? behind.instanceId : networkInterfaceId;
    const text = `${to} is its own address: no packet leaves it`;
    // KERNEL: whoever does not say which address he sends from, sends from the very one that he asks for.
    walk.reach(at, isNamed ? from : to, text, placeFacts(vpc, own));
    return;
  }
  passGate(walk, vpc, node, 'egress', to, flow);
  refuseAtRouter(walk, vpc, to, flow);
  const packet: Packet = { from, to, flow, origin: vpc, sender: node, leftBy: node };
  const chosen = chooseWay(vpc, node, to)?.chosen;
  if (chosen?.target.kind === 'local') {
    const about = { vpcId: vpc.vpcId, route: chosen };
    walk.pass(routeTableId, `${to} is in ${vpc.vpcId}: route local`, about);
    arriveIn(walk, network, vpc, packet);
  } else {
    route(walk, network, { vpc, node }, packet);
  }
}

/** Of an interface behind which nobody sends. AWS: an endpoint begins no connection. */
function codeOfSilence(behind: NetworkInterfaceNode['behind']): PacketStopCode {
  if (behind.kind === 'nothing') return codeOfNothing(behind);
  return behind.kind === 'vpc-endpoint' || behind.kind === 'service' ? 'VPCE_INTRA_VPC_TRAFFIC' : 'NO_PATH';
}

/** The services that the VPC's router has itself, in front of every security group. */
function isForService(walk: Walk, vpc: VpcNetwork, to: Ipv4, flow: Flow): boolean {
  if (isServed(dnsListeners, flow) && vpc.resolver.addresses.includes(to)) {
    if (!vpc.resolver.enabled) return false;
    walk.pass(vpc.vpcId, `${to} is the resolver of ${vpc.vpcId}; security groups do not apply to it`);
    return true;
  }
  if (to === metadataAddress && isServed(metadataListeners, flow)) {
    walk.pass(vpc.vpcId, `${to} is the instance metadata service; security groups do not apply to it`);
    return true;
  }
  return false;
}
