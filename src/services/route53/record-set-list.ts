// The record sets of a zone, in Route 53's order: by name from its last label on, then by type.

import type { XmlContent } from '../../aws/rest-xml.ts';
import { plainName, reversedName, showName } from '../../cloud/dns-name.ts';
import { type ZoneRecordSet, zoneRecordTypes } from '../../cloud/hosted-zone.ts';
import { invalidInput } from './errors.ts';
import { recordSetsOf } from './hosted-zone.ts';
import { readMaxItems, readQuery, requireOneOf } from './input.ts';
import { getOwnZone, type Route53Answer, type Route53Context, type Route53Request } from './operation.ts';

/** AWS: a page has no more. */
const mostRecordSets = 300;

export function listResourceRecordSets(request: Route53Request, context: Route53Context): Route53Answer {
  const zone = getOwnZone(request, context);
  const { name, type, maxitems } = readQuery(request.query, 'name', 'type', 'maxitems');
  const size = readMaxItems(maxitems, mostRecordSets);
  if (type !== undefined && name === undefined)
    throw invalidInput('When you specify a record type, you must also specify a record name.');
  const startType = type === undefined ? '' : requireOneOf('type', type, zoneRecordTypes);
  const start = name === undefined ? '' : `${reversedName(plainName(name))} ${startType}`;
  const rest = recordSetsOf(context.cloud, zone)
    .map((recordSet) => ({ recordSet, order: `${reversedName(recordSet.name)} ${recordSet.type}` }))
    .filter(({ order }) => order >= start)
    .toSorted((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ recordSet }) => recordSet);
  const next = rest[size];
  return {
    content: {
      ResourceRecordSets: { ResourceRecordSet: rest.slice(0, size).map(showRecordSet) },
      IsTruncated: next !== undefined,
      NextRecordName: next && showName(next.name),
      NextRecordType: next?.type,
      MaxItems: size,
    },
  };
}

function showRecordSet({ name, type, ttlSeconds, values, alias }: ZoneRecordSet): XmlContent {
  if (!alias)
    return {
      Name: showName(name),
      Type: type,
      TTL: ttlSeconds,
      ResourceRecords: { ResourceRecord: values.map((Value) => ({ Value })) },
    };
  const { hostedZoneId, dnsName, evaluateTargetHealth } = alias;
  return {
    Name: showName(name),
    Type: type,
    AliasTarget: {
      HostedZoneId: hostedZoneId,
      DNSName: showName(dnsName),
      EvaluateTargetHealth: evaluateTargetHealth,
    },
  };
}
