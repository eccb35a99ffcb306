// NAT gateways as AWS shows them. `available` means that packets go through, `deleted` that none do any more.

import type { NatGatewayAddress, NatGateway as NatGatewayShape } from '@aws-sdk/client-ec2';
import type { NatGateway } from '../../cloud/internet.ts';
import type { OperationContext } from '../operation.ts';
import type { FilterFields } from './filter.ts';
import { findElasticIpOf } from './public-address.ts';
import { showTags } from './tag.ts';

type State = 'pending' | 'available' | 'failed' | 'deleting' | 'deleted';

function natGatewayState({ cloud, world }: OperationContext, gateway: NatGateway): State {
  const { deleteTime, failure, vpcId, generation } = gateway;
  // A VPC that is gone has taken the last packet's way with it.
  const isApplied = !cloud.vpcs.has(vpcId) || world.isApplied(vpcId, generation);
  if (deleteTime) return isApplied ? 'deleted' : 'deleting';
  if (failure) return 'failed';
  return isApplied ? 'available' : 'pending';
}

export const natGatewayFields = (context: OperationContext): FilterFields<NatGateway> => ({
  'nat-gateway-id': (gateway) => gateway.natGatewayId,
  state: (gateway) => natGatewayState(context, gateway),
  'subnet-id': (gateway) => gateway.subnetId,
  'vpc-id': (gateway) => gateway.vpcId,
});

export function showNatGateway(context: OperationContext, gateway: NatGateway): NatGatewayShape {
  const { deleteTime, failure } = gateway;
  return {
    NatGatewayId: gateway.natGatewayId,
    VpcId: gateway.vpcId,
    SubnetId: gateway.subnetId,
    ConnectivityType: gateway.connectivityType,
    AvailabilityMode: 'zonal',
    State: natGatewayState(context, gateway),
    CreateTime: new Date(gateway.createTime),
    ...(deleteTime && { DeleteTime: new Date(deleteTime) }),
    ...(failure && { FailureCode: failure.code, FailureMessage: failure.message }),
    NatGatewayAddresses: [showAddress(context, gateway)],
    Tags: showTags(context.cloud, gateway.natGatewayId),
  };
}

/** AWS: of a failed one, only the address that was asked for. */
function showAddress(context: OperationContext, gateway: NatGateway): NatGatewayAddress {
  const { allocationId, publicIp, networkInterfaceId, privateIpAddress } = gateway;
  const asked = { IsPrimary: true, ...(allocationId && { AllocationId: allocationId }) };
  if (gateway.failure) return { ...asked, Status: 'failed' };
  const associationId = findElasticIpOf(context.cloud, networkInterfaceId)?.association?.associationId;
  return {
    ...asked,
    NetworkInterfaceId: networkInterfaceId,
    PrivateIp: privateIpAddress,
    ...(publicIp && { PublicIp: publicIp }),
    ...(associationId && { AssociationId: associationId }),
    Status: natGatewayState(context, gateway) === 'deleting' ? 'disassociating' : 'succeeded',
  };
}
