// What still uses a resource: the reason why it cannot be deleted. Empty means that nothing does.

import type { Cloud } from './cloud.ts';
import { gatewayIdOfAssociation } from './direct-connect.ts';
import type { RouteTableId, SecurityGroupId, SubnetId, VpcId, VpnGatewayId } from './id.ts';
import type { NatGateway } from './internet.ts';
import { isAttachmentAlive } from './transit-gateway.ts';
import type { RouteTable, VpcPeeringConnection } from './vpc.ts';
import { attachedVpcId } from './vpn.ts';

export interface Dependent {
  kind:
    | 'subnet'
    | 'route-table'
    | 'security-group'
    | 'network-acl'
    | 'network-interface'
    | 'vpc-endpoint'
    | 'load-balancer'
    | 'vpc-peering-connection'
    | 'transit-gateway-attachment'
    | 'internet-gateway'
    | 'nat-gateway'
    | 'vpn-gateway'
    | 'vpn-connection'
    | 'virtual-interface'
    | 'direct-connect-gateway-association'
    | 'route-table-association'
    | 'vpc';
  id: string;
}

/** What a user must delete before the VPC: its main route table, default group and default network ACL go with it. */
export function vpcDependents(cloud: Cloud, vpcId: VpcId, now: Date): Dependent[] {
  const isIn = (record: { vpcId: VpcId }) => record.vpcId === vpcId;
  return [
    ...cloud.subnets.where(isIn).map((subnet) => dependent('subnet', subnet.subnetId)),
    ...cloud.networkInterfaces
      .where(isIn)
      .map((eni) => dependent('network-interface', eni.networkInterfaceId)),
    ...cloud.vpcEndpoints.where(isIn).map((endpoint) => dependent('vpc-endpoint', endpoint.vpcEndpointId)),
    ...cloud.internetGateways
      .where((gateway) => gateway.vpcId === vpcId)
      .map((gateway) => dependent('internet-gateway', gateway.internetGatewayId)),
    ...cloud.natGateways
      .where((gateway) => isIn(gateway) && isNatGatewayAlive(gateway))
      .map((gateway) => dependent('nat-gateway', gateway.natGatewayId)),
    ...cloud.vpnGateways
      .where((gateway) => attachedVpcId(gateway) === vpcId)
      .map((gateway) => dependent('vpn-gateway', gateway.vpnGatewayId)),
    ...cloud.loadBalancers
      .where(isIn)
      .map((balancer) => dependent('load-balancer', balancer.loadBalancerArn)),
    ...cloud.routeTables
      .where((table) => isIn(table) && !isMainRouteTable(table))
      .map((table) => dependent('route-table', table.routeTableId)),
    ...cloud.securityGroups
      .where((group) => isIn(group) && group.groupName !== 'default')
      .map((group) => dependent('security-group', group.groupId)),
    ...cloud.networkAcls
      .where((acl) => isIn(acl) && !acl.isDefault)
      .map((acl) => dependent('network-acl', acl.networkAclId)),
    ...cloud.vpcPeeringConnections
      .where((connection) => isPeeringAlive(connection, now) && isHeldBy(connection, vpcId))
      .map((connection) => dependent('vpc-peering-connection', connection.vpcPeeringConnectionId)),
    ...cloud.transitGatewayAttachments
      .where(
        (attachment) =>
          attachment.resourceType === 'vpc' && isIn(attachment) && isAttachmentAlive(attachment),
      )
      .map(({ transitGatewayAttachmentId: id }) => dependent('transit-gateway-attachment', id)),
  ];
}

/** Everything with an address in the subnet. */
export function subnetDependents(cloud: Cloud, subnetId: SubnetId): Dependent[] {
  return [
    ...cloud.networkInterfaces
      .where((eni) => eni.subnetId === subnetId)
      .map((eni) => dependent('network-interface', eni.networkInterfaceId)),
    ...cloud.vpcEndpoints
      .where(
        (endpoint) =>
          endpoint.vpcEndpointType === 'Interface' && endpoint.legs.some((leg) => leg.subnetId === subnetId),
      )
      .map((endpoint) => dependent('vpc-endpoint', endpoint.vpcEndpointId)),
    ...cloud.natGateways
      .where((gateway) => gateway.subnetId === subnetId && isNatGatewayAlive(gateway))
      .map((gateway) => dependent('nat-gateway', gateway.natGatewayId)),
    ...cloud.loadBalancers
      .where((balancer) => balancer.nodes.some((node) => node.subnetId === subnetId))
      .map((balancer) => dependent('load-balancer', balancer.loadBalancerArn)),
  ];
}

/**
 * The members of a group and the other groups of its VPC whose rules name it.
 * AWS: a rule of a peered VPC does not hold the group; it goes stale.
 */
export function securityGroupDependents(cloud: Cloud, groupId: SecurityGroupId): Dependent[] {
  const vpcId = cloud.securityGroups.find(groupId)?.vpcId;
  return [
    ...cloud.networkInterfaces
      .where((eni) => eni.groupIds.includes(groupId))
      .map((eni) => dependent('network-interface', eni.networkInterfaceId)),
    ...cloud.vpcEndpoints
      .where((endpoint) => endpoint.vpcEndpointType === 'Interface' && endpoint.groupIds.includes(groupId))
      .map((endpoint) => dependent('vpc-endpoint', endpoint.vpcEndpointId)),
    ...cloud.loadBalancers
      .where((balancer) => balancer.securityGroupIds.includes(groupId))
      .map((balancer) => dependent('load-balancer', balancer.loadBalancerArn)),
    ...cloud.securityGroups
      .where((group) => group.vpcId === vpcId && group.groupId !== groupId)
      .filter((group) => group.rules.some((rule) => rule.referencedGroup?.groupId === groupId))
      .map((group) => dependent('security-group', group.groupId)),
  ];
}

/** AWS: being the main table counts as being associated. */
export function routeTableDependents(cloud: Cloud, routeTableId: RouteTableId): Dependent[] {
  const associations = cloud.routeTables.find(routeTableId)?.associations ?? [];
  return associations.map(({ routeTableAssociationId }) =>
    dependent('route-table-association', routeTableAssociationId),
  );
}

/** What leads to a virtual private gateway from outside. Its attachment to a VPC is its own. */
export function vpnGatewayDependents(cloud: Cloud, vpnGatewayId: VpnGatewayId): Dependent[] {
  return [
    ...cloud.vpnConnections
      .where((connection) => connection.vpnGatewayId === vpnGatewayId && !connection.deleteTime)
      .map((connection) => dependent('vpn-connection', connection.vpnConnectionId)),
    ...cloud.virtualInterfaces
      .where(({ leadsTo }) => 'vpnGatewayId' in leadsTo && leadsTo.vpnGatewayId === vpnGatewayId)
      .map((one) => dependent('virtual-interface', one.virtualInterfaceId)),
    ...cloud.directConnectGatewayAssociations
      .where((association) => gatewayIdOfAssociation(association) === vpnGatewayId)
      .map((one) => dependent('direct-connect-gateway-association', one.associationId)),
  ];
}

/** The VPCs whose instances are told by the set. */
export function dhcpOptionsDependents(cloud: Cloud, dhcpOptionsId: string): Dependent[] {
  return cloud.vpcs
    .where((vpc) => vpc.dhcpOptionsId === dhcpOptionsId)
    .map((vpc) => dependent('vpc', vpc.vpcId));
}

export function isMainRouteTable(table: RouteTable): boolean {
  return table.associations.some((association) => association.subnetId === undefined);
}

/** AWS: one that failed or was deleted is still listed for a while, and holds nothing. */
function isNatGatewayAlive({ deleteTime, failure }: NatGateway): boolean {
  return deleteTime === undefined && failure === undefined;
}

/** Asked for or agreed to, as opposed to over: refused, failed, deleted, or left unanswered for too long. */
export function isPeeringAlive(connection: VpcPeeringConnection, now: Date): boolean {
  if (connection.status === 'pending-acceptance')
    return now.getTime() < Date.parse(connection.expirationTime);
  return connection.status === 'active';
}

/** A request binds who made it. The other side may delete its VPC: strangers cannot hold it by asking. */
function isHeldBy({ status, requester, accepter }: VpcPeeringConnection, vpcId: VpcId): boolean {
  return requester.vpcId === vpcId || (status === 'active' && accepter.vpcId === vpcId);
}

function dependent(kind: Dependent['kind'], id: string): Dependent {
  return { kind, id };
}
