// Hosted zones of Route 53 and what is in them. A private one answers in the VPCs it is associated with, a public one everywhere.
// Names are plain (see dns-name.ts); values stay as they were written.

import type { Cloud } from './cloud.ts';
import type { AccountId, Region, VpcId } from './id.ts';

export type HostedZoneId = `Z${string}`;

/** A VPC as Route 53 names it, which is one for all regions. */
export interface ZoneVpc {
  vpcId: VpcId;
  region: Region;
}

export interface HostedZone {
  hostedZoneId: HostedZoneId;
  accountId: AccountId;
  generation: number;
  zoneName: string;
  callerReference: string;
  comment?: string;
  isPrivate: boolean;
  /** Of a private zone never empty. */
  vpcs: ZoneVpc[];
  /** VPCs of other accounts that may be associated by those. */
  authorizedVpcs: ZoneVpc[];
  /** With their last dots. */
  nameServers: string[];
}

export const zoneRecordTypes = [
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'MX',
  'NS',
  'PTR',
  'SOA',
  'SPF',
  'SRV',
  'TXT',
] as const;
export type ZoneRecordType = (typeof zoneRecordTypes)[number];

/** All records of one name and type: AWS's resource record set. */
export interface ZoneRecordSet {
  /** `Z0123… A www.example.com` */
  recordSetKey: string;
  hostedZoneId: HostedZoneId;
  generation: number;
  name: string;
  type: ZoneRecordType;
  /** Of an alias 0: its target's holds. */
  ttlSeconds: number;
  /** As in a zone file. Of an alias empty. */
  values: string[];
  alias?: AliasTarget;
}

/** AWS: an alias is answered with the records of what it names, under its own name. */
export interface AliasTarget {
  /** The zone of the record itself, or that of endpoints' or load balancers' names. */
  hostedZoneId: string;
  /** Plain. */
  dnsName: string;
  evaluateTargetHealth: boolean;
}

/** One call that changed what resolvers answer. Whether they do already is derived from its generation. */
export interface ZoneChange {
  changeId: `C${string}`;
  accountId: AccountId;
  generation: number;
  submittedAt: string;
  comment?: string;
  /** Whose resolvers have to follow. */
  vpcIds: VpcId[] | 'all';
}

export function recordSetKey(hostedZoneId: HostedZoneId, name: string, type: ZoneRecordType): string {
  return `${hostedZoneId} ${type} ${name}`;
}

export function hostedZoneArn(hostedZoneId: string): string {
  return `arn:aws:route53:::hostedzone/${hostedZoneId}`;
}

/** What every zone has from its beginning and to its end: who is responsible for it. */
export function isRequiredRecordSet(
  { name, type }: Pick<ZoneRecordSet, 'name' | 'type'>,
  { zoneName }: Pick<HostedZone, 'zoneName'>,
): boolean {
  return name === zoneName && (type === 'NS' || type === 'SOA');
}

/** Private zones of a VPC, in the order of their creation. */
export function privateZonesOf(cloud: Cloud, vpcId: VpcId): HostedZone[] {
  return cloud.hostedZones.where((zone) => zone.vpcs.some((vpc) => vpc.vpcId === vpcId));
}
