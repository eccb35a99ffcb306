// Which VPCs a private zone answers in. A VPC of another account is associated by that account, after the zone's own account
// has authorized it.

import { type HostedZone, hostedZoneArn, type ZoneVpc } from '../../cloud/hosted-zone.ts';
import type { VpcId } from '../../cloud/id.ts';
import { isKnownRegion } from '../../cloud/region.ts';
import type { Vpc } from '../../cloud/vpc.ts';
import { findZoneNamed } from '../../cloud/zone-conflict.ts';
import {
  accessDenied,
  conflictingDomainExists,
  invalidInput,
  invalidPaginationToken,
  invalidVpcId,
  lastVpcAssociation,
  noSuchHostedZone,
  notAuthorizedVpc,
  publicZoneVpcAssociation,
  vpcAssociationAuthorizationNotFound,
  vpcAssociationNotFound,
} from './errors.ts';
import { readBody, readQuery, structure, text } from './input.ts';
import {
  getOwnZone,
  putChange,
  type RequestedAccess,
  type Route53Answer,
  type Route53Context,
  type Route53Request,
  readHostedZoneId,
  showVpc,
} from './operation.ts';

export const readVpc = structure({ VPCRegion: text, VPCId: text }, ['VPCId']);
type VpcInput = ReturnType<typeof readVpc>;

/** @throws AwsError for a VPC that is not there, or another account's */
export function getOwnVpc({ VPCId = '', VPCRegion }: VpcInput, { cloud, accountId }: Route53Context): Vpc {
  const vpc = findVpc(VPCId, VPCRegion, cloud);
  if (vpc?.accountId !== accountId) throw invalidVpcId(VPCId);
  return vpc;
}

function findVpc(vpcId: string, region: string | undefined, cloud: Route53Context['cloud']): Vpc | undefined {
  if (region === undefined || !isKnownRegion(region))
    throw invalidInput(`The VPC region '${(region ?? '').slice(0, 64)}' is not a valid region.`);
  const vpc = cloud.vpcs.find(vpcId);
  return vpc?.region === region ? vpc : undefined;
}

export const vpcOf = ({ vpcId, region }: Vpc): ZoneVpc => ({ vpcId, region });

const isSame = (a: ZoneVpc, b: ZoneVpc) => a.vpcId === b.vpcId && a.region === b.region;

const readAssociation = structure({ VPC: readVpc, Comment: text }, ['VPC']);

export function associateVPCWithHostedZone(request: Route53Request, context: Route53Context): Route53Answer {
  const { cloud, accountId, callerArn } = context;
  const { VPC, Comment } = readBody(request.body, 'AssociateVPCWithHostedZoneRequest', readAssociation);
  const hostedZoneId = readHostedZoneId(request);
  const zone = cloud.hostedZones.find(hostedZoneId);
  if (!zone) throw noSuchHostedZone(hostedZoneId);
  const vpc = findVpc(VPC!.VPCId!, VPC!.VPCRegion, cloud);
  const isOwnVpc = vpc?.accountId === accountId;
  // AWS: whoever owns neither hears nothing of the zone; who owns the zone alone cannot reach for the VPC.
  if (!vpc || (zone.accountId === accountId && !isOwnVpc)) throw invalidVpcId(VPC!.VPCId!);
  if (!isOwnVpc) throw accessDenied(callerArn);
  if (!zone.isPrivate) throw publicZoneVpcAssociation(hostedZoneId, vpc.vpcId);
  const added = vpcOf(vpc);
  if (zone.accountId !== accountId && !zone.authorizedVpcs.some((one) => isSame(one, added)))
    throw notAuthorizedVpc(vpc.vpcId);
  if (findZoneNamed(cloud, vpc.vpcId, zone.zoneName)) throw conflictingDomainExists(added, zone.zoneName);
  cloud.hostedZones.put({ ...zone, vpcs: [...zone.vpcs, added] });
  return { content: { ChangeInfo: putChange(context, [vpc.vpcId], Comment) } };
}

export function disassociateVPCFromHostedZone(
  request: Route53Request,
  context: Route53Context,
): Route53Answer {
  const { cloud, accountId, callerArn } = context;
  const { VPC, Comment } = readBody(request.body, 'DisassociateVPCFromHostedZoneRequest', readAssociation);
  const hostedZoneId = readHostedZoneId(request);
  const zone = cloud.hostedZones.find(hostedZoneId);
  if (!zone) throw noSuchHostedZone(hostedZoneId);
  const named = namedVpc(VPC!);
  const isOwnVpc = cloud.vpcs.find(named.vpcId)?.accountId === accountId;
  if (zone.accountId !== accountId && !isOwnVpc) throw accessDenied(callerArn);
  if (!zone.vpcs.some((one) => isSame(one, named))) throw vpcAssociationNotFound(named, hostedZoneId);
  if (zone.vpcs.length === 1) throw lastVpcAssociation();
  cloud.hostedZones.put({ ...zone, vpcs: zone.vpcs.filter((one) => !isSame(one, named)) });
  return { content: { ChangeInfo: putChange(context, [named.vpcId], Comment) } };
}

function namedVpc({ VPCId = '', VPCRegion = '' }: VpcInput): ZoneVpc {
  if (!isKnownRegion(VPCRegion))
    throw invalidInput(`The VPC region '${VPCRegion.slice(0, 64)}' is not a valid region.`);
  return { vpcId: VPCId as VpcId, region: VPCRegion };
}

const readAuthorization = structure({ VPC: readVpc }, ['VPC']);

/** AWS: says nothing of whether the VPC exists; whoever owns it decides. */
export function createVPCAssociationAuthorization(
  request: Route53Request,
  context: Route53Context,
): Route53Answer {
  const { VPC } = readBody(request.body, 'CreateVPCAssociationAuthorizationRequest', readAuthorization);
  const zone = getPrivateZone(request, context, VPC!);
  const vpc = namedVpc(VPC!);
  if (!/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/.test(vpc.vpcId)) throw invalidVpcId(vpc.vpcId);
  if (!zone.authorizedVpcs.some((one) => isSame(one, vpc)))
    context.cloud.hostedZones.put({ ...zone, authorizedVpcs: [...zone.authorizedVpcs, vpc] });
  return { content: { HostedZoneId: zone.hostedZoneId, VPC: showVpc(vpc) } };
}

/** AWS: an association that was made by it stays. */
export function deleteVPCAssociationAuthorization(
  request: Route53Request,
  context: Route53Context,
): Route53Answer {
  const { VPC } = readBody(request.body, 'DeleteVPCAssociationAuthorizationRequest', readAuthorization);
  const zone = getOwnZone(request, context);
  const vpc = namedVpc(VPC!);
  const rest = zone.authorizedVpcs.filter((one) => !isSame(one, vpc));
  if (rest.length === zone.authorizedVpcs.length)
    throw vpcAssociationAuthorizationNotFound(vpc, zone.hostedZoneId);
  context.cloud.hostedZones.put({ ...zone, authorizedVpcs: rest });
  return { content: {} };
}

const mostAuthorizations = 50;

export function listVPCAssociationAuthorizations(
  request: Route53Request,
  context: Route53Context,
): Route53Answer {
  const { hostedZoneId, authorizedVpcs } = getOwnZone(request, context);
  const { nexttoken, maxresults } = readQuery(request.query, 'nexttoken', 'maxresults');
  const size = Math.min(Number(maxresults ?? mostAuthorizations) || mostAuthorizations, mostAuthorizations);
  const start = nexttoken === undefined ? 0 : authorizedVpcs.findIndex(({ vpcId }) => vpcId === nexttoken);
  if (start < 0) throw invalidPaginationToken();
  const next = authorizedVpcs[start + size];
  return {
    content: {
      HostedZoneId: hostedZoneId,
      NextToken: next?.vpcId,
      VPCs: { VPC: authorizedVpcs.slice(start, start + size).map(showVpc) },
    },
  };
}

function getPrivateZone(
  request: Route53Request,
  context: Route53Context,
  { VPCId = '' }: VpcInput,
): HostedZone {
  const zone = getOwnZone(request, context);
  if (!zone.isPrivate) throw publicZoneVpcAssociation(zone.hostedZoneId, VPCId);
  return zone;
}

/** AWS: policies may name the VPC: `VPCId=vpc-…,VPCRegion=us-east-1`. */
export function vpcCondition({ VPCId, VPCRegion }: VpcInput): RequestedAccess {
  return { context: { 'route53:VPCs': [`VPCId=${VPCId},VPCRegion=${VPCRegion}`] } };
}

/**
 * @param name the element that the operation's document begins with
 * @param needs what the caller must be allowed besides
 */
export function associationAccess(name: string, needs: string[] = []) {
  return (request: Route53Request): RequestedAccess => ({
    resource: hostedZoneArn(readHostedZoneId(request)),
    ...vpcCondition(readBody(request.body, name, readAssociation).VPC!),
    needs,
  });
}
