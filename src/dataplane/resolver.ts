// The VPC resolver: what answers at base + 2 and at 169.254.169.253 in every VPC that has enableDnsSupport, and at the addresses of
// its inbound endpoints. Told the whole network each time; it opens what is new, closes what is gone and swaps the names of the rest.

import type { Ipv4 } from '../lib/cidr.ts';
import type { Network, VpcNetwork } from '../network/network.ts';
import { type NameSource, nameSource } from '../network/resolve-name.ts';
import { serviceOwners } from '../network/service-interface.ts';
import { answerQuery } from './answer.ts';
import { type DnsServer, openDnsServer } from './dns-server.ts';
import { identifyNamespace } from './namespace-identity.ts';

export interface ResolverOptions {
  /** Told when an address could not be served; the next `set` tries again. @param id of the VPC or the endpoint */
  onError: (id: string, error: Error) => void;
}

export interface VpcResolver {
  /** The addresses must be up in the namespaces for clients to reach them; opening does not wait for that. */
  set(network: Network, namespacePathOf: (id: string) => string): void;
  close(): void;
}

/** Where a resolver answers: in its VPC's router, or behind the interfaces of an inbound endpoint. */
interface Place {
  /** Whose namespace it is: the VPC's or the endpoint's. */
  id: string;
  addresses: Ipv4[];
  source: NameSource;
}

/** What serves one place. The servers read `source` at each query, so that a new network needs no new sockets. */
interface ServedPlace {
  /** Undefined: the namespace was not there. */
  namespaceIdentity: string | undefined;
  source: NameSource;
  servers: Map<Ipv4, DnsServer>;
}

export function createResolver(options: ResolverOptions): VpcResolver {
  const served = new Map<string, ServedPlace>();

  function serve({ id, addresses, source }: Place, namespacePath: string): void {
    const namespaceIdentity = identifyNamespace(namespacePath);
    if (served.get(id)?.namespaceIdentity !== namespaceIdentity) stop(id);
    const state = served.get(id) ?? { namespaceIdentity, source, servers: new Map() };
    served.set(id, state);
    state.source = source;
    const wanted = new Set(addresses);
    for (const [address, server] of state.servers) {
      if (wanted.has(address)) continue;
      server.close();
      state.servers.delete(address);
    }
    for (const address of wanted) {
      if (state.servers.has(address)) continue;
      const server = openDnsServer(namespacePath, address, (query, transport) =>
        answerQuery(query, state.source, Math.floor(Math.random() * 2 ** 30), transport),
      );
      state.servers.set(address, server);
    }
  }

  function stop(id: string): void {
    for (const server of served.get(id)?.servers.values() ?? []) server.close();
    served.delete(id);
  }

  return {
    set(network, namespacePathOf) {
      const places = [...network.vpcs.values()].flatMap((vpc) => listPlaces(network, vpc));
      const wanted = new Set(places.map(({ id }) => id));
      for (const id of served.keys()) if (!wanted.has(id)) stop(id);
      for (const place of places) {
        try {
          serve(place, namespacePathOf(place.id));
        } catch (error) {
          options.onError(place.id, error as Error);
        }
      }
    },
    close() {
      for (const id of served.keys()) stop(id);
    },
  };
}

/** Without enableDnsSupport nobody answers, neither inside nor for those outside. */
function listPlaces(network: Network, vpc: VpcNetwork): Place[] {
  if (!vpc.resolver.enabled) return [];
  const inbound = [...serviceOwners(vpc)].flatMap(([id, nodes]) => {
    if (nodes[0]!.behind.kind !== 'inbound-resolver') return [];
    const addresses = nodes.map(({ privateIpAddress }) => privateIpAddress);
    return [{ id, addresses, source: nameSource(network, vpc, 'inbound') }];
  });
  const { addresses } = vpc.resolver;
  return [{ id: vpc.vpcId, addresses, source: nameSource(network, vpc, 'vpc') }, ...inbound];
}
