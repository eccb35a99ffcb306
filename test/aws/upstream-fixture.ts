// A server of the user's own behind the API, with the ways by which calls come set by the test; and calls signed as AWS's clients
// sign them, sent by hand, so that what goes over the wire is what the test says.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  request as startRequest,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Arrival } from '../../src/aws/arrival.ts';
import { createHttpServer } from '../../src/aws/http-server.ts';
import { createServiceHandler } from '../../src/aws/service-handler.ts';
import { createSessionCredentials } from '../../src/aws/session-credential.ts';
import { readUpstream, type Upstream } from '../../src/cloud/upstream.ts';
import { createFindIdentity } from '../../src/identity.ts';
import { openStore } from '../../src/store.ts';
import { createUpstreamFront } from '../../src/upstream-front.ts';
import { Sha256 } from './node-sha256.ts';

export const accountId = '111111111111';

/** What a server was sent. */
export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  trailers: NodeJS.Dict<string>;
}

/** A server of the user's own: keeps what it is sent. Ends with the file's tests. */
export async function startServer(answer: RequestListener = (_request, response) => void response.end('{}')) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === '/raw') return answer(request, response);
    const pieces: Buffer[] = [];
    try {
      for await (const piece of request) pieces.push(piece);
    } catch {
      return;
    }
    const { method, url, headers, trailers } = request;
    received.push({ method: method!, url: url!, headers, body: Buffer.concat(pieces), trailers });
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  after(close);
  return { origin: `http://127.0.0.1:${port}`, port, received, server, close };
}

export interface Call {
  service?: string;
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  credentials?: Credentials;
  region?: string;
  isSigned?: boolean;
  /** Whether the header says what the body's hash is. */
  declaresHash?: boolean;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  trailers: NodeJS.Dict<string>;
  text: string;
}

/** The API with upstreams, each given as on the command line. Ends with the file's tests. */
export async function startCloud(...services: string[]) {
  const store = openStore(':memory:');
  const world: { arrival: Partial<Arrival> } = { arrival: {} };
  const lines: Record<string, unknown>[] = [];
  const log = (fields: object) => void lines.push({ ...fields });
  const now = () => new Date();
  const front = createUpstreamFront({
    upstreams: services.map((text) => readUpstream(text) as Upstream),
    cloud: store.cloud,
    findIdentity: createFindIdentity(store.cloud, createSessionCredentials(randomBytes(32)), now),
    now,
    randomBytes,
    log: { info: log, error: log },
  });
  const frontDoor = () => ({ status: 418, headers: {}, body: 'the front door' });
  const handle = createServiceHandler({ frontDoor, findUpstream: front.find });
  const server = createHttpServer({
    handle: (request, response, arrival) => handle(request, response, { ...arrival, ...world.arrival }),
    adminHandler: (_request, response) => void response.end(),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  after(() => {
    front.close();
    server.close();
    server.closeAllConnections();
  });
  return { store, world, lines, front, port, ...callers(port), addUser: userAdder(store) };
}

function callers(port: number) {
  async function sign(call: Call): Promise<{ method: string; path: string; headers: OutgoingHttpHeaders }> {
    const { service = 'sqs', method = 'POST', path = '/', body = '', region = 'us-east-1' } = call;
    const headers = { host: `127.0.0.1:${port}`, ...call.headers };
    if (call.isSigned === false) return { method, path, headers };
    const credentials = call.credentials ?? { accessKeyId: accountId, secretAccessKey: 'test' };
    const about = { credentials, region, service, sha256: Sha256 };
    const signer = new SignatureV4({ ...about, applyChecksum: call.declaresHash ?? true });
    const [pathname = '/', query = ''] = path.split('?');
    const request = {
      ...{ method, protocol: 'http:', hostname: '127.0.0.1', port, path: pathname, headers, body },
      query: Object.fromEntries(new URLSearchParams(query)),
    };
    const signed = await signer.sign(request);
    return { method, path, headers: signed.headers };
  }

  /** Starts a signed request and leaves its body to the test. `call.body` is what the signature says of it. */
  const start = async (call: Call) => send(await sign(call));

  function send(signed: Awaited<ReturnType<typeof sign>>) {
    const outgoing = startRequest({ ...signed, port, host: '127.0.0.1', agent: false });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on('response', resolve).on('error', reject);
    });
    answered.catch(() => {});
    return { outgoing, answered };
  }

  async function call(given: Call = {}): Promise<Answer> {
    const { outgoing, answered } = await start(given);
    outgoing.end(given.body ?? '');
    return await readAnswer(await answered);
  }

  const json = (target: string, input: object, more: Call = {}) =>
    call({
      ...more,
      body: JSON.stringify(input),
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target, ...more.headers },
    });
  return { start, call, json };
}

export async function readAnswer(answer: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece);
  const { statusCode, headers, rawHeaders, trailers } = answer;
  return { status: statusCode!, headers, rawHeaders, trailers, text: Buffer.concat(pieces).toString() };
}

/** A user of the account who may do what the statements say; gives what signs his calls. */
function userAdder(store: ReturnType<typeof openStore>) {
  return (...Statement: object[]): Credentials => {
    const userName = `user-${randomBytes(4).toString('hex')}`;
    const arn = `arn:aws:iam::${accountId}:user/${userName}`;
    const key = {
      accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(20).toString('hex'),
    };
    store.change((cloud) => {
      const owned = { accountId, region: 'aws-global', path: '/', tags: {} };
      const createDate = new Date().toISOString();
      const policies = { inlinePolicies: { own: JSON.stringify({ Statement }) }, attachedPolicyArns: [] };
      cloud.iamUsers.put({
        ...owned,
        arn,
        userName,
        userId: `AIDA${userName}`,
        createDate,
        ...policies,
      } as never);
      cloud.iamAccessKeys.put({ ...owned, ...key, userArn: arn, status: 'Active', createDate } as never);
    });
    return key;
  };
}
