// What answers AWS's requests: the front door with its operations, S3 and DynamoDB, which own their requests and storage,
// the services of JSON 1.1, and servers of the user's own.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import type { ServiceHandler } from './aws/arrival.ts';
import { createFrontDoor } from './aws/front-door.ts';
import type { FindIdentity, IssueCredentials } from './aws/identity.ts';
import { createQueryHandler, createServiceHandler } from './aws/service-handler.ts';
import { isKnownRegion } from './cloud/region.ts';
import type { Upstream } from './cloud/upstream.ts';
import { itemFolder, objectFolder } from './data-folder.ts';
import type { Log } from './lib/log.ts';
import { queryServices } from './query-service.ts';
import type { AuthorizationMessages } from './services/authorization-message.ts';
import { directConnectService } from './services/directconnect/directconnect.ts';
import type { DynamoDb } from './services/dynamodb/dynamodb.ts';
import { createJsonService } from './services/json-service.ts';
import type { World } from './services/operation.ts';
import { organizationsService } from './services/organizations/organizations.ts';
import { createRoute53 } from './services/route53/route53.ts';
import { route53ResolverService } from './services/route53resolver/route53resolver.ts';
import { createS3, type S3Front } from './services/s3/s3.ts';
import type { UpstreamState } from './services/upstream/upstream.ts';
import type { Store } from './store.ts';
import { createUpstreamFront } from './upstream-front.ts';

export interface FrontOptions {
  dataFolder: string;
  store: Store;
  world: World;
  findIdentity: FindIdentity;
  issueCredentials: IssueCredentials;
  authorizationMessages: AuthorizationMessages;
  /** Servers of the user's own that stand for services. */
  upstreams: readonly Upstream[];
  /** Settles when metrics are as of now. */
  readMeters: () => Promise<void>;
  log: Log;
  now: () => Date;
}

export interface ServiceFronts {
  handle: ServiceHandler;
  /** Puts an object into a bucket as AWS's log delivery. */
  putDelivered: S3Front['putDelivered'];
  upstreams(): UpstreamState[];
  /** Throws every table of DynamoDB away. Objects go with their buckets, which are the cloud's. */
  emptyItems(): Promise<void>;
  close(): Promise<void>;
}

export function buildFronts(options: FrontOptions): ServiceFronts {
  const { dataFolder, store, world, issueCredentials, authorizationMessages, readMeters, ...given } = options;
  const shared = { ...given, randomBytes };
  const about = {
    ...{ services: queryServices, store, world, issueCredentials, authorizationMessages, isKnownRegion },
  };
  const frontDoor = createFrontDoor({ ...shared, ...about });
  const query = createQueryHandler(frontDoor);
  const s3 = createS3({ ...shared, store, objectFolder: objectFolder(dataFolder) });
  const upstreamFront = createUpstreamFront({ ...shared, cloud: store.cloud });
  const items = itemFolder(dataFolder);
  let dynamoDb: Promise<DynamoDb> | undefined;
  // Loaded when somebody asks: a cloud without tables needs none of it and starts the faster.
  const openDynamoDb = async () => {
    const { createDynamoDb } = await import('./services/dynamodb/dynamodb.ts');
    mkdirSync(items, { recursive: true, mode: 0o700 });
    return createDynamoDb({ ...shared, dataFolder: items, cloud: store.cloud });
  };
  const getDynamoDb = () => {
    dynamoDb ??= openDynamoDb().catch((error) => {
      dynamoDb = undefined; // tried again by the next who asks
      throw error;
    });
    return dynamoDb;
  };
  const closeDynamoDb = async () => {
    (await dynamoDb)?.close();
    dynamoDb = undefined;
  };
  // Items may expire without anybody asking.
  if (existsSync(items))
    getDynamoDb().catch((error) => given.log.error({ stack: error.stack }, 'DynamoDB could not be opened'));
  return {
    handle: createServiceHandler({
      frontDoor,
      findUpstream: upstreamFront.find,
      // Nobody waits for the end of a minute to see what he has just sent.
      monitoring: async (...call) => {
        await readMeters();
        return query(...call);
      },
      s3: s3.handle,
      dynamodb: async (...call) => (await getDynamoDb()).handle(...call),
      route53: createRoute53({ ...shared, store, world }),
      organizations: createJsonService(organizationsService, { ...shared, store, world }),
      directconnect: createJsonService(directConnectService, { ...shared, store, world }),
      route53resolver: createJsonService(route53ResolverService, { ...shared, store, world }),
    }),
    putDelivered: s3.putDelivered,
    upstreams: upstreamFront.states,
    async emptyItems() {
      await closeDynamoDb();
      rmSync(items, { recursive: true, force: true });
    },
    async close() {
      s3.close();
      upstreamFront.close();
      await closeDynamoDb();
    },
  };
}
