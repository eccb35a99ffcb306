// AWS's public addresses, as facts: which ranges S3 and DynamoDB have in each region (their prefix lists), where the front ends
// of the services are, and which range a region's public addresses come from. AWS's own ranges drift; these stay.

import { addressAt, type Cidr, cidrContains, cidrRange, type Ipv4 } from '../lib/cidr.ts';
import { awsServices } from './aws-service.ts';
import type { PrefixListId, Region } from './id.ts';
import { regionNames } from './region.ts';
import type { GatewayService } from './vpc-endpoint.ts';

export interface AwsPrefixList {
  prefixListId: PrefixListId;
  /** The name of the service that gateway endpoints lead to: `com.amazonaws.us-east-1.s3`. */
  prefixListName: string;
  service: GatewayService;
  region: Region;
  cidrBlocks: Cidr[];
}

/** Where a service answers on the internet. */
export interface FrontEnd {
  /** What follows the region in the name of its endpoint service: `s3`, `ec2`, `ecr.api`. */
  service: string;
  region: Region;
  /** What the service's names resolve to. */
  addresses: Ipv4[];
}

type Ranges = [prefixListId: PrefixListId, ...cidrBlocks: Cidr[]];

/** As AWS has them. The first range holds the addresses that names resolve to; no other region's list covers it. */
const publishedRanges: Record<Region, { s3: Ranges; dynamodb: Ranges }> = {
  'us-east-1': {
    s3: ['pl-63a5400a', '52.216.0.0/15', '54.231.0.0/16'],
    dynamodb: ['pl-02cd2c6b', '52.94.0.0/22', '52.119.224.0/20'],
  },
  'us-east-2': {
    s3: ['pl-7ba54012', '52.219.80.0/20', '52.219.96.0/20', '52.92.76.0/22'],
    dynamodb: ['pl-4ca54025', '52.94.4.0/24'],
  },
  'us-west-1': {
    s3: ['pl-6ba54002', '52.219.24.0/21'],
    dynamodb: ['pl-6ea54007', '52.94.8.0/24'],
  },
  'us-west-2': {
    s3: ['pl-68a54001', '52.218.128.0/17', '54.231.160.0/19', '52.92.32.0/22'],
    dynamodb: ['pl-00a54069', '52.94.28.0/23'],
  },
  'eu-west-1': {
    s3: ['pl-6da54004', '52.218.0.0/17', '54.231.128.0/19'],
    dynamodb: ['pl-6fa54006', '52.94.5.0/24', '52.94.24.0/23', '52.119.240.0/21'],
  },
  'eu-central-1': {
    s3: ['pl-6ea54007', '52.219.44.0/22'],
    dynamodb: ['pl-66a5400f', '52.94.17.0/24'],
  },
  'ap-southeast-1': {
    s3: ['pl-6fa54006', '52.219.36.0/22'],
    dynamodb: ['pl-67a5400e', '52.94.11.0/24'],
  },
};

// DIFFERS: prefix-lists-of-other-regions where no list was at hand, ranges and ids are made up from the region's number.
function rangesOf(region: Region, number: number): { s3: Ranges; dynamodb: Ranges } {
  const id = (kind: string): PrefixListId => `pl-${kind}${number.toString(16).padStart(2, '0')}a540`;
  return (
    publishedRanges[region] ?? {
      s3: [id('53'), `3.5.${number * 4}.0/22`],
      dynamodb: [id('db'), `3.4.${number}.0/24`],
    }
  );
}

const gatewayServices: GatewayService[] = ['s3', 'dynamodb'];

export const awsPrefixLists: readonly AwsPrefixList[] = regionNames.flatMap((region, number) =>
  gatewayServices.map((service) => {
    const [prefixListId, ...cidrBlocks] = rangesOf(region, number)[service];
    return {
      prefixListId,
      prefixListName: `com.amazonaws.${region}.${service}`,
      service,
      region,
      cidrBlocks,
    };
  }),
);

/** AWS: ids are unique per region only. */
export function findPrefixList(region: Region, prefixListId: string): AwsPrefixList | undefined {
  return awsPrefixLists.find((list) => list.region === region && list.prefixListId === prefixListId);
}

export function prefixListOf(region: Region, service: GatewayService): AwsPrefixList {
  return awsPrefixLists.find((list) => list.region === region && list.service === service)!;
}

/** Services that are no gateway endpoints' have one range per region: their front ends stand side by side in it, each at its number. */
const numberInRange = {
  ec2: 10,
  elasticloadbalancing: 11,
  sts: 12,
  iam: 13,
  organizations: 14,
  route53resolver: 15,
  directconnect: 16,
  route53: 17,
};
/** They are one for the whole world. */
const globalServices = ['iam', 'organizations', 'route53'];
const globalRegion = 'us-east-1';

const serviceRange = (number: number): Cidr => `52.46.${number}.0/24`;
const serviceAddress = (number: number, place: number): Ipv4 => `52.46.${number}.${place}`;
/** Where the addresses of services that are not ours begin. */
const firstForeign = 40;

export const frontEnds: readonly FrontEnd[] = regionNames.flatMap((region, number): FrontEnd[] => {
  const services = Object.entries(numberInRange).filter(
    ([service]) => region === globalRegion || !globalServices.includes(service),
  );
  return [
    ...gatewayServices.map((service) => {
      const range = prefixListOf(region, service).cidrBlocks[0]!;
      return { service, region, addresses: [addressAt(range, 10), addressAt(range, 11)] };
    }),
    ...services.map(([service, place]) => ({
      service,
      region,
      addresses: [serviceAddress(number, place)],
    })),
    ...awsServices.map(({ name }, index) => ({
      service: name,
      region,
      addresses: [serviceAddress(number, firstForeign + index)],
    })),
  ];
});

const frontEndOf = new Map(frontEnds.flatMap((one) => one.addresses.map((address) => [address, one])));
const namedFrontEnds = new Set(frontEnds.map(({ service, region }) => `${service} ${region}`));

export function hasFrontEnd(service: string, region: Region): boolean {
  return namedFrontEnds.has(`${service} ${region}`);
}

/** Every range that leads to a front end on the internet. */
export const serviceRanges: readonly Cidr[] = [
  ...new Set([
    ...awsPrefixLists.flatMap(({ cidrBlocks }) => cidrBlocks),
    ...regionNames.map((_region, number) => serviceRange(number)),
  ]),
];

/** Whose front end has this address: of S3 and DynamoDB every address of their ranges, the longest prefix deciding. */
export function findFrontEnd(address: Ipv4): { service: string; region: Region } | undefined {
  const list = awsPrefixLists
    .flatMap(({ cidrBlocks, service, region }) => cidrBlocks.map((cidr) => ({ cidr, service, region })))
    .filter(({ cidr }) => cidrContains(cidr, address))
    .toSorted((a, b) => cidrRange(b.cidr).prefixLength - cidrRange(a.cidr).prefixLength)[0];
  if (list) return { service: list.service, region: list.region };
  return frontEndOf.get(address);
}

/** Where a region's Elastic IPs and auto-assigned public addresses come from. */
export function publicAddressPool(region: Region): Cidr {
  return `3.${128 + regionNames.indexOf(region)}.0.0/16`;
}
