// How a transit gateway looks to its owner and to those it is shared with.

import type { TransitGateway as TransitGatewayShape } from '@aws-sdk/client-ec2';
import type { TransitGateway } from '../../cloud/transit-gateway.ts';
import { arnOf } from '../../lib/arn.ts';
import type { OperationContext } from '../operation.ts';
import type { FilterFields } from './filter.ts';
import { isOwn } from './ownership.ts';
import { showTags } from './tag.ts';
import { showSwitch } from './transit-gateway-parameter.ts';

/** AWS: does not say how long ended transit gateways, attachments and route tables are listed. */
const forgetAfterMs = 60 * 60 * 1000;

export function isForgotten({ now }: OperationContext, { endedAt }: { endedAt?: string }): boolean {
  return endedAt !== undefined && Date.parse(endedAt) + forgetAfterMs <= now.getTime();
}

type State = 'pending' | 'available' | 'modifying' | 'deleted';

/** AWS: `deleting` comes between. Nothing is attached to one that is deleted, so nothing of it is left to wait for. */
export function transitGatewayState(context: OperationContext, transitGateway: TransitGateway): State {
  const { transitGatewayId, generation, modifiedAt, endedAt } = transitGateway;
  if (endedAt !== undefined) return 'deleted';
  if (context.world.isApplied(transitGatewayId, generation)) return 'available';
  return modifiedAt === undefined ? 'pending' : 'modifying';
}

export const transitGatewayFields = (context: OperationContext): FilterFields<TransitGateway> => ({
  'options.amazon-side-asn': ({ amazonSideAsn }) => String(amazonSideAsn),
  'options.association-default-route-table-id': (one) => one.associationDefaultRouteTableId,
  'options.auto-accept-shared-attachments': (one) => showSwitch(one.autoAcceptSharedAttachments),
  'options.default-route-table-association': (one) =>
    showSwitch(one.associationDefaultRouteTableId !== undefined),
  'options.default-route-table-propagation': (one) =>
    showSwitch(one.propagationDefaultRouteTableId !== undefined),
  'options.dns-support': ({ dnsSupport }) => showSwitch(dnsSupport),
  'options.propagation-default-route-table-id': (one) => one.propagationDefaultRouteTableId,
  'options.vpn-ecmp-support': ({ vpnEcmpSupport }) => showSwitch(vpnEcmpSupport),
  'owner-id': ({ accountId }) => accountId,
  state: (one) => transitGatewayState(context, one),
  'transit-gateway-id': ({ transitGatewayId }) => transitGatewayId,
});

export function showTransitGateway(
  context: OperationContext,
  transitGateway: TransitGateway,
): TransitGatewayShape {
  const { transitGatewayId, accountId, region, description, creationTime } = transitGateway;
  const { associationDefaultRouteTableId, propagationDefaultRouteTableId } = transitGateway;
  return {
    TransitGatewayId: transitGatewayId,
    TransitGatewayArn: arnOf('ec2', region, accountId, `transit-gateway/${transitGatewayId}`),
    State: transitGatewayState(context, transitGateway),
    OwnerId: accountId,
    Description: description,
    CreationTime: new Date(creationTime),
    Options: {
      AmazonSideAsn: transitGateway.amazonSideAsn,
      AutoAcceptSharedAttachments: showSwitch(transitGateway.autoAcceptSharedAttachments),
      DefaultRouteTableAssociation: showSwitch(associationDefaultRouteTableId !== undefined),
      ...(associationDefaultRouteTableId && {
        AssociationDefaultRouteTableId: associationDefaultRouteTableId,
      }),
      DefaultRouteTablePropagation: showSwitch(propagationDefaultRouteTableId !== undefined),
      ...(propagationDefaultRouteTableId && {
        PropagationDefaultRouteTableId: propagationDefaultRouteTableId,
      }),
      VpnEcmpSupport: showSwitch(transitGateway.vpnEcmpSupport),
      DnsSupport: showSwitch(transitGateway.dnsSupport),
      SecurityGroupReferencingSupport: 'disable',
      MulticastSupport: 'disable',
    },
    Tags: isOwn(context, transitGateway) ? showTags(context.cloud, transitGatewayId) : [],
  };
}
