// A real cloud for the bench: a daemon in a process and a data folder of its own, reached by the official SDK's clients.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { removeCloud } from '../src/daemon.ts';
import { findCloudMark } from '../src/data-folder.ts';
import { namespaceName } from '../src/linux/link-name.ts';
import { type Scratch, until } from './scratch.ts';

export const providerAccount = '111111111111';
export const consumerAccount = '222222222222';

export interface BenchCloud {
  apiEndpoint: string;
  ec2(accountId: string): EC2;
  elbv2(accountId: string): ElasticLoadBalancingV2;
  namespaceOf(id: string): string;
  /** Waits until the kernel holds what was asked for. */
  settle(): Promise<void>;
}

let lastNumber = 0;

export async function startBenchCloud(scratch: Scratch): Promise<BenchCloud> {
  const dataFolder = join(scratch.folder, `cloud-${++lastNumber}`);
  const child = fork(fileURLToPath(new URL('./daemon-process.ts', import.meta.url)), [dataFolder], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  scratch.defer(async () => {
    if (child.connected) child.send('stop');
    await Promise.race([ended, wait(15_000, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await removeCloud({ dataFolder });
  });
  const [{ apiEndpoint }] = (await Promise.race([
    once(child, 'message'),
    ended.then(() => Promise.reject(new Error('the daemon did not start'))),
  ])) as [{ apiEndpoint: string }];
  return reachCloud(apiEndpoint, dataFolder);
}

export function reachCloud(apiEndpoint: string, dataFolder: string): BenchCloud {
  const options = (accessKeyId: string) => ({
    ...{ endpoint: apiEndpoint, region: 'us-east-1', maxAttempts: 1 },
    credentials: { accessKeyId, secretAccessKey: 'bench' },
  });
  return {
    apiEndpoint,
    ec2: (accountId) => new EC2(options(accountId)),
    elbv2: (accountId) => new ElasticLoadBalancingV2(options(accountId)),
    namespaceOf: (id) => namespaceName(findCloudMark(dataFolder)!, id),
    settle: () =>
      until('the kernel has followed', async () => {
        const status = (await (await fetch(`${apiEndpoint}/_isthmus/status`)).json()) as {
          generation: number;
          appliedGeneration: number;
        };
        return status.appliedGeneration >= status.generation;
      }),
  };
}

export interface BenchVpc {
  vpcId: string;
  subnetId: string;
  groupId: string;
}

/** A VPC 10.0.0.0/16 with one subnet, big enough for a thousand endpoints, and a group that lets port 80 in. */
export async function createBenchVpc(ec2: EC2): Promise<BenchVpc> {
  const vpcId = (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc!.VpcId!;
  const zone = { AvailabilityZone: 'us-east-1a', CidrBlock: '10.0.0.0/20' };
  const subnetId = (await ec2.createSubnet({ VpcId: vpcId, ...zone })).Subnet!.SubnetId!;
  const groupId = (await ec2.createSecurityGroup({ VpcId: vpcId, GroupName: 'web', Description: 'web' }))
    .GroupId!;
  await ec2.authorizeSecurityGroupIngress({ GroupId: groupId, IpPermissions: [webPermission] });
  return { vpcId, subnetId, groupId };
}

export const webPermission = {
  IpProtocol: 'tcp',
  FromPort: 80,
  ToPort: 80,
  IpRanges: [{ CidrIp: '10.0.0.0/16' }],
};

export async function runInstance(
  ec2: EC2,
  { subnetId, groupId }: BenchVpc,
): Promise<{ instanceId: string; address: string }> {
  const image = (await ec2.describeImages({ Owners: ['amazon'] })).Images![0]!.ImageId!;
  const launch = { ImageId: image, InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1 };
  const { Instances: [instance] = [] } = await ec2.runInstances({
    ...launch,
    SubnetId: subnetId,
    SecurityGroupIds: [groupId],
  });
  return { instanceId: instance!.InstanceId!, address: instance!.PrivateIpAddress! };
}

export interface BenchService {
  serviceId: string;
  serviceName: string;
}

/** The instance behind a load balancer, offered to the consumer's account. */
export async function createBenchService(
  cloud: BenchCloud,
  vpc: BenchVpc,
  instanceId: string,
): Promise<BenchService> {
  const elbv2 = cloud.elbv2(providerAccount);
  const ec2 = cloud.ec2(providerAccount);
  const { LoadBalancers: [loadBalancer] = [] } = await elbv2.createLoadBalancer({
    Name: 'web',
    Type: 'network',
    Scheme: 'internal',
    Subnets: [vpc.subnetId],
  });
  const { TargetGroups: [targetGroup] = [] } = await elbv2.createTargetGroup({
    Name: 'web',
    Protocol: 'TCP',
    Port: 80,
    VpcId: vpc.vpcId,
  });
  const TargetGroupArn = targetGroup!.TargetGroupArn!;
  const LoadBalancerArn = loadBalancer!.LoadBalancerArn!;
  await elbv2.registerTargets({ TargetGroupArn, Targets: [{ Id: instanceId }] });
  await elbv2.createListener({
    LoadBalancerArn,
    Protocol: 'TCP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  const { ServiceConfiguration: service } = await ec2.createVpcEndpointServiceConfiguration({
    NetworkLoadBalancerArns: [LoadBalancerArn],
    AcceptanceRequired: true,
  });
  const serviceId = service!.ServiceId!;
  await ec2.modifyVpcEndpointServicePermissions({
    ServiceId: serviceId,
    AddAllowedPrincipals: [`arn:aws:iam::${consumerAccount}:root`],
  });
  return { serviceId, serviceName: service!.ServiceName! };
}
