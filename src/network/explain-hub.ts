// A packet that goes by hubs: transit gateways, virtual private gateways, Direct Connect gateways and the routers of sites;
// and where it comes out of them: into a VPC, at a host of a site, on the internet.

import type { VpcId } from '../cloud/id.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import { arriveIn } from './explain-arrival.ts';
import { comeBackByHubs, findDoorway } from './explain-return.ts';
import { checkBorder, crossInternet, hintAtEndpoint, route } from './explain-route.ts';
import { headerOf, hubFacts, type Packet, type Walk } from './explain-walk.ts';
import type { Flow } from './gate.ts';
import { type HubEnd, walkHubs } from './hub.ts';
import { dnsListeners, isServed } from './listener.ts';
import type { HubPort, Network } from './network.ts';
import { chooseWay, findBlock } from './route-choice.ts';

/** By hubs into another VPC. @param attachmentId the port by which the packet comes to the hub */
export function passHubs(
  walk: Walk,
  network: Network,
  { hubId, attachmentId }: { hubId: string; attachmentId: string },
  packet: Packet,
  visited: ReadonlySet<string> = new Set(),
): void {
  const { steps, end } = walkHubs(network, hubId, attachmentId, packet.to);
  for (const step of steps) {
    walk.pass(step.at, step.text, { hub: hubFacts(step) });
    if (step.route.target.kind === 'port' && walk.endsAt(step.hubId, step.route.target.attachmentId)) return;
  }
  if (end.kind === 'stop')
    walk.stop(end.at, end.code, `${end.because}${hintBehind(network, end.hubId, packet.to)}`, {
      hub: hubFacts(end),
    });
  switch (end.kind) {
    case 'vpc':
      enterByHub(walk, network, end, packet, visited);
      break;
    case 'host':
      walk.arrivedAtInterfaceId = end.attachmentId;
      walk.reach(end.attachmentId, packet.from, `arrives at ${packet.to} in ${end.hubId}`, {
        inbound: headerOf(packet),
      });
      comeBackByHubs(walk, network, end, packet);
      walk.answer(() => walk.pass(end.hubId, `answers return to ${packet.from}`));
      break;
    case 'router':
      arriveAtRouter(walk, network, end.hubId, packet);
      break;
    case 'internet':
      leaveSite(walk, network, end, packet);
      break;
  }
}

/** Answers have to find the site by the address that it shows, and in it the way that the packet came. */
function leaveSite(
  walk: Walk,
  network: Network,
  end: Extract<HubEnd, { kind: 'internet' }>,
  packet: Packet,
): void {
  const { hubId, publicAddress: from } = end;
  walk.pass(hubId, `source ${packet.from} becomes ${from}, the site's public address`, {
    ...{ inbound: headerOf(packet), outbound: headerOf({ ...packet, from }) },
  });
  const home = network.internet.siteAddresses.get(from)?.hubId;
  if (home !== hubId)
    walk.stop(
      hubId,
      'RETURN_PATH_ENDS_ELSEWHERE',
      `answers to ${from} get to ${home}, which announces it too`,
    );
  comeBackByHubs(walk, network, end, packet);
  crossInternet(walk, network, { ...packet, from, origin: 'internet' });
}

export function checkSiteRouterPort(walk: Walk, hubId: string, to: Ipv4, flow: Flow): void {
  if (flow.protocol === 'icmp' || isServed(dnsListeners, flow)) return;
  walk.stop(
    hubId,
    'SITE_ROUTER_PORT_RESTRICTION',
    `${to} is the router of the site, which answers names (53) and a ping`,
  );
}

/** A site's router answers questions for names and a ping, and by the routes that its hosts have too. */
function arriveAtRouter(walk: Walk, network: Network, hubId: string, packet: Packet): void {
  const { from, to, flow } = packet;
  checkSiteRouterPort(walk, hubId, to, flow);
  walk.pass(hubId, `arrives at the router of the site, ${to}`);
  const [{ attachmentId }] = network.hubs.get(hubId)!.ports as [HubPort];
  comeBackByHubs(walk, network, { hubId, attachmentId }, packet);
  walk.answer(() => walk.pass(hubId, `answers return to ${from}`));
}

export function enterByHub(
  walk: Walk,
  network: Network,
  { vpcId, attachmentId }: { vpcId: VpcId; attachmentId: string },
  fromHub: Packet,
  visited: ReadonlySet<string> = new Set(),
): void {
  const vpc = network.vpcs.get(vpcId)!;
  const { to } = fromHub;
  checkBorder(walk, vpc, attachmentId, fromHub);
  const doorway = findDoorway(vpc, attachmentId);
  const packet = doorway ? { ...fromHub, leftBy: doorway } : fromHub;
  const routeTableId = vpc.hubAttachments.find((one) => one.attachmentId === attachmentId)?.routeTableId;
  const isOwn = findBlock(vpc, to) !== undefined;
  // What a virtual private gateway brings is asked no table.
  if (isOwn && (!routeTableId || chooseWay(vpc, { routeTableId }, to)?.chosen.target.kind === 'local')) {
    arriveIn(walk, network, vpc, packet);
    return;
  }
  if (routeTableId === undefined)
    walk.stop(
      attachmentId,
      'VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS',
      `${to} is not in ${vpcId}, and ${attachmentId} leads no further${hintAtEndpoint(vpc, to)}`,
      { vpcId },
    );
  route(walk, network, { vpc, node: { routeTableId, cameBy: attachmentId } }, packet, visited);
}

/** The same for what a hub does not send on to a VPC behind it. */
function hintBehind(network: Network, hubId: string, to: Ipv4): string {
  const ports = network.hubs.get(hubId)?.ports ?? [];
  const hints = ports.map(({ leadsTo }) =>
    leadsTo.kind === 'vpc' ? hintAtEndpoint(network.vpcs.get(leadsTo.vpcId)!, to) : '',
  );
  return hints.find((hint) => hint !== '') ?? '';
}
