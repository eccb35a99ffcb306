// The contents of a router's sets, maps and small chains: who is in which group, which address is an endpoint,
// which targets stand behind a listener. `nft list ruleset` shows AWS's ids in the names and comments.

import { findLoadBalancer, findPool } from '../network/balancing.ts';
import { groupsOf } from '../network/gate.ts';
import { servesZone } from '../network/hub.ts';
import type {
  CompiledRule,
  CompiledSecurityGroup,
  Connection,
  NetworkInterfaceNode,
  TargetPool,
  VpcNetwork,
} from '../network/network.ts';
import { refuseByLoadBalancer } from './flow-log-program.ts';
import { gatewayMark } from './gateway-program.ts';
import { consumerLink, gatewayEndpointLink, hubLink, interfaceLink } from './link-name.ts';
import type { NftTable } from './nft-table.ts';
import { refuse } from './refusal.ts';
import { fillFlowLogs } from './render-flow-log.ts';
import { hasWire } from './render-gateway.ts';
import { fillNetworkAcls } from './render-network-acl.ts';
import { quote, renderProtocol } from './render-rule.ts';
import { straightMark, tablesWithInnerRoutes } from './route-table-number.ts';
import {
  declarationsOf,
  hooks,
  mapNames,
  noTarget,
  passingOf,
  renderProgram,
  setNames,
  tableName,
} from './router-program.ts';
import type { RouterRole } from './router-role.ts';

type MapName = (typeof mapNames)[number];
type SetName = (typeof setNames)[number];
type Direction = 'ingress' | 'egress';

export interface Draft {
  set(name: SetName, element: string): void;
  map(name: MapName, key: string, value: string): void;
  /** The chain that asks these groups in turn; made when first asked for. */
  gate(direction: Direction, groups: CompiledSecurityGroup[], ending?: string): string;
  chains: Map<string, string[]>;
}

/** @param tables the number of each route table */
export function renderRouterTable(vpc: VpcNetwork, tables: Map<string, number>): NftTable {
  const role = roleOf(vpc);
  const table: NftTable = {
    name: tableName,
    declarations: declarationsOf(role),
    passing: passingOf(role),
    program: renderProgram(vpc.cidrBlocks, role),
    hooks,
    sets: new Map(setNames.map((name) => [name, new Set()])),
    maps: new Map(mapNames.map((name) => [name, new Map()])),
    chains: new Map(),
  };
  const draft: Draft = {
    set: (name, element) => table.sets.get(name)!.add(element),
    map: (name, key, value) => table.maps.get(name)!.set(key, value),
    gate: (direction, groups, ending) =>
      renderGate(table.chains, direction, groups, ending, ending !== undefined && role.hasFlowLogs),
    chains: table.chains,
  };
  if (vpc.resolver.enabled) for (const address of vpc.resolver.addresses) draft.set('resolver', address);
  for (const node of vpc.interfaces) fillInterface(draft, node, groupsOf(vpc, node.groupIds), tables);
  fillEndpointLegs(draft, vpc, tables);
  fillServiceInterfaces(draft, vpc, tables);
  for (const pool of vpc.targetPools) draft.chains.set(poolChain(pool.poolId), renderPool(pool));
  for (const connection of vpc.connections) fillConnection(draft, vpc, connection);
  fillLoadBalancers(draft, vpc, tables);
  fillGateways(draft, vpc, tables);
  fillNetworkAcls(draft, vpc);
  fillFlowLogs(draft, vpc);
  fillHubAttachments(draft, vpc, tables);
  return table;
}

function fillInterface(
  draft: Draft,
  node: NetworkInterfaceNode,
  groups: CompiledSecurityGroup[],
  tables: Map<string, number>,
): void {
  if (!hasWire(node)) return;
  const link = quote(interfaceLink(node.networkInterfaceId));
  draft.set('interface_source', `${link} . ${node.privateIpAddress}`);
  const table = String(tables.get(node.routeTableId));
  draft.map('route_table_of_source', `${link} . ${node.privateIpAddress}`, table);
  // AWS: a NAT gateway has neither the check nor groups.
  const isNatGateway = node.behind.kind === 'nat-gateway';
  if (isNatGateway || !node.sourceDestCheck) {
    draft.set('unchecked_interface', link);
    draft.map('route_table_of_unchecked', link, table);
  }
  draft.map('egress_gate', link, isNatGateway ? 'accept' : `goto ${draft.gate('egress', groups)}`);
  draft.map('ingress_gate', link, renderIngressGate(draft, node, groups));
}

/** Who lets answers in and nobody else has them let in before this is asked. */
function renderIngressGate(
  draft: Draft,
  { behind }: NetworkInterfaceNode,
  groups: CompiledSecurityGroup[],
): string {
  if (behind.kind === 'nat-gateway') return 'accept';
  return behind.kind === 'outbound-resolver' ? refuse('no-target') : `goto ${draft.gate('ingress', groups)}`;
}

/** Which route tables lead to an endpoint, and which private address is which public one. */
function fillGateways(draft: Draft, vpc: VpcNetwork, tables: Map<string, number>): void {
  for (const { vpcEndpointId, routeTableIds } of vpc.gatewayEndpoints) {
    const link = quote(gatewayEndpointLink(vpcEndpointId));
    for (const number of routeTableIds.flatMap((routeTableId) => tables.get(routeTableId) ?? []))
      draft.set('gateway_endpoint_route', `${link} . ${gatewayMark(number)}`);
  }
  for (const { privateIpAddress, publicIpAddress } of vpc.internetGateway?.publicAddresses ?? []) {
    draft.map('public_address_of', privateIpAddress, publicIpAddress);
    draft.map('private_address_of', publicIpAddress, privateIpAddress);
  }
}

function fillHubAttachments(draft: Draft, vpc: VpcNetwork, tables: Map<string, number>): void {
  for (const { attachmentId, routeTableId } of vpc.hubAttachments)
    if (routeTableId !== undefined)
      draft.map('route_table_of_attachment', quote(hubLink(attachmentId)), String(tables.get(routeTableId)));
  for (const { attachmentId, networkInterfaceId, privateIpAddress, behind } of listUnserved(vpc)) {
    const link = quote(hubLink(attachmentId));
    // Endpoints answer over links that they share, load balancers by those of their targets.
    if (behind.kind !== 'instance' && behind.kind !== 'nat-gateway')
      draft.set('unserved_address', `${privateIpAddress} . ${link}`);
    else draft.set('unserved_interface', `${quote(interfaceLink(networkInterfaceId))} . ${link}`);
  }
}

/** Interfaces in zones where a transit gateway attachment has no subnet, with that attachment. */
function listUnserved({ hubAttachments, interfaces }: VpcNetwork) {
  return hubAttachments.flatMap((attachment) =>
    interfaces
      .filter(({ availabilityZoneId }) => !servesZone(attachment, availabilityZoneId))
      .map((node) => ({ ...node, attachmentId: attachment.attachmentId })),
  );
}

function roleOf(vpc: VpcNetwork): RouterRole {
  const { endpointLegs, serviceInterfaces, peerings, hubAttachments } = vpc;
  const { interfaces, loadBalancers, routeTables } = vpc;
  const isConsumer = endpointLegs.length > 0;
  const hasServiceInterfaces = serviceInterfaces.length > 0;
  const hasInnerRoutes = tablesWithInnerRoutes(vpc).size > 0;
  return {
    isConsumer,
    hasServiceInterfaces,
    // A peering, a hub or a forwarding instance may bring clients that are not the VPC's own.
    hasForeignClients:
      (isConsumer || hasServiceInterfaces) &&
      (peerings.length + hubAttachments.length > 0 ||
        hasInnerRoutes ||
        interfaces.some((node) => !node.sourceDestCheck)),
    isProvider: loadBalancers.length > 0,
    routesNodes: loadBalancers.length > 0 && (peerings.length + hubAttachments.length > 0 || hasInnerRoutes),
    hasLoadBalancerGroups: endpointLegs.some(({ loadBalancerGroups }) => loadBalancerGroups.length > 0),
    hasGatewayEndpoints: vpc.gatewayEndpoints.length > 0,
    hasInternetGateway: vpc.internetGateway !== undefined,
    hasNetworkAcls: vpc.networkAcls.length > 0,
    hasNeighbours: peerings.length + hubAttachments.length > 0,
    hasTransitGateway: hubAttachments.some(({ routeTableId }) => routeTableId !== undefined),
    hasUnservedZones: listUnserved(vpc).length > 0,
    hasFlowLogs: vpc.loggedInterfaceIds.length > 0,
    hasAppliances: routeTables.some(({ routes }) =>
      routes.some(({ target }) => target.kind === 'network-interface'),
    ),
  };
}

function fillEndpointLegs(draft: Draft, vpc: VpcNetwork, tables: Map<string, number>): void {
  const nodes = new Map(vpc.interfaces.map((node) => [node.networkInterfaceId, node]));
  for (const leg of vpc.endpointLegs) {
    const node = nodes.get(leg.networkInterfaceId);
    const groups = groupsOf(vpc, node?.groupIds ?? []);
    draft.map('endpoint_itself', leg.privateIpAddress, leg.privateIpAddress);
    if (node)
      draft.map('route_table_of_endpoint', leg.privateIpAddress, String(tables.get(node.routeTableId)));
    draft.map('endpoint_gate', leg.privateIpAddress, `goto ${draft.gate('ingress', groups)}`);
    if (leg.closedBecause) draft.set('closed_endpoint', leg.privateIpAddress);
    if (leg.loadBalancerGroups.length > 0) {
      draft.map(
        'load_balancer_gate',
        leg.privateIpAddress,
        `goto ${draft.gate('ingress', leg.loadBalancerGroups, '_endpoint')}`,
      );
    }
  }
}

/** AWS: an endpoint's own groups judge who comes, on the ports that its service has. */
function fillServiceInterfaces(draft: Draft, vpc: VpcNetwork, tables: Map<string, number>): void {
  const nodes = new Map(vpc.interfaces.map((node) => [node.networkInterfaceId, node]));
  for (const { networkInterfaceId, privateIpAddress, listeners, behind } of vpc.serviceInterfaces) {
    const node = nodes.get(networkInterfaceId)!;
    draft.map('route_table_of_endpoint', privateIpAddress, String(tables.get(node.routeTableId)));
    draft.map(
      'endpoint_gate',
      privateIpAddress,
      `goto ${draft.gate('ingress', groupsOf(vpc, node.groupIds))}`,
    );
    if (behind.kind === 'inbound-resolver' && !vpc.resolver.enabled) continue;
    for (const { protocol, port } of listeners)
      draft.set('service_listener', `${privateIpAddress} . ${protocol} . ${port}`);
  }
}

function fillConnection(draft: Draft, vpc: VpcNetwork, connection: Connection): void {
  const where = `${quote(consumerLink(connection.consumerVpcId))} . ${connection.endpointAddress}`;
  draft.map('connection_of', where, String(connection.flowMark));
  draft.map('node_of', String(connection.flowMark), connection.nodeAddress);
  const loadBalancer = findLoadBalancer(vpc, connection.loadBalancerArn);
  for (const listener of loadBalancer?.listeners ?? []) {
    const pool = findPool(vpc, listener, connection.availabilityZoneId);
    const key = `${where} . ${listener.protocol} . ${listener.port}`;
    if (pool) draft.map('listener_of', key, `goto ${poolChain(pool.poolId)}`);
  }
}

/** Clients of the provider's own network, and of its peers, reach the load balancer at its nodes' addresses. */
function fillLoadBalancers(draft: Draft, vpc: VpcNetwork, tables: Map<string, number>): void {
  const tableOf = new Map(vpc.interfaces.map((node) => [node.networkInterfaceId, node.routeTableId]));
  const inner = tablesWithInnerRoutes(vpc);
  for (const { nodes, listeners, groupIds } of vpc.loadBalancers) {
    for (const { privateIpAddress, availabilityZoneId, networkInterfaceId } of nodes) {
      draft.map('node_itself', privateIpAddress, privateIpAddress);
      const table = tableOf.get(networkInterfaceId)!;
      const number = tables.get(table)!;
      const mark = inner.has(table) ? straightMark(number) : number;
      draft.map('route_table_of_node', privateIpAddress, String(mark));
      if (groupIds.length > 0) {
        const ending = vpc.loggedInterfaceIds.length > 0 ? '_node' : undefined;
        draft.map(
          'node_gate',
          privateIpAddress,
          `goto ${draft.gate('ingress', groupsOf(vpc, groupIds), ending)}`,
        );
      }
      for (const listener of listeners) {
        const pool = findPool(vpc, listener, availabilityZoneId);
        if (!pool) continue;
        const key = `${privateIpAddress} . ${listener.protocol} . ${listener.port}`;
        draft.map('node_listener', key, `goto ${poolChain(pool.poolId)}`);
        if (!pool.preserveClientIp) draft.set('masked_listener', key);
      }
    }
  }
}

const poolChain = (poolId: string) => `pool_${poolId}`;

function renderPool({ protocol, targets, stickiness }: TargetPool): string[] {
  if (targets.length === 0) return [noTarget];
  const places = targets.map(({ address, port }, index) => `${index} : ${address} . ${port}`).join(', ');
  const hashed = stickiness === 'source_ip' ? 'ip saddr' : 'ip saddr . th sport . ip daddr . th dport';
  return [`meta l4proto ${protocol} dnat ip to jhash ${hashed} mod ${targets.length} map { ${places} }`];
}

/**
 * `ingress_sg-0a…_sg-0b…`: passes when any rule of any of the groups does, else refuses.
 * @param ending of the chains' names, where the same groups mean something else than in the rest of the VPC: a load balancer's
 * @param isLogged what they refuse is then told from what the interfaces' own groups do
 */
function renderGate(
  chains: Map<string, string[]>,
  direction: Direction,
  groups: CompiledSecurityGroup[],
  ending = '',
  isLogged = false,
): string {
  const name = [direction, ...groups.map(({ groupId }) => groupId)].join('_') + ending;
  if (chains.has(name)) return name;
  const nameRules = ({ groupId }: CompiledSecurityGroup) => `${groupId}_${direction}${ending}`;
  for (const group of groups)
    chains.set(
      nameRules(group),
      group[direction].flatMap((rule) => renderRule(direction, rule)),
    );
  chains.set(name, [
    ...groups.map((group) => `jump ${nameRules(group)}`),
    `goto ${isLogged ? refuseByLoadBalancer : `refuse_${direction}`}`,
  ]);
  return name;
}

function renderRule(direction: Direction, rule: CompiledRule): string[] {
  if (rule.peers.length === 0) return [];
  const field = direction === 'ingress' ? 'saddr' : 'daddr';
  const everywhere = rule.peers.includes('0.0.0.0/0');
  const peers = everywhere ? [] : [`ip ${field} { ${rule.peers.join(', ')} }`];
  return [[...peers, ...renderProtocol(rule), 'accept', `comment "${rule.securityGroupRuleId}"`].join(' ')];
}
