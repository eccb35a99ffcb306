// A packet that begins in an on-premises site, and the names its hosts ask their router for.

import type { Ipv4 } from '../lib/cidr.ts';
import { checkSiteRouterPort, passHubs } from './explain-hub.ts';
import { explainAnswer } from './explain-name.ts';
import { type Resolution, resolveId } from './explain-target.ts';
import { Stopped, Walk } from './explain-walk.ts';
import type { Flow } from './gate.ts';
import type { HostPlace } from './hub.ts';
import type { Hub, Network, VpcNetwork } from './network.ts';
import { nameSource, siteNameSource } from './resolve-name.ts';
import { findForward } from './site-name.ts';

export function leaveSiteHost(
  walk: Walk,
  network: Network,
  { hub, hostId, address: from }: HostPlace,
  to: Ipv4,
  flow: Flow,
): void {
  const { hubId } = hub;
  if (to === from) {
    walk.arrivedAtInterfaceId = hostId;
    walk.reach(hostId, from, `${to} is its own address: no packet leaves it`);
    return;
  }
  if (hub.site!.routerAddresses.includes(to)) {
    checkSiteRouterPort(walk, hubId, to, flow);
    walk.pass(hubId, `${to} is the router of the site`);
    return;
  }
  const attachmentId = hostId;
  passHubs(walk, network, { hubId, attachmentId }, { from, to, flow, origin: { hubId, attachmentId } });
}

/** What a host's question for a name brings: of the site's own names, of those it asks others for, of the public ones. */
export function resolveFromSite(walk: Walk, network: Network, from: HostPlace, host: string): Resolution {
  const found = resolveId(network, host);
  if (found) return found;
  const { hub } = from;
  const name = host.toLowerCase().replace(/\.$/, '');
  const own = hub.site!.names.has(name);
  const forward = own ? undefined : findForward(hub.site!, name);
  if (forward) return askForward(walk, network, hub, name, forward);
  return explainAnswer(
    siteNameSource(network, hub.hubId, hub.site!.names),
    name,
    hub.site!.routerAddresses[0]!,
  );
}

/** The site's DNS sends the question on as a packet of its own, which may stop like any other. */
function askForward(
  walk: Walk,
  network: Network,
  hub: Hub,
  name: string,
  { domain, addresses }: { domain: string; addresses: Ipv4[] },
): Resolution {
  const to = addresses[0]!;
  walk.pass(hub.hubId, `its DNS asks ${addresses.join(', ')} for names of ${domain}`);
  const question = new Walk();
  try {
    const [from] = hub.site!.routerAddresses;
    const port = hub.ports.find(({ tableId }) => tableId === hub.hubId)!;
    const origin = { hubId: hub.hubId };
    const packet = { from: from!, to, flow: { protocol: 'udp', port: 53 } as const, origin };
    passHubs(question, network, { hubId: hub.hubId, attachmentId: port.attachmentId }, packet);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const { at, text, code } = error;
    return { failed: `the question for ${name} does not get to ${to}: ${at} ${text}`, by: hub.hubId, code };
  }
  const vpc = findInboundResolver(network, question.arrivedAtInterfaceId);
  if (!vpc) return { failed: `nobody at ${to} answers questions for names`, by: to, code: 'DNS_NO_SERVER' };
  return explainAnswer(nameSource(network, vpc, 'inbound'), name, to);
}

function findInboundResolver(
  { vpcs }: Network,
  networkInterfaceId: string | undefined,
): VpcNetwork | undefined {
  return [...vpcs.values()].find(({ serviceInterfaces }) =>
    serviceInterfaces.some(
      (one) => one.networkInterfaceId === networkInterfaceId && one.behind.kind === 'inbound-resolver',
    ),
  );
}
