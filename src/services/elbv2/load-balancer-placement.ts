// Changing where a load balancer stands and which groups guard it: SetSubnets, SetSecurityGroups.

import type {
  SetSecurityGroupsInput,
  SetSecurityGroupsOutput,
  SetSubnetsInput,
  SetSubnetsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LoadBalancer, LoadBalancerNode } from '../../cloud/load-balancer.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { invalidConfiguration, resourceInUse, validationError } from './errors.ts';
import { checkGroups, isUsedByEndpointService } from './load-balancer.ts';
import { chooseAddress, deleteNode, type Placement, parsePlacements, putNode } from './load-balancer-node.ts';
import { showZones } from './load-balancer-show.ts';
import { getLoadBalancer } from './lookup.ts';

/** Names all subnets the load balancer shall have; nodes in subnets that are named again stay as they are. */
export function setSubnets(input: SetSubnetsInput, context: OperationContext): SetSubnetsOutput {
  acceptParameters('SetSubnets', input, 'LoadBalancerArn', 'Subnets', 'SubnetMappings', 'IpAddressType');
  const loadBalancer = getLoadBalancer(context, input.LoadBalancerArn);
  const { IpAddressType: ipAddressType = 'ipv4' } = input;
  if (ipAddressType !== 'ipv4') throw notBuilt(`load balancers of IP address type ${ipAddressType}`);
  const placements = parsePlacements('SetSubnets', input, context);
  const changed = moveNodes(loadBalancer, placements, context);
  return { AvailabilityZones: showZones(changed), IpAddressType: 'ipv4' };
}

function moveNodes(
  loadBalancer: LoadBalancer,
  placements: Placement[],
  context: OperationContext,
): LoadBalancer {
  if (placements[0]!.subnet.vpcId !== loadBalancer.vpcId) {
    throw invalidConfiguration('All subnets must belong to the VPC of the load balancer');
  }
  const nodeOf = (placement: Placement) => findNode(loadBalancer, placement);
  const kept = new Set(placements.map(nodeOf));
  const removed = loadBalancer.nodes.filter((node) => !kept.has(node));
  if (removed.length > 0 && isUsedByEndpointService(context, loadBalancer.loadBalancerArn)) {
    throw resourceInUse(
      'Subnets cannot be removed from load balancer because the load balancer is currently associated with another service',
    );
  }
  const planned = placements.map((placement) => nodeOf(placement) ?? chooseAddress(context, placement));
  for (const node of removed) deleteNode(context, node);
  const nodes = planned.map((plan) => ('subnet' in plan ? putNode(context, loadBalancer, plan) : plan));
  return context.cloud.loadBalancers.put({ ...loadBalancer, nodes });
}

/** AWS: the address of a node is for life. */
function findNode(loadBalancer: LoadBalancer, placement: Placement): LoadBalancerNode | undefined {
  const node = loadBalancer.nodes.find(({ subnetId }) => subnetId === placement.subnet.subnetId);
  if (
    !node ||
    placement.privateIpAddress === undefined ||
    placement.privateIpAddress === node.privateIpAddress
  )
    return node;
  throw invalidConfiguration(`You cannot change the private IPv4 address of the subnet '${node.subnetId}'`);
}

export function setSecurityGroups(
  input: SetSecurityGroupsInput,
  context: OperationContext,
): SetSecurityGroupsOutput {
  acceptParameters(
    'SetSecurityGroups',
    input,
    'LoadBalancerArn',
    'SecurityGroups',
    'EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic',
  );
  const loadBalancer = getLoadBalancer(context, input.LoadBalancerArn);
  if (loadBalancer.securityGroupIds.length === 0) {
    throw invalidConfiguration(
      'Security groups cannot be set on a Network Load Balancer that was created without security groups',
    );
  }
  const securityGroupIds = checkGroups(context, loadBalancer.vpcId, input.SecurityGroups ?? []);
  // AWS: the groups may be changed, not taken away altogether.
  if (securityGroupIds.length === 0) throw validationError('At least one security group must be specified');
  const enforce =
    input.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic ??
    loadBalancer.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic;
  if (enforce !== 'on' && enforce !== 'off') {
    throw validationError(`'${enforce}' is not a valid value. Valid values are: on, off`);
  }
  for (const { networkInterfaceId } of loadBalancer.nodes) {
    const networkInterface = context.cloud.networkInterfaces.find(networkInterfaceId);
    if (networkInterface)
      context.cloud.networkInterfaces.put({ ...networkInterface, groupIds: securityGroupIds });
  }
  context.cloud.loadBalancers.put({
    ...loadBalancer,
    securityGroupIds,
    enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforce,
  });
  return {
    SecurityGroupIds: securityGroupIds,
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforce,
  };
}
