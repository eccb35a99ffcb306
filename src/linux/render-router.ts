// A VPC's network → what its router namespace holds. Pure; the goldens in test/networks are this file's output.

import { type Cidr, cidrCovers } from '../lib/cidr.ts';
import { metadataAddress } from '../network/compile.ts';
import { endpointMtu, vpcMtu } from '../network/mtu.ts';
import type {
  CompiledRoute,
  CompiledRouteTable,
  EndpointLegNode,
  HubAttachment,
  Network,
  NetworkInterfaceNode,
  VpcNetwork,
} from '../network/network.ts';
import { isInnerRoute } from '../network/route-choice.ts';
import { kernelDestination } from './kernel-destination.ts';
import {
  consumerLink,
  gatewayEndpointLink,
  hubLink,
  interfaceLink,
  internetGatewayLink,
  namespaceName,
  peeringLink,
  serviceDoorLink,
  serviceLink,
} from './link-name.ts';
import {
  type CloudMark,
  farRouterMacAddress,
  type Link,
  type NamespaceState,
  nextHop,
  routerMacAddress,
} from './namespace-state.ts';
import { hasWire, listGatewayLinks, wireOf } from './render-gateway.ts';
import { renderRouterTable } from './render-router-table.ts';
import { innerTable, numberTables, straightMark } from './route-table-number.ts';

/** @param consumers the VPCs that have an endpoint leading here */
export function renderRouter(mark: CloudMark, vpc: VpcNetwork, consumers: VpcNetwork[]): NamespaceState {
  const tables = numberTables(vpc.routeTables.map(({ routeTableId }) => routeTableId));
  const state: NamespaceState = {
    name: namespaceName(mark, vpc.vpcId),
    kind: 'router',
    id: vpc.vpcId,
    routerId: vpc.vpcId,
    links: new Map(),
    addresses: new Set(),
    routes: new Map(),
    neighbours: new Map(),
    rules: new Set(),
    nft: renderRouterTable(vpc, tables),
    targets: listTargets(vpc),
  };
  placeLocalAddresses(state, vpc);
  for (const node of vpc.interfaces) placeInterface(state, mark, node);
  for (const leg of vpc.endpointLegs) placeEndpointLeg(state, mark, vpc, leg);
  for (const consumer of consumers) placeConsumer(state, consumer);
  placePeerings(state, mark, vpc);
  for (const attachment of vpc.hubAttachments) placeHubAttachment(state, mark, attachment);
  for (const link of listGatewayLinks(mark, vpc)) placeRouterLink(state, link);
  for (const { ownerId, privateIpAddress } of vpc.serviceInterfaces) {
    const way = `via ${nextHop} dev ${serviceDoorLink(ownerId)} onlink`;
    state.routes.set(`${privateIpAddress} table main`, way);
  }
  placeRouteTables(state, vpc, tables);
  return state;
}

function listTargets({ targetPools, loadBalancers }: VpcNetwork): NamespaceState['targets'] {
  const key = (protocol: string, { address, port }: { address: string; port: number }) =>
    `${protocol} ${address} ${port}`;
  return {
    used: new Set(
      targetPools.flatMap(({ protocol, targets }) => targets.map((target) => key(protocol, target))),
    ),
    lost: new Set(
      targetPools.flatMap(({ protocol, lostTargets }) => lostTargets.map((target) => key(protocol, target))),
    ),
    nodeAddresses: loadBalancers.flatMap(({ nodes }) =>
      nodes.map(({ privateIpAddress }) => privateIpAddress),
    ),
  };
}

function placeLocalAddresses(state: NamespaceState, vpc: VpcNetwork): void {
  const nodes = vpc.loadBalancers.flatMap((loadBalancer) =>
    loadBalancer.nodes.map((node) => node.privateIpAddress),
  );
  for (const address of [...vpc.routerAddresses, ...vpc.resolver.addresses, metadataAddress, ...nodes]) {
    state.addresses.add(`${address}/32 dev lo`);
  }
  // What belongs to the VPC and to nobody in it: led to lo, where the program refuses it, so that it never takes another route.
  for (const { cidrBlock } of vpc.cidrBlocks) state.routes.set(`${cidrBlock} table main`, 'dev lo');
}

function placeInterface(state: NamespaceState, mark: CloudMark, node: NetworkInterfaceNode): void {
  const wire = wireOf(mark, node);
  if (!wire) return;
  const name = interfaceLink(node.networkInterfaceId);
  state.links.set(name, {
    name,
    macAddress: routerMacAddress,
    mtu: vpcMtu,
    altname: wire.altname,
    peer: { namespace: wire.namespace, name: wire.device, macAddress: node.macAddress },
  });
  state.routes.set(`${node.privateIpAddress} table main`, `dev ${name}`);
  state.neighbours.set(`${node.privateIpAddress} dev ${name}`, node.macAddress);
}

function placeEndpointLeg(
  state: NamespaceState,
  mark: CloudMark,
  vpc: VpcNetwork,
  leg: EndpointLegNode,
): void {
  if (!leg.providerVpcId) return; // stays with the VPC's own block: refused as unroutable
  const name = serviceLink(leg.providerVpcId);
  const peer = { namespace: namespaceName(mark, leg.providerVpcId), name: consumerLink(vpc.vpcId) };
  placeRouterLink(state, { name, mtu: endpointMtu, altname: `${vpc.vpcId}.${leg.providerVpcId}`, peer });
  state.routes.set(`${leg.privateIpAddress} table main`, `via ${nextHop} dev ${name} onlink`);
}

function placeRouterLink(
  state: NamespaceState,
  link: Pick<Link, 'name' | 'mtu' | 'altname'> & { peer: { namespace: string; name: string } },
): void {
  const peer = { ...link.peer, macAddress: farRouterMacAddress };
  state.links.set(link.name, { ...link, macAddress: routerMacAddress, peer });
  state.neighbours.set(`${nextHop} dev ${link.name}`, farRouterMacAddress);
}

/** Who has an endpoint into whom, by the provider's VPC. */
export function findConsumers(network: Network): Map<string, VpcNetwork[]> {
  const consumersOf = new Map<string, VpcNetwork[]>();
  for (const consumer of network.vpcs.values()) {
    for (const provider of new Set(consumer.endpointLegs.map(({ providerVpcId }) => providerVpcId))) {
      if (!provider) continue;
      const consumers = consumersOf.get(provider);
      if (consumers) consumers.push(consumer);
      else consumersOf.set(provider, [consumer]);
    }
  }
  return consumersOf;
}

/** The consumer's router makes the link; here is the way back to its clients. */
function placeConsumer(state: NamespaceState, consumer: VpcNetwork): void {
  const name = consumerLink(consumer.vpcId);
  state.neighbours.set(`${nextHop} dev ${name}`, routerMacAddress);
  for (const { fabricBlock } of consumer.cidrBlocks) {
    state.routes.set(`${fabricBlock} table main`, `via ${nextHop} dev ${name} onlink`);
  }
}

/** One link per peering, made by the VPC whose id sorts first. */
function placePeerings(state: NamespaceState, mark: CloudMark, vpc: VpcNetwork): void {
  for (const { vpcPeeringConnectionId, peerVpcId } of vpc.peerings) {
    const name = peeringLink(vpcPeeringConnectionId);
    if (vpc.vpcId < peerVpcId) {
      const peer = { namespace: namespaceName(mark, peerVpcId), name };
      placeRouterLink(state, { name, mtu: vpcMtu, altname: vpcPeeringConnectionId, peer });
    } else {
      state.neighbours.set(`${nextHop} dev ${name}`, routerMacAddress);
    }
  }
}

function placeHubAttachment(
  state: NamespaceState,
  mark: CloudMark,
  { hubId, attachmentId, mtu }: HubAttachment,
): void {
  const name = hubLink(attachmentId);
  const peer = { namespace: namespaceName(mark, hubId), name };
  placeRouterLink(state, { name, mtu, altname: attachmentId, peer });
}

/** ORDER: the VPC's own addresses (main) before a subnet's table, so that `local` wins; then nowhere, which is refused and counted. */
function placeRouteTables(state: NamespaceState, vpc: VpcNetwork, tables: Map<string, number>): void {
  const leadsSomewhere = vpc.routeTables.some(({ routes }) =>
    routes.some(({ target }) => target.kind !== 'local'),
  );
  if (!leadsSomewhere) {
    // KERNEL: rules of our own cost every packet; with nothing but local routes main is enough.
    state.routes.set('default table main', 'dev lo');
    return;
  }
  for (const routeTable of vpc.routeTables) {
    const number = tables.get(routeTable.routeTableId)!;
    state.rules.add(`pref 33000 fwmark ${number} lookup ${number}`);
    const [inner, outer] = [true, false].map((isInner) =>
      routeTable.routes.filter((route) => isInnerRoute(vpc, route) === isInner),
    ) as [CompiledRoute[], CompiledRoute[]];
    placeRoutes(state, outer, number);
    if (inner.length > 0) placeInnerRoutes(state, vpc, routeTable, inner, number);
  }
  state.rules.add('pref 34000 lookup 999');
  state.routes.set('default table 999', 'dev lo');
}

function placeRoutes(state: NamespaceState, routes: CompiledRoute[], table: number): void {
  for (const { destination, target } of routes) {
    const key = `${kernelDestination(destination)} table ${table}`;
    const way = renderTarget(target);
    // Of equal prefixes the first is the one that counts.
    if (way && !state.routes.has(key)) state.routes.set(key, way);
  }
}

/** ORDER: before main. AWS: but within a subnet no route is asked, so what is for its own goes straight to main. */
function placeInnerRoutes(
  state: NamespaceState,
  vpc: VpcNetwork,
  { routeTableId }: CompiledRouteTable,
  inner: CompiledRoute[],
  number: number,
): void {
  placeRoutes(state, inner, innerTable(number));
  for (const node of vpc.interfaces) {
    const origin = nameOrigin(node);
    if (node.routeTableId !== routeTableId || !origin) continue;
    if (inner.some(({ destination }) => cidrCovers(destination, node.subnetCidrBlock)))
      state.rules.add(`pref 100 ${origin(node.subnetCidrBlock)} lookup 254`);
  }
  state.rules.add(`pref 200 fwmark ${number} lookup ${innerTable(number)}`);
  state.rules.add(`pref 33000 fwmark ${straightMark(number)} lookup ${number}`);
}

/** What comes from an interface, as a rule says it: by its wire, or as an endpoint's answers, by its address. */
function nameOrigin(node: NetworkInterfaceNode): ((to: Cidr) => string) | undefined {
  const { networkInterfaceId, privateIpAddress, behind } = node;
  if (hasWire(node)) return (to) => `to ${to} iif ${interfaceLink(networkInterfaceId)}`;
  if (behind.kind !== 'service' && behind.kind !== 'vpc-endpoint') return undefined;
  return (to) => `from ${privateIpAddress} to ${to}`;
}

/** Undefined for `local`: the VPC's own addresses are in the main table, which every packet asks first. */
function renderTarget(target: CompiledRoute['target']): string | undefined {
  const overLink = (link: string) => `via ${nextHop} dev ${link} onlink`;
  switch (target.kind) {
    case 'local':
      return undefined;
    case 'blackhole':
      return 'dev lo';
    case 'vpc-peering-connection':
      return overLink(peeringLink(target.vpcPeeringConnectionId));
    case 'hub':
      return overLink(hubLink(target.attachmentId));
    case 'gateway-endpoint':
      return overLink(gatewayEndpointLink(target.vpcEndpointId));
    case 'internet-gateway':
      return overLink(internetGatewayLink(target.internetGatewayId));
    case 'nat-gateway':
    case 'network-interface':
      return `via ${target.privateIpAddress} dev ${interfaceLink(target.networkInterfaceId)} onlink`;
  }
}
