// Hosted zones: made with the records every zone must have, looked at, and deleted when nothing else is left in them.

import type { XmlContent } from '../../aws/rest-xml.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { findNameFault, isWithin, plainName, showName } from '../../cloud/dns-name.ts';
import {
  type HostedZone,
  hostedZoneArn,
  isRequiredRecordSet,
  recordSetKey,
  type ZoneRecordSet,
} from '../../cloud/hosted-zone.ts';
import { findZoneNamed } from '../../cloud/zone-conflict.ts';
import {
  conflictingDomainExists,
  hostedZoneAlreadyExists,
  hostedZoneNotEmpty,
  invalidDomainName,
  invalidInput,
  privateZoneWithoutDnssec,
  reservedDomain,
  tooManyHostedZones,
} from './errors.ts';
import { flag, readBody, readQuery, structure, text } from './input.ts';
import {
  getOwnZone,
  newHostedZoneId,
  putChange,
  type RequestedAccess,
  type Route53Answer,
  type Route53Context,
  type Route53Request,
  readHostedZoneId,
  resolversOf,
  showVpc,
} from './operation.ts';
import { getOwnVpc, readVpc, vpcCondition, vpcOf } from './vpc-association.ts';

/** AWS: an account has so many until it asks for more. */
const zoneLimit = 500;
const longestComment = 256;
const reservedDomains = ['amazonaws.com', 'amazon.com', 'aws'];

const readCreate = structure(
  {
    Name: text,
    VPC: readVpc,
    CallerReference: text,
    HostedZoneConfig: structure({ Comment: text, PrivateZone: flag }),
  },
  ['Name', 'CallerReference'],
  ['DelegationSetId'],
);

export function createHostedZone({ body }: Route53Request, context: Route53Context): Route53Answer {
  const { cloud, accountId } = context;
  const {
    Name,
    VPC,
    CallerReference,
    HostedZoneConfig = {},
  } = readBody(body, 'CreateHostedZoneRequest', readCreate);
  checkComment(HostedZoneConfig.Comment);
  if (!VPC && HostedZoneConfig.PrivateZone)
    throw invalidInput(
      "When you're creating a private hosted zone (when you specify true for PrivateZone), you must also specify values for VPCId and VPCRegion.",
    );
  const zoneName = readZoneName(Name!, VPC !== undefined);
  const own = cloud.hostedZones.where((zone) => zone.accountId === accountId);
  if (own.some(({ callerReference }) => callerReference === CallerReference)) throw hostedZoneAlreadyExists();
  if (own.length >= zoneLimit) throw tooManyHostedZones(zoneLimit);
  const vpcs = VPC ? [vpcOf(getOwnVpc(VPC, context))] : [];
  for (const vpc of vpcs)
    if (findZoneNamed(cloud, vpc.vpcId, zoneName)) throw conflictingDomainExists(vpc, zoneName);
  const zone = cloud.hostedZones.put({
    hostedZoneId: newHostedZoneId(context),
    accountId,
    zoneName,
    callerReference: CallerReference!,
    ...(HostedZoneConfig.Comment ? { comment: HostedZoneConfig.Comment } : {}),
    isPrivate: VPC !== undefined,
    vpcs,
    authorizedVpcs: [],
    nameServers: VPC ? privateNameServers : newNameServers(context),
  });
  putRequiredRecordSets(cloud, zone);
  return {
    status: 201,
    headers: { Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.hostedZoneId}` },
    content: {
      HostedZone: showHostedZone(cloud, zone),
      ChangeInfo: putChange(context, resolversOf(zone)),
      ...(zone.isPrivate ? { VPC: showVpc(vpcs[0]!) } : { DelegationSet: showDelegationSet(zone) }),
    },
  };
}

function readZoneName(name: string, isPrivate: boolean): string {
  const fault = findNameFault(name);
  if (fault) throw invalidDomainName(fault, name.slice(0, 256));
  const zoneName = plainName(name);
  // AWS: a private zone may take the place of AWS's own names in its VPCs.
  const reserved = isPrivate ? undefined : reservedDomains.find((domain) => isWithin(zoneName, domain));
  if (reserved) throw reservedDomain(reserved);
  return zoneName;
}

function checkComment(comment: string | undefined): void {
  if ((comment?.length ?? 0) > longestComment)
    throw invalidInput(`The comment is longer than ${longestComment} characters.`);
}

/** AWS: the same for all private zones. Nobody asks them: resolvers know the zone. */
const privateNameServers = [
  'ns-1536.awsdns-00.co.uk.',
  'ns-0.awsdns-00.com.',
  'ns-1024.awsdns-00.org.',
  'ns-512.awsdns-00.net.',
];

/** AWS: one of each top-level domain, from a range of its own. */
function newNameServers({ randomText }: Route53Context): string[] {
  return [
    ['com', 0],
    ['net', 512],
    ['org', 1024],
    ['co.uk', 1536],
  ].map(([domain, first]) => {
    const number = Number(first) + (Number.parseInt(randomText(3, '0123456789abcdef'), 16) % 512);
    return `ns-${number}.awsdns-${randomText(2, '0123456')}.${domain}.`;
  });
}

function putRequiredRecordSets(cloud: Cloud, { hostedZoneId, zoneName, nameServers }: HostedZone): void {
  const put = (type: 'NS' | 'SOA', ttlSeconds: number, values: string[]) =>
    cloud.zoneRecordSets.put({
      recordSetKey: recordSetKey(hostedZoneId, zoneName, type),
      ...{ hostedZoneId, name: zoneName, type, ttlSeconds, values },
    });
  put('NS', 172_800, nameServers);
  put('SOA', 900, [`${nameServers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`]);
}

export function getHostedZone(request: Route53Request, context: Route53Context): Route53Answer {
  const zone = getOwnZone(request, context);
  readQuery(request.query);
  return {
    content: {
      HostedZone: showHostedZone(context.cloud, zone),
      ...(zone.isPrivate
        ? { VPCs: { VPC: zone.vpcs.map(showVpc) } }
        : { DelegationSet: showDelegationSet(zone) }),
    },
  };
}

export function deleteHostedZone(request: Route53Request, context: Route53Context): Route53Answer {
  const { cloud } = context;
  const zone = getOwnZone(request, context);
  const recordSets = recordSetsOf(cloud, zone);
  if (!recordSets.every((recordSet) => isRequiredRecordSet(recordSet, zone))) throw hostedZoneNotEmpty();
  for (const recordSet of recordSets) cloud.zoneRecordSets.delete(recordSet.recordSetKey);
  cloud.tagSets.delete(zone.hostedZoneId);
  cloud.hostedZones.delete(zone.hostedZoneId);
  return { content: { ChangeInfo: putChange(context, resolversOf(zone)) } };
}

const readUpdateComment = structure({ Comment: text });

export function updateHostedZoneComment(request: Route53Request, context: Route53Context): Route53Answer {
  const { Comment } = readBody(request.body, 'UpdateHostedZoneCommentRequest', readUpdateComment);
  checkComment(Comment);
  const { comment: _former, ...zone } = getOwnZone(request, context);
  const changed = context.cloud.hostedZones.put({ ...zone, ...(Comment ? { comment: Comment } : {}) });
  return { content: { HostedZone: showHostedZone(context.cloud, changed) } };
}

export function getHostedZoneCount(
  { query }: Route53Request,
  { cloud, accountId }: Route53Context,
): Route53Answer {
  readQuery(query);
  return {
    content: { HostedZoneCount: cloud.hostedZones.where((zone) => zone.accountId === accountId).length },
  };
}

/** No zone here is signed. */
export function getDNSSEC(request: Route53Request, context: Route53Context): Route53Answer {
  const { isPrivate } = getOwnZone(request, context);
  if (isPrivate) throw privateZoneWithoutDnssec();
  return { content: { Status: { ServeSignature: 'NOT_SIGNING' }, KeySigningKeys: {} } };
}

export function recordSetsOf(cloud: Cloud, { hostedZoneId }: HostedZone): ZoneRecordSet[] {
  return cloud.zoneRecordSets.where((recordSet) => recordSet.hostedZoneId === hostedZoneId);
}

export function showHostedZone(cloud: Cloud, zone: HostedZone): XmlContent {
  return {
    Id: `/hostedzone/${zone.hostedZoneId}`,
    Name: showName(zone.zoneName),
    CallerReference: zone.callerReference,
    Config: { Comment: zone.comment, PrivateZone: zone.isPrivate },
    ResourceRecordSetCount: recordSetsOf(cloud, zone).length,
  };
}

function showDelegationSet({ nameServers }: HostedZone): XmlContent {
  return { NameServers: { NameServer: nameServers.map((name) => name.slice(0, -1)) } };
}

/** AWS: the action knows no zone yet; of a private one it looks at the VPC, and asks for the right to see VPCs. */
export function createAccess({ body }: Route53Request): RequestedAccess {
  const { VPC } = readBody(body, 'CreateHostedZoneRequest', readCreate);
  return VPC ? { ...vpcCondition(VPC), needs: ['ec2:DescribeVpcs'] } : {};
}

export function zoneAccess(request: Route53Request): RequestedAccess {
  return { resource: hostedZoneArn(readHostedZoneId(request)) };
}
