// Route 53 behind HTTP for its own SDK client, over a store that is handed in, with a world that is what the test says it is.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { Route53 } from '@aws-sdk/client-route-53';
import type { Arrival } from '../../src/aws/arrival.ts';
import { createServiceHandler } from '../../src/aws/service-handler.ts';
import { createSessionCredentials } from '../../src/aws/session-credential.ts';
import { createFindIdentity } from '../../src/identity.ts';
import { createRoute53 } from '../../src/services/route53/route53.ts';
import { openStore, type Store } from '../../src/store.ts';
import { putVpc } from '../networks/example-cloud.ts';
import { FakeWorld } from '../operation-harness.ts';

/** Ends with the file's tests. */
export async function startRoute53(store: Store = openStore(':memory:')) {
  const clock = { aheadMs: 0 };
  const now = () => new Date(Date.now() + clock.aheadMs);
  const lines: Record<string, unknown>[] = [];
  const world = new FakeWorld();
  const arrival: Arrival = { sourceAddress: '127.0.0.1', isSecure: false };
  const route53 = createRoute53({
    ...{ store, world, now, randomBytes },
    findIdentity: createFindIdentity(store.cloud, createSessionCredentials(randomBytes(32)), now),
    log: { info: (fields) => lines.push({ ...fields }), error: (fields) => lines.push({ ...fields }) },
  });
  const handle = createServiceHandler({
    frontDoor: () => ({ status: 418, headers: {}, body: 'another service' }),
    route53,
  });
  const server = createServer((request, response) => void handle(request, response, arrival));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  /** @param caller an account, for its root user, or the credentials of a user */
  const client = (caller: string | { accessKeyId: string; secretAccessKey: string }, region = 'us-east-1') =>
    new Route53({
      endpoint,
      region,
      credentials: typeof caller === 'string' ? { accessKeyId: caller, secretAccessKey: 'test' } : caller,
      maxAttempts: 1,
    });
  const makeVpc = (accountId: string, cidrBlock?: string) =>
    store.change((cloud) => putVpc(cloud, accountId, cidrBlock)).vpcId;
  return { store, world, clock, lines, endpoint, client, makeVpc };
}

let references = 0;
/** A zone of a VPC in us-east-1, or a public one. */
export async function createZone(route53: Route53, name: string, vpcId?: string): Promise<string> {
  const { HostedZone } = await route53.createHostedZone({
    Name: name,
    CallerReference: `reference ${++references}`,
    ...(vpcId ? { VPC: { VPCId: vpcId, VPCRegion: 'us-east-1' } } : {}),
  });
  return HostedZone!.Id!.replace('/hostedzone/', '');
}

export interface Change {
  action?: 'CREATE' | 'DELETE' | 'UPSERT';
  name: string;
  type?: string;
  ttl?: number;
  values?: string[];
  alias?: { zone: string; name: string };
}

export function changeRecords(route53: Route53, hostedZoneId: string, ...changes: Change[]) {
  return route53.changeResourceRecordSets({
    HostedZoneId: hostedZoneId,
    ChangeBatch: {
      Changes: changes.map(({ action = 'CREATE', name, type = 'A', ttl = 60, values = [], alias }) => ({
        Action: action,
        ResourceRecordSet: {
          Name: name,
          Type: type as 'A',
          ...(alias
            ? { AliasTarget: { HostedZoneId: alias.zone, DNSName: alias.name, EvaluateTargetHealth: false } }
            : { TTL: ttl, ResourceRecords: values.map((Value) => ({ Value })) }),
        },
      })),
    },
  });
}
