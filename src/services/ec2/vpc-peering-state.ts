// Who sees a peering connection and in which state. Both sides see it; a failed request only its requester.
// DIFFERS: ended-peerings one that is over (rejected, deleted, failed, expired) is listed for two hours to both sides; AWS keeps some for two days.

import type { AccountId, Region, VpcId } from '../../cloud/id.ts';
import type { PeeringSide, VpcPeeringConnection } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import { checkId, vpcPeeringConnectionNotFound } from './errors.ts';

export type PeeringState =
  | 'pending-acceptance'
  | 'provisioning'
  | 'active'
  | 'rejected'
  | 'expired'
  | 'failed'
  | 'deleted';

const keepMs = 2 * 60 * 60 * 1000;

/** The connection if the caller is one of its sides; otherwise AWS's not-found. */
export function getVpcPeeringConnection(context: OperationContext, id: string): VpcPeeringConnection {
  checkId('pcx', id, 'InvalidVpcPeeringConnectionId.Malformed');
  const connection = context.cloud.vpcPeeringConnections.find(id);
  if (!connection || !isVisible(context, connection)) throw vpcPeeringConnectionNotFound(id);
  return connection;
}

export function isVisible(context: OperationContext, connection: VpcPeeringConnection): boolean {
  if (isForgotten(connection, context.now)) return false;
  if (isSide(context, connection.requester)) return true;
  return isSide(context, connection.accepter) && connection.status !== 'failed';
}

export function isSide(caller: { accountId: AccountId; region: Region }, side: PeeringSide): boolean {
  return caller.accountId === side.accountId && caller.region === side.region;
}

/** Over for so long that nobody sees it any more. */
export function isForgotten(connection: VpcPeeringConnection, now: Date): boolean {
  const isUnanswered = connection.status === 'pending-acceptance';
  const endedAt = isUnanswered ? connection.expirationTime : connection.endedAt;
  return endedAt !== undefined && Date.parse(endedAt) + keepMs < now.getTime();
}

export function peeringState(context: OperationContext, connection: VpcPeeringConnection): PeeringState {
  const { status, expirationTime, requester, accepter, generation } = connection;
  if (status === 'pending-acceptance' && Date.parse(expirationTime) <= context.now.getTime())
    return 'expired';
  if (status !== 'active') return status;
  const isCarried = [requester, accepter].every((side) => context.world.isApplied(side.vpcId, generation));
  return isCarried ? 'active' : 'provisioning';
}

/** Requests to a VPC that goes away can no longer be answered. */
export function endPeeringRequests({ cloud, accountId, now }: OperationContext, vpcId: VpcId): void {
  const isWaiting = ({ status, accepter }: VpcPeeringConnection) =>
    status === 'pending-acceptance' && accepter.vpcId === vpcId;
  for (const connection of cloud.vpcPeeringConnections.where(isWaiting)) {
    const ended = {
      status: 'deleted',
      statusMessage: `Deleted by ${accountId}`,
      endedAt: now.toISOString(),
    } as const;
    cloud.vpcPeeringConnections.put({ ...connection, ...ended });
  }
}
