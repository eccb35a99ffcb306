// The public names of AWS's services, per region: what resolvers answer and what certificates vouch for are this one list.
// A name that begins with `*.` stands for every name below it: S3's buckets, DynamoDB's accounts.

import { type AwsService, findForeignService } from './aws-service.ts';
import type { Region } from './id.ts';
import { hasFrontEnd } from './public-range.ts';

const suffix = 'amazonaws.com';
/** Where names without a region lead. */
export const homeRegion: Region = 'us-east-1';

/** Services of ours that interface endpoints can lead to, as AWS names them there. */
export const endpointServices = [
  'ec2',
  'elasticloadbalancing',
  'sts',
  's3',
  'dynamodb',
  'iam',
  'route53',
  'monitoring',
] as const;

/** AWS: one for the whole world, in the home region; no name of theirs has a region. */
export const worldServices: readonly string[] = ['iam', 'route53'];

/** Every name of a front end, its regional name first; empty when there is no such front end. */
export function serviceNames({ service, region }: { service: string; region: Region }): string[] {
  if (!hasFrontEnd(service, region)) return [];
  const isHome = region === homeRegion;
  const foreign = findForeignService(service);
  if (foreign) return [...ownNames(foreign, region), ...olderNames(service, region, isHome)];
  switch (service) {
    case 's3':
      return s3Names(region, isHome);
    case 'dynamodb':
      return [`dynamodb.${region}.${suffix}`, `*.ddb.${region}.${suffix}`];
    case 'iam':
    case 'route53':
      return [`${service}.${suffix}`];
    case 'ec2':
    case 'sts':
      return [`${service}.${region}.${suffix}`, ...(isHome ? [`${service}.${suffix}`] : [])];
    default:
      return [`${service}.${region}.${suffix}`];
  }
}

/** What private DNS of an endpoint to it covers. */
export function ownNames({ host, domain, names }: AwsService, region: Region): string[] {
  const name = `${host}.${region}.${domain}`;
  return [...(names === 'below' ? [] : [name]), ...(names === 'own' ? [] : [`*.${name}`])];
}

/**
 * The names that an interface endpoint with private DNS leads to itself; the first is the chief one. Empty: there are none.
 * @param service as in the name of its endpoint service: `ec2`, `ecr.api`
 */
export function privateNames(service: string, region: Region): string[] {
  const foreign = findForeignService(service);
  if (foreign) return ownNames(foreign, region);
  const name = `${service}.${region}.${suffix}`;
  switch (service) {
    case 's3':
      return [name, `*.${name}`, `*.s3-accesspoint.${region}.${suffix}`, `*.s3-control.${region}.${suffix}`];
    case 'dynamodb':
      return [];
    default:
      return [worldServices.includes(service) ? `${service}.${suffix}` : name];
  }
}

/** AWS: SQS answers still by the names of its first years, which private DNS does not cover. */
function olderNames(service: string, region: Region, isHome: boolean): string[] {
  if (service !== 'sqs') return [];
  return [`${region}.queue.${suffix}`, ...(isHome ? [`queue.${suffix}`] : [])];
}

function s3Names(region: Region, isHome: boolean): string[] {
  const hosts = [`s3.${region}`, `s3.dualstack.${region}`, `s3-${region}`];
  return [
    ...hosts.flatMap((host) => [`${host}.${suffix}`, `*.${host}.${suffix}`]),
    ...(isHome ? [`s3.${suffix}`] : []),
    globalBucketName('*'),
  ];
}

/** `NAME.s3.amazonaws.com`. AWS: it leads to the front end of the bucket's own region, and to us-east-1 when there is none. */
export function globalBucketName(bucketName: string): string {
  return `${bucketName}.s3.${suffix}`;
}
