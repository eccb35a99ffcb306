// Lists of zones: an account's own, in the order of ids or of names, and those that answer in a VPC, whoever owns them.

import type { XmlContent } from '../../aws/rest-xml.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { plainName, reversedName, showName } from '../../cloud/dns-name.ts';
import { endpointsWithZones, endpointZones } from '../../cloud/endpoint-zone.ts';
import { type HostedZone, privateZonesOf } from '../../cloud/hosted-zone.ts';
import type { VpcId } from '../../cloud/id.ts';
import { invalidInput, invalidPaginationToken } from './errors.ts';
import { showHostedZone } from './hosted-zone.ts';
import { readMaxItems, readQuery, requireOneOf } from './input.ts';
import type { RequestedAccess, Route53Answer, Route53Context, Route53Request } from './operation.ts';
import { getOwnVpc, vpcCondition } from './vpc-association.ts';

/** AWS: a page has no more. */
const mostZones = 100;

export function listHostedZones({ query }: Route53Request, context: Route53Context): Route53Answer {
  const { cloud, accountId } = context;
  const read = readQuery(query, 'marker', 'maxitems', 'hostedzonetype');
  const size = readMaxItems(read.maxitems, mostZones);
  const type =
    read.hostedzonetype && requireOneOf('hostedZoneType', read.hostedzonetype, ['PrivateHostedZone']);
  const zones = cloud.hostedZones
    .where((zone) => zone.accountId === accountId && (!type || zone.isPrivate))
    .toSorted((a, b) => compare(a.hostedZoneId, b.hostedZoneId));
  const rest = zones.filter(({ hostedZoneId }) => read.marker === undefined || hostedZoneId >= read.marker);
  const next = rest[size];
  return {
    content: {
      HostedZones: showZones(rest.slice(0, size), context),
      Marker: read.marker,
      IsTruncated: next !== undefined,
      NextMarker: next?.hostedZoneId,
      MaxItems: size,
    },
  };
}

export function listHostedZonesByName({ query }: Route53Request, context: Route53Context): Route53Answer {
  const { cloud, accountId } = context;
  const read = readQuery(query, 'dnsname', 'hostedzoneid', 'maxitems');
  const size = readMaxItems(read.maxitems, mostZones);
  const hostedZoneId = read.hostedzoneid?.replace(/^\/?hostedzone\//, '');
  if (hostedZoneId !== undefined && read.dnsname === undefined)
    throw invalidInput('When you specify a hosted zone ID, you must also specify a DNS name.');
  const start = read.dnsname === undefined ? '' : orderOf(plainName(read.dnsname), hostedZoneId ?? '');
  const rest = cloud.hostedZones
    .where((zone) => zone.accountId === accountId && orderOf(zone.zoneName, zone.hostedZoneId) >= start)
    .toSorted((a, b) => compare(orderOf(a.zoneName, a.hostedZoneId), orderOf(b.zoneName, b.hostedZoneId)));
  const next = rest[size];
  return {
    content: {
      HostedZones: showZones(rest.slice(0, size), context),
      DNSName: read.dnsname,
      HostedZoneId: hostedZoneId,
      IsTruncated: next !== undefined,
      NextDNSName: next && showName(next.zoneName),
      NextHostedZoneId: next?.hostedZoneId,
      MaxItems: size,
    },
  };
}

/** AWS: asked for by the VPC's owner; zones of other accounts are among them, and those of endpoints that nobody else lists. */
export function listHostedZonesByVPC({ query }: Route53Request, context: Route53Context): Route53Answer {
  const read = readQuery(query, 'vpcid', 'vpcregion', 'maxitems', 'nexttoken');
  const size = readMaxItems(read.maxitems, mostZones);
  const { vpcId } = getOwnVpc(vpcInput(query), context);
  const summaries = listSummaries(context.cloud, vpcId);
  const start =
    read.nexttoken === undefined ? 0 : summaries.findIndex((one) => one.HostedZoneId === read.nexttoken);
  if (start < 0) throw invalidPaginationToken();
  return {
    content: {
      HostedZoneSummaries: { HostedZoneSummary: summaries.slice(start, start + size) },
      MaxItems: size,
      NextToken: summaries[start + size]?.HostedZoneId,
    },
  };
}

interface ZoneSummary extends XmlContent {
  HostedZoneId: string;
}

function listSummaries(cloud: Cloud, vpcId: VpcId): ZoneSummary[] {
  const hidden = endpointsWithZones(cloud, vpcId).flatMap(endpointZones).toArray();
  return [
    ...privateZonesOf(cloud, vpcId).map(({ hostedZoneId, zoneName, accountId }) => ({
      HostedZoneId: hostedZoneId,
      Name: showName(zoneName),
      Owner: { OwningAccount: accountId },
    })),
    ...hidden.map(({ hostedZoneId, zoneName }) => ({
      HostedZoneId: hostedZoneId,
      Name: showName(zoneName),
      Owner: { OwningService: 'vpce.amazonaws.com' },
    })),
  ];
}

export function listByVpcAccess({ query }: Route53Request): RequestedAccess {
  return { context: vpcCondition(vpcInput(query)).context };
}

const vpcInput = (query: URLSearchParams) => ({
  VPCId: query.get('vpcid') ?? '',
  VPCRegion: query.get('vpcregion') ?? '',
});

const showZones = (zones: HostedZone[], { cloud }: Route53Context): XmlContent => ({
  HostedZone: zones.map((zone) => showHostedZone(cloud, zone)),
});

const orderOf = (zoneName: string, hostedZoneId: string) => `${reversedName(zoneName)} ${hostedZoneId}`;

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
