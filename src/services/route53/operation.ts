// What an operation of Route 53 is given and what it answers, and what many share: the zone that is meant, the change that is made.
// It runs to its end inside one change of the cloud: it checks first, writes last, and throws before it has written.

import type { XmlContent, XmlElement } from '../../aws/rest-xml.ts';
import type { HostedZone, HostedZoneId, ZoneChange, ZoneVpc } from '../../cloud/hosted-zone.ts';
import type { VpcId } from '../../cloud/id.ts';
import type { AccessQuestion } from '../authorization.ts';
import type { OperationContext } from '../operation.ts';
import { accessDenied, noSuchHostedZone } from './errors.ts';

export type Route53Context = Pick<
  OperationContext,
  'cloud' | 'accountId' | 'callerArn' | 'now' | 'randomText' | 'world'
>;

export interface Route53Request {
  /** The parts of the path that are named in its pattern. */
  path: Readonly<Record<string, string>>;
  query: URLSearchParams;
  body: XmlElement | undefined;
}

export interface Route53Answer {
  content: XmlContent;
  status?: number;
  headers?: Record<string, string>;
}

export interface Route53Operation {
  method: 'GET' | 'POST' | 'DELETE';
  /** `/hostedzone/{Id}/rrset` */
  path: string;
  run: (request: Route53Request, context: Route53Context) => Route53Answer;
  /** What policies are asked about; absent: the action knows no resources and no keys of its own. */
  access?: (request: Route53Request) => RequestedAccess;
}

export interface RequestedAccess {
  /** Absent: `*`. */
  resource?: string;
  /** Condition keys of the request. */
  context?: AccessQuestion['context'];
  /** Actions beside the operation's own, on `*`. */
  needs?: string[];
}

/** `/hostedzone/Z0123` or `Z0123` */
export function readHostedZoneId({ path }: Route53Request): string {
  return (path.Id ?? '').replace(/^\/?hostedzone\//, '');
}

/** @throws AwsError for a zone that is not there, or another account's */
export function getOwnZone(
  request: Route53Request,
  { cloud, accountId, callerArn }: Route53Context,
): HostedZone {
  const hostedZoneId = readHostedZoneId(request);
  const zone = cloud.hostedZones.find(hostedZoneId);
  if (!zone) throw noSuchHostedZone(hostedZoneId);
  if (zone.accountId !== accountId) throw accessDenied(callerArn);
  return zone;
}

export const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const keptMs = 24 * 60 * 60 * 1000;

/** Writes down that resolvers have to follow, and shows it. Of what is long past nothing is kept. */
export function putChange(
  { cloud, accountId, now, randomText, world }: Route53Context,
  vpcIds: ZoneChange['vpcIds'],
  comment?: string,
): XmlContent {
  for (const { changeId } of cloud.zoneChanges.where((change) => isPast(change, now)))
    cloud.zoneChanges.delete(changeId);
  const change = cloud.zoneChanges.put({
    changeId: `C0${randomText(19, idAlphabet)}`,
    accountId,
    submittedAt: now.toISOString(),
    ...(comment === undefined ? {} : { comment }),
    vpcIds,
  });
  return showChange(change, { cloud, world });
}

const isPast = ({ submittedAt }: ZoneChange, now: Date) => Date.parse(submittedAt) < now.getTime() - keptMs;

/** INSYNC: the resolver of every VPC that the change is about answers by it. */
export function showChange(
  change: ZoneChange,
  { cloud, world }: Pick<Route53Context, 'cloud' | 'world'>,
): XmlContent {
  const vpcIds = change.vpcIds === 'all' ? cloud.vpcs.all().map(({ vpcId }) => vpcId) : change.vpcIds;
  const behind = [...vpcIds].some(
    (vpcId) => cloud.vpcs.has(vpcId) && !world.isApplied(vpcId, change.generation),
  );
  return {
    Id: `/change/${change.changeId}`,
    Status: behind ? 'PENDING' : 'INSYNC',
    SubmittedAt: change.submittedAt,
    Comment: change.comment,
  };
}

/** Whose resolvers know a zone. */
export function resolversOf({ isPrivate, vpcs }: HostedZone): VpcId[] | 'all' {
  return isPrivate ? vpcs.map(({ vpcId }) => vpcId) : 'all';
}

export function showVpc({ vpcId, region }: ZoneVpc): XmlContent {
  return { VPCRegion: region, VPCId: vpcId };
}

export function newHostedZoneId({ randomText }: Route53Context): HostedZoneId {
  return `Z0${randomText(19, idAlphabet)}`;
}
