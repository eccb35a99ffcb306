// Direct Connect gateways: what virtual interfaces of any region lead to, and VPCs' gateways of any region are associated with.

import type { Cloud } from '../../cloud/cloud.ts';
import {
  associationsOf,
  type DirectConnectGateway,
  type VirtualInterface,
  virtualInterfacesOf,
} from '../../cloud/direct-connect.ts';
import type { DirectConnectGatewayId } from '../../cloud/id.ts';
import { findArnTags, putArnTags } from '../arn-tag.ts';
import { type Input, integer, readInput, text } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { clientError } from './errors.ts';
import { paging, readTags, required, requireName, showPage, tagList } from './input.ts';
import { gatewayArn, getGateway, listGateways } from './resource.ts';
import { showTags } from './tag.ts';
import { isSessionUp } from './virtual-interface-show.ts';

const defaultAsn = 64_512;

export function createDirectConnectGateway(input: Input, context: JsonContext): object {
  const about = { directConnectGatewayName: text, amazonSideAsn: integer, tags: tagList };
  const wanted = readInput('directconnect:CreateDirectConnectGateway', input, about);
  const directConnectGatewayName = requireName('directConnectGatewayName', wanted.directConnectGatewayName);
  const { amazonSideAsn = defaultAsn } = wanted;
  checkAsn(amazonSideAsn);
  const tags = readTags(wanted.tags);
  const { cloud, accountId } = context;
  const directConnectGatewayId = newUuid(context);
  const gateway = { directConnectGatewayId, accountId, directConnectGatewayName, amazonSideAsn };
  putArnTags(context, gatewayArn(context, directConnectGatewayId), tags);
  return showAnswer(cloud.directConnectGateways.put(gateway), context);
}

export function describeDirectConnectGateways(input: Input, context: JsonContext): object {
  const about = { directConnectGatewayId: text, ...paging };
  const wanted = readInput('directconnect:DescribeDirectConnectGateways', input, about);
  // AWS: one that is not there is an empty list.
  const selected = listGateways(context).filter(
    ({ directConnectGatewayId: id }) => id === (wanted.directConnectGatewayId ?? id),
  );
  const { page, rest } = showPage(selected, wanted, ({ directConnectGatewayId }) => directConnectGatewayId);
  return { directConnectGateways: page.map((gateway) => showGateway(gateway, context)), ...rest };
}

export function updateDirectConnectGateway(input: Input, context: JsonContext): object {
  const about = { directConnectGatewayId: text, newDirectConnectGatewayName: text };
  const wanted = readInput('directconnect:UpdateDirectConnectGateway', input, about);
  const gateway = getGateway(context, required('directConnectGatewayId', wanted.directConnectGatewayId));
  const name = requireName('newDirectConnectGatewayName', wanted.newDirectConnectGatewayName);
  const changed = context.cloud.directConnectGateways.put({ ...gateway, directConnectGatewayName: name });
  return showAnswer(changed, context);
}

/** AWS: nothing may lead to it any more, and nothing be associated with it. */
export function deleteDirectConnectGateway(input: Input, context: JsonContext): object {
  const { cloud } = context;
  const about = { directConnectGatewayId: text };
  const wanted = readInput('directconnect:DeleteDirectConnectGateway', input, about);
  const gateway = getGateway(context, required('directConnectGatewayId', wanted.directConnectGatewayId));
  const id = gateway.directConnectGatewayId;
  const [attached] = virtualInterfacesOf(cloud, id);
  if (attached)
    throw clientError(
      `Direct Connect Gateway ${id} has attached virtual interfaces: ${attached.virtualInterfaceId}.`,
    );
  const [association] = associationsOf(cloud, id);
  if (association)
    throw clientError(`Direct Connect Gateway ${id} has associations: ${association.associationId}.`);
  const shown = showGateway(gateway, context);
  putArnTags(context, gatewayArn(context, id), {});
  cloud.directConnectGateways.delete(id);
  return { directConnectGateway: { ...shown, directConnectGatewayState: 'deleting' } };
}

export function describeDirectConnectGatewayAttachments(input: Input, context: JsonContext): object {
  const about = { directConnectGatewayId: text, virtualInterfaceId: text, ...paging };
  const { directConnectGatewayId, virtualInterfaceId, ...wanted } = readInput(
    'directconnect:DescribeDirectConnectGatewayAttachments',
    input,
    about,
  );
  if (directConnectGatewayId === undefined && virtualInterfaceId === undefined)
    throw clientError('Specify a Direct Connect Gateway, a Virtual Interface, or both.');
  const selected = listGateways(context)
    .filter(({ directConnectGatewayId: id }) => id === (directConnectGatewayId ?? id))
    .flatMap(({ directConnectGatewayId: id }) =>
      virtualInterfacesOf(context.cloud, id).map((virtualInterface) => ({ id, virtualInterface })),
    )
    .filter(({ virtualInterface: { virtualInterfaceId: id } }) => id === (virtualInterfaceId ?? id));
  const { page, rest } = showPage(selected, wanted, (one) => one.virtualInterface.virtualInterfaceId);
  return {
    directConnectGatewayAttachments: page.map((one) => showAttachment(one.id, one.virtualInterface, context)),
    ...rest,
  };
}

/** AWS: a gateway is for VPCs' gateways or for transit gateways, never for both. */
export function refuseOtherKind(
  cloud: Cloud,
  directConnectGatewayId: DirectConnectGatewayId,
  kind: 'private' | 'transit',
): void {
  const kinds = [
    ...virtualInterfacesOf(cloud, directConnectGatewayId).map(({ leadsTo }) => leadsTo.kind),
    ...associationsOf(cloud, directConnectGatewayId).map(({ gateway }) =>
      gateway.kind === 'transit-gateway' ? 'transit' : 'private',
    ),
  ];
  const other = kinds.find((one) => one !== kind);
  if (other === undefined) return;
  throw clientError(
    `Direct Connect Gateway ${directConnectGatewayId} is in use for ${other} virtual interfaces, and cannot be used for ${kind} ones.`,
  );
}

/** Direct Connect's newer ids have no prefix. */
export function newUuid({ randomText }: JsonContext): string {
  return randomText(32, '0123456789abcdef').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function checkAsn(asn: number): void {
  const isPrivate = (asn >= 64_512 && asn <= 65_534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294);
  if (!isPrivate) throw clientError(`ASN ${asn} is invalid. Use 64512 to 65534 or 4200000000 to 4294967294.`);
}

const showAnswer = (gateway: DirectConnectGateway, context: JsonContext) => ({
  directConnectGateway: showGateway(gateway, context),
});

function showGateway(gateway: DirectConnectGateway, { cloud, world }: JsonContext): object {
  const { directConnectGatewayId, generation } = gateway;
  const isApplied = world.isApplied(directConnectGatewayId, generation);
  return {
    directConnectGatewayId,
    directConnectGatewayName: gateway.directConnectGatewayName,
    amazonSideAsn: gateway.amazonSideAsn,
    ownerAccount: gateway.accountId,
    directConnectGatewayState: isApplied ? 'available' : 'pending',
    ...showTags(findArnTags(cloud, gatewayArn(gateway, directConnectGatewayId))),
  };
}

function showAttachment(
  directConnectGatewayId: DirectConnectGatewayId,
  virtualInterface: VirtualInterface,
  context: JsonContext,
): object {
  const { virtualInterfaceId, region, accountId, leadsTo } = virtualInterface;
  return {
    directConnectGatewayId,
    virtualInterfaceId,
    virtualInterfaceRegion: region,
    virtualInterfaceOwnerAccount: accountId,
    attachmentState: isSessionUp(virtualInterface, context) ? 'attached' : 'attaching',
    attachmentType: leadsTo.kind === 'transit' ? 'TransitVirtualInterface' : 'PrivateVirtualInterface',
  };
}
