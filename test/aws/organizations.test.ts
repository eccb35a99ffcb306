// Organizations over HTTP: how accounts come together and part, who may say so, and what is refused in which words.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { openStore } from '../../src/store.ts';
import { startOrganizations } from './organizations-fixture.ts';

const [master, member, other] = ['111111111111', '222222222222', '333333333333'] as const;
const store = openStore(':memory:');
const organizations = await startOrganizations(store);
const { call, codeOf, addUser, gather, invite, join, clock, world, lines } = organizations;
const direct = world.arrival;
const dayMs = 24 * 60 * 60 * 1000;

afterEach(() => {
  clock.aheadMs = 0;
  world.arrival = direct;
  store.change((cloud) => {
    for (const { organizationId } of [...cloud.organizations.all()])
      cloud.organizations.delete(organizationId);
  });
});

test('an organization is made, described to those in it, and deleted when it is empty', async () => {
  const { status, contentType, body } = await call(master, 'CreateOrganization');
  const { Id } = body.Organization;
  assert.match(Id, /^o-[a-z0-9]{10}$/);
  assert.deepEqual([status, contentType], [200, 'application/x-amz-json-1.1']);
  assert.deepEqual(body.Organization, {
    Id,
    Arn: `arn:aws:organizations::${master}:organization/${Id}`,
    FeatureSet: 'ALL',
    MasterAccountId: master,
    MasterAccountArn: `arn:aws:organizations::${master}:account/${Id}/${master}`,
    AvailablePolicyTypes: [],
  });
  assert.equal(await codeOf(master, 'CreateOrganization'), 'AlreadyInOrganizationException');
  assert.equal(await codeOf(member, 'DescribeOrganization'), 'AWSOrganizationsNotInUseException');
  await join(master, member);
  assert.deepEqual((await call(member, 'DescribeOrganization')).body, body);
  assert.equal(await codeOf(member, 'CreateOrganization'), 'AlreadyInOrganizationException');
  assert.equal(await codeOf(member, 'DeleteOrganization'), 'AccessDeniedException');
  assert.equal(await codeOf(master, 'DeleteOrganization'), 'OrganizationNotEmptyException');
  await call(member, 'LeaveOrganization');
  assert.deepEqual(await codeOf(master, 'DeleteOrganization'), {});
  assert.deepEqual((await call(master, 'DescribeOrganization')).body, {
    __type: 'AWSOrganizationsNotInUseException',
    Message: 'Your account is not a member of an organization.',
  });
});

test('the feature set is kept', async () => {
  assert.equal(await codeOf(master, 'CreateOrganization', { FeatureSet: 'SOME' }), 'InvalidInputException');
  await call(master, 'CreateOrganization', { FeatureSet: 'CONSOLIDATED_BILLING' });
  const { Organization } = (await call(master, 'DescribeOrganization')).body;
  assert.equal(Organization.FeatureSet, 'CONSOLIDATED_BILLING');
});

test('an invited account joins, stands under the root, and goes', async () => {
  const organizationId = await gather(master);
  const input = { Target: { Id: member, Type: 'ACCOUNT' }, Notes: 'come' };
  const sent = (await call(master, 'InviteAccountToOrganization', input)).body.Handshake;
  assert.match(sent.Id, /^h-[0-9a-z]{8,32}$/);
  assert.equal(sent.ExpirationTimestamp - sent.RequestedTimestamp, (15 * dayMs) / 1000);
  const { RequestedTimestamp: _, ExpirationTimestamp: __, ...rest } = sent;
  assert.deepEqual(rest, {
    Id: sent.Id,
    Arn: `arn:aws:organizations::${master}:handshake/${organizationId}/invite/${sent.Id}`,
    Action: 'INVITE',
    State: 'OPEN',
    Parties: [
      { Id: organizationId, Type: 'ORGANIZATION' },
      { Id: member, Type: 'ACCOUNT' },
    ],
    Resources: [
      {
        Type: 'ORGANIZATION',
        Value: organizationId,
        Resources: [{ Type: 'ORGANIZATION_FEATURE_SET', Value: 'ALL' }],
      },
      { Type: 'ACCOUNT', Value: member },
      { Type: 'NOTES', Value: 'come' },
    ],
  });
  assert.deepEqual((await call(member, 'ListHandshakesForAccount')).body, { Handshakes: [sent] });
  const accepted = { ...sent, State: 'ACCEPTED' };
  const HandshakeId = sent.Id;
  assert.deepEqual((await call(member, 'AcceptHandshake', { HandshakeId })).body, { Handshake: accepted });
  assert.deepEqual((await call(master, 'ListHandshakesForOrganization')).body, { Handshakes: [accepted] });

  const [root] = (await call(master, 'ListRoots')).body.Roots;
  assert.match(root.Id, /^r-[0-9a-z]{4}$/);
  const Arn = `arn:aws:organizations::${master}:root/${organizationId}/${root.Id}`;
  assert.deepEqual(root, { Id: root.Id, Arn, Name: 'Root', PolicyTypes: [] });
  const parents = (await call(master, 'ListParents', { ChildId: member })).body;
  assert.deepEqual(parents, { Parents: [{ Id: root.Id, Type: 'ROOT' }] });
  const { Account } = (await call(master, 'DescribeAccount', { AccountId: member })).body;
  assert.deepEqual(Account, {
    Id: member,
    Arn: `arn:aws:organizations::${master}:account/${organizationId}/${member}`,
    Status: 'ACTIVE',
    State: 'ACTIVE',
    Paths: [`${organizationId}/${root.Id}/${member}/`],
    JoinedMethod: 'INVITED',
    JoinedTimestamp: Account.JoinedTimestamp,
  });
  const listed = async () =>
    (await call(master, 'ListAccounts')).body.Accounts.map(({ Id }: { Id: string }) => Id);
  assert.deepEqual(await listed(), [master, member]);
  await call(master, 'RemoveAccountFromOrganization', { AccountId: member });
  assert.deepEqual(await listed(), [master]);
  await join(master, member);
  await call(member, 'LeaveOrganization');
  assert.deepEqual(await listed(), [master]);
});

test('only the management account manages, and it cannot go', async () => {
  await gather(master, member);
  const managing = {
    ListAccounts: {},
    DescribeAccount: { AccountId: member },
    RemoveAccountFromOrganization: { AccountId: member },
    InviteAccountToOrganization: { Target: { Id: other, Type: 'ACCOUNT' } },
    ListHandshakesForOrganization: {},
    ListRoots: {},
    ListParents: { ChildId: member },
  };
  for (const [operation, input] of Object.entries(managing)) {
    assert.equal(await codeOf(member, operation, input), 'AccessDeniedException', operation);
    assert.equal(await codeOf(other, operation, input), 'AWSOrganizationsNotInUseException', operation);
  }
  const cannotLeave = 'MasterCannotLeaveOrganizationException';
  assert.equal(await codeOf(master, 'LeaveOrganization'), cannotLeave);
  assert.equal(await codeOf(master, 'RemoveAccountFromOrganization', { AccountId: master }), cannotLeave);
  const absent = { AccountId: other };
  assert.equal(await codeOf(master, 'RemoveAccountFromOrganization', absent), 'AccountNotFoundException');
  assert.equal(await codeOf(master, 'DescribeAccount', absent), 'AccountNotFoundException');
  assert.equal(await codeOf(master, 'ListParents', { ChildId: other }), 'ChildNotFoundException');
  assert.equal(await codeOf(other, 'LeaveOrganization'), 'AWSOrganizationsNotInUseException');
});

test('an invitation is decided once, by the one whose decision it is', async () => {
  await gather(master);
  const Target = { Id: member, Type: 'ACCOUNT' };
  const declined = { HandshakeId: await invite(master, member) };
  const duplicate = await codeOf(master, 'InviteAccountToOrganization', { Target });
  assert.equal(duplicate, 'DuplicateHandshakeException');
  assert.equal(await codeOf(master, 'AcceptHandshake', declined), 'AccessDeniedException');
  assert.equal(await codeOf(master, 'DeclineHandshake', declined), 'AccessDeniedException');
  assert.equal(await codeOf(member, 'CancelHandshake', declined), 'AccessDeniedException');
  assert.equal(await codeOf(other, 'AcceptHandshake', declined), 'HandshakeNotFoundException');
  assert.equal(await codeOf(other, 'DescribeHandshake', declined), 'HandshakeNotFoundException');
  const { State } = (await call(member, 'DeclineHandshake', declined)).body.Handshake;
  assert.equal(State, 'DECLINED');
  assert.equal(await codeOf(member, 'DeclineHandshake', declined), 'HandshakeAlreadyInStateException');
  assert.equal(await codeOf(member, 'AcceptHandshake', declined), 'InvalidHandshakeTransitionException');
  assert.equal(await codeOf(master, 'CancelHandshake', declined), 'InvalidHandshakeTransitionException');

  const canceled = { HandshakeId: await invite(master, member) };
  assert.equal((await call(master, 'CancelHandshake', canceled)).body.Handshake.State, 'CANCELED');
  assert.equal(await codeOf(master, 'CancelHandshake', canceled), 'HandshakeAlreadyInStateException');
  assert.equal(await codeOf(member, 'AcceptHandshake', canceled), 'InvalidHandshakeTransitionException');

  const accepted = { HandshakeId: await invite(master, member) };
  await call(member, 'AcceptHandshake', accepted);
  assert.equal(await codeOf(member, 'AcceptHandshake', accepted), 'HandshakeAlreadyInStateException');
  const again = (await call(master, 'InviteAccountToOrganization', { Target })).body;
  assert.deepEqual(
    [again.__type, again.Reason],
    ['HandshakeConstraintViolationException', 'ALREADY_IN_AN_ORGANIZATION'],
  );
});

test('an invitation expires, and is forgotten 30 days later', async () => {
  await gather(master);
  const old = { HandshakeId: await invite(master, member) };
  const stateOf = async (about: object) =>
    (await call(member, 'DescribeHandshake', about)).body.Handshake?.State;
  clock.aheadMs = 15 * dayMs - 60_000;
  assert.equal(await stateOf(old), 'OPEN');
  clock.aheadMs = 15 * dayMs + 60_000;
  assert.equal(await stateOf(old), 'EXPIRED');
  assert.equal(await codeOf(member, 'AcceptHandshake', old), 'InvalidHandshakeTransitionException');
  const fresh = { HandshakeId: await invite(master, member) };
  clock.aheadMs = 45 * dayMs + 120_000;
  assert.equal(await codeOf(member, 'DescribeHandshake', old), 'HandshakeNotFoundException');
  const seen = (await call(member, 'ListHandshakesForAccount')).body.Handshakes;
  assert.deepEqual([seen.length, seen[0].Id, seen[0].State], [1, fresh.HandshakeId, 'EXPIRED']);
});

test('a member goes over to another organization by accepting; who manages one cannot', async () => {
  const first = await gather(master, member);
  const second = await gather(other);
  const toMember = { HandshakeId: await invite(other, member) };
  const toMaster = { HandshakeId: await invite(other, master) };
  const refused = await codeOf(master, 'AcceptHandshake', toMaster);
  assert.equal(refused, 'MasterCannotLeaveOrganizationException');
  const { State } = (await call(master, 'DescribeHandshake', toMaster)).body.Handshake;
  assert.equal(State, 'OPEN', 'what was refused did not happen');
  await call(member, 'AcceptHandshake', toMember);
  assert.equal((await call(member, 'DescribeOrganization')).body.Organization.Id, second);
  const left = store.cloud.organizations.find(first)!.members.map(({ accountId }) => accountId);
  assert.deepEqual(left, [master]);
});

test('lists come in pages', async () => {
  const accountIds = Array.from({ length: 24 }, (_, index) => String(500_000_000_000 + index));
  await gather(master, ...accountIds);
  const first = (await call(master, 'ListAccounts')).body;
  assert.equal(first.Accounts.length, 20);
  const { NextToken } = first;
  await call(master, 'RemoveAccountFromOrganization', { AccountId: first.Accounts[19].Id });
  const second = (await call(master, 'ListAccounts', { NextToken })).body;
  const seen = [...first.Accounts, ...second.Accounts].map(({ Id }) => Id);
  assert.deepEqual(seen, [master, ...accountIds]);
  assert.equal(second.NextToken, undefined);
  const small = (await call(master, 'ListHandshakesForOrganization', { MaxResults: 5 })).body;
  assert.equal(small.Handshakes.length, 5);
  const none = { Filter: { ActionType: 'ENABLE_ALL_FEATURES' } };
  assert.deepEqual((await call(master, 'ListHandshakesForOrganization', none)).body, { Handshakes: [] });
});

test('input is looked at: each fault has its reason', async () => {
  await gather(master);
  const target = (Id: unknown, Type: unknown) => ({ Target: { Id, Type } });
  const cases: [string, object, string][] = [
    ['DescribeAccount', {}, 'INPUT_REQUIRED'],
    ['DescribeAccount', { AccountId: '1' }, 'INVALID_PATTERN'],
    ['DescribeHandshake', { HandshakeId: 'o-1' }, 'INVALID_PATTERN'],
    ['InviteAccountToOrganization', {}, 'INPUT_REQUIRED'],
    ['InviteAccountToOrganization', target(other, 'ORGANIZATION'), 'INVALID_PARTY_TYPE_TARGET'],
    ['InviteAccountToOrganization', target('x', 'ACCOUNT'), 'INVALID_PATTERN'],
    [
      'InviteAccountToOrganization',
      { ...target(other, 'ACCOUNT'), Notes: 'x'.repeat(1025) },
      'MAX_LENGTH_EXCEEDED',
    ],
    ['ListAccounts', { MaxResults: 21 }, 'MAX_VALUE_EXCEEDED'],
    ['ListAccounts', { MaxResults: 0 }, 'MIN_VALUE_EXCEEDED'],
    ['ListAccounts', { NextToken: 'x' }, 'INVALID_NEXT_TOKEN'],
    ['ListHandshakesForAccount', { Filter: { ActionType: 'X' } }, 'INVALID_ENUM'],
  ];
  for (const [operation, input, reason] of cases) {
    const { status, body } = await call(master, operation, input);
    assert.deepEqual([status, body.__type, body.Reason], [400, 'InvalidInputException', reason], operation);
  }
  assert.equal(await codeOf(master, 'DescribeAccount', { AccountId: 1 }), 'SerializationException');
  assert.equal(await codeOf(master, 'ListAccounts', {}, { rawBody: '{' }), 'SerializationException');
  assert.equal(await codeOf(master, 'ListAccounts', {}, { rawBody: '[]' }), 'SerializationException');
});

test('what is not built says so by name, and what AWS has not is unknown', async () => {
  await gather(master);
  const notBuilt = [
    'CreateOrganizationalUnit',
    'EnablePolicyType',
    'CreateAccount',
    'MoveAccount',
    'TagResource',
  ];
  for (const operation of notBuilt) {
    const { status, body } = await call(master, operation);
    assert.deepEqual([status, body.__type], [501, 'NotImplemented']);
    assert.match(body.message, new RegExp(`organizations:${operation}\\.`));
  }
  const Target = { Id: 'account@example.com', Type: 'EMAIL' };
  assert.equal(await codeOf(master, 'InviteAccountToOrganization', { Target }), 'NotImplemented');
  const tagged = { Target: { Id: other, Type: 'ACCOUNT' }, Tags: [{ Key: 'k', Value: 'v' }] };
  assert.equal(await codeOf(master, 'InviteAccountToOrganization', tagged), 'NotImplemented');
  const unit = { ChildId: 'ou-abcd-12345678' };
  assert.equal(await codeOf(master, 'ListParents', unit), 'NotImplemented');
  assert.equal(await codeOf(master, 'ListUnicorns'), 'UnknownOperationException');
  assert.equal(await codeOf(master, 'constructor'), 'UnknownOperationException');
});

test('signatures are verified, and at its own name they are for us-east-1', async () => {
  await gather(master);
  assert.equal(
    await codeOf(master, 'ListRoots', {}, { isSigned: false }),
    'MissingAuthenticationTokenException',
  );
  const stranger = { accessKeyId: 'AKIANOBODY0000000001', secretAccessKey: 'x' };
  const unknown = await codeOf(master, 'ListRoots', {}, { credentials: stranger });
  assert.equal(unknown, 'UnrecognizedClientException');
  const far = { region: 'eu-west-1' };
  assert.equal((await call(master, 'ListRoots', {}, far)).status, 200, 'at the endpoint of the machine');
  assert.equal(await codeOf(master, 'ListRoots', {}, { region: 'moon-1' }), 'InvalidSignatureException');
  world.arrival = { ...direct, frontEnd: { service: 'organizations', region: 'us-east-1' } };
  assert.equal((await call(master, 'ListRoots')).status, 200);
  assert.equal(await codeOf(master, 'ListRoots', {}, far), 'InvalidSignatureException');
});

test('users may do what their policies say, of the accounts and invitations that these name', async () => {
  const organizationId = await gather(master, member, other);
  const ada = addUser(master, [
    { Effect: 'Allow', Action: 'organizations:*', Resource: '*' },
    { Effect: 'Deny', Action: 'organizations:ListAccounts', Resource: '*' },
    {
      Effect: 'Deny',
      Action: 'organizations:RemoveAccountFromOrganization',
      Resource: `arn:aws:organizations::${master}:account/${organizationId}/${member}`,
    },
  ]);
  const forged = { credentials: { ...ada.credentials, secretAccessKey: 'guess' } };
  assert.equal(await codeOf(master, 'ListRoots', {}, forged), 'InvalidSignatureException');
  assert.equal((await call(master, 'ListRoots', {}, ada)).status, 200);
  const { body } = await call(master, 'ListAccounts', {}, ada);
  assert.equal(body.__type, 'AccessDeniedException');
  assert.match(
    body.Message,
    /^User: .*user\/ada is not authorized to perform: organizations:ListAccounts on resource: \* with an explicit deny/,
  );
  assert.equal(lines.at(-1)!.deniedBy, 'inline policy own of user ada');
  const remove = (AccountId: string) => codeOf(master, 'RemoveAccountFromOrganization', { AccountId }, ada);
  assert.equal(await remove(member), 'AccessDeniedException');
  assert.deepEqual(await remove(other), {});
});
