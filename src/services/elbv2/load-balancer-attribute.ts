// Attributes of network load balancers: deletion protection and cross-zone balancing do something here.

import type {
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput,
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { loadBalancerAttributes, loadBalancerDefaults } from '../../cloud/load-balancer-attribute.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import {
  type AttributeRules,
  changeAttributes,
  isBoolean,
  isOneOf,
  isWhole,
  showAttributes,
} from './attribute.ts';
import { requireParameter } from './errors.ts';
import { getLoadBalancer } from './lookup.ts';

export const loadBalancerAttributeRules: AttributeRules = {
  'access_logs.s3.enabled': { isValid: isBoolean, built: 'default' },
  // Where logs would go, were they enabled.
  'access_logs.s3.bucket': { isValid: () => true, built: 'any' },
  'access_logs.s3.prefix': { isValid: () => true, built: 'any' },
  'deletion_protection.enabled': { isValid: isBoolean, built: 'any' },
  'dns_record.client_routing_policy': {
    isValid: isOneOf(
      'any_availability_zone',
      'partial_availability_zone_affinity',
      'availability_zone_affinity',
    ),
    built: 'default',
  },
  'ipv6.deny_all_igw_traffic': { isValid: isBoolean, built: 'default' },
  'load_balancing.cross_zone.enabled': { isValid: isBoolean, built: 'any' },
  'secondary_ips.auto_assigned.per_subnet': { isValid: isWhole(0, 7), built: 'default' },
  'zonal_shift.config.enabled': { isValid: isBoolean, built: 'default' },
};

export function describeLoadBalancerAttributes(
  input: DescribeLoadBalancerAttributesInput,
  context: OperationContext,
): DescribeLoadBalancerAttributesOutput {
  acceptParameters('DescribeLoadBalancerAttributes', input, 'LoadBalancerArn');
  const loadBalancer = getLoadBalancer(context, input.LoadBalancerArn);
  return { Attributes: showAttributes(loadBalancerAttributes(loadBalancer)) };
}

export function modifyLoadBalancerAttributes(
  input: ModifyLoadBalancerAttributesInput,
  context: OperationContext,
): ModifyLoadBalancerAttributesOutput {
  acceptParameters('ModifyLoadBalancerAttributes', input, 'LoadBalancerArn', 'Attributes');
  const loadBalancer = getLoadBalancer(context, input.LoadBalancerArn);
  const changes = requireParameter('Attributes', input.Attributes);
  const defaults = loadBalancerDefaults(loadBalancer);
  const attributes = changeAttributes(
    'Load balancer',
    loadBalancerAttributeRules,
    defaults,
    loadBalancer.attributes,
    changes,
  );
  const changed = context.cloud.loadBalancers.put({ ...loadBalancer, attributes });
  return { Attributes: showAttributes(loadBalancerAttributes(changed)) };
}
