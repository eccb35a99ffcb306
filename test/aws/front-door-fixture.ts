// A front door on a port of its own, with a few operations of our own behind it, and clients that call it.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { type CreateTagsRequest, type CreateVpcEndpointRequest, EC2Client } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { ServiceHandler } from '../../src/aws/arrival.ts';
import { createFrontDoor, type ServiceDefinition } from '../../src/aws/front-door.ts';
import { createHttpServer } from '../../src/aws/http-server.ts';
import { createServiceHandler } from '../../src/aws/service-handler.ts';
import { createSessionCredentials } from '../../src/aws/session-credential.ts';
import { createFindIdentity } from '../../src/identity.ts';
import { createAuthorizationMessages } from '../../src/services/authorization-message.ts';
import type { OperationContext, OperationTable } from '../../src/services/operation.ts';
import { stsOperations } from '../../src/services/sts/operations.ts';
import { openStore } from '../../src/store.ts';

const ec2Operations = {
  CreateTags({ Resources, Tags }: CreateTagsRequest, { cloud, accountId, region }: OperationContext) {
    for (const resourceId of Resources!) {
      const tags = Object.fromEntries(Tags!.map(({ Key, Value }) => [Key!, Value!]));
      cloud.tagSets.put({ resourceId, accountId, region, resourceType: 'vpc', tags });
    }
    return {};
  },
  DescribeTags(_input: object, { cloud }: OperationContext) {
    const show =
      (resourceId: string) =>
      ([Key, Value]: [string, string]) => ({ ResourceId: resourceId, Key, Value });
    const tags = cloud.tagSets
      .all()
      .flatMap(({ resourceId, tags }) => Object.entries(tags).map(show(resourceId)));
    return { Tags: tags.toArray() };
  },
  CreateVpcEndpoint(input: CreateVpcEndpointRequest, { newId, accountId }: OperationContext) {
    const { VpcId, ServiceName, SubnetIds, TagSpecifications } = input;
    return {
      VpcEndpoint: {
        VpcEndpointId: newId('vpce'),
        VpcId,
        ServiceName,
        SubnetIds,
        RouteTableIds: [],
        OwnerId: accountId,
        PrivateDnsEnabled: false,
        CreationTimestamp: new Date('2026-01-31T12:34:56Z'),
        Tags: TagSpecifications?.[0]?.Tags,
      },
    };
  },
  DeleteVpc: () => ({}),
  DescribeVpcs() {
    throw new TypeError('a mistake of ours');
  },
  // It writes, and then its answer is none that AWS has.
  DescribeSubnets(_input: object, { cloud, accountId, region }: OperationContext) {
    cloud.tagSets.put({ resourceId: 'leak', accountId, region, resourceType: '', tags: {} });
    return { Subnets: [{ SubnetId: 7 }] };
  },
} satisfies OperationTable;

const services: ServiceDefinition[] = [
  {
    name: 'ec2',
    protocol: 'ec2',
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    operations: ec2Operations,
  },
  {
    name: 'elasticloadbalancing',
    protocol: 'query',
    version: '2015-12-01',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    operations: {},
  },
  {
    name: 'sts',
    protocol: 'query',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    operations: stsOperations,
  },
];

export const store = openStore(':memory:');
export const logged: Record<string, unknown>[] = [];
const sessions = createSessionCredentials(randomBytes(32));
export const frontDoor = createFrontDoor({
  findIdentity: createFindIdentity(store.cloud, sessions, () => new Date()),
  issueCredentials: sessions.issue,
  authorizationMessages: createAuthorizationMessages(randomBytes(32)),
  services,
  store,
  world: {} as never,
  isKnownRegion: (region) => ['us-east-1', 'eu-west-1'].includes(region),
  now: () => new Date(),
  randomBytes,
  log: { info: (fields) => logged.push({ ...fields }), error: (fields) => logged.push({ ...fields }) },
});
/** Says that a request came to a service that owns its requests; what those do is not looked at here. */
const named =
  (name: string): ServiceHandler =>
  (request, response) =>
    void response.end(`${name} ${request.method} ${request.url}`);
const server = createHttpServer({
  handle: createServiceHandler({ frontDoor, s3: named('s3'), dynamodb: named('dynamodb') }),
  adminHandler(request, response) {
    if (request.url === '/_isthmus/broken') throw new Error('broken');
    response.end(`admin ${request.url}`);
  },
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
export const { port } = server.address() as AddressInfo;
const endpoint = `http://127.0.0.1:${port}`;

export const clientOptions = (accessKeyId = '111111111111', region = 'us-east-1') => ({
  endpoint,
  region,
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey: 'any' },
});
export const ec2 = new EC2Client(clientOptions());
export const sts = new STSClient(clientOptions());
after(() => {
  ec2.destroy();
  sts.destroy();
  server.close();
  server.closeAllConnections();
});

export const authorization = (service: string, key = 'test', region = 'us-east-1') =>
  `AWS4-HMAC-SHA256 Credential=${key}/20260131/${region}/${service}/aws4_request, SignedHeaders=host, Signature=00`;

interface Call {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export function call({ method = 'POST', path = '/', headers = {}, body = '' }: Call) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      const sent = {
        'x-amz-date': '20260131T000000Z',
        'content-length': String(Buffer.byteLength(body)),
        ...headers,
      };
      const request = httpRequest(
        { port, host: '127.0.0.1', method, path, headers: sent, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () => {
            resolve({
              status: response.statusCode!,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            });
          });
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(body);
    },
  );
}

export const callEc2 = (body: string | Buffer, headers: Record<string, string> = {}) =>
  call({ body, headers: { authorization: authorization('ec2'), ...headers } });

export async function assertAlive() {
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  assert.equal(Account, '111111111111');
}
