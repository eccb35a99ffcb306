// What flow logs add to a router's rules, in VPCs in which some interface is logged. The kernel counts, packet by packet, by
// interface and five-tuple; nobody copies a packet. `read-flows.ts` takes the counts out, once per aggregation interval.
//
//   instance ──eni…──▶ flow_sent ─▶ (leave … deliver: as ever) ─▶ flow_received ──eni…──▶ instance
//                                      └─▶ refuse_…: what a group or an ACL refuses, by whose it was
//
// AWS: what is sent and not refused on the sender's side is accepted there, whatever happens to it further on.

import type { Drop } from '../network/drop.ts';
import { refusalRules } from './refusal.ts';

/** KERNEL: nft 1.0.6 concatenates no more than five things, so one number says them all: the interface's, and in the lowest byte what it was. */
export const flowBits = {
  received: 0x1,
  refused: 0x2,
  udp: 0x4,
  syn: 0x10,
  synAck: 0x20,
  fin: 0x40,
  rst: 0x80,
};

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
};

export const flowLogSetNames = ['unlogged_address'] as const;
export const flowLogMapNames = ['logged_interface', 'logged_forwarder'] as const;

/** In every router: which interfaces are logged. A forwarder's packets may have any address. */
export const loggedDeclarations = `
  set unlogged_address { typeof ip daddr; }
  map logged_interface { typeof iifname . ip saddr : meta mark; }
  map logged_forwarder { typeof iifname : meta mark; }`;

// KERNEL: the size is what the kernel makes room for at once, 16 bytes each; so only where something is logged.
export const flowDeclarations = [
  `
  set ${bankSet} { type ether_type; }`,
  ...banks.map(
    (bank) => `
  set ${flowSet(bank)} { typeof meta mark . ip saddr . ip daddr . th sport . th dport; size 65535; flags dynamic; counter; }
  set ${portlessFlowSet(bank)} { typeof meta mark . ip saddr . ip daddr . meta l4proto; size 8192; flags dynamic; counter; }
  set ${skippedSet(bank)} { typeof meta mark; size 8192; flags dynamic; counter; }`,
  ),
  '\n',
].join('');

const note = (...bits: (keyof typeof flowBits)[]) =>
  `meta mark set meta mark | 0x${bits.reduce((sum, bit) => sum + flowBits[bit], 0).toString(16)}`;
const interfaceOfSource = 'meta mark set iifname . ip saddr map @logged_interface';
const forwarderOfSource = 'meta mark set iifname map @logged_forwarder';
const interfaceOfDestination = 'meta mark set oifname . ip daddr map @logged_interface';
const forwarderOfDestination = 'meta mark set oifname map @logged_forwarder';

const countInto = (bank: Bank) => [
  `meta l4proto { tcp, udp } update @${flowSet(bank)} { meta mark . ip saddr . ip daddr . th sport . th dport } return`,
  `meta l4proto != { tcp, udp } update @${portlessFlowSet(bank)} { meta mark . ip saddr . ip daddr . meta l4proto } return`,
  // AWS: what could not be counted is told of (SKIPDATA).
  `meta mark set meta mark & 0xffffff00 update @${skippedSet(bank)} { meta mark }`,
];

const counting: Record<string, string[]> = {
  // AWS: FIN, SYN, SYN-ACK and RST are told, and none of the others.
  flow_flags: [
    `tcp flags & (syn | ack) == syn ${note('syn')}`,
    `tcp flags & (syn | ack) == syn | ack ${note('synAck')}`,
    `tcp flags & fin == fin ${note('fin')}`,
    `tcp flags & rst == rst ${note('rst')}`,
  ],
  count_flow: [
    'tcp flags & (fin | syn | rst) != 0 jump flow_flags',
    `meta l4proto udp ${note('udp')}`,
    `meta protocol @${bankSet} goto count_flow_b`,
    'goto count_flow_a',
  ],
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
  refused_sent: [
    `${interfaceOfSource} goto count_refused_sent`,
    `${forwarderOfSource} goto count_refused_sent`,
    'drop',
  ],
  refused_received: [
    `${interfaceOfDestination} goto count_refused_received`,
    `${forwarderOfDestination} goto count_refused_received`,
    'drop',
  ],
};

const refusals: Partial<Record<Drop['reason'], string[]>> = {
  egress: ['goto refused_sent'],
  ingress: ['goto refused_received'],
  // AWS: also what arrives after its connection was closed is rejected.
  'unknown-flow': ['iifname "eni*" goto refused_sent', 'goto refused_received'],
  // The mark says in its highest bit whether it was on the way out of a subnet.
  'network-acl': ['meta mark & 0x80000000 == 0x80000000 goto refused_sent', 'goto refused_received'],
};

/** @param isConsumer it has endpoints into other VPCs */
export function flowLogProgram(isConsumer: boolean): Map<string, string[]> {
  const elsewhere = (field: 'iifname' | 'oifname') => (isConsumer ? [`${field} "svc*" accept`] : []);
  const program = new Map(Object.entries(counting));
  program.set('flow_sent', [
    ...elsewhere('iifname'),
    `${interfaceOfSource} jump count_sent`,
    `meta mark 0 ${forwarderOfSource} jump count_sent`,
    'meta mark set 0',
  ]);
  program.set('flow_received', [
    ...elsewhere('oifname'),
    `${interfaceOfDestination} goto count_received`,
    `${forwarderOfDestination} goto count_received`,
  ]);
  for (const [reason, rules] of Object.entries(refusals))
    program.set(`refuse_${reason}`, refusalRules(reason as Drop['reason'], rules));
  return program;
}

/**
 * AWS: an endpoint's interface is logged, and what its load balancer thinks of the packet is not.
 * ORDER: once the endpoint's own groups have let it pass, where its clients' addresses are their own.
 */
export const countEndpoints = [
  `oifname "svc*" ${interfaceOfDestination} jump count_received`,
  `iifname "svc*" ${interfaceOfSource} jump count_sent`,
];
