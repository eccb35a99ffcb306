// Where a packet was refused: the link it is counted by says which interface that was. The address may be another's by now,
// and nobody is to blame for what somebody before him was refused.

import { cidrContains } from '../lib/cidr.ts';
import type { Drop, DropLink, NamedDrop, Refusal } from './drop.ts';
import type { NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { findInterfaceAt, idsOf } from './place.ts';
import type { PacketStopCode } from './stop-code.ts';

export interface DropPlace {
  /** The interface that sent or forwarded it into the router. Absent: it came from elsewhere. */
  source: NetworkInterfaceNode | undefined;
  /** The interface that it was for. */
  destination: NetworkInterfaceNode | undefined;
  /** Set when it was refused at an interface that is no more: the end of its id. */
  gone?: string;
}

/** What comes by such a link has no address of this VPC, whatever it says. */
const otherNetworks = new Set(['pcx', 'tga', 'vgw']);

export function findDropPlace(
  vpc: VpcNetwork,
  { sourceAddress, destinationAddress, link, reason }: Drop,
): DropPlace {
  const source = findInterfaceAt(vpc, sourceAddress);
  const destination = findInterfaceAt(vpc, destinationAddress);
  if (!link) return { source, destination };
  const { idEnd } = link;
  const isIncoming = reason === 'ingress';
  if (link.kind !== 'eni')
    return { source: otherNetworks.has(link.kind) && !isIncoming ? undefined : source, destination };
  const node = vpc.interfaces.find(({ networkInterfaceId }) => networkInterfaceId.endsWith(idEnd));
  if (!node) return { source: undefined, destination: undefined, gone: idEnd };
  return isIncoming ? { source, destination: node } : { source: node, destination };
}

/** The peering or attachment by which it came from another network. */
export function findBorder(
  { peerings, hubAttachments }: VpcNetwork,
  link: DropLink | undefined,
): string | undefined {
  if (!link || !otherNetworks.has(link.kind)) return undefined;
  const ids = [
    ...peerings.map(({ vpcPeeringConnectionId }) => vpcPeeringConnectionId),
    ...hubAttachments.map(({ attachmentId }) => attachmentId),
  ];
  return ids.find((id) => id.endsWith(link.idEnd));
}

const codesOfGone: Partial<Record<Drop['reason'], PacketStopCode>> = {
  egress: 'ENI_SG_RULES_MISMATCH',
  ingress: 'ENI_SG_RULES_MISMATCH',
  'source-check': 'ENI_SOURCE_DEST_CHECK_RESTRICTION',
  'no-route': 'NO_ROUTE_TO_DESTINATION',
  'service-limit': 'LINK_LOCAL_ALLOWANCE_EXCEEDED',
};

/** Of an interface that is gone nobody knows any more which groups and which route table it had. */
export function findGoneRefuser(
  { vpcId }: VpcNetwork,
  { reason }: Drop,
  { gone }: DropPlace,
): Refusal | undefined {
  const code = codesOfGone[reason];
  if (gone === undefined || !code) return undefined;
  return { refusedBy: vpcId, code, why: `refused it at an interface that is gone (eni-…${gone})` };
}

/** Reasons that are an interface's own, and the way that the packet was going through it. */
const directions: Partial<Record<Drop['reason'], 'in' | 'out'>> = {
  egress: 'out',
  'source-check': 'out',
  'service-limit': 'out',
  ingress: 'in',
};

export function whereRefused(
  vpc: VpcNetwork,
  drop: Drop,
  { source, destination }: DropPlace,
  refusedBy: string,
): Pick<NamedDrop, 'networkInterfaceId' | 'direction' | 'concerns'> {
  const byAcl = drop.networkAcl && (drop.networkAcl.direction === 'egress' ? 'out' : 'in');
  const direction = byAcl ?? directions[drop.reason];
  const node = direction === 'in' ? destination : source;
  const ends = [source, destination].filter((end) => end !== undefined);
  const concerns = [
    ...[vpc.vpcId, ...refusedBy.split(', ')],
    ...ends.flatMap((end) => [...idsOf(end), end.subnetId]),
    ...endpointsAt(vpc, drop),
  ];
  return {
    ...(direction ? { direction } : {}),
    ...(direction && node ? { networkInterfaceId: node.networkInterfaceId } : {}),
    concerns: [...new Set(concerns)],
  };
}

/** Endpoints that have no interface here: gateway endpoints, and in a provider's VPC those of its consumers. */
function endpointsAt({ gatewayEndpoints, connections }: VpcNetwork, { destinationAddress }: Drop): string[] {
  return [
    ...gatewayEndpoints.filter(({ cidrBlocks }) =>
      cidrBlocks.some((cidrBlock) => cidrContains(cidrBlock, destinationAddress)),
    ),
    ...connections.filter(({ endpointAddress }) => endpointAddress === destinationAddress),
  ].map(({ vpcEndpointId }) => vpcEndpointId);
}
