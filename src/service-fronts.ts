// What answers AWS's requests: the front door with its operations, S3 and DynamoDB, which own their requests and storage,
// and Organizations, whose protocol is another.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import type { ServiceHandler } from './aws/arrival.ts';
import { createFrontDoor, type ServiceDefinition } from './aws/front-door.ts';
import type { FindIdentity, IssueCredentials } from './aws/identity.ts';
import { createServiceHandler } from './aws/service-handler.ts';
import { isKnownRegion } from './cloud/region.ts';
import { itemFolder, objectFolder } from './data-folder.ts';
import type { Log } from './lib/log.ts';
import type { DynamoDb } from './services/dynamodb/dynamodb.ts';
import { ec2Operations } from './services/ec2/operations.ts';
import { elbv2Operations } from './services/elbv2/operations.ts';
import { iamOperations } from './services/iam/operations.ts';
import type { OperationTable, World } from './services/operation.ts';
import { createOrganizations } from './services/organizations/organizations.ts';
import { createS3 } from './services/s3/s3.ts';
import { stsOperations } from './services/sts/operations.ts';
import type { Store } from './store.ts';

export interface FrontOptions {
  dataFolder: string;
  store: Store;
  world: World;
  findIdentity: FindIdentity;
  issueCredentials: IssueCredentials;
  log: Log;
  now: () => Date;
}

export interface ServiceFronts {
  handle: ServiceHandler;
  /** Throws every table of DynamoDB away. Objects go with their buckets, which are the cloud's. */
  emptyItems(): Promise<void>;
  close(): Promise<void>;
}

const services: ServiceDefinition[] = [
  describeService('ec2', 'ec2', '2016-11-15', 'http://ec2.amazonaws.com/doc/2016-11-15/', ec2Operations),
  describeService(
    'elasticloadbalancing',
    'query',
    '2015-12-01',
    'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    elbv2Operations,
  ),
  describeService('iam', 'query', '2010-05-08', 'https://iam.amazonaws.com/doc/2010-05-08/', iamOperations),
  describeService('sts', 'query', '2011-06-15', 'https://sts.amazonaws.com/doc/2011-06-15/', stsOperations),
];

function describeService(
  name: ServiceDefinition['name'],
  protocol: ServiceDefinition['protocol'],
  version: string,
  xmlNamespace: string,
  operations: object,
): ServiceDefinition {
  return { name, protocol, version, xmlNamespace, operations: operations as OperationTable };
}

export function buildFronts(options: FrontOptions): ServiceFronts {
  const { dataFolder, store, world, issueCredentials, ...given } = options;
  const shared = { ...given, randomBytes };
  const frontDoor = createFrontDoor({ ...shared, services, store, world, issueCredentials, isKnownRegion });
  const s3 = createS3({ ...shared, store, objectFolder: objectFolder(dataFolder) });
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
      s3: s3.handle,
      dynamoDb: async (...call) => (await getDynamoDb()).handle(...call),
      organizations: createOrganizations({ ...shared, store }),
    }),
    async emptyItems() {
      await closeDynamoDb();
      rmSync(items, { recursive: true, force: true });
    },
    async close() {
      s3.close();
      await closeDynamoDb();
    },
  };
}
