// Hosted zones of Route 53 as resolvers read them: the records by their names.

import type { HostedZoneId, ZoneRecordSet } from '../cloud/hosted-zone.ts';
import type { VpcId } from '../cloud/id.ts';
import type { Sources } from './compile-memory.ts';
import type { AliasRecord, PrivateZone, RecordSet } from './network.ts';

export function compileHostedZone({ index }: Sources, hostedZoneId: HostedZoneId): PrivateZone {
  const { zoneName } = index.cloud.hostedZones.find(hostedZoneId)!;
  const recordSets: PrivateZone['recordSets'] = new Map();
  for (const recordSet of index.recordSetsOfZone.get(hostedZoneId) ?? []) {
    const ofName = recordSets.get(recordSet.name);
    if (ofName) ofName.push(compileRecordSet(recordSet));
    else recordSets.set(recordSet.name, [compileRecordSet(recordSet)]);
  }
  return { zoneName, by: hostedZoneId, isForInboundOnly: false, recordSets };
}

function compileRecordSet({
  hostedZoneId,
  type,
  ttlSeconds,
  values,
  alias,
}: ZoneRecordSet): RecordSet | AliasRecord {
  if (alias)
    return {
      type: 'alias',
      recordType: type,
      target: alias.dnsName,
      isInZone: alias.hostedZoneId === hostedZoneId,
    };
  return type === 'A' ? { type, ttlSeconds, addresses: values } : { type, ttlSeconds, values };
}

/** Those that are associated with a VPC. */
export function findHostedZones({ index, zones }: Sources, vpcId: VpcId): PrivateZone[] {
  return (index.hostedZonesOf.get(vpcId) ?? []).map(({ hostedZoneId }) => zones.get(hostedZoneId)!);
}
