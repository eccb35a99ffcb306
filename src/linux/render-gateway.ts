// The ways out of a VPC as links and namespaces.
//
//   router ──gwe…──▶ eth0 door (the front end's addresses are its own)     one per gateway endpoint
//   router ──ife…──▶ eth0 door (the interfaces' addresses are its own)     one per interface endpoint to an AWS service
//   router ──igw…──▶ vpc… internet ──vpc…──▶ another VPC's router          one internet per cloud
//   router ──eni…──▶ eth0 NAT gateway, and by the same interface back      one per NAT gateway
//   router ◀──eni…── eth0 the resolver's sockets that ask others           one per address of an outbound endpoint
//
// Whatever comes into a door came by its endpoint: so the service knows the endpoint and the VPC.

import type { VpcId } from '../cloud/id.ts';
import { cidrsOverlap } from '../lib/cidr.ts';
import { endpointMtu, vpcMtu } from '../network/mtu.ts';
import type {
  GatewayEndpointNode,
  Hub,
  Internet,
  InternetGatewayNode,
  NatGatewayNode,
  NetworkInterfaceNode,
  VpcNetwork,
} from '../network/network.ts';
import type { OutboundResolverNode } from '../network/resolver-endpoint.ts';
import { serviceOwners } from '../network/service-interface.ts';
import {
  gatewayEndpointLink,
  hubLink,
  internetGatewayLink,
  internetId,
  namespaceName,
  serviceDoorLink,
  vpcLink,
} from './link-name.ts';
import {
  type CloudMark,
  type Link,
  type NamespaceState,
  nextHop,
  routerMacAddress,
} from './namespace-state.ts';
import { renderNatProgram } from './nat-gateway-program.ts';
import { placeOnInterface } from './render-instance.ts';

/**
 * DIFFERS: internet-mtu the rules of the VPC's router hold TCP to that, and the link carries whatever fits a VPC: a datagram
 * too big for a narrow link would vanish, as nobody would be told to send smaller ones.
 */
const internetMtu = vpcMtu;

/** A namespace that holds nothing yet. */
function emptyState(
  mark: CloudMark,
  kind: NamespaceState['kind'],
  id: string,
  routerId?: string,
): NamespaceState {
  return {
    name: namespaceName(mark, id),
    kind,
    id,
    ...(routerId ? { routerId } : {}),
    links: new Map(),
    addresses: new Set(),
    routes: new Map(),
    neighbours: new Map(),
    rules: new Set(),
  };
}

/** Every namespace behind a VPC's gateways but the internet. */
export function renderGateways(mark: CloudMark, vpc: VpcNetwork): NamespaceState[] {
  return [
    ...vpc.gatewayEndpoints.map((endpoint) => renderGatewayDoor(mark, vpc, endpoint)),
    ...[...serviceOwners(vpc)].map(([ownerId, nodes]) =>
      renderDoor(
        mark,
        vpc.vpcId,
        ownerId,
        nodes.map(({ privateIpAddress }) => privateIpAddress),
      ),
    ),
    ...vpc.natGateways.map((natGateway) => renderNatGateway(mark, vpc, natGateway)),
    ...vpc.outboundResolvers.map((node) => renderOutboundResolver(mark, vpc, node)),
  ];
}

function renderGatewayDoor(
  mark: CloudMark,
  { vpcId, cidrBlocks: ownBlocks }: VpcNetwork,
  { vpcEndpointId, cidrBlocks }: GatewayEndpointNode,
): NamespaceState {
  const state = renderDoor(mark, vpcId, vpcEndpointId, cidrBlocks);
  // KERNEL: a VPC may have addresses out of the service's ranges, and nobody is let in whose address is local here.
  for (const { cidrBlock } of ownBlocks)
    if (cidrBlocks.some((range) => cidrsOverlap(range, cidrBlock)))
      state.routes.set(`${cidrBlock} table local`, `via ${nextHop} dev eth0 onlink`);
  return state;
}

/** @param addresses what is its own: ranges, or single addresses */
function renderDoor(mark: CloudMark, vpcId: VpcId, id: string, addresses: string[]): NamespaceState {
  const state = emptyState(mark, 'door', id, vpcId);
  for (const address of addresses) state.routes.set(`local ${address} table local`, 'dev lo');
  state.routes.set('default table main', `via ${nextHop} dev eth0 onlink`);
  state.neighbours.set(`${nextHop} dev eth0`, routerMacAddress);
  return state;
}

function renderNatGateway(
  mark: CloudMark,
  { vpcId }: VpcNetwork,
  { natGatewayId, privateIpAddress, subnetCidrBlock }: NatGatewayNode,
): NamespaceState {
  const state = emptyState(mark, 'nat-gateway', natGatewayId, vpcId);
  placeOnInterface(state, 0, privateIpAddress, subnetCidrBlock);
  state.nft = renderNatProgram(privateIpAddress);
  return state;
}

function renderOutboundResolver(
  mark: CloudMark,
  { vpcId }: VpcNetwork,
  { networkInterfaceId, privateIpAddress, subnetCidrBlock }: OutboundResolverNode,
): NamespaceState {
  const state = emptyState(mark, 'door', networkInterfaceId, vpcId);
  placeOnInterface(state, 0, privateIpAddress, subnetCidrBlock);
  return state;
}

/** Undefined while no VPC has an internet gateway and no site a way to it. */
export function renderInternet(
  mark: CloudMark,
  { publicAddresses, siteAddresses, serviceRanges }: Internet,
  vpcs: Iterable<VpcNetwork>,
  hubs: Iterable<Hub>,
): NamespaceState | undefined {
  const attached = [...vpcs].filter(({ internetGateway }) => internetGateway);
  const sitePorts = [...hubs].flatMap(({ ports }) =>
    ports.filter(({ leadsTo }) => leadsTo.kind === 'internet'),
  );
  if (attached.length + sitePorts.length === 0) return undefined;
  const state = emptyState(mark, 'internet', internetId);
  for (const range of serviceRanges) state.routes.set(`local ${range} table local`, 'dev lo');
  // DIFFERS: internet-and-nat nobody is there: no answer, as from an address of the real internet that nobody has.
  state.routes.set('blackhole default table main', '');
  for (const { vpcId } of attached)
    state.neighbours.set(`${nextHop} dev ${vpcLink(vpcId)}`, routerMacAddress);
  for (const [publicIpAddress, vpcId] of publicAddresses)
    state.routes.set(`${publicIpAddress} table main`, `via ${nextHop} dev ${vpcLink(vpcId)} onlink`);
  for (const { attachmentId } of sitePorts)
    state.neighbours.set(`${nextHop} dev ${hubLink(attachmentId)}`, routerMacAddress);
  for (const [address, { attachmentId }] of siteAddresses)
    state.routes.set(`${address} table main`, `via ${nextHop} dev ${hubLink(attachmentId)} onlink`);
  return state;
}

type RouterLink = Pick<Link, 'name' | 'mtu' | 'altname'> & { peer: { namespace: string; name: string } };

/** The router's ends. */
export function listGatewayLinks(mark: CloudMark, vpc: VpcNetwork): RouterLink[] {
  const { vpcId, gatewayEndpoints, internetGateway } = vpc;
  return [
    ...gatewayEndpoints.map(({ vpcEndpointId }) =>
      linkToDoor(mark, gatewayEndpointLink(vpcEndpointId), vpcEndpointId),
    ),
    ...[...serviceOwners(vpc).keys()].map((ownerId) => linkToDoor(mark, serviceDoorLink(ownerId), ownerId)),
    ...(internetGateway ? [linkToInternet(mark, vpcId, internetGateway)] : []),
  ];
}

function linkToDoor(mark: CloudMark, name: string, id: string): RouterLink {
  // The door is where flows end, so what it announces is enough.
  return { name, mtu: endpointMtu, altname: id, peer: { namespace: namespaceName(mark, id), name: 'eth0' } };
}

function linkToInternet(
  mark: CloudMark,
  vpcId: VpcId,
  { internetGatewayId }: InternetGatewayNode,
): RouterLink {
  return {
    name: internetGatewayLink(internetGatewayId),
    mtu: internetMtu,
    altname: internetGatewayId,
    peer: { namespace: namespaceName(mark, internetId), name: vpcLink(vpcId) },
  };
}

/** Whether there is a link for the interface in the VPC's router. */
export const hasWire = ({ behind }: NetworkInterfaceNode) =>
  behind.kind === 'instance' || behind.kind === 'nat-gateway' || behind.kind === 'outbound-resolver';

/** The far end of an interface's wire, and what marks the wire. Undefined: nobody with a wire is behind it. */
export function wireOf(
  mark: CloudMark,
  { networkInterfaceId, behind }: NetworkInterfaceNode,
): { altname: string; namespace: string; device: string } | undefined {
  if (behind.kind === 'instance')
    return {
      altname: `${networkInterfaceId}.boot-${behind.bootNumber}`,
      namespace: namespaceName(mark, behind.instanceId),
      device: `eth${behind.deviceIndex}`,
    };
  if (behind.kind === 'nat-gateway')
    return {
      altname: `${networkInterfaceId}.${behind.natGatewayId}`,
      namespace: namespaceName(mark, behind.natGatewayId),
      device: 'eth0',
    };
  if (behind.kind === 'outbound-resolver')
    return {
      altname: `${networkInterfaceId}.${behind.resolverEndpointId}`,
      namespace: namespaceName(mark, networkInterfaceId),
      device: 'eth0',
    };
  return undefined;
}
