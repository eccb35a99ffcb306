// Instance types: a few of AWS's, with AWS's figures.
// DIFFERS: instance-type-sizes an instance may use the whole machine; its type's processors and memory are names only.
// What does count is how many network interfaces a type can have.

import type {
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  InstanceTypeInfo,
  InstanceTypeOffering,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { zonesOf } from '../../cloud/region.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { invalidParameterValue } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';

interface InstanceTypeFacts {
  instanceType: string;
  processors: number;
  memoryMib: number;
  networkInterfaces: number;
  addressesPerInterface: number;
  networkPerformance: string;
  hypervisor: 'nitro' | 'xen';
}

/** AWS's default when a request names none. */
export const defaultInstanceType = 'm1.small';

const catalogue: InstanceTypeFacts[] = [
  facts('m1.small', 1, 1740, 2, 4, 'Low', 'xen'),
  facts('t2.micro', 1, 1024, 2, 2, 'Low to Moderate', 'xen'),
  facts('t3.nano', 2, 512, 2, 2, 'Up to 5 Gigabit'),
  facts('t3.micro', 2, 1024, 2, 2, 'Up to 5 Gigabit'),
  facts('t3.small', 2, 2048, 3, 4, 'Up to 5 Gigabit'),
  facts('t3.medium', 2, 4096, 3, 6, 'Up to 5 Gigabit'),
  facts('t3.large', 2, 8192, 3, 12, 'Up to 5 Gigabit'),
  facts('c5.large', 2, 4096, 3, 10, 'Up to 10 Gigabit'),
  facts('m5.large', 2, 8192, 3, 10, 'Up to 10 Gigabit'),
  facts('m5.xlarge', 4, 16384, 4, 15, 'Up to 10 Gigabit'),
];

function facts(
  instanceType: string,
  processors: number,
  memoryMib: number,
  networkInterfaces: number,
  addressesPerInterface: number,
  networkPerformance: string,
  hypervisor: InstanceTypeFacts['hypervisor'] = 'nitro',
): InstanceTypeFacts {
  return {
    ...{ instanceType, processors, memoryMib, networkInterfaces, addressesPerInterface },
    ...{ networkPerformance, hypervisor },
  };
}

/** AWS's default for burstable types; undefined for the others, which know no credits. */
export function cpuCreditsOf(instanceType: string): 'standard' | 'unlimited' | undefined {
  if (!instanceType.startsWith('t')) return undefined;
  return instanceType.startsWith('t2.') ? 'standard' : 'unlimited';
}

/** The type, if an instance of it can be had in the zone; otherwise AWS's refusal. */
export function getInstanceType(instanceType: string, zoneName: string): InstanceTypeFacts {
  const found = catalogue.find((known) => known.instanceType === instanceType);
  if (found) return found;
  if (!/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(instanceType)) {
    throw invalidParameterValue(`Invalid value '${instanceType}' for InstanceType.`);
  }
  throw new AwsError(
    'Unsupported',
    `Your requested instance type (${instanceType}) is not supported in your requested Availability Zone (${zoneName}). ` +
      `Types that are: ${catalogue.map((known) => known.instanceType).join(', ')}.`,
  );
}

export function describeInstanceTypes(
  input: DescribeInstanceTypesRequest,
  _context: OperationContext,
): DescribeInstanceTypesResult {
  acceptParameters('DescribeInstanceTypes', input, 'InstanceTypes', 'Filters', 'MaxResults', 'NextToken');
  refuseIdsWithMaxResults('InstanceTypes', input.InstanceTypes, input.MaxResults);
  const wanted: string[] = input.InstanceTypes ?? [];
  const unknown = wanted.filter((name) => !catalogue.some((known) => known.instanceType === name));
  if (unknown.length > 0) {
    const message = `The following supplied instance types do not exist: [${unknown.join(', ')}]`;
    throw new AwsError('InvalidInstanceType', message);
  }
  const selected = catalogue.filter((known) => wanted.length === 0 || wanted.includes(known.instanceType));
  const matching = applyFilters(selected, input.Filters, instanceTypeFields, () => ({}));
  const limits = { minimum: 5, maximum: 100 };
  const { page, nextToken } = paginate(matching, input, limits, (known) => known.instanceType);
  return { InstanceTypes: page.map(showInstanceType), ...(nextToken && { NextToken: nextToken }) };
}

const instanceTypeFields: FilterFields<InstanceTypeFacts> = {
  'bare-metal': () => 'false',
  'current-generation': (type) => String(type.instanceType !== 'm1.small'),
  hypervisor: (type) => type.hypervisor,
  'instance-type': (type) => type.instanceType,
  'memory-info.size-in-mib': (type) => String(type.memoryMib),
  'network-info.maximum-network-interfaces': (type) => String(type.networkInterfaces),
  'processor-info.supported-architecture': () => 'x86_64',
  'supported-root-device-type': () => 'ebs',
  'supported-usage-class': () => 'on-demand',
  'supported-virtualization-type': () => 'hvm',
  'vcpu-info.default-vcpus': (type) => String(type.processors),
};

function showInstanceType(type: InstanceTypeFacts): InstanceTypeInfo {
  return {
    InstanceType: type.instanceType as NonNullable<InstanceTypeInfo['InstanceType']>,
    CurrentGeneration: type.instanceType !== 'm1.small',
    FreeTierEligible: ['t2.micro', 't3.micro'].includes(type.instanceType),
    SupportedUsageClasses: ['on-demand'],
    SupportedRootDeviceTypes: ['ebs'],
    SupportedVirtualizationTypes: ['hvm'],
    BareMetal: false,
    Hypervisor: type.hypervisor,
    ProcessorInfo: { SupportedArchitectures: ['x86_64'] },
    VCpuInfo: { DefaultVCpus: type.processors },
    MemoryInfo: { SizeInMiB: type.memoryMib },
    InstanceStorageSupported: false,
    NetworkInfo: {
      NetworkPerformance: type.networkPerformance,
      MaximumNetworkInterfaces: type.networkInterfaces,
      MaximumNetworkCards: 1,
      DefaultNetworkCardIndex: 0,
      Ipv4AddressesPerInterface: type.addressesPerInterface,
      Ipv6Supported: false,
      EnaSupport: 'unsupported',
    },
    BurstablePerformanceSupported: cpuCreditsOf(type.instanceType) !== undefined,
    HibernationSupported: false,
    AutoRecoverySupported: false,
  };
}

export function describeInstanceTypeOfferings(
  input: DescribeInstanceTypeOfferingsRequest,
  context: OperationContext,
): DescribeInstanceTypeOfferingsResult {
  acceptParameters(
    'DescribeInstanceTypeOfferings',
    input,
    'LocationType',
    'Filters',
    'MaxResults',
    'NextToken',
  );
  const locations = locationsOf(input.LocationType ?? 'region', context.region);
  const offerings = locations.flatMap((Location) =>
    catalogue.map((type) => ({
      InstanceType: type.instanceType as NonNullable<InstanceTypeOffering['InstanceType']>,
      LocationType: input.LocationType ?? ('region' as const),
      Location,
    })),
  );
  const fields: FilterFields<(typeof offerings)[number]> = {
    'instance-type': (offering) => offering.InstanceType,
    location: (offering) => offering.Location,
  };
  const matching = applyFilters(offerings, input.Filters, fields, () => ({}));
  const keyOf = (offering: InstanceTypeOffering) => `${offering.Location} ${offering.InstanceType}`;
  const { page, nextToken } = paginate<InstanceTypeOffering>(matching, input, undefined, keyOf);
  return { InstanceTypeOfferings: page, ...(nextToken && { NextToken: nextToken }) };
}

function locationsOf(locationType: string, region: string): string[] {
  switch (locationType) {
    case 'region':
      return [region];
    case 'availability-zone':
      return zonesOf(region).map((zone) => zone.zoneName);
    case 'availability-zone-id':
      return zonesOf(region).map((zone) => zone.zoneId);
    case 'outpost':
      throw notBuilt('outposts');
    default:
      throw invalidParameterValue(`Value (${locationType}) for parameter LocationType is invalid.`);
  }
}
