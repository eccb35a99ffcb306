// One health check: what a node of a load balancer asks of a target, from its own address inside the VPC.
// It always ends within the group's timeout, and in words AWS uses.

import type { Socket } from 'node:net';
import { connect as startTls } from 'node:tls';
import type { HealthCheck } from '../cloud/load-balancer.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import { dialTcp } from './door.ts';

export interface HealthCheckRequest {
  namespacePath: string;
  /** The node's private address: what the target sees, and what its security groups judge. */
  fromAddress: Ipv4;
  address: Ipv4;
  port: number;
  healthCheck: HealthCheck;
  /** Ends the check early; its result means nothing then. */
  signal: AbortSignal;
}

export type HealthCheckResult = { passed: true } | HealthCheckFailure;

export interface HealthCheckFailure {
  passed: false;
  reason: 'Target.FailedHealthChecks' | 'Target.Timeout' | 'Target.ResponseCodeMismatch';
  description: string;
}

const passed: HealthCheckResult = { passed: true };
const failed: HealthCheckFailure = {
  passed: false,
  reason: 'Target.FailedHealthChecks',
  description: 'Health checks failed',
};
const timedOut: HealthCheckFailure = {
  passed: false,
  reason: 'Target.Timeout',
  description: 'Request timed out',
};

/** More of a response than this is not read in search of its first line. */
const longestStatusLine = 4096;
const defaultMatcher = '200-399';

/** Never rejects. */
export async function runHealthCheck(request: HealthCheckRequest): Promise<HealthCheckResult> {
  const timeoutMs = request.healthCheck.timeoutSeconds * 1000;
  const end = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end.abort();
  }, timeoutMs);
  const giveUp = () => end.abort();
  request.signal.addEventListener('abort', giveUp);
  try {
    return await ask(request, timeoutMs, end.signal);
  } catch (error) {
    return isLate || (error as NodeJS.ErrnoException).code === 'ETIMEDOUT' ? timedOut : failed;
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', giveUp);
  }
}

async function ask(
  request: HealthCheckRequest,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HealthCheckResult> {
  const { namespacePath, fromAddress: localAddress, address: remoteAddress, port } = request;
  const socket = await dialTcp({ namespacePath, localAddress, remoteAddress, port, timeoutMs, signal });
  try {
    const { protocol, matcher } = request.healthCheck;
    if (protocol === 'TCP') return passed;
    const status = await readStatus(protocol === 'HTTPS' ? secure(socket) : socket, request, signal);
    if (status === undefined) return failed;
    if (matches(status, matcher ?? defaultMatcher)) return passed;
    const description = `Health checks failed with these codes: [${status}]`;
    return { passed: false, reason: 'Target.ResponseCodeMismatch', description };
  } finally {
    socket.destroy();
  }
}

/** AWS: a load balancer encrypts to its targets but does not ask who they are. */
function secure(socket: Socket): Socket {
  return startTls({ socket, rejectUnauthorized: false });
}

/** The status code of the response's first line; undefined when what comes back is not HTTP. */
function readStatus(
  socket: Socket,
  request: HealthCheckRequest,
  signal: AbortSignal,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    let line = '';
    const abort = () => socket.destroy(new Error('the check has ended'));
    const settle = (status: number | undefined) => {
      signal.removeEventListener('abort', abort);
      resolve(status);
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('close', () => settle(undefined));
    socket.on('data', (text: string) => {
      line += text;
      if (line.includes('\n') || line.length > longestStatusLine) settle(parseStatus(line));
    });
    socket.write(renderRequest(request));
  });
}

function renderRequest({ healthCheck, address, port }: HealthCheckRequest): string {
  return [
    `GET ${healthCheck.path ?? '/'} HTTP/1.1`,
    `Host: ${address}:${port}`,
    'User-Agent: ELB-HealthChecker/2.0',
    'Accept: */*',
    'Connection: close',
    '\r\n',
  ].join('\r\n');
}

export function parseStatus(response: string): number | undefined {
  const match = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n/.exec(response);
  return match ? Number(match[1]) : undefined;
}

/** Whether a code is in AWS's list of codes and ranges: `200,202` or `200-299,301`. */
export function matches(status: number, matcher: string): boolean {
  return matcher.split(',').some((part) => {
    const [from, to = from] = part.trim().split('-').map(Number);
    return from !== undefined && to !== undefined && from <= status && status <= to;
  });
}
