import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { debianImageId } from './image.ts';
import { runInstances } from './instance-launch.ts';
import { terminateInstances } from './instance-state.ts';
import {
  createNetworkInterface,
  deleteNetworkInterface,
  describeNetworkInterfaces,
} from './network-interface.ts';
import { attachNetworkInterface, detachNetworkInterface } from './network-interface-attachment.ts';
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
} from './network-interface-attribute.ts';
import { createSubnet } from './subnet.ts';
import { createVpc } from './vpc.ts';

function newSubnets() {
  const harness = newHarness();
  const VpcId = harness.run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!;
  const subnet = (CidrBlock: string, AvailabilityZone: string) =>
    harness.run(createSubnet, { VpcId, CidrBlock, AvailabilityZone }).Subnet!.SubnetId!;
  return {
    ...harness,
    VpcId,
    a: subnet('10.0.1.0/24', 'us-east-1a'),
    b: subnet('10.0.2.0/24', 'us-east-1b'),
  };
}

test('an interface is made with an address and a description, found, and deleted', () => {
  const { run, a } = newSubnets();
  const made = run(createNetworkInterface, {
    SubnetId: a,
    Description: 'spare',
    PrivateIpAddress: '10.0.1.77',
    TagSpecifications: [{ ResourceType: 'network-interface', Tags: [{ Key: 'Name', Value: 'spare' }] }],
  }).NetworkInterface!;
  assert.equal(made.Status, 'available');
  assert.equal(made.RequesterManaged, false);
  const Filters = [{ Name: 'addresses.private-ip-address', Values: ['10.0.1.77'] }];
  const [found] = run(describeNetworkInterfaces, { Filters }).NetworkInterfaces!;
  assert.deepEqual(found, made);
  run(deleteNetworkInterface, { NetworkInterfaceId: made.NetworkInterfaceId });
  assert.throws(
    () => run(describeNetworkInterfaces, { NetworkInterfaceIds: [made.NetworkInterfaceId!] }),
    refusal('InvalidNetworkInterfaceID.NotFound'),
  );
});

test('description, groups and source check are changed one at a time', () => {
  const { run, a } = newSubnets();
  const made = run(createNetworkInterface, { SubnetId: a }).NetworkInterface!;
  const NetworkInterfaceId = made.NetworkInterfaceId!;
  run(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, Description: { Value: 'new' } });
  run(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, SourceDestCheck: { Value: false } });
  const show = (Attribute: 'description' | 'sourceDestCheck') =>
    run(describeNetworkInterfaceAttribute, { NetworkInterfaceId, Attribute });
  assert.equal(show('description').Description!.Value, 'new');
  assert.equal(show('sourceDestCheck').SourceDestCheck!.Value, false);
  const foreign = { NetworkInterfaceId, Groups: ['sg-0123456789abcdef0'] };
  assert.throws(() => run(modifyNetworkInterfaceAttribute, foreign), refusal('InvalidGroup.NotFound'));
});

test('a description of more than 255 characters is refused wherever it is given', () => {
  const { run, a } = newSubnets();
  const [longest, tooLong] = ['x'.repeat(255), 'x'.repeat(256)];
  const made = run(createNetworkInterface, { SubnetId: a, Description: longest }).NetworkInterface!;
  assert.equal(made.Description, longest);
  const refused = refusal('InvalidParameterValue', /255/);
  assert.throws(() => run(createNetworkInterface, { SubnetId: a, Description: tooLong }), refused);
  const change = { NetworkInterfaceId: made.NetworkInterfaceId, Description: { Value: tooLong } };
  assert.throws(() => run(modifyNetworkInterfaceAttribute, change), refused);
  const launch = { ImageId: debianImageId, InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1 };
  const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId: a, Description: tooLong }];
  assert.throws(() => run(runInstances, { ...launch, NetworkInterfaces }), refused);
});

test('a second interface is attached in the zone of the instance and detached again; the first stays', () => {
  const { run, a, b } = newSubnets();
  const launched = run(runInstances, {
    ...{ ImageId: debianImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId: a },
  }).Instances![0]!;
  const InstanceId = launched.InstanceId!;
  const create = (SubnetId: string) =>
    run(createNetworkInterface, { SubnetId }).NetworkInterface!.NetworkInterfaceId!;
  const attach = (NetworkInterfaceId: string, DeviceIndex = 1) =>
    run(attachNetworkInterface, { NetworkInterfaceId, InstanceId, DeviceIndex }).AttachmentId!;
  const second = create(a);
  assert.throws(() => attach(create(b)), refusal('InvalidParameterCombination', /same availability zone/));
  assert.throws(() => attach(second, 0), refusal('InvalidParameterValue', /device index '0'/));
  const AttachmentId = attach(second);
  assert.throws(() => attach(second, 2), refusal('InvalidNetworkInterface.InUse'));
  assert.throws(
    () => attach(create(a), 2),
    refusal('AttachmentLimitExceeded', 'Interface count 3 exceeds the limit for t3.micro'),
  );
  assert.throws(
    () => run(deleteNetworkInterface, { NetworkInterfaceId: second }),
    refusal('InvalidNetworkInterface.InUse'),
  );

  run(detachNetworkInterface, { AttachmentId });
  run(deleteNetworkInterface, { NetworkInterfaceId: second });
  const primary = launched.NetworkInterfaces![0]!.Attachment!.AttachmentId!;
  assert.throws(
    () => run(detachNetworkInterface, { AttachmentId: primary }),
    refusal('OperationNotPermitted'),
  );
});

test('an interface told to go with its instance goes', () => {
  const { run, a } = newSubnets();
  const InstanceId = run(runInstances, {
    ...{ ImageId: debianImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId: a },
  }).Instances![0]!.InstanceId!;
  const NetworkInterfaceId = run(createNetworkInterface, { SubnetId: a }).NetworkInterface!
    .NetworkInterfaceId!;
  const AttachmentId = run(attachNetworkInterface, { NetworkInterfaceId, InstanceId, DeviceIndex: 1 })
    .AttachmentId!;
  const Attachment = { AttachmentId, DeleteOnTermination: true };
  run(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, Attachment });
  run(terminateInstances, { InstanceIds: [InstanceId] });
  assert.deepEqual(run(describeNetworkInterfaces, {}).NetworkInterfaces, []);
});

test('what a service made for itself cannot be changed, detached or deleted', () => {
  const { run, a, store } = newSubnets();
  const made = run(createNetworkInterface, { SubnetId: a }).NetworkInterface!.NetworkInterfaceId!;
  store.change((cloud) => {
    const eni = cloud.networkInterfaces.find(made)!;
    cloud.networkInterfaces.put({ ...eni, interfaceType: 'vpc_endpoint', requesterManaged: true });
  });
  const Description = { Value: 'mine' };
  const refused = refusal('OperationNotPermitted');
  assert.throws(() => run(deleteNetworkInterface, { NetworkInterfaceId: made }), refused);
  assert.throws(
    () => run(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: made, Description }),
    refused,
  );
});
