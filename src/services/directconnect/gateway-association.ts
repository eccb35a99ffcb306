// What a Direct Connect gateway reaches: virtual private gateways of any region or transit gateways, each with what may be
// announced to sites.

import type { Cloud } from '../../cloud/cloud.ts';
import {
  associationsOf,
  type DirectConnectGateway,
  type DirectConnectGatewayAssociation,
  gatewayIdOfAssociation,
} from '../../cloud/direct-connect.ts';
import type { DirectConnectGatewayId } from '../../cloud/id.ts';
import { attachmentOfAssociation } from '../../cloud/transit-gateway.ts';
import { joinDefaultTables, leaveTables } from '../../cloud/transit-gateway-membership.ts';
import { attachedVpcId, type VpnGateway } from '../../cloud/vpn.ts';
import { type Cidr, cidrsOverlap } from '../../lib/cidr.ts';
import { type Input, readInput, text } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { associationNotFound, clientError, missing } from './errors.ts';
import { newUuid, refuseOtherKind } from './gateway.ts';
import { paging, prefixList, readPrefixes, required, showPage, showPrefixes } from './input.ts';
import { getGateway, listAssociations } from './resource.ts';
import { getVpnGateway } from './virtual-gateway.ts';

const mostPrefixes = 20;

export function createDirectConnectGatewayAssociation(input: Input, context: JsonContext): object {
  const wanted = readInput('directconnect:CreateDirectConnectGatewayAssociation', input, {
    ...{ directConnectGatewayId: text, gatewayId: text, virtualGatewayId: text },
    addAllowedPrefixesToDirectConnectGateway: prefixList,
  });
  const id = required('directConnectGatewayId', wanted.directConnectGatewayId);
  const directConnectGateway = getGateway(context, id);
  const gatewayId = required('gatewayId', wanted.gatewayId ?? wanted.virtualGatewayId);
  const prefixes = readPrefixes(wanted.addAllowedPrefixesToDirectConnectGateway);
  checkPrefixCount(prefixes);
  const association = gatewayId.startsWith('tgw-')
    ? associateTransitGateway(context, directConnectGateway, gatewayId, prefixes)
    : associateVpnGateway(context, directConnectGateway, gatewayId, prefixes);
  return { directConnectGatewayAssociation: showAssociation(association, context) };
}

function associateVpnGateway(
  context: JsonContext,
  { directConnectGatewayId }: DirectConnectGateway,
  gatewayId: string,
  prefixes: Cidr[],
): DirectConnectGatewayAssociation {
  const { cloud } = context;
  const vpnGateway = getVpnGateway(context, gatewayId);
  const { vpnGatewayId, accountId, region } = vpnGateway;
  checkGateway(cloud, vpnGateway, directConnectGatewayId);
  refuseOtherKind(cloud, directConnectGatewayId, 'private');
  return cloud.directConnectGatewayAssociations.put({
    ...{ associationId: newUuid(context), directConnectGatewayId, accountId, region },
    gateway: { kind: 'virtual-private-gateway', vpnGatewayId },
    allowedPrefixes: prefixes.length > 0 ? prefixes : rangesOf(cloud, vpnGateway),
  });
}

/** AWS: what sites are to be told has to be said, and the two gateways have different ASNs. */
function associateTransitGateway(
  context: JsonContext,
  { directConnectGatewayId, amazonSideAsn }: DirectConnectGateway,
  gatewayId: string,
  allowedPrefixes: Cidr[],
): DirectConnectGatewayAssociation {
  const { cloud, now } = context;
  const transitGateway = cloud.transitGateways.find(gatewayId);
  const { accountId, region } = context;
  const isOwn = transitGateway?.accountId === accountId && transitGateway.region === region;
  if (!transitGateway || !isOwn || transitGateway.endedAt !== undefined)
    throw clientError(`Transit Gateway ${gatewayId} does not exist.`);
  if (allowedPrefixes.length === 0)
    throw clientError('At least one allowed prefix is required to associate a Transit Gateway.');
  if (transitGateway.amazonSideAsn === amazonSideAsn)
    throw clientError(
      `Direct Connect Gateway ${directConnectGatewayId} and Transit Gateway ${gatewayId} have the same ASN, ${amazonSideAsn}.`,
    );
  const { transitGatewayId } = transitGateway;
  refuseSecondAssociation(cloud, 'Transit Gateway', transitGatewayId, directConnectGatewayId);
  refuseOtherKind(cloud, directConnectGatewayId, 'transit');
  const associationId = newUuid(context);
  const attachment = cloud.transitGatewayAttachments.put({
    ...{ transitGatewayAttachmentId: context.newId('tgw-attach'), transitGatewayId, accountId, region },
    ...{ transitGatewayOwnerId: accountId, creationTime: now.toISOString(), decision: 'accepted' },
    ...{ resourceType: 'direct-connect-gateway', directConnectGatewayId, associationId },
  });
  joinDefaultTables(cloud, transitGateway, attachment);
  return cloud.directConnectGatewayAssociations.put({
    ...{ associationId, directConnectGatewayId, accountId, region, allowedPrefixes },
    gateway: { kind: 'transit-gateway', transitGatewayId },
  });
}

export function describeDirectConnectGatewayAssociations(input: Input, context: JsonContext): object {
  const { associationId, associatedGatewayId, directConnectGatewayId, virtualGatewayId, ...wanted } =
    readInput('directconnect:DescribeDirectConnectGatewayAssociations', input, {
      ...{ associationId: text, associatedGatewayId: text, directConnectGatewayId: text },
      ...{ virtualGatewayId: text, ...paging },
    });
  const gatewayId = associatedGatewayId ?? virtualGatewayId;
  if ((associationId ?? gatewayId ?? directConnectGatewayId) === undefined)
    throw clientError('Specify a Direct Connect Gateway, an associated gateway, or an association.');
  // AWS: one that is not there is an empty list.
  const selected = listAssociations(context)
    .filter((one) => one.associationId === (associationId ?? one.associationId))
    .filter((one) => one.directConnectGatewayId === (directConnectGatewayId ?? one.directConnectGatewayId))
    .filter((one) => gatewayId === undefined || gatewayIdOfAssociation(one) === gatewayId);
  const { page, rest } = showPage(selected, wanted, (one) => one.associationId);
  return { directConnectGatewayAssociations: page.map((one) => showAssociation(one, context)), ...rest };
}

export function updateDirectConnectGatewayAssociation(input: Input, context: JsonContext): object {
  const wanted = readInput('directconnect:UpdateDirectConnectGatewayAssociation', input, {
    associationId: text,
    addAllowedPrefixesToDirectConnectGateway: prefixList,
    removeAllowedPrefixesToDirectConnectGateway: prefixList,
  });
  const association = getAssociation(context, required('associationId', wanted.associationId));
  const removed = readPrefixes(wanted.removeAllowedPrefixesToDirectConnectGateway);
  const stranger = removed.find((cidr) => !association.allowedPrefixes.includes(cidr));
  if (stranger !== undefined) throw clientError(`The prefix ${stranger} is not an allowed prefix.`);
  const kept = association.allowedPrefixes.filter((cidr) => !removed.includes(cidr));
  const added = readPrefixes(wanted.addAllowedPrefixesToDirectConnectGateway);
  const allowedPrefixes = [...new Set([...kept, ...added])];
  if (allowedPrefixes.length === 0) throw clientError('At least one allowed prefix is required.');
  checkPrefixCount(allowedPrefixes);
  const changed = context.cloud.directConnectGatewayAssociations.put({
    ...{ ...association, allowedPrefixes, isChanged: true },
  });
  return { directConnectGatewayAssociation: showAssociation(changed, context) };
}

/** By its own id, or by the two that it is between. */
export function deleteDirectConnectGatewayAssociation(input: Input, context: JsonContext): object {
  const wanted = readInput('directconnect:DeleteDirectConnectGatewayAssociation', input, {
    ...{ associationId: text, directConnectGatewayId: text, virtualGatewayId: text },
  });
  const association = findNamed(context, wanted);
  const shown = showAssociation(association, context);
  const { associationId } = association;
  const { cloud, now } = context;
  const attachment = attachmentOfAssociation(cloud, associationId);
  if (attachment) {
    leaveTables(cloud, attachment.transitGatewayAttachmentId);
    cloud.transitGatewayAttachments.put({ ...attachment, decision: 'deleted', endedAt: now.toISOString() });
  }
  cloud.directConnectGatewayAssociations.delete(associationId);
  return { directConnectGatewayAssociation: { ...shown, associationState: 'disassociating' } };
}

function findNamed(
  context: JsonContext,
  named: { associationId?: string; directConnectGatewayId?: string; virtualGatewayId?: string },
): DirectConnectGatewayAssociation {
  const { associationId, directConnectGatewayId, virtualGatewayId } = named;
  if (associationId !== undefined) return getAssociation(context, associationId);
  if (directConnectGatewayId === undefined || virtualGatewayId === undefined) throw missing('associationId');
  const found = associationsOf(
    context.cloud,
    getGateway(context, directConnectGatewayId).directConnectGatewayId,
  ).find((one) => gatewayIdOfAssociation(one) === virtualGatewayId);
  if (!found) throw associationNotFound(`between ${directConnectGatewayId} and ${virtualGatewayId}`);
  return found;
}

function getAssociation(context: JsonContext, associationId: string): DirectConnectGatewayAssociation {
  const found = listAssociations(context).find((one) => one.associationId === associationId);
  if (!found) throw associationNotFound(associationId);
  return found;
}

/** AWS: attached to a VPC, associated with one gateway at most, and no two VPCs of one gateway overlap. */
function checkGateway(
  cloud: Cloud,
  gateway: VpnGateway,
  directConnectGatewayId: DirectConnectGatewayId,
): void {
  const { vpnGatewayId } = gateway;
  const ranges = rangesOf(cloud, gateway);
  if (ranges.length === 0) throw clientError(`Virtual Gateway ${vpnGatewayId} is not attached to a VPC.`);
  refuseSecondAssociation(cloud, 'Virtual Gateway', vpnGatewayId);
  for (const other of associationsOf(cloud, directConnectGatewayId)) {
    const otherId = gatewayIdOfAssociation(other);
    const taken = rangesOf(cloud, cloud.vpnGateways.find(otherId));
    if (taken.some((one) => ranges.some((range) => cidrsOverlap(one, range))))
      throw clientError(
        `The VPC of Virtual Gateway ${vpnGatewayId} overlaps that of ${otherId}, which has the same Direct Connect Gateway.`,
      );
  }
}

/** @param directConnectGatewayId absent: whichever; a transit gateway may have several */
function refuseSecondAssociation(
  cloud: Cloud,
  noun: string,
  gatewayId: string,
  directConnectGatewayId?: DirectConnectGatewayId,
): void {
  const associated = cloud.directConnectGatewayAssociations
    .where((one) => gatewayIdOfAssociation(one) === gatewayId)
    .find((one) => one.directConnectGatewayId === (directConnectGatewayId ?? one.directConnectGatewayId));
  if (!associated) return;
  throw clientError(
    `${noun} ${gatewayId} is already associated with Direct Connect Gateway ${associated.directConnectGatewayId}.`,
  );
}

/** Of the VPC that a virtual private gateway is attached to. */
function rangesOf(cloud: Cloud, gateway: VpnGateway | undefined): Cidr[] {
  const vpc = gateway && cloud.vpcs.find(attachedVpcId(gateway) ?? '');
  return (vpc?.cidrBlockAssociations ?? []).map(({ cidrBlock }) => cidrBlock);
}

function checkPrefixCount(prefixes: Cidr[]): void {
  if (prefixes.length > mostPrefixes)
    throw clientError(`An association can have up to ${mostPrefixes} allowed prefixes.`);
}

function showAssociation(
  association: DirectConnectGatewayAssociation,
  { cloud, world }: JsonContext,
): object {
  const { associationId, directConnectGatewayId, gateway, accountId, region, generation, isChanged } =
    association;
  const id = gatewayIdOfAssociation(association);
  const isCarried = [directConnectGatewayId, id].every((routerId) => world.isApplied(routerId, generation));
  const type = gateway.kind === 'transit-gateway' ? 'transitGateway' : 'virtualPrivateGateway';
  return {
    directConnectGatewayId,
    directConnectGatewayOwnerAccount: cloud.directConnectGateways.find(directConnectGatewayId)?.accountId,
    associationState: isCarried ? 'associated' : isChanged ? 'updating' : 'associating',
    associatedGateway: { id, type, ownerAccount: accountId, region },
    associationId,
    allowedPrefixesToDirectConnectGateway: showPrefixes(association.allowedPrefixes),
    ...(gateway.kind === 'virtual-private-gateway' && {
      virtualGatewayId: id,
      virtualGatewayRegion: region,
      virtualGatewayOwnerAccount: accountId,
    }),
  };
}
