// What answers AWS's requests: the front door with its operations, and S3 and DynamoDB, which own their requests and storage.

import { randomBytes } from 'node:crypto';
import type { ServiceHandler } from './aws/arrival.ts';
import { createFrontDoor, type ServiceDefinition } from './aws/front-door.ts';
import { createServiceHandler } from './aws/service-handler.ts';
import { isKnownRegion } from './cloud/region.ts';
import type { Log } from './lib/log.ts';
import { ec2Operations } from './services/ec2/operations.ts';
import { elbv2Operations } from './services/elbv2/operations.ts';
import type { OperationTable, World } from './services/operation.ts';
import { stsOperations } from './services/sts/operations.ts';
import type { Store } from './store.ts';

export interface FrontOptions {
  dataFolder: string;
  store: Store;
  world: World;
  log: Log;
  now: () => Date;
}

export interface ServiceFronts {
  handle: ServiceHandler;
  /** Throws every object and item away. */
  empty(): Promise<void>;
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

export async function buildFronts({ store, world, log, now }: FrontOptions): Promise<ServiceFronts> {
  const frontDoor = createFrontDoor({ services, store, world, isKnownRegion, now, randomBytes, log });
  return {
    handle: createServiceHandler({ frontDoor }),
    async empty() {},
    async close() {},
  };
}
