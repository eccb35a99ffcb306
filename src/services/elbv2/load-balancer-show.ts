// A load balancer in AWS's shape.

import type {
  AvailabilityZone,
  LoadBalancer as ShownLoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LoadBalancer } from '../../cloud/load-balancer.ts';
import { loadBalancerHostedZoneId } from '../../cloud/load-balancer-name.ts';
import type { OperationContext } from '../operation.ts';

export function showLoadBalancer(loadBalancer: LoadBalancer, context: OperationContext): ShownLoadBalancer {
  const isApplied = context.world.isApplied(loadBalancer.vpcId, loadBalancer.generation);
  const hasGroups = loadBalancer.securityGroupIds.length > 0;
  return {
    LoadBalancerArn: loadBalancer.loadBalancerArn,
    DNSName: loadBalancer.dnsName,
    CanonicalHostedZoneId: loadBalancerHostedZoneId(loadBalancer.region),
    CreatedTime: new Date(loadBalancer.createdTime),
    LoadBalancerName: loadBalancer.loadBalancerName,
    Scheme: loadBalancer.scheme,
    VpcId: loadBalancer.vpcId,
    State: { Code: isApplied ? 'active' : 'provisioning' },
    Type: 'network',
    AvailabilityZones: showZones(loadBalancer),
    SecurityGroups: hasGroups ? loadBalancer.securityGroupIds : undefined,
    IpAddressType: 'ipv4',
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: hasGroups
      ? loadBalancer.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic
      : undefined,
  };
}

export function showZones(loadBalancer: LoadBalancer): AvailabilityZone[] {
  return loadBalancer.nodes.map((node) => ({
    ZoneName: node.availabilityZone,
    SubnetId: node.subnetId,
    // AWS: an address that AWS chose itself is not listed; it is seen on the interface and in DNS.
    LoadBalancerAddresses: node.addressChosen ? [{ PrivateIPv4Address: node.privateIpAddress }] : [],
  }));
}
