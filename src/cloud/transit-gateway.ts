// Transit gateways: routers of a region that VPCs and sites are attached to, each with route tables of its own.
// By which table a packet goes on says the association of the attachment it came by; what a table knows are its
// static routes and what attachments announce to it (propagation).

import type { Cidr } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import type {
  AccountId,
  DirectConnectGatewayId,
  NetworkInterfaceId,
  PrefixListId,
  SubnetId,
  TransitGatewayAttachmentId,
  TransitGatewayId,
  TransitGatewayRouteTableId,
  VpcId,
  VpnConnectionId,
} from './id.ts';
import { findOrganizationOf } from './organization.ts';
import type { Owned } from './vpc.ts';

export interface TransitGateway extends Owned {
  transitGatewayId: TransitGatewayId;
  description: string;
  creationTime: string;
  amazonSideAsn: number;
  autoAcceptSharedAttachments: boolean;
  dnsSupport: boolean;
  vpnEcmpSupport: boolean;
  /** Absent: a new attachment is associated with no table. */
  associationDefaultRouteTableId?: TransitGatewayRouteTableId;
  /** Absent: a new attachment announces its ranges to no table. */
  propagationDefaultRouteTableId?: TransitGatewayRouteTableId;
  /** Set: it has been changed since it was made. */
  modifiedAt?: string;
  /** Set: it is over, and stays to be seen for a while. */
  endedAt?: string;
}

interface Attachment extends Owned {
  // The account is that of the resource that is attached.
  transitGatewayAttachmentId: TransitGatewayAttachmentId;
  transitGatewayId: TransitGatewayId;
  transitGatewayOwnerId: AccountId;
  creationTime: string;
  decision: 'pendingAcceptance' | 'accepted' | 'rejected' | 'deleted';
  modifiedAt?: string;
  /** When it was rejected or deleted: it stays to be seen for a while after. */
  endedAt?: string;
}

export interface TransitGatewayVpcAttachment extends Attachment {
  resourceType: 'vpc';
  vpcId: VpcId;
  /** One per zone. What comes from the transit gateway goes on by the route table of the first. */
  subnets: { subnetId: SubnetId; networkInterfaceId: NetworkInterfaceId }[];
  dnsSupport: boolean;
  securityGroupReferencingSupport: boolean;
  applianceModeSupport: boolean;
}

/** Comes and goes with a VPN connection to the transit gateway. */
export interface TransitGatewayVpnAttachment extends Attachment {
  resourceType: 'vpn';
  vpnConnectionId: VpnConnectionId;
}

/** Comes and goes with the association of a Direct Connect gateway. */
export interface TransitGatewayDirectConnectAttachment extends Attachment {
  resourceType: 'direct-connect-gateway';
  directConnectGatewayId: DirectConnectGatewayId;
  associationId: string;
}

export type TransitGatewayAttachment =
  | TransitGatewayVpcAttachment
  | TransitGatewayVpnAttachment
  | TransitGatewayDirectConnectAttachment;

export interface TransitGatewayRouteTable extends Owned {
  transitGatewayRouteTableId: TransitGatewayRouteTableId;
  transitGatewayId: TransitGatewayId;
  creationTime: string;
  routes: TransitGatewayStaticRoute[];
  /** Static routes to every range of a list. */
  prefixListReferences?: TransitGatewayPrefixListReference[];
  endedAt?: string;
}

export interface TransitGatewayStaticRoute {
  destinationCidrBlock: Cidr;
  /** Absent: what matches is dropped. */
  transitGatewayAttachmentId?: TransitGatewayAttachmentId;
}

export interface TransitGatewayPrefixListReference {
  prefixListId: PrefixListId;
  /** Absent: what matches is dropped. */
  transitGatewayAttachmentId?: TransitGatewayAttachmentId;
}

/** An attachment has one at most. */
export interface TransitGatewayAssociation {
  transitGatewayAttachmentId: TransitGatewayAttachmentId;
  transitGatewayRouteTableId: TransitGatewayRouteTableId;
  generation: number;
}

/** The attachment announces its ranges to the table. */
export interface TransitGatewayPropagation {
  /** table/attachment */
  propagationKey: string;
  transitGatewayAttachmentId: TransitGatewayAttachmentId;
  transitGatewayRouteTableId: TransitGatewayRouteTableId;
  generation: number;
}

export function propagationKey(
  transitGatewayRouteTableId: TransitGatewayRouteTableId,
  transitGatewayAttachmentId: TransitGatewayAttachmentId,
): string {
  return `${transitGatewayRouteTableId}/${transitGatewayAttachmentId}`;
}

/** The id of what is attached. */
export function attachedResourceId(attachment: TransitGatewayAttachment): string {
  switch (attachment.resourceType) {
    case 'vpc':
      return attachment.vpcId;
    case 'vpn':
      return attachment.vpnConnectionId;
    case 'direct-connect-gateway':
      return attachment.directConnectGatewayId;
  }
}

/** A VPN connection's attachment, as long as it lives. */
export function attachmentOfVpn(
  { transitGatewayAttachments }: Cloud,
  vpnConnectionId: VpnConnectionId,
): TransitGatewayVpnAttachment | undefined {
  for (const one of transitGatewayAttachments.all())
    if (one.resourceType === 'vpn' && one.vpnConnectionId === vpnConnectionId && isAttachmentAlive(one))
      return one;
  return undefined;
}

/** That of a Direct Connect gateway's association, likewise. */
export function attachmentOfAssociation(
  { transitGatewayAttachments }: Cloud,
  associationId: string,
): TransitGatewayDirectConnectAttachment | undefined {
  for (const one of transitGatewayAttachments.all()) {
    if (one.resourceType !== 'direct-connect-gateway' || one.associationId !== associationId) continue;
    if (isAttachmentAlive(one)) return one;
  }
  return undefined;
}

/** Asked for or agreed to, as opposed to over. */
export function isAttachmentAlive({ decision }: TransitGatewayAttachment): boolean {
  return decision === 'pendingAcceptance' || decision === 'accepted';
}

/** The attachment by which a VPC reaches a transit gateway. */
export function findVpcAttachment(
  { transitGatewayAttachments }: Cloud,
  vpcId: VpcId,
  transitGatewayId: TransitGatewayId,
): TransitGatewayVpcAttachment | undefined {
  for (const one of transitGatewayAttachments.all()) {
    if (one.resourceType !== 'vpc' || one.vpcId !== vpcId) continue;
    if (one.transitGatewayId === transitGatewayId && one.decision === 'accepted') return one;
  }
  return undefined;
}

/**
 * Whether an account that does not own the transit gateway may attach to it.
 * DIFFERS: transit-gateway-sharing AWS shares it by Resource Access Manager; here it is shared with the owner's whole organization.
 */
export function isSharedWith(
  cloud: Cloud,
  { accountId: owner }: TransitGateway,
  accountId: AccountId,
): boolean {
  const organization = findOrganizationOf(cloud, owner);
  return organization?.members.some((member) => member.accountId === accountId) ?? false;
}
