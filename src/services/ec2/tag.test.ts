import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import type { AwsError } from '../../aws/aws-error.ts';
import { describeSecurityGroupRules } from './security-group-rule-show.ts';
import { checkTags, createTags, deleteTags, describeTags, tagsFromSpecifications } from './tag.ts';
import { createVpc, deleteVpc, describeVpcs } from './vpc.ts';

function newCase() {
  const harness = newHarness();
  const vpcId = harness.run(createVpc, {
    CidrBlock: '10.0.0.0/16',
    TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'Name', Value: 'first' }] }],
  }).Vpc!.VpcId!;
  const tagsOf = (id = vpcId) =>
    Object.fromEntries(
      harness
        .run(describeTags, { Filters: [{ Name: 'resource-id', Values: [id] }] })
        .Tags!.map((tag) => [tag.Key, tag.Value]),
    );
  return { ...harness, vpcId, tagsOf };
}

test('tags are set, overwritten, taken away', () => {
  const { run, vpcId, tagsOf } = newCase();
  run(createTags, { Resources: [vpcId], Tags: [{ Key: 'Name', Value: 'second' }, { Key: 'team' }] });
  assert.deepEqual(tagsOf(), { Name: 'second', team: '' });
  run(deleteTags, { Resources: [vpcId], Tags: [{ Key: 'team' }] });
  assert.deepEqual(tagsOf(), { Name: 'second' });
});

test('a tag with another value than the one named stays', () => {
  const { run, vpcId, tagsOf } = newCase();
  run(deleteTags, { Resources: [vpcId], Tags: [{ Key: 'Name', Value: 'other' }] });
  assert.deepEqual(tagsOf(), { Name: 'first' });
  run(deleteTags, { Resources: [vpcId], Tags: [{ Key: 'Name', Value: 'first' }] });
  assert.deepEqual(tagsOf(), {});
});

test('without naming any tag all are taken away', () => {
  const { run, vpcId, tagsOf, store } = newCase();
  run(deleteTags, { Resources: [vpcId] });
  assert.deepEqual(tagsOf(), {});
  assert.equal(store.cloud.tagSets.size, 0);
});

test('a specification without a resource type is refused in words that make sense', () => {
  assert.throws(
    () => tagsFromSpecifications([{ Tags: [{ Key: 'a', Value: 'b' }] }], 'vpc'),
    refusal('InvalidParameterValue', /^Tag specification resource type must have a value$/),
  );
});

test('tags go with their resource', () => {
  const { run, vpcId, store } = newCase();
  run(deleteVpc, { VpcId: vpcId });
  assert.equal(store.cloud.tagSets.size, 0);
});

test('nobody sees or changes the tags of another account or region', () => {
  const { run, vpcId, tagsOf } = newCase();
  for (const caller of [{ accountId: '222222222222' }, { region: 'eu-west-1' }]) {
    assert.deepEqual(run(describeTags, {}, caller).Tags, []);
    const input = { Resources: [vpcId], Tags: [{ Key: 'a', Value: 'b' }] };
    assert.throws(() => run(createTags, input, caller), refusal('InvalidVpcID.NotFound'));
    assert.throws(() => run(deleteTags, input, caller), refusal('InvalidVpcID.NotFound'));
  }
  assert.deepEqual(tagsOf(), { Name: 'first' });
});

test('one unknown resource among several leaves all as they were', () => {
  const { run, vpcId, tagsOf } = newCase();
  const Tags = [{ Key: 'a', Value: 'b' }];
  const missing = refusal('InvalidSubnetID.NotFound');
  assert.throws(() => run(createTags, { Resources: [vpcId, 'subnet-00000000'], Tags }), missing);
  assert.throws(() => run(createTags, { Resources: ['nonsense'], Tags }), refusal('InvalidID'));
  assert.throws(() => run(createTags, { Resources: ['constructor-00000000'], Tags }), refusal('InvalidID'));
  assert.deepEqual(tagsOf(), { Name: 'first' });
});

test('a malformed id of any kind of resource is told from one that is not there', () => {
  const { run } = newCase();
  const kinds = ['vpc', 'subnet', 'rtb', 'sg', 'sgr', 'acl', 'eni', 'i', 'pcx', 'vpce', 'vpce-svc'];
  const refusalOf = (id: string) => {
    try {
      run(createTags, { Resources: [id], Tags: [{ Key: 'a', Value: 'b' }] });
    } catch (error) {
      return (error as AwsError).code;
    }
    return 'tagged';
  };
  for (const kind of kinds) {
    assert.match(refusalOf(`${kind}-zz`), /^Invalid\w+\.Malformed$/, kind);
    assert.match(refusalOf(`${kind}-00000000`), /^Invalid\w+\.NotFound$/, kind);
  }
  assert.equal(refusalOf('vpc-zz'), 'InvalidVpcID.Malformed');
});

test('rules of a security group have tags too', () => {
  const { run, tagsOf } = newCase();
  const [rule] = run(describeSecurityGroupRules, {}).SecurityGroupRules!;
  run(createTags, { Resources: [rule!.SecurityGroupRuleId!], Tags: [{ Key: 'why', Value: 'test' }] });
  assert.deepEqual(tagsOf(rule!.SecurityGroupRuleId), { why: 'test' });
});

test('resources are found by their tags', () => {
  const { run, vpcId } = newCase();
  run(createVpc, { CidrBlock: '10.1.0.0/16' });
  const found = run(describeVpcs, { Filters: [{ Name: 'tag:Name', Values: ['fi*'] }] }).Vpcs!;
  assert.deepEqual(
    found.map((vpc) => vpc.VpcId),
    [vpcId],
  );
});

test('tags that break a rule are refused', () => {
  const refused: [{ Key?: string; Value?: string }[], string][] = [
    [[{ Key: 'aws:x', Value: '' }], 'InvalidParameterValue'],
    [[{ Key: 'AWS:x', Value: '' }], 'InvalidParameterValue'],
    [[{ Key: '', Value: 'x' }], 'InvalidParameterValue'],
    [[{ Value: 'x' }], 'InvalidParameterValue'],
    [[{ Key: 'k'.repeat(129) }], 'InvalidParameterValue'],
    [[{ Key: 'k', Value: 'v'.repeat(257) }], 'InvalidParameterValue'],
    [[{ Key: 'k' }, { Key: 'k' }], 'InvalidParameterValue'],
    [Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}` })), 'TagLimitExceeded'],
  ];
  for (const [tags, code] of refused)
    assert.throws(() => checkTags(tags), refusal(code), JSON.stringify(tags));
});

test('a fifty-first tag is refused also when it is added later', () => {
  const { run, vpcId } = newCase();
  const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}` }));
  assert.throws(() => run(createTags, { Resources: [vpcId], Tags }), refusal('TagLimitExceeded'));
  run(createTags, { Resources: [vpcId], Tags: Tags.slice(1) });
});

test('a key may be any text', () => {
  const { run, vpcId, tagsOf } = newCase();
  run(createTags, { Resources: [vpcId], Tags: [{ Key: '__proto__', Value: 'x' }] });
  assert.equal(Object.keys(tagsOf()).length, 2);
  run(deleteTags, { Resources: [vpcId], Tags: [{ Key: 'Name' }] });
  assert.deepEqual(Object.keys(tagsOf()), ['__proto__']);
});

test('a tag specification for another kind of resource is refused in words AWS uses', () => {
  assert.throws(
    () => tagsFromSpecifications([{ ResourceType: 'subnet', Tags: [] }], 'vpc'),
    refusal('InvalidParameterValue', "'subnet' is not a valid taggable resource type for this operation."),
  );
});
