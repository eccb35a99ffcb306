// The rules of a hub: it sends on what its routes know, counts what they do not, and keeps segments as small as its links.
// It keeps no state of flows, so there and back may take different hubs; but a site's router does, for its way to the internet.

import { dnsListeners } from '../network/listener.ts';
import type { Hub } from '../network/network.ts';
import { hubLink } from './link-name.ts';
import type { NftTable } from './nft-table.ts';
import { refusalChains, refusalDeclarations, refusalExamples, refuse } from './refusal.ts';
import { fitSegments, matchListeners } from './render-rule.ts';
import { tableName } from './router-program.ts';

const hooks = {
  pass: 'type filter hook forward priority filter; policy drop;',
  local_in: 'type filter hook input priority filter; policy drop;',
  local_out: 'type filter hook output priority filter; policy accept;',
  translate: 'type nat hook postrouting priority srcnat; policy accept;',
};

export function renderHubProgram(hub: Hub): NftTable {
  const ways = hub.ports.flatMap(({ attachmentId, leadsTo }) =>
    leadsTo.kind === 'internet' ? [{ link: `"${hubLink(attachmentId)}"`, ...leadsTo }] : [],
  );
  return {
    name: tableName,
    declarations: refusalDeclarations,
    passing: new Map(refusalExamples),
    program: new Map([
      [
        'pass',
        [
          ...fitPorts(hub),
          `oif lo ${refuse('no-route')}`,
          ...ways.flatMap(({ link }) => fromInternet(link)),
          'accept',
        ],
      ],
      ['local_in', hub.site ? serveSite(ways.map(({ link }) => link)) : []],
      // AWS: a hub tells nobody that a packet was too big or had no way.
      ['local_out', ['icmp type { destination-unreachable, time-exceeded, redirect } drop']],
      ...(ways.length > 0 ? [['translate', ways.map(hideSite)] as const] : []),
      ...refusalChains,
    ]),
    hooks,
    sets: new Map(),
    maps: new Map(),
    chains: new Map(),
  };
}

/** As at any office: answers come in, and nobody else. */
const fromInternet = (link: string) => [
  `iifname ${link} ct state established,related accept`,
  `iifname ${link} ${refuse('unknown-flow')}`,
];

const hideSite = ({ link, publicAddress }: { link: string; publicAddress: string }) =>
  `oifname ${link} snat ip to ${publicAddress}`;

/** The router of a site answers its hosts, and who comes by a line of its own: names, and a ping. What it asked itself comes back from anywhere. */
const serveSite = (links: string[]) => [
  'ct state established,related accept',
  ...links.map((link) => `iifname ${link} ${refuse('unknown-flow')}`),
  ...matchListeners(dnsListeners).map((match) => `${match} accept`),
  'icmp type echo-request accept',
  refuse('local'),
];

/** Both ways: whichever end of a connection is beyond the narrow link. */
function fitPorts({ ports }: Hub): string[] {
  const linksOfMtu = Map.groupBy(ports, ({ mtu }) => mtu);
  return [...linksOfMtu].flatMap(([mtu, narrow]) => {
    const links = narrow.map(({ attachmentId }) => `"${hubLink(attachmentId)}"`).join(', ');
    return ['iifname', 'oifname'].map((side) => `${side} { ${links} } ${fitSegments(mtu)}`);
  });
}
