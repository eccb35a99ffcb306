// A service of JSON 1.1 behind plain HTTP, over a store that is handed in, and calls signed as AWS's clients sign them: these
// services' own clients are not among the project's.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Arrival } from '../../src/aws/arrival.ts';
import { createServiceHandler } from '../../src/aws/service-handler.ts';
import { createSessionCredentials } from '../../src/aws/session-credential.ts';
import { createFindIdentity } from '../../src/identity.ts';
import { createJsonService, type JsonService } from '../../src/services/json-service.ts';
import type { Store } from '../../src/store.ts';
import { FakeWorld } from '../operation-harness.ts';
import { Sha256 } from './node-sha256.ts';

export interface Answer {
  status: number;
  contentType: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: what the wire says is what the tests look at
  body: any;
}

export interface CallOptions {
  /** Absent: the account's convenience key. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  region?: string;
  /** In place of the input. */
  rawBody?: string;
  isSigned?: boolean;
}

/** Ends with the file's tests. */
export async function startJsonService(service: JsonService, store: Store) {
  const clock = { aheadMs: 0 };
  const now = () => new Date(Date.now() + clock.aheadMs);
  const lines: Record<string, unknown>[] = [];
  const world = {
    arrival: { sourceAddress: '127.0.0.1', isSecure: false } as Arrival,
    kernel: new FakeWorld(),
  };
  const handleCall = createJsonService(service, {
    store,
    world: world.kernel,
    findIdentity: createFindIdentity(store.cloud, createSessionCredentials(randomBytes(32)), now),
    now,
    randomBytes,
    log: { info: (fields) => lines.push({ ...fields }), error: (fields) => lines.push({ ...fields }) },
  });
  const frontDoor = () => ({ status: 418, headers: {}, body: '"another service"' });
  const handle = createServiceHandler({ frontDoor, [service.name]: handleCall });
  const server = createServer((request, response) => void handle(request, response, world.arrival));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  /** As that account's root, or with the credentials that the options name. */
  async function call(
    accountId: string,
    operation: string,
    input: object = {},
    options: CallOptions = {},
  ): Promise<Answer> {
    const credentials = options.credentials ?? { accessKeyId: accountId, secretAccessKey: 'test' };
    const body = options.rawBody ?? JSON.stringify(input);
    const headers = {
      host: `127.0.0.1:${port}`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${service.target}.${operation}`,
    };
    const signer = new SignatureV4({
      credentials,
      region: options.region ?? 'us-east-1',
      service: service.name,
      sha256: Sha256,
    });
    const request = {
      ...{ method: 'POST', protocol: 'http:', hostname: '127.0.0.1', port, path: '/', query: {} },
      ...{ headers, body },
    };
    const sent = options.isSigned === false ? request : await signer.sign(request, { signingDate: now() });
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: sent.headers,
      body,
    });
    const { status } = response;
    return { status, contentType: response.headers.get('content-type'), body: await response.json() };
  }

  /** The code of the refusal; the answer itself where there was none, so that a failing test shows it. */
  const codeOf = async (...parameters: Parameters<typeof call>) => {
    const { status, body } = await call(...parameters);
    return status === 200 ? body : body.__type;
  };

  /** A user of the account who may do what the statements say; gives what signs his calls. */
  function addUser(accountId: string, Statement: object[]): Required<Pick<CallOptions, 'credentials'>> {
    const credentials = { accessKeyId: 'AKIAADA0000000000001', secretAccessKey: 'secret' };
    const owned = { accountId, region: 'aws-global', createDate: '2026-01-01T00:00:00Z' };
    const arn = `arn:aws:iam::${accountId}:user/ada`;
    const own = JSON.stringify({ Version: '2012-10-17', Statement });
    store.change(({ iamUsers, iamAccessKeys }) => {
      const names = { arn, userName: 'ada', userId: 'AIDAADA', path: '/', tags: {}, attachedPolicyArns: [] };
      iamUsers.put({ ...owned, ...names, inlinePolicies: { own } });
      iamAccessKeys.put({ ...owned, ...credentials, userArn: arn, status: 'Active' });
    });
    return { credentials };
  }

  return { world, clock, lines, call, codeOf, addUser };
}
