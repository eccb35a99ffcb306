import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateVpcEndpointRequest } from '@aws-sdk/client-ec2';
import { denyAll, named, newEndpointCase } from '../../../test/interface-endpoint-fixture.ts';
import { refusal } from '../../../test/operation-harness.ts';
import { defaultEndpointPolicy } from '../../cloud/endpoint-policy.ts';
import type { VpcEndpointId } from '../../cloud/id.ts';
import { describeVpcEndpointServices } from './describe-vpc-endpoint-services.ts';
import { deleteNetworkInterface } from './network-interface.ts';
import { detachNetworkInterface } from './network-interface-attachment.ts';
import { modifyNetworkInterfaceAttribute } from './network-interface-attribute.ts';
import { deleteSecurityGroup } from './security-group.ts';
import { deleteSubnet } from './subnet.ts';
import { createTags, describeTags } from './tag.ts';
import { deleteVpc } from './vpc.ts';
import { deleteVpcEndpoints, describeVpcEndpoints } from './vpc-endpoint.ts';

test('an endpoint is made in the default group, open to all, with private DNS', () => {
  const { create, VpcId, SubnetId } = newEndpointCase();
  const { VpcEndpointId, CreationTimestamp, DnsEntries, NetworkInterfaceIds, Groups, ...shown } = create();
  assert.match(VpcEndpointId!, /^vpce-[0-9a-f]{17}$/);
  assert.equal(CreationTimestamp!.toISOString(), '2026-01-31T12:00:00.000Z');
  assert.deepEqual(
    Groups!.map(({ GroupName }) => GroupName),
    ['default'],
  );
  assert.equal(NetworkInterfaceIds!.length, 1);
  assert.deepEqual(shown, {
    VpcEndpointType: 'Interface',
    VpcId,
    ServiceName: named('ec2'),
    State: 'available',
    PolicyDocument: defaultEndpointPolicy,
    RouteTableIds: [],
    SubnetIds: [SubnetId],
    DnsOptions: { DnsRecordIpType: 'ipv4' },
    PrivateDnsEnabled: true,
    RequesterManaged: false,
    IpAddressType: 'ipv4',
    Tags: [],
    OwnerId: '111111111111',
    ServiceRegion: 'us-east-1',
  });
  const [regional, zonal, own, ...rest] = DnsEntries!;
  assert.match(
    regional!.DnsName!,
    new RegExp(`^${VpcEndpointId}-[0-9a-z]{8}\\.ec2\\.us-east-1\\.vpce\\.amazonaws\\.com$`),
  );
  assert.equal(zonal!.DnsName, regional!.DnsName!.replace('.', '-us-east-1a.'));
  assert.equal(own!.DnsName, 'ec2.us-east-1.amazonaws.com');
  assert.deepEqual([regional!.HostedZoneId, zonal!.HostedZoneId], ['Z7HUB22UULQXV', 'Z7HUB22UULQXV']);
  assert.match(own!.HostedZoneId!, /^Z0[0-9A-Z]{18}$/);
  assert.deepEqual(rest, []);
});

test('it is available when it is applied and somebody listens', () => {
  const { create, find, world, modify } = newEndpointCase();
  world.applied = false;
  const id = create().VpcEndpointId as VpcEndpointId;
  assert.equal(find(id).State, 'pending');
  world.applied = true;
  world.unserved.add(id);
  assert.equal(find(id).State, 'pending');
  world.unserved.clear();
  assert.equal(find(id).State, 'available');
  world.unserved.add(id);
  modify(id, { RemoveSubnetIds: find(id).SubnetIds! });
  assert.equal(find(id).State, 'available', 'without addresses nobody has to listen');
});

test('a policy is checked, changed and reset', () => {
  const { create, modify, find } = newEndpointCase();
  assert.throws(() => create({ PolicyDocument: '{' }), refusal('InvalidPolicyDocument'));
  const { VpcEndpointId: id } = create({ PolicyDocument: denyAll });
  assert.equal(find(id!).PolicyDocument, denyAll);
  assert.throws(() => modify(id!, { PolicyDocument: '[]' }), refusal('InvalidPolicyDocument'));
  const both = { PolicyDocument: denyAll, ResetPolicy: true };
  assert.throws(() => modify(id!, both), refusal('InvalidParameterCombination'));
  modify(id!, { ResetPolicy: true });
  assert.equal(find(id!).PolicyDocument, defaultEndpointPolicy);
  modify(id!, { PolicyDocument: denyAll });
  assert.equal(find(id!).PolicyDocument, denyAll);
});

test('its interfaces are AWS’s: tagged by the user, and neither deleted, detached nor changed', () => {
  const { create, interfacesOf, run } = newEndpointCase();
  const { VpcEndpointId: id } = create();
  const [shown] = interfacesOf(id!);
  const { NetworkInterfaceId: interfaceId, Attachment } = shown!;
  assert.deepEqual(
    [shown!.InterfaceType, shown!.RequesterManaged, shown!.Status, shown!.OwnerId],
    ['vpc_endpoint', true, 'in-use', '111111111111'],
  );
  assert.match(shown!.RequesterId!, /^\d{12}$/);
  assert.match(Attachment!.AttachmentId!, /^ela-attach-[0-9a-f]{17}$/);
  assert.equal(Attachment!.InstanceOwnerId, 'amazon-aws');
  run(createTags, { Resources: [interfaceId!], Tags: [{ Key: 'Name', Value: 'door' }] });
  assert.equal(run(describeTags, {}).Tags!.length, 1);
  const notYours = refusal(
    'OperationNotPermitted',
    'You do not have permission to access the specified resource.',
  );
  const change = { NetworkInterfaceId: interfaceId!, Description: { Value: 'mine' } };
  assert.throws(() => run(deleteNetworkInterface, { NetworkInterfaceId: interfaceId }), notYours);
  assert.throws(() => run(modifyNetworkInterfaceAttribute, change), notYours);
  assert.throws(
    () => run(detachNetworkInterface, { AttachmentId: Attachment!.AttachmentId, Force: true }),
    refusal('OperationNotPermitted', "You are not allowed to manage 'ela-attach' attachments."),
  );
  run(deleteVpcEndpoints, { VpcEndpointIds: [id!] });
  assert.deepEqual(interfacesOf(id!), []);
  assert.equal(run(describeTags, {}).Tags!.length, 0);
});

test('subnets come, move and go on a living endpoint; only a changed address is another interface', () => {
  const { create, modify, find, interfacesOf, addSubnet, SubnetId } = newEndpointCase();
  const second = addSubnet(2, 'b');
  const sameZone = addSubnet(3, 'a');
  const { VpcEndpointId: id, NetworkInterfaceIds: before } = create();
  modify(id!, { AddSubnetIds: [second], SubnetConfigurations: [{ SubnetId: second, Ipv4: '10.0.2.200' }] });
  assert.deepEqual(find(id!).SubnetIds, [SubnetId, second]);
  assert.equal(find(id!).NetworkInterfaceIds![0], before![0]);
  assert.equal(find(id!).DnsEntries!.length, 4);
  assert.throws(() => modify(id!, { AddSubnetIds: [sameZone] }), refusal('DuplicateSubnetsInSameZone'));
  modify(id!, { SubnetConfigurations: [{ SubnetId, Ipv4: '10.0.1.77' }] });
  const moved = find(id!).NetworkInterfaceIds!;
  assert.ok(!moved.includes(before![0]!));
  assert.deepEqual(
    interfacesOf(id!)
      .map(({ PrivateIpAddress }) => PrivateIpAddress)
      .toSorted(),
    ['10.0.1.77', '10.0.2.200'],
  );
  modify(id!, { SubnetConfigurations: [{ SubnetId, Ipv4: '10.0.1.77' }] });
  assert.deepEqual(find(id!).NetworkInterfaceIds, moved);
  modify(id!, { RemoveSubnetIds: [SubnetId], AddSubnetIds: [sameZone] });
  assert.deepEqual(find(id!).SubnetIds, [second, sameZone]);
  assert.throws(() => modify(id!, { RemoveSubnetIds: [SubnetId] }), refusal('InvalidParameter'));
  modify(id!, { RemoveSubnetIds: [second, sameZone] });
  assert.deepEqual([find(id!).SubnetIds, find(id!).NetworkInterfaceIds], [[], []]);
});

test('groups come and go, and the last one stays', () => {
  const { create, modify, find, interfacesOf, addGroup } = newEndpointCase();
  const [web, other] = [addGroup('web'), addGroup('other')];
  const { VpcEndpointId: id } = create({ SecurityGroupIds: [web] });
  modify(id!, { AddSecurityGroupIds: [other] });
  assert.deepEqual(
    interfacesOf(id!)[0]!.Groups!.map(({ GroupId }) => GroupId),
    [web, other],
  );
  modify(id!, { RemoveSecurityGroupIds: [web] });
  assert.deepEqual(
    find(id!).Groups!.map(({ GroupId }) => GroupId),
    [other],
  );
  assert.throws(
    () => modify(id!, { RemoveSecurityGroupIds: [other] }),
    refusal('InvalidParameter', /At least one security group/),
  );
});

test('what it stands in cannot be deleted before it', () => {
  const { create, remove, run, SubnetId, VpcId, addGroup } = newEndpointCase();
  const GroupId = addGroup('web');
  const { VpcEndpointId: id } = create({ SecurityGroupIds: [GroupId] });
  assert.throws(() => run(deleteSubnet, { SubnetId }), refusal('DependencyViolation'));
  assert.throws(() => run(deleteSecurityGroup, { GroupId }), refusal('DependencyViolation'));
  assert.throws(() => run(deleteVpc, { VpcId }), refusal('DependencyViolation'));
  assert.deepEqual(remove(id!), []);
  run(deleteSecurityGroup, { GroupId });
  run(deleteSubnet, { SubnetId });
  run(deleteVpc, { VpcId });
});

test('what is not there is told one by one, and a malformed id fails the whole call', () => {
  const { create, find, run } = newEndpointCase();
  const { VpcEndpointId: id } = create();
  const gone = 'vpce-0123456789abcdef0';
  assert.throws(
    () => run(deleteVpcEndpoints, { VpcEndpointIds: [id!, 'vpce-x'] }),
    refusal('InvalidVpcEndpointId.Malformed'),
  );
  assert.equal(find(id!).VpcEndpointId, id);
  assert.deepEqual(run(deleteVpcEndpoints, { VpcEndpointIds: [gone, id!] }).Unsuccessful, [
    {
      ResourceId: gone,
      Error: {
        Code: 'InvalidVpcEndpointId.NotFound',
        Message: `The Vpc Endpoint Id '${gone}' does not exist`,
      },
    },
  ]);
  assert.throws(() => find(id!), refusal('InvalidVpcEndpointId.NotFound'));
});

test('what no endpoint can be is refused, and nothing is written', () => {
  const { create, SubnetId, store } = newEndpointCase();
  const before = store.cloud.generation;
  const refused: [Partial<CreateVpcEndpointRequest>, string, RegExp?][] = [
    [{ IpAddressType: 'dualstack' }, 'InvalidParameter', /does not support the IP address type dualstack/],
    [{ IpAddressType: 'ipv6' }, 'InvalidParameter'],
    [{ IpAddressType: 'ipv5' as never }, 'InvalidParameterValue'],
    [{ DnsOptions: { DnsRecordIpType: 'ipv6' } }, 'InvalidParameter'],
    [
      { RouteTableIds: ['rtb-00000000'] },
      'InvalidParameter',
      /Route table IDs are only supported for Gateway/,
    ],
    [{ SubnetIds: ['subnet-00000000'] }, 'InvalidSubnetID.NotFound'],
    [{ SubnetIds: [SubnetId, SubnetId] }, 'DuplicateSubnetsInSameZone'],
    [{ SubnetConfigurations: [{ SubnetId, Ipv4: '10.0.1.2' }] }, 'InvalidParameter', /not a usable address/],
    [{ SecurityGroupIds: ['sg-00000000'] }, 'InvalidGroup.NotFound'],
    [{ ServiceName: named('kms') }, 'NotImplemented'],
    [{ ServiceName: named('s3express') }, 'InvalidParameter', /available service types \(\[Gateway\]\)/],
    [{ ServiceName: 'com.amazonaws.eu-west-1.ec2' }, 'InvalidServiceName'],
    [{ VpcId: 'vpc-00000000' }, 'InvalidVpcID.NotFound'],
  ];
  for (const [more, code, words] of refused)
    assert.throws(() => create(more), refusal(code, words), JSON.stringify(more));
  assert.equal(store.cloud.generation, before);
});

test('services with both kinds of endpoint are listed twice, those that nobody answers for not at all', () => {
  const { run, world, create } = newEndpointCase();
  const details = run(describeVpcEndpointServices, { ServiceNames: [named('s3')] }).ServiceDetails!;
  assert.deepEqual(
    details.map(({ ServiceType }) => ServiceType![0]!.ServiceType),
    ['Gateway', 'Interface'],
  );
  assert.equal(details[1]!.PrivateDnsName, 's3.us-east-1.amazonaws.com');
  assert.deepEqual(details[1]!.BaseEndpointDnsNames, ['*.s3.us-east-1.vpce.amazonaws.com']);
  const [ec2] = run(describeVpcEndpointServices, { ServiceNames: [named('ec2')] }).ServiceDetails!;
  assert.deepEqual(
    [ec2!.Owner, ec2!.AcceptanceRequired, ec2!.VpcEndpointPolicySupported, ec2!.PrivateDnsNames],
    ['amazon', false, true, [{ PrivateDnsName: 'ec2.us-east-1.amazonaws.com' }]],
  );
  const [, dynamodb] = run(describeVpcEndpointServices, { ServiceNames: [named('dynamodb')] })
    .ServiceDetails!;
  assert.deepEqual([dynamodb!.PrivateDnsName, dynamodb!.PrivateDnsNames], [undefined, []]);
  const list = () => run(describeVpcEndpointServices, {}).ServiceNames!;
  assert.ok(!list().includes(named('ecr.api')));
  world.endpointServices = [...world.endpointServices, 'ecr.api'];
  assert.ok(list().includes(named('ecr.api')));
  const { DnsEntries } = create({ ServiceName: named('ecr.api') });
  assert.match(DnsEntries![0]!.DnsName!, /\.api\.ecr\.us-east-1\.vpce\.amazonaws\.com$/);
  assert.equal(DnsEntries![2]!.DnsName, 'api.ecr.us-east-1.amazonaws.com');
});

test('endpoints are found by what they are, the same token makes one, tags come with it', () => {
  const { create, run } = newEndpointCase();
  const Tags = [{ Key: 'Name', Value: 'api' }];
  const more = { ClientToken: 'once', TagSpecifications: [{ ResourceType: 'vpc-endpoint' as const, Tags }] };
  const { VpcEndpointId: id, Tags: shown } = create(more);
  assert.deepEqual(shown, Tags);
  assert.equal(create(more).VpcEndpointId, id);
  assert.throws(() => create({ ...more, PolicyDocument: denyAll }), refusal('IdempotentParameterMismatch'));
  for (const [Name, value] of [
    ['service-name', named('ec2')],
    ['vpc-endpoint-type', 'Interface'],
    ['vpc-endpoint-state', 'available'],
    ['ip-address-type', 'ipv4'],
    ['tag:Name', 'api'],
  ] as const) {
    const found = run(describeVpcEndpoints, { Filters: [{ Name, Values: [value] }] }).VpcEndpoints!;
    assert.deepEqual([Name, found.map(({ VpcEndpointId }) => VpcEndpointId)], [Name, [id]]);
  }
});

test('IAM and Route 53 are one for the world: in us-east-1, by names without a region', () => {
  const { create } = newEndpointCase();
  for (const service of ['iam', 'route53']) {
    const { DnsEntries } = create({ ServiceName: `com.amazonaws.${service}` });
    const names = DnsEntries!.map(({ DnsName }) => DnsName!);
    assert.match(names[0]!, new RegExp(`\\.${service}\\.us-east-1\\.vpce\\.amazonaws\\.com$`));
    assert.equal(names[2], `${service}.amazonaws.com`);
  }
  for (const ServiceName of [named('iam'), 'com.amazonaws.ec2'])
    assert.throws(() => create({ ServiceName }), refusal('InvalidServiceName'));
});
