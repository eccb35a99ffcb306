import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { describeDhcpOptions } from './dhcp-options.ts';
import { createVpc } from './vpc.ts';

test('the VPCs of a region share one set, which names the region’s domain and Amazon’s resolver', () => {
  const { run } = newHarness();
  const ireland = { region: 'eu-west-1' };
  assert.deepEqual(run(describeDhcpOptions, {}), { DhcpOptions: [] });
  const { DhcpOptionsId } = run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!;
  run(createVpc, { CidrBlock: '10.1.0.0/16' });
  run(createVpc, { CidrBlock: '10.0.0.0/16' }, ireland);
  const own = {
    DhcpOptionsId,
    OwnerId: '111111111111',
    DhcpConfigurations: [
      { Key: 'domain-name', Values: [{ Value: 'ec2.internal' }] },
      { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
    ],
    Tags: [],
  };
  assert.deepEqual(run(describeDhcpOptions, {}).DhcpOptions, [own]);
  assert.deepEqual(run(describeDhcpOptions, { DhcpOptionsIds: [DhcpOptionsId!] }).DhcpOptions, [own]);
  const by = (value: string) => ({ Filters: [{ Name: 'value', Values: [value] }] });
  assert.deepEqual(run(describeDhcpOptions, by('eu-west-1.compute.internal')).DhcpOptions, []);
  const there = run(describeDhcpOptions, by('eu-west-1.compute.internal'), ireland).DhcpOptions!;
  assert.equal(there.length, 1);
  assert.throws(
    () => run(describeDhcpOptions, { DhcpOptionsIds: [there[0]!.DhcpOptionsId!] }),
    refusal('InvalidDhcpOptionID.NotFound'),
  );
  assert.throws(
    () => run(describeDhcpOptions, { DhcpOptionsIds: ['default'] }),
    refusal('InvalidDhcpOptionsId.Malformed'),
  );
});
