// The rule program of every VPC's router: the same text everywhere, what differs is in sets and maps.
// It follows AWS's packet walk: source check, SG out, route, (endpoint or load balancer), SG in, destination check.
//
//   instance ──eni…──▶ leave ─▶ route ─▶ pass ─▶ deliver ──eni…──▶ instance
//                                          ├──▶ gwe…, igw…: gateway-program.ts (network ACLs: network-acl-program.ts)
//                                          ├──ife…──▶ the door of an interface endpoint to an AWS service
//                                          └──▶ enter_load_balancer ─▶ to_fabric ──svc…──▶ provider's VPC
//   consumer's VPC ──con…──▶ connect (pick a target) ─▶ pass ─▶ as_node ─▶ deliver ──eni…──▶ target
//
// A link's name says what it is: eni… an interface, svc… towards a provider, con… from a consumer, pcx… a peering,
// gwe… a gateway endpoint, ife… the door behind interfaces of a service, igw… the internet, tga… a transit gateway, vgw… a virtual private gateway.

import { metadataAddress } from '../network/compile.ts';
import { dnsListeners, metadataListeners } from '../network/listener.ts';
import { endpointMtu } from '../network/mtu.ts';
import { answerForeignClients, enterFromItself, enterFromTransitGateway } from './entry-mark.ts';
import {
  countEndpoints,
  flowDeclarations,
  flowLogHooks,
  flowLogMapNames,
  flowLogProgram,
  flowLogSetNames,
  loggedDeclarations,
} from './flow-log-program.ts';
import {
  fromInternet,
  gatewayDeclarations,
  gatewayHooks,
  passGatewayEndpoints,
  passInternet,
  toInternet,
} from './gateway-program.ts';
import { otherNetworkLinks } from './link-name.ts';
import { isMasked, markMasked } from './masked-listener.ts';
import {
  isMetered,
  meterDeclarations,
  meterHooks,
  meterProgram,
  meterSets,
  refuseAtDoor,
  refuseAtEndpoint,
  refuseUnserved,
  resetLostFlow,
} from './meter-program.ts';
import {
  networkAclDeclarations,
  networkAclHooks,
  networkAclMapNames,
  networkAclProgram,
  networkAclSetNames,
} from './network-acl-program.ts';
import { refusalChains, refusalDeclarations, refusalExamples, refuse } from './refusal.ts';
import { fitSegments, matchListeners, quote } from './render-rule.ts';
import type { RouterRole } from './router-role.ts';

export const tableName = 'ip isthmus';

const otherNetworks = otherNetworkLinks.map(quote).join(', ');

/** Conntrack's idle time of a flow through an endpoint, in seconds. AWS: 350. */
const endpointIdleSeconds = 350;

/** Where each base chain is hooked in. A VPC has those it needs: every hook costs every packet. */
export const hooks: Record<string, string> = {
  from_fabric: 'type filter hook prerouting priority raw; policy accept;',
  leave: 'type filter hook prerouting priority mangle; policy accept;',
  connect: 'type nat hook prerouting priority dstnat; policy accept;',
  local_in: 'type filter hook input priority filter; policy drop;',
  local_out: 'type filter hook output priority filter; policy accept;',
  pass: 'type filter hook forward priority filter; policy drop;',
  // After pass: what an endpoint's groups let through, the load balancer's own groups are asked about.
  enter_load_balancer: 'type filter hook forward priority 1; policy accept;',
  as_node: 'type nat hook postrouting priority srcnat; policy accept;',
  // KERNEL: after source NAT (100), so that a target's groups see the load balancer and not the client behind it.
  deliver: 'type filter hook postrouting priority 110; policy accept;',
  to_fabric: 'type filter hook postrouting priority 300; policy accept;',
  ...gatewayHooks,
  ...networkAclHooks,
  ...flowLogHooks,
  ...meterHooks,
};

export const setNames = [
  'interface_source',
  'unchecked_interface',
  'resolver',
  'closed_endpoint',
  'masked_listener',
  'gateway_endpoint_route',
  'service_listener',
  ...networkAclSetNames,
  ...flowLogSetNames,
  'unserved_interface',
  'unserved_address',
] as const;
export const mapNames = [
  'route_table_of_source',
  'route_table_of_unchecked',
  'egress_gate',
  'ingress_gate',
  'endpoint_gate',
  'load_balancer_gate',
  'node_gate',
  'connection_of',
  'listener_of',
  'node_listener',
  'node_of',
  'node_itself',
  'endpoint_itself',
  'route_table_of_endpoint',
  'route_table_of_node',
  'route_table_of_attachment',
  'public_address_of',
  'private_address_of',
  ...networkAclMapNames,
  ...flowLogMapNames,
] as const;

const declarations = `
  ct timeout endpoint_idle {
    protocol tcp;
    l3proto ip;
    policy = { established : ${endpointIdleSeconds} };
  }
  set interface_source { typeof iifname . ip saddr; }
  set unchecked_interface { typeof oifname; }
  set resolver { typeof ip daddr; }
  set service_rate { typeof iifname; size 65535; flags dynamic,timeout; timeout 10s; }
  set closed_endpoint { typeof ip daddr; }
  set service_listener { typeof ip daddr . meta l4proto . th dport; }
  set masked_listener { typeof ip daddr . meta l4proto . th dport; }
  set unserved_interface { typeof iifname . oifname; }
  set unserved_address { typeof ip saddr . oifname; }
  map route_table_of_source { typeof iifname . ip saddr : meta mark; }
  map route_table_of_unchecked { typeof iifname : meta mark; }
  map egress_gate { typeof iifname : verdict; }
  map ingress_gate { typeof oifname : verdict; }
  map endpoint_gate { typeof ip daddr : verdict; }
  map load_balancer_gate { typeof ip daddr : verdict; }
  map node_gate { typeof ip daddr : verdict; }
  map connection_of { typeof iifname . ip daddr : ct mark; }
  map listener_of { typeof iifname . ip daddr . meta l4proto . th dport : verdict; }
  map node_listener { typeof ip daddr . meta l4proto . th dport : verdict; }
  map node_of { typeof ct mark : ip saddr; }
  map node_itself { typeof ip daddr : ip saddr; }
  map endpoint_itself { typeof ip daddr : ip saddr; }
  map route_table_of_endpoint { typeof ip saddr : meta mark; }
  map route_table_of_node { typeof ip daddr : meta mark; }
  map route_table_of_attachment { typeof iifname : meta mark; }
${gatewayDeclarations}
${networkAclDeclarations}
${loggedDeclarations}
${refusalDeclarations}
  chain no_way { }
`;

export function declarationsOf(role: RouterRole): string {
  return [
    declarations,
    ...(isMetered(role) ? [meterDeclarations] : []),
    ...(role.hasFlowLogs ? [flowDeclarations] : []),
  ].join('\n');
}

/** One for each set that packets fill. */
export function passingOf(role: RouterRole): Map<string, string> {
  const ofMeter = meterSets.map(({ name, example }): [string, string] => [name, example]);
  return new Map([['service_rate', '"lo"'], ...refusalExamples, ...(isMetered(role) ? ofMeter : [])]);
}

/** The base chains of a VPC with their rules. @param cidrBlocks its blocks with their places in 240.0.0.0/4 */
export function renderProgram(
  cidrBlocks: { cidrBlock: string; fabricBlock: string }[],
  role: RouterRole,
): Map<string, string[]> {
  const { isConsumer, hasServiceInterfaces, hasForeignClients, isProvider, hasLoadBalancerGroups } = role;
  const ownBlocks = cidrBlocks.map(({ cidrBlock }) => cidrBlock);
  const program = new Map<string, string[]>([
    [
      'leave',
      [
        ...(role.hasNeighbours ? [renderBorder(ownBlocks)] : []),
        ...(hasForeignClients ? [answerForeignClients] : []),
        ...(role.hasTransitGateway ? [enterFromTransitGateway] : []),
        ...(isConsumer && isProvider ? [enterFromItself] : []),
        ...leave(role.routesNodes),
      ],
    ],
    ['local_in', localIn],
    ['local_out', ['icmp type { destination-unreachable, time-exceeded, redirect } drop']],
    [
      'pass',
      [
        ...(isConsumer ? passEndpoints : []),
        ...(role.hasUnservedZones ? passZones : []),
        ...(role.hasTransitGateway ? [refuseTransit] : []),
        ...(hasServiceInterfaces ? [answerServiceClients] : []),
        ...pass,
        ...(hasServiceInterfaces ? enterService : []),
        ...stayWithin,
      ],
    ],
    ['no_way', noWay],
    ['deliver', role.hasAppliances ? [checkDestination, ...deliver] : deliver],
  ]);
  if (isConsumer) {
    const rewrites = cidrBlocks.map(({ cidrBlock, fabricBlock }) => ({
      from: renderRewrite('iifname "svc*"', 'daddr', fabricBlock, cidrBlock),
      to: renderRewrite('oifname "svc*"', 'saddr', cidrBlock, fabricBlock),
    }));
    program.set(
      'from_fabric',
      rewrites.map(({ from }) => from),
    );
    program.set('to_fabric', [...rewrites.map(({ to }) => to), renderFabricExit(cidrBlocks)]);
  }
  const counters = isConsumer && role.hasFlowLogs ? countEndpoints : [];
  const gates = hasLoadBalancerGroups ? enterLoadBalancer : [];
  if (counters.length + gates.length > 0) program.set('enter_load_balancer', [...counters, ...gates]);
  if (isProvider) program.set('connect', connect);
  if (role.hasGatewayEndpoints) program.set('pass_gateway_endpoint', passGatewayEndpoints(ownBlocks));
  if (role.hasInternetGateway) {
    program.set('pass_internet', passInternet);
    program.set('from_internet', fromInternet);
    program.set('to_internet', toInternet);
  }
  const sources = isConsumer && hasForeignClients ? [renderForeignSource(ownBlocks)] : [];
  if (isProvider || sources.length > 0) program.set('as_node', [...asNode, ...sources]);
  if (role.hasNetworkAcls)
    for (const [chain, rules] of networkAclProgram(isConsumer || hasServiceInterfaces, isProvider))
      program.set(chain, rules);
  for (const [chain, rules] of [...refusalChains, ...meterProgram(role)]) program.set(chain, rules);
  if (role.hasFlowLogs)
    for (const [chain, rules] of flowLogProgram(isConsumer, isProvider)) program.set(chain, rules);
  return program;
}

/** Exchanges the upper sixteen bits of an address, statelessly. Blocks are /16 or longer, so the rest is the same. */
function renderRewrite(where: string, field: 'saddr' | 'daddr', from: string, to: string): string {
  const upper = to.split('.').slice(0, 2).join('.');
  return `${where} ip ${field} ${from} ip ${field} set ip ${field} & 0.0.255.255 | ${upper}.0.0`;
}

/**
 * A client from beyond the VPC (a peering, a forwarding instance) becomes the endpoint itself on the way to the provider:
 * its own address may be anybody's, there and among other consumers. Its answers find it by this router's conntrack.
 */
function renderForeignSource(cidrBlocks: string[]): string {
  return `oifname "svc*" ip saddr != { ${cidrBlocks.join(', ')} } snat ip to ip daddr map @endpoint_itself`;
}

/** Nobody beyond has an address of this VPC: it would pass for a member of its groups, and for one end of its open flows. */
function renderBorder(cidrBlocks: string[]): string {
  return `iifname { ${otherNetworks} } ip saddr { ${cidrBlocks.join(', ')} } ${refuse('source-check')}`;
}

/** Whatever came before: nothing leaves for a provider but under the addresses that stand for this VPC there. */
function renderFabricExit(cidrBlocks: { fabricBlock: string }[]): string {
  const own = cidrBlocks.map(({ fabricBlock }) => fabricBlock).join(', ');
  return `oifname "svc*" ip saddr != { ${own} } ${refuse('source-check')}`;
}

/** AWS: what a load balancer sends goes by the route table of its node's subnet, whichever subnet the target is in. */
const routeNodes = [
  'meta mark != 0 meta mark set ip daddr map @route_table_of_node',
  'meta mark != 0 ct direction reply ct status dnat meta mark set ct original ip daddr map @route_table_of_node',
];

/** The VPC's own services, in front of which no security group stands. */
const toResolver = matchListeners(dnsListeners).map((match) => `${match} ip daddr @resolver`);
const toMetadata = matchListeners(metadataListeners).map((match) => `ip daddr ${metadataAddress} ${match}`);

const leave = (routesNodes: boolean) => [
  'iifname != "eni*" accept',
  // One look says both whether the source is the interface's own and which route table its subnet uses.
  'meta mark set iifname . ip saddr map @route_table_of_source',
  ...(routesNodes ? routeNodes : []),
  'meta mark != 0 ct state established,related accept',
  // AWS: no group stands between an instance and its metadata. It must be the very interface: the address says whose they are.
  ...toMetadata.map((match) => `meta mark != 0 ${match} accept`),
  'meta mark 0 meta mark set iifname map @route_table_of_unchecked',
  `meta mark 0 ${refuse('source-check')}`,
  'ct state established,related accept',
  `ct state invalid ${refuse('unknown-flow')}`,
  ...toResolver.map((match) => `${match} accept`),
  'iifname vmap @egress_gate',
  refuse('egress'),
];

/** What says of a consumer's flow that nobody takes it. */
export const noTarget = 'ct mark set 0';

// Only a flow's first packet comes here. Its mark is the connection's, by which the flow is cut on reject.
const connect = [
  'iifname "con*" ct mark set iifname . ip daddr map @connection_of',
  'iifname "con*" iifname . ip daddr . meta l4proto . th dport vmap @listener_of',
  `iifname "con*" ${noTarget}`,
  `iifname != "con*" ${markMasked}`,
  'iifname != "con*" ip daddr . meta l4proto . th dport vmap @node_listener',
];

/** AWS: packets that an interface may send in a second to the VPC's own services, all of them together. */
const servicePacketsPerSecond = 1024;
const countService = `update @service_rate { iifname limit rate over ${servicePacketsPerSecond}/second burst ${servicePacketsPerSecond} packets }`;

const localIn = [
  // ORDER: before "established": each packet counts, also those of an open connection.
  `iifname "eni*" ip daddr @resolver ${countService} ${refuse('service-limit')}`,
  `iifname "eni*" ip daddr ${metadataAddress} ${countService} ${refuse('service-limit')}`,
  'ct state established,related accept',
  'iifname "lo" accept',
  ...toResolver.map((match) => `iifname "eni*" ${match} accept`),
  ...toMetadata.map((match) => `${match} iifname . ip saddr @interface_source accept`),
  refuse('local'),
];

const fitEndpoint = fitSegments(endpointMtu);

// ORDER: before "established": a rejected endpoint stops open flows too, and the answer to a SYN is part of an open flow.
const passEndpoints = [
  `oifname "svc*" ip daddr @closed_endpoint ${refuseAtEndpoint}`,
  `iifname "svc*" ${fitEndpoint}`,
];

// ORDER: before "established": AWS drops answers from such a zone too. Of an endpoint the address says in which zone it is.
const passZones = [
  `ct status dnat ct original ip daddr . oifname @unserved_address ${refuse('no-route')}`,
  `ct status and dnat == 0 iifname . oifname @unserved_interface ${refuse('no-route')}`,
  `iifname != "eni*" ip saddr . oifname @unserved_address ${refuse('no-route')}`,
];

/** AWS: a VPC is no way through: what a transit gateway brings may go to an interface of the VPC, and only from there to another network. */
const refuseTransit = `iifname "tga*" oifname { ${otherNetworks} } ${refuse('no-route')}`;

// What nobody of the VPC has, and no route leads to, has been led to lo. So has a flow from a consumer that is not led to a target.
const noWay = [
  // AWS: a load balancer resets a flow it no longer has, because its target was lost or it idled too long.
  `iifname "con*" ct state invalid meta l4proto tcp ${resetLostFlow}`,
  `iifname "con*" ct mark 0 ${refuseUnserved}`,
  refuse('no-route'),
];

const pass = [
  'oif lo goto no_way',
  'ct state established,related accept',
  `iifname "con*" ct state invalid meta l4proto tcp ${resetLostFlow}`,
  `ct state invalid ${refuse('unknown-flow')}`,
  // KERNEL: "ct status dnat" would not do: it stays unset when the target has, in its own VPC, the very address of the endpoint.
  `iifname "con*" ct mark 0 ${refuseUnserved}`,
  // AWS: consumers open flows, providers never do; nor does a service behind an endpoint.
  `iifname { "svc*", "gwe*", "ife*" } ${refuse('one-way')}`,
  `oifname "con*" ${refuse('one-way')}`,
  'oifname "svc*" meta l4proto tcp ct timeout set "endpoint_idle"',
  'iifname "con*" meta l4proto tcp ct timeout set "endpoint_idle"',
  `oifname "svc*" ${fitEndpoint}`,
  'oifname "svc*" ip daddr vmap @endpoint_gate',
  `oifname "svc*" ${refuse('ingress')}`,
];

const stayWithin = [
  `iifname { "eni*", "igw*", ${otherNetworks} } ct status dnat ct original ip daddr vmap @node_gate`,
  `iifname { "eni*", "igw*", "con*", ${otherNetworks} } accept`,
];

const answerServiceClients = `iifname "ife*" ${fitEndpoint}`;

const enterService = [
  'oifname "ife*" meta l4proto tcp ct timeout set "endpoint_idle"',
  `oifname "ife*" ${fitEndpoint}`,
  // AWS: no ping is answered, and no port but the service's own.
  `oifname "ife*" ip daddr . meta l4proto . th dport != @service_listener ${refuseAtDoor}`,
  'oifname "ife*" ip daddr vmap @endpoint_gate',
  `oifname "ife*" ${refuse('ingress')}`,
];

const asNode = [
  'iifname "con*" snat ip to ct mark map @node_of',
  `iifname != "con*" ${isMasked} snat ip to ct original ip daddr map @node_itself`,
];

// ORDER: where routes lead to interfaces, also before "established": AWS checks answers too.
const checkDestination = `oifname "eni*" oifname . ip daddr != @interface_source oifname != @unchecked_interface ${refuse('source-check')}`;

const deliver = [
  'ct state established,related accept',
  checkDestination,
  'oifname "eni*" oifname vmap @ingress_gate',
  `oifname "eni*" ${refuse('ingress')}`,
];

const enterLoadBalancer = [
  'ct state established,related accept',
  'oifname "svc*" ip daddr vmap @load_balancer_gate',
];
