// What rules of security groups and of network ACLs have in common: protocol, ports, ICMP type, as nft writes them.

import type { Listener } from '../network/listener.ts';
import { segmentBytes } from '../network/mtu.ts';
import type { CompiledRule } from '../network/network.ts';

export function renderProtocol({ protocol, ports, icmp }: Pick<CompiledRule, 'protocol' | 'ports' | 'icmp'>) {
  if (protocol === 'all') return [];
  if (ports)
    return [`${protocol} dport ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`];
  if (icmp) return [`icmp type ${icmp.type}`, ...(icmp.code === undefined ? [] : [`icmp code ${icmp.code}`])];
  return [`ip protocol ${protocol}`];
}

/** Packets to any of these, whatever the address. */
export function matchListeners(listeners: readonly Listener[]): string[] {
  const protocolsOfPort = Map.groupBy(listeners, ({ port }) => port);
  return [...protocolsOfPort].map(([port, group]) => {
    const protocols = group.map(({ protocol }) => protocol).sort();
    return protocols.length === 1
      ? `${protocols[0]} dport ${port}`
      : `meta l4proto { ${protocols.join(', ')} } th dport ${port}`;
  });
}

/** Keeps TCP's segments as small as the way of `mtu` bytes. The end of a rule. */
export const fitSegments = (mtu: number) =>
  `tcp flags & syn == syn tcp option maxseg size set ${segmentBytes(mtu)}`;

export const quote = (link: string) => `"${link}"`;
