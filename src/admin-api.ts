// The daemon's own interface, beside the AWS wire under /_isthmus/: health, status, explain, drops and the ways into an instance.
// Reads are open to whoever reaches the port; what changes something needs a header that no foreign web page can send.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FlowLogId, type InstanceId, isIdOf } from './cloud/id.ts';
import { prometheusContentType } from './lib/prometheus.ts';
import { LinuxError } from './linux/linux-error.ts';
import type { Matrix, MatrixRequest } from './matrix.ts';
import { readSites, type SiteActions, writeSite } from './site-api.ts';

export interface ExplainQuestion {
  from: string;
  to: string;
  /** `s3:GetObject`: asks the policies too. */
  action?: string;
  resource?: string;
}

export interface AdminActions extends SiteActions {
  status(): object;
  reset(): Promise<void>;
  /** Begins to build the image that instances boot from, where it is missing; `status` tells how it goes. */
  buildImage(): void;
  shutdown(removeNetwork: boolean): void;
  explain(question: ExplainQuestion): { arrives: boolean } | { error: string };
  /** Who reaches whom. */
  matrix(request: MatrixRequest): Promise<Matrix | { error: string }>;
  /** What was refused. @param id only what it has to do with */
  drops(id?: string): Promise<object[]>;
  /** Flows that are open. @param id only those it has to do with */
  flows(id?: string): Promise<object[]>;
  /** Bytes and packets by way out of each VPC. */
  ways(): Promise<object[]>;
  /** The page for Prometheus. */
  metrics(): Promise<string>;
  /** Undefined when there is no such instance or it does not run. */
  instance(instanceId: InstanceId): object | undefined;
  console(instanceId: InstanceId): string | undefined;
  capture(id: string): object | undefined;
  flowLogs(): object[];
  /** Records of one from this byte on. */
  flowLogRecords(flowLogId: FlowLogId, offset: number): Promise<object>;
  /** Ends the aggregation interval of every flow log now. */
  flushFlowLogs(): Promise<void>;
}

/** `afterwards` is done once the answer has left. */
type Answer = { status: number; body: unknown; contentType?: string; afterwards?: () => void };

const maxBodyBytes = 1024 * 1024;

export function createAdminHandler(
  actions: AdminActions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const answer = await handle(actions, request).catch(describeFailure);
    if (answer.afterwards) response.once('close', answer.afterwards);
    const isText = typeof answer.body === 'string';
    const { contentType = isText ? 'text/plain; charset=utf-8' : 'application/json' } = answer;
    response.writeHead(answer.status, { 'Content-Type': contentType });
    response.end(isText ? answer.body : `${JSON.stringify(answer.body)}\n`);
  };
}

async function handle(actions: AdminActions, request: IncomingMessage): Promise<Answer> {
  const path = new URL(request.url!, 'http://localhost').pathname.replace(/^\/_isthmus\/?/, '');
  const [noun = '', ...rest] = path.split('/').map(decodeURIComponent);
  if (request.method === 'GET') return await read(actions, noun, rest);
  if (request.method !== 'POST') return refuse(405, 'only GET and POST are known here');
  if (request.headers['x-isthmus'] === undefined) return refuse(403, 'send the header x-isthmus: 1');
  return await write(actions, noun, rest, await readJson(request));
}

async function read(actions: AdminActions, noun: string, rest: string[]): Promise<Answer> {
  const [id = ''] = rest;
  switch (noun) {
    case 'health':
      return { status: 200, body: { status: 'ok' } };
    case 'status':
      return { status: 200, body: actions.status() };
    case 'drops':
      return { status: 200, body: { drops: await actions.drops(id || undefined) } };
    case 'metrics':
      return { status: 200, body: await actions.metrics(), contentType: prometheusContentType };
    case 'flows':
      return { status: 200, body: { flows: await actions.flows(id || undefined) } };
    case 'ways':
      return { status: 200, body: { ways: await actions.ways() } };
    case 'sites':
      return readSites(actions, rest);
    case 'flow-logs':
      if (id === '') return { status: 200, body: { flowLogs: actions.flowLogs() } };
      if (!isIdOf('fl', id)) return refuse(404, `${id} is not the id of a flow log`);
      return { status: 200, body: await actions.flowLogRecords(id as FlowLogId, Number(rest[1] ?? 0) || 0) };
    case 'instances':
      return found(
        actions.instance(id as InstanceId),
        `${id} is not a running instance`,
        'aws ec2 describe-instances lists them',
      );
    case 'console':
      return found(
        actions.console(id as InstanceId),
        `there is no instance ${id}`,
        'aws ec2 describe-instances lists them',
      );
    case 'capture':
      return found(
        actions.capture(id),
        `${id} has no wire`,
        'give the id of an instance, a network interface, a VPC endpoint, a NAT or an internet gateway',
      );
    default:
      return refuse(404, `there is no ${noun} here`);
  }
}

async function write(
  actions: AdminActions,
  noun: string,
  rest: string[],
  body: Record<string, unknown>,
): Promise<Answer> {
  switch (noun) {
    case 'sites':
      return writeSite(actions, rest, body);
    case 'reset':
      await actions.reset();
      return { status: 200, body: { status: 'ok' } };
    case 'flow-logs':
      await actions.flushFlowLogs();
      return { status: 200, body: { status: 'ok' } };
    case 'image':
      actions.buildImage();
      return { status: 202, body: { status: 'ok' } };
    case 'shutdown': {
      const afterwards = () => actions.shutdown(body.removeNetwork === true);
      return { status: 202, body: { status: 'stopping' }, afterwards };
    }
    case 'explain': {
      const answer = actions.explain(readQuestion(body));
      return 'error' in answer ? refuse(400, answer.error) : { status: 200, body: answer };
    }
    case 'matrix': {
      const answer = await actions.matrix(readMatrixRequest(body));
      return 'error' in answer ? refuse(400, answer.error) : { status: 200, body: answer };
    }
    default:
      return refuse(404, `there is no ${noun} here`);
  }
}

function readMatrixRequest({ vpcs, flows, more, probe }: Record<string, unknown>): MatrixRequest {
  const textsOf = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  const besides = typeof more === 'object' && more !== null ? Object.entries(more) : [];
  return {
    vpcs: textsOf(vpcs),
    flows: textsOf(flows),
    more: new Map(besides.map(([name, texts]) => [name, textsOf(texts)])),
    isProbed: probe === true,
  };
}

function readQuestion({ from, to, action, resource }: Record<string, unknown>): ExplainQuestion {
  return {
    from: String(from ?? ''),
    to: String(to ?? ''),
    ...(action === undefined ? {} : { action: String(action) }),
    ...(resource === undefined ? {} : { resource: String(resource) }),
  };
}

function found(body: unknown, error: string, hint: string): Answer {
  return body === undefined ? { status: 404, body: { error, hint } } : { status: 200, body };
}

const refuse = (status: number, error: string): Answer => ({ status, body: { error } });

function describeFailure(error: unknown): Answer {
  if (error instanceof LinuxError) return { status: 503, body: { error: error.message, hint: error.hint } };
  if (error instanceof SyntaxError || error instanceof URIError)
    return refuse(400, 'the request cannot be read');
  throw error;
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > maxBodyBytes) throw new SyntaxError('too long');
  }
  const body: unknown = text === '' ? {} : JSON.parse(text);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
