import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putAwsServiceEndpoint, putInstance, putVpc } from '../../test/networks/example-cloud.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { openStore } from '../store.ts';
import { compileNetwork } from './compile.ts';
import { explain } from './explain.ts';
import { nameSource, resolveName, type View } from './resolve-name.ts';

const regional = 'vpce.amazonaws.com';

function makeCase() {
  const store = openStore(':memory:');
  const made = store.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const record = cloud.vpcs.find(vpc.vpcId)!;
    cloud.vpcs.put({ ...record, enableDnsHostnames: true });
    const other = putVpc(cloud, '222222222222');
    return { vpc, other, client: putInstance(cloud, vpc, 0, '10.0.1.10').instanceId };
  });
  const network = () => compileNetwork(store.cloud, { isHealthy: () => true });
  const ask = (name: string, view: View = 'vpc', vpcId = made.vpc.vpcId) => {
    const now = network();
    const { outcome, records } = resolveName(nameSource(now, now.vpcs.get(vpcId)!, view), name, 'A');
    const last = records.at(-1)?.recordSet;
    return last?.type === 'A' ? last.addresses.toSorted().join() : outcome;
  };
  const put = (awsService: string, addresses: string[], fields: object = {}) =>
    store.change((cloud) => putAwsServiceEndpoint(cloud, made.vpc, awsService, addresses, fields));
  const change = (operate: (cloud: Cloud) => void) => store.change(operate);
  return { ...made, network, ask, put, change };
}

test('private DNS leads the service’s own name to every address, in its VPC alone', () => {
  const { ask, put, other, change, vpc, network, client } = makeCase();
  const isPublic = /^52\.46\./;
  assert.match(ask('ec2.us-east-1.amazonaws.com'), isPublic);
  const { vpcEndpointId } = put('ec2', ['10.0.1.4', '10.0.2.4'], { privateDnsEnabled: true });
  assert.equal(ask('ec2.us-east-1.amazonaws.com'), '10.0.1.4,10.0.2.4');
  assert.equal(ask('x.ec2.us-east-1.amazonaws.com'), 'no-such-name');
  assert.match(ask('ec2.us-east-1.amazonaws.com', 'vpc', other.vpcId), isPublic);
  assert.match(ask('ec2.eu-west-1.amazonaws.com'), isPublic);
  assert.match(ask('ec2.amazonaws.com'), isPublic);
  const answer = explain(network(), client, 'ec2.us-east-1.amazonaws.com:443');
  assert.ok('hops' in answer);
  assert.deepEqual(answer.hops[0], {
    at: vpcEndpointId,
    verdict: 'pass',
    text: 'ec2.us-east-1.amazonaws.com is 10.0.1.4, 10.0.2.4 (private zone ec2.us-east-1.amazonaws.com)',
  });
  change(({ vpcs }) => vpcs.put({ ...vpcs.find(vpc.vpcId)!, enableDnsHostnames: false }));
  assert.match(ask('ec2.us-east-1.amazonaws.com'), isPublic);
});

test('endpoint names are everybody’s: the regional one has every address, a zonal one its own', () => {
  const { ask, put, other } = makeCase();
  const { vpcEndpointId: id } = put('sts', ['10.0.1.4', '10.0.2.4']);
  for (const vpcId of [undefined, other.vpcId]) {
    assert.equal(ask(`${id}-k3x9q2ab.sts.us-east-1.${regional}`, 'vpc', vpcId), '10.0.1.4,10.0.2.4');
    assert.equal(ask(`${id}-k3x9q2ab-us-east-1b.sts.us-east-1.${regional}`, 'vpc', vpcId), '10.0.2.4');
  }
  assert.match(ask('sts.us-east-1.amazonaws.com'), /^52\.46\./);
  assert.equal(ask(`${id}-k3x9q2ab-us-east-1c.sts.us-east-1.${regional}`), 'no-such-name');
});

test('names of S3’s endpoint begin with what the client wants there', () => {
  const { ask, put } = makeCase();
  const { vpcEndpointId: id } = put('s3', ['10.0.1.4', '10.0.2.4']);
  const host = `${id}-k3x9q2ab.s3.us-east-1.${regional}`;
  const zonal = `${id}-k3x9q2ab-us-east-1b.s3.us-east-1.${regional}`;
  for (const prefix of ['bucket', 'accesspoint', 'control', 'my-bucket.bucket']) {
    assert.equal(ask(`${prefix}.${host}`), '10.0.1.4,10.0.2.4', prefix);
    assert.equal(ask(`${prefix}.${zonal}`), '10.0.2.4', prefix);
  }
  assert.notEqual(ask(host), '10.0.1.4,10.0.2.4');
});

test('private DNS of S3 covers its buckets, its access points and its control, and nothing by other names', () => {
  const { ask, put } = makeCase();
  put('s3', ['10.0.1.4'], { privateDnsEnabled: true, privateDnsOnlyForInboundResolverEndpoint: false });
  for (const name of ['s3', 'reports.s3', 'a.b.s3', 'x.s3-accesspoint', '111111111111.s3-control'])
    assert.equal(ask(`${name}.us-east-1.amazonaws.com`), '10.0.1.4', name);
  for (const name of ['s3.dualstack.us-east-1', 's3-us-east-1', 's3', 'reports.s3', 's3.eu-west-1'])
    assert.match(ask(`${name}.amazonaws.com`), /^52\./, name);
});

test('private DNS for inbound resolvers alone leaves the VPC its public answers', () => {
  const { ask, put } = makeCase();
  put('s3', ['10.0.1.4'], { privateDnsEnabled: true, privateDnsOnlyForInboundResolverEndpoint: true });
  assert.match(ask('reports.s3.us-east-1.amazonaws.com'), /^52\./);
  assert.equal(ask('reports.s3.us-east-1.amazonaws.com', 'inbound'), '10.0.1.4');
});

test('an endpoint without addresses has a name and no answer', () => {
  const { ask, put } = makeCase();
  put('ec2', [], { privateDnsEnabled: true });
  assert.equal(ask('ec2.us-east-1.amazonaws.com'), 'no-data');
});
