// Where AWS's services can be met: the internet, the doors of gateway endpoints, and those of interface endpoints.
// What each place means for a connection that comes in there: which service it has reached, by which endpoint, and for how long.

import type { Arrival } from '../aws/arrival.ts';
import type { CertificateSubject } from '../aws/certificates.ts';
import type { VpcEndpointId } from '../cloud/id.ts';
import { findFrontEnd } from '../cloud/public-range.ts';
import { serviceNames } from '../cloud/service-name.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import { internetId } from '../linux/link-name.ts';
import { type Listener, publicFrontEndListeners } from '../network/listener.ts';
import type { GatewayEndpointNode, Network, ServiceInterfaceNode, VpcNetwork } from '../network/network.ts';
import { findInterfaceAt } from '../network/place.ts';
import { chooseRoute } from '../network/route-choice.ts';
import { serviceOwners } from '../network/service-interface.ts';

/** Both ends of a connection that has come in. */
export interface Ends {
  source: Ipv4;
  destination: Ipv4;
}

export interface ServicePlace {
  /** The endpoint's, or `internet`: that of its namespace too. */
  id: string;
  ports: number[];
  /** Absent: the internet's, which leads to every front end. */
  endpoint?: NonNullable<Arrival['endpoint']>;
  /** What is served at an address of this place, and what its certificate says. */
  findFrontEnd(address: Ipv4): { frontEnd: FrontEnd; certificate: CertificateSubject } | undefined;
  /** AWS: what no longer leads here ends the connections that came that way. */
  isStray(ends: Ends): boolean;
}

type FrontEnd = NonNullable<Arrival['frontEnd']>;

const portsOf = (listeners: readonly Listener[]) => listeners.map(({ port }) => port);

export function listServicePlaces(network: Network): ServicePlace[] {
  return [
    internet,
    ...[...network.vpcs.values()].flatMap((vpc) => [
      ...vpc.gatewayEndpoints.map((node) => placeOfGatewayEndpoint(vpc, node)),
      ...[...serviceOwners(vpc).values()].flatMap((nodes) => placeOfInterfaces(vpc, nodes)),
    ]),
  ];
}

const internet: ServicePlace = {
  id: internetId,
  ports: portsOf(publicFrontEndListeners),
  findFrontEnd: (address) => describeFrontEnd(findFrontEnd(address)),
  isStray: () => false,
};

function describeFrontEnd(found: FrontEnd | undefined) {
  if (!found) return undefined;
  const { service, region } = found;
  const certificate = { id: `${service} ${region}`, names: serviceNames(found) };
  return { frontEnd: { service, region }, certificate };
}

function placeOfGatewayEndpoint(vpc: VpcNetwork, node: GatewayEndpointNode): ServicePlace {
  const { vpcEndpointId } = node;
  return {
    id: vpcEndpointId,
    ports: portsOf(publicFrontEndListeners),
    endpoint: { vpcEndpointId, vpcId: vpc.vpcId, endpointType: 'gateway' },
    findFrontEnd: () => describeFrontEnd(node),
    isStray: ({ source, destination }) => !leadsToEndpoint(vpc, source, destination, vpcEndpointId),
  };
}

/** Empty where no service of AWS's is behind them. */
function placeOfInterfaces(vpc: VpcNetwork, nodes: ServiceInterfaceNode[]): ServicePlace[] {
  const [{ ownerId, behind, listeners }] = nodes as [ServiceInterfaceNode];
  if (behind.kind !== 'aws-service') return [];
  const { service, region, names } = behind;
  const addresses = new Set(nodes.map(({ privateIpAddress }) => privateIpAddress));
  const vpcEndpointId = ownerId as VpcEndpointId;
  return [
    {
      id: ownerId,
      ports: portsOf(listeners),
      endpoint: { vpcEndpointId, vpcId: vpc.vpcId, endpointType: 'interface' },
      findFrontEnd: () => ({ frontEnd: { service, region }, certificate: { id: ownerId, names } }),
      isStray: ({ destination }) => !addresses.has(destination),
    },
  ];
}

/** A source that is nobody's own was forwarded by an interface without source check: any of those may have been it. */
function leadsToEndpoint(
  vpc: VpcNetwork,
  source: Ipv4,
  destination: Ipv4,
  vpcEndpointId: VpcEndpointId,
): boolean {
  const owner = findInterfaceAt(vpc, source);
  const senders = owner ? [owner] : vpc.interfaces.filter(({ sourceDestCheck }) => !sourceDestCheck);
  return senders.some(({ routeTableId }) => {
    const target = chooseRoute(vpc, routeTableId, destination)?.chosen.target;
    return target?.kind === 'gateway-endpoint' && target.vpcEndpointId === vpcEndpointId;
  });
}
