import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { dhcpAnswer } from '../../cloud/dhcp-options.ts';
import {
  associateDhcpOptions,
  createDhcpOptions,
  deleteDhcpOptions,
  describeDhcpOptions,
} from './dhcp-options.ts';
import { createTags } from './tag.ts';
import { createVpc, deleteVpc, describeVpcs } from './vpc.ts';

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

const configuration = (Key: string, ...Values: string[]) => ({ Key, Values });

test('a set of one’s own is made, associated, and deleted when no VPC has it', () => {
  const { run, store } = newHarness();
  const { VpcId = '', DhcpOptionsId: first } = run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!;
  const made = run(createDhcpOptions, {
    DhcpConfigurations: [
      configuration('domain-name', 'corp.example lab.example'),
      configuration('domain-name-servers', '10.0.9.1,10.0.9.2', '10.0.9.3'),
      configuration('ntp-servers', '169.254.169.123'),
      configuration('netbios-name-servers', '10.0.9.4'),
      configuration('netbios-node-type', '2'),
    ],
    TagSpecifications: [{ ResourceType: 'dhcp-options', Tags: [{ Key: 'Name', Value: 'corp' }] }],
  }).DhcpOptions!;
  const DhcpOptionsId = made.DhcpOptionsId!;
  assert.match(DhcpOptionsId, /^dopt-[0-9a-f]{17}$/);
  assert.deepEqual(made.DhcpConfigurations![1], {
    Key: 'domain-name-servers',
    Values: [{ Value: '10.0.9.1' }, { Value: '10.0.9.2' }, { Value: '10.0.9.3' }],
  });
  assert.deepEqual(made.Tags, [{ Key: 'Name', Value: 'corp' }]);
  run(associateDhcpOptions, { VpcId, DhcpOptionsId });
  const answer = () => dhcpAnswer(store.cloud, store.cloud.vpcs.find(VpcId)!, '10.0.0.2');
  assert.deepEqual(answer().searchDomains, ['corp.example', 'lab.example']);
  assert.deepEqual(answer().nameServers, ['10.0.9.1', '10.0.9.2', '10.0.9.3']);
  assert.throws(
    () => run(deleteDhcpOptions, { DhcpOptionsId }),
    refusal(
      'DependencyViolation',
      `The dhcpOptions '${DhcpOptionsId}' has dependencies and cannot be deleted.`,
    ),
  );
  run(associateDhcpOptions, { VpcId, DhcpOptionsId: 'default' });
  assert.equal(run(describeVpcs, {}).Vpcs![0]!.DhcpOptionsId, 'default');
  assert.deepEqual(answer(), { searchDomains: [], nameServers: [], configurations: [] });
  run(deleteDhcpOptions, { DhcpOptionsId });
  assert.throws(() => run(deleteDhcpOptions, { DhcpOptionsId }), refusal('InvalidDhcpOptionID.NotFound'));
  run(associateDhcpOptions, { VpcId, DhcpOptionsId: first! });
  assert.deepEqual(answer().nameServers, ['10.0.0.2']);
  // AWS's own set may go too, when nobody has it, and comes again with the next VPC.
  run(deleteVpc, { VpcId });
  run(deleteDhcpOptions, { DhcpOptionsId: first! });
  assert.notEqual(run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.DhcpOptionsId, first);
});

test('options that AWS does not know, or values no host can use, are refused', () => {
  const { run } = newHarness();
  const create =
    (...DhcpConfigurations: object[]) =>
    () =>
      run(createDhcpOptions, { DhcpConfigurations });
  assert.throws(create(), refusal('MissingParameter'));
  for (const wrong of [
    configuration('router', '10.0.0.1'),
    configuration('domain-name-servers', '10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'),
    configuration('domain-name-servers', 'dns.example'),
    configuration('domain-name-servers', 'AmazonProvidedDNS', '10.0.0.1'),
    configuration('domain-name-servers'),
    configuration('ntp-servers', 'time.example'),
    configuration('netbios-node-type', '3'),
    configuration('domain-name', 'a..example'),
    configuration('domain-name', 'a.example', 'b.example'),
  ])
    assert.throws(create(wrong), refusal('InvalidParameterValue'), JSON.stringify(wrong));
  assert.throws(
    create(configuration('ntp-servers', '10.0.0.1'), configuration('ntp-servers', '10.0.0.2')),
    refusal('InvalidParameterValue'),
  );
  assert.throws(create(configuration('domain-name-servers', '2001:db8::1')), refusal('NotImplemented'));
  assert.throws(create(configuration('ipv6-address-preferred-lease-time', '140')), refusal('NotImplemented'));
});

test('another account has no part in a set', () => {
  const { run } = newHarness();
  const other = { accountId: '222222222222' };
  const { DhcpOptionsId } = run(createDhcpOptions, {
    DhcpConfigurations: [configuration('domain-name', 'corp.example')],
  }).DhcpOptions!;
  const { VpcId } = run(createVpc, { CidrBlock: '10.0.0.0/16' }, other).Vpc!;
  const missing = refusal(
    'InvalidDhcpOptionID.NotFound',
    `The dhcpOption ID '${DhcpOptionsId}' does not exist`,
  );
  assert.throws(() => run(associateDhcpOptions, { VpcId, DhcpOptionsId }, other), missing);
  assert.throws(() => run(deleteDhcpOptions, { DhcpOptionsId }, other), missing);
  assert.throws(() => run(associateDhcpOptions, { VpcId, DhcpOptionsId }), refusal('InvalidVpcID.NotFound'));
  run(createTags, { Resources: [DhcpOptionsId!], Tags: [{ Key: 'a', Value: 'b' }] });
  const byTag = { Filters: [{ Name: 'tag:a', Values: ['b'] }] };
  assert.equal(run(describeDhcpOptions, byTag).DhcpOptions!.length, 1);
});
