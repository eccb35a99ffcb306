// Permissions of Elastic Load Balancing's calls: its resources are ARNs in the request; what is made is named by its name.

import { type AccessCheck, type GuardedCall, textsOf } from './access-check.ts';

const created: Record<string, (name: string) => string> = {
  CreateLoadBalancer: (name) => `loadbalancer/net/${name}/*`,
  CreateTargetGroup: (name) => `targetgroup/${name}/*`,
};

export function listElbv2Checks({ operation, input, region, accountId }: GuardedCall): AccessCheck[] {
  const action = `elasticloadbalancing:${operation}`;
  const context = {};
  if (operation.startsWith('Describe')) return [{ action, resource: '*', context }];
  const made = created[operation]?.(String(input.Name ?? ''));
  const named = new Set(
    textsOf(input)
      .map(({ text }) => text)
      .filter((text) => text.startsWith('arn:aws:elasticloadbalancing:')),
  );
  const resources = [
    ...(made === undefined ? [] : [`arn:aws:elasticloadbalancing:${region}:${accountId}:${made}`]),
    ...named,
  ];
  return (resources.length > 0 ? resources : ['*']).map((resource) => ({ action, resource, context }));
}
