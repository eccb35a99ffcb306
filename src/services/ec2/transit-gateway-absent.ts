// What transit gateways have on AWS and not here, to be asked for only: peerings with others, Connect, multicast domains.

import type {
  DescribeTransitGatewayConnectsRequest,
  DescribeTransitGatewayConnectsResult,
  DescribeTransitGatewayMulticastDomainsRequest,
  DescribeTransitGatewayMulticastDomainsResult,
  DescribeTransitGatewayPeeringAttachmentsRequest,
  DescribeTransitGatewayPeeringAttachmentsResult,
} from '@aws-sdk/client-ec2';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkListing } from './absent-resource.ts';
import { checkId, goneOrNone, transitGatewayAttachmentNotFound } from './errors.ts';

const page = ['Filters', 'MaxResults', 'NextToken'] as const;
const common = ['state', 'transit-gateway-id', 'transit-gateway-attachment-id'];

export function describeTransitGatewayPeeringAttachments(
  input: DescribeTransitGatewayPeeringAttachmentsRequest,
  _context: OperationContext,
): DescribeTransitGatewayPeeringAttachmentsResult {
  const operation = 'DescribeTransitGatewayPeeringAttachments';
  acceptParameters(operation, input, 'TransitGatewayAttachmentIds', ...page);
  checkListing(input, [...common, 'local-owner-id', 'remote-owner-id']);
  refuseAttachments(input.TransitGatewayAttachmentIds);
  return { TransitGatewayPeeringAttachments: [] };
}

export function describeTransitGatewayConnects(
  input: DescribeTransitGatewayConnectsRequest,
  _context: OperationContext,
): DescribeTransitGatewayConnectsResult {
  acceptParameters('DescribeTransitGatewayConnects', input, 'TransitGatewayAttachmentIds', ...page);
  checkListing(input, [...common, 'options.protocol', 'transport-transit-gateway-attachment-id']);
  refuseAttachments(input.TransitGatewayAttachmentIds);
  return { TransitGatewayConnects: [] };
}

function refuseAttachments(ids: string[] = []): void {
  for (const id of ids) checkId('tgw-attach', id, 'InvalidTransitGatewayAttachmentID.Malformed');
  if (ids[0]) throw transitGatewayAttachmentNotFound(ids[0]);
}

export function describeTransitGatewayMulticastDomains(
  input: DescribeTransitGatewayMulticastDomainsRequest,
  _context: OperationContext,
): DescribeTransitGatewayMulticastDomainsResult {
  const { TransitGatewayMulticastDomainIds: ids = [] } = input;
  const operation = 'DescribeTransitGatewayMulticastDomains';
  acceptParameters(operation, input, 'TransitGatewayMulticastDomainIds', ...page);
  checkListing(input, ['state', 'transit-gateway-id', 'transit-gateway-multicast-domain-id']);
  const code = 'InvalidTransitGatewayMulticastDomainId';
  for (const id of ids) checkId('tgw-mcast-domain', id, `${code}.Malformed`);
  if (ids[0]) throw goneOrNone(`${code}.NotFound`, 'Transit Gateway Multicast Domain', ids[0]);
  return { TransitGatewayMulticastDomains: [] };
}
