// Which of our fronts a request is for: that of the query services, or of a service that has its own. Behind a service's own
// front end there is nothing to ask; the API endpoint of the machine has all of them, and tells them apart as their clients differ.

import type { IncomingHttpHeaders } from 'node:http';
import type { Arrival } from './arrival.ts';
import { findSigningName } from './signature.ts';

export type ServiceRoute = OwnFront | 'query';
export type OwnFront = (typeof ownFronts)[number];

/** Services that have a front of their own, by their signing names. */
const ownFronts = [
  ...(['s3', 'dynamodb', 'organizations', 'route53resolver', 'directconnect', 'route53'] as const),
  // A query service, which looks at the network before it answers.
  'monitoring',
] as const;

/** How `X-Amz-Target` begins. */
const targets: [RegExp, OwnFront][] = [
  [/^DynamoDB(Streams)?_/, 'dynamodb'],
  [/^AWSOrganizationsV/, 'organizations'],
  [/^Route53Resolver\./, 'route53resolver'],
  [/^OvertureService\./, 'directconnect'],
  [/^GraniteServiceVersion/, 'monitoring'],
];

/** What is looked at: the request line and the headers, as they came. */
export interface RoutedRequest {
  method?: string;
  url?: string;
  headers: IncomingHttpHeaders;
}

export function routeService(request: RoutedRequest, { frontEnd }: Pick<Arrival, 'frontEnd'>): ServiceRoute {
  if (frontEnd) return routeOf(frontEnd.service);
  const { headers, url = '/' } = request;
  const signingName = findSigningName(headers, url);
  if (signingName) return routeOf(signingName);
  if (isSignedAsS3Was(headers, url)) return 's3';
  if (/^\/service\/GraniteServiceVersion/.test(url)) return 'monitoring';
  const byHost = routeHost(headers.host ?? '');
  const target = String(headers['x-amz-target'] ?? '');
  const byTarget = targets.find(([beginning]) => beginning.test(target))?.[1];
  if (byTarget) return byTarget;
  return byHost ?? (isQuery(request) ? 'query' : 's3');
}

/** What has no front of its own is the front door's, which also refuses what we do not have. */
function routeOf(service: string): ServiceRoute {
  return ownFronts.find((name) => name === service) ?? 'query';
}

/** Signature version 2, which S3 alone still takes: `AWS AKID:signature`, or `AWSAccessKeyId=` in the query. */
function isSignedAsS3Was({ authorization }: IncomingHttpHeaders, url: string): boolean {
  return /^AWS [^\s:]+:/.test(authorization ?? '') || /[?&]AWSAccessKeyId=[^&]+/.test(url);
}

/** `bucket.s3.us-east-1.amazonaws.com`, also below names of this machine: `bucket.s3.localhost`. */
function routeHost(host: string): ServiceRoute | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, '');
  if (/(^|\.)s3(-[a-z]+-[a-z]+-\d+)?\.[a-z0-9.-]+$/.test(name)) return 's3';
  if (/^dynamodb\./.test(name) || /^\d{12}\.ddb\./.test(name)) return 'dynamodb';
  const ownFront = /^(organizations|route53resolver|directconnect|route53|monitoring)\./.exec(name)?.[1];
  if (ownFront) return ownFront as OwnFront;
  if (/^(ec2|elasticloadbalancing|sts|iam)\./.test(name)) return 'query';
  return undefined;
}

/** Unsigned and without a name that says more: forms and actions are the query services', everything else is an object's. */
function isQuery({ method, url = '/', headers }: RoutedRequest): boolean {
  if (/[?&]Action=[^&]/.test(url)) return true;
  if (headers['x-amz-target'] || /^application\/x-amz-json/.test(headers['content-type'] ?? '')) return true;
  if (/^application\/x-www-form-urlencoded/.test(headers['content-type'] ?? '')) return true;
  return (
    method === 'POST' &&
    /^\/?(\?|$)/.test(url) &&
    !/^multipart\/form-data/.test(headers['content-type'] ?? '')
  );
}
