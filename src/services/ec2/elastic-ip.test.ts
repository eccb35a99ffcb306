import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssociateAddressRequest, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeInterface, makeVpc } from '../../../test/vpc-fixture.ts';
import type { InstanceId } from '../../cloud/id.ts';
import {
  allocateAddress,
  describeAddresses,
  describeAddressesAttribute,
  releaseAddress,
} from './elastic-ip.ts';
import { associateAddress, disassociateAddress } from './elastic-ip-association.ts';
import { debianImageId } from './image.ts';
import { describeInstances } from './instance.ts';
import { recordEnd } from './instance-end.ts';
import { runInstances } from './instance-launch.ts';
import { recordShutdown, startInstances, stopInstances, terminateInstances } from './instance-state.ts';
import { attachInternetGateway, createInternetGateway, detachInternetGateway } from './internet-gateway.ts';
import { deleteNetworkInterface, describeNetworkInterfaces } from './network-interface.ts';
import { modifySubnetAttribute } from './subnet.ts';
import { createTags } from './tag.ts';
import { modifyVpcAttribute } from './vpc-attribute.ts';

function newCase() {
  const harness = newHarness();
  const { run, world } = harness;
  const { VpcId, SubnetId } = makeVpc(harness);
  const { InternetGatewayId } = run(createInternetGateway, {}).InternetGateway!;
  run(attachInternetGateway, { InternetGatewayId, VpcId });
  const allocate = () => {
    const { AllocationId, PublicIp } = run(allocateAddress, { Domain: 'vpc' });
    return { AllocationId: AllocationId!, PublicIp: PublicIp! };
  };
  const launch = (more: Partial<RunInstancesRequest> = {}) => {
    const one = { ImageId: debianImageId, MinCount: 1, MaxCount: 1, SubnetId };
    const id = run(runInstances, { ...one, ...more }).Instances![0]!.InstanceId as InstanceId;
    world.instances.set(id, { sandbox: 'running' });
    return id;
  };
  const find = (id: string) => run(describeInstances, { InstanceIds: [id] }).Reservations![0]!.Instances![0]!;
  const address = (AllocationId: string) =>
    run(describeAddresses, { AllocationIds: [AllocationId] }).Addresses![0]!;
  const associate = (input: AssociateAddressRequest) => run(associateAddress, input).AssociationId!;
  return { ...harness, VpcId, SubnetId, InternetGatewayId, allocate, launch, find, address, associate };
}

test('an address is allocated, shown and released', () => {
  const { run, allocate, address } = newCase();
  const { AllocationId, PublicIp } = allocate();
  assert.match(AllocationId, /^eipalloc-[0-9a-f]{17}$/);
  assert.match(PublicIp, /^3\.\d+\.0\.\d+$/);
  assert.deepEqual(address(AllocationId), {
    PublicIp,
    AllocationId,
    Domain: 'vpc',
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: 'us-east-1',
    Tags: [],
  });
  assert.deepEqual(run(describeAddressesAttribute, { AllocationIds: [AllocationId] }).Addresses, [
    { AllocationId, PublicIp },
  ]);
  run(releaseAddress, { AllocationId });
  const gone = refusal('InvalidAllocationID.NotFound', `The allocation ID '${AllocationId}' does not exist`);
  assert.throws(() => address(AllocationId), gone);
  assert.throws(() => run(releaseAddress, { AllocationId }), gone);
});

test('an account has five addresses in a region, and sees no one else’s', () => {
  const { run, allocate } = newCase();
  const all = Array.from({ length: 5 }, allocate);
  assert.equal(new Set(all.map(({ PublicIp }) => PublicIp)).size, 5);
  assert.throws(
    allocate,
    refusal('AddressLimitExceeded', 'The maximum number of addresses has been reached.'),
  );
  const theirs = { accountId: '222222222222' };
  const { PublicIp } = run(allocateAddress, {}, theirs);
  assert.ok(!all.some((mine) => mine.PublicIp === PublicIp));
  assert.equal(run(describeAddresses, {}, theirs).Addresses!.length, 1);
  assert.throws(() => run(releaseAddress, { PublicIp: PublicIp! }), refusal('InvalidAddress.NotFound'));
  run(allocateAddress, {}, { region: 'eu-west-1' });
});

test('an address is attached to an instance, an interface and their private address', () => {
  const { run, allocate, launch, find, address, associate, VpcId } = newCase();
  run(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } });
  const { AllocationId, PublicIp } = allocate();
  const InstanceId = launch();
  const AssociationId = associate({ AllocationId, InstanceId });
  const instance = find(InstanceId);
  const name = `ec2-${PublicIp.replaceAll('.', '-')}.compute-1.amazonaws.com`;
  assert.deepEqual([instance.PublicIpAddress, instance.PublicDnsName], [PublicIp, name]);
  const [face] = instance.NetworkInterfaces!;
  assert.deepEqual(face!.Association, { PublicIp, PublicDnsName: name, IpOwnerId: '111111111111' });
  const { NetworkInterfaceId, PrivateIpAddress } = face!;
  const [eni] = run(describeNetworkInterfaces, {
    Filters: [{ Name: 'association.public-ip', Values: [PublicIp] }],
  }).NetworkInterfaces!;
  assert.equal(eni!.NetworkInterfaceId, NetworkInterfaceId);
  assert.deepEqual(eni!.Association, {
    ...{ PublicIp, PublicDnsName: name, IpOwnerId: '111111111111' },
    ...{ AllocationId, AssociationId },
  });
  const shown = address(AllocationId);
  assert.deepEqual(
    [shown.AssociationId, shown.InstanceId, shown.NetworkInterfaceId, shown.PrivateIpAddress],
    [AssociationId, InstanceId, NetworkInterfaceId, PrivateIpAddress],
  );
  assert.equal(associate({ AllocationId, NetworkInterfaceId, PrivateIpAddress }), AssociationId);
  assert.throws(
    () => run(releaseAddress, { AllocationId }),
    refusal('InvalidIPAddress.InUse', `Address ${PublicIp} is in use.`),
  );
  run(disassociateAddress, { AssociationId });
  assert.equal(find(InstanceId).PublicIpAddress, undefined);
  assert.throws(
    () => run(disassociateAddress, { AssociationId }),
    refusal('InvalidAssociationID.NotFound', `The association ID '${AssociationId}' does not exist`),
  );
});

test('an address moves, unless it must not', () => {
  const { allocate, launch, find, associate, run } = newCase();
  const [one, two] = [allocate(), allocate()];
  const [first, second] = [launch(), launch()];
  const AssociationId = associate({ AllocationId: one.AllocationId, InstanceId: first });
  const stay = { AllowReassociation: false };
  const taken = refusal(
    'Resource.AlreadyAssociated',
    `resource ${one.AllocationId} is already associated with associate-id ${AssociationId}`,
  );
  assert.throws(() => associate({ AllocationId: one.AllocationId, InstanceId: second, ...stay }), taken);
  assert.throws(() => associate({ AllocationId: two.AllocationId, InstanceId: first, ...stay }), taken);
  associate({ AllocationId: one.AllocationId, InstanceId: second });
  assert.deepEqual(
    [first, second].map((id) => find(id).PublicIpAddress),
    [undefined, one.PublicIp],
  );
  associate({ PublicIp: two.PublicIp, InstanceId: second, AllowReassociation: true });
  assert.equal(find(second).PublicIpAddress, two.PublicIp);
  run(releaseAddress, { AllocationId: one.AllocationId });
});

test('an association that cannot be is refused in AWS’s words and changes nothing', () => {
  const { run, allocate, launch, associate, world, store, SubnetId, VpcId, InternetGatewayId, ...harness } =
    newCase();
  const { AllocationId, PublicIp } = allocate();
  const InstanceId = launch();
  const starting = launch();
  world.instances.set(starting, { sandbox: 'booting' });
  const isolated = makeVpc({ run, world, store, ...harness }, 1).SubnetId;
  const unreachable = makeInterface({ run, world, store, ...harness }, isolated).networkInterfaceId;
  const NetworkInterfaceId = makeInterface({ run, world, store, ...harness }, SubnetId).networkInterfaceId;
  const before = store.cloud.generation;
  const refused: [AssociateAddressRequest, string, RegExp?][] = [
    [{ AllocationId }, 'MissingParameter'],
    [{ InstanceId }, 'MissingParameter'],
    [{ AllocationId, PublicIp, InstanceId }, 'InvalidParameterCombination'],
    [{ AllocationId, InstanceId, NetworkInterfaceId }, 'InvalidParameterCombination'],
    [{ AllocationId: 'eipalloc-00000000', InstanceId }, 'InvalidAllocationID.NotFound'],
    [{ AllocationId, InstanceId: 'i-00000000' }, 'InvalidInstanceID.NotFound'],
    [{ AllocationId, NetworkInterfaceId: 'eni-00000000' }, 'InvalidNetworkInterfaceID.NotFound'],
    [{ AllocationId, InstanceId: starting }, 'InvalidInstanceID', /The pending instance/],
    [{ AllocationId, InstanceId, PrivateIpAddress: '10.0.1.99' }, 'InvalidParameterValue', /is not assigned/],
    [
      { AllocationId, NetworkInterfaceId: unreachable },
      'Gateway.NotAttached',
      /is not attached to any internet gateway/,
    ],
  ];
  for (const [input, code, message] of refused) {
    assert.throws(() => associate(input), refusal(code, message), JSON.stringify(input));
  }
  assert.equal(store.cloud.generation, before);
  associate({ AllocationId, NetworkInterfaceId });
  assert.throws(
    () => run(detachInternetGateway, { InternetGatewayId, VpcId }),
    refusal(
      'DependencyViolation',
      `Network ${VpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    ),
  );
  run(deleteNetworkInterface, { NetworkInterfaceId });
  assert.equal(store.cloud.elasticIps.find(AllocationId)!.association, undefined);
  run(detachInternetGateway, { InternetGatewayId, VpcId });
});

test('addresses are found by what they are', () => {
  const { run, allocate, launch, associate } = newCase();
  const { AllocationId, PublicIp } = allocate();
  allocate();
  const InstanceId = launch();
  associate({ AllocationId, InstanceId });
  run(createTags, { Resources: [AllocationId], Tags: [{ Key: 'Name', Value: 'front' }] });
  for (const [Name, value] of [
    ['instance-id', InstanceId],
    ['public-ip', PublicIp],
    ['allocation-id', AllocationId],
    ['tag:Name', 'front'],
  ] as const) {
    const found = run(describeAddresses, { Filters: [{ Name, Values: [value] }] }).Addresses!;
    assert.deepEqual(
      found.map((each) => each.AllocationId),
      [AllocationId],
      Name,
    );
  }
  assert.equal(run(describeAddresses, { PublicIps: [PublicIp] }).Addresses!.length, 1);
  assert.throws(
    () => run(describeAddresses, { PublicIps: ['9.9.9.9'] }),
    refusal('InvalidAddress.NotFound', "Address '9.9.9.9' not found."),
  );
});

test('an instance of a public subnet has an address for as long as it runs', () => {
  const { run, launch, find, world, store, SubnetId } = newCase();
  run(modifySubnetAttribute, { SubnetId, MapPublicIpOnLaunch: { Value: true } });
  const InstanceId = launch();
  assert.match(find(InstanceId).PublicIpAddress!, /^3\./);
  assert.equal(find(InstanceId).NetworkInterfaces![0]!.Association!.IpOwnerId, 'amazon');
  assert.equal(find(InstanceId).PublicDnsName, '');
  run(stopInstances, { InstanceIds: [InstanceId] });
  world.instances.delete(InstanceId);
  assert.equal(find(InstanceId).PublicIpAddress, undefined);
  run(modifySubnetAttribute, { SubnetId, MapPublicIpOnLaunch: { Value: false } });
  run(startInstances, { InstanceIds: [InstanceId] });
  assert.match(find(InstanceId).PublicIpAddress!, /^3\./);
  const { bootNumber } = store.cloud.instances.find(InstanceId)!;
  store.change((cloud) => recordShutdown(cloud, InstanceId, bootNumber, new Date()));
  assert.equal(find(InstanceId).PublicIpAddress, undefined);
  run(terminateInstances, { InstanceIds: [InstanceId] });
  assert.equal(store.cloud.networkInterfaces.size, 0);
});

test('the launch decides over the subnet, and only for one new interface', () => {
  const { run, launch, find, SubnetId, ...harness } = newCase();
  const face = { DeviceIndex: 0, SubnetId };
  const withFaces = (...NetworkInterfaces: object[]) =>
    launch({ SubnetId: undefined as never, NetworkInterfaces: NetworkInterfaces as never });
  assert.ok(find(withFaces({ ...face, AssociatePublicIpAddress: true })).PublicIpAddress);
  assert.equal(find(withFaces(face)).PublicIpAddress, undefined);
  run(modifySubnetAttribute, { SubnetId, MapPublicIpOnLaunch: { Value: true } });
  assert.ok(find(withFaces(face)).PublicIpAddress);
  assert.equal(find(withFaces({ ...face, AssociatePublicIpAddress: false })).PublicIpAddress, undefined);
  assert.equal(find(withFaces(face, { ...face, DeviceIndex: 1 })).PublicIpAddress, undefined);
  const refused = refusal('InvalidParameterCombination', /^The associatePublicIPAddress parameter cannot be/);
  const wanting = { ...face, AssociatePublicIpAddress: true };
  assert.throws(() => withFaces(wanting, { ...face, DeviceIndex: 1 }), refused);
  const { networkInterfaceId } = makeInterface({ run, ...harness }, SubnetId);
  const existing = { DeviceIndex: 0, NetworkInterfaceId: networkInterfaceId, AssociatePublicIpAddress: true };
  assert.throws(() => withFaces(existing), refused);
});

test('an Elastic IP takes the place of the address that was given, which comes back when it goes', () => {
  const { run, launch, find, allocate, associate, store, world, SubnetId } = newCase();
  run(modifySubnetAttribute, { SubnetId, MapPublicIpOnLaunch: { Value: true } });
  const InstanceId = launch();
  const given = find(InstanceId).PublicIpAddress!;
  const { AllocationId, PublicIp } = allocate();
  assert.notEqual(PublicIp, given);
  const AssociationId = associate({ AllocationId, InstanceId });
  assert.equal(find(InstanceId).PublicIpAddress, PublicIp);
  assert.ok(!store.cloud.networkInterfaces.all().some((eni) => eni.autoAssignedPublicIp !== undefined));
  run(stopInstances, { InstanceIds: [InstanceId] });
  world.instances.delete(InstanceId);
  assert.equal(find(InstanceId).PublicIpAddress, PublicIp);
  run(startInstances, { InstanceIds: [InstanceId] });
  assert.equal(find(InstanceId).PublicIpAddress, PublicIp);
  run(disassociateAddress, { AssociationId });
  const back = find(InstanceId).PublicIpAddress!;
  assert.match(back, /^3\./);
  assert.notEqual(back, PublicIp);
});

test('what ends takes no Elastic IP with it', () => {
  const { run, store, launch, allocate, associate, address } = newCase();
  const { AllocationId } = allocate();
  const InstanceId = launch();
  associate({ AllocationId, InstanceId });
  run(terminateInstances, { InstanceIds: [InstanceId] });
  assert.throws(() => run(releaseAddress, { AllocationId }), refusal('InvalidIPAddress.InUse'));
  store.change((cloud) => recordEnd(cloud, InstanceId));
  assert.equal(address(AllocationId).AssociationId, undefined);
  run(releaseAddress, { AllocationId });
});
