import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IamInstanceProfileSpecification, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { debianImageId } from './image.ts';
import { describeInstances } from './instance.ts';
import { runInstances } from './instance-launch.ts';
import { modifyInstanceMetadataOptions } from './instance-metadata-options.ts';
import {
  associateIamInstanceProfile,
  describeIamInstanceProfileAssociations,
  disassociateIamInstanceProfile,
  replaceIamInstanceProfileAssociation,
} from './instance-profile-association.ts';
import { terminateInstances } from './instance-state.ts';

function newCase() {
  const harness = newHarness();
  const { run, store } = harness;
  const { SubnetId } = makeVpc(harness);
  const put = (name: string, accountId = '111111111111') => {
    const arn = `arn:aws:iam::${accountId}:instance-profile/team/${name}`;
    store.change((cloud) =>
      cloud.iamInstanceProfiles.put({
        ...{ arn, accountId, region: 'aws-global', instanceProfileName: name, path: '/team/', tags: {} },
        instanceProfileId: `AIPA${name.toUpperCase().padEnd(17, 'X')}`,
        createDate: '2026-01-31T12:00:00.000Z',
      }),
    );
    return arn;
  };
  const launch = (more: Partial<RunInstancesRequest> = {}) => {
    const one = { ImageId: debianImageId, MinCount: 1, MaxCount: 1, SubnetId };
    return run(runInstances, { ...one, ...more }).Instances![0]!.InstanceId!;
  };
  const find = (id: string) => run(describeInstances, { InstanceIds: [id] }).Reservations![0]!.Instances![0]!;
  const associations = (more = {}) =>
    run(describeIamInstanceProfileAssociations, more).IamInstanceProfileAssociations!;
  return { ...harness, put, launch, find, associations };
}

test('an instance is launched with a profile, named by name or ARN, with a role or without', () => {
  const { put, launch, find, associations, run } = newCase();
  const arn = put('web');
  const byName = launch({ IamInstanceProfile: { Name: 'web' } });
  const byArn = launch({ IamInstanceProfile: { Arn: arn } });
  const without = launch();
  const profile = { Arn: arn, Id: 'AIPAWEBXXXXXXXXXXXXXX' };
  assert.deepEqual(
    [byName, byArn, without].map((id) => find(id).IamInstanceProfile),
    [profile, profile, undefined],
  );
  for (const [Name, value] of [
    ['iam-instance-profile.arn', arn],
    ['iam-instance-profile.id', profile.Id],
    ['iam-instance-profile.name', 'web'],
  ] as const) {
    const found = run(describeInstances, { Filters: [{ Name, Values: [value] }] });
    assert.equal(found.Reservations!.length, 2, Name);
  }
  assert.deepEqual(
    associations({ Filters: [{ Name: 'instance-id', Values: [byArn] }] }).map((each) => each.InstanceId),
    [byArn],
  );
});

test('a profile that is not the account’s is none', () => {
  const { put, launch } = newCase();
  const foreign = put('theirs', '222222222222');
  const refused: [IamInstanceProfileSpecification, string, string?][] = [
    [
      { Name: 'theirs' },
      'InvalidParameterValue',
      'Value (theirs) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
    ],
    [
      { Arn: foreign },
      'InvalidParameterValue',
      `Value (${foreign}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
    ],
    [{ Name: 'theirs', Arn: foreign }, 'InvalidParameterCombination'],
    [{}, 'MissingParameter'],
  ];
  for (const [IamInstanceProfile, code, message] of refused) {
    assert.throws(() => launch({ IamInstanceProfile }), refusal(code, message));
  }
});

test('a profile is associated, replaced and taken away', () => {
  const { put, launch, find, associations, run, clock } = newCase();
  const [web, batch] = [put('web'), put('batch')];
  const InstanceId = launch();
  const Name = 'web';
  const made = run(associateIamInstanceProfile, { InstanceId, IamInstanceProfile: { Name } });
  const association = made.IamInstanceProfileAssociation!;
  assert.match(association.AssociationId!, /^iip-assoc-[0-9a-f]{17}$/);
  assert.deepEqual(associations(), [association]);
  assert.deepEqual(
    [association.InstanceId, association.State, association.Timestamp, association.IamInstanceProfile!.Arn],
    [InstanceId, 'associated', clock.now, web],
  );
  assert.throws(
    () => run(associateIamInstanceProfile, { InstanceId, IamInstanceProfile: { Name } }),
    refusal('IncorrectState', `There is an existing association for instance ${InstanceId}`),
  );
  const AssociationId = association.AssociationId!;
  const IamInstanceProfile = { Name: 'batch' };
  const replaced = run(replaceIamInstanceProfileAssociation, { AssociationId, IamInstanceProfile });
  const next = replaced.IamInstanceProfileAssociation!.AssociationId!;
  assert.notEqual(next, AssociationId);
  assert.equal(find(InstanceId).IamInstanceProfile!.Arn, batch);
  const gone = `An invalid association-id of '${AssociationId}' was given`;
  const old = { AssociationId };
  assert.throws(() => run(disassociateIamInstanceProfile, old), refusal('NoSuchAssociation', gone));
  assert.throws(
    () => associations({ AssociationIds: [AssociationId] }),
    refusal('InvalidAssociationID.NotFound', gone),
  );
  const ended = run(disassociateIamInstanceProfile, { AssociationId: next });
  assert.equal(ended.IamInstanceProfileAssociation!.State, 'disassociating');
  assert.equal(find(InstanceId).IamInstanceProfile, undefined);
  assert.deepEqual(associations(), []);
});

test('an instance that is over has no profile and gets none', () => {
  const { put, launch, associations, run } = newCase();
  put('web');
  const IamInstanceProfile = { Name: 'web' };
  const InstanceId = launch({ IamInstanceProfile });
  run(terminateInstances, { InstanceIds: [InstanceId] });
  assert.deepEqual(associations(), []);
  assert.throws(
    () => run(associateIamInstanceProfile, { InstanceId, IamInstanceProfile }),
    refusal('IncorrectInstanceState'),
  );
});

test('metadata is open as AWS has it, closed at launch or later, and only as far as there is', () => {
  const { launch, find, run, store } = newCase();
  const open = {
    ...{ State: 'applied', HttpEndpoint: 'enabled', HttpTokens: 'optional' },
    ...{ HttpPutResponseHopLimit: 1, HttpProtocolIpv6: 'disabled', InstanceMetadataTags: 'disabled' },
  };
  const InstanceId = launch();
  assert.deepEqual(find(InstanceId).MetadataOptions, open);
  const strict = launch({ MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 } });
  assert.deepEqual(find(strict).MetadataOptions, {
    ...open,
    ...{ HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
  });
  const byTokens = { Filters: [{ Name: 'metadata-options.http-tokens', Values: ['required'] }] };
  assert.equal(run(describeInstances, byTokens).Reservations![0]!.Instances![0]!.InstanceId, strict);

  const changed = run(modifyInstanceMetadataOptions, { InstanceId: strict, HttpEndpoint: 'disabled' });
  assert.deepEqual(changed.InstanceMetadataOptions, find(strict).MetadataOptions);
  assert.equal(find(strict).MetadataOptions!.HttpTokens, 'required');
  run(modifyInstanceMetadataOptions, { InstanceId: strict, InstanceMetadataTags: 'enabled' });
  const before = store.cloud.generation;
  const refused: [object, string][] = [
    [{}, 'MissingParameter'],
    [{ HttpTokens: 'perhaps' }, 'InvalidParameterValue'],
    [{ HttpPutResponseHopLimit: 0 }, 'InvalidParameterValue'],
    [{ HttpPutResponseHopLimit: 65 }, 'InvalidParameterValue'],
    [{ HttpProtocolIpv6: 'enabled' }, 'NotImplemented'],
    [{ InstanceId: 'i-00000000', HttpTokens: 'optional' }, 'InvalidInstanceID.NotFound'],
  ];
  for (const [more, code] of refused) {
    assert.throws(() => run(modifyInstanceMetadataOptions, { InstanceId, ...more }), refusal(code));
  }
  assert.equal(store.cloud.generation, before);
});
