// The rules of a NAT gateway, which lives in a namespace of its own: what its VPC routes to it leaves under its private address,
// answers find their way back, and nobody gets in. Its interface's public address is the internet gateway's business.

import type { Ipv4 } from '../lib/cidr.ts';
import type { NftTable } from './nft-table.ts';
import { tableName } from './router-program.ts';

/** AWS: a flow that was idle for so long is forgotten; what comes from inside afterwards is answered with a reset. */
const idleSeconds = 350;
// DIFFERS: nat-flow-limit as many flows to one destination as there are ports; AWS stops at 55,000.
/** AWS: the ports it takes for itself. */
const ports = '1024-65535';

/** How many bytes and packets went through, by direction. */
export const natCounters = { sent: 'sent', received: 'received' } as const;

const declarations = `
  ct timeout idle {
    protocol tcp;
    l3proto ip;
    policy = { established : ${idleSeconds} };
  }
  counter ${natCounters.sent} { }
  counter ${natCounters.received} { }
`;

const hooks = {
  translate: 'type nat hook postrouting priority srcnat; policy accept;',
  pass: 'type filter hook forward priority filter; policy drop;',
  local_in: 'type filter hook input priority filter; policy drop;',
};

const pass = [
  `ct direction reply ct state established,related counter name "${natCounters.received}" accept`,
  `ct state established,related counter name "${natCounters.sent}" accept`,
  // AWS: a reset, not a FIN, for a flow it does not know.
  'ct state invalid meta l4proto tcp reject with tcp reset',
  'ct state invalid drop',
  'meta l4proto tcp ct timeout set "idle"',
  `meta l4proto { tcp, udp, icmp } counter name "${natCounters.sent}" accept`,
];

export function renderNatProgram(privateIpAddress: Ipv4): NftTable {
  const translate = [
    `meta l4proto { tcp, udp } snat ip to ${privateIpAddress}:${ports}`,
    `snat ip to ${privateIpAddress}`,
  ];
  return {
    name: tableName,
    declarations,
    passing: new Map(),
    program: new Map([
      ['translate', translate],
      ['pass', pass],
      ['local_in', []],
    ]),
    hooks,
    sets: new Map(),
    maps: new Map(),
    chains: new Map(),
  };
}
