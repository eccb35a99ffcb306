import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RoutedRequest, routeService } from './service-router.ts';

const signed = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=AKID/20260131/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
const presigned =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260131%2Fus-east-1%2Fs3%2Faws4_request';

const cases: [string, RoutedRequest, ReturnType<typeof routeService>][] = [
  ['signed for S3', { headers: { authorization: signed('s3') } }, 's3'],
  ['signed for DynamoDB', { method: 'POST', headers: { authorization: signed('dynamodb') } }, 'dynamodb'],
  ['signed for EC2', { method: 'POST', headers: { authorization: signed('ec2'), ...form } }, 'query'],
  [
    'signed for Organizations',
    { method: 'POST', headers: { authorization: signed('organizations') } },
    'organizations',
  ],
  ['signed for what we do not have', { headers: { authorization: signed('glacier') } }, 'query'],
  [
    'an object whose key is a form of ours',
    { method: 'PUT', url: '/b/k?Action=x', headers: { authorization: signed('s3'), ...form } },
    's3',
  ],
  ['presigned for S3', { url: `/b/k?${presigned}`, headers: {} }, 's3'],
  ['SigV2 in a header', { headers: { authorization: 'AWS AKID:c2lnbmF0dXJl' } }, 's3'],
  ['SigV2 presigned', { url: '/b/k?AWSAccessKeyId=AKID&Expires=1&Signature=x', headers: {} }, 's3'],
  [
    'an unsigned DynamoDB call',
    { method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' } },
    'dynamodb',
  ],
  [
    'an unsigned call of Organizations',
    { method: 'POST', headers: { 'x-amz-target': 'AWSOrganizationsV20161128.ListRoots' } },
    'organizations',
  ],
  [
    'signed for Resolver',
    { method: 'POST', headers: { authorization: signed('route53resolver') } },
    'route53resolver',
  ],
  [
    'an unsigned call of Resolver',
    { method: 'POST', headers: { 'x-amz-target': 'Route53Resolver.ListResolverRules' } },
    'route53resolver',
  ],
  [
    'an unsigned call of Direct Connect',
    { method: 'POST', headers: { 'x-amz-target': 'OvertureService.DescribeLocations' } },
    'directconnect',
  ],
  [
    'by Direct Connect’s name',
    { method: 'POST', headers: { host: 'directconnect.eu-west-1.amazonaws.com' } },
    'directconnect',
  ],
  [
    'an unsigned call of another JSON service',
    { method: 'POST', headers: { 'x-amz-target': 'Logs_20140328.PutLogEvents' } },
    'query',
  ],
  ['an unsigned query', { method: 'POST', url: '/', headers: form }, 'query'],
  [
    'an unsigned query in the URL',
    { method: 'GET', url: '/?Action=DescribeVpcs&Version=2016-11-15', headers: {} },
    'query',
  ],
  ['an anonymous read', { method: 'GET', url: '/bucket/key', headers: { host: 'localhost:4566' } }, 's3'],
  ['an anonymous write', { method: 'PUT', url: '/bucket/key', headers: { host: 'localhost:4566' } }, 's3'],
  [
    'by a bucket’s name',
    { method: 'POST', url: '/', headers: { host: 'b.s3.us-east-1.amazonaws.com', ...form } },
    's3',
  ],
  ['by an old name', { method: 'POST', url: '/', headers: { host: 's3-eu-west-1.amazonaws.com' } }, 's3'],
  ['by the global name', { method: 'POST', url: '/', headers: { host: 's3.amazonaws.com' } }, 's3'],
  [
    'by a bucket’s name on this machine',
    { method: 'POST', url: '/', headers: { host: 'b.s3.localhost:4566' } },
    's3',
  ],
  [
    'by DynamoDB’s name',
    { method: 'POST', headers: { host: 'dynamodb.eu-west-1.amazonaws.com' } },
    'dynamodb',
  ],
  [
    'by an account’s name',
    { method: 'POST', headers: { host: '111111111111.ddb.us-east-1.amazonaws.com' } },
    'dynamodb',
  ],
  ['by EC2’s name', { method: 'GET', url: '/', headers: { host: 'ec2.us-east-1.amazonaws.com' } }, 'query'],
  [
    'a form for an object’s upload',
    { method: 'POST', url: '/', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    's3',
  ],
];

for (const [what, request, want] of cases) {
  test(`at the machine's own endpoint: ${what}`, () => assert.equal(routeService(request, {}), want));
}

test('behind a front end there is one service, whatever the request looks like', () => {
  const request = { method: 'POST', url: '/', headers: { authorization: signed('dynamodb'), ...form } };
  for (const [service, want] of [
    ['s3', 's3'],
    ['dynamodb', 'dynamodb'],
    ['organizations', 'organizations'],
    ['directconnect', 'directconnect'],
    ['route53resolver', 'route53resolver'],
    ['ec2', 'query'],
    ['sts', 'query'],
  ] as const)
    assert.equal(routeService(request, { frontEnd: { service, region: 'us-east-1' } }), want);
});
