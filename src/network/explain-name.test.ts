import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putInstance, putVpc } from '../../test/networks/example-cloud.ts';
import { openStore } from '../store.ts';
import { compileNetwork } from './compile.ts';
import { explain } from './explain.ts';
import type { RecordSet } from './network.ts';

function makeNetwork() {
  const store = openStore(':memory:');
  const { vpc, from } = store.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    return { vpc, from: putInstance(cloud, vpc, 0, '10.0.1.10').networkInterface.networkInterfaceId };
  });
  const network = compileNetwork(store.cloud, { isHealthy: () => true });
  const address: RecordSet = { type: 'A', ttlSeconds: 60, addresses: ['10.0.1.10'] };
  const alias = (name: string): RecordSet => ({ type: 'CNAME', ttlSeconds: 60, values: [name] });
  network.vpcs.get(vpc.vpcId)!.privateZones.push({
    zoneName: 's3.us-east-1.amazonaws.com',
    by: 'Z0123456789',
    isForInboundOnly: false,
    recordSets: new Map([
      ['s3.us-east-1.amazonaws.com', [address]],
      ['two.s3.us-east-1.amazonaws.com', [{ ...address, addresses: ['10.0.1.10', '10.0.2.99'] }]],
      ['www.s3.us-east-1.amazonaws.com', [alias('s3.us-east-1.amazonaws.com')]],
      ['loop.s3.us-east-1.amazonaws.com', [alias('loop.s3.us-east-1.amazonaws.com')]],
      ['text.s3.us-east-1.amazonaws.com', [{ type: 'TXT', ttlSeconds: 60, values: ['"x"'] }]],
    ]),
  });
  const ask = (name: string) => {
    const answer = explain(network, from, `${name}:443`);
    assert.ok('hops' in answer);
    return answer;
  };
  return { ask, firstHop: (name: string) => ask(name).hops[0]! };
}

test('explain resolves a name as the resolver does and says which zone answered', () => {
  const { firstHop } = makeNetwork();
  assert.deepEqual(firstHop('s3.us-east-1.amazonaws.com'), {
    at: 'Z0123456789',
    verdict: 'pass',
    text: 's3.us-east-1.amazonaws.com is 10.0.1.10 (private zone s3.us-east-1.amazonaws.com)',
  });
  assert.match(
    firstHop('WWW.s3.us-east-1.amazonaws.com').text,
    /^www\.s3\S+ is another name of s3\S+; s3\S+ is 10\.0\.1\.10/,
  );
  assert.match(firstHop('s3.eu-west-1.amazonaws.com').text, /\(a public name\)$/);
});

test('explain says which zone has no such name, and that no public one is looked for', () => {
  const { firstHop } = makeNetwork();
  const missing = firstHop('bucket.s3.us-east-1.amazonaws.com');
  assert.equal(missing.at, 'Z0123456789');
  assert.match(
    missing.text,
    /^the private zone s3\.us-east-1\S+ answers for bucket\S+ in vpc-\S+ and has no such name \(NXDOMAIN\); nobody else is asked$/,
  );
  assert.match(firstHop('text.s3.us-east-1.amazonaws.com').text, /has no address for it/);
  assert.match(firstHop('loop.s3.us-east-1.amazonaws.com').text, /lead in a circle \(SERVFAIL\)$/);
  assert.match(firstHop('www.example.com').text, /knows no www\.example\.com \(NXDOMAIN\)$/);
});

test('explain asks no resolver for the id of what has no address', () => {
  const { firstHop } = makeNetwork();
  for (const id of ['nat-0123456789abcdef0', 'vpce-svc-0123456789abcdef0', 'tgw-attach-0123456789abcdef0']) {
    const { code, at, text } = firstHop(id);
    assert.deepEqual({ code, at }, { code: 'NO_SOURCE_OR_DESTINATION', at: id });
    assert.match(text, /has no address that could be asked for/);
  }
  assert.equal(firstHop('nat-0123456789abcdef0.example.com').code, 'DNS_NO_SUCH_NAME');
});

test('explain says when instances are told to ask others than the resolver', () => {
  const store = openStore(':memory:');
  const { vpc, from } = store.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    return { vpc, from: putInstance(cloud, vpc, 0, '10.0.1.10').networkInterface.networkInterfaceId };
  });
  const firstHop = (servers: string[]) => {
    store.change((cloud) => {
      const configurations = [{ key: 'domain-name-servers' as const, values: servers }];
      const owned = { accountId: '111111111111', region: 'us-east-1', isDefault: false };
      const { dhcpOptionsId } = cloud.dhcpOptions.put({ ...owned, dhcpOptionsId: 'dopt-1', configurations });
      cloud.vpcs.put({ ...cloud.vpcs.find(vpc.vpcId)!, dhcpOptionsId });
    });
    const network = compileNetwork(store.cloud, { isHealthy: () => true });
    const answer = explain(network, from, 'ip-10-0-1-10.ec2.internal');
    assert.ok('hops' in answer);
    return answer.hops[0]!.text;
  };
  assert.match(
    firstHop(['10.0.9.1', '10.0.9.2']),
    /^the DHCP options dopt-1 of vpc-\S+ tell its instances to ask 10\.0\.9\.1, 10\.0\.9\.2; its own resolver says: ip-10-0-1-10\S+ is 10\.0\.1\.10/,
  );
  assert.match(firstHop([]), /to ask nobody; its own resolver says/);
  assert.match(firstHop(['AmazonProvidedDNS']), /^ip-10-0-1-10/);
  assert.match(firstHop(['10.0.9.1', '10.0.0.2']), /^ip-10-0-1-10/);
});

test('of a name with several addresses explain tells the one that cannot be reached', () => {
  const { arrives, hops } = makeNetwork().ask('two.s3.us-east-1.amazonaws.com');
  assert.equal(arrives, false);
  assert.equal(hops[1]!.text, '10.0.1.10 can be reached, but not 10.0.2.99:');
  assert.equal(hops.at(-1)!.text, 'no network interface has 10.0.2.99');
});
