// The VPC resolver: what answers at base + 2 and at 169.254.169.253 in every VPC that has enableDnsSupport.
// Told the whole network each time; it opens what is new, closes what is gone and swaps the names of the rest.

import type { VpcId } from '../cloud/id.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import type { Network, VpcNetwork } from '../network/network.ts';
import { type NameSource, nameSource } from '../network/resolve-name.ts';
import { answerQuery } from './answer.ts';
import { type DnsServer, openDnsServer } from './dns-server.ts';
import { identifyNamespace } from './namespace-identity.ts';

export interface ResolverOptions {
  /** Told when an address could not be served; the next `set` tries again. */
  onError: (vpcId: VpcId, error: Error) => void;
}

export interface VpcResolver {
  /** The addresses must be up in the namespaces for clients to reach them; opening does not wait for that. */
  set(network: Network, namespacePathOf: (vpcId: VpcId) => string): void;
  close(): void;
}

/** What serves one VPC. The servers read `source` at each query, so that a new network needs no new sockets. */
interface ServedVpc {
  /** Undefined: the namespace was not there. */
  namespaceIdentity: string | undefined;
  source: NameSource;
  servers: Map<Ipv4, DnsServer>;
}

export function createResolver(options: ResolverOptions): VpcResolver {
  const served = new Map<VpcId, ServedVpc>();

  function serve(vpc: VpcNetwork, network: Network, namespacePath: string): void {
    const namespaceIdentity = identifyNamespace(namespacePath);
    if (served.get(vpc.vpcId)?.namespaceIdentity !== namespaceIdentity) stop(vpc.vpcId);
    const source = nameSource(network, vpc, 'vpc');
    const state = served.get(vpc.vpcId) ?? { namespaceIdentity, source, servers: new Map() };
    served.set(vpc.vpcId, state);
    state.source = source;
    const wanted = new Set(vpc.resolver.addresses);
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

  function stop(vpcId: VpcId): void {
    for (const server of served.get(vpcId)?.servers.values() ?? []) server.close();
    served.delete(vpcId);
  }

  return {
    set(network, namespacePathOf) {
      for (const vpcId of served.keys()) {
        if (!network.vpcs.get(vpcId)?.resolver.enabled) stop(vpcId);
      }
      for (const vpc of network.vpcs.values()) {
        if (!vpc.resolver.enabled) continue;
        try {
          serve(vpc, network, namespacePathOf(vpc.vpcId));
        } catch (error) {
          options.onError(vpc.vpcId, error as Error);
        }
      }
    },
    close() {
      for (const vpcId of served.keys()) stop(vpcId);
    },
  };
}
