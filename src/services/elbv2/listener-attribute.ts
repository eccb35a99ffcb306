// Attributes of listeners: network load balancers have one, how long a silent TCP flow is remembered.

import type {
  DescribeListenerAttributesInput,
  DescribeListenerAttributesOutput,
  ModifyListenerAttributesInput,
  ModifyListenerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { listenerAttributes, listenerDefaults } from '../../cloud/load-balancer-attribute.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { type AttributeRules, changeAttributes, isWhole, showAttributes } from './attribute.ts';
import { requireParameter } from './errors.ts';
import { getListener } from './lookup.ts';

const rules: AttributeRules = {
  'tcp.idle_timeout.seconds': { isValid: isWhole(60, 6000), built: 'default' },
};

export function describeListenerAttributes(
  input: DescribeListenerAttributesInput,
  context: OperationContext,
): DescribeListenerAttributesOutput {
  acceptParameters('DescribeListenerAttributes', input, 'ListenerArn');
  return { Attributes: showAttributes(listenerAttributes(getListener(context, input.ListenerArn))) };
}

export function modifyListenerAttributes(
  input: ModifyListenerAttributesInput,
  context: OperationContext,
): ModifyListenerAttributesOutput {
  acceptParameters('ModifyListenerAttributes', input, 'ListenerArn', 'Attributes');
  const listener = getListener(context, input.ListenerArn);
  const changes = requireParameter('Attributes', input.Attributes);
  const defaults = listenerDefaults(listener);
  const attributes = changeAttributes('Listener', rules, defaults, listener.attributes, changes);
  const changed = context.cloud.listeners.put({ ...listener, attributes });
  return { Attributes: showAttributes(listenerAttributes(changed)) };
}
