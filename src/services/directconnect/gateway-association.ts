// What a Direct Connect gateway reaches: virtual private gateways, of any region, each with what may be announced to sites.

import type { Cloud } from '../../cloud/cloud.ts';
import { associationsOf, type DirectConnectGatewayAssociation } from '../../cloud/direct-connect.ts';
import type { DirectConnectGatewayId } from '../../cloud/id.ts';
import { attachedVpcId, type VpnGateway } from '../../cloud/vpn.ts';
import { type Cidr, cidrsOverlap } from '../../lib/cidr.ts';
import { type Input, readInput, text } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { notBuilt } from '../parameters.ts';
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
  const { cloud } = context;
  const id = required('directConnectGatewayId', wanted.directConnectGatewayId);
  const { directConnectGatewayId } = getGateway(context, id);
  const gatewayId = required('gatewayId', wanted.gatewayId ?? wanted.virtualGatewayId);
  if (gatewayId.startsWith('tgw-')) throw notBuilt('transit gateways behind a Direct Connect gateway');
  const vpnGateway = getVpnGateway(context, gatewayId);
  const { vpnGatewayId } = vpnGateway;
  checkGateway(cloud, vpnGateway, directConnectGatewayId);
  refuseOtherKind(cloud, directConnectGatewayId, 'private');
  const prefixes = readPrefixes(wanted.addAllowedPrefixesToDirectConnectGateway);
  const allowedPrefixes = prefixes.length > 0 ? prefixes : rangesOf(cloud, vpnGateway);
  checkPrefixCount(allowedPrefixes);
  const association = cloud.directConnectGatewayAssociations.put({
    associationId: newUuid(context),
    directConnectGatewayId,
    gateway: { kind: 'virtual-private-gateway', vpnGatewayId },
    ...{ accountId: vpnGateway.accountId, region: vpnGateway.region, allowedPrefixes },
  });
  return { directConnectGatewayAssociation: showAssociation(association, context) };
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
    .filter((one) => one.gateway.vpnGatewayId === (gatewayId ?? one.gateway.vpnGatewayId));
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
  const changed = context.cloud.directConnectGatewayAssociations.put({ ...association, allowedPrefixes });
  return { directConnectGatewayAssociation: showAssociation(changed, context) };
}

/** By its own id, or by the two that it is between. */
export function deleteDirectConnectGatewayAssociation(input: Input, context: JsonContext): object {
  const wanted = readInput('directconnect:DeleteDirectConnectGatewayAssociation', input, {
    ...{ associationId: text, directConnectGatewayId: text, virtualGatewayId: text },
  });
  const association = findNamed(context, wanted);
  const shown = showAssociation(association, context);
  context.cloud.directConnectGatewayAssociations.delete(association.associationId);
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
  ).find(({ gateway }) => gateway.vpnGatewayId === virtualGatewayId);
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
  const associated = cloud.directConnectGatewayAssociations
    .all()
    .find((one) => one.gateway.vpnGatewayId === vpnGatewayId);
  if (associated)
    throw clientError(
      `Virtual Gateway ${vpnGatewayId} is already associated with Direct Connect Gateway ${associated.directConnectGatewayId}.`,
    );
  for (const { gateway: other } of associationsOf(cloud, directConnectGatewayId)) {
    const taken = rangesOf(cloud, cloud.vpnGateways.find(other.vpnGatewayId));
    if (taken.some((one) => ranges.some((range) => cidrsOverlap(one, range))))
      throw clientError(
        `The VPC of Virtual Gateway ${vpnGatewayId} overlaps that of ${other.vpnGatewayId}, which has the same Direct Connect Gateway.`,
      );
  }
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
  const { associationId, directConnectGatewayId, gateway, accountId, region, generation } = association;
  const isCarried = [directConnectGatewayId, gateway.vpnGatewayId].every((id) =>
    world.isApplied(id, generation),
  );
  return {
    directConnectGatewayId,
    directConnectGatewayOwnerAccount: cloud.directConnectGateways.find(directConnectGatewayId)?.accountId,
    associationState: isCarried ? 'associated' : 'associating',
    associatedGateway: {
      id: gateway.vpnGatewayId,
      type: 'virtualPrivateGateway',
      ownerAccount: accountId,
      region,
    },
    associationId,
    allowedPrefixesToDirectConnectGateway: showPrefixes(association.allowedPrefixes),
    virtualGatewayId: gateway.vpnGatewayId,
    virtualGatewayRegion: region,
    virtualGatewayOwnerAccount: accountId,
  };
}
