// Subnets: a part of a VPC's block in one zone. A subnet knows its zone's name and id; PrivateLink matches zones by id.

import type {
  CreateSubnetRequest,
  CreateSubnetResult,
  DeleteSubnetRequest,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  ModifySubnetAttributeRequest,
  Subnet as SubnetShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { countFreeAddresses } from '../../cloud/address.ts';
import { subnetDependents } from '../../cloud/dependents.ts';
import { type Zone, zonesOf } from '../../cloud/region.ts';
import type { Subnet, Vpc } from '../../cloud/vpc.ts';
import { arnOf } from '../../lib/arn.ts';
import { type Cidr, cidrCovers, cidrRange, cidrsOverlap } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { readCidr } from './cidr-parameter.ts';
import {
  checkId,
  hasDependencies,
  invalidParameterCombination,
  invalidParameterValue,
  requireParameter,
  subnetNotFound,
} from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { associateDefaultNetworkAcl, dropNetworkAclAssociation } from './network-acl-association.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';
import { getVpc } from './vpc.ts';

const shortestPrefix = 16;
const longestPrefix = 28;

export function createSubnet(input: CreateSubnetRequest, context: OperationContext): CreateSubnetResult {
  const accepted = [
    'VpcId',
    'CidrBlock',
    'AvailabilityZone',
    'AvailabilityZoneId',
    'TagSpecifications',
  ] as const;
  acceptParameters('CreateSubnet', input, ...accepted);
  const vpc = getVpc(context, requireParameter('VpcId', input.VpcId));
  const siblings = context.cloud.subnets.where((subnet) => subnet.vpcId === vpc.vpcId);
  const cidrBlock = readSubnetBlock(requireParameter('CidrBlock', input.CidrBlock), vpc, siblings);
  const zone = chooseZone(input, context, siblings);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'subnet');

  const subnet = context.cloud.subnets.put({
    subnetId: context.newId('subnet'),
    accountId: context.accountId,
    region: context.region,
    vpcId: vpc.vpcId,
    cidrBlock,
    availabilityZone: zone.zoneName,
    availabilityZoneId: zone.zoneId,
    mapPublicIpOnLaunch: false,
  });
  associateDefaultNetworkAcl(context, subnet);
  putTags(context, subnet.subnetId, 'subnet', tags);
  return { Subnet: showSubnet(context, subnet) };
}

function readSubnetBlock(text: string, vpc: Vpc, siblings: Subnet[]): Cidr {
  const cidrBlock = readCidr('cidrBlock', text);
  const { prefixLength } = cidrRange(cidrBlock);
  const isInside = vpc.cidrBlockAssociations.some((block) => cidrCovers(block.cidrBlock, cidrBlock));
  if (!isInside || prefixLength < shortestPrefix || prefixLength > longestPrefix) {
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${text}' is invalid.`);
  }
  if (siblings.some((subnet) => cidrsOverlap(subnet.cidrBlock, cidrBlock))) {
    throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${text}' conflicts with another subnet`);
  }
  return cidrBlock;
}

/** The zone that was named; otherwise the first one with the fewest subnets of this VPC. */
function chooseZone(input: CreateSubnetRequest, context: OperationContext, siblings: Subnet[]): Zone {
  const { AvailabilityZone: zoneName, AvailabilityZoneId: zoneId } = input;
  if (zoneName && zoneId) {
    throw invalidParameterCombination('Only one of availabilityZone and availabilityZoneId may be specified');
  }
  const zones = zonesOf(context.region);
  if (zoneName) return findZone(zones, 'availabilityZone', (zone) => zone.zoneName, zoneName);
  if (zoneId) return findZone(zones, 'availabilityZoneId', (zone) => zone.zoneId, zoneId);
  const countIn = (zone: Zone) =>
    siblings.filter((subnet) => subnet.availabilityZoneId === zone.zoneId).length;
  return zones.toSorted((a, b) => countIn(a) - countIn(b))[0]!;
}

function findZone(
  zones: Zone[],
  parameterName: string,
  textOf: (zone: Zone) => string,
  wanted: string,
): Zone {
  const found = zones.find((zone) => textOf(zone) === wanted);
  if (found) return found;
  throw invalidParameterValue(
    `Value (${wanted}) for parameter ${parameterName} is invalid. ` +
      `Subnets can currently only be created in the following availability zones: ${zones.map(textOf).join(', ')}.`,
  );
}

const subnetFields = (context: OperationContext): FilterFields<Subnet> => ({
  'availability-zone': (subnet) => subnet.availabilityZone,
  availabilityZone: (subnet) => subnet.availabilityZone,
  'availability-zone-id': (subnet) => subnet.availabilityZoneId,
  availabilityZoneId: (subnet) => subnet.availabilityZoneId,
  'available-ip-address-count': (subnet) => String(countFreeAddresses(context.cloud, subnet)),
  'cidr-block': (subnet) => subnet.cidrBlock,
  cidr: (subnet) => subnet.cidrBlock,
  cidrBlock: (subnet) => subnet.cidrBlock,
  'default-for-az': () => 'false',
  defaultForAz: () => 'false',
  'enable-dns64': () => 'false',
  'ipv6-cidr-block-association.association-id': () => undefined,
  'ipv6-cidr-block-association.ipv6-cidr-block': () => undefined,
  'ipv6-cidr-block-association.state': () => undefined,
  'ipv6-native': () => 'false',
  'map-public-ip-on-launch': (subnet) => String(subnet.mapPublicIpOnLaunch),
  'map-customer-owned-ip-on-launch': () => 'false',
  'outpost-arn': () => undefined,
  'owner-id': (subnet) => subnet.accountId,
  'private-dns-name-options-on-launch.enable-resource-name-dns-a-record': () => 'false',
  'private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record': () => 'false',
  'private-dns-name-options-on-launch.hostname-type': () => 'ip-name',
  state: (subnet) => stateOf(context, subnet),
  'subnet-arn': subnetArn,
  'subnet-id': (subnet) => subnet.subnetId,
  'vpc-id': (subnet) => subnet.vpcId,
});

export function describeSubnets(
  input: DescribeSubnetsRequest,
  context: OperationContext,
): DescribeSubnetsResult {
  acceptParameters('DescribeSubnets', input, 'SubnetIds', 'Filters', 'MaxResults', 'NextToken');
  refuseIdsWithMaxResults('SubnetIds', input.SubnetIds, input.MaxResults);
  const { cloud } = context;
  const selected = selectOwn(
    context,
    input.SubnetIds,
    (id) => getSubnet(context, id),
    () => cloud.subnets.all(),
  );
  const tagsOf = (subnet: Subnet) => findTags(cloud, subnet.subnetId);
  const matching = applyFilters(selected, input.Filters, subnetFields(context), tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (subnet) => subnet.subnetId);
  return {
    Subnets: page.map((subnet) => showSubnet(context, subnet)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

export function deleteSubnet(input: DeleteSubnetRequest, context: OperationContext): object {
  acceptParameters('DeleteSubnet', input, 'SubnetId');
  const { cloud } = context;
  const { subnetId, vpcId } = getSubnet(context, requireParameter('SubnetId', input.SubnetId));
  if (subnetDependents(cloud, subnetId).length > 0) throw hasDependencies('subnet', subnetId);
  for (const table of cloud.routeTables.where((table) => table.vpcId === vpcId)) {
    const associations = table.associations.filter((association) => association.subnetId !== subnetId);
    if (associations.length < table.associations.length) cloud.routeTables.put({ ...table, associations });
  }
  dropNetworkAclAssociation(context, subnetId);
  cloud.subnets.delete(subnetId);
  dropTags(cloud, subnetId);
  return {};
}

/** Off, and asking for that is granted. */
const fixedSwitches = [
  'AssignIpv6AddressOnCreation',
  'EnableDns64',
  'EnableResourceNameDnsARecordOnLaunch',
  'EnableResourceNameDnsAAAARecordOnLaunch',
] as const;

export function modifySubnetAttribute(
  input: ModifySubnetAttributeRequest,
  context: OperationContext,
): object {
  const { PrivateDnsHostnameTypeOnLaunch: hostnameType } = input;
  const fixed = [...fixedSwitches, 'PrivateDnsHostnameTypeOnLaunch'] as const;
  acceptParameters('ModifySubnetAttribute', input, 'SubnetId', 'MapPublicIpOnLaunch', ...fixed);
  const subnet = getSubnet(context, requireParameter('SubnetId', input.SubnetId));
  const given = (['MapPublicIpOnLaunch', ...fixed] as const).filter((name) => input[name] !== undefined);
  if (given.length > 1) {
    throw invalidParameterCombination('Fields for multiple attribute types specified: only one is allowed');
  }
  for (const name of fixedSwitches) {
    if (input[name]?.Value) throw notBuilt(`the attribute ${name} of subnets`);
  }
  if (hostnameType !== undefined && hostnameType !== 'ip-name') {
    throw notBuilt(`host names of the type ${hostnameType}`);
  }
  if (given.length > 0 && given[0] !== 'MapPublicIpOnLaunch') return {};
  const mapPublicIpOnLaunch = requireParameter('MapPublicIpOnLaunch', input.MapPublicIpOnLaunch?.Value);
  if (subnet.mapPublicIpOnLaunch !== mapPublicIpOnLaunch) {
    context.cloud.subnets.put({ ...subnet, mapPublicIpOnLaunch });
  }
  return {};
}

/** The caller's subnet; otherwise AWS's not-found. */
export function getSubnet(context: OperationContext, subnetId: string): Subnet {
  checkId('subnet', subnetId, 'InvalidSubnetID.Malformed');
  const subnet = findOwn(context, context.cloud.subnets.find(subnetId));
  if (!subnet) throw subnetNotFound(subnetId);
  return subnet;
}

function subnetArn(subnet: Subnet): string {
  return arnOf('ec2', subnet.region, subnet.accountId, `subnet/${subnet.subnetId}`);
}

function stateOf(context: OperationContext, subnet: Subnet): 'available' | 'pending' {
  return context.world.isApplied(subnet.vpcId, subnet.generation) ? 'available' : 'pending';
}

function showSubnet(context: OperationContext, subnet: Subnet): SubnetShape {
  return {
    SubnetId: subnet.subnetId,
    SubnetArn: subnetArn(subnet),
    OwnerId: subnet.accountId,
    VpcId: subnet.vpcId,
    State: stateOf(context, subnet),
    CidrBlock: subnet.cidrBlock,
    AvailableIpAddressCount: countFreeAddresses(context.cloud, subnet),
    AvailabilityZone: subnet.availabilityZone,
    AvailabilityZoneId: subnet.availabilityZoneId,
    DefaultForAz: false,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    MapCustomerOwnedIpOnLaunch: false,
    AssignIpv6AddressOnCreation: false,
    Ipv6CidrBlockAssociationSet: [],
    Ipv6Native: false,
    EnableDns64: false,
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: 'ip-name',
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    Tags: showTags(context.cloud, subnet.subnetId),
  };
}
