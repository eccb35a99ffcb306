// Hosted zones through the whole cloud: what Route 53 is told, resolvers in the VPCs answer as soon as the change is INSYNC.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EC2 } from '@aws-sdk/client-ec2';
import { Route53 } from '@aws-sdk/client-route-53';
import { recordSetKey } from '../../src/cloud/hosted-zone.ts';
import { startDaemon } from '../../src/daemon.ts';
import { findCloudMark } from '../../src/data-folder.ts';
import { createResolver } from '../../src/dataplane/resolver.ts';
import { namespaceName, namespacePath } from '../../src/linux/link-name.ts';
import { type Change, changeRecords, createZone } from '../aws/route53-fixture.ts';
import { putInstance, putVpc, putZone } from '../networks/example-cloud.ts';
import { askDns, askDnsByTcp } from './dns-question.ts';
import { makePacketWorld } from './packet-world.ts';
import { eventually, skipWithoutRoot } from './test-namespace.ts';

async function startCloud(t: TestContext) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-zones-'));
  const daemon = await startDaemon({ dataFolder, port: 0, log: 'silent' });
  t.after(async () => {
    await daemon.stop({ keepRunning: false });
    rmSync(dataFolder, { recursive: true });
  });
  const credentials = { accessKeyId: '111111111111', secretAccessKey: 'test' };
  const options = { endpoint: daemon.apiEndpoint, region: 'us-east-1', credentials };
  const [ec2, route53] = [new EC2(options), new Route53(options)];
  const makeVpc = async () => (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc!.VpcId!;
  const vpcIds = [await makeVpc(), await makeVpc()];
  const mark = findCloudMark(dataFolder)!;
  const pathOf = (vpcId: string) => namespacePath(namespaceName(mark, vpcId));
  const ask = (vpcId: string, name: string) => askDns(pathOf(vpcId), '10.0.0.2', name);
  for (const vpcId of vpcIds)
    await eventually(
      `${vpcId} has its resolver`,
      async () => (await ask(vpcId, 'nobody.example')) === 'NXDOMAIN',
    );
  const change = async (zone: string, ...changes: Change[]) => {
    const { ChangeInfo } = await changeRecords(route53, zone, ...changes);
    await inSync(route53, ChangeInfo!.Id!);
  };
  return {
    vpcIds,
    route53,
    ask,
    askByTcp: (vpcId: string, name: string) => askDnsByTcp(pathOf(vpcId), '10.0.0.2', name),
    change,
  };
}

async function inSync(route53: Route53, changeId: string): Promise<void> {
  await eventually(`${changeId} is INSYNC`, async () => {
    const { ChangeInfo } = await route53.getChange({ Id: changeId });
    return ChangeInfo!.Status === 'INSYNC';
  });
}

test('what a change has brought is answered in every VPC once it is INSYNC', {
  skip: skipWithoutRoot,
}, async (t) => {
  const { vpcIds, route53, ask, askByTcp, change } = await startCloud(t);
  const [first, second] = vpcIds as [string, string];
  const zone = await createZone(route53, 'shop.example', first);
  await change(zone, { name: 'a.shop.example', values: ['10.0.1.1'] });
  assert.equal(await ask(first, 'a.shop.example'), '10.0.1.1');
  assert.equal(await ask(second, 'a.shop.example'), 'NXDOMAIN');
  const associated = await route53.associateVPCWithHostedZone({
    HostedZoneId: zone,
    VPC: { VPCId: second, VPCRegion: 'us-east-1' },
  });
  await inSync(route53, associated.ChangeInfo!.Id!);
  assert.equal(await ask(second, 'a.shop.example'), '10.0.1.1');
  for (let round = 0; round < 25; round++) {
    const address = `10.0.2.${round}`;
    await change(zone, { action: 'UPSERT', name: 'a.shop.example', values: [address] });
    for (const vpcId of vpcIds) assert.equal(await ask(vpcId, 'a.shop.example'), address, `round ${round}`);
  }

  // More than a datagram holds: cut there, whole by TCP, behind an alias too.
  const many = Array.from({ length: 100 }, (_, index) => `10.0.3.${index}`);
  await change(
    zone,
    { name: 'many.shop.example', values: many },
    { name: 'alias.shop.example', type: 'CNAME', values: ['many.shop.example'] },
  );
  const whole = (await askByTcp(first, 'alias.shop.example')).split(' ');
  assert.deepEqual(new Set(whole), new Set(['many.shop.example', ...many]));
  assert.ok((await ask(first, 'alias.shop.example')).split(' ').length < 101);
});

test('a private zone takes the place of a public name in its VPC, and what it does not have does not exist', {
  skip: skipWithoutRoot,
}, async (t) => {
  const { vpcIds, route53, ask, change } = await startCloud(t);
  const [first, second] = vpcIds as [string, string];
  const s3 = 's3.eu-west-1.amazonaws.com';
  const publicAddresses = await ask(first, s3);
  const zone = await createZone(route53, s3, first);
  await change(zone, { name: s3, values: ['10.0.1.80'] });
  assert.equal(await ask(first, s3), '10.0.1.80');
  assert.equal(await ask(first, `bucket.${s3}`), 'NXDOMAIN');
  assert.deepEqual(new Set((await ask(second, s3)).split(' ')), new Set(publicAddresses.split(' ')));
  const world = await createZone(route53, 'world.example');
  await change(world, { name: 'www.world.example', values: ['52.0.0.9'] });
  for (const vpcId of vpcIds) assert.equal(await ask(vpcId, 'www.world.example'), '52.0.0.9');
  await change(zone, { action: 'DELETE', name: s3, values: ['10.0.1.80'] });
  const gone = await route53.deleteHostedZone({ Id: zone });
  await inSync(route53, gone.ChangeInfo!.Id!);
  assert.deepEqual(new Set((await ask(first, s3)).split(' ')), new Set(publicAddresses.split(' ')));
});

test('explain says of every name what the resolver says over the wire', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const resolver = createResolver({ onError: (_id, error) => assert.fail(error) });
  t.after(() => resolver.close());
  const client = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const zone = putZone(cloud, 'shop.example', [{ vpcId: vpc.vpcId, region: 'us-east-1' }]);
    putZone(cloud, 's3.us-east-1.amazonaws.com', [{ vpcId: vpc.vpcId, region: 'us-east-1' }]);
    const put = (name: string, type: 'CNAME' | 'TXT' | 'A', ...values: string[]) =>
      cloud.zoneRecordSets.put({
        recordSetKey: recordSetKey(zone, name, type),
        ...{ hostedZoneId: zone, name, type, values, ttlSeconds: 60 },
      });
    put('www.shop.example', 'CNAME', 'a.shop.example');
    put('out.shop.example', 'CNAME', 's3.eu-west-1.amazonaws.com');
    put('gone.shop.example', 'CNAME', 'nobody.shop.example');
    put('loop.shop.example', 'CNAME', 'loop.shop.example');
    put('text.shop.example', 'TXT', '"x"');
    put('*.apps.shop.example', 'A', '10.0.1.8');
    return putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
  });
  resolver.set(world.network(), world.pathOf);
  const names = ['a', 'www', 'out', 'gone', 'loop', 'text', 'x.apps', 'nobody'].map(
    (label) => `${label}.shop.example`,
  );
  const others = [
    'ip-10-0-1-10.ec2.internal',
    's3.us-east-1.amazonaws.com',
    'sts.amazonaws.com',
    'www.example.org',
  ];
  for (const name of [...names, ...others]) {
    const answer = (await askDns(world.pathOf(client), '10.0.0.2', name)).split(' ');
    const [hop = ''] = world.explains(client, `${name}:443`).text.split('\n');
    const addresses = answer.filter((one) => /^\d+\.\d+\.\d+\.\d+$/.test(one));
    if (addresses.length > 0)
      assert.ok(
        addresses.every((one) => hop.includes(one)),
        `${name}: ${answer}; ${hop}`,
      );
    else assert.match(hop, /no such name|no address|circle|knows no/, `${name}: ${answer}; ${hop}`);
  }
});
