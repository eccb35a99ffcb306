// S3 on a port of its own, over a store in memory and a folder that goes with the test, and clients of several accounts.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { Arrival } from '../../src/aws/arrival.ts';
import { continueWhenRead } from '../../src/aws/expect-continue.ts';
import type { FindIdentity } from '../../src/aws/identity.ts';
import type { Principal } from '../../src/policy/principal.ts';
import { createS3 } from '../../src/services/s3/s3.ts';
import { openStore } from '../../src/store.ts';

export const owner = '111111111111';
export const stranger = '222222222222';

const secretKeys: Record<string, { secret: string; principal: Exclude<Principal, { kind: 'anonymous' }> }> = {
  AKIAOWNERROOT0000001: { secret: 'a/secret+1', principal: rootOf(owner) },
};

/** A user without any policy. */
function userOf(accountId: string, userName: string): Exclude<Principal, { kind: 'anonymous' }> {
  const arn = `arn:aws:iam::${accountId}:user/${userName}`;
  return { kind: 'user', accountId, arn, userId: `AIDA${userName}`, userName, tags: {} };
}

function rootOf(accountId: string): Exclude<Principal, { kind: 'anonymous' }> {
  return { kind: 'root', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId };
}

/** `111111111111` is that account's root, `user-NAME-111111111111` a user of it; both without a secret. */
const findIdentity: FindIdentity = (accessKeyId) => {
  if (/^\d{12}$/.test(accessKeyId)) return { principal: rootOf(accessKeyId) };
  const user = /^user-(\w+)-(\d{12})$/.exec(accessKeyId);
  if (user) return { principal: userOf(user[2]!, user[1]!) };
  const known = secretKeys[accessKeyId];
  return known ? { principal: known.principal, secretAccessKey: known.secret } : 'unknown';
};

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface RawRequest {
  headers?: Record<string, string | number>;
  body?: string | Buffer;
  accessKeyId?: string;
  region?: string;
}

/** Ends with the file's tests. */
export async function startS3(folder = mkdtempSync(join(tmpdir(), 'isthmus-s3-'))) {
  const store = openStore(':memory:');
  const lines: Record<string, unknown>[] = [];
  const failures: Record<string, unknown>[] = [];
  const log = {
    info: (fields: object) => void lines.push(fields as Record<string, unknown>),
    error: (fields: object) => void failures.push(fields as Record<string, unknown>),
  };
  const s3 = createS3({ store, objectFolder: folder, findIdentity, now: () => new Date(), randomBytes, log });
  const world = { arrival: { sourceAddress: '127.0.0.1', isSecure: false } as Arrival };
  const server = createServer((request, response) => void s3.handle(request, response, world.arrival));
  server.on('checkContinue', (request, response) => {
    continueWhenRead(request, response);
    server.emit('request', request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: S3Client[] = [];
  const close = () => {
    for (const client of clients) client.destroy();
    server.closeAllConnections();
    server.close();
    s3.close();
    store.close();
  };
  after(() => {
    close();
    rmSync(folder, { recursive: true, force: true });
    assert.deepEqual(failures, [], 'nothing went wrong on our side');
  });

  const client = (accessKeyId: string = owner, region = 'us-east-1', config: S3ClientConfig = {}) => {
    const secretAccessKey = secretKeys[accessKeyId]?.secret ?? 'x';
    const made = new S3Client({
      endpoint: `http://127.0.0.1:${port}`,
      forcePathStyle: true,
      region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
      ...config,
    });
    clients.push(made);
    return made;
  };
  /** As the owner, or whoever is named; `''` is nobody. Paths are sent as they are. */
  const raw = (method: string, path: string, request: RawRequest = {}) =>
    sendRaw(port, method, path, request);
  return { store, folder, port, world, lines, failures, client, raw };
}

export function signedHeaders(accessKeyId: string, region = 'us-east-1'): Record<string, string> {
  const dateTime = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${accessKeyId}/${dateTime.slice(0, 8)}/${region}/s3/aws4_request`;
  const signedNames = 'host;x-amz-content-sha256;x-amz-date';
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${signedNames}, Signature=${'0'.repeat(64)}`,
    'x-amz-date': dateTime,
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
  };
}

function sendRaw(
  port: number,
  method: string,
  path: string,
  { headers = {}, body, accessKeyId = owner, region }: RawRequest,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const signed = accessKeyId === '' ? {} : signedHeaders(accessKeyId, region);
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const all = { ...signed, ...length, ...headers };
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

export const codeOf = (body: string) => /<Code>([^<]*)<\/Code>/.exec(body)?.[1];

/** For assert.rejects: an error of that code, and perhaps with that text. */
export const refusal = (name: string, message?: RegExp) => (error: unknown) => {
  const { name: found, message: text } = error as Error;
  assert.equal(found, name, text);
  if (message) assert.match(text, message);
  return true;
};
