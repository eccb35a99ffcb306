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
  'foreign-source',
  'no-public-address',
];

export const refusalSet = (reason: string) => `refused_${reason}`;
/** For protocols without ports. */
export const portlessRefusalSet = (reason: string) => `refused_${reason}_portless`;
/** The end of a rule. */
export const refuse = (reason: Drop['reason']) => `goto refuse_${reason}`;

export const refusalDeclarations = [
  ...dropReasons.map(
    (reason) => `
  set ${refusalSet(reason)} { typeof ip saddr . ip daddr . meta l4proto . th dport; size 8192; flags dynamic; counter; }
  set ${portlessRefusalSet(reason)} { typeof ip saddr . ip daddr . meta l4proto; size 8192; flags dynamic; counter; }`,
  ),
  ...dropReasons.map((reason) => `  chain refuse_${reason} { }`),
].join('\n');

export const refusalChains = new Map(
  dropReasons.map((reason) => [
    `refuse_${reason}`,
    [
      `meta l4proto { tcp, udp } update @${refusalSet(reason)} { ip saddr . ip daddr . meta l4proto . th dport } drop`,
      `update @${portlessRefusalSet(reason)} { ip saddr . ip daddr . meta l4proto } drop`,
      'drop', // the sets are full: refused all the same
    ],
  ]),
);
