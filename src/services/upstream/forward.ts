// Passes a request on to an upstream and its answer back, as both came: method, path, headers, bodies of any length at the pace of
// the slower end. How long the other end may take is bounded; what it does not do in time is told the client.

import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest, Agent as SecureAgent } from 'node:https';
import { isIP } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Upstream } from '../../cloud/upstream.ts';
import { type Body, ClientGone, type PassOptions, passBody } from './body.ts';
import { headersToPass } from './identity-header.ts';

const connectTimeoutMs = 5_000;
/** Shorter than the idle time of whoever the client is connected to, so that the client is told. */
const idleTimeoutMs = 110_000;
/** Many servers close what lies idle for five seconds. */
const reuseWithinMs = 4_000;
const mostConnections = 512;
/** How long we keep throwing away what a client still sends to an upstream that has answered already. */
const drainTimeoutMs = 10_000;

export interface Passage {
  request: IncomingMessage;
  response: ServerResponse;
  body: Body;
  /** Names and values in turn, added to those of the request. */
  headers: string[];
  /** What a long body must pass before its end is sent. */
  check: PassOptions['check'];
  needsHash: boolean;
  /** False: who calls is known only when a long body has passed the check, and no sooner is anything answered. */
  isCallerKnown: boolean;
  /** Counted on the way. */
  counts: { bytesIn: number; bytesOut: number };
}

/** Why there is no answer of the upstream. */
export class UpstreamFailure extends Error {
  /** `down`: it cannot be reached, or breaks off; `slow`: it has not answered. */
  readonly kind: 'down' | 'slow';
  /** What mends it. Absent: starting it. */
  readonly hint: string | undefined;

  constructor(kind: UpstreamFailure['kind'], message: string, hint?: string) {
    super(message);
    this.kind = kind;
    this.hint = hint;
  }
}

export interface Forwarder {
  /** @returns the status. Rejects with an UpstreamFailure, a ClientGone or what the check threw, perhaps in the middle of the answer */
  forward(passage: Passage): Promise<number>;
  close(): void;
}

export function createForwarder({ origin, host }: Upstream): Forwarder {
  const url = new URL(origin);
  const isSecure = url.protocol === 'https:';
  const pool = { keepAlive: true, timeout: reuseWithinMs, maxSockets: mostConnections };
  const agent = isSecure ? new SecureAgent(pool) : new Agent(pool);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const target = {
    host: name,
    port: url.port || (isSecure ? 443 : 80),
    // The certificate is the upstream's own, whatever Host says.
    servername: isIP(name) === 0 ? name : '',
    setHost: false,
    timeout: idleTimeoutMs,
  };

  function begin({ request, headers }: Passage, isFresh: boolean): ClientRequest {
    const about = {
      ...target,
      method: request.method!,
      path: targetOf(request.url!),
      headers: [...requestHeaders(request, host ?? request.headers.host ?? url.host), ...headers],
      agent: isFresh ? (false as const) : agent,
    };
    const outgoing = isSecure ? httpsRequest(about) : httpRequest(about);
    boundTimes(outgoing, isSecure);
    return outgoing;
  }

  async function attempt(passage: Passage, isFresh: boolean): Promise<number> {
    const outgoing = begin(passage, isFresh);
    try {
      return await passAnswer(await exchange(outgoing, passage), passage);
    } catch (error) {
      outgoing.destroy();
      const { code } = error as NodeJS.ErrnoException;
      // It closed a connection that lay idle just when we took it: nobody has read what we sent.
      const isStale = code === 'ECONNRESET' && outgoing.reusedSocket && !passage.response.headersSent;
      if (isStale && passage.body.isWhole) return attempt(passage, true);
      throw code === undefined ? error : toFailure(error as Error, code);
    }
  }
  return { forward: (passage) => attempt(passage, false), close: () => agent.destroy() };
}

/** Path and query as they were sent, without the host that a client of proxies puts before them. */
function targetOf(url: string): string {
  return url.startsWith('/') || url === '*' ? url : url.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
}

function requestHeaders(request: IncomingMessage, host: string): string[] {
  const { headers, method, rawHeaders } = request;
  const passed = ['Host', host, ...headersToPass(rawHeaders, 'request')];
  if (headers['transfer-encoding'] !== undefined) passed.push('Transfer-Encoding', 'chunked');
  else if (headers['content-length'] === undefined && /^(POST|PUT|PATCH)$/.test(method!))
    passed.push('Content-Length', '0');
  return passed;
}

function boundTimes(outgoing: ClientRequest, isSecure: boolean): void {
  const late = () => {
    const what = outgoing.socket ? 'cannot be reached' : 'has as many requests to answer as are sent at once';
    outgoing.destroy(new UpstreamFailure('slow', `${what} (${connectTimeoutMs / 1000} s)`));
  };
  const timer = setTimeout(late, connectTimeoutMs);
  const clear = () => clearTimeout(timer);
  outgoing.on('socket', (socket) => {
    if (!socket.connecting) clear();
    else socket.once(isSecure ? 'secureConnect' : 'connect', clear);
  });
  outgoing.on('close', clear);
  outgoing.on('timeout', () => {
    outgoing.destroy(new UpstreamFailure('slow', `has not answered for ${idleTimeoutMs / 1000} s`));
  });
}

/** Sends the body. @returns the answer, its body still to come */
async function exchange(outgoing: ClientRequest, passage: Passage): Promise<IncomingMessage> {
  const { request, body, check, needsHash, isCallerKnown, counts } = passage;
  const answered = awaitAnswer(outgoing, passage.response);
  answered.catch(() => {}); // who waits for it is told
  if (body.isWhole) {
    counts.bytesIn = body.bytes.length;
    finish(outgoing, request, body.bytes);
    return await answered;
  }
  const onBytes = (count: number) => {
    counts.bytesIn += count;
  };
  const passing = passBody({ ...{ request, check, needsHash, onBytes }, start: body.start, to: outgoing });
  const sent = passing.last.then((last) => last && finish(outgoing, request, last));
  if (isCallerKnown) {
    sent.catch((error) => outgoing.destroy(error));
    return await Promise.race([answered, sent.then(() => answered)]);
  }
  // It has answered before the end: it may read no further, and its answer waits for the check.
  answered.then(passing.stopSending, () => {});
  const [answer] = await Promise.all([answered, sent]);
  return answer;
}

function awaitAnswer(outgoing: ClientRequest, response: ServerResponse): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      if (!response.writableFinished) outgoing.destroy(new ClientGone());
    };
    response.once('close', leave);
    outgoing.on('close', () => response.off('close', leave));
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
  });
}

function finish(outgoing: ClientRequest, request: IncomingMessage, last: Buffer): void {
  if (request.rawTrailers.length > 0) outgoing.addTrailers(pairs(request.rawTrailers));
  outgoing.end(last);
}

/** @returns its status */
async function passAnswer(answer: IncomingMessage, { request, response, counts }: Passage): Promise<number> {
  const status = answer.statusCode!;
  const headers = headersToPass(answer.rawHeaders, 'answer');
  response.writeHead(status, answer.statusMessage, headers);
  answer.on('data', (chunk: Buffer) => {
    counts.bytesOut += chunk.length;
  });
  await pipeline(answer, response, { end: false }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ERR_STREAM_PREMATURE_CLOSE' ? new ClientGone() : error;
  });
  if (answer.rawTrailers.length > 0) response.addTrailers(pairs(answer.rawTrailers));
  response.end();
  if (!request.complete) drain(request);
  return status;
}

function drain(request: IncomingMessage): void {
  const timer = setTimeout(() => request.destroy(), drainTimeoutMs);
  request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
  request.resume();
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1]!] as [string, string]] : []));
}

function toFailure({ message }: Error, code: string): UpstreamFailure {
  if (code === 'ECONNREFUSED') return new UpstreamFailure('down', `is not there: nobody listens (${code})`);
  if (!/CERT|SIGNED|VERIFY|ERR_TLS/.test(code))
    return new UpstreamFailure('down', `did not answer: ${message} (${code})`);
  const hint = 'Start Isthmus with its authority: NODE_EXTRA_CA_CERTS=FILE isthmus up';
  return new UpstreamFailure('down', `has a certificate that is not trusted (${code})`, hint);
}
