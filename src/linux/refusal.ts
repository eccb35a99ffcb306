// How a router refuses a packet so that it can be told afterwards: each reason has a chain to go to, and two sets that count
// by addresses, port and link; and for all of them one set holds the latest packets, with the port of the sender.

import type { Drop } from '../network/drop.ts';

/** Why a packet may be refused. */
export const dropReasons: readonly Drop['reason'][] = [
  'source-check',
  'egress',
  'ingress',
  'no-route',
  'endpoint-closed',
  'no-target',
  'one-way',
  'unknown-flow',
  'local',
  'service-limit',
  'foreign-source',
  'no-public-address',
  'network-acl',
];

export const refusalSet = (reason: string) => `refusals_${reason}`;
/** For protocols without ports. */
export const portlessRefusalSet = (reason: string) => `refusals_${reason}_portless`;
export const recentRefusalSet = 'recent_refusals';
/** How long an element stays after its last packet, from which the time of that packet is told. Long: what is gone is not counted any more. */
export const refusalSeconds = 30 * 24 * 3600;
export const recentSeconds = 600;
/** The end of a rule. */
export const refuse = (reason: Drop['reason']) => `goto refuse_${reason}`;

/** Which entry of which network ACL refused, in 32 bits: the direction, the ACL's number, the entry's. */
export function formatAclRefusal({
  networkAcl,
  ruleNumber,
  direction,
}: NonNullable<Drop['networkAcl']>): number {
  return (direction === 'egress' ? 2 ** 31 : 0) + networkAcl * 2 ** 15 + ruleNumber;
}

export function parseAclRefusal(mark: number): NonNullable<Drop['networkAcl']> {
  const direction = mark >= 2 ** 31 ? 'egress' : 'ingress';
  return { direction, networkAcl: Math.floor(mark / 2 ** 15) % 2 ** 16, ruleNumber: mark % 2 ** 15 };
}

/** Which reason and protocol a recent packet has, as its mark. No entry of a network ACL has the number 0, so these are no ACL's. */
export function formatRecentMark(reason: Drop['reason'], protocol: 'tcp' | 'udp'): number {
  return (dropReasons.indexOf(reason) * 2 + (protocol === 'udp' ? 1 : 0)) * 2 ** 15;
}

/** Of a network ACL the mark does not say which protocol it was. */
export function parseRecentMark(mark: number): Pick<Drop, 'reason' | 'networkAcl'> & { protocol?: string } {
  if (mark % 2 ** 15 !== 0) return { reason: 'network-acl', networkAcl: parseAclRefusal(mark) };
  const number = mark / 2 ** 15;
  return { reason: dropReasons[Math.floor(number / 2)]!, protocol: number % 2 === 1 ? 'udp' : 'tcp' };
}

/**
 * What a reason counts by besides addresses, protocol and port: the link at which it was refused, which says whose groups
 * it were also when the address is somebody else's since. KERNEL: nft 1.0.6 concatenates no more than five things.
 */
function furtherKey(reason: Drop['reason']): string {
  if (reason === 'network-acl') return 'meta mark';
  return reason === 'ingress' ? 'oifname' : 'iifname';
}

const staying = `flags dynamic,timeout; timeout ${refusalSeconds}s; gc-interval 1d; counter;`;

export const refusalDeclarations = [
  ...dropReasons.map(
    (reason) => `
  set ${refusalSet(reason)} { typeof ip saddr . ip daddr . meta l4proto . th dport . ${furtherKey(reason)}; size 8192; ${staying} }
  set ${portlessRefusalSet(reason)} { typeof ip saddr . ip daddr . meta l4proto . ${furtherKey(reason)}; size 8192; ${staying} }`,
  ),
  `
  set ${recentRefusalSet} { typeof meta mark . ip saddr . ip daddr . th sport . th dport; size 8192; flags dynamic,timeout; timeout ${recentSeconds}s; gc-interval 1m; }`,
  ...dropReasons.map((reason) => `  chain refuse_${reason} { }`),
].join('\n');

/** An element of each set, which no packet has. */
export const refusalExamples: [set: string, element: string][] = [
  ...dropReasons.flatMap((reason): [string, string][] => {
    const further = reason === 'network-acl' ? '0' : '"lo"';
    return [
      [refusalSet(reason), `0.0.0.0 . 0.0.0.0 . tcp . 0 . ${further}`],
      [portlessRefusalSet(reason), `0.0.0.0 . 0.0.0.0 . tcp . ${further}`],
    ];
  }),
  [recentRefusalSet, '0 . 0.0.0.0 . 0.0.0.0 . 0 . 0'],
];

/** @param ending what is done with it once it is counted; what is refused goes no further */
export function refusalRules(reason: Drop['reason'], ending?: string[]): string[] {
  const keys = `ip saddr . ip daddr . meta l4proto`;
  const verdict = ending ? '' : ' drop';
  return [
    notePacket(reason),
    `meta l4proto { tcp, udp } update @${refusalSet(reason)} { ${keys} . th dport . ${furtherKey(reason)} }${verdict}`,
    `${ending ? 'meta l4proto != { tcp, udp } ' : ''}update @${portlessRefusalSet(reason)} { ${keys} . ${furtherKey(reason)} }${verdict}`,
    ...(ending ?? ['drop']), // also when the sets are full
  ];
}

/** The packet goes no further, so that its mark is free; of a network ACL it says which entry refused. */
function notePacket(reason: Drop['reason']): string {
  const note = `update @${recentRefusalSet} { meta mark . ip saddr . ip daddr . th sport . th dport }`;
  if (reason === 'network-acl') return `meta l4proto { tcp, udp } ${note}`;
  const marks = (['tcp', 'udp'] as const).map(
    (protocol) => `${protocol} : 0x${formatRecentMark(reason, protocol).toString(16)}`,
  );
  return `meta mark set meta l4proto map { ${marks.join(', ')} } ${note}`;
}

export const refusalChains = new Map(
  dropReasons.map((reason) => [`refuse_${reason}`, refusalRules(reason)] as const),
);
