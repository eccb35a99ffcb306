// Route 53 Resolver's rules over HTTP: outbound endpoints, the rules that ask from them, and the VPCs in which these hold.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createSecurityGroup } from '../../src/services/ec2/security-group.ts';
import { deleteSubnet } from '../../src/services/ec2/subnet.ts';
import { deleteVpc } from '../../src/services/ec2/vpc.ts';
import { route53ResolverService } from '../../src/services/route53resolver/route53resolver.ts';
import { newHarness } from '../operation-harness.ts';
import { makeVpc } from '../vpc-fixture.ts';
import { startJsonService } from './json-service-fixture.ts';

const [owner, stranger] = ['111111111111', '222222222222'] as const;
const ec2 = newHarness();
const { call, codeOf, world, addUser } = await startJsonService(route53ResolverService, ec2.store);
const { VpcId, SubnetId } = makeVpc(ec2);
const GroupId = ec2.run(createSecurityGroup, { VpcId, GroupName: 'dns', Description: 'dns' }).GroupId!;
let requests = 0;

const ask = async (operation: string, input: object = {}) => {
  const { status, body } = await call(owner, operation, input);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
const createEndpoint = async (Direction: string): Promise<string> => {
  const about = { SecurityGroupIds: [GroupId], IpAddresses: [{ SubnetId }, { SubnetId }] };
  const CreatorRequestId = `endpoint ${++requests}`;
  return (await ask('CreateResolverEndpoint', { CreatorRequestId, Direction, ...about })).ResolverEndpoint.Id;
};
const outbound = await createEndpoint('OUTBOUND');
const newRule = (more: object = {}) => ({
  ...{ CreatorRequestId: `rule ${++requests}`, RuleType: 'FORWARD', DomainName: 'corp.example' },
  ...{ ResolverEndpointId: outbound, TargetIps: [{ Ip: '192.168.0.1' }], ...more },
});
const system = (DomainName: string) => ({
  ...{ CreatorRequestId: `rule ${++requests}`, RuleType: 'SYSTEM', DomainName },
});
const createRule = async (input: object = newRule()): Promise<string> =>
  (await ask('CreateResolverRule', input)).ResolverRule.Id;

beforeEach(() => {
  world.kernel.applied = true;
  ec2.store.change(({ resolverRules, resolverRuleAssociations }) => {
    for (const { associationId } of [...resolverRuleAssociations.all()])
      resolverRuleAssociations.delete(associationId);
    for (const { resolverRuleId } of [...resolverRules.all()]) resolverRules.delete(resolverRuleId);
  });
});

test('a forwarding rule names a domain, who is asked, and from where', async () => {
  assert.match(outbound, /^rslvr-out-[0-9a-f]{17}$/);
  const input = newRule({
    Name: 'office',
    TargetIps: [{ Ip: '192.168.0.1' }, { Ip: '192.168.0.2', Port: 5353 }],
  });
  const { ResolverRule: made } = await ask('CreateResolverRule', {
    ...input,
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  assert.match(made.Id, /^rslvr-rr-[0-9a-f]{17}$/);
  const { CreationTime } = made;
  assert.deepEqual(made, {
    ...{ Id: made.Id, CreatorRequestId: input.CreatorRequestId, Name: 'office' },
    Arn: `arn:aws:route53resolver:us-east-1:${owner}:resolver-rule/${made.Id}`,
    ...{ DomainName: 'corp.example.', Status: 'COMPLETE', StatusMessage: 'This Resolver Rule is in force.' },
    RuleType: 'FORWARD',
    TargetIps: [
      { Ip: '192.168.0.1', Port: 53, Protocol: 'Do53' },
      { Ip: '192.168.0.2', Port: 5353, Protocol: 'Do53' },
    ],
    ...{ ResolverEndpointId: outbound, OwnerId: owner, ShareStatus: 'NOT_SHARED' },
    ...{ CreationTime, ModificationTime: CreationTime },
  });
  const ResolverRuleId = made.Id;
  assert.deepEqual((await ask('GetResolverRule', { ResolverRuleId })).ResolverRule, made);
  assert.deepEqual((await ask('ListTagsForResource', { ResourceArn: made.Arn })).Tags, [
    { Key: 'a', Value: 'b' },
  ]);
  assert.equal(await codeOf(stranger, 'GetResolverRule', { ResolverRuleId }), 'ResourceNotFoundException');
  assert.equal(await codeOf(owner, 'CreateResolverRule', input), 'ResourceExistsException');
  assert.match(
    (await call(owner, 'DeleteResolverEndpoint', { ResolverEndpointId: outbound })).body.Message,
    new RegExp(`^\\[RSLVR-00600\\] .* "${made.Id}"$`),
  );
  const other = await createEndpoint('OUTBOUND');
  const Config = { Name: 'new', TargetIps: [{ Ip: '192.168.0.9' }], ResolverEndpointId: other };
  const { ResolverRule: changed } = await ask('UpdateResolverRule', { ResolverRuleId, Config });
  assert.deepEqual(
    [changed.Name, changed.TargetIps[0].Ip, changed.ResolverEndpointId],
    ['new', '192.168.0.9', other],
  );
  assert.equal((await ask('DeleteResolverRule', { ResolverRuleId })).ResolverRule.Status, 'DELETING');
  assert.equal(await codeOf(owner, 'DeleteResolverRule', { ResolverRuleId }), 'ResourceNotFoundException');
  await ask('DeleteResolverEndpoint', { ResolverEndpointId: other });
});

test('a rule that cannot be is refused', async () => {
  const inbound = await createEndpoint('INBOUND');
  const cases: [object, string][] = [
    [newRule({ RuleType: 'SIDEWAYS' }), 'ValidationException'],
    [newRule({ RuleType: 'RECURSIVE' }), 'InvalidRequestException'],
    [newRule({ RuleType: 'DELEGATE' }), 'NotImplemented'],
    [newRule({ DomainName: undefined }), 'ValidationException'],
    [newRule({ DomainName: 'no spaces.example' }), 'InvalidParameterException'],
    [newRule({ TargetIps: undefined }), 'InvalidParameterException'],
    [newRule({ TargetIps: [{ Ip: 'office' }] }), 'InvalidParameterException'],
    [newRule({ TargetIps: [{ Ip: '10.0.0.9', Port: 0 }] }), 'ValidationException'],
    [newRule({ TargetIps: [{ Ip: '10.0.0.9', Protocol: 'DoH' }] }), 'NotImplemented'],
    [newRule({ TargetIps: [{ Ipv6: 'fd00::1' }] }), 'NotImplemented'],
    [newRule({ ResolverEndpointId: undefined }), 'InvalidParameterException'],
    [newRule({ ResolverEndpointId: 'rslvr-out-0' }), 'ResourceNotFoundException'],
    [newRule({ ResolverEndpointId: inbound }), 'InvalidRequestException'],
    [newRule({ RuleType: 'SYSTEM' }), 'InvalidRequestException'],
  ];
  for (const [input, code] of cases)
    assert.equal(await codeOf(owner, 'CreateResolverRule', input), code, JSON.stringify(input));
  const ResolverRuleId = await createRule(system('a.corp.example.'));
  const Config = { TargetIps: [{ Ip: '192.168.0.9' }] };
  assert.equal(
    await codeOf(owner, 'UpdateResolverRule', { ResolverRuleId, Config }),
    'InvalidRequestException',
  );
  await ask('DeleteResolverEndpoint', { ResolverEndpointId: inbound });
});

test('a rule holds in the VPCs that it is associated with, and stays as long as one has it', async () => {
  const ResolverRuleId = await createRule();
  world.kernel.applied = false;
  const { ResolverRuleAssociation: made } = await ask('AssociateResolverRule', {
    ResolverRuleId,
    VPCId: VpcId,
    Name: 'x',
  });
  const StatusMessage = 'Creating the association.';
  assert.match(made.Id, /^rslvr-rrassoc-[0-9a-f]{17}$/);
  assert.deepEqual(made, {
    Id: made.Id,
    ResolverRuleId,
    Name: 'x',
    VPCId: VpcId,
    Status: 'CREATING',
    StatusMessage,
  });
  world.kernel.applied = true;
  const ResolverRuleAssociationId = made.Id;
  const got = (await ask('GetResolverRuleAssociation', { ResolverRuleAssociationId }))
    .ResolverRuleAssociation;
  assert.equal(got.Status, 'COMPLETE');
  const again = { ResolverRuleId, VPCId: VpcId };
  assert.equal(await codeOf(owner, 'AssociateResolverRule', again), 'ResourceExistsException');
  assert.equal(await codeOf(owner, 'DeleteResolverRule', { ResolverRuleId }), 'ResourceInUseException');
  const same = { ResolverRuleId: await createRule(), VPCId: VpcId };
  assert.match(
    (await call(owner, 'AssociateResolverRule', same)).body.Message,
    /same domain name with same VPC/,
  );
  const elsewhere = { ResolverRuleId, VPCId: 'vpc-00000000000000000' };
  assert.equal(await codeOf(owner, 'AssociateResolverRule', elsewhere), 'InvalidParameterException');
  const gone = await ask('DisassociateResolverRule', again);
  assert.equal(gone.ResolverRuleAssociation.Status, 'DELETING');
  assert.equal(await codeOf(owner, 'DisassociateResolverRule', again), 'ResourceNotFoundException');
  assert.equal(
    await codeOf(owner, 'GetResolverRuleAssociation', { ResolverRuleAssociationId }),
    'ResourceNotFoundException',
  );
});

test('a rule does not ask the inbound endpoint of the VPC in which it holds', async () => {
  const ResolverEndpointId = await createEndpoint('INBOUND');
  const { IpAddresses } = await ask('ListResolverEndpointIpAddresses', { ResolverEndpointId });
  const ResolverRuleId = await createRule(newRule({ TargetIps: [{ Ip: IpAddresses[1].Ip }] }));
  const { body } = await call(owner, 'AssociateResolverRule', { ResolverRuleId, VPCId: VpcId });
  assert.match(body.Message, /^\[RSLVR-00804\] Cannot associate rule rslvr-rr-/);
  await ask('DeleteResolverEndpoint', { ResolverEndpointId });
});

test('rules and associations are filtered', async () => {
  const forward = await createRule(newRule({ Name: 'one' }));
  const own = await createRule(system('a.corp.example'));
  for (const ResolverRuleId of [forward, own])
    await ask('AssociateResolverRule', { ResolverRuleId, VPCId: VpcId });
  const rules = async (Name: string, ...Values: string[]) =>
    (await ask('ListResolverRules', { Filters: [{ Name, Values }] })).ResolverRules.map(
      (one: { Id: string }) => one.Id,
    );
  assert.deepEqual(await rules('Type', 'SYSTEM'), [own]);
  assert.deepEqual(await rules('DOMAIN_NAME', 'corp.example.'), [forward]);
  assert.deepEqual(await rules('ResolverEndpointId', outbound), [forward]);
  assert.deepEqual(await rules('Name', 'one'), [forward]);
  assert.deepEqual(await rules('Status', 'COMPLETE'), [forward, own]);
  const associations = async (Name: string, ...Values: string[]) =>
    (await ask('ListResolverRuleAssociations', { Filters: [{ Name, Values }] })).ResolverRuleAssociations
      .length;
  assert.equal(await associations('VPCId', VpcId), 2);
  assert.equal(await associations('ResolverRuleId', own), 1);
  assert.equal(await associations('Status', 'FAILED'), 0);
});

test('a VPC goes with its associations; an outbound endpoint holds its subnet', async () => {
  const other = makeVpc(ec2, 7);
  const ResolverRuleId = await createRule();
  await ask('AssociateResolverRule', { ResolverRuleId, VPCId: other.VpcId });
  ec2.run(deleteSubnet, { SubnetId: other.SubnetId });
  ec2.run(deleteVpc, { VpcId: other.VpcId });
  assert.deepEqual((await ask('ListResolverRuleAssociations')).ResolverRuleAssociations, []);
  assert.throws(() => ec2.run(deleteSubnet, { SubnetId }), /dependencies/);
});

test('policies are asked about the rule', async () => {
  const [ResolverRuleId, other] = [await createRule(), await createRule(system('b.example'))];
  const Resource = `arn:aws:route53resolver:us-east-1:${owner}:resolver-rule/${ResolverRuleId}`;
  const ada = addUser(owner, [{ Effect: 'Allow', Action: 'route53resolver:*ResolverRule*', Resource }]);
  const statusOf = async (operation: string, input: object) =>
    (await call(owner, operation, input, ada)).status;
  const association = { ResolverRuleId, VPCId: VpcId };
  const made = await call(owner, 'AssociateResolverRule', association, ada);
  const ResolverRuleAssociationId = made.body.ResolverRuleAssociation.Id;
  assert.equal(await statusOf('GetResolverRuleAssociation', { ResolverRuleAssociationId }), 200);
  assert.equal(await statusOf('DisassociateResolverRule', association), 200);
  assert.equal(await statusOf('GetResolverRule', { ResolverRuleId: other }), 400);
});
