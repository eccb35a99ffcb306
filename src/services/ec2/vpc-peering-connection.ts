// Peering: one VPC asks, the other agrees, and each can route to the other's addresses. At most one per pair.
// AWS: a request that can never work (overlapping ranges, a VPC that is not there) is made all the same, as `failed`.

import type {
  AcceptVpcPeeringConnectionRequest,
  AcceptVpcPeeringConnectionResult,
  CreateVpcPeeringConnectionRequest,
  CreateVpcPeeringConnectionResult,
  DeleteVpcPeeringConnectionRequest,
  DeleteVpcPeeringConnectionResult,
  DescribeVpcPeeringConnectionsRequest,
  DescribeVpcPeeringConnectionsResult,
  RejectVpcPeeringConnectionRequest,
  RejectVpcPeeringConnectionResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { isPeeringAlive } from '../../cloud/dependents.ts';
import type { VpcId } from '../../cloud/id.ts';
import { isKnownRegion } from '../../cloud/region.ts';
import type { PeeringSide, Vpc, VpcPeeringConnection } from '../../cloud/vpc.ts';
import { cidrsOverlap } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import {
  checkId,
  invalidParameterValue,
  operationNotPermitted,
  requireParameter,
  vpcNotFound,
} from './errors.ts';
import { applyFilters } from './filter.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, tagsFromSpecifications } from './tag.ts';
import { peeringTagKey } from './taggable.ts';
import { getVpc } from './vpc.ts';
import { peeringFields, showVpcPeeringConnection } from './vpc-peering-show.ts';
import {
  getVpcPeeringConnection,
  isForgotten,
  isSide,
  isVisible,
  peeringState,
} from './vpc-peering-state.ts';

const answerWithinMs = 7 * 24 * 60 * 60 * 1000;
const cannotWork = 'Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range';

export function createVpcPeeringConnection(
  input: CreateVpcPeeringConnectionRequest,
  context: OperationContext,
): CreateVpcPeeringConnectionResult {
  const accepted = ['VpcId', 'PeerVpcId', 'PeerOwnerId', 'PeerRegion', 'TagSpecifications'] as const;
  acceptParameters('CreateVpcPeeringConnection', input, ...accepted);
  const vpc = getVpc(context, requireParameter('VpcId', input.VpcId));
  const requester = sideOf(vpc);
  const accepter = readPeer(input, context);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'vpc-peering-connection');
  refuseSecondPeering(context, requester.vpcId, accepter.vpcId);

  forgetEnded(context);
  const connection = context.cloud.vpcPeeringConnections.put({
    vpcPeeringConnectionId: context.newId('pcx'),
    accountId: context.accountId,
    region: context.region,
    requester,
    accepter,
    expirationTime: new Date(context.now.getTime() + answerWithinMs).toISOString(),
    ...(canWork(requester, accepter)
      ? { status: 'pending-acceptance', statusMessage: `Pending Acceptance by ${accepter.accountId}` }
      : { status: 'failed', statusMessage: cannotWork, endedAt: context.now.toISOString() }),
  });
  putTags(context, connection.vpcPeeringConnectionId, 'vpc-peering-connection', tags);
  return { VpcPeeringConnection: showVpcPeeringConnection(context, connection) };
}

/** The other side as it was named. Without ranges: there is no such VPC, or it is not that account's. */
function readPeer(input: CreateVpcPeeringConnectionRequest, context: OperationContext): PeeringSide {
  const vpcId = requireParameter('PeerVpcId', input.PeerVpcId) as VpcId;
  const accountId = input.PeerOwnerId ?? context.accountId;
  const region = input.PeerRegion ?? context.region;
  checkId('vpc', vpcId, 'InvalidVpcID.Malformed');
  if (!/^[0-9]{12}$/.test(accountId)) throw invalidParameterValue(`Invalid account ID: ${accountId}`);
  if (!isKnownRegion(region)) throw invalidParameterValue(`Invalid region: ${region}`);
  if (vpcId === input.VpcId) throw invalidParameterValue(`A VPC cannot be peered with itself: ${vpcId}`);
  const vpc = context.cloud.vpcs.find(vpcId);
  if (vpc && vpc.accountId === accountId && vpc.region === region) return sideOf(vpc);
  // AWS: only a VPC of one's own is looked up at once; about others' nothing is given away but `failed`.
  if (accountId === context.accountId && region === context.region) throw vpcNotFound(vpcId);
  return { vpcId, accountId, region, cidrBlocks: [] };
}

function sideOf({ vpcId, accountId, region, cidrBlockAssociations }: Vpc): PeeringSide {
  return { vpcId, accountId, region, cidrBlocks: cidrBlockAssociations.map((block) => block.cidrBlock) };
}

function canWork(requester: PeeringSide, accepter: PeeringSide): boolean {
  if (accepter.cidrBlocks.length === 0) return false;
  return !requester.cidrBlocks.some((ours) =>
    accepter.cidrBlocks.some((theirs) => cidrsOverlap(ours, theirs)),
  );
}

function refuseSecondPeering({ cloud, now }: OperationContext, vpcId: VpcId, peerVpcId: VpcId): void {
  const isBetween = ({ requester, accepter }: VpcPeeringConnection) =>
    (requester.vpcId === vpcId && accepter.vpcId === peerVpcId) ||
    (requester.vpcId === peerVpcId && accepter.vpcId === vpcId);
  const existing = cloud.vpcPeeringConnections
    .all()
    .find((connection) => isBetween(connection) && isPeeringAlive(connection, now));
  if (!existing) return;
  throw new AwsError(
    'VpcPeeringConnectionAlreadyExists',
    `A VPC peering connection between ${vpcId} and ${peerVpcId} already exists: ${existing.vpcPeeringConnectionId}`,
  );
}

function forgetEnded({ cloud, now }: OperationContext): void {
  for (const connection of cloud.vpcPeeringConnections.where((ended) => isForgotten(ended, now))) {
    cloud.vpcPeeringConnections.delete(connection.vpcPeeringConnectionId);
    for (const side of [connection.requester, connection.accepter])
      dropTags(cloud, peeringTagKey(side, connection));
  }
}

export function describeVpcPeeringConnections(
  input: DescribeVpcPeeringConnectionsRequest,
  context: OperationContext,
): DescribeVpcPeeringConnectionsResult {
  const accepted = ['VpcPeeringConnectionIds', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('DescribeVpcPeeringConnections', input, ...accepted);
  const ids = input.VpcPeeringConnectionIds ?? [];
  refuseIdsWithMaxResults('VpcPeeringConnectionIds', ids, input.MaxResults);
  const { cloud } = context;
  const selected =
    ids.length > 0
      ? [...new Set(ids)].map((id) => getVpcPeeringConnection(context, id))
      : cloud.vpcPeeringConnections.where((connection) => isVisible(context, connection));
  const tagsOf = (connection: VpcPeeringConnection) => findTags(cloud, peeringTagKey(context, connection));
  const matching = applyFilters(selected, input.Filters, peeringFields(context), tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (found) => found.vpcPeeringConnectionId);
  const VpcPeeringConnections = page.map((connection) => showVpcPeeringConnection(context, connection));
  return { VpcPeeringConnections, ...(nextToken && { NextToken: nextToken }) };
}

export function acceptVpcPeeringConnection(
  input: AcceptVpcPeeringConnectionRequest,
  context: OperationContext,
): AcceptVpcPeeringConnectionResult {
  acceptParameters('AcceptVpcPeeringConnection', input, 'VpcPeeringConnectionId');
  const connection = getAnswerable(context, input.VpcPeeringConnectionId, 'accept', 'active');
  const written = context.cloud.vpcPeeringConnections.put({
    ...connection,
    status: 'active',
    statusMessage: 'Active',
  });
  return { VpcPeeringConnection: showVpcPeeringConnection(context, written) };
}

export function rejectVpcPeeringConnection(
  input: RejectVpcPeeringConnectionRequest,
  context: OperationContext,
): RejectVpcPeeringConnectionResult {
  acceptParameters('RejectVpcPeeringConnection', input, 'VpcPeeringConnectionId');
  const connection = getAnswerable(context, input.VpcPeeringConnectionId, 'reject', 'rejected');
  end(context, connection, 'rejected', `Rejected by ${context.accountId}`);
  return { Return: true };
}

/** AWS: an active one ends by either side, a request that waits only by who made it. */
export function deleteVpcPeeringConnection(
  input: DeleteVpcPeeringConnectionRequest,
  context: OperationContext,
): DeleteVpcPeeringConnectionResult {
  acceptParameters('DeleteVpcPeeringConnection', input, 'VpcPeeringConnectionId');
  const id = requireParameter('VpcPeeringConnectionId', input.VpcPeeringConnectionId);
  const connection = getVpcPeeringConnection(context, id);
  const state = peeringState(context, connection);
  if (!isPeeringAlive(connection, context.now)) throw invalidTransition(id, state, 'deleted');
  if (connection.status === 'pending-acceptance' && !isSide(context, connection.requester)) {
    throw operationNotPermitted(`User (${context.accountId}) cannot delete peering ${id}`);
  }
  end(context, connection, 'deleted', `Deleted by ${context.accountId}`);
  return { Return: true };
}

/** The request that the caller was asked to answer and can still answer. */
function getAnswerable(
  context: OperationContext,
  givenId: string | undefined,
  verb: 'accept' | 'reject',
  becoming: 'active' | 'rejected',
): VpcPeeringConnection {
  const id = requireParameter('VpcPeeringConnectionId', givenId);
  const connection = getVpcPeeringConnection(context, id);
  const { accepter } = connection;
  if (accepter.accountId !== context.accountId) {
    throw operationNotPermitted(`User (${context.accountId}) cannot ${verb} peering ${id}`);
  }
  if (accepter.region !== context.region) {
    throw operationNotPermitted(
      `Incorrect region (${context.region}) specified for this request. ` +
        `VPC peering connection ${id} must be ${verb}ed in region ${accepter.region}`,
    );
  }
  const state = peeringState(context, connection);
  if (state !== 'pending-acceptance') throw invalidTransition(id, state, becoming);
  return connection;
}

function invalidTransition(id: string, from: string, to: string): AwsError {
  const text = `Invalid state transition for ${id}, attempted to transition from ${from} to ${to}`;
  return new AwsError('InvalidStateTransition', text);
}

function end(
  context: OperationContext,
  connection: VpcPeeringConnection,
  status: 'rejected' | 'deleted',
  statusMessage: string,
): void {
  const endedAt = context.now.toISOString();
  context.cloud.vpcPeeringConnections.put({ ...connection, status, statusMessage, endedAt });
}
