// VPCs with their subnets, route tables, gateways to the internet, and the instances in them. Ranges are few, so that many are equal.

import { cidrRange, formatCidr } from '../../src/lib/cidr.ts';
import { type DraftSubnet, type DraftVpc, type DraftWorld, regionOf } from './draft-world.ts';
import { drawGroup } from './draw-group.ts';
import { drawFurtherInterface, takeAddress } from './draw-interface.ts';
import { ref } from './step.ts';

const blocks = [
  ...['10.0.0.0/16', '10.0.0.0/16', '10.0.0.0/16', '10.1.0.0/16', '10.1.0.0/20', '10.0.128.0/17'],
  ...['172.16.0.0/16', '192.168.0.0/20', '10.2.0.0/24', '100.64.0.0/16', '52.217.0.0/16'],
];

export function drawVpc(world: DraftWorld): DraftVpc {
  const { draft, random, accounts } = world;
  const name = draft.name('vpc');
  const account = random.maybe(0.6) ? accounts[0]! : random.choose(accounts);
  const region = random.maybe(0.12) ? 'eu-west-1' : 'us-east-1';
  const block = random.choose(blocks);
  const where = { account, region };
  draft.call(where, 'ec2:CreateVpc', { CidrBlock: block }, { [name]: 'Vpc.VpcId' });
  const filter = { Filters: [{ Name: 'vpc-id', Values: [ref(name)] }] };
  const table = `${name}_main`;
  const group = `${name}_default`;
  draft.call(where, 'ec2:DescribeRouteTables', filter, { [table]: 'RouteTables.0.RouteTableId' });
  draft.call(where, 'ec2:DescribeSecurityGroups', filter, { [group]: 'SecurityGroups.0.GroupId' });
  const vpc: DraftVpc = {
    name,
    account,
    region,
    block,
    subnets: [],
    tables: [table],
    groups: [group],
    hasInternetGateway: random.maybe(0.65),
    ways: [],
  };
  world.vpcs.push(vpc);
  drawNameSupport(world, vpc);
  const subnets = random.count(1, 3);
  for (let index = 0; index < subnets; index++) drawSubnet(world, vpc, index);
  for (let groups = random.count(1, 2); groups > 0; groups--) drawGroup(world, vpc);
  return vpc;
}

function drawNameSupport({ draft, random }: DraftWorld, vpc: DraftVpc): void {
  for (const [attribute, usual] of [
    ['EnableDnsHostnames', true],
    ['EnableDnsSupport', false],
  ] as const)
    if (random.maybe(usual ? 0.6 : 0.06))
      draft.call(regionOf(vpc), 'ec2:ModifyVpcAttribute', {
        VpcId: ref(vpc.name),
        [attribute]: { Value: usual },
      });
}

function drawSubnet(world: DraftWorld, vpc: DraftVpc, index: number): void {
  const { draft, random } = world;
  const range = cidrRange(vpc.block);
  const slotLength = Math.max(range.prefixLength + 2, 20);
  const prefixLength = Math.max(slotLength, random.choose([24, 24, 26, 20]));
  const block = formatCidr({ ...range, first: range.first + index * 2 ** (32 - slotLength), prefixLength });
  const name = draft.name('subnet');
  const zone = `${vpc.region}${random.choose(['a', 'b'])}`;
  const input = { VpcId: ref(vpc.name), CidrBlock: block, AvailabilityZone: zone };
  draft.call(regionOf(vpc), 'ec2:CreateSubnet', input, { [name]: 'Subnet.SubnetId' });
  if (random.maybe(0.15)) {
    const MapPublicIpOnLaunch = { Value: true };
    draft.call(regionOf(vpc), 'ec2:ModifySubnetAttribute', { SubnetId: ref(name), MapPublicIpOnLaunch });
  }
  vpc.subnets.push({ name, block, zone, nextOffset: 40 });
  if (random.maybe(0.6)) drawTable(world, vpc, name);
}

function drawTable({ draft, random, changes }: DraftWorld, vpc: DraftVpc, subnet: string): void {
  const where = regionOf(vpc);
  const table = draft.name('table');
  vpc.tables.push(table);
  draft.call(where, 'ec2:CreateRouteTable', { VpcId: ref(vpc.name) }, { [table]: 'RouteTable.RouteTableId' });
  const association = `${table}_association`;
  const input = { RouteTableId: ref(table), SubnetId: ref(subnet) };
  draft.call(where, 'ec2:AssociateRouteTable', input, { [association]: 'AssociationId' });
  changes.push(() => {
    const AssociationId = ref(association);
    if (random.maybe(0.5)) draft.call(where, 'ec2:DisassociateRouteTable', { AssociationId });
    else
      draft.call(where, 'ec2:ReplaceRouteTableAssociation', {
        AssociationId,
        RouteTableId: ref(random.choose(vpc.tables)),
      });
  });
}

/** An internet gateway for most, NAT gateways for some. */
export function drawWaysOut(world: DraftWorld, vpc: DraftVpc): void {
  const { draft, random, changes } = world;
  const where = regionOf(vpc);
  if (vpc.hasInternetGateway) {
    const gateway = draft.name('igw');
    const attachment = { InternetGatewayId: ref(gateway), VpcId: ref(vpc.name) };
    draft.call(where, 'ec2:CreateInternetGateway', {}, { [gateway]: 'InternetGateway.InternetGatewayId' });
    draft.call(where, 'ec2:AttachInternetGateway', attachment);
    vpc.ways.push({
      target: { GatewayId: ref(gateway) },
      towards: ['0.0.0.0/0', '52.216.0.0/15', '52.94.0.0/22'],
    });
    changes.push(() => draft.call(where, 'ec2:DetachInternetGateway', attachment));
  }
  for (const subnet of vpc.subnets) if (random.maybe(0.3)) drawNatGateway(world, vpc, subnet);
}

function drawNatGateway(world: DraftWorld, vpc: DraftVpc, subnet: DraftSubnet): void {
  const { draft, random, changes, targets } = world;
  const where = regionOf(vpc);
  const gateway = draft.name('nat');
  const [ConnectivityType, address] =
    vpc.hasInternetGateway && random.maybe(0.8) ? ['public', drawAddress(world, vpc)] : ['private'];
  const input = {
    SubnetId: ref(subnet.name),
    ConnectivityType,
    ...(address && { AllocationId: ref(address) }),
  };
  draft.call(where, 'ec2:CreateNatGateway', input, {
    [gateway]: 'NatGateway.NatGatewayId',
    [`${gateway}_address`]: 'NatGateway.NatGatewayAddresses.0.PrivateIp',
  });
  vpc.ways.push({
    target: { NatGatewayId: ref(gateway) },
    towards: ['0.0.0.0/0', '10.0.0.0/8'],
    isMiddlebox: true,
  });
  targets.push({ host: ref(`${gateway}_address`) });
  if (address) targets.push({ host: ref(`${address}_public`) });
  changes.push(() => draft.call(where, 'ec2:DeleteNatGateway', { NatGatewayId: ref(gateway) }));
}

function drawAddress({ draft }: DraftWorld, vpc: DraftVpc): string {
  const address = draft.name('eip');
  draft.call(
    regionOf(vpc),
    'ec2:AllocateAddress',
    { Domain: 'vpc' },
    {
      [address]: 'AllocationId',
      [`${address}_public`]: 'PublicIp',
    },
  );
  return address;
}

/** @param profile of a role, by which it asks AWS's services */
export function drawInstance(world: DraftWorld, vpc: DraftVpc, profile?: string): void {
  const { draft, random, hosts, targets, changes } = world;
  const where = regionOf(vpc);
  const subnet = random.choose(vpc.subnets);
  const name = draft.name('instance');
  const address = takeAddress(subnet);
  const groups = random.maybe(0.3) ? random.some(vpc.groups, 0.6) : [random.choose(vpc.groups)];
  const input = {
    ...{ ImageId: ref('image'), InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
    ...{ SubnetId: ref(subnet.name), PrivateIpAddress: address },
    ...(groups.length > 0 && { SecurityGroupIds: groups.map(ref) }),
    ...(profile && { IamInstanceProfile: { Name: ref(profile) } }),
  };
  draft.call(where, 'ec2:RunInstances', input, {
    [name]: 'Instances.0.InstanceId',
    [`${name}_interface`]: 'Instances.0.NetworkInterfaces.0.NetworkInterfaceId',
  });
  const host = { name, address, vpc, subnet, hasRole: profile !== undefined };
  hosts.push(host);
  targets.push({ host: ref(name), address }, { host: address });
  if (random.maybe(0.2)) drawFurtherInterface(world, host);
  if (vpc.hasInternetGateway && random.maybe(0.6)) drawPublicAddress(world, vpc, name);
  if (random.maybe(0.12)) drawForwarder(world, vpc, name);
  changes.push(
    () => draft.call(where, 'ec2:TerminateInstances', { InstanceIds: [ref(name)] }),
    ...stopAndStart(world, vpc, name),
    () => {
      const Groups = [random.choose(vpc.groups)].map(ref);
      draft.call(where, 'ec2:ModifyNetworkInterfaceAttribute', {
        NetworkInterfaceId: ref(`${name}_interface`),
        Groups,
      });
    },
  );
}

/** Two changes: what is started anew has its interfaces, addresses and groups as before. */
function stopAndStart({ draft }: DraftWorld, vpc: DraftVpc, instance: string): (() => void)[] {
  const InstanceIds = [ref(instance)];
  return (['Stop', 'Start'] as const).map(
    (verb) => () => draft.call(regionOf(vpc), `ec2:${verb}Instances`, { InstanceIds }),
  );
}

function drawPublicAddress(world: DraftWorld, vpc: DraftVpc, instance: string): void {
  const { draft, targets, changes } = world;
  const where = regionOf(vpc);
  const address = drawAddress(world, vpc);
  const input = { AllocationId: ref(address), NetworkInterfaceId: ref(`${instance}_interface`) };
  draft.call(where, 'ec2:AssociateAddress', input, { [`${address}_association`]: 'AssociationId' });
  targets.push({ host: ref(`${address}_public`) });
  changes.push(() =>
    draft.call(where, 'ec2:DisassociateAddress', { AssociationId: ref(`${address}_association`) }),
  );
}

/** A router or firewall of the user's own. */
function drawForwarder({ draft, random, changes }: DraftWorld, vpc: DraftVpc, instance: string): void {
  const where = regionOf(vpc);
  const NetworkInterfaceId = ref(`${instance}_interface`);
  const check = (Value: boolean) =>
    draft.call(where, 'ec2:ModifyNetworkInterfaceAttribute', {
      NetworkInterfaceId,
      SourceDestCheck: { Value },
    });
  if (random.maybe(0.8)) check(false);
  draft.steps.push({ kind: 'forward', instance: ref(instance) });
  vpc.ways.push({ target: { NetworkInterfaceId }, towards: ['0.0.0.0/0', '10.0.0.0/8'], isMiddlebox: true });
  changes.push(() => check(random.maybe(0.5)));
}
