// The DNS of on-premises sites: what answers at the router of each. It knows the site's own names and the public ones, and
// asks others for the domains it was told of: a VPC's inbound resolver endpoint, say. Told the whole network each time.

import type { Ipv4 } from '../lib/cidr.ts';
import { dnsPort } from '../network/listener.ts';
import type { Hub, Network, SiteServices } from '../network/network.ts';
import { type NameSource, siteNameSource } from '../network/resolve-name.ts';
import { findForward } from '../network/site-name.ts';
import { answerQuery, type DnsTransport, renderServerFailure } from './answer.ts';
import { forwardQuery } from './dns-forward.ts';
import { type DnsServer, openDnsServer } from './dns-server.ts';
import { identifyNamespace } from './namespace-identity.ts';
import { headerLength, parseQuestion } from './query.ts';

/** Questions of one site that wait for others' answers; more are not taken. */
const mostWaiting = 256;

export interface SiteResolverOptions {
  /** Told when an address could not be served; the next `set` tries again. */
  onError: (hubId: string, error: Error) => void;
}

export interface SiteResolver {
  set(network: Network, namespacePathOf: (hubId: string) => string): void;
  close(): void;
}

/** The servers read `services` and `source` at each question, so that a new network needs no new sockets. */
interface ServedSite {
  namespacePath: string;
  namespaceIdentity: string | undefined;
  services: SiteServices;
  source: NameSource;
  servers: Map<Ipv4, DnsServer>;
  waiting: number;
}

export function createSiteResolver({ onError }: SiteResolverOptions): SiteResolver {
  const served = new Map<string, ServedSite>();

  function serve({ hubId }: Hub, services: SiteServices, network: Network, namespacePath: string): void {
    const namespaceIdentity = identifyNamespace(namespacePath);
    if (served.get(hubId)?.namespaceIdentity !== namespaceIdentity) stop(hubId);
    const source = siteNameSource(network, hubId, services.names);
    const site = served.get(hubId) ?? {
      ...{ namespacePath, namespaceIdentity, services, source, servers: new Map<Ipv4, DnsServer>() },
      waiting: 0,
    };
    served.set(hubId, site);
    Object.assign(site, { services, source });
    for (const address of services.routerAddresses) {
      if (site.servers.has(address)) continue;
      const answer = (query: Buffer, transport: DnsTransport) => answerFor(site, address, query, transport);
      site.servers.set(address, openDnsServer(namespacePath, address, answer));
    }
  }

  function stop(hubId: string): void {
    for (const server of served.get(hubId)?.servers.values() ?? []) server.close();
    served.delete(hubId);
  }

  return {
    set(network, namespacePathOf) {
      for (const hubId of served.keys()) if (!network.hubs.get(hubId)?.site) stop(hubId);
      for (const hub of network.hubs.values()) {
        if (!hub.site) continue;
        try {
          serve(hub, hub.site, network, namespacePathOf(hub.hubId));
        } catch (error) {
          onError(hub.hubId, error as Error);
        }
      }
    },
    close() {
      for (const hubId of served.keys()) stop(hubId);
    },
  };
}

function answerFor(
  site: ServedSite,
  from: Ipv4,
  query: Buffer,
  transport: DnsTransport,
): Buffer | undefined | Promise<Buffer | undefined> {
  const isQuestion = query.length >= headerLength && (query[2]! & 0xf8) === 0;
  const name = isQuestion ? parseQuestion(query)?.name : undefined;
  const { services, source, namespacePath } = site;
  const forward = name !== undefined && !services.names.has(name) ? findForward(services, name) : undefined;
  if (!forward) {
    const known = answerQuery(query, source, Math.floor(Math.random() * 2 ** 30), transport);
    // A site has no resolver rules, by which others would be asked.
    return Buffer.isBuffer(known) ? known : undefined;
  }
  if (site.waiting >= mostWaiting) return renderServerFailure(query);
  site.waiting += 1;
  // The datagram's memory is the socket's again when this returns.
  const kept = Buffer.from(query);
  const servers = forward.addresses.map((address) => ({ address, port: dnsPort }));
  return forwardQuery(kept, { namespacePath, from, servers, transport })
    .then((answer) => answer ?? renderServerFailure(kept))
    .finally(() => {
      site.waiting -= 1;
    });
}
