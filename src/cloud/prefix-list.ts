// Prefix lists: named sets of ranges that routes and security group rules stand on. AWS has its own (public-range.ts);
// a customer's list has versions: whoever names the list means its newest one.

import type { Cidr } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import type { PrefixListId, Region, TransitGatewayId, VpcId } from './id.ts';
import { findPrefixList } from './public-range.ts';
import type { Owned } from './vpc.ts';

export interface PrefixListEntry {
  /** As it came, in its canonical form; IPv6 in a list of that family. */
  cidr: string;
  description?: string;
}

export interface ManagedPrefixList extends Owned {
  prefixListId: PrefixListId;
  prefixListName: string;
  addressFamily: 'IPv4' | 'IPv6';
  maxEntries: number;
  /** Counted from 1; each change of the entries makes a new one. */
  version: number;
  entries: PrefixListEntry[];
  /** What was last done to it; `-in-progress` until every VPC that uses the list carries it, then `-complete`. */
  lastChange: 'create' | 'modify' | 'restore';
  /** What was last asked for and could not be done. */
  failure?: { state: 'modify-failed' | 'delete-failed'; message: string };
}

/** The entries as they were, so that they can be looked at and restored. */
export interface ManagedPrefixListVersion extends Owned {
  /** `pl-0123456789abcdef0:3` */
  versionKey: string;
  prefixListId: PrefixListId;
  version: number;
  entries: PrefixListEntry[];
}

export const prefixListVersionKey = (prefixListId: string, version: number) => `${prefixListId}:${version}`;

/** The ranges that a list stands for now, AWS's or a customer's. DIFFERS: ipv6 a list of IPv6 ranges stands for none. */
export function rangesOfPrefixList(cloud: Cloud, region: Region, prefixListId: string): Cidr[] {
  const aws = findPrefixList(region, prefixListId);
  if (aws) return aws.cidrBlocks;
  const list = cloud.managedPrefixLists.find(prefixListId);
  return list?.addressFamily === 'IPv4' ? list.entries.map(({ cidr }) => cidr) : [];
}

/** AWS: a customer's list counts with its size and not with what is in it; S3's and DynamoDB's count once. */
export function weightOfPrefixList(cloud: Cloud, prefixListId: string): number {
  return cloud.managedPrefixLists.find(prefixListId)?.maxEntries ?? 1;
}

/** The VPCs whose route tables or groups name the list, and the transit gateways whose route tables do. */
export function routersOfPrefixList(cloud: Cloud, prefixListId: string): Set<VpcId | TransitGatewayId> {
  const { routeTables, groups, transitTables } = usersOfPrefixList(cloud, prefixListId);
  return new Set([
    ...[...routeTables, ...groups].map(({ vpcId }) => vpcId),
    ...transitTables.map(({ transitGatewayId }) => transitGatewayId),
  ]);
}

export function usersOfPrefixList(cloud: Cloud, prefixListId: string) {
  return {
    routeTables: cloud.routeTables.where(({ routes }) =>
      routes.some((route) => route.destinationPrefixListId === prefixListId),
    ),
    groups: cloud.securityGroups.where(({ rules }) =>
      rules.some((rule) => rule.prefixListId === prefixListId),
    ),
    transitTables: cloud.transitGatewayRouteTables.where(
      ({ endedAt, prefixListReferences = [] }) =>
        endedAt === undefined &&
        prefixListReferences.some((reference) => reference.prefixListId === prefixListId),
    ),
  };
}
