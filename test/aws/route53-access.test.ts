// Who may do what with hosted zones: IAM policies about the zone, its records and its VPCs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allow, cloud, createUserWithKey, documentOf } from './iam-fixture.ts';
import { changeRecords, createZone, startRoute53 } from './route53-fixture.ts';
import { failure } from './sdk-cloud.ts';

const { client, makeVpc } = await startRoute53(cloud.store);
const owner = client('111111111111');

async function userWith(userName: string, policy?: string) {
  const { caller } = await createUserWithKey(userName, policy);
  return client(caller as Exclude<typeof caller, string>);
}

test('without a policy nothing is allowed, and the refusal names the zone', async () => {
  const id = await createZone(owner, 'closed.example', makeVpc('111111111111'));
  const user = await userWith('nobody');
  await assert.rejects(
    user.getHostedZone({ Id: id }),
    failure(
      'AccessDenied',
      `User: arn:aws:iam::111111111111:user/nobody is not authorized to perform: route53:GetHostedZone on resource: arn:aws:route53:::hostedzone/${id} because no identity-based policy allows the route53:GetHostedZone action`,
    ),
  );
});

test('a policy may name one zone, its record names, types and actions', async () => {
  const [mine, other] = [await createZone(owner, 'mine.example'), await createZone(owner, 'other.example')];
  const user = await userWith(
    'editor',
    documentOf({
      Effect: 'Allow',
      Action: 'route53:ChangeResourceRecordSets',
      Resource: `arn:aws:route53:::hostedzone/${mine}`,
      Condition: {
        'ForAllValues:StringLike': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': '*.dev.mine.example',
        },
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsRecordTypes': ['A'],
          'route53:ChangeResourceRecordSetsActions': ['CREATE', 'UPSERT'],
        },
      },
    }),
  );
  const change = { name: 'a.dev.mine.example', values: ['10.0.0.1'] };
  await changeRecords(user, mine, change);
  for (const refused of [
    { ...change, name: 'a.mine.example' },
    { ...change, type: 'TXT', values: ['"x"'] },
    { ...change, action: 'DELETE' as const },
  ])
    await assert.rejects(changeRecords(user, mine, refused), failure('AccessDenied'));
  await assert.rejects(
    changeRecords(user, other, { ...change, name: 'a.dev.other.example' }),
    failure('AccessDenied'),
  );
});

test('who associates a VPC may have to be allowed that VPC, and to see VPCs', async () => {
  const [first, second] = [makeVpc('111111111111'), makeVpc('111111111111')];
  const id = await createZone(owner, 'vpcs.example', makeVpc('111111111111'));
  const statement = {
    Effect: 'Allow' as const,
    Action: 'route53:AssociateVPCWithHostedZone',
    Resource: `arn:aws:route53:::hostedzone/${id}`,
    Condition: { 'ForAllValues:StringEquals': { 'route53:VPCs': `VPCId=${first},VPCRegion=us-east-1` } },
  };
  const blind = await userWith('blind', documentOf(statement));
  const user = await userWith(
    'associator',
    documentOf(statement, { Effect: 'Allow', Action: 'ec2:DescribeVpcs', Resource: '*' }),
  );
  const associate = (who: typeof user, VPCId: string) =>
    who.associateVPCWithHostedZone({ HostedZoneId: id, VPC: { VPCId, VPCRegion: 'us-east-1' } });
  await assert.rejects(
    associate(user, second),
    failure('AccessDenied', /route53:AssociateVPCWithHostedZone/),
  );
  await assert.rejects(associate(blind, first), failure('AccessDenied', /ec2:DescribeVpcs/));
  await associate(user, first);
});

test('actions without a zone are asked about as such', async () => {
  const user = await userWith('lister', allow(['route53:ListHostedZones', 'route53:GetChange']));
  assert.ok((await user.listHostedZones({})).HostedZones!.length > 0);
  await assert.rejects(user.listHostedZonesByName({}), failure('AccessDenied', /on resource: \* because/));
});
