// The rules of a hub: it sends on what its routes know, counts what they do not, and keeps segments as small as its links.
// It keeps no state of flows, so there and back may take different hubs.

import type { Hub } from '../network/network.ts';
import { hubLink } from './link-name.ts';
import type { NftTable } from './nft-table.ts';
import { refusalChains, refusalDeclarations, refuse } from './refusal.ts';
import { tableName } from './router-program.ts';

const hooks = {
  pass: 'type filter hook forward priority filter; policy drop;',
  local_in: 'type filter hook input priority filter; policy drop;',
  local_out: 'type filter hook output priority filter; policy accept;',
};

/** The headers of IP and TCP. */
const headerBytes = 40;

export function renderHubProgram(hub: Hub): NftTable {
  return {
    name: tableName,
    declarations: refusalDeclarations,
    program: new Map([
      ['pass', [...fitSegments(hub), `oif lo ${refuse('no-route')}`, 'accept']],
      ['local_in', []],
      // AWS: a hub tells nobody that a packet was too big or had no way.
      ['local_out', ['icmp type { destination-unreachable, time-exceeded, redirect } drop']],
      ...refusalChains,
    ]),
    hooks,
    sets: new Map(),
    maps: new Map(),
    chains: new Map(),
  };
}

/** Both ways: whichever end of a connection is beyond the narrow link. */
function fitSegments({ ports }: Hub): string[] {
  const linksOfMtu = Map.groupBy(ports, ({ mtu }) => mtu);
  return [...linksOfMtu].flatMap(([mtu, narrow]) => {
    const links = narrow.map(({ attachmentId }) => `"${hubLink(attachmentId)}"`).join(', ');
    return ['iifname', 'oifname'].map(
      (side) => `${side} { ${links} } tcp flags & syn == syn tcp option maxseg size set ${mtu - headerBytes}`,
    );
  });
}
