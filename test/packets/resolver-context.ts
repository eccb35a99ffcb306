// What an operation of Resolver is given in the daemon, for clouds that are records of a test.

import type { Cloud } from '../../src/cloud/cloud.ts';
import type { JsonContext } from '../../src/services/json-service.ts';
import { exampleId, nextNumber } from '../networks/example-cloud.ts';
import { FakeWorld } from '../operation-harness.ts';

export const contextOf = (cloud: Cloud): JsonContext => ({
  ...{ cloud, accountId: '111111111111', region: 'us-east-1', now: new Date('2026-01-31T12:00:00.000Z') },
  newId: (prefix) => exampleId(prefix, nextNumber()),
  randomText: (length) => 'a'.repeat(length),
  world: new FakeWorld(),
});
