import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { describeAccountAttributes } from './account-attribute.ts';
import { describeInstanceCreditSpecifications } from './credit-specification.ts';
import { debianImageId } from './image.ts';
import { runInstances } from './instance-launch.ts';
import { describeIamInstanceProfileAssociations } from './instance-profile-association.ts';
import { describeKeyPairs } from './key-pair.ts';
import { describeLaunchTemplates } from './launch-template.ts';
import { createSubnet } from './subnet.ts';
import {
  describeTransitGatewayConnects,
  describeTransitGatewayMulticastDomains,
  describeTransitGatewayPeeringAttachments,
} from './transit-gateway-absent.ts';
import { describeVolumes } from './volume.ts';
import { createVpc } from './vpc.ts';

test('of what the cloud does not have it lists none', () => {
  const { run } = newHarness();
  const named = (Name: string) => ({ Filters: [{ Name, Values: ['x'] }] });
  assert.deepEqual(run(describeVolumes, named('attachment.instance-id')), { Volumes: [] });
  assert.deepEqual(run(describeKeyPairs, named('tag:Name')), { KeyPairs: [] });
  assert.deepEqual(run(describeLaunchTemplates, named('launch-template-name')), { LaunchTemplates: [] });
  assert.deepEqual(run(describeLaunchTemplates, { MaxResults: 1 }), { LaunchTemplates: [] });
  assert.deepEqual(run(describeTransitGatewayPeeringAttachments, named('remote-owner-id')), {
    TransitGatewayPeeringAttachments: [],
  });
  assert.deepEqual(run(describeTransitGatewayConnects, named('state')), { TransitGatewayConnects: [] });
  assert.deepEqual(run(describeTransitGatewayMulticastDomains, named('state')), {
    TransitGatewayMulticastDomains: [],
  });
  assert.deepEqual(run(describeIamInstanceProfileAssociations, named('instance-id')), {
    IamInstanceProfileAssociations: [],
  });
  assert.deepEqual(run(describeInstanceCreditSpecifications, named('instance-id')), {
    InstanceCreditSpecifications: [],
  });
});

test('what is named is not found, and a malformed id is told from one that is not there', () => {
  const { run } = newHarness();
  const volumes = (...VolumeIds: string[]) => run(describeVolumes, { VolumeIds });
  assert.throws(() => volumes('vol-0123456789abcdef0'), refusal('InvalidVolume.NotFound'));
  assert.throws(() => volumes('root'), refusal('InvalidParameterValue', /Expected: 'vol-\.\.\.'/));
  const missingKey = refusal('InvalidKeyPair.NotFound', "The key pair 'me' does not exist");
  assert.throws(() => run(describeKeyPairs, { KeyNames: ['me'] }), missingKey);
  const templates = (LaunchTemplateIds: string[], LaunchTemplateNames: string[] = []) =>
    run(describeLaunchTemplates, { LaunchTemplateIds, LaunchTemplateNames });
  const id = 'lt-0123456789abcdef0';
  assert.throws(
    () => templates([id]),
    refusal(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${id}, does not exist.`,
    ),
  );
  assert.throws(() => templates(['web']), refusal('InvalidLaunchTemplateId.Malformed'));
  assert.throws(() => templates([], ['web']), refusal('InvalidLaunchTemplateName.NotFoundException'));
  const TransitGatewayAttachmentIds = ['tgw-attach-0123456789abcdef0'];
  for (const describe of [describeTransitGatewayPeeringAttachments, describeTransitGatewayConnects])
    assert.throws(
      () => run(describe, { TransitGatewayAttachmentIds }),
      refusal('InvalidTransitGatewayAttachmentID.NotFound'),
    );
  assert.throws(
    () =>
      run(describeTransitGatewayMulticastDomains, {
        TransitGatewayMulticastDomainIds: ['tgw-mcast-domain-0123456789abcdef0'],
      }),
    refusal('InvalidTransitGatewayMulticastDomainId.NotFound'),
  );
  const AssociationIds = ['iip-assoc-0123456789abcdef0'];
  assert.throws(
    () => run(describeIamInstanceProfileAssociations, { AssociationIds }),
    refusal('InvalidAssociationID.NotFound'),
  );
});

test('a filter, a page size and a parameter that cannot be are refused all the same', () => {
  const { run } = newHarness();
  const bad = { Filters: [{ Name: 'colour', Values: ['x'] }] };
  const refused = refusal('InvalidParameterValue');
  for (const MaxResults of [1, 5000]) assert.throws(() => run(describeVolumes, { MaxResults }), refused);
  assert.throws(() => run(describeVolumes, bad), refused);
  assert.throws(() => run(describeVolumes, { NextToken: 'x' }), refusal('InvalidNextToken'));
  assert.throws(() => run(describeKeyPairs, bad), refused);
  assert.throws(() => run(describeIamInstanceProfileAssociations, bad), refused);
  assert.throws(() => run(describeInstanceCreditSpecifications, bad), refused);
});

test('an instance of a burstable type has the credits of its type’s default, and others have none', () => {
  const { run } = newHarness();
  const VpcId = run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!;
  const SubnetId = run(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }).Subnet!.SubnetId!;
  const launch = (InstanceType: 't2.micro' | 't3.micro' | 'm5.large') => {
    const one = { ImageId: debianImageId, MinCount: 1, MaxCount: 1, SubnetId, InstanceType };
    return run(runInstances, one).Instances![0]!.InstanceId!;
  };
  const [t2, t3, m5] = [launch('t2.micro'), launch('t3.micro'), launch('m5.large')];
  const ask = (...InstanceIds: string[]) =>
    run(describeInstanceCreditSpecifications, { InstanceIds }).InstanceCreditSpecifications;
  const unlimited = { InstanceId: t3, CpuCredits: 'unlimited' };
  assert.deepEqual(ask(t2, t3), [{ InstanceId: t2, CpuCredits: 'standard' }, unlimited]);
  assert.deepEqual(ask(), [unlimited]);
  assert.throws(() => ask(m5), refusal('InstanceCreditSpecification.NotSupported'));
  assert.throws(() => ask('i-0123456789abcdef0'), refusal('InvalidInstanceID.NotFound'));
  const stranger = { accountId: '222222222222' };
  assert.throws(
    () => run(describeInstanceCreditSpecifications, { InstanceIds: [t3] }, stranger),
    refusal('InvalidInstanceID.NotFound'),
  );
});

test('an account is told what it has and the limits that hold, and no others', () => {
  const { run } = newHarness();
  const ask = (...AttributeNames: string[]) => {
    const input = AttributeNames.length > 0 ? { AttributeNames: AttributeNames as never } : {};
    return run(describeAccountAttributes, input).AccountAttributes!.map(
      ({ AttributeName, AttributeValues }) => [AttributeName, AttributeValues![0]!.AttributeValue],
    );
  };
  const all = [
    ['supported-platforms', 'VPC'],
    ['default-vpc', 'none'],
    ['vpc-max-security-groups-per-interface', '5'],
    ['max-elastic-ips', '5'],
    ['vpc-max-elastic-ips', '5'],
  ];
  assert.deepEqual(ask(), all);
  assert.deepEqual(ask('default-vpc'), [['default-vpc', 'none']]);
  assert.throws(() => ask('max-instances'), refusal('NotImplemented'));
  assert.throws(() => ask('colour'), refusal('InvalidParameterValue'));
});
