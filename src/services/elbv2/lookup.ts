// From an ARN to the caller's own record. ELBv2 names everything by ARN and has no other id.

import type { Listener, LoadBalancer, TargetGroup } from '../../cloud/load-balancer.ts';
import type { Owned } from '../../cloud/vpc.ts';
import { parseArn } from '../../lib/arn.ts';
import type { OperationContext } from '../operation.ts';
import {
  listenerNotFound,
  loadBalancerNotFound,
  requireParameter,
  targetGroupNotFound,
  validationError,
} from './errors.ts';

/** Application and gateway load balancers' ARNs are well-formed too: they name nothing here. */
const arnShapes = {
  'load balancer': /^loadbalancer\/(net|app|gwy)\/[A-Za-z0-9-]+\/[0-9a-f]{16}$/,
  'target group': /^targetgroup\/[A-Za-z0-9-]+\/[0-9a-f]{16}$/,
  listener: /^listener\/(net|app|gwy)\/[A-Za-z0-9-]+\/[0-9a-f]{16}\/[0-9a-f]{16}$/,
};

export type ArnNoun = keyof typeof arnShapes;

/** Which kind of thing an ARN names, or undefined when it is none of ELBv2's. */
export function findArnNoun(arn: string): ArnNoun | undefined {
  const parsed = parseArn(arn);
  if (parsed?.service !== 'elasticloadbalancing') return undefined;
  const nouns = Object.keys(arnShapes) as ArnNoun[];
  return nouns.find((noun) => arnShapes[noun].test(parsed.resource));
}

export function checkArn(noun: ArnNoun, arn: string): void {
  if (findArnNoun(arn) !== noun) throw validationError(`'${arn}' is not a valid ${noun} ARN`);
}

export function isOwn(context: OperationContext, record: Pick<Owned, 'accountId' | 'region'>): boolean {
  return record.accountId === context.accountId && record.region === context.region;
}

/** The record if it is the caller's. */
export function findOwn<R extends Owned>(context: OperationContext, record: R | undefined): R | undefined {
  return record && isOwn(context, record) ? record : undefined;
}

export function getLoadBalancer(context: OperationContext, arn: string | undefined): LoadBalancer {
  checkArn('load balancer', requireParameter('LoadBalancerArn', arn));
  const loadBalancer = findOwn(context, context.cloud.loadBalancers.find(arn!));
  if (!loadBalancer) throw loadBalancerNotFound();
  return loadBalancer;
}

export function getTargetGroup(context: OperationContext, arn: string | undefined): TargetGroup {
  checkArn('target group', requireParameter('TargetGroupArn', arn));
  const targetGroup = findOwn(context, context.cloud.targetGroups.find(arn!));
  if (!targetGroup) throw targetGroupNotFound();
  return targetGroup;
}

export function getListener(context: OperationContext, arn: string | undefined): Listener {
  checkArn('listener', requireParameter('ListenerArn', arn));
  const listener = findOwn(context, context.cloud.listeners.find(arn!));
  if (!listener) throw listenerNotFound();
  return listener;
}

export function listenersOf(context: OperationContext, loadBalancerArn: string): Listener[] {
  return context.cloud.listeners.where((listener) => listener.loadBalancerArn === loadBalancerArn);
}

/** Listeners that forward to a group. All of them are of one load balancer. */
export function listenersTo(context: OperationContext, targetGroupArn: string): Listener[] {
  return context.cloud.listeners.where((listener) => listener.targetGroupArn === targetGroupArn);
}

/** Sixteen hexadecimal digits: the end of every ARN of ELBv2. */
export function newArnTail(context: OperationContext): string {
  return context.randomText(16, '0123456789abcdef');
}
