// What a person means by "to": a name, an address, or the id of something that has one.
// Names go the way an instance's question goes: the VPC's resolver, its own names, then the public ones.

import { type Ipv4, parseAddress } from '../lib/cidr.ts';
import { explainName, type FailedName } from './explain-name.ts';
import type { Flow } from './gate.ts';
import { findHost } from './hub.ts';
import type { Network } from './network.ts';
import { findPlace, findPlaces, type Place } from './place.ts';

export interface ResolvedTarget {
  /** One at least; a name may have several, of which a client takes any. */
  addresses: Ipv4[];
  /** How they were found; empty when the address was given. */
  text: string;
  by: string;
  /** Set when a certain interface is meant, and not whoever has its address where the packet comes to. */
  networkInterfaceId?: string;
}

/** `vpce-…:80`, `web.example:53/udp`, `10.0.1.5` (then icmp). Undefined when it cannot be read. */
export function parseTarget(text: string): { host: string; flow: Flow } | undefined {
  const match = /^([A-Za-z0-9_.*-]+?)(?::(\d{1,5}))?(?:\/(tcp|udp|icmp))?$/.exec(text);
  if (!match) return undefined;
  const [, host, port, protocol = port ? 'tcp' : 'icmp'] = match as unknown as [
    string,
    string,
    string?,
    Flow['protocol']?,
  ];
  if (port !== undefined && (Number(port) > 65535 || Number(port) === 0)) return undefined;
  if ((protocol === 'icmp') !== (port === undefined)) return undefined;
  return { host, flow: port === undefined ? { protocol } : { protocol, port: Number(port) } };
}

export type Resolution = ResolvedTarget | FailedName;

export function resolveTarget(network: Network, from: Place, host: string): Resolution {
  return resolveId(network, host, from) ?? explainName(network, from.vpc, host);
}

/** What needs no resolver. Undefined: it is a name. @param from absent: not somebody in a VPC */
export function resolveId(network: Network, host: string, from?: Place): Resolution | undefined {
  if (parseAddress(host) !== undefined) return { addresses: [host], text: '', by: '' };
  const place = findPlace(network, host);
  if (place)
    return {
      addresses: [place.node.privateIpAddress],
      text: `${host} has ${place.node.privateIpAddress}`,
      by: host,
      networkInterfaceId: place.node.networkInterfaceId,
    };
  const inSite = findHost(network, host);
  if (inSite) {
    const { address } = inSite;
    return { addresses: [address], text: `${host} has ${address}`, by: host, networkInterfaceId: host };
  }
  if (/^(i|eni|host)-[0-9a-f]+$/.test(host)) return noSuch(host);
  if (/^vpce-[0-9a-f]+$/.test(host)) return resolveEndpoint(network, host, from);
  return /^[a-z]+(-[a-z]+)*-[0-9a-f]{17}$/.test(host) ? hasNoAddress(host) : undefined;
}

/** No resolver knows a name like that: a gateway, a service, a group is meant. */
const hasNoAddress = (id: string): FailedName => ({
  failed: `${id} has no address that could be asked for: name an instance, a network interface, an endpoint or an address`,
  by: id,
  code: 'NO_SOURCE_OR_DESTINATION',
});

const noSuch = (id: string): FailedName => ({
  failed: `${id} does not exist or has no network interface`,
  by: id,
  code: 'NO_SOURCE_OR_DESTINATION',
});

/** The leg in the client's own zone if there is one. */
function resolveEndpoint(network: Network, vpcEndpointId: string, from: Place | undefined): Resolution {
  const nodes = findPlaces(network, vpcEndpointId).map((place) => place.node);
  const leg =
    nodes.find(({ availabilityZoneId }) => availabilityZoneId === from?.node.availabilityZoneId) ?? nodes[0];
  const gatewayEndpoint = [...network.vpcs.values()]
    .flatMap(({ gatewayEndpoints }) => gatewayEndpoints)
    .find((one) => one.vpcEndpointId === vpcEndpointId);
  if (gatewayEndpoint)
    return {
      failed: `${vpcEndpointId} is a gateway endpoint and has no address; routes lead to it: ask for a name of the service, such as ${gatewayEndpoint.service}.${gatewayEndpoint.region}.amazonaws.com`,
      by: vpcEndpointId,
      code: 'VPCE_GATEWAY_HAS_NO_ADDRESS',
    };
  if (!leg) return noSuch(vpcEndpointId);
  const { networkInterfaceId, privateIpAddress, availabilityZone } = leg;
  return {
    addresses: [privateIpAddress],
    text: `${vpcEndpointId} has ${networkInterfaceId} with ${privateIpAddress} in ${availabilityZone}`,
    by: vpcEndpointId,
    networkInterfaceId,
  };
}
