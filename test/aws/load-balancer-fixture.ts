// A VPC with three zones, and load balancers, target groups and listeners in it with one line each.
// Importing it starts a cloud of the test file's own.

import { after } from 'node:test';
import type {
  CreateLoadBalancerCommandInput,
  TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { createVpc, startSdkCloud } from './sdk-cloud.ts';

export const cloud = await startSdkCloud();
after(() => cloud.close());
export const provider = '111111111111';
export const ec2 = cloud.ec2(provider);
export const elbv2 = cloud.elbv2(provider);
export const vpc = await createVpc(ec2, ['a', 'b', 'c']);
export const [subnetA, subnetB, subnetC] = vpc.subnetIds as [string, string, string];

let named = 0;
const newName = (noun: string) => `${noun}-${++named}`;

export async function createLoadBalancer(input: Partial<CreateLoadBalancerCommandInput> = {}) {
  const { LoadBalancers: made } = await elbv2.createLoadBalancer({
    Name: newName('balancer'),
    Type: 'network',
    Scheme: 'internal',
    ...(!input.SubnetMappings && { Subnets: [subnetA, subnetB] }),
    ...input,
  });
  return made![0]!;
}

export async function createTargetGroup(input: object = {}) {
  const { TargetGroups: made } = await elbv2.createTargetGroup({
    Name: newName('group'),
    Protocol: 'TCP',
    Port: 80,
    VpcId: vpc.vpcId,
    ...input,
  });
  return made![0]!;
}

export async function createListener(loadBalancerArn: string, targetGroupArn: string, input: object = {}) {
  const { Listeners: made } = await elbv2.createListener({
    LoadBalancerArn: loadBalancerArn,
    Protocol: 'TCP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    ...input,
  });
  return made![0]!;
}

/** A group that a listener forwards to. */
export async function createServedGroup(input: object = {}) {
  const loadBalancer = await createLoadBalancer();
  const targetGroup = await createTargetGroup(input);
  const listener = await createListener(loadBalancer.LoadBalancerArn!, targetGroup.TargetGroupArn!);
  return { loadBalancer, listener, targetGroupArn: targetGroup.TargetGroupArn! };
}

export async function healthOf(targetGroupArn: string, targets?: TargetDescription[]) {
  const { TargetHealthDescriptions: found } = await elbv2.describeTargetHealth({
    TargetGroupArn: targetGroupArn,
    Targets: targets,
  });
  return found!.map(({ Target, TargetHealth }) => [Target?.Id, TargetHealth?.State, TargetHealth?.Reason]);
}

export const waiter = { client: elbv2, maxWaitTime: 5, minDelay: 1, maxDelay: 1 };
