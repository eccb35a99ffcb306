// Listeners: a protocol and port of a load balancer that forwards to one target group.

import type {
  Action,
  CreateListenerInput,
  CreateListenerOutput,
  DeleteListenerInput,
  DeleteListenerOutput,
  DescribeListenersInput,
  DescribeListenersOutput,
  ModifyListenerInput,
  ModifyListenerOutput,
  Listener as ShownListener,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Listener, LoadBalancer, TargetGroup } from '../../cloud/load-balancer.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import {
  duplicateListener,
  incompatibleProtocols,
  invalidConfiguration,
  limitExceeded,
  requireParameter,
  requireRange,
  targetGroupAssociationLimit,
  validationError,
} from './errors.ts';
import {
  getListener,
  getLoadBalancer,
  getTargetGroup,
  isOwn,
  listenersOf,
  listenersTo,
  newArnTail,
} from './lookup.ts';
import { paginate } from './pagination.ts';
import { dropTags, parseTags, putTags } from './tag.ts';

const mostListeners = 50;

export function createListener(input: CreateListenerInput, context: OperationContext): CreateListenerOutput {
  acceptParameters('CreateListener', input, 'LoadBalancerArn', 'Protocol', 'Port', 'DefaultActions', 'Tags');
  const loadBalancer = getLoadBalancer(context, input.LoadBalancerArn);
  const protocol = parseProtocol(requireParameter('Protocol', input.Protocol));
  const port = requireRange('Port', requireParameter('Port', input.Port), 1, 65_535);
  const targetGroup = parseActions('CreateListener', input.DefaultActions, context);
  const tags = parseTags(input.Tags);
  const { accountId, region } = context;
  const { loadBalancerArn } = loadBalancer;
  const wanted = { loadBalancerArn, protocol, port, targetGroupArn: targetGroup.targetGroupArn };
  checkFit(loadBalancer, targetGroup, wanted, undefined, context);
  if (listenersOf(context, loadBalancerArn).length >= mostListeners) {
    throw limitExceeded(
      'TooManyListeners',
      `The maximum number of listeners per load balancer is ${mostListeners}`,
    );
  }
  const listener = context.cloud.listeners.put({
    listenerArn: `${loadBalancerArn.replace(':loadbalancer/', ':listener/')}/${newArnTail(context)}`,
    accountId,
    region,
    ...wanted,
    attributes: {},
  });
  putTags(context, listener.listenerArn, tags);
  return { Listeners: [showListener(listener)] };
}

function parseProtocol(protocol: string): Listener['protocol'] {
  if (protocol === 'TCP' || protocol === 'UDP' || protocol === 'TCP_UDP') return protocol;
  if (['TLS', 'QUIC', 'TCP_QUIC'].includes(protocol)) throw notBuilt(`listeners of protocol ${protocol}`);
  throw validationError(`Listener protocol '${protocol}' must be one of 'TLS, TCP, TCP_UDP, UDP'`);
}

/** The one group that the actions forward to. */
function parseActions(
  operation: string,
  actions: Action[] | undefined,
  context: OperationContext,
): TargetGroup {
  const [action, ...more] = requireParameter('DefaultActions', actions);
  if (more.length > 0) throw validationError('A listener can have only one default action');
  const { Type: type = 'forward' } = action!;
  if (type !== 'forward') {
    throw invalidConfiguration(
      `Actions of type '${type}' are not supported with Network Load Balancer listeners`,
    );
  }
  acceptParameters(
    `DefaultActions of ${operation}`,
    action!,
    'Type',
    'TargetGroupArn',
    'Order',
    'ForwardConfig',
  );
  const fromConfig = parseForwardConfig(operation, action!);
  const arn = action!.TargetGroupArn ?? fromConfig;
  if (arn === undefined)
    throw validationError('You must specify a target group ARN for an action of type forward');
  if (fromConfig !== undefined && fromConfig !== arn) {
    throw validationError(
      'You cannot specify different target groups in the action and in its forward configuration',
    );
  }
  return getTargetGroup(context, arn);
}

function parseForwardConfig(operation: string, { ForwardConfig: config }: Action): string | undefined {
  if (!config) return undefined;
  acceptParameters(`ForwardConfig of ${operation}`, config, 'TargetGroups', 'TargetGroupStickinessConfig');
  if (config.TargetGroupStickinessConfig?.Enabled)
    throw notBuilt('stickiness between the target groups of a listener');
  const targetGroups = config.TargetGroups ?? [];
  if (targetGroups.length > 1) throw notBuilt('listeners that forward to more than one target group');
  return targetGroups[0]?.TargetGroupArn;
}

type Wanted = Pick<Listener, 'protocol' | 'port' | 'targetGroupArn'>;

/** Refuses a listener that its load balancer or its target group cannot take. @param current the listener that is changed */
function checkFit(
  loadBalancer: LoadBalancer,
  targetGroup: TargetGroup,
  wanted: Wanted,
  current: Listener | undefined,
  context: OperationContext,
): void {
  const { loadBalancerArn } = loadBalancer;
  const { targetGroupArn } = targetGroup;
  const isOther = (listener: Listener) => listener.listenerArn !== current?.listenerArn;
  // AWS: TCP and UDP on one port are one listener, TCP_UDP.
  if (listenersOf(context, loadBalancerArn).some((other) => isOther(other) && other.port === wanted.port)) {
    throw duplicateListener(loadBalancerArn);
  }
  if (!fits(wanted.protocol, targetGroup.protocol)) {
    throw incompatibleProtocols(targetGroupArn, wanted.protocol, targetGroup.protocol);
  }
  if (targetGroup.vpcId !== loadBalancer.vpcId) {
    throw invalidConfiguration(`The target group '${targetGroupArn}' is not in the VPC of the load balancer`);
  }
  if (listenersTo(context, targetGroupArn).some((other) => other.loadBalancerArn !== loadBalancerArn)) {
    throw targetGroupAssociationLimit(targetGroupArn);
  }
}

function fits(listener: Listener['protocol'], targetGroup: TargetGroup['protocol']): boolean {
  return (
    targetGroup === listener || (targetGroup === 'TCP_UDP' && (listener === 'TCP' || listener === 'UDP'))
  );
}

export function describeListeners(
  input: DescribeListenersInput,
  context: OperationContext,
): DescribeListenersOutput {
  acceptParameters('DescribeListeners', input, 'LoadBalancerArn', 'ListenerArns', 'Marker', 'PageSize');
  const { page, NextMarker } = paginate(select(input, context), input, ({ listenerArn }) => listenerArn);
  return { Listeners: page.map(showListener), NextMarker };
}

function select(input: DescribeListenersInput, context: OperationContext): Listener[] {
  const { LoadBalancerArn: loadBalancerArn, ListenerArns: arns = [] } = input;
  if (arns.length > 0 === (loadBalancerArn !== undefined)) {
    throw validationError('You must specify either listener ARNs or a load balancer ARN');
  }
  if (arns.length > 0) return [...new Set(arns)].map((arn) => getListener(context, arn));
  const loadBalancer = getLoadBalancer(context, loadBalancerArn);
  return listenersOf(context, loadBalancer.loadBalancerArn).filter((listener) => isOwn(context, listener));
}

export function modifyListener(input: ModifyListenerInput, context: OperationContext): ModifyListenerOutput {
  acceptParameters('ModifyListener', input, 'ListenerArn', 'Protocol', 'Port', 'DefaultActions');
  const listener = getListener(context, input.ListenerArn);
  const loadBalancer = getLoadBalancer(context, listener.loadBalancerArn);
  const protocol = parseProtocol(input.Protocol ?? listener.protocol);
  const port = requireRange('Port', input.Port ?? listener.port, 1, 65_535);
  const targetGroup = input.DefaultActions
    ? parseActions('ModifyListener', input.DefaultActions, context)
    : getTargetGroup(context, listener.targetGroupArn);
  const wanted = { protocol, port, targetGroupArn: targetGroup.targetGroupArn };
  checkFit(loadBalancer, targetGroup, wanted, listener, context);
  return { Listeners: [showListener(context.cloud.listeners.put({ ...listener, ...wanted }))] };
}

export function deleteListener(input: DeleteListenerInput, context: OperationContext): DeleteListenerOutput {
  acceptParameters('DeleteListener', input, 'ListenerArn');
  const { listenerArn } = getListener(context, input.ListenerArn);
  context.cloud.listeners.delete(listenerArn);
  dropTags(context.cloud, listenerArn);
  return {};
}

function showListener(listener: Listener): ShownListener {
  const { targetGroupArn: TargetGroupArn } = listener;
  return {
    ListenerArn: listener.listenerArn,
    LoadBalancerArn: listener.loadBalancerArn,
    Port: listener.port,
    Protocol: listener.protocol,
    DefaultActions: [
      { Type: 'forward', TargetGroupArn, ForwardConfig: { TargetGroups: [{ TargetGroupArn }] } },
    ],
  };
}
