// AWS's own clients standing inside an instance: credentials from the metadata service, names from the VPC's resolver,
// connections from the instance's namespace, certificates by the cloud's own authority.

import { once } from 'node:events';
import { Agent as HttpAgent, type IncomingMessage, request } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as startTls } from 'node:tls';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EC2 } from '@aws-sdk/client-ec2';
import { S3 } from '@aws-sdk/client-s3';
import { STS } from '@aws-sdk/client-sts';
import { dialTcp } from '../../src/dataplane/door.ts';
import type { Request } from './step.ts';
import { askName } from './vantage.ts';

export type Answered =
  | { kind: 'allowed' }
  | { kind: 'denied'; message: string }
  /** No answer came: no name, no way, or the wrong port. */
  | { kind: 'unreachable'; because: string }
  /** It connected, and no answer came to what it sent. */
  | { kind: 'stalled'; because: string }
  /** Somebody else answers at the address, as his certificate says. */
  | { kind: 'stranger'; because: string }
  /** It answered something else, such as a redirect. */
  | { kind: 'other'; code: string };

const patienceMs = 600;
const resolver = '169.254.169.253';
const metadata = '169.254.169.254';

class Unreachable extends Error {}

async function dialByName(
  { namespacePath, preferredAddress }: RoleClientOptions,
  host: string,
  port: number,
): Promise<Socket> {
  const addresses = /^[\d.]+$/.test(host) ? [host] : await askName(namespacePath, resolver, host);
  if (!Array.isArray(addresses)) throw new Unreachable(`${host}: ${addresses.code}`);
  const remoteAddress = addresses.find((one) => one === preferredAddress) ?? addresses[0]!;
  const where = { namespacePath, remoteAddress, port, timeoutMs: patienceMs };
  return dialTcp(where).catch((error: NodeJS.ErrnoException) => {
    throw new Unreachable(`${host} ${remoteAddress}: ${error.code}`);
  });
}

type Connected = (error: Error | null, socket?: Duplex) => void;

function makeAgent(options: RoleClientOptions): HttpAgent {
  const { authority, isSecure } = options;
  const agent = isSecure ? new HttpsAgent({ maxSockets: 1 }) : new HttpAgent({ maxSockets: 1 });
  // biome-ignore lint/suspicious/noExplicitAny: the two agents differ in the type of their options alone
  (agent as any).createConnection = ({ host, port }: { host: string; port: number }, done: Connected) => {
    dialByName(options, host, Number(port)).then(
      (socket) =>
        done(
          null,
          isSecure ? startTls({ socket, servername: host, ca: authority, ecdhCurve: 'X25519' }) : socket,
        ),
      done,
    );
  };
  return agent;
}

export interface RoleClientOptions {
  namespacePath: string;
  /** The authority that signs the services' certificates, as PEM. */
  authority: string;
  isSecure: boolean;
  /** Of the addresses that a name has, the one to take. */
  preferredAddress: string | undefined;
}

/** What the service answers to the instance's role. Undefined when it has none. */
export async function tryRequest(options: RoleClientOptions, wanted: Request): Promise<Answered | undefined> {
  const { namespacePath, isSecure } = options;
  let credentials: Credentials | undefined;
  try {
    credentials = await readCredentials(namespacePath);
  } catch (error) {
    return { kind: 'unreachable', because: `the metadata service: ${(error as Error).message}` };
  }
  if (!credentials) return undefined;
  const agent = makeAgent(options);
  const handler = {
    httpAgent: agent,
    httpsAgent: agent as HttpsAgent,
    requestTimeout: 3000,
    throwOnRequestTimeout: true,
  };
  const { endpoint = `${wanted.service}.${wanted.region}.amazonaws.com` } = wanted;
  const clientOptions = {
    ...{ region: wanted.region, credentials, maxAttempts: 1, requestHandler: handler },
    endpoint: `${isSecure ? 'https' : 'http'}://${endpoint}`,
  };
  try {
    const client = makeClient(wanted.service, clientOptions);
    const method = wanted.operation[0]!.toLowerCase() + wanted.operation.slice(1);
    await client[method]!(wanted.input);
    return { kind: 'allowed' };
  } catch (error) {
    return describeRefusal(error as Error);
  } finally {
    agent.destroy();
  }
}

function makeClient(
  service: Request['service'],
  options: object,
): Record<string, (input: object) => Promise<unknown>> {
  const clients = { s3: S3, dynamodb: DynamoDB, ec2: EC2, sts: STS };
  return new clients[service](options as never) as never;
}

const denials = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Forbidden']);

function describeRefusal(error: Error & { $metadata?: { httpStatusCode?: number } }): Answered {
  if (denials.has(error.name)) return { kind: 'denied', message: error.message };
  if (error.$metadata?.httpStatusCode !== undefined)
    return { kind: 'other', code: `${error.name}: ${error.message}` };
  // The address is another endpoint's where the client is: packets arrive, and the client will not speak to it.
  if (/certificate's altnames/.test(error.message)) return { kind: 'stranger', because: error.message };
  const isConnected = !(error instanceof Unreachable || error.cause instanceof Unreachable);
  return { kind: isConnected ? 'stalled' : 'unreachable', because: error.message };
}

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

async function readCredentials(namespacePath: string): Promise<Credentials | undefined> {
  const token = await ask(namespacePath, 'PUT', '/latest/api/token', {
    'X-aws-ec2-metadata-token-ttl-seconds': '60',
  });
  const headers = { 'X-aws-ec2-metadata-token': token };
  const path = '/latest/meta-data/iam/security-credentials/';
  const role = await ask(namespacePath, 'GET', path, headers);
  if (role === '') return undefined;
  const found = JSON.parse(await ask(namespacePath, 'GET', `${path}${role}`, headers)) as Record<
    string,
    string
  >;
  return {
    accessKeyId: found.AccessKeyId!,
    secretAccessKey: found.SecretAccessKey!,
    sessionToken: found.Token!,
  };
}

async function ask(
  namespacePath: string,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<string> {
  const socket = await dialTcp({ namespacePath, remoteAddress: metadata, port: 80, timeoutMs: 3000 });
  const call = request({
    host: metadata,
    method,
    path,
    headers,
    createConnection: () => socket,
    timeout: 3000,
  });
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  socket.destroy();
  if (response.statusCode === 200) return text;
  if (response.statusCode === 404) return '';
  throw new Error(`the metadata service answered ${response.statusCode} to ${path}`);
}
