// Transit gateways. A new one has a route table that every attachment uses and announces itself to, unless it is told otherwise.
// AWS: a deleted one is listed for a while.

import type {
  CreateTransitGatewayRequest,
  CreateTransitGatewayResult,
  DeleteTransitGatewayRequest,
  DeleteTransitGatewayResult,
  DescribeTransitGatewaysRequest,
  DescribeTransitGatewaysResult,
  ModifyTransitGatewayRequest,
  ModifyTransitGatewayResult,
  TransitGatewayRequestOptions,
} from '@aws-sdk/client-ec2';
import type { TransitGatewayRouteTableId } from '../../cloud/id.ts';
import {
  isAttachmentAlive,
  isSharedWith,
  type TransitGateway,
  type TransitGatewayAttachment,
} from '../../cloud/transit-gateway.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import {
  checkId,
  incorrectState,
  invalidParameterCombination,
  invalidParameterValue,
  requireParameter,
  transitGatewayNotFound,
} from './errors.ts';
import { applyFilters } from './filter.ts';
import { isOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, tagsFromSpecifications } from './tag.ts';
import { readSwitch } from './transit-gateway-parameter.ts';
import { endTransitGatewayRouteTable, getTransitGatewayRouteTable } from './transit-gateway-route-table.ts';
import { isForgotten, showTransitGateway, transitGatewayFields } from './transit-gateway-show.ts';

const usualAsn = 64512;

export function createTransitGateway(
  input: CreateTransitGatewayRequest,
  context: OperationContext,
): CreateTransitGatewayResult {
  acceptParameters('CreateTransitGateway', input, 'Description', 'Options', 'TagSpecifications');
  const options = readOptions(input.Options ?? {});
  const tags = tagsFromSpecifications(input.TagSpecifications, 'transit-gateway');
  const { defaultAssociation, defaultPropagation, ...settings } = options;
  forgetTransitGateways(context);
  const { accountId, region, cloud } = context;
  const transitGatewayId = context.newId('tgw');
  const creationTime = context.now.toISOString();
  const transitGatewayRouteTableId = context.newId('tgw-rtb');
  if (defaultAssociation || defaultPropagation) {
    cloud.transitGatewayRouteTables.put({
      ...{ transitGatewayRouteTableId, accountId, region, transitGatewayId, creationTime, routes: [] },
    });
  }
  const transitGateway = cloud.transitGateways.put({
    ...{ transitGatewayId, accountId, region, description: input.Description ?? '', creationTime },
    ...settings,
    ...(defaultAssociation && { associationDefaultRouteTableId: transitGatewayRouteTableId }),
    ...(defaultPropagation && { propagationDefaultRouteTableId: transitGatewayRouteTableId }),
  });
  putTags(context, transitGatewayId, 'transit-gateway', tags);
  return { TransitGateway: showTransitGateway(context, transitGateway) };
}

function readOptions(options: TransitGatewayRequestOptions) {
  const { AmazonSideAsn: amazonSideAsn = usualAsn } = options;
  checkAsn(amazonSideAsn);
  refuseUnbuilt('CreateTransitGateway', options);
  return {
    amazonSideAsn,
    autoAcceptSharedAttachments: readSwitch(options, 'AutoAcceptSharedAttachments') ?? false,
    dnsSupport: readSwitch(options, 'DnsSupport') ?? true,
    vpnEcmpSupport: readSwitch(options, 'VpnEcmpSupport') ?? true,
    defaultAssociation: readSwitch(options, 'DefaultRouteTableAssociation') ?? true,
    defaultPropagation: readSwitch(options, 'DefaultRouteTablePropagation') ?? true,
  };
}

function refuseUnbuilt(operation: string, options: TransitGatewayRequestOptions): void {
  const known = ['AmazonSideAsn', 'AutoAcceptSharedAttachments', 'DnsSupport', 'VpnEcmpSupport'] as const;
  const tables = ['DefaultRouteTableAssociation', 'DefaultRouteTablePropagation'] as const;
  const unbuilt = ['MulticastSupport', 'SecurityGroupReferencingSupport'] as const;
  acceptParameters(`Options of ${operation}`, options, ...known, ...tables, ...unbuilt);
  for (const name of unbuilt) if (readSwitch(options, name)) throw notBuilt(`${name} of transit gateways`);
}

function checkAsn(asn: number): void {
  if ((64512 <= asn && asn <= 65534) || (4200000000 <= asn && asn <= 4294967294)) return;
  throw invalidParameterValue(
    `Value (${asn}) for parameter amazonSideAsn is invalid. It must be a private ASN: 64512 to 65534 or 4200000000 to 4294967294.`,
  );
}

export function modifyTransitGateway(
  input: ModifyTransitGatewayRequest,
  context: OperationContext,
): ModifyTransitGatewayResult {
  acceptParameters('ModifyTransitGateway', input, 'TransitGatewayId', 'Description', 'Options');
  const id = requireParameter('TransitGatewayId', input.TransitGatewayId);
  const transitGateway = getOwnTransitGateway(context, id);
  const {
    AssociationDefaultRouteTableId: associationTable,
    PropagationDefaultRouteTableId: propagationTable,
    ...options
  } = input.Options ?? {};
  refuseUnbuilt('ModifyTransitGateway', options);
  const { AmazonSideAsn: amazonSideAsn = transitGateway.amazonSideAsn } = options;
  checkAsn(amazonSideAsn);
  if (amazonSideAsn !== transitGateway.amazonSideAsn) refuseSpeakers(context, id);
  const {
    associationDefaultRouteTableId: _association,
    propagationDefaultRouteTableId: _propagation,
    ...kept
  } = transitGateway;
  const association = chooseDefaultTable(
    context,
    transitGateway,
    { name: 'Association', isEnabled: readSwitch(options, 'DefaultRouteTableAssociation') },
    { given: associationTable, known: transitGateway.associationDefaultRouteTableId },
  );
  const propagation = chooseDefaultTable(
    context,
    transitGateway,
    { name: 'Propagation', isEnabled: readSwitch(options, 'DefaultRouteTablePropagation') },
    { given: propagationTable, known: transitGateway.propagationDefaultRouteTableId },
  );
  const written = context.cloud.transitGateways.put({
    ...kept,
    amazonSideAsn,
    description: input.Description ?? transitGateway.description,
    autoAcceptSharedAttachments:
      readSwitch(options, 'AutoAcceptSharedAttachments') ?? transitGateway.autoAcceptSharedAttachments,
    dnsSupport: readSwitch(options, 'DnsSupport') ?? transitGateway.dnsSupport,
    vpnEcmpSupport: readSwitch(options, 'VpnEcmpSupport') ?? transitGateway.vpnEcmpSupport,
    ...(association && { associationDefaultRouteTableId: association }),
    ...(propagation && { propagationDefaultRouteTableId: propagation }),
    modifiedAt: context.now.toISOString(),
  });
  return { TransitGateway: showTransitGateway(context, written) };
}

/** AWS: the switch and the table have to come together; a table alone moves one that is on. */
function chooseDefaultTable(
  context: OperationContext,
  transitGateway: TransitGateway,
  { name, isEnabled }: { name: 'Association' | 'Propagation'; isEnabled: boolean | undefined },
  { given, known }: { given: string | undefined; known: TransitGatewayRouteTableId | undefined },
): TransitGatewayRouteTableId | undefined {
  if (isEnabled === undefined && given === undefined) return known;
  const isOn = isEnabled ?? known !== undefined;
  if (isOn !== (given !== undefined)) {
    const word = isOn ? 'enable' : 'disable';
    throw invalidParameterCombination(
      `${word} DefaultRouteTable${name} conflicts with ${name}DefaultRouteTableId ${given ?? 'null'}`,
    );
  }
  if (given === undefined) return undefined;
  const { transitGatewayId } = transitGateway;
  return getTransitGatewayRouteTable(context, given, transitGatewayId).transitGatewayRouteTableId;
}

export function describeTransitGateways(
  input: DescribeTransitGatewaysRequest,
  context: OperationContext,
): DescribeTransitGatewaysResult {
  const accepted = ['TransitGatewayIds', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('DescribeTransitGateways', input, ...accepted);
  const ids = input.TransitGatewayIds ?? [];
  refuseIdsWithMaxResults('TransitGatewayIds', ids, input.MaxResults);
  const selected =
    ids.length > 0
      ? [...new Set(ids)].map((id) => getTransitGateway(context, id))
      : context.cloud.transitGateways.where((transitGateway) => isVisible(context, transitGateway));
  const tagsOf = (transitGateway: TransitGateway) =>
    isOwn(context, transitGateway) ? findTags(context.cloud, transitGateway.transitGatewayId) : {};
  const matching = applyFilters(selected, input.Filters, transitGatewayFields(context), tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (found) => found.transitGatewayId);
  const TransitGateways = page.map((transitGateway) => showTransitGateway(context, transitGateway));
  return { TransitGateways, ...(nextToken && { NextToken: nextToken }) };
}

/** As AWS's refusals say. */
const nounOfAttachment = {
  ...{ vpc: 'Transit Gateway', vpn: 'VPN', 'direct-connect-gateway': 'DirectConnect Gateway' },
} satisfies Record<TransitGatewayAttachment['resourceType'], string>;

/** AWS: nothing may be attached any more; its route tables go with it. */
export function deleteTransitGateway(
  input: DeleteTransitGatewayRequest,
  context: OperationContext,
): DeleteTransitGatewayResult {
  acceptParameters('DeleteTransitGateway', input, 'TransitGatewayId');
  const { cloud, now } = context;
  const id = requireParameter('TransitGatewayId', input.TransitGatewayId);
  const transitGateway = getOwnTransitGateway(context, id);
  const attachments = cloud.transitGatewayAttachments.where(
    (attachment) => attachment.transitGatewayId === id && isAttachmentAlive(attachment),
  );
  for (const [resourceType, some] of Map.groupBy(attachments, (attachment) => attachment.resourceType)) {
    const ids = some.map((attachment) => attachment.transitGatewayAttachmentId).join(', ');
    throw incorrectState(`${id} has non-deleted ${nounOfAttachment[resourceType]} Attachments: ${ids}.`);
  }
  forgetTransitGateways(context);
  for (const table of cloud.transitGatewayRouteTables.where((one) => one.transitGatewayId === id))
    endTransitGatewayRouteTable(context, table);
  const ended = cloud.transitGateways.put({ ...transitGateway, endedAt: now.toISOString() });
  return { TransitGateway: showTransitGateway(context, ended) };
}

/** AWS: its own number stays while it tells routes to others by it. */
function refuseSpeakers({ cloud }: OperationContext, id: string): void {
  const speakers = cloud.transitGatewayAttachments.where(
    (attachment) =>
      attachment.transitGatewayId === id &&
      attachment.resourceType !== 'vpc' &&
      isAttachmentAlive(attachment),
  );
  if (speakers.length === 0) return;
  const ids = speakers.map((attachment) => attachment.transitGatewayAttachmentId).join(', ');
  throw incorrectState(`The ASN of ${id} cannot be modified while it has the attachments ${ids}.`);
}

/** The caller's or one shared with him, also for a while after its end; otherwise AWS's not-found. */
export function getTransitGateway(context: OperationContext, id: string): TransitGateway {
  checkId('tgw', id, 'InvalidTransitGatewayID.Malformed');
  const transitGateway = context.cloud.transitGateways.find(id);
  if (!transitGateway || !isVisible(context, transitGateway)) throw transitGatewayNotFound(id);
  return transitGateway;
}

/** The caller's own that is not over: what may be changed. */
export function getOwnTransitGateway(context: OperationContext, id: string): TransitGateway {
  const transitGateway = getTransitGateway(context, id);
  if (!isOwn(context, transitGateway)) throw transitGatewayNotFound(id);
  if (transitGateway.endedAt !== undefined) throw incorrectState(`${id} is in invalid state`);
  return transitGateway;
}

function isVisible(context: OperationContext, transitGateway: TransitGateway): boolean {
  if (isForgotten(context, transitGateway)) return false;
  if (isOwn(context, transitGateway)) return true;
  return (
    transitGateway.region === context.region &&
    transitGateway.endedAt === undefined &&
    isSharedWith(context.cloud, transitGateway, context.accountId)
  );
}

/** Takes away what is not shown any more. Called by operations that write anyway. */
function forgetTransitGateways(context: OperationContext): void {
  const { transitGateways } = context.cloud;
  for (const { transitGatewayId } of transitGateways.where((ended) => isForgotten(context, ended))) {
    transitGateways.delete(transitGatewayId);
    dropTags(context.cloud, transitGatewayId);
  }
}
