// A cloud behind real HTTP for the official SDK's clients: all operations, a store in memory, and a world that is
// what the test says it is.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAM } from '@aws-sdk/client-iam';
import { STS } from '@aws-sdk/client-sts';
import { AwsJson1_0Protocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { createFrontDoor } from '../../src/aws/front-door.ts';
import { createHttpServer } from '../../src/aws/http-server.ts';
import { createServiceHandler } from '../../src/aws/service-handler.ts';
import { createSessionCredentials } from '../../src/aws/session-credential.ts';
import { findFreeAddress, putNetworkInterface } from '../../src/cloud/address.ts';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { InstanceId } from '../../src/cloud/id.ts';
import { isKnownRegion } from '../../src/cloud/region.ts';
import { createFindIdentity } from '../../src/identity.ts';
import { queryServices } from '../../src/query-service.ts';
import { createAuthorizationMessages } from '../../src/services/authorization-message.ts';
import { openStore, type Store } from '../../src/store.ts';
import { analyzerOf, FakeWorld } from '../operation-harness.ts';

export type Caller = string | { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export interface SdkCloud {
  store: Store;
  world: FakeWorld;
  /** Set it to move the time. */
  clock: { now: Date };
  /** @param caller an account, for its root user, or the credentials of a user or of a session */
  ec2(caller: Caller, region?: string): EC2;
  elbv2(caller: Caller, region?: string): ElasticLoadBalancingV2;
  iam(caller: Caller): IAM;
  sts(caller: Caller): STS;
  cloudWatch(caller: Caller, wire?: 'JSON' | 'CBOR'): CloudWatch;
  endpoint: string;
  close(): Promise<void>;
}

export async function startSdkCloud(): Promise<SdkCloud> {
  const store = openStore(':memory:');
  const world = new FakeWorld();
  world.analyzeReachability = analyzerOf(store.cloud);
  const clock = { now: new Date() };
  const sessions = createSessionCredentials(Buffer.alloc(32, 1));
  const frontDoor = createFrontDoor({
    services: queryServices,
    store,
    world,
    findIdentity: createFindIdentity(store.cloud, sessions, () => clock.now),
    issueCredentials: sessions.issue,
    authorizationMessages: createAuthorizationMessages(randomBytes(32)),
    isKnownRegion,
    now: () => clock.now,
    randomBytes,
    log: { info() {}, error: (fields) => console.error(fields) },
  });
  const server = createHttpServer({
    handle: createServiceHandler({ frontDoor }),
    adminHandler: (_request, response) => void response.end(),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const options = (caller: Caller, region = 'us-east-1') => ({
    endpoint: `http://127.0.0.1:${port}`,
    region,
    credentials: typeof caller === 'string' ? { accessKeyId: caller, secretAccessKey: 'test' } : caller,
    maxAttempts: 1,
  });
  return {
    store,
    world,
    clock,
    ec2: (caller, region = 'us-east-1') => new EC2(options(caller, region)),
    elbv2: (caller, region = 'us-east-1') => new ElasticLoadBalancingV2(options(caller, region)),
    iam: (caller) => new IAM(options(caller)),
    sts: (caller) => new STS(options(caller)),
    cloudWatch: (caller, wire = 'CBOR') => {
      const protocol = wire === 'CBOR' ? AwsSmithyRpcV2CborProtocol : AwsJson1_0Protocol;
      return new CloudWatch({ ...options(caller), protocol });
    },
    endpoint: options('test').endpoint,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      store.close();
    },
  };
}

/** For assert.rejects: AWS's code and, where the promise is about it, AWS's text. */
export function failure(
  name: string,
  message?: string | RegExp,
): { name: string; message?: string | RegExp } {
  return { name, ...(message !== undefined && { message }) };
}

export interface ProviderVpc {
  vpcId: string;
  /** In us-east-1a, us-east-1b, … */
  subnetIds: string[];
}

export async function createVpc(ec2: EC2, zones: string[], cidrBlock = '10.0.0.0/16'): Promise<ProviderVpc> {
  const { Vpc: vpc } = await ec2.createVpc({ CidrBlock: cidrBlock });
  const vpcId = vpc!.VpcId!;
  const region = await ec2.config.region();
  const prefix = cidrBlock.split('.').slice(0, 2).join('.');
  const subnetIds: string[] = [];
  for (const [index, zone] of zones.entries()) {
    const { Subnet: subnet } = await ec2.createSubnet({
      VpcId: vpcId,
      CidrBlock: `${prefix}.${index}.0/24`,
      AvailabilityZone: `${region}${zone}`,
    });
    subnetIds.push(subnet!.SubnetId!);
  }
  return { vpcId, subnetIds };
}

/** An instance that runs in a subnet. The world says so; no sandbox is started. */
export function putInstance(cloud: SdkCloud, subnetId: string): InstanceId {
  const instanceId: InstanceId = `i-${randomBytes(9).toString('hex').slice(0, 17)}`;
  cloud.store.change((tables) => putInstanceRecord(tables, instanceId, subnetId));
  cloud.world.instances.set(instanceId, { sandbox: 'running' });
  return instanceId;
}

function putInstanceRecord(cloud: Cloud, instanceId: InstanceId, subnetId: string): void {
  const subnet = cloud.subnets.find(subnetId)!;
  const { accountId, region, vpcId } = subnet;
  const newId = <P extends string>(prefix: P): `${P}-${string}` => `${prefix}-${instanceId.slice(2)}`;
  const { networkInterfaceId } = putNetworkInterface(cloud, newId, subnet, {
    accountId,
    description: '',
    groupIds: [],
    interfaceType: 'interface',
    requesterManaged: false,
    privateIpAddress: findFreeAddress(cloud, subnet)!,
  });
  cloud.instances.put({
    instanceId,
    accountId,
    region,
    vpcId,
    subnetId: subnet.subnetId,
    reservationId: newId('r'),
    amiLaunchIndex: 0,
    imageId: 'ami-00000000000000001',
    instanceType: 't3.micro',
    networkInterfaceIds: [networkInterfaceId],
    launchTime: '2026-01-31T12:00:00.000Z',
    desiredState: 'running',
    bootNumber: 1,
    disableApiTermination: false,
    shutdownBehavior: 'stop',
    stateTransitionReason: '',
  });
}
