// DynamoDB behind a plain HTTP server, without the rest of the daemon: what its tests talk to with the official SDK.

import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Arrival } from '../../src/aws/arrival.ts';
import type { FindIdentity } from '../../src/aws/identity.ts';
import { createDynamoDb, type DynamoDb } from '../../src/services/dynamodb/dynamodb.ts';
import { openStore, type Store } from '../../src/store.ts';

export interface DynamoDbServer {
  store: Store;
  endpoint: string;
  /** Of the calls so far. */
  lines: Record<string, unknown>[];
  /** How the next requests come in. */
  arrival: Arrival;
  /** Added to the clock. */
  clock: { aheadMs: number };
  client(accountId?: string, region?: string, more?: DynamoDBClientConfig): DynamoDBClient;
  close(): Promise<void>;
}

export const userSecret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
export const userKeyId = 'AKIAIOSFODNN7EXAMPLE';
export const userArn = 'arn:aws:iam::111111111111:user/reader';

const findIdentity: FindIdentity = (accessKeyId) => {
  if (accessKeyId === userKeyId) {
    return {
      principal: {
        kind: 'user',
        accountId: '111111111111',
        arn: userArn,
        userId: 'AIDAEXAMPLE',
        userName: 'reader',
        tags: {},
      },
      secretAccessKey: userSecret,
    };
  }
  if (!/^\d{12}$/.test(accessKeyId)) return 'unknown';
  const arn = `arn:aws:iam::${accessKeyId}:root`;
  return { principal: { kind: 'root', accountId: accessKeyId, arn, userId: accessKeyId } };
};

/** @param dataFolder absent: in memory */
export async function startDynamoDb(dataFolder?: string, port = 0): Promise<DynamoDbServer> {
  const store = openStore(':memory:');
  const lines: Record<string, unknown>[] = [];
  const clock = { aheadMs: 0 };
  const dynamoDb: DynamoDb = createDynamoDb({
    ...(dataFolder === undefined ? {} : { dataFolder }),
    cloud: store.cloud,
    findIdentity,
    now: () => new Date(Date.now() + clock.aheadMs),
    randomBytes,
    log: { info: (fields) => lines.push({ ...fields }), error: (fields) => lines.push({ ...fields }) },
  });
  const fixture = {
    store,
    lines,
    clock,
    arrival: { sourceAddress: '127.0.0.1', isSecure: false } as Arrival,
  };
  const server: Server = createServer((request, response) => {
    void dynamoDb.handle(request, response, fixture.arrival);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: DynamoDBClient[] = [];
  return Object.assign(fixture, {
    endpoint,
    client(accountId = '111111111111', region = 'us-east-1', more: DynamoDBClientConfig = {}) {
      const client = new DynamoDBClient({
        endpoint,
        region,
        credentials: { accessKeyId: accountId, secretAccessKey: 'secret' },
        maxAttempts: 1,
        ...more,
      });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      dynamoDb.close();
      store.close();
    },
  });
}

/** A table whose name says its key: a partition key `pk`, with a sort key `sk` unless it is undefined. */
export function simpleTable(TableName: string, sortKeyType?: 'S' | 'N' | 'B') {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' as const },
      ...(sortKeyType ? [{ AttributeName: 'sk', AttributeType: sortKeyType }] : []),
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' as const },
      ...(sortKeyType ? [{ AttributeName: 'sk', KeyType: 'RANGE' as const }] : []),
    ],
  };
}

/** A request as it stands on the wire, for what the SDK would not send. */
export async function callDynamoDb(
  endpoint: string,
  operation: string,
  body: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': `DynamoDB_20120810.${operation}`,
      'X-Amz-Date': '20260131T000000Z',
      Authorization:
        'AWS4-HMAC-SHA256 Credential=111111111111/20260131/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const answer = JSON.parse(await response.text()) as Record<string, string>;
  return { status: response.status, headers: response.headers, body: answer };
}
