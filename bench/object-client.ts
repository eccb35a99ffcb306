// A client for S3, DynamoDB and EC2 in a process of its own, so that it can stand inside an instance's network: signed requests over
// kept-open connections for some seconds. A line of JSON in is a load, the line out what was done: see ClientTask, ClientReport.
// It stays between loads, so that what is measured is a warm client on open connections and not its start.

import { createHash, createHmac } from 'node:crypto';
import { Agent, type ClientRequest, type RequestOptions, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { createInterface } from 'node:readline';

export interface ClientTask {
  /** `http://52.216.0.10`: where to connect; `host` is what is asked for. */
  base: string;
  host: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Trusted besides the system's authorities. */
  authority?: string;
  /** `put`: objects of `size` bytes; `get`: the object `path`; `getItem`, `form`: the body as it is. */
  kind: 'put' | 'get' | 'getItem' | 'form';
  /** `/bucket/key`; a put adds a number. */
  path: string;
  size?: number;
  body?: string;
  seconds: number;
  connections: number;
}

export interface ClientReport {
  requests: number;
  bytes: number;
  seconds: number;
}

const region = 'us-east-1';
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

const agents = new Map<string, Agent | TlsAgent>();

function agentOf({ base, host, authority }: ClientTask): Agent | TlsAgent {
  let agent = agents.get(base);
  if (!agent) {
    agent = base.startsWith('https:')
      ? new TlsAgent({ keepAlive: true, ca: authority, servername: host })
      : new Agent({ keepAlive: true });
    agents.set(base, agent);
  }
  return agent;
}

let bodyToPut = Buffer.alloc(0);

async function perform(task: ClientTask): Promise<ClientReport> {
  const { protocol, hostname, port } = new URL(task.base);
  const agent = agentOf(task);
  const send = (options: RequestOptions): ClientRequest =>
    (protocol === 'https:' ? tlsRequest : request)({ agent, hostname, port, ...options });
  if (task.kind === 'put' && bodyToPut.length !== task.size) bodyToPut = Buffer.alloc(task.size!, 'x');
  const payload = task.kind === 'put' ? bodyToPut : Buffer.from(task.body ?? '');
  const report = { requests: 0, bytes: 0, seconds: 0 };
  const startMs = performance.now();
  const endMs = startMs + task.seconds * 1000;
  const work = async (worker: number) => {
    for (let turn = 0; turn === 0 || performance.now() < endMs; turn++) {
      const path = task.kind === 'put' ? `${task.path}${worker}-${turn % 64}` : task.path;
      report.bytes += (await once(send, sign(task, path, payload), payload)) + payload.length;
      report.requests += 1;
    }
  };
  await Promise.all(Array.from({ length: task.connections }, (_, worker) => work(worker)));
  report.seconds = (performance.now() - startMs) / 1000;
  return report;
}

/** @returns the length of the answer's body */
function once(
  send: (options: RequestOptions) => ClientRequest,
  options: RequestOptions,
  payload: Buffer,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = send(options);
    call.on('error', reject);
    call.on('response', (response) => {
      let length = 0;
      let text = '';
      response.on('data', (piece: Buffer) => {
        length += piece.length;
        if (response.statusCode !== 200) text += piece;
      });
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(length)
          : reject(
              new Error(`${options.method} ${options.path}: ${response.statusCode} ${text.slice(0, 500)}`),
            ),
      );
    });
    call.end(payload);
  });
}

interface Kind {
  method: string;
  service: string;
  contentType?: string;
  target?: string;
}

const kinds: Record<ClientTask['kind'], Kind> = {
  put: { method: 'PUT', service: 's3' },
  get: { method: 'GET', service: 's3' },
  getItem: {
    ...{ method: 'POST', service: 'dynamodb', contentType: 'application/x-amz-json-1.0' },
    target: 'DynamoDB_20120810.GetItem',
  },
  form: {
    ...{ method: 'POST', service: 'ec2' },
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
  },
};

function sign(task: ClientTask, path: string, payload: Buffer): RequestOptions {
  const { method, service, contentType, target } = kinds[task.kind];
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const hash = service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256(payload);
  const signed: Record<string, string> = {
    host: task.host,
    'x-amz-content-sha256': hash,
    'x-amz-date': time,
    ...(target ? { 'x-amz-target': target } : {}),
  };
  const names = Object.keys(signed).join(';');
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const canonical = `${method}\n${path}\n\n${lines.join('')}\n${names}\n${hash}`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
  const signature = hmac(signingKey(task.secretAccessKey, scope), toSign).toString('hex');
  const credential = `${task.accessKeyId}/${scope}`;
  return {
    method,
    path,
    headers: {
      ...signed,
      'content-length': String(payload.length),
      ...(contentType ? { 'content-type': contentType } : {}),
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
    },
  };
}

const signingKeys = new Map<string, Buffer>();

function signingKey(secret: string, scope: string): Buffer {
  let key = signingKeys.get(scope);
  if (!key) {
    key = scope
      .split('/')
      .reduce<Buffer | string>((chain, part) => hmac(chain, part), `AWS4${secret}`) as Buffer;
    signingKeys.set(scope, key);
  }
  return key;
}

async function serve(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin }))
    console.log(JSON.stringify(await perform(JSON.parse(line) as ClientTask)));
}

if (import.meta.main) {
  serve().then(
    () => process.exit(),
    (error: Error) => {
      console.error(error.message);
      process.exit(1);
    },
  );
}
