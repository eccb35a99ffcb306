// What rules of security groups and of network ACLs have in common: protocol, ports, ICMP type, as nft writes them.

import type { CompiledRule } from '../network/network.ts';

export function renderProtocol({ protocol, ports, icmp }: Pick<CompiledRule, 'protocol' | 'ports' | 'icmp'>) {
  if (protocol === 'all') return [];
  if (ports)
    return [`${protocol} dport ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`];
  if (icmp) return [`icmp type ${icmp.type}`, ...(icmp.code === undefined ? [] : [`icmp code ${icmp.code}`])];
  return [`ip protocol ${protocol}`];
}

export const quote = (link: string) => `"${link}"`;
