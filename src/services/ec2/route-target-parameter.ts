// What a route is asked to point at: exactly one target, of the same network as the table.

import type { CreateRouteRequest } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { TransitGatewayId } from '../../cloud/id.ts';
import { findVpcAttachment } from '../../cloud/transit-gateway.ts';
import type { RouteTable, RouteTarget } from '../../cloud/vpc.ts';
import { attachedVpcId } from '../../cloud/vpn.ts';
import type { OperationContext } from '../operation.ts';
import { notBuilt } from '../parameters.ts';
import {
  checkId,
  instanceNotFound,
  invalidParameterCombination,
  invalidParameterValue,
  networkInterfaceNotFound,
  vpcEndpointNotFound,
} from './errors.ts';
import { findOwn } from './ownership.ts';
import { getVpcPeeringConnection, peeringState } from './vpc-peering-state.ts';

type TargetParameters = Pick<
  CreateRouteRequest,
  | 'VpcPeeringConnectionId'
  | 'NetworkInterfaceId'
  | 'InstanceId'
  | 'VpcEndpointId'
  | 'GatewayId'
  | 'NatGatewayId'
  | 'TransitGatewayId'
>;

const targetNames = [
  'VpcPeeringConnectionId',
  'NetworkInterfaceId',
  'InstanceId',
  'VpcEndpointId',
  'GatewayId',
  'NatGatewayId',
  'TransitGatewayId',
] as const;

/** For a request whose target is said in another way. */
export function refuseTarget(input: TargetParameters): void {
  const [name] = targetNames.filter((one) => input[one]);
  if (!name) return;
  throw invalidParameterCombination(`The parameter localTarget cannot be used with the parameter ${name}`);
}

export function readRouteTarget(
  input: TargetParameters,
  context: OperationContext,
  table: RouteTable,
): RouteTarget {
  const given = targetNames.filter((name) => input[name]);
  const [name] = given;
  const choice = `The request must contain exactly one of ${targetNames.join(', ')}`;
  if (!name) throw new AwsError('MissingParameter', choice);
  if (given.length > 1) throw invalidParameterCombination(choice);
  const id = input[name]!;
  if (name === 'VpcPeeringConnectionId') return readPeeringTarget(id, context, table);
  if (name === 'NetworkInterfaceId') return readInterfaceTarget(id, context, table);
  if (name === 'InstanceId') return readInstanceTarget(id, context, table);
  if (name === 'NatGatewayId') return readNatTarget(id, context, table);
  if (name === 'TransitGatewayId') return readTransitTarget(id, context, table);
  if (id.startsWith('vpce-')) throw refuseEndpointTarget(id, context);
  if (id.startsWith('igw-')) return readInternetTarget(id, context, table);
  if (id.startsWith('vgw-')) return readVpnTarget(id, context, table);
  throw notBuilt(`routes to ${id}`);
}

function readPeeringTarget(id: string, context: OperationContext, table: RouteTable): RouteTarget {
  const connection = getVpcPeeringConnection(context, id);
  const { vpcPeeringConnectionId, requester, accepter } = connection;
  if (requester.vpcId !== table.vpcId && accepter.vpcId !== table.vpcId) throw differentNetworks(table, id);
  // AWS: a connection nobody has accepted yet may be named; the route is a blackhole until then.
  const state = peeringState(context, connection);
  if (!['pending-acceptance', 'provisioning', 'active'].includes(state)) {
    throw invalidParameterValue(
      `VPC peering connection ${id} is in the state ${state} and cannot be a route's target`,
    );
  }
  return { kind: 'vpc-peering-connection', vpcPeeringConnectionId };
}

function readInterfaceTarget(id: string, context: OperationContext, table: RouteTable): RouteTarget {
  checkId('eni', id, 'InvalidNetworkInterfaceID.Malformed');
  const networkInterface = findOwn(context, context.cloud.networkInterfaces.find(id));
  if (!networkInterface) throw networkInterfaceNotFound(id);
  if (networkInterface.vpcId !== table.vpcId) throw differentNetworks(table, `interface ${id}`);
  return { kind: 'network-interface', networkInterfaceId: networkInterface.networkInterfaceId };
}

/** AWS: only an instance with one interface may be named; the route points at that interface. */
function readInstanceTarget(id: string, context: OperationContext, table: RouteTable): RouteTarget {
  checkId('i', id, 'InvalidInstanceID.Malformed');
  const instance = findOwn(context, context.cloud.instances.find(id));
  if (!instance || instance.desiredState === 'terminated') throw instanceNotFound(id);
  const [networkInterfaceId, ...others] = instance.networkInterfaceIds;
  if (others.length > 0) {
    throw new AwsError(
      'InvalidInstanceID',
      `There are multiple interfaces attached to instance '${id}'. Please specify an interface ID for the operation instead.`,
    );
  }
  if (!networkInterfaceId) throw instanceNotFound(id);
  return { ...readInterfaceTarget(networkInterfaceId, context, table), instanceId: id } as RouteTarget;
}

/** AWS: has words of its own for a gateway that is not there, and wants it attached to the table's network. */
function readInternetTarget(id: string, context: OperationContext, table: RouteTable): RouteTarget {
  checkId('igw', id, 'InvalidGatewayID.Malformed');
  const gateway = findOwn(context, context.cloud.internetGateways.find(id));
  if (!gateway) {
    throw new AwsError('InvalidGatewayID.NotFound', `The gateway ID '${id}' does not exist`);
  }
  if (gateway.vpcId !== table.vpcId) throw differentNetworks(table, `network gateway ${id}`);
  return { kind: 'internet-gateway', internetGatewayId: gateway.internetGatewayId };
}

function readVpnTarget(id: string, context: OperationContext, table: RouteTable): RouteTarget {
  checkId('vgw', id, 'InvalidGatewayID.Malformed');
  const gateway = findOwn(context, context.cloud.vpnGateways.find(id));
  if (!gateway || gateway.deleteTime) {
    throw new AwsError('InvalidGatewayID.NotFound', `The gateway ID '${id}' does not exist`);
  }
  if (attachedVpcId(gateway) !== table.vpcId) throw differentNetworks(table, `network gateway ${id}`);
  return { kind: 'vpn-gateway', vpnGatewayId: gateway.vpnGatewayId };
}

/** One that is still being made will do. */
function readNatTarget(id: string, context: OperationContext, table: RouteTable): RouteTarget {
  checkId('nat', id, 'InvalidNatGatewayID.Malformed');
  const gateway = findOwn(context, context.cloud.natGateways.find(id));
  if (!gateway || gateway.deleteTime || gateway.failure) {
    throw new AwsError('InvalidNatGatewayID.NotFound', `The natGateway ID '${id}' does not exist`);
  }
  if (gateway.vpcId !== table.vpcId) throw differentNetworks(table, `nat gateway ${id}`);
  return { kind: 'nat-gateway', natGatewayId: gateway.natGatewayId };
}

/** AWS: one that the table's VPC is not attached to does not exist for the table. */
function readTransitTarget(id: string, { cloud }: OperationContext, table: RouteTable): RouteTarget {
  checkId('tgw', id, 'InvalidTransitGatewayID.Malformed');
  const transitGatewayId = id as TransitGatewayId;
  if (!findVpcAttachment(cloud, table.vpcId, transitGatewayId)) {
    throw new AwsError('InvalidTransitGatewayID.NotFound', `The transitGateway ID '${id}' does not exist.`);
  }
  return { kind: 'transit-gateway', transitGatewayId };
}

function refuseEndpointTarget(id: string, context: OperationContext): AwsError {
  checkId('vpce', id, 'InvalidVpcEndpointId.Malformed');
  if (!findOwn(context, context.cloud.vpcEndpoints.find(id))) {
    return vpcEndpointNotFound(id);
  }
  return new AwsError(
    'RouteNotSupported',
    `Route table contains unsupported route target: ${id}. VPC Endpoints of this type cannot be used as route targets.`,
  );
}

function differentNetworks(table: RouteTable, other: string): AwsError {
  return invalidParameterValue(`route table ${table.routeTableId} and ${other} belong to different networks`);
}
