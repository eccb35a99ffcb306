// Transit gateways: routers of a region that VPCs and sites are attached to, each with route tables of its own.
// By which table a packet goes on says the association of the attachment it came by; what a table knows are its
// static routes and what attachments announce to it (propagation).

import type { Cidr } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import type {
  AccountId,
  NetworkInterfaceId,
  SubnetId,
  TransitGatewayAttachmentId,
  TransitGatewayId,
  TransitGatewayRouteTableId,
  VpcId,
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

export type TransitGatewayAttachment = TransitGatewayVpcAttachment;

export interface TransitGatewayRouteTable extends Owned {
  transitGatewayRouteTableId: TransitGatewayRouteTableId;
  transitGatewayId: TransitGatewayId;
  creationTime: string;
  routes: TransitGatewayStaticRoute[];
  endedAt?: string;
}

export interface TransitGatewayStaticRoute {
  destinationCidrBlock: Cidr;
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
  }
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
  return transitGatewayAttachments
    .all()
    .find(
      (attachment) =>
        attachment.resourceType === 'vpc' &&
        attachment.vpcId === vpcId &&
        attachment.transitGatewayId === transitGatewayId &&
        attachment.decision === 'accepted',
    );
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
