// Reads back what a router refused: the refusal sets of its program, one element per pair of addresses and port.

import type { Drop } from '../network/drop.ts';
import { runInside } from './namespace.ts';
import { dropReasons, parseAclRefusal, portlessRefusalSet, refusalSet } from './refusal.ts';
import { tableName } from './router-program.ts';

interface SetElement {
  elem: { val: { concat: (string | number)[] }; counter: { packets: number; bytes: number } };
}

export async function readDrops(namespace: string): Promise<Drop[]> {
  const output = await runInside(namespace, 'nft', ['-j', '-n', 'list', 'table', ...tableName.split(' ')], {
    doing: `reading what was refused in ${namespace}`,
  });
  const { nftables } = JSON.parse(output) as { nftables: { set?: { name: string; elem?: SetElement[] } }[] };
  const elements = new Map(nftables.flatMap(({ set }) => (set?.elem ? [[set.name, set.elem] as const] : [])));
  return dropReasons.flatMap((reason) => [
    ...(elements.get(refusalSet(reason)) ?? []).map((element) => readDrop(reason, element)),
    ...(elements.get(portlessRefusalSet(reason)) ?? []).map((element) => readDrop(reason, element)),
  ]);
}

const protocolNames: Record<string, string> = { '1': 'icmp', '6': 'tcp', '17': 'udp' };

function readDrop(reason: Drop['reason'], { elem: { val, counter } }: SetElement): Drop {
  const [sourceAddress, destinationAddress, protocol, ...more] = val.concat.map(String) as [
    string,
    string,
    string,
    ...string[],
  ];
  const mark = reason === 'network-acl' ? more.pop() : undefined;
  const [port] = more;
  return {
    reason,
    sourceAddress,
    destinationAddress,
    protocol: protocolNames[protocol] ?? protocol,
    ...(port === undefined ? {} : { destinationPort: Number(port) }),
    ...(mark === undefined ? {} : { networkAcl: parseAclRefusal(Number(mark)) }),
    ...counter,
  };
}
