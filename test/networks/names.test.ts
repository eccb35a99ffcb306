// Which names a VPC's resolver knows, from a cloud as records: those of AWS's services, of buckets elsewhere, of public addresses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { findFrontEnd, frontEnds } from '../../src/cloud/public-range.ts';
import { serviceNames } from '../../src/cloud/service-name.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { nameSource, type RecordType, resolveName } from '../../src/network/resolve-name.ts';
import { openStore } from '../../src/store.ts';
import { type ExampleVpc, putInstance, putVpc } from './example-cloud.ts';
import { putInternetGateway, putPeering } from './example-gateway.ts';
import { putAttachment, putTransitGateway } from './example-transit-gateway.ts';

function makeCloud<T>(fill: (cloud: Cloud) => T) {
  const store = openStore(':memory:');
  const made = store.change(fill);
  const find = ({ vpcId }: Pick<ExampleVpc, 'vpcId'>, name: string, type: RecordType = 'A') => {
    const network = compileNetwork(store.cloud, { isHealthy: () => true });
    const { records } = resolveName(nameSource(network, network.vpcs.get(vpcId)!, 'vpc'), name, type);
    const last = records.at(-1)?.recordSet;
    return last?.type === 'A' ? last.addresses : last?.values;
  };
  return { made, find, change: (operate: (cloud: Cloud) => void) => store.change(operate) };
}

test('every name a certificate vouches for resolves to that front end, or where it belongs', () => {
  const { made: vpc, find } = makeCloud((cloud) => putVpc(cloud, '111111111111'));
  for (const { service, region } of frontEnds) {
    for (const name of serviceNames({ service, region })) {
      const [address] = find(vpc, name.replace('*', 'some-bucket'))!;
      const reached = findFrontEnd(address!)!;
      const isGlobal = name === '*.s3.amazonaws.com';
      assert.deepEqual([reached.service, reached.region], [service, isGlobal ? 'us-east-1' : region], name);
    }
  }
});

test('a name without a region leads to us-east-1, an existing bucket’s to where the bucket is', () => {
  const { made: vpc, find } = makeCloud((cloud) => {
    for (const [bucketName, region] of [
      ['far', 'eu-west-1'],
      ['near', 'us-east-1'],
    ] as const)
      cloud.buckets.put({
        bucketName,
        region,
        accountId: '111111111111',
        creationDate: '2026-01-31T00:00:00Z',
      });
    return putVpc(cloud, '111111111111');
  });
  const regionOf = (name: string) => findFrontEnd(find(vpc, name)![0]!)!.region;
  for (const name of ['s3', 'sts', 'iam', 'ec2'])
    assert.equal(regionOf(`${name}.amazonaws.com`), 'us-east-1', name);
  assert.equal(regionOf('far.s3.amazonaws.com'), 'eu-west-1');
  assert.equal(regionOf('near.s3.amazonaws.com'), 'us-east-1');
  assert.equal(regionOf('none.s3.amazonaws.com'), 'us-east-1');
  assert.equal(regionOf('far.s3.us-east-1.amazonaws.com'), 'us-east-1');
});

test('what AWS does not have does not exist', () => {
  const { made: vpc, find } = makeCloud((cloud) => putVpc(cloud, '111111111111'));
  for (const name of [
    'amazonaws.com',
    's3.us-east-9.amazonaws.com',
    'iam.eu-west-1.amazonaws.com',
    'x.ec2.us-east-1.amazonaws.com',
    'www.example.com',
  ])
    assert.equal(find(vpc, name), undefined, name);
});

test('a public name is the private address inside its VPC and the public one elsewhere, if the VPC gives such names', () => {
  const { made, find } = makeCloud((cloud) => {
    const [own, other, plain] = ['1', '2', '3'].map((digit) => putVpc(cloud, digit.repeat(12))) as [
      ExampleVpc,
      ExampleVpc,
      ExampleVpc,
    ];
    cloud.vpcs.put({ ...cloud.vpcs.find(own.vpcId)!, enableDnsHostnames: true });
    [own, plain].forEach((vpc, index) => {
      const { networkInterface } = putInstance(cloud, vpc, 0, '10.0.1.10');
      cloud.networkInterfaces.put({ ...networkInterface, autoAssignedPublicIp: `3.141.0.1${index}` });
    });
    return { own, other };
  });
  assert.deepEqual(find(made.own, 'ec2-3-141-0-10.compute-1.amazonaws.com'), ['10.0.1.10']);
  assert.deepEqual(find(made.other, 'ec2-3-141-0-10.compute-1.amazonaws.com'), ['3.141.0.10']);
  // The name of the third VPC's address exists all the same, and leads to the address.
  assert.deepEqual(find(made.own, 'ec2-3-141-0-11.compute-1.amazonaws.com'), ['3.141.0.11']);
});

test('names of a peered VPC lead to private addresses when that side allows it, and its addresses lead back', () => {
  const { made, find, change } = makeCloud((cloud) => {
    const [here, there] = [putVpc(cloud, '111111111111'), putVpc(cloud, '222222222222', '10.7.0.0/16')];
    cloud.vpcs.put({ ...cloud.vpcs.find(there.vpcId)!, enableDnsHostnames: true });
    const { networkInterface } = putInstance(cloud, there, 0, '10.7.1.10');
    cloud.networkInterfaces.put({ ...networkInterface, autoAssignedPublicIp: '3.141.0.10' });
    return { here, there, pcx: putPeering(cloud, here, there) };
  });
  const publicName = 'ec2-3-141-0-10.compute-1.amazonaws.com';
  const privateName = 'ip-10-7-1-10.ec2.internal';
  assert.deepEqual([find(made.here, publicName), find(made.here, privateName)], [['3.141.0.10'], undefined]);
  change((cloud) => {
    const peering = cloud.vpcPeeringConnections.find(made.pcx)!;
    const accepter = { ...peering.accepter, allowDnsResolutionFromRemoteVpc: true };
    cloud.vpcPeeringConnections.put({ ...peering, accepter });
  });
  assert.deepEqual(
    [find(made.here, publicName), find(made.here, privateName)],
    [['10.7.1.10'], ['10.7.1.10']],
  );
  assert.deepEqual(find(made.here, '10.1.7.10.in-addr.arpa', 'PTR'), [privateName]);
  // The option is the accepter's: the requester's own names stay its own.
  assert.equal(find(made.there, 'ip-10-0-1-10.ec2.internal'), undefined);
});

test('public names lead to private addresses between VPCs on a transit gateway that supports DNS', () => {
  const { made, find, change } = makeCloud((cloud) => {
    const [here, there] = [putVpc(cloud, '111111111111'), putVpc(cloud, '222222222222', '10.7.0.0/16')];
    cloud.vpcs.put({ ...cloud.vpcs.find(there.vpcId)!, enableDnsHostnames: true });
    putInternetGateway(cloud, there);
    const { networkInterface } = putInstance(cloud, there, 0, '10.7.1.10');
    cloud.networkInterfaces.put({ ...networkInterface, autoAssignedPublicIp: '3.141.0.10' });
    const gateway = putTransitGateway(cloud);
    for (const vpc of [here, there]) putAttachment(cloud, gateway.transitGatewayId, vpc);
    return { here, there, ...gateway };
  });
  const publicName = 'ec2-3-141-0-10.compute-1.amazonaws.com';
  assert.deepEqual(find(made.here, publicName), ['10.7.1.10']);
  assert.equal(find(made.here, 'ip-10-7-1-10.ec2.internal'), undefined);
  change((cloud) => {
    const gateway = cloud.transitGateways.find(made.transitGatewayId)!;
    cloud.transitGateways.put({ ...gateway, dnsSupport: false });
  });
  assert.deepEqual(find(made.here, publicName), ['3.141.0.10']);
});

test('an instance that is stopped keeps its name', () => {
  const { made, find } = makeCloud((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const { instanceId } = putInstance(cloud, vpc, 0, '10.0.1.10');
    cloud.instances.put({ ...cloud.instances.find(instanceId)!, desiredState: 'stopped' });
    return vpc;
  });
  assert.deepEqual(find(made, 'ip-10-0-1-10.ec2.internal'), ['10.0.1.10']);
  assert.deepEqual(find(made, '10.1.0.10.in-addr.arpa', 'PTR'), ['ip-10-0-1-10.ec2.internal']);
});
