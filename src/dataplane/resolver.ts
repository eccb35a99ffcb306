// The VPC resolver: what answers at base + 2 and at 169.254.169.253 in every VPC that has enableDnsSupport, and at the addresses of
// its inbound endpoints. Told the whole network each time; it opens what is new, closes what is gone and swaps the names of the rest.

import { randomInt } from 'node:crypto';
import type { Ipv4 } from '../lib/cidr.ts';
import type { Network, VpcNetwork } from '../network/network.ts';
import { type NameSource, nameSource } from '../network/resolve-name.ts';
import { serviceOwners } from '../network/service-interface.ts';
import { answerQuery, type DnsTransport, type Forwarding } from './answer.ts';
import { AnswerCache } from './answer-cache.ts';
import { forwardQuery } from './dns-forward.ts';
import { type DnsServer, openDnsServer } from './dns-server.ts';
import { identifyNamespace } from './namespace-identity.ts';

/** Of one place at once. What comes beyond fails at once: rules that lead in a circle end here. */
const mostWaiting = 512;
/** A client waits about five seconds in all. */
const mostAsked = 2;

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
  /** Questions that wait for others' answers. */
  waiting: number;
  servers: Map<Ipv4, DnsServer>;
}

export function createResolver(options: ResolverOptions): VpcResolver {
  const served = new Map<string, ServedPlace>();
  const cache = new AnswerCache();

  function serve({ id, addresses, source }: Place, pathOf: (id: string) => string): void {
    const namespacePath = pathOf(id);
    const namespaceIdentity = identifyNamespace(namespacePath);
    if (served.get(id)?.namespaceIdentity !== namespaceIdentity) stop(id);
    const state = served.get(id) ?? { namespaceIdentity, source, waiting: 0, servers: new Map() };
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
        answer(cache, state, query, transport, pathOf),
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
          serve(place, namespacePathOf);
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

function answer(
  cache: AnswerCache,
  place: ServedPlace,
  query: Buffer,
  transport: DnsTransport,
  namespacePathOf: (id: string) => string,
): Buffer | Promise<Buffer> | undefined {
  const rotation = Math.floor(Math.random() * 2 ** 30);
  const known =
    transport === 'udp'
      ? cache.answer(query, place.source, rotation)
      : answerQuery(query, place.source, rotation, transport);
  if (known === undefined || Buffer.isBuffer(known)) return known;
  if (place.waiting >= mostWaiting) return known.finish(undefined);
  place.waiting += 1;
  return askOthers(known, transport, namespacePathOf)
    .then(known.finish)
    .finally(() => {
      place.waiting -= 1;
    });
}

/** AWS: from one of the endpoint's addresses, and of the targets one after the other until one answers. */
async function askOthers(
  { forward, query }: Forwarding,
  transport: DnsTransport,
  namespacePathOf: (id: string) => string,
): Promise<Buffer | undefined> {
  const { from, targets } = forward;
  if (from.length === 0) return undefined;
  const { networkInterfaceId, address } = from[randomInt(from.length)]!;
  const first = randomInt(targets.length);
  const servers = [...targets.slice(first), ...targets.slice(0, first)].slice(0, mostAsked);
  return forwardQuery(query, {
    namespacePath: namespacePathOf(networkInterfaceId),
    from: address,
    servers,
    transport,
  });
}
