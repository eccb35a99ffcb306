// What flow logs add to a router's rules, in VPCs in which some interface is logged. The kernel counts, packet by packet, by
// interface and five-tuple; nobody copies a packet. `read-flows.ts` takes the counts out, once per aggregation interval.
//
//   instance ──eni…──▶ flow_sent ─▶ (leave … deliver: as ever) ─▶ flow_received ──eni…──▶ instance
//                                      └─▶ refuse_…: what a group or an ACL refuses, by whose it was
//
// AWS: what is sent and not refused on the sender's side is accepted there, whatever happens to it further on.

import type { Drop } from '../network/drop.ts';
import {
  countSentByNode,
  flowLogNodeHooks,
  flowLogNodeProgram,
  refusedByNode,
} from './flow-log-node-program.ts';
import { note, noteNothing } from './flow-mark.ts';
import { refusalRules } from './refusal.ts';

/** There are two of each: one is counted into while the other is read and emptied. */
export const banks = ['a', 'b'] as const;
export type Bank = (typeof banks)[number];
export const flowSet = (bank: Bank) => `flow_${bank}`;
export const portlessFlowSet = (bank: Bank) => `flow_portless_${bank}`;
/** Packets that found no room, by interface. */
export const skippedSet = (bank: Bank) => `flow_skipped_${bank}`;
/** Empty: bank a is counted into. */
export const bankSet = 'flow_bank';
export const bankElement = 'ip';

export const flowLogHooks = {
  // ORDER: as the sender wrote it, before any rewrite; and as the receiver gets it, after all of them.
  flow_sent: 'type filter hook prerouting priority -301; policy accept;',
  flow_received: 'type filter hook postrouting priority 310; policy accept;',
  ...flowLogNodeHooks,
};

export const flowLogSetNames = ['unlogged_address'] as const;
export const flowLogMapNames = ['logged_interface', 'logged_forwarder', 'logged_node'] as const;

/** In every router: which interfaces are logged. A forwarder's packets may have any address. */
export const loggedDeclarations = `
  set unlogged_address { typeof ip daddr; }
  map logged_interface { typeof iifname . ip saddr : meta mark; }
  map logged_forwarder { typeof iifname : meta mark; }
  map logged_node { typeof ip daddr : meta mark; }`;

// KERNEL: the size is what the kernel makes room for at once, 16 bytes each; so only where something is logged. A connection
// between two logged interfaces takes a dozen: at both, each way, by the flags.
export const flowDeclarations = [
  `
  set ${bankSet} { type ether_type; }`,
  ...banks.map(
    (bank) => `
  set ${flowSet(bank)} { typeof meta mark . ip saddr . ip daddr . th sport . th dport; size 131072; flags dynamic; counter; }
  set ${portlessFlowSet(bank)} { typeof meta mark . ip saddr . ip daddr . meta l4proto; size 8192; flags dynamic; counter; }
  set ${skippedSet(bank)} { typeof meta mark; size 8192; flags dynamic; counter; }`,
  ),
  '\n',
].join('');

const interfaceOfSource = 'meta mark set iifname . ip saddr map @logged_interface';
const forwarderOfSource = 'meta mark set iifname map @logged_forwarder';
const interfaceOfDestination = 'meta mark set oifname . ip daddr map @logged_interface';
const forwarderOfDestination = 'meta mark set oifname map @logged_forwarder';

const countInto = (bank: Bank) => [
  `meta l4proto { tcp, udp } update @${flowSet(bank)} { meta mark . ip saddr . ip daddr . th sport . th dport } return`,
  `meta l4proto != { tcp, udp } update @${portlessFlowSet(bank)} { meta mark . ip saddr . ip daddr . meta l4proto } return`,
  // AWS: what could not be counted is told of (SKIPDATA).
  `${noteNothing} update @${skippedSet(bank)} { meta mark }`,
];

const counting: Record<string, string[]> = {
  // AWS: FIN, SYN, SYN-ACK and RST are told, and none of the others.
  flow_flags: [
    `tcp flags & (syn | ack) == syn ${note('syn')}`,
    `tcp flags & (syn | ack) == syn | ack ${note('synAck')}`,
    `tcp flags & fin == fin ${note('fin')}`,
    `tcp flags & rst == rst ${note('rst')}`,
  ],
  note_flow: ['tcp flags & (fin | syn | rst) != 0 jump flow_flags', `meta l4proto udp ${note('udp')}`],
  count_flow: ['jump note_flow', `meta protocol @${bankSet} goto count_flow_b`, 'goto count_flow_a'],
  count_flow_a: countInto('a'),
  count_flow_b: countInto('b'),
  count_sent: ['ip daddr @unlogged_address return', 'goto count_flow'],
  count_received: ['ip saddr @unlogged_address return', `${note('received')} goto count_flow`],
  count_refused_sent: [
    'ip daddr @unlogged_address drop',
    note('refused'),
    // The packet is judged: its mark is nobody's any more.
    'jump count_flow',
    'drop',
  ],
  count_refused_received: [
    'ip saddr @unlogged_address drop',
    note('refused', 'received'),
    'jump count_flow',
    'drop',
  ],
};

/** @param isConsumer it has endpoints into other VPCs @param isProvider it has load balancers */
export function flowLogProgram(isConsumer: boolean, isProvider: boolean): Map<string, string[]> {
  const elsewhere = (field: 'iifname' | 'oifname') => (isConsumer ? [`${field} "svc*" accept`] : []);
  const ofNodes = (rules: string[]) => (isProvider ? rules : []);
  const program = new Map(Object.entries(isProvider ? { ...counting, ...flowLogNodeProgram } : counting));
  program.set('flow_sent', [
    ...elsewhere('iifname'),
    `${interfaceOfSource} jump count_sent`,
    `meta mark 0 ${forwarderOfSource} jump count_sent`,
    'meta mark set 0',
  ]);
  program.set('flow_received', [
    ...elsewhere('oifname'),
    ...ofNodes(countSentByNode),
    `${interfaceOfDestination} goto count_received`,
    `${forwarderOfDestination} goto count_received`,
  ]);
  program.set('refused_sent', [
    ...ofNodes(refusedByNode.sent),
    `${interfaceOfSource} goto count_refused_sent`,
    `${forwarderOfSource} goto count_refused_sent`,
    'drop',
  ]);
  program.set('refused_received', [
    ...ofNodes(refusedByNode.received),
    `${interfaceOfDestination} goto count_refused_received`,
    `${forwarderOfDestination} goto count_refused_received`,
    'drop',
  ]);
  const refuse = (reason: Drop['reason'], ending: string[], chain = `refuse_${reason}`) =>
    program.set(chain, refusalRules(reason, ending));
  refuse('egress', ['goto refused_sent']);
  refuse('ingress', ['goto refused_received']);
  // AWS: also what arrives after its connection was closed is rejected.
  refuse('unknown-flow', ['iifname "eni*" goto refused_sent', 'goto refused_received']);
  // The mark says in its highest bit whether it was on the way out of a subnet.
  refuse('network-acl', ['meta mark & 0x80000000 == 0x80000000 goto refused_sent', 'goto refused_received']);
  refuse('ingress', [...elsewhereRefused, ...ofNodes(refusedByNode.byGroup), 'drop'], refuseByLoadBalancer);
  if (isProvider) refuse('local', refusedByNode.unanswered);
  return program;
}

/** Where groups of a load balancer refuse: neither the endpoint's interface nor the target's has. */
export const refuseByLoadBalancer = 'refuse_ingress_load-balancer';
const elsewhereRefused = ['oifname "svc*" drop'];

/**
 * AWS: an endpoint's interface is logged, and what its load balancer thinks of the packet is not.
 * ORDER: once the endpoint's own groups have let it pass, where its clients' addresses are their own.
 */
export const countEndpoints = [
  `oifname "svc*" ${interfaceOfDestination} jump count_received`,
  `iifname "svc*" ${interfaceOfSource} jump count_sent`,
];
