// Gateway endpoints: a route to a service's prefix list in some of the VPC's route tables, and a policy on what may pass.
// DIFFERS: gateway-endpoint-pending an endpoint is `pending` until its routes are there; AWS shows `available` from the first answer.

import type {
  CreateVpcEndpointRequest,
  DnsOptionsSpecification,
  ModifyVpcEndpointRequest,
} from '@aws-sdk/client-ec2';
import type { RouteTableId, VpcId } from '../../cloud/id.ts';
import { prefixListOf } from '../../cloud/public-range.ts';
import type { GatewayService, GatewayVpcEndpoint, VpcEndpoint } from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { changeEndpointPolicy, readEndpointPolicy } from './endpoint-policy-parameter.ts';
import { findEndpointRoute } from './endpoint-route.ts';
import { invalidParameter, routeAlreadyExists } from './errors.ts';
import { getRouteTable } from './route-table.ts';
import { putTags, tagsFromSpecifications } from './tag.ts';
import { getVpc } from './vpc.ts';

export function putGatewayEndpoint(
  input: CreateVpcEndpointRequest,
  context: OperationContext,
  wantedVpcId: string,
  gatewayService: GatewayService,
): VpcEndpoint {
  const { vpcId } = getVpc(context, wantedVpcId);
  refuseInterfaceParameters(
    input,
    [...(input.SubnetIds ?? []), ...(input.SubnetConfigurations ?? [])],
    input.SecurityGroupIds ?? [],
  );
  checkAddressType(input);
  const policyDocument = readEndpointPolicy(input.PolicyDocument);
  const routeTableIds = readRouteTables(context, vpcId, gatewayService, input.RouteTableIds ?? []);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'vpc-endpoint');

  const vpcEndpointId = context.newId('vpce');
  putTags(context, vpcEndpointId, 'vpc-endpoint', tags);
  return context.cloud.vpcEndpoints.put({
    vpcEndpointId,
    accountId: context.accountId,
    region: context.region,
    vpcEndpointType: 'Gateway',
    vpcId,
    serviceName: input.ServiceName!,
    gatewayService,
    routeTableIds,
    policyDocument,
    creationTimestamp: context.now.toISOString(),
    ...(input.ClientToken && { clientToken: input.ClientToken }),
  });
}

export function modifyGatewayEndpoint(
  input: ModifyVpcEndpointRequest,
  context: OperationContext,
  endpoint: GatewayVpcEndpoint,
): void {
  const subnets = [
    ...(input.AddSubnetIds ?? []),
    ...(input.RemoveSubnetIds ?? []),
    ...(input.SubnetConfigurations ?? []),
  ];
  const groups = [...(input.AddSecurityGroupIds ?? []), ...(input.RemoveSecurityGroupIds ?? [])];
  refuseInterfaceParameters(input, subnets, groups);
  checkAddressType(input);
  const policyDocument = changeEndpointPolicy(input, endpoint.policyDocument);
  const removed = new Set<string>(input.RemoveRouteTableIds ?? []);
  for (const routeTableId of removed) {
    if (endpoint.routeTableIds.includes(routeTableId as RouteTableId)) continue;
    getRouteTable(context, routeTableId);
    throw invalidParameter(
      `The route table ${routeTableId} is not associated with the VPC endpoint ${endpoint.vpcEndpointId}.`,
    );
  }
  const { vpcId, gatewayService } = endpoint;
  const added = readRouteTables(context, vpcId, gatewayService, input.AddRouteTableIds ?? []);
  const kept = endpoint.routeTableIds.filter((routeTableId) => !removed.has(routeTableId));
  context.cloud.vpcEndpoints.put({ ...endpoint, policyDocument, routeTableIds: [...kept, ...added] });
}

function refuseInterfaceParameters(
  { PrivateDnsEnabled }: { PrivateDnsEnabled?: boolean | undefined },
  subnets: unknown[],
  groups: unknown[],
): void {
  if (subnets.length > 0) {
    throw invalidParameter(
      'Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.',
    );
  }
  if (groups.length > 0) {
    throw invalidParameter('Security group IDs are only supported for Interface type VPC Endpoint.');
  }
  if (PrivateDnsEnabled) {
    throw invalidParameter('Private DNS can only be enabled for Interface type VPC Endpoint.');
  }
}

function checkAddressType(input: {
  IpAddressType?: string | undefined;
  DnsOptions?: DnsOptionsSpecification | undefined;
}): void {
  const { IpAddressType: ipAddressType = 'ipv4', DnsOptions: dnsOptions } = input;
  if (ipAddressType !== 'ipv4') throw notBuilt(`gateway endpoints of the IP address type ${ipAddressType}`);
  if (!dnsOptions) return;
  if (dnsOptions.PrivateDnsOnlyForInboundResolverEndpoint !== undefined) {
    throw invalidParameter(
      'DnsOptions PrivateDnsOnlyForInboundResolverEndpoint is applicable only to Interface VPC Endpoints.',
    );
  }
  acceptParameters('DnsOptions of gateway endpoints', dnsOptions, 'DnsRecordIpType');
  const { DnsRecordIpType: recordType = 'service-defined' } = dnsOptions;
  if (recordType !== 'service-defined') {
    throw notBuilt(`the DNS record IP type ${recordType} of gateway endpoints`);
  }
}

/** Route tables of the VPC that have no route to the service yet. AWS: a table holds one endpoint route per service. */
function readRouteTables(
  context: OperationContext,
  vpcId: VpcId,
  gatewayService: GatewayService,
  routeTableIds: string[],
): RouteTableId[] {
  const { prefixListId } = prefixListOf(context.region, gatewayService);
  return [...new Set(routeTableIds)].map((id) => {
    const table = getRouteTable(context, id);
    if (table.vpcId !== vpcId) {
      throw invalidParameter(`route table ${id} and network ${vpcId} belong to different networks`);
    }
    if (
      findEndpointRoute(context.cloud, table, prefixListId) ||
      table.routes.some((route) => route.destinationPrefixListId === prefixListId)
    ) {
      throw routeAlreadyExists(table.routeTableId, prefixListId);
    }
    return table.routeTableId;
  });
}
