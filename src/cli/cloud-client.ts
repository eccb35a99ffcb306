// Speaks HTTP to a running cloud. Which one: the port given, the data folder given, AWS_ENDPOINT_URL, else port 4566.
// The daemon's own interface is under /_isthmus/, beside the AWS API on the same port.

import { readFileSync, realpathSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { CliError, exitCode } from './exit.ts';

export const defaultPort = 4566;

/** `--data` and `--port` as they were given to any command. */
export interface CloudChoice {
  data?: string;
  port?: number;
}

export interface CloudStatus {
  pid: number;
  dataFolder: string;
  apiEndpoint: string;
  /** The file that those who speak TLS with this cloud are to trust. */
  certificateAuthority: string;
  generation: number;
  appliedGeneration: number;
  errors: { about: string; doing: string; stderr: string; hint: string; since: string }[];
  counts: Record<string, number>;
  image: ImageStatus;
  /** Servers that stand for services of AWS's. */
  services: {
    service: string;
    origin: string;
    host?: string;
    trouble?: { message: string; since: string };
  }[];
}

export interface ImageStatus {
  state: string;
  /** The last line of progress while the image is built. */
  progress?: string;
}

interface Reply {
  status: number;
  body: string;
}

export function defaultDataFolder(): string {
  if (process.getuid?.() === 0) return '/var/lib/isthmus';
  return join(process.env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'isthmus');
}

export function dataFolderOf(choice: CloudChoice): string {
  const folder = choice.data === undefined ? defaultDataFolder() : resolve(choice.data);
  const kernels = ['/proc', '/sys', '/dev'].find((place) => `${realPathOf(folder)}/`.startsWith(`${place}/`));
  if (!kernels) return folder;
  const message = `The data folder ${folder} cannot be in ${kernels}, which holds no files of ours.`;
  throw new CliError(exitCode.usage, message, '--data DIR, with a folder on a disk');
}

/** Where a path leads whose last parts need not be there yet. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === '/' ? path : join(realPathOf(dirname(path)), basename(path));
  }
}

export function endpointOfPort(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Where the chosen cloud answers, or would answer if it ran. */
export function findEndpoint(choice: CloudChoice): string | undefined {
  if (choice.port !== undefined) return endpointOfPort(choice.port);
  if (choice.data !== undefined) return readDaemonFile(dataFolderOf(choice))?.apiEndpoint;
  return process.env.AWS_ENDPOINT_URL || endpointOfPort(defaultPort);
}

export function getEndpoint(choice: CloudChoice): string {
  const endpoint = findEndpoint(choice);
  if (endpoint) return endpoint.replace(/\/$/, '');
  throw noCloud(`with the data folder ${dataFolderOf(choice)}`, `isthmus up --data ${choice.data} --port N`);
}

/** `up` leaves this in the data folder, so that `--data` alone finds the cloud. */
export interface DaemonFile {
  pid: number;
  apiEndpoint: string;
}

export function daemonFilePath(dataFolder: string): string {
  return join(dataFolder, 'daemon.json');
}

export function readDaemonFile(dataFolder: string): DaemonFile | undefined {
  try {
    return JSON.parse(readFileSync(daemonFilePath(dataFolder), 'utf8'));
  } catch {
    return undefined;
  }
}

export async function getJson<T>(endpoint: string, path: string): Promise<T> {
  return parseJson<T>(endpoint, await getReply(endpoint, 'GET', path));
}

export async function postJson<T>(endpoint: string, path: string, body: object = {}): Promise<T> {
  return parseJson<T>(endpoint, await getReply(endpoint, 'POST', path, body));
}

export async function getText(endpoint: string, path: string): Promise<string> {
  return (await getReply(endpoint, 'GET', path)).body;
}

/** Asks the daemon to end and to take its network away. It may be gone before its answer is. */
export async function postShutdown(endpoint: string): Promise<void> {
  await postJson(endpoint, 'shutdown', { removeNetwork: true }).catch((error) => {
    if (error.cause?.code !== 'ECONNRESET') throw error;
  });
}

/** The running cloud's status, or undefined when nothing of ours answers there. */
export async function findStatus(endpoint: string): Promise<CloudStatus | undefined> {
  try {
    const reply = await send(endpoint, 'GET', 'status', undefined, 10_000);
    const status = reply.status === 200 ? JSON.parse(reply.body) : undefined;
    return typeof status?.apiEndpoint === 'string' ? status : undefined;
  } catch {
    return undefined;
  }
}

async function getReply(
  endpoint: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Reply> {
  const reply = await send(endpoint, method, path, body, 300_000).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') throw noCloud(`at ${endpoint}`, 'isthmus up --detach');
    const unanswered = new CliError(exitCode.cannot, `${endpoint} does not answer: ${error.message}`);
    throw Object.assign(unanswered, { cause: error });
  });
  if (reply.status < 300) return reply;
  throw refusal(endpoint, reply);
}

/** What the daemon said no with: a 4xx is about what was asked, anything else about the cloud. */
function refusal(endpoint: string, reply: Reply): CliError {
  const { error, hint } = parseJson<{ error?: string; hint?: string }>(endpoint, reply);
  if (!error) return notIsthmus(endpoint);
  return new CliError(reply.status < 500 ? exitCode.usage : exitCode.cannot, error, hint);
}

function parseJson<T>(endpoint: string, reply: Reply): T {
  try {
    return JSON.parse(reply.body);
  } catch {
    throw notIsthmus(endpoint);
  }
}

function notIsthmus(endpoint: string): CliError {
  return new CliError(
    exitCode.cannot,
    `What answers at ${endpoint} is not Isthmus.`,
    'give the port of a cloud with --port N',
  );
}

export function noCloud(where: string, hint: string): CliError {
  return new CliError(exitCode.cannot, `No cloud is running ${where}.`, hint);
}

function send(
  endpoint: string,
  method: string,
  path: string,
  body: object | undefined,
  timeoutMs: number,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      'x-isthmus': '1',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    };
    const url = new URL(`/_isthmus/${path}`, endpoint);
    const call = request(url, { method, headers, agent: false, timeout: timeoutMs }, (response) => {
      let received = '';
      response.setEncoding('utf8').on('data', (chunk) => (received += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: received }));
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    call.on('error', reject);
    call.end(text);
  });
}
