// Permissions of Elastic Load Balancing's calls: its resources are ARNs in the request; what is made is named by its name.

import { type AccessCheck, type GuardedCall, requestTags, tagKeys, tagsOf } from './access-check.ts';

const made: Record<string, (name: string) => string> = {
  CreateLoadBalancer: (name) => `loadbalancer/net/${name}/*`,
  CreateTargetGroup: (name) => `targetgroup/${name}/*`,
};

/** The member that names what an action is on. What else a call names, as the target group of a listener, needs no permission. */
const subjects = ['ListenerArn', 'LoadBalancerArn', 'TargetGroupArn', 'ResourceArns'];

export function listElbv2Checks(call: GuardedCall): AccessCheck[] {
  const { operation, input } = call;
  const action = `elasticloadbalancing:${operation}`;
  // AWS: describing knows no resources.
  if (operation.startsWith('Describe')) return [{ action, resource: '*', context: {} }];
  const about = contextOf(input);
  const resources = findResources(call);
  const checks = resources.map((resource) => ({
    action,
    resource,
    context: { ...about, ...resourceTags(call, resource) },
  }));
  return [...checks, ...tagOnCreate(call, resources)];
}

function findResources({ operation, input, region, accountId }: GuardedCall): string[] {
  if (Object.hasOwn(made, operation)) {
    return [
      `arn:aws:elasticloadbalancing:${region}:${accountId}:${made[operation]!(String(input.Name ?? ''))}`,
    ];
  }
  const subject = subjects.find((name) => input[name] !== undefined);
  const given = subject === undefined ? [] : input[subject];
  const arns = (Array.isArray(given) ? given : [given]).map(String);
  return arns.length > 0 ? arns : ['*'];
}

function contextOf(input: GuardedCall['input']): AccessCheck['context'] {
  const list = (value: unknown) => (Array.isArray(value) && value.length > 0 ? value.map(String) : undefined);
  const keys = list(input.TagKeys);
  return {
    'elasticloadbalancing:Scheme': typeof input.Scheme === 'string' ? input.Scheme : undefined,
    'elasticloadbalancing:Subnet': list(input.Subnets),
    'elasticloadbalancing:SecurityGroup': list(input.SecurityGroups),
    'elasticloadbalancing:ListenerProtocol': typeof input.Protocol === 'string' ? input.Protocol : undefined,
    ...requestTags(tagsOf(input.Tags)),
    ...(keys && { 'aws:TagKeys': keys }),
  };
}

function resourceTags({ cloud }: GuardedCall, arn: string): AccessCheck['context'] {
  const tags = cloud.tagSets.find(arn)?.tags ?? {};
  return { ...tagKeys('aws:ResourceTag', tags), ...tagKeys('elasticloadbalancing:ResourceTag', tags) };
}

/** AWS: tags given at creation need AddTags too, on what is made. */
function tagOnCreate({ operation, input }: GuardedCall, resources: string[]): AccessCheck[] {
  const tags = tagsOf(input.Tags);
  if (!operation.startsWith('Create') || tags.length === 0) return [];
  const context = { ...requestTags(tags), 'elasticloadbalancing:CreateAction': operation };
  const [parent = '*'] = resources;
  // A listener is made below its load balancer.
  const resource =
    operation === 'CreateListener' ? `${parent.replace(':loadbalancer/', ':listener/')}/*` : parent;
  return [{ action: 'elasticloadbalancing:AddTags', resource, context }];
}
