// A transit gateway with attached VPCs to start a test from.

import { createTransitGateway } from '../src/services/ec2/transit-gateway.ts';
import { createTransitGatewayVpcAttachment } from '../src/services/ec2/transit-gateway-vpc-attachment.ts';
import type { Caller, Harness } from './operation-harness.ts';
import { makeVpc } from './vpc-fixture.ts';

export interface AttachedVpc {
  VpcId: string;
  SubnetId: string;
  TransitGatewayAttachmentId: string;
}

/** The transit gateway, its default table, and the VPCs `10.<second>.0.0/16` in the order given. */
export function makeTransitGateway(harness: Harness, seconds: number[], Options = {}) {
  const made = harness.run(createTransitGateway, { Options }).TransitGateway!;
  const TransitGatewayId = made.TransitGatewayId!;
  const attached = seconds.map((second) => attachVpc(harness, TransitGatewayId, second));
  return { TransitGatewayId, tableId: made.Options!.AssociationDefaultRouteTableId!, attached };
}

export function attachVpc(
  harness: Harness,
  TransitGatewayId: string,
  second: number,
  caller: Caller = {},
): AttachedVpc {
  const { VpcId, SubnetId } = makeVpc(harness, second, caller);
  const input = { TransitGatewayId, VpcId, SubnetIds: [SubnetId] };
  const { TransitGatewayAttachmentId } = harness.run(createTransitGatewayVpcAttachment, input, caller)
    .TransitGatewayVpcAttachment!;
  return { VpcId, SubnetId, TransitGatewayAttachmentId: TransitGatewayAttachmentId! };
}
