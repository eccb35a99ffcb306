// The ways out of an example VPC as plain records: gateway endpoints, an internet gateway, NAT gateways, Elastic IPs, routes, peerings.

import assert from 'node:assert/strict';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { NetworkInterfaceId, RouteTableId, SubnetId } from '../../src/cloud/id.ts';
import { takePublicAddress } from '../../src/cloud/public-address.ts';
import type { Route, RouteTarget } from '../../src/cloud/vpc.ts';
import type { GatewayService, GatewayVpcEndpoint } from '../../src/cloud/vpc-endpoint.ts';
import { type ExampleVpc, exampleId, nextNumber, putInterface } from './example-cloud.ts';

const createTime = '2026-01-31T12:34:56.000Z';
const ownerOf = (cloud: Cloud, { vpcId }: ExampleVpc) => {
  const { accountId, region } = cloud.vpcs.find(vpcId)!;
  return { accountId, region };
};

export const mainRouteTableId = (cloud: Cloud, { vpcId }: ExampleVpc): RouteTableId =>
  cloud.routeTables.all().find((table) => table.vpcId === vpcId)!.routeTableId;

/** A route table of its own for a subnet. */
export function putRouteTable(cloud: Cloud, vpc: ExampleVpc, subnetId: SubnetId): RouteTableId {
  const number = nextNumber();
  const routeTableId = exampleId('rtb', number);
  cloud.routeTables.put({
    ...{ ...ownerOf(cloud, vpc), routeTableId, vpcId: vpc.vpcId, routes: [] },
    associations: [{ routeTableAssociationId: exampleId('rtbassoc', number), subnetId }],
  });
  return routeTableId;
}

/** Adds a route, or replaces the one with this destination. */
export function putRoute(
  cloud: Cloud,
  routeTableId: RouteTableId,
  destinationCidrBlock: string,
  target: RouteTarget,
): void {
  const routeTable = cloud.routeTables.find(routeTableId)!;
  const others = routeTable.routes.filter(
    (route: Route) => route.destinationCidrBlock !== destinationCidrBlock,
  );
  cloud.routeTables.put({ ...routeTable, routes: [...others, { destinationCidrBlock, target }] });
}

export function deleteRoute(cloud: Cloud, routeTableId: RouteTableId, destinationCidrBlock: string): void {
  const routeTable = cloud.routeTables.find(routeTableId)!;
  const routes = routeTable.routes.filter((route) => route.destinationCidrBlock !== destinationCidrBlock);
  cloud.routeTables.put({ ...routeTable, routes });
}

export function putGatewayEndpoint(
  cloud: Cloud,
  vpc: ExampleVpc,
  gatewayService: GatewayService,
  routeTableIds: RouteTableId[],
): GatewayVpcEndpoint {
  const owner = ownerOf(cloud, vpc);
  return cloud.vpcEndpoints.put({
    ...owner,
    vpcEndpointId: exampleId('vpce', nextNumber()),
    vpcEndpointType: 'Gateway',
    vpcId: vpc.vpcId,
    serviceName: `com.amazonaws.${owner.region}.${gatewayService}`,
    creationTimestamp: createTime,
    ...{ gatewayService, routeTableIds, policyDocument: '{}' },
  }) as GatewayVpcEndpoint;
}

export function putInternetGateway(cloud: Cloud, vpc: ExampleVpc) {
  const internetGatewayId = exampleId('igw', nextNumber());
  return cloud.internetGateways.put({ ...ownerOf(cloud, vpc), internetGatewayId, vpcId: vpc.vpcId });
}

/** An Elastic IP on an interface. */
export function putElasticIp(cloud: Cloud, networkInterfaceId: NetworkInterfaceId) {
  const { accountId, region, privateIpAddress } = cloud.networkInterfaces.find(networkInterfaceId)!;
  const publicIp = takePublicAddress(cloud, region);
  assert.ok(publicIp);
  return cloud.elasticIps.put({
    ...{ accountId, region, allocationId: exampleId('eipalloc', nextNumber()), publicIp },
    association: { associationId: exampleId('eipassoc', nextNumber()), networkInterfaceId, privateIpAddress },
  });
}

/** A NAT gateway in a zone's subnet; a public one has an Elastic IP. */
export function putNatGateway(
  cloud: Cloud,
  vpc: ExampleVpc,
  zone: number,
  privateIpAddress: string,
  connectivityType: 'public' | 'private' = 'public',
) {
  const { networkInterfaceId, subnetId } = putInterface(cloud, vpc, zone, privateIpAddress, {
    ...{ interfaceType: 'nat_gateway', requesterManaged: true, groupIds: [] },
  });
  const elasticIp = connectivityType === 'public' ? putElasticIp(cloud, networkInterfaceId) : undefined;
  return cloud.natGateways.put({
    ...{ ...ownerOf(cloud, vpc), natGatewayId: exampleId('nat', nextNumber()), vpcId: vpc.vpcId, subnetId },
    ...{ connectivityType, networkInterfaceId, privateIpAddress, createTime },
    ...(elasticIp ? { allocationId: elasticIp.allocationId, publicIp: elasticIp.publicIp } : {}),
  });
}

/** A peering; each side's main table has a route to the other. */
export function putPeering(cloud: Cloud, left: ExampleVpc, right: ExampleVpc) {
  const vpcPeeringConnectionId = exampleId('pcx', nextNumber());
  const side = (vpc: ExampleVpc) => {
    const cidrBlocks = cloud.vpcs.find(vpc.vpcId)!.cidrBlockAssociations.map(({ cidrBlock }) => cidrBlock);
    return { vpcId: vpc.vpcId, ...ownerOf(cloud, vpc), cidrBlocks };
  };
  cloud.vpcPeeringConnections.put({
    ...{ ...ownerOf(cloud, left), vpcPeeringConnectionId, requester: side(left), accepter: side(right) },
    ...{ status: 'active', statusMessage: 'Active', expirationTime: '2026-02-07T12:34:56.000Z' },
  });
  const target = { kind: 'vpc-peering-connection', vpcPeeringConnectionId } as const;
  putRoute(cloud, mainRouteTableId(cloud, left), side(right).cidrBlocks[0]!, target);
  putRoute(cloud, mainRouteTableId(cloud, right), side(left).cidrBlocks[0]!, target);
  return vpcPeeringConnectionId;
}
