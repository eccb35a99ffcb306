// How a router refuses a packet so that it can be told afterwards: each reason has a chain to go to,
// and two sets that count by addresses and port.

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

export const refusalSet = (reason: string) => `refused_${reason}`;
/** For protocols without ports. */
export const portlessRefusalSet = (reason: string) => `refused_${reason}_portless`;
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

/** What a reason counts by besides addresses, protocol and port. */
const furtherKey = (reason: string) => (reason === 'network-acl' ? ' . meta mark' : '');

export const refusalDeclarations = [
  ...dropReasons.map(
    (reason) => `
  set ${refusalSet(reason)} { typeof ip saddr . ip daddr . meta l4proto . th dport${furtherKey(reason)}; size 8192; flags dynamic; counter; }
  set ${portlessRefusalSet(reason)} { typeof ip saddr . ip daddr . meta l4proto${furtherKey(reason)}; size 8192; flags dynamic; counter; }`,
  ),
  ...dropReasons.map((reason) => `  chain refuse_${reason} { }`),
].join('\n');

/** An element of each set, which no packet has. */
export const refusalExamples: [set: string, element: string][] = dropReasons.flatMap((reason) => {
  const mark = reason === 'network-acl' ? ' . 0' : '';
  return [
    [refusalSet(reason), `0.0.0.0 . 0.0.0.0 . tcp . 0${mark}`],
    [portlessRefusalSet(reason), `0.0.0.0 . 0.0.0.0 . tcp${mark}`],
  ];
});

/** @param ending what is done with it once it is counted; what is refused goes no further */
export function refusalRules(reason: Drop['reason'], ending?: string[]): string[] {
  const keys = `ip saddr . ip daddr . meta l4proto`;
  const verdict = ending ? '' : ' drop';
  return [
    `meta l4proto { tcp, udp } update @${refusalSet(reason)} { ${keys} . th dport${furtherKey(reason)} }${verdict}`,
    `${ending ? 'meta l4proto != { tcp, udp } ' : ''}update @${portlessRefusalSet(reason)} { ${keys}${furtherKey(reason)} }${verdict}`,
    ...(ending ?? ['drop']), // also when the sets are full
  ];
}

export const refusalChains = new Map(
  dropReasons.map((reason) => [`refuse_${reason}`, refusalRules(reason)] as const),
);
