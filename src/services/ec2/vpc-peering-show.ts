// How a peering connection looks to one of its two sides.

import type { VpcPeeringConnection as PeeringShape, VpcPeeringConnectionVpcInfo } from '@aws-sdk/client-ec2';
import type { PeeringSide, VpcPeeringConnection } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import type { FilterFields } from './filter.ts';
import { showTags } from './tag.ts';
import { peeringTagKey } from './taggable.ts';
import { showPeeringOptions } from './vpc-peering-options.ts';
import { isSide, type PeeringState, peeringState } from './vpc-peering-state.ts';

export const peeringFields = (context: OperationContext): FilterFields<VpcPeeringConnection> => ({
  'accepter-vpc-info.cidr-block': (connection) =>
    hidesAccepter(context, connection) ? undefined : connection.accepter.cidrBlocks,
  'accepter-vpc-info.owner-id': ({ accepter }) => accepter.accountId,
  'accepter-vpc-info.vpc-id': ({ accepter }) => accepter.vpcId,
  'expiration-time': (connection) => connection.expirationTime,
  'requester-vpc-info.cidr-block': ({ requester }) => requester.cidrBlocks,
  'requester-vpc-info.owner-id': ({ requester }) => requester.accountId,
  'requester-vpc-info.vpc-id': ({ requester }) => requester.vpcId,
  'status-code': (connection) => peeringState(context, connection),
  'status-message': (connection) => stateMessage(connection, peeringState(context, connection)),
  'vpc-peering-connection-id': (connection) => connection.vpcPeeringConnectionId,
});

export function showVpcPeeringConnection(
  context: OperationContext,
  connection: VpcPeeringConnection,
): PeeringShape {
  const state = peeringState(context, connection);
  return {
    VpcPeeringConnectionId: connection.vpcPeeringConnectionId,
    Status: { Code: state, Message: stateMessage(connection, state) },
    RequesterVpcInfo: showSide(connection.requester, false),
    AccepterVpcInfo: showSide(connection.accepter, hidesAccepter(context, connection)),
    ...(connection.status === 'pending-acceptance' && {
      ExpirationTime: new Date(connection.expirationTime),
    }),
    Tags: showTags(context.cloud, peeringTagKey(context, connection)),
  };
}

/** AWS: the requester learns the other side's ranges when it has agreed. */
function hidesAccepter(context: OperationContext, connection: VpcPeeringConnection): boolean {
  return connection.status !== 'active' && !isSide(context, connection.accepter);
}

function stateMessage(connection: VpcPeeringConnection, state: PeeringState): string {
  if (state === 'provisioning') return 'Provisioning';
  if (state === 'expired') return 'Expired';
  return connection.statusMessage;
}

function showSide(side: PeeringSide, hidesRanges: boolean): VpcPeeringConnectionVpcInfo {
  const owner = { VpcId: side.vpcId, OwnerId: side.accountId, Region: side.region };
  if (hidesRanges) return owner;
  return {
    ...owner,
    ...(side.cidrBlocks[0] && { CidrBlock: side.cidrBlocks[0] }),
    CidrBlockSet: side.cidrBlocks.map((CidrBlock) => ({ CidrBlock })),
    PeeringOptions: showPeeringOptions(side),
  };
}
