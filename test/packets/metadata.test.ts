// Instance metadata on a real socket in a namespace: who is told what, by the address it asks from. Which requests are
// answered and which refused is tested with metadata-answer.ts.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { Session } from '../../src/aws/identity.ts';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { VpcId } from '../../src/cloud/id.ts';
import { type Instance, type MetadataOptions, metadataOptionsOf } from '../../src/cloud/instance.ts';
import { dialTcp } from '../../src/dataplane/door.ts';
import { createMetadata } from '../../src/dataplane/metadata.ts';
import { createMetadataTokens } from '../../src/dataplane/metadata-token.ts';
import { createFindInstanceRole } from '../../src/instance-role.ts';
import { namespacePath } from '../../src/linux/link-name.ts';
import { run } from '../../src/linux/run.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { openStore } from '../../src/store.ts';
import { type ExampleVpc, putInstance, putVpc } from '../networks/example-cloud.ts';
import { makePacketWorld } from './packet-world.ts';
import { makeTestNamespace, skipWithoutRoot, type TestNamespace } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const metadataAddress = '169.254.169.254';
const client = '10.0.1.10';
const roleArn = 'arn:aws:iam::111111111111:role/web';
const profileArn = 'arn:aws:iam::111111111111:instance-profile/web';
const trust = (service: string) =>
  JSON.stringify({
    Statement: { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' },
  });

function putRole(cloud: Cloud, assumeRolePolicyDocument = trust('ec2.amazonaws.com')): void {
  const common = {
    accountId: '111111111111',
    region: 'aws-global',
    path: '/',
    createDate: '2026-01-31T00:00:00Z',
    tags: {},
  };
  const policies = { inlinePolicies: {}, attachedPolicyArns: [] };
  cloud.iamRoles.put({
    ...{ ...common, ...policies, assumeRolePolicyDocument },
    ...{ arn: roleArn, roleName: 'web', roleId: 'AROA1', maxSessionDurationSeconds: 3600 },
  });
  cloud.iamInstanceProfiles.put({
    ...{ ...common, arn: profileArn, roleArn, instanceProfileName: 'web', instanceProfileId: 'AIPA1' },
  });
}

/** One that answers version 1 too. */
function putOpenInstance(cloud: Cloud, vpc: ExampleVpc): Instance {
  const instance = cloud.instances.find(putInstance(cloud, vpc, 0, client).instanceId)!;
  return cloud.instances.put({
    ...instance,
    metadataOptions: { ...metadataOptionsOf(instance), httpTokens: 'optional' },
  });
}

/** A VPC with one instance, served in a namespace that stands for its router. */
async function startMetadata(t: TestContext) {
  const store = openStore(':memory:');
  const { cloud } = store;
  const { vpc, instance } = store.change((inside) => {
    const vpc = putVpc(inside, '111111111111');
    return { vpc, instance: putOpenInstance(inside, vpc) };
  });
  const clock = { now: new Date('2026-01-31T12:00:00Z') };
  const now = () => clock.now;
  const sessions: Session[] = [];
  const issue = (session: Session) => {
    const accessKeyId = `ASIA${sessions.push(session)}`;
    return { accessKeyId, secretAccessKey: 's', sessionToken: 't', expiration: session.expiresAt };
  };
  const errors: string[] = [];
  const metadata = createMetadata({
    cloud,
    tokens: createMetadataTokens(randomBytes(32), now, randomBytes),
    findRole: createFindInstanceRole({ cloud, issue, now }),
    onError: (_vpcId, error) => errors.push(error.message),
  });
  t.after(() => {
    metadata.close();
    assert.deepEqual(errors, []);
  });
  const place = await makeTestNamespace(metadataAddress, client, '10.0.1.99');
  const places: Record<VpcId, TestNamespace> = { [vpc.vpcId]: place };
  const apply = () =>
    metadata.set(compileNetwork(cloud, { isHealthy: () => true }), (vpcId) => places[vpcId]?.path ?? '/none');
  apply();
  const change = (fields: Partial<Instance>) =>
    store.change((inside) =>
      inside.instances.put({ ...inside.instances.find(instance.instanceId)!, ...fields }),
    );
  const choose = (chosen: Partial<MetadataOptions>) =>
    change({
      metadataOptions: { ...metadataOptionsOf(cloud.instances.find(instance.instanceId)!), ...chosen },
    });
  return { store, cloud, vpc, instance, clock, sessions, place, places, apply, change, choose };
}

const dial = (place: TestNamespace, localAddress: string) =>
  dialTcp({
    namespacePath: place.path,
    localAddress,
    remoteAddress: metadataAddress,
    port: 80,
    timeoutMs: 2000,
  });

async function ask(
  place: TestNamespace,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  source = client,
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  const socket = await dial(place, source);
  const asked = request({ createConnection: () => socket, method, path, headers, host: metadataAddress });
  asked.end();
  const [response] = await once(asked, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}
const read = async (place: TestNamespace, path: string) => (await ask(place, 'GET', `/latest/${path}`)).body;

test('an instance reads about itself what it is and where', options, async (t) => {
  const { store, cloud, vpc, instance, place, apply, choose } = await startMetadata(t);
  const mac = await read(place, 'meta-data/mac');
  const own = `meta-data/network/interfaces/macs/${mac}`;
  const { imageId, instanceType, reservationId, instanceId, subnetId, networkInterfaceIds } = instance;
  const host = 'ip-10-0-1-10.ec2.internal';
  const table: Record<string, string> = {
    'meta-data/instance-id': instanceId,
    'meta-data/ami-id': imageId,
    'meta-data/instance-type': instanceType,
    'meta-data/reservation-id': reservationId,
    'meta-data/ami-launch-index': '0',
    'meta-data/instance-life-cycle': 'on-demand',
    'meta-data/local-ipv4': client,
    'meta-data/hostname': host,
    'meta-data/local-hostname': host,
    'meta-data/security-groups': 'open',
    'meta-data/placement/': 'availability-zone\navailability-zone-id\nregion',
    'meta-data/placement/availability-zone': 'us-east-1a',
    'meta-data/placement/availability-zone-id': 'use1-az1',
    'meta-data/placement/region': 'us-east-1',
    'meta-data/services/domain': 'amazonaws.com',
    'meta-data/services/partition': 'aws',
    'meta-data/network/': 'interfaces/',
    'meta-data/network/interfaces/macs/': `${mac}/`,
    [`${own}/device-number`]: '0',
    [`${own}/interface-id`]: networkInterfaceIds[0]!,
    [`${own}/local-ipv4s`]: client,
    [`${own}/mac`]: mac,
    [`${own}/owner-id`]: '111111111111',
    [`${own}/security-group-ids`]: vpc.groupId,
    [`${own}/security-groups`]: 'open',
    [`${own}/subnet-id`]: subnetId,
    [`${own}/subnet-ipv4-cidr-block`]: '10.0.1.0/24',
    [`${own}/vpc-id`]: vpc.vpcId,
    [`${own}/vpc-ipv4-cidr-block`]: '10.0.0.0/16',
    [`${own}/vpc-ipv4-cidr-blocks`]: '10.0.0.0/16',
  };
  for (const [path, want] of Object.entries(table)) assert.equal(await read(place, path), want, path);
  const document = JSON.parse(await read(place, 'dynamic/instance-identity/document'));
  assert.deepEqual(
    [document.accountId, document.instanceId, document.privateIp, document.region, document.version],
    ['111111111111', instanceId, client, 'us-east-1', '2017-09-30'],
  );
  for (const absent of ['public-ipv4', 'public-hostname', 'iam/', 'tags/', 'nothing'])
    assert.equal((await ask(place, 'GET', `/latest/meta-data/${absent}`)).status, 404, absent);
  assert.equal((await ask(place, 'GET', '/latest/dynamic/instance-identity/pkcs7')).status, 404);

  store.change((inside) => {
    inside.networkInterfaces.put({
      ...inside.networkInterfaces.find(networkInterfaceIds[0]!)!,
      autoAssignedPublicIp: '3.128.0.10',
    });
    inside.vpcs.put({ ...cloud.vpcs.find(vpc.vpcId)!, enableDnsHostnames: true });
    inside.tagSets.put({
      ...{ resourceId: instanceId, accountId: '111111111111', region: 'us-east-1', resourceType: 'instance' },
      tags: { Name: 'web', empty: '' },
    });
  });
  choose({ instanceMetadataTags: 'enabled' });
  apply();
  assert.equal(await read(place, 'meta-data/public-ipv4'), '3.128.0.10');
  assert.equal(await read(place, `${own}/public-ipv4s`), '3.128.0.10');
  assert.equal(await read(place, `${own}/ipv4-associations/3.128.0.10`), client);
  assert.equal(await read(place, 'meta-data/public-hostname'), 'ec2-3-128-0-10.compute-1.amazonaws.com');
  assert.equal(await read(place, 'meta-data/tags/instance/'), 'Name\nempty');
  assert.equal(await read(place, 'meta-data/tags/instance/Name'), 'web');
  assert.equal((await ask(place, 'GET', '/latest/meta-data/tags/instance/empty')).status, 200);
});

test(
  'the token’s answer travels as many hops as the instance allows, and no other does',
  options,
  async (t) => {
    const { place, choose } = await startMetadata(t);
    choose({ httpTokens: 'required', httpPutResponseHopLimit: 7 });
    const counter = `add table ip seen; add chain ip seen out { type filter hook output priority 0; };
    add rule ip seen out ip saddr ${metadataAddress} tcp flags & psh == psh ip ttl 7 counter comment "token";
    add rule ip seen out ip saddr ${metadataAddress} tcp flags & psh == psh ip ttl 64 counter comment "other";`;
    await run('ip', ['netns', 'exec', place.name, 'nft', counter], { doing: 'counting' });
    const put = await ask(place, 'PUT', '/latest/api/token', {
      'x-aws-ec2-metadata-token-ttl-seconds': '60',
    });
    assert.equal(put.status, 200);
    assert.equal(put.headers['x-aws-ec2-metadata-token-ttl-seconds'], '60');
    const answer = await ask(place, 'GET', '/latest/meta-data/local-ipv4', {
      'x-aws-ec2-metadata-token': put.body,
    });
    assert.deepEqual([answer.status, answer.body], [200, client]);
    assert.equal((await ask(place, 'GET', '/latest/meta-data/local-ipv4')).status, 401);
    const seen = await run('ip', ['netns', 'exec', place.name, 'nft', 'list', 'chain', 'ip', 'seen', 'out'], {
      doing: 'looking',
    });
    assert.match(seen, /packets 1 .*"token"/);
    assert.match(seen, /packets 2 .*"other"/);
  },
);

test(
  'the role’s credentials are there as long as the profile is, the same ones until they age',
  options,
  async (t) => {
    const { store, cloud, instance, place, clock, sessions, change } = await startMetadata(t);
    const associated = {
      associationId: 'iip-assoc-1',
      arn: profileArn,
      associatedAt: '2026-01-31T00:00:00Z',
    } as const;
    change({ iamInstanceProfile: associated });
    assert.equal(JSON.parse(await read(place, 'meta-data/iam/info')).Code, 'InstanceProfileNotFound');
    store.change((inside) => putRole(inside));
    const info = JSON.parse(await read(place, 'meta-data/iam/info'));
    assert.deepEqual(
      [info.Code, info.InstanceProfileArn, info.InstanceProfileId],
      ['Success', profileArn, 'AIPA1'],
    );
    assert.equal(await read(place, 'meta-data/iam/security-credentials/'), 'web');
    const credentials = async () => JSON.parse(await read(place, 'meta-data/iam/security-credentials/web'));
    const first = await credentials();
    assert.deepEqual(first, {
      Code: 'Success',
      LastUpdated: '2026-01-31T12:00:00Z',
      Type: 'AWS-HMAC',
      AccessKeyId: 'ASIA1',
      SecretAccessKey: 's',
      Token: 't',
      Expiration: '2026-01-31T18:00:00Z',
    });
    assert.equal(sessions[0]!.sessionName, instance.instanceId);
    assert.equal(sessions[0]!.roleArn, roleArn);
    assert.deepEqual(sessions[0]!.sourceInstance, {
      instanceArn: `arn:aws:ec2:us-east-1:111111111111:instance/${instance.instanceId}`,
      ...{ vpcId: instance.vpcId, privateIpAddress: client, roleDelivery: '1.0' },
    });
    clock.now = new Date('2026-01-31T17:00:00Z');
    assert.equal((await credentials()).AccessKeyId, 'ASIA1');
    clock.now = new Date('2026-01-31T17:45:00Z');
    assert.equal((await credentials()).AccessKeyId, 'ASIA2');
    store.change((inside) => putRole(inside, trust('lambda.amazonaws.com')));
    assert.equal((await credentials()).Code, 'AssumeRoleUnauthorizedAccess');
    store.change((inside) => {
      inside.iamInstanceProfiles.put({ ...cloud.iamInstanceProfiles.find(profileArn)!, roleArn: undefined });
    });
    assert.equal((await ask(place, 'GET', '/latest/meta-data/iam/security-credentials/')).status, 404);
    change({ iamInstanceProfile: undefined });
    assert.equal((await ask(place, 'GET', '/latest/meta-data/iam/info')).status, 404);
  },
);

test('user data comes as it was given; who is nobody’s address gets nothing', options, async (t) => {
  const { place, change } = await startMetadata(t);
  assert.equal((await ask(place, 'GET', '/latest/user-data')).status, 404);
  change({ userData: Buffer.from('#!/bin/sh\necho hello\n').toString('base64') });
  assert.equal(await read(place, 'user-data'), '#!/bin/sh\necho hello\n');
  await assert.rejects(ask(place, 'GET', '/latest/meta-data/', {}, '10.0.1.99'), /socket hang up|ECONNRESET/);
});

test('who holds many connections keeps nobody else out', options, async (t) => {
  const { store, vpc, place, apply } = await startMetadata(t);
  const other = '10.0.1.99';
  store.change((inside) => putInstance(inside, vpc, 0, other));
  apply();
  const held: Socket[] = [];
  t.after(() => {
    for (const socket of held) socket.destroy();
  });
  for (let count = 0; count < 40; count++) held.push(await dial(place, other));
  await assert.rejects(ask(place, 'GET', '/latest/meta-data/', {}, other), /socket hang up|ECONNRESET/);
  assert.equal((await ask(place, 'GET', '/latest/meta-data/')).status, 200);
});

test(
  'the same address in two VPCs is two instances, and a VPC without instances has nobody there',
  options,
  async (t) => {
    const { store, vpc, instance, place, places, apply } = await startMetadata(t);
    const other = store.change((inside) => {
      const otherVpc = putVpc(inside, '222222222222');
      return { ...otherVpc, instance: putOpenInstance(inside, otherVpc) };
    });
    places[other.vpcId] = await makeTestNamespace(metadataAddress, client);
    apply();
    assert.equal(await read(place, 'meta-data/instance-id'), instance.instanceId);
    assert.equal(await read(places[other.vpcId]!, 'meta-data/instance-id'), other.instance.instanceId);
    store.change((inside) => {
      inside.instances.delete(instance.instanceId);
      inside.networkInterfaces.delete(instance.networkInterfaceIds[0]!);
      inside.vpcs.put(inside.vpcs.find(vpc.vpcId)!);
    });
    apply();
    await assert.rejects(read(place, 'meta-data/instance-id'), { code: 'ECONNREFUSED' });
    assert.equal(await read(places[other.vpcId]!, 'meta-data/instance-id'), other.instance.instanceId);
  },
);

test(
  'through the VPC’s router, with a hop limit of one and no group that lets anything out',
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const { one, two } = await world.change((cloud) => {
      const vpc = putVpc(cloud, '111111111111');
      const [first, second] = [putInstance(cloud, vpc, 0, client), putInstance(cloud, vpc, 1, '10.0.2.10')];
      cloud.securityGroups.put({ ...cloud.securityGroups.find(vpc.groupId)!, rules: [] });
      return { one: first.instanceId, two: second.instanceId };
    });
    const metadata = createMetadata({
      cloud: world.cloud,
      tokens: createMetadataTokens(randomBytes(32), () => new Date(), randomBytes),
      findRole: () => undefined,
      onError: (_vpcId, error) => assert.fail(error),
    });
    t.after(() => metadata.close());
    metadata.set(compileNetwork(world.cloud, { isHealthy: () => true }), (vpcId) =>
      namespacePath(world.namespaceOf(vpcId)),
    );
    const lifetime = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
    for (const [instanceId, address] of [
      [one, client],
      [two, '10.0.2.10'],
    ] as const) {
      const inside = { name: '', path: namespacePath(world.namespaceOf(instanceId)) };
      const token = (await ask(inside, 'PUT', '/latest/api/token', lifetime, address)).body;
      const headers = { 'x-aws-ec2-metadata-token': token };
      const told = await ask(inside, 'GET', '/latest/meta-data/instance-id', headers, address);
      assert.deepEqual([told.status, told.body], [200, instanceId]);
    }
    assert.equal(await world.probe(one, '10.0.2.10', 80), 'silence');
  },
);
