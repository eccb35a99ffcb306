// Attributes of target groups: the deregistration delay, cross-zone balancing, client addresses and stickiness
// do something here; of the rest AWS's default is what happens.

import type {
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupAttributesOutput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetGroup } from '../../cloud/load-balancer.ts';
import { targetGroupAttributes, targetGroupDefaults } from '../../cloud/load-balancer-attribute.ts';
import { currentTargets } from '../../cloud/target.ts';
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
import { invalidConfiguration, requireParameter } from './errors.ts';
import { getTargetGroup } from './lookup.ts';

const isOffOrPercentage = (value: string): boolean => value === 'off' || isWhole(1, 100)(value);

export const targetGroupAttributeRules: AttributeRules = {
  'deregistration_delay.connection_termination.enabled': { isValid: isBoolean, built: 'default' },
  'deregistration_delay.timeout_seconds': { isValid: isWhole(0, 3600), built: 'any' },
  'load_balancing.cross_zone.enabled': {
    isValid: isOneOf('true', 'false', 'use_load_balancer_configuration'),
    built: 'any',
  },
  'preserve_client_ip.enabled': { isValid: isBoolean, built: 'any' },
  'proxy_protocol_v2.enabled': { isValid: isBoolean, built: 'default' },
  'stickiness.enabled': { isValid: isBoolean, built: 'any' },
  'stickiness.type': { isValid: isOneOf('source_ip'), built: 'any' },
  'target_group_health.dns_failover.minimum_healthy_targets.count': {
    isValid: (value) => value === 'off' || isWhole(1, 1000)(value),
    built: 'default',
  },
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': {
    isValid: isOffOrPercentage,
    built: 'default',
  },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': {
    isValid: isWhole(1, 1000),
    built: 'default',
  },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': {
    isValid: isOffOrPercentage,
    built: 'default',
  },
  'target_health_state.unhealthy.connection_termination.enabled': { isValid: isBoolean, built: 'default' },
  'target_health_state.unhealthy.draining_interval_seconds': {
    isValid: isWhole(0, 360_000),
    built: 'default',
  },
};

export function describeTargetGroupAttributes(
  input: DescribeTargetGroupAttributesInput,
  context: OperationContext,
): DescribeTargetGroupAttributesOutput {
  acceptParameters('DescribeTargetGroupAttributes', input, 'TargetGroupArn');
  const targetGroup = getTargetGroup(context, input.TargetGroupArn);
  return { Attributes: showAttributes(targetGroupAttributes(targetGroup)) };
}

export function modifyTargetGroupAttributes(
  input: ModifyTargetGroupAttributesInput,
  context: OperationContext,
): ModifyTargetGroupAttributesOutput {
  acceptParameters('ModifyTargetGroupAttributes', input, 'TargetGroupArn', 'Attributes');
  const targetGroup = getTargetGroup(context, input.TargetGroupArn);
  const changes = requireParameter('Attributes', input.Attributes);
  const defaults = targetGroupDefaults(targetGroup);
  const attributes = changeAttributes(
    'Target group',
    targetGroupAttributeRules,
    defaults,
    targetGroup.attributes,
    changes,
  );
  checkClientAddress({ ...targetGroup, attributes });
  // A longer delay must not bring back targets whose draining is over.
  const targets = currentTargets(context.cloud, targetGroup, context.now);
  const changed = context.cloud.targetGroups.put({ ...targetGroup, attributes, targets });
  return { Attributes: showAttributes(targetGroupAttributes(changed)) };
}

/** AWS: datagrams always keep their client's address. */
function checkClientAddress(targetGroup: TargetGroup): void {
  if (targetGroup.protocol === 'TCP') return;
  if (targetGroupAttributes(targetGroup)['preserve_client_ip.enabled'] === 'true') return;
  throw invalidConfiguration(
    `Client IP preservation cannot be disabled for target groups with the protocol '${targetGroup.protocol}'`,
  );
}
