// A packet that leaves its VPC: the route it takes and what the route's target does with it.

import type { RouteTableId } from '../cloud/id.ts';
import { findFrontEnd } from '../cloud/public-range.ts';
import { type Cidr, cidrContains, type Ipv4, isPrivateAddress } from '../lib/cidr.ts';
import { arriveAtInstance, arriveIn } from './explain-arrival.ts';
import { cross, crossBack, crossBackIn, crossOut } from './explain-border.ts';
import { passHubs } from './explain-hub.ts';
import { comeBack, findBeside, findDoorway } from './explain-return.ts';
import { nameService } from './explain-service.ts';
import { beyond, headerOf, type Packet, passGate, type Walk } from './explain-walk.ts';
import { type Flow, nameFlow } from './gate.ts';
import { findUnservingAttachment } from './hub.ts';
import { isServed, nameListeners, publicFrontEndListeners } from './listener.ts';
import type { CompiledRoute, Network, VpcNetwork } from './network.ts';
import { findInterface } from './place.ts';
import {
  chooseWay,
  describeChoice,
  findBlock,
  leadsToAnotherNetwork,
  nameDestination,
} from './route-choice.ts';
import type { PacketStopCode } from './stop-code.ts';

/** Whose subnet's table is asked: an interface, or what a transit gateway brought by an attachment. */
interface RouteUser {
  routeTableId: RouteTableId;
  subnetCidrBlock?: Cidr;
  availabilityZone?: string;
  availabilityZoneId?: string;
  /** The attachment. */
  cameBy?: string;
}

type Target<Kind> = Extract<CompiledRoute['target'], { kind: Kind }>;

/** @param visited NAT gateways and forwarding interfaces the packet has been through */
export function route(
  walk: Walk,
  network: Network,
  { vpc, node }: { vpc: VpcNetwork; node: RouteUser },
  packet: Packet,
  visited: ReadonlySet<string> = new Set(),
): void {
  const choice = chooseWay(vpc, node, packet.to);
  const { vpcId } = vpc;
  if (!choice) walk.stop(node.routeTableId, 'NO_ROUTE_TO_DESTINATION', `no route to ${packet.to}`, { vpcId });
  const { target } = choice.chosen;
  const about = { vpcId, route: choice.chosen };
  if (target.kind === 'blackhole') {
    const because = `route ${nameDestination(choice.chosen)} is a blackhole: ${target.because}`;
    walk.stop(
      node.routeTableId,
      'BAD_STATE_ROUTE',
      choice.others.length > 0 ? `${because}; no shorter prefix is tried` : because,
      about,
    );
  }
  walk.pass(node.routeTableId, describeChoice(choice), about);
  if (node.cameBy) refuseTransit(walk, vpc, target, node.cameBy);
  switch (target.kind) {
    case 'local':
      arriveIn(walk, network, vpc, packet);
      break;
    case 'gateway-endpoint':
      crossOut(walk, vpc, packet);
      enterGatewayEndpoint(walk, vpc, target, packet);
      crossBackIn(walk, vpc, packet);
      break;
    case 'internet-gateway':
      crossOut(walk, vpc, packet);
      leaveByInternetGateway(walk, network, vpc, packet);
      crossBackIn(walk, vpc, packet);
      break;
    case 'nat-gateway':
      passNatGateway(walk, network, vpc, target, packet, visited);
      break;
    case 'vpc-peering-connection':
      crossOut(walk, vpc, packet);
      passPeering(walk, network, target, beyond(packet));
      if (walk.isAtGoal) crossBackIn(walk, vpc, packet);
      break;
    case 'hub':
      leaveByHub(walk, network, { vpc, node }, target, packet, visited);
      break;
    case 'network-interface':
      forwardTo(walk, network, vpc, target, packet, visited);
      break;
  }
}

function refuseTransit(
  walk: Walk,
  { vpcId }: VpcNetwork,
  target: CompiledRoute['target'],
  cameBy: string,
): void {
  if (!leadsToAnotherNetwork(target)) return;
  walk.stop(
    vpcId,
    'VPC_TRANSIT_RESTRICTION',
    `leads nothing from ${cameBy} to another network: one end must be its own`,
  );
}

function checkZone(
  walk: Walk,
  vpc: VpcNetwork,
  { availabilityZone, availabilityZoneId }: RouteUser,
  target: Target<'hub'>,
): void {
  if (!availabilityZoneId) return;
  const unserved = findUnservingAttachment(vpc, target, availabilityZoneId);
  if (unserved)
    walk.stop(
      unserved,
      'TGW_ROUTE_AZ_RESTRICTION',
      `has no subnet in ${availabilityZone}, so nothing of it gets out`,
      { vpcId: vpc.vpcId, ...(availabilityZone ? { availabilityZone } : {}) },
    );
}

function enterGatewayEndpoint(
  walk: Walk,
  vpc: VpcNetwork,
  { vpcEndpointId }: Target<'gateway-endpoint'>,
  { from, flow }: Packet,
): void {
  if (!vpc.cidrBlocks.some(({ cidrBlock }) => cidrContains(cidrBlock, from)))
    walk.stop(
      vpcEndpointId,
      'VPCE_GATEWAY_REQUIRES_SOURCE_IN_VPC',
      `${vpcEndpointId} is a gateway endpoint, and those are for interfaces of ${vpc.vpcId} alone`,
      { vpcId: vpc.vpcId },
    );
  checkFrontEndPort(walk, vpcEndpointId, flow, 'VPCE_GATEWAY_PROTOCOL_RESTRICTION');
  const { service, region } = vpc.gatewayEndpoints.find((one) => one.vpcEndpointId === vpcEndpointId)!;
  const { vpcId } = vpc;
  walk.pass(
    vpcEndpointId,
    `arrives at the ${nameService(service)} front end of ${region}, which sees source ${from} and ${vpcEndpointId}`,
    { vpcId },
  );
  const endpoint = { vpcEndpointId, vpcId, endpointType: 'gateway' as const };
  walk.arrivesAt = { service, region, sourceAddress: from, endpoint };
}

function leaveByInternetGateway(walk: Walk, network: Network, vpc: VpcNetwork, packet: Packet): void {
  const { internetGatewayId, publicAddresses } = vpc.internetGateway!;
  const own = publicAddresses.find(({ privateIpAddress }) => privateIpAddress === packet.from);
  if (!own)
    walk.stop(
      internetGatewayId,
      'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS',
      `${packet.from} has no public address, and without one nothing passes an internet gateway`,
      { vpcId: vpc.vpcId },
    );
  const { publicIpAddress } = own;
  const code = codeOfNowhere(packet.to);
  if (code !== 'NO_POSSIBLE_DESTINATION')
    walk.stop(
      internetGatewayId,
      code,
      `${packet.to} is a private address, and those are nowhere on the internet`,
      { vpcId: vpc.vpcId, inbound: headerOf(packet) },
    );
  walk.pass(internetGatewayId, `source ${packet.from} becomes ${publicIpAddress}`, {
    ...{ vpcId: vpc.vpcId, inbound: headerOf(packet) },
    outbound: headerOf({ ...packet, from: publicIpAddress }),
  });
  if (walk.endsAt(internetGatewayId)) return;
  crossInternet(walk, network, { ...beyond(packet), from: publicIpAddress, origin: 'internet' });
}

/** ORDER: as in the kernel, AWS's own ranges before the public addresses of VPCs. */
export function crossInternet(walk: Walk, network: Network, packet: Packet): void {
  const { from, to } = packet;
  const { serviceRanges, publicAddresses, siteAddresses } = network.internet;
  if (serviceRanges.some((range) => cidrContains(range, to))) {
    checkFrontEndPort(walk, 'internet', packet.flow, 'PROTOCOL_RESTRICTION');
    const frontEnd = findFrontEnd(to);
    if (!frontEnd) {
      walk.pass('internet', `arrives in a range of AWS, where no service has ${to}`);
      return;
    }
    const { service, region } = frontEnd;
    walk.pass(
      'internet',
      `arrives at the ${nameService(service)} front end of ${region}, which sees source ${from}`,
    );
    walk.arrivesAt = { service, region, sourceAddress: from };
    return;
  }
  const site = siteAddresses.get(to);
  if (site)
    walk.stop(
      site.hubId,
      'SITE_REJECTS_NEW_FLOWS',
      `${to} is the public address of a site, whose router lets answers in and nobody else`,
    );
  const vpc = network.vpcs.get(publicAddresses.get(to) ?? 'vpc-');
  if (!vpc?.internetGateway)
    walk.stop(
      'internet',
      codeOfNowhere(to),
      `nobody has ${to} here: this internet has AWS's services and this cloud's addresses`,
    );
  enterByInternetGateway(walk, network, vpc, packet);
}

/** @param packet from the internet */
export function enterByInternetGateway(walk: Walk, network: Network, vpc: VpcNetwork, packet: Packet): void {
  const { to } = packet;
  const { vpcId } = vpc;
  const { internetGatewayId, publicAddresses } = vpc.internetGateway!;
  const place = publicAddresses.find(({ publicIpAddress }) => publicIpAddress === to);
  if (!place)
    walk.stop(
      internetGatewayId,
      'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS',
      `${to} is the public address of no interface of ${vpcId}`,
      { vpcId, inbound: headerOf(packet) },
    );
  const { privateIpAddress, networkInterfaceId } = place;
  const inside = { ...packet, to: privateIpAddress };
  walk.pass(
    internetGatewayId,
    `${to} is ${networkInterfaceId} of ${vpcId}: destination becomes ${privateIpAddress}`,
    { vpcId, inbound: headerOf(packet), outbound: headerOf(inside) },
  );
  arriveIn(walk, network, vpc, inside);
}

/** Of an address that nobody on the internet has. AWS: an internet gateway refuses private ones by name. */
function codeOfNowhere(to: Ipv4): PacketStopCode {
  if (cidrContains('100.64.0.0/10', to)) return 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS';
  return isPrivateAddress(to) ? 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS' : 'NO_POSSIBLE_DESTINATION';
}

function passNatGateway(
  walk: Walk,
  network: Network,
  vpc: VpcNetwork,
  { natGatewayId, networkInterfaceId, privateIpAddress }: Target<'nat-gateway'>,
  packet: Packet,
  visited: ReadonlySet<string>,
): void {
  if (visited.has(natGatewayId))
    walk.stop(natGatewayId, 'ROUTE_LOOP', 'the route table of its own subnet leads back to it');
  const node = findInterface(vpc, networkInterfaceId)!;
  cross(walk, vpc, node, packet);
  const translated = { ...packet, from: privateIpAddress, origin: vpc, sender: node, leftBy: node };
  walk.pass(natGatewayId, `source ${packet.from} becomes its private address ${privateIpAddress}`, {
    ...{ vpcId: vpc.vpcId, networkInterfaceId, subnetId: node.subnetId },
    ...{ inbound: headerOf(packet), outbound: headerOf(translated) },
  });
  route(walk, network, { vpc, node }, translated, new Set([...visited, natGatewayId]));
  // AWS: who came from beyond the VPC needs a route in the NAT gateway's own table for the answers.
  comeBack(walk, network, vpc, node, packet);
}

export function passPeering(
  walk: Walk,
  network: Network,
  { vpcPeeringConnectionId, peerVpcId }: Target<'vpc-peering-connection'>,
  packet: Packet,
): void {
  const peer = network.vpcs.get(peerVpcId)!;
  const { to } = packet;
  if (walk.endsAt(vpcPeeringConnectionId)) return;
  if (!peer.cidrBlocks.some(({ cidrBlock }) => cidrContains(cidrBlock, to)))
    walk.stop(
      vpcPeeringConnectionId,
      'PCX_REQUIRES_ADDRESS_IN_VPC_CIDR',
      `${to} is not in ${peerVpcId}, and a peering leads no further${hintAtEndpoint(peer, to)}`,
      { peerVpcId, cidrBlocks: peer.cidrBlocks.map(({ cidrBlock }) => cidrBlock) },
    );
  checkBorder(walk, peer, vpcPeeringConnectionId, packet);
  arriveIn(walk, network, peer, packet);
}

/** Nobody beyond a VPC has an address of its own. */
export function checkBorder(walk: Walk, vpc: VpcNetwork, cameBy: string, { from }: Packet): void {
  if (findBlock(vpc, from) !== undefined)
    walk.stop(
      cameBy,
      'GATEWAY_REJECTS_SPOOFED_TRAFFIC',
      `source check: ${from} is an address of ${vpc.vpcId} itself, and comes from beyond it`,
    );
}

function leaveByHub(
  walk: Walk,
  network: Network,
  { vpc, node }: { vpc: VpcNetwork; node: RouteUser },
  target: Target<'hub'>,
  packet: Packet,
  visited: ReadonlySet<string>,
): void {
  const exit = findDoorway(vpc, target.attachmentId);
  if (exit) cross(walk, vpc, exit, packet);
  else crossOut(walk, vpc, packet);
  checkZone(walk, vpc, node, target);
  if (!walk.endsAt(target.hubId, target.attachmentId))
    passHubs(walk, network, target, beyond(packet), visited);
  if (walk.isAtGoal) crossBack(walk, vpc, exit, packet.sender, packet);
}

/** What a packet from elsewhere may have been meant to use. */
export function hintAtEndpoint({ vpcId, gatewayEndpoints }: VpcNetwork, to: Ipv4): string {
  const endpoint = gatewayEndpoints.find(({ cidrBlocks }) =>
    cidrBlocks.some((range) => cidrContains(range, to)),
  );
  return endpoint ? `; ${endpoint.vpcEndpointId} there serves interfaces of ${vpcId} alone` : '';
}

/** A route to an interface: a router or firewall of the user's own lives there, and what it does is its own affair. */
function forwardTo(
  walk: Walk,
  network: Network,
  vpc: VpcNetwork,
  { networkInterfaceId }: Target<'network-interface'>,
  packet: Packet,
  visited: ReadonlySet<string>,
): void {
  const { from, to, flow } = packet;
  if (visited.has(networkInterfaceId))
    walk.stop(networkInterfaceId, 'ROUTE_LOOP', 'the route table of its own subnet leads back to it');
  const middle = findInterface(vpc, networkInterfaceId)!;
  if (middle.privateIpAddress === to) {
    arriveIn(walk, network, vpc, packet);
    return;
  }
  if (middle.sourceDestCheck)
    walk.stop(
      networkInterfaceId,
      'ENI_SOURCE_DEST_CHECK_RESTRICTION',
      `source/destination check: ${to} is not its address`,
    );
  cross(walk, vpc, middle, packet);
  passGate(walk, vpc, middle, 'ingress', from, flow);
  const beside = findBeside(vpc, middle, to);
  if (beside) {
    // KERNEL: a system takes what is for any of its addresses, whichever interface it comes by.
    arriveAtInstance(walk, network, vpc, beside, packet);
    return;
  }
  if (findBeside(vpc, middle, from)) {
    const text = 'the packet comes back to who sent it, who takes it for a forgery';
    walk.stop(networkInterfaceId, 'ROUTE_LOOP', text);
  }
  walk.pass(networkInterfaceId, 'what follows holds if the system behind it forwards the packet as it is', {
    ...{ vpcId: vpc.vpcId, networkInterfaceId, subnetId: middle.subnetId },
  });
  passGate(walk, vpc, middle, 'egress', to, flow);
  const forwarded = { ...packet, leftBy: middle };
  route(walk, network, { vpc, node: middle }, forwarded, new Set([...visited, networkInterfaceId]));
}

/** Front ends have HTTP and HTTPS, and answer a ping. */
function checkFrontEndPort(walk: Walk, at: string, flow: Flow, wrongProtocol: PacketStopCode): void {
  if (flow.protocol === 'icmp' || isServed(publicFrontEndListeners, flow)) return;
  const served = nameListeners(publicFrontEndListeners);
  const code = flow.protocol === 'tcp' ? 'SERVICE_PORT_RESTRICTION' : wrongProtocol;
  walk.stop(at, code, `the front ends of AWS's services have ${served}, not ${nameFlow(flow)}`);
}
