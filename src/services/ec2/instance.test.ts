import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { type Harness, newHarness, refusal } from '../../../test/operation-harness.ts';
import type { InstanceId } from '../../cloud/id.ts';
import { debianImageId, describeImages } from './image.ts';
import { describeInstances } from './instance.ts';
import { describeInstanceAttribute, modifyInstanceAttribute } from './instance-attribute.ts';
import { recordEnd } from './instance-end.ts';
import { runInstances } from './instance-launch.ts';
import {
  rebootInstances,
  recordShutdown,
  startInstances,
  stopInstances,
  terminateInstances,
} from './instance-state.ts';
import { describeInstanceStatus, getConsoleOutput } from './instance-status.ts';
import { describeInstanceTypeOfferings, describeInstanceTypes } from './instance-type.ts';
import { createNetworkInterface, describeNetworkInterfaces } from './network-interface.ts';
import { createSecurityGroup } from './security-group.ts';
import { createSubnet } from './subnet.ts';
import { createTags } from './tag.ts';
import { createVpc } from './vpc.ts';

function newCloud(CidrBlock = '10.0.1.0/24') {
  const harness = newHarness();
  const VpcId = harness.run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!;
  const SubnetId = harness.run(createSubnet, { VpcId, CidrBlock }).Subnet!.SubnetId!;
  const launch = (more: Partial<RunInstancesRequest> = {}) => {
    const input = {
      ImageId: debianImageId,
      InstanceType: 't3.micro' as const,
      MinCount: 1,
      MaxCount: 1,
      SubnetId,
    };
    return harness.run(runInstances, { ...input, ...more });
  };
  const launchOne = (more?: Partial<RunInstancesRequest>) =>
    launch(more).Instances![0]!.InstanceId as InstanceId;
  return { ...harness, VpcId, SubnetId, launch, launchOne };
}

function stateOf({ run }: Pick<Harness, 'run'>, InstanceId: string): string {
  const { Reservations } = run(describeInstances, { InstanceIds: [InstanceId] });
  return Reservations![0]!.Instances![0]!.State!.Name!;
}

test('an instance begins as pending with an address, the default group and its own interface', () => {
  const { launch, run, VpcId, SubnetId } = newCloud();
  const { Instances, OwnerId, ReservationId } = launch();
  const [instance] = Instances!;
  assert.equal(OwnerId, '111111111111');
  assert.match(ReservationId!, /^r-[0-9a-f]{17}$/);
  assert.deepEqual(instance!.State, { Name: 'pending', Code: 0 });
  assert.equal(instance!.PrivateIpAddress, '10.0.1.4');
  assert.equal(instance!.PrivateDnsName, 'ip-10-0-1-4.ec2.internal');
  assert.equal(instance!.SecurityGroups![0]!.GroupName, 'default');
  const [eni] = run(describeNetworkInterfaces, { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] })
    .NetworkInterfaces!;
  assert.equal(eni!.Attachment!.InstanceId, instance!.InstanceId);
  assert.equal(eni!.Attachment!.DeleteOnTermination, true);
  assert.equal(eni!.Status, 'in-use');
  assert.equal(eni!.SubnetId, SubnetId);
});

test('the state is what was asked for against what the sandbox does', () => {
  const cloud = newCloud();
  const { launchOne, run, world } = cloud;
  const id = launchOne();
  world.instances.set(id, { sandbox: 'booting' });
  assert.equal(stateOf(cloud, id), 'pending');
  world.instances.set(id, { sandbox: 'running' });
  assert.equal(stateOf(cloud, id), 'running');
  const [stopping] = run(stopInstances, { InstanceIds: [id] }).StoppingInstances!;
  assert.deepEqual(stopping!.PreviousState, { Name: 'running', Code: 16 });
  assert.deepEqual(stopping!.CurrentState, { Name: 'stopping', Code: 64 });
  world.instances.delete(id);
  assert.equal(stateOf(cloud, id), 'stopped');
  const [starting] = run(startInstances, { InstanceIds: [id] }).StartingInstances!;
  assert.deepEqual(starting!.CurrentState, { Name: 'pending', Code: 0 });
  world.instances.set(id, { sandbox: 'running' });
  const [ending] = run(terminateInstances, { InstanceIds: [id] }).TerminatingInstances!;
  assert.deepEqual(ending!.CurrentState, { Name: 'shutting-down', Code: 32 });
  world.instances.delete(id);
  cloud.store.change((inside) => recordEnd(inside, id));
  assert.equal(stateOf(cloud, id), 'terminated');
});

test('a start and a reboot each ask for a new boot; a second start does not', () => {
  const { launchOne, run, store } = newCloud();
  const id = launchOne();
  const bootNumber = () => store.cloud.instances.find(id)!.bootNumber;
  assert.equal(bootNumber(), 1);
  run(rebootInstances, { InstanceIds: [id] });
  assert.equal(bootNumber(), 2);
  run(stopInstances, { InstanceIds: [id] });
  run(startInstances, { InstanceIds: [id] });
  run(startInstances, { InstanceIds: [id] });
  assert.equal(bootNumber(), 3);
});

test('an instance that is on its way down cannot be started, a terminated one not stopped or rebooted', () => {
  const { launchOne, run, world } = newCloud();
  const id = launchOne();
  world.instances.set(id, { sandbox: 'running' });
  run(stopInstances, { InstanceIds: [id] });
  assert.throws(
    () => run(startInstances, { InstanceIds: [id] }),
    refusal('IncorrectInstanceState', `The instance '${id}' is not in a state from which it can be started.`),
  );
  assert.throws(() => run(rebootInstances, { InstanceIds: [id] }), refusal('IncorrectInstanceState'));
  run(terminateInstances, { InstanceIds: [id] });
  assert.throws(
    () => run(stopInstances, { InstanceIds: [id] }),
    refusal(
      'IncorrectInstanceState',
      `This instance '${id}' is not in a state from which it can be stopped.`,
    ),
  );
});

test('tags for volumes are taken along, as by every template, and go to nothing else', () => {
  const { launchOne, run } = newCloud();
  const tags = (ResourceType: 'instance' | 'volume') => ({
    ResourceType,
    Tags: [{ Key: 'of', Value: ResourceType }],
  });
  launchOne({ TagSpecifications: [tags('volume'), tags('instance')] });
  const [reservation] = run(describeInstances, {}).Reservations!;
  assert.deepEqual(reservation!.Instances![0]!.Tags, [{ Key: 'of', Value: 'instance' }]);
});

test('a terminated instance gives its address back, is seen for an hour and is then forgotten', () => {
  const { launchOne, run, clock, store, SubnetId } = newCloud();
  const id = launchOne({
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] }],
  });
  run(terminateInstances, { InstanceIds: [id] });
  const Filters = [{ Name: 'subnet-id', Values: [SubnetId] }];
  assert.deepEqual(run(describeNetworkInterfaces, { Filters }).NetworkInterfaces, []);
  clock.now = new Date(clock.now.getTime() + 59 * 60_000);
  assert.equal(run(describeInstances, {}).Reservations!.length, 1);
  clock.now = new Date(clock.now.getTime() + 2 * 60_000);
  assert.equal(run(describeInstances, {}).Reservations!.length, 0);
  assert.throws(
    () => run(describeInstances, { InstanceIds: [id] }),
    refusal('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`),
  );
  launchOne();
  assert.equal(store.cloud.instances.has(id), false);
  assert.equal(store.cloud.tagSets.has(id), false);
});

test('an interface that was there before outlives its instance', () => {
  const { launchOne, run, SubnetId } = newCloud();
  const eni = run(createNetworkInterface, { SubnetId }).NetworkInterface!.NetworkInterfaceId!;
  const NetworkInterfaces = [{ DeviceIndex: 0, NetworkInterfaceId: eni }];
  const id = launchOne({ SubnetId: undefined as never, NetworkInterfaces });
  run(terminateInstances, { InstanceIds: [id] });
  const [left] = run(describeNetworkInterfaces, { NetworkInterfaceIds: [eni] }).NetworkInterfaces!;
  assert.equal(left!.Status, 'available');
  assert.equal(left!.Attachment, undefined);
});

test('termination protection holds until it is lifted', () => {
  const { launchOne, run, store } = newCloud();
  const id = launchOne({ DisableApiTermination: true });
  assert.throws(() => run(terminateInstances, { InstanceIds: [id] }), refusal('OperationNotPermitted'));
  run(modifyInstanceAttribute, { InstanceId: id, DisableApiTermination: { Value: false } });
  run(terminateInstances, { InstanceIds: [id] });
  assert.equal(store.cloud.instances.find(id)!.desiredState, 'terminated');
});

test('a machine that powers itself off is stopped, or terminated where it was told so', () => {
  const { launchOne, store, clock } = newCloud();
  const stopping = launchOne();
  const ending = launchOne({ InstanceInitiatedShutdownBehavior: 'terminate' });
  const crashing = launchOne({ InstanceInitiatedShutdownBehavior: 'terminate' });
  store.change((cloud) => recordShutdown(cloud, stopping, 1, clock.now));
  store.change((cloud) => recordShutdown(cloud, ending, 1, clock.now));
  store.change((cloud) => recordShutdown(cloud, crashing, 1, clock.now, 'crash'));
  const find = (id: InstanceId) => store.cloud.instances.find(id)!;
  assert.equal(find(stopping).desiredState, 'stopped');
  assert.equal(find(stopping).stateReason!.code, 'Client.InstanceInitiatedShutdown');
  assert.equal(find(ending).desiredState, 'terminated');
  assert.equal(find(crashing).desiredState, 'stopped');
});

test('the end of an older boot changes nothing', () => {
  const { launchOne, run, store, clock } = newCloud();
  const id = launchOne();
  run(rebootInstances, { InstanceIds: [id] });
  store.change((cloud) => recordShutdown(cloud, id, 1, clock.now));
  assert.equal(store.cloud.instances.find(id)!.desiredState, 'running');
});

test('as many instances as find room are started, and none when fewer than the least', () => {
  const { launch, store } = newCloud('10.0.1.0/28');
  assert.equal(launch({ MinCount: 2, MaxCount: 20 }).Instances!.length, 11);
  const full = refusal('InsufficientFreeAddressesInSubnet', /There are not enough free addresses in subnet/);
  assert.throws(() => launch(), full);
  const addresses = new Set([...store.cloud.networkInterfaces.all()].map((eni) => eni.privateIpAddress));
  assert.equal(addresses.size, 11);
});

test('the same client token gives the same instances again', () => {
  const { launch, store } = newCloud();
  const first = launch({ ClientToken: 'once' });
  assert.equal(launch({ ClientToken: 'once' }).Instances![0]!.InstanceId, first.Instances![0]!.InstanceId);
  assert.equal(store.cloud.instances.size, 1);
  assert.throws(() => launch({ ClientToken: 'once', MaxCount: 2 }), refusal('IdempotentParameterMismatch'));
});

test('a launch that AWS would refuse is refused in its words and leaves nothing', () => {
  const { launch, launchOne, run, store, VpcId, SubnetId } = newCloud();
  launchOne({ PrivateIpAddress: '10.0.1.9' });
  const foreignVpc = run(createVpc, { CidrBlock: '10.9.0.0/16' }).Vpc!.VpcId!;
  const foreign = run(createSecurityGroup, { GroupName: 'x', Description: 'x', VpcId: foreignVpc }).GroupId!;
  const before = store.cloud.generation;
  const cases: [Partial<RunInstancesRequest>, string, (string | RegExp)?][] = [
    [{ SubnetId: undefined as never }, 'VPCIdNotSpecified', /^No default VPC for this user\./],
    [{ SubnetId: 'subnet-0123456789abcdef0' }, 'InvalidSubnetID.NotFound'],
    [
      { ImageId: 'ami-0123456789abcdef0' },
      'InvalidAMIID.NotFound',
      "The image id '[ami-0123456789abcdef0]' does not exist",
    ],
    [{ ImageId: 'debian' }, 'InvalidAMIID.Malformed'],
    [{ ImageId: undefined as never }, 'MissingParameter'],
    [{ InstanceType: 'c7g.large' }, 'Unsupported'],
    [{ InstanceType: 'big' as never }, 'InvalidParameterValue'],
    [{ MinCount: 0 }, 'InvalidParameterValue'],
    [{ MinCount: 3, MaxCount: 2 }, 'InvalidParameterValue'],
    [{ KeyName: 'me' }, 'InvalidKeyPair.NotFound', "The key pair 'me' does not exist"],
    [{ SecurityGroupIds: ['sg-0123456789abcdef0'] }, 'InvalidGroup.NotFound'],
    [{ SecurityGroupIds: [foreign] }, 'InvalidParameter', /belong to different networks/],
    [{ PrivateIpAddress: '10.0.1.9' }, 'InvalidIPAddress.InUse', 'Address 10.0.1.9 is in use.'],
    [{ PrivateIpAddress: '10.0.1.1' }, 'InvalidParameterValue', /reserved address range/],
    [
      { PrivateIpAddress: '10.0.2.9' },
      'InvalidParameterValue',
      /does not fall within the subnet's address range/,
    ],
    [{ PrivateIpAddress: '10.0.1.10', MaxCount: 2 }, 'InvalidParameterCombination'],
    [{ UserData: '%%%' }, 'InvalidUserData.Malformed'],
    [{ UserData: Buffer.alloc(16_385).toString('base64') }, 'InvalidParameterValue', /16384 bytes/],
    [{ NetworkInterfaces: [{ DeviceIndex: 0, SubnetId }] }, 'InvalidParameterCombination'],
    [
      { IamInstanceProfile: { Name: 'role' } },
      'InvalidParameterValue',
      'Value (role) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
    ],
    [{ MetadataOptions: { HttpPutResponseHopLimit: 65 } }, 'InvalidParameterValue'],
    [{ TagSpecifications: [{ ResourceType: 'vpc', Tags: [] }] }, 'InvalidParameterValue'],
    [{ TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'aws:x' }] }] }, 'InvalidParameterValue'],
    [{ Placement: { AvailabilityZone: 'us-east-1f' } }, 'InvalidParameterValue'],
  ];
  for (const [more, code, message] of cases) {
    assert.throws(() => launch(more), refusal(code, message), JSON.stringify(more));
  }
  const several = [0, 1, 2].map((DeviceIndex) => ({ DeviceIndex, SubnetId }));
  const tooMany = { SubnetId: undefined as never, NetworkInterfaces: several };
  assert.throws(() => launch(tooMany), refusal('AttachmentLimitExceeded'));
  assert.equal(store.cloud.generation, before);
  assert.equal(VpcId.startsWith('vpc-'), true);
});

test("instances of another account or region are nobody's business", () => {
  const { launchOne, run } = newCloud();
  const InstanceIds = [launchOne()];
  const stranger = { accountId: '222222222222' };
  assert.throws(
    () => run(describeInstances, { InstanceIds }, stranger),
    refusal('InvalidInstanceID.NotFound'),
  );
  assert.throws(
    () => run(terminateInstances, { InstanceIds }, stranger),
    refusal('InvalidInstanceID.NotFound'),
  );
  assert.equal(run(describeInstances, {}, { region: 'eu-west-1' }).Reservations!.length, 0);
});

test('several ids that are not there are named together', () => {
  const { run } = newCloud();
  const InstanceIds = ['i-0123456789abcdef0', 'i-0123456789abcdef1'];
  assert.throws(
    () => run(describeInstances, { InstanceIds }),
    refusal('InvalidInstanceID.NotFound', `The instance IDs '${InstanceIds.join(', ')}' do not exist`),
  );
  const malformed = refusal('InvalidInstanceID.Malformed');
  assert.throws(() => run(describeInstances, { InstanceIds: ['web'] }), malformed);
});

test('instances are found by state, tag and address', () => {
  const { launch, launchOne, run, world } = newCloud();
  launch({ MinCount: 2, MaxCount: 2 });
  const id = launchOne({ PrivateIpAddress: '10.0.1.50' });
  run(createTags, { Resources: [id], Tags: [{ Key: 'Name', Value: 'web-1' }] });
  world.instances.set(id, { sandbox: 'running' });
  const find = (Name: string, value: string) =>
    run(describeInstances, { Filters: [{ Name, Values: [value] }] })
      .Reservations!.flatMap((reservation) => reservation.Instances!)
      .map((instance) => instance.InstanceId);
  assert.deepEqual(find('instance-state-name', 'running'), [id]);
  assert.equal(find('instance-state-code', '0').length, 2);
  assert.deepEqual(find('tag:Name', 'web-*'), [id]);
  assert.deepEqual(find('private-ip-address', '10.0.1.50'), [id]);
  assert.equal(find('tenancy', 'default').length, 3);
  assert.deepEqual(find('platform', 'windows'), []);
  assert.deepEqual(find('network-interface.private-dns-name', 'ip-10-0-1-50.ec2.internal'), [id]);
  assert.throws(
    () => find('colour', 'red'),
    refusal('InvalidParameterValue', "The filter 'colour' is invalid"),
  );
});

test('status checks speak of running instances, of the others on request', () => {
  const { launchOne, run, world } = newCloud();
  const id = launchOne();
  assert.deepEqual(run(describeInstanceStatus, {}).InstanceStatuses, []);
  const [waiting] = run(describeInstanceStatus, { IncludeAllInstances: true }).InstanceStatuses!;
  assert.equal(waiting!.InstanceStatus!.Status, 'not-applicable');
  world.instances.set(id, { sandbox: 'running' });
  const [running] = run(describeInstanceStatus, { InstanceIds: [id] }).InstanceStatuses!;
  assert.equal(running!.InstanceStatus!.Status, 'ok');
  assert.equal(running!.SystemStatus!.Status, 'ok');
});

test('the console is given as it is, in base64, and not at all while it is empty', () => {
  const { launchOne, run, world } = newCloud();
  const id = launchOne();
  assert.equal(run(getConsoleOutput, { InstanceId: id }).Output, undefined);
  const timestamp = new Date('2026-01-31T12:01:00.000Z');
  world.consoles.set(id, { text: 'login: ', timestamp });
  const output = run(getConsoleOutput, { InstanceId: id, Latest: true });
  assert.equal(Buffer.from(output.Output!, 'base64').toString(), 'login: ');
  assert.deepEqual(output.Timestamp, timestamp);
});

test('attributes are shown and changed one at a time; some only while the instance is stopped', () => {
  const { launchOne, run, world, VpcId } = newCloud();
  const InstanceId = launchOne({ UserData: Buffer.from('#!/bin/sh\n').toString('base64') });
  const show = (Attribute: string) =>
    run(describeInstanceAttribute, { InstanceId, Attribute: Attribute as never });
  assert.equal(Buffer.from(show('userData').UserData!.Value!, 'base64').toString(), '#!/bin/sh\n');
  assert.equal(show('disableApiTermination').DisableApiTermination!.Value, false);
  assert.equal(show('sourceDestCheck').SourceDestCheck!.Value, true);
  assert.throws(() => show('colour'), refusal('InvalidParameterValue'));

  run(modifyInstanceAttribute, { InstanceId, SourceDestCheck: { Value: false } });
  assert.equal(show('sourceDestCheck').SourceDestCheck!.Value, false);
  const group = run(createSecurityGroup, { GroupName: 'web', Description: 'web', VpcId }).GroupId!;
  run(modifyInstanceAttribute, { InstanceId, Groups: [group] });
  assert.deepEqual(show('groupSet').Groups, [{ GroupId: group, GroupName: 'web' }]);

  world.instances.set(InstanceId, { sandbox: 'running' });
  const change = () => run(modifyInstanceAttribute, { InstanceId, InstanceType: { Value: 'm5.large' } });
  assert.throws(change, refusal('IncorrectInstanceState'));
  run(stopInstances, { InstanceIds: [InstanceId] });
  world.instances.delete(InstanceId);
  change();
  assert.equal(show('instanceType').InstanceType!.Value, 'm5.large');
  const two = { SourceDestCheck: { Value: true }, DisableApiTermination: { Value: true } };
  assert.throws(
    () => run(modifyInstanceAttribute, { InstanceId, ...two }),
    refusal('InvalidParameterCombination'),
  );
});

test("there is one image, Amazon's, and instances start from it", () => {
  const { run } = newHarness();
  const [image, ...others] = run(describeImages, { Owners: ['amazon'] }).Images!;
  assert.equal(others.length, 0);
  assert.equal(image!.ImageId, debianImageId);
  assert.deepEqual(run(describeImages, { Owners: ['self'] }).Images, []);
  const Filters = [{ Name: 'name', Values: ['debian-12-*'] }];
  assert.equal(run(describeImages, { Filters }).Images!.length, 1);
  const ImageIds = ['ami-0123456789abcdef0'];
  assert.throws(() => run(describeImages, { ImageIds }), refusal('InvalidAMIID.NotFound'));
});

test('instance types are those of the catalogue, offered in every zone', () => {
  const { run } = newHarness();
  const [type] = run(describeInstanceTypes, { InstanceTypes: ['t3.micro'] }).InstanceTypes!;
  assert.equal(type!.MemoryInfo!.SizeInMiB, 1024);
  assert.equal(type!.NetworkInfo!.MaximumNetworkInterfaces, 2);
  assert.throws(
    () => run(describeInstanceTypes, { InstanceTypes: ['t9.huge' as never] }),
    refusal('InvalidInstanceType', 'The following supplied instance types do not exist: [t9.huge]'),
  );
  const Filters = [{ Name: 'instance-type', Values: ['t3.micro'] }];
  const input = { LocationType: 'availability-zone' as const, Filters };
  const zones = run(describeInstanceTypeOfferings, input).InstanceTypeOfferings!;
  assert.ok(zones.some((offering) => offering.Location === 'us-east-1a'));
});
