// Where a path begins and where it ends, as places in the compiled network: which interfaces, which gateway, and which addresses
// are meant where the question names none.

import type { Cloud } from './cloud/cloud.ts';
import type { VpcId } from './cloud/id.ts';
import { type NetworkInsightsPath, pathEndKindOf } from './cloud/network-insights.ts';
import { attachedVpcId } from './cloud/vpn.ts';
import type { Cidr, Ipv4 } from './lib/cidr.ts';
import type { PathStart } from './network/explain-path.ts';
import type { Network, NetworkInterfaceNode, VpcNetwork } from './network/network.ts';
import { contains, isPublic } from './network/packet-class.ts';
import { findPlace, findPlaces } from './network/place.ts';
import type { StopCode } from './network/stop-code.ts';

/** Addresses: those that are given, or whatever fits. */
export type Addresses =
  | { given: Ipv4[] }
  | { isMeant: (address: number) => boolean; further: readonly Cidr[] };

export interface Beginning {
  vpc: VpcNetwork;
  startFrom(address: Ipv4): PathStart;
  sources: Addresses;
}

export interface Ending {
  vpc?: VpcNetwork;
  destinations: Addresses;
  goal?: string;
  networkInterfaceId?: string;
}

/** There is no such place: by which code, and who says so. */
export class NoPlace extends Error {
  readonly code: StopCode;
  readonly at: string;

  constructor(code: StopCode, at: string) {
    super(code);
    this.code = code;
    this.at = at;
  }
}

/** What cannot be answered, said plainly. */
export class NoAnswer extends Error {}

export function listBeginnings(
  cloud: Cloud,
  network: Network,
  path: Pick<NetworkInsightsPath, 'source' | 'sourceIp' | 'filterAtSource'>,
  into: VpcNetwork | undefined,
): Beginning[] {
  const { resourceId: id } = path.source;
  const from = path.sourceIp ?? path.filterAtSource?.sourceAddress;
  switch (pathEndKindOf(id)) {
    case 'i':
    case 'eni':
      return findInterfaces(cloud, network, id).map(({ vpc, node }) => beginAt(vpc, node, from));
    case 'igw': {
      const vpc = gatewayVpc(network, id, cloud.internetGateways.find(id)?.vpcId);
      const startFrom = (address: Ipv4): PathStart => ({
        ...{ kind: 'internet-gateway', vpcId: vpc.vpcId, from: address },
      });
      return [{ vpc, startFrom, sources: from ? { given: [from] } : { isMeant: isPublic, further: [] } }];
    }
    case 'pcx':
      return beginAtPeering(cloud, network, id as `pcx-${string}`, from, into);
    case 'vgw': {
      const gateway = cloud.vpnGateways.find(id);
      const vpc = gatewayVpc(network, id, gateway && attachedVpcId(gateway));
      const startFrom = (address: Ipv4): PathStart => ({
        ...{ kind: 'vpn-gateway', vpnGatewayId: id, vpcId: vpc.vpcId, from: address },
      });
      const isMeant = (address: number) => !isIn(vpc, address) && isAddressOfSomebody(address);
      return [{ vpc, startFrom, sources: from ? { given: [from] } : { isMeant, further: [] } }];
    }
    case 'tgw-attach':
      return [beginAtAttachment(cloud, network, id, from)];
    default:
      throw new NoAnswer(`Isthmus cannot analyze a path from ${id}.`);
  }
}

function beginAt(vpc: VpcNetwork, node: NetworkInterfaceNode, from: Ipv4 | undefined): Beginning {
  const { networkInterfaceId, privateIpAddress, sourceDestCheck } = node;
  if (from !== undefined && from !== privateIpAddress) {
    if (sourceDestCheck) throw new NoPlace('ENI_SOURCE_DEST_CHECK_RESTRICTION', networkInterfaceId);
    throw new NoAnswer(
      `${from} is not the address of ${networkInterfaceId}: nobody knows what answers find.`,
    );
  }
  return {
    ...{ vpc, sources: { given: [privateIpAddress] } },
    startFrom: () => ({ kind: 'interface', networkInterfaceId }),
  };
}

function beginAtPeering(
  cloud: Cloud,
  network: Network,
  id: `pcx-${string}`,
  from: Ipv4 | undefined,
  into: VpcNetwork | undefined,
): Beginning[] {
  const peering = cloud.vpcPeeringConnections.find(id);
  if (!peering) throw new NoPlace('NO_SOURCE_OR_DESTINATION', id);
  const { requester, accepter } = peering;
  const sides = [requester.vpcId, accepter.vpcId];
  return sides
    .filter((vpcId) => into === undefined || into.vpcId === vpcId || !sides.includes(into.vpcId))
    .map((intoVpcId): Beginning => {
      const fromVpcId = sides.find((vpcId) => vpcId !== intoVpcId)!;
      const vpc = network.vpcs.get(intoVpcId);
      const beyond = network.vpcs.get(fromVpcId);
      const isActive = vpc?.peerings.some((one) => one.vpcPeeringConnectionId === id);
      if (!vpc || !beyond || !isActive) throw new NoPlace('BAD_STATE', id);
      return {
        vpc,
        startFrom: (address) => ({
          ...{ kind: 'peering', vpcPeeringConnectionId: id, fromVpcId, intoVpcId, from: address },
        }),
        sources: from
          ? { given: [from] }
          : { isMeant: (address) => isIn(beyond, address), further: blocksOf(beyond) },
      };
    });
}

function beginAtAttachment(cloud: Cloud, network: Network, id: string, from: Ipv4 | undefined): Beginning {
  const attachment = cloud.transitGatewayAttachments.find(id);
  if (!attachment) throw new NoPlace('NO_SOURCE_OR_DESTINATION', id);
  if (attachment.resourceType !== 'vpc')
    throw new NoAnswer(
      `Isthmus analyzes paths from attachments of VPCs, and ${id} is of a ${attachment.resourceType}.`,
    );
  const vpc = gatewayVpc(network, id, attachment.vpcId);
  const { vpcId } = vpc;
  return {
    vpc,
    startFrom: (address) => ({
      ...{ kind: 'attachment', hubId: attachment.transitGatewayId, attachmentId: id, vpcId, from: address },
    }),
    sources: from ? { given: [from] } : { isMeant: (address) => isIn(vpc, address), further: [] },
  };
}

export function listEndings(
  cloud: Cloud,
  network: Network,
  path: Pick<NetworkInsightsPath, 'source' | 'destination' | 'destinationIp' | 'filterAtSource'>,
): Ending[] {
  const to = path.destinationIp ?? path.filterAtSource?.destinationAddress;
  if (!path.destination) return [{ destinations: { given: [to!] } }];
  const { resourceId: id } = path.destination;
  switch (pathEndKindOf(id)) {
    case 'i':
    case 'eni':
      return endAtInterface(cloud, network, id, path, to);
    case 'igw': {
      const vpc = gatewayVpc(network, id, cloud.internetGateways.find(id)?.vpcId);
      return [endAtGateway(id, vpc, to, isPublic)];
    }
    case 'pcx': {
      const peering = cloud.vpcPeeringConnections.find(id);
      if (!peering) throw new NoPlace('NO_SOURCE_OR_DESTINATION', id);
      return [peering.requester, peering.accepter].flatMap(({ vpcId }) => {
        const vpc = network.vpcs.get(vpcId);
        return vpc ? [endAtGateway(id, vpc, to, (address) => isIn(vpc, address))] : [];
      });
    }
    case 'vgw':
    case 'tgw':
    case 'tgw-attach':
      return [endAtHub(cloud, network, id, to)];
    case 'vpce':
      return endAtEndpoint(network, id, to);
    case 'vpce-svc':
      return endAtService(network, id);
    default:
      throw new NoAnswer(`Isthmus cannot analyze a path to ${id}.`);
  }
}

function endAtInterface(
  cloud: Cloud,
  network: Network,
  id: string,
  { source }: Pick<NetworkInsightsPath, 'source'>,
  to: Ipv4 | undefined,
): Ending[] {
  const isFromInternet = pathEndKindOf(source.resourceId) === 'igw';
  const endings = findInterfaces(cloud, network, id).flatMap(({ vpc, node }): Ending[] => {
    const { networkInterfaceId, privateIpAddress } = node;
    const publicIpAddress = vpc.internetGateway?.publicAddresses.find(
      (one) => one.privateIpAddress === privateIpAddress,
    )?.publicIpAddress;
    if (to !== undefined && to !== privateIpAddress && to !== publicIpAddress) return [];
    const address = isFromInternet ? (publicIpAddress ?? privateIpAddress) : (to ?? privateIpAddress);
    return [{ vpc, destinations: { given: [address] }, networkInterfaceId }];
  });
  if (endings.length === 0) throw new NoPlace('FILTER_AT_DESTINATION_DESTINATION_ADDRESS', id);
  return endings;
}

function endAtGateway(
  goal: string,
  vpc: VpcNetwork | undefined,
  to: Ipv4 | undefined,
  isMeant: (address: number) => boolean,
): Ending {
  const destinations: Addresses = to ? { given: [to] } : { isMeant, further: vpc ? blocksOf(vpc) : [] };
  return { ...(vpc ? { vpc } : {}), goal, destinations };
}

function endAtHub(cloud: Cloud, network: Network, id: string, to: Ipv4 | undefined): Ending {
  const attachment = cloud.transitGatewayAttachments.find(id);
  const hubId = attachment?.transitGatewayId ?? id;
  const isKnown = attachment || cloud.transitGateways.has(id) || cloud.vpnGateways.has(id);
  if (!isKnown) throw new NoPlace('NO_SOURCE_OR_DESTINATION', id);
  const hub = network.hubs.get(hubId);
  const further = hub?.tables.flatMap(({ routes }) => routes.map(({ destination }) => destination)) ?? [];
  return { goal: id, destinations: to ? { given: [to] } : { isMeant: isAddressOfSomebody, further } };
}

function endAtEndpoint(network: Network, id: string, to: Ipv4 | undefined): Ending[] {
  const legs = findPlaces(network, id).filter(({ node }) => to === undefined || node.privateIpAddress === to);
  if (legs.length > 0)
    return legs.map(({ vpc, node }) => ({
      ...{ vpc, goal: id, networkInterfaceId: node.networkInterfaceId },
      destinations: { given: [node.privateIpAddress] },
    }));
  for (const vpc of network.vpcs.values()) {
    const gateway = vpc.gatewayEndpoints.find(({ vpcEndpointId }) => vpcEndpointId === id);
    if (!gateway) continue;
    const { cidrBlocks } = gateway;
    const isMeant = (address: number) => cidrBlocks.some((cidr) => contains(cidr, address));
    return [{ vpc, goal: id, destinations: to ? { given: [to] } : { isMeant, further: cidrBlocks } }];
  }
  throw new NoPlace('NO_SOURCE_OR_DESTINATION', id);
}

/** By any endpoint to it. */
function endAtService(network: Network, id: string): Ending[] {
  const endings = [...network.vpcs.values()].flatMap((vpc) =>
    vpc.endpointLegs
      .filter(({ serviceId }) => serviceId === id)
      .map(
        ({ networkInterfaceId, privateIpAddress }): Ending => ({
          ...{ vpc, networkInterfaceId, destinations: { given: [privateIpAddress] } },
        }),
      ),
  );
  if (endings.length === 0) throw new NoPlace('NO_PATH', id);
  return endings;
}

/** Every interface of an instance, or the one. */
function findInterfaces(cloud: Cloud, network: Network, id: string) {
  const ids = id.startsWith('eni-')
    ? [id]
    : cloud.networkInterfaces
        .where(({ attachment }) => attachment?.instanceId === id)
        .map(({ networkInterfaceId }) => networkInterfaceId);
  const places = [...ids].flatMap((one) => findPlace(network, one) ?? []);
  const isKnown = cloud.instances.has(id as `i-${string}`) || cloud.networkInterfaces.has(id);
  if (places.length === 0)
    throw new NoPlace(isKnown ? 'UNASSOCIATED_COMPONENT' : 'NO_SOURCE_OR_DESTINATION', id);
  return places;
}

function gatewayVpc(network: Network, id: string, vpcId: VpcId | undefined): VpcNetwork {
  const vpc = vpcId && network.vpcs.get(vpcId);
  if (!vpc) throw new NoPlace('UNASSOCIATED_COMPONENT', id);
  return vpc;
}

const blocksOf = ({ cidrBlocks }: VpcNetwork) => cidrBlocks.map(({ cidrBlock }) => cidrBlock);
const isIn = (vpc: VpcNetwork, address: number) => blocksOf(vpc).some((cidr) => contains(cidr, address));

const isAddressOfSomebody = (address: number) =>
  !['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'].some((cidr) => contains(cidr, address));
