// Route 53 over HTTP, REST with XML: finds the operation by method and path, who signed it and whether they may, runs it in one
// change of the cloud, answers and writes one line to the log. It is one for the whole world, at home in us-east-1.

import type { Arrival, ServiceHandler } from '../../aws/arrival.ts';
import { AwsError } from '../../aws/aws-error.ts';
import { awsQuery } from '../../aws/aws-query.ts';
import { type RandomBytes, randomTextFrom } from '../../aws/random-name.ts';
import { readBody, refuse } from '../../aws/request-body.ts';
import { parseXml, renderDocument, XmlSyntaxError } from '../../aws/rest-xml.ts';
import { verifySignature } from '../../aws/signature.ts';
import { SignatureFailure } from '../../aws/signed-request.ts';
import { isKnownRegion } from '../../cloud/region.ts';
import type { Principal } from '../../policy/principal.ts';
import { decideAccess, describeDenial } from '../authorization.ts';
import type { JsonServiceOptions } from '../json-service.ts';
import { notBuilt } from '../parameters.ts';
import { absentOperations } from './absent-operation.ts';
import { invalidInput } from './errors.ts';
import { invalidXml, route53Namespace } from './input.ts';
import type { Route53Answer, Route53Context, Route53Operation, Route53Request } from './operation.ts';
import { route53Operations } from './operations.ts';

export type Route53Options = JsonServiceOptions;

const version = '/2013-04-01';
const homeRegion = 'us-east-1';

/** What came, and what is known of it so far: for its log line. */
interface Call {
  request: Parameters<ServiceHandler>[0];
  /** Undefined when it was too long. */
  body: Buffer | undefined;
  arrival: Arrival;
  now: Date;
  requestId: string;
  operation?: string;
  principal?: Exclude<Principal, { kind: 'anonymous' }>;
  deniedBy?: string;
  code?: string;
  failure?: unknown;
}

interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function createRoute53(options: Route53Options): ServiceHandler {
  const { now, randomBytes, log } = options;
  return async (request, response, arrival) => {
    const body = await readBody(request);
    if (body === 'aborted') return;
    const call: Call = { request, body, arrival, now: now(), requestId: newRequestId(randomBytes) };
    const answer = answerCall(call, options);
    if (body) {
      response.writeHead(answer.status, {
        ...answer.headers,
        'Content-Length': Buffer.byteLength(answer.body),
      });
      response.end(answer.body);
    } else refuse(request, response, answer);
    const fields = describeCall(call, answer.status);
    if (call.failure) log.error({ ...fields, err: call.failure }, 'call failed');
    else log.info(fields, 'call');
  };
}

function answerCall(call: Call, options: Route53Options): HttpAnswer {
  const headers = { 'x-amzn-RequestId': call.requestId, 'Content-Type': 'text/xml' };
  try {
    const { content, status = 200, headers: more } = perform(call, options);
    const body = renderDocument(`${call.operation}Response`, content, route53Namespace);
    return { status, headers: { ...headers, ...more }, body };
  } catch (thrown) {
    const error = toAwsError(thrown, call);
    call.code = error.code;
    const body = awsQuery.renderError(error, call.requestId, route53Namespace);
    return { status: error.status, headers, body };
  }
}

function toAwsError(thrown: unknown, call: Call): AwsError {
  if (thrown instanceof AwsError) return thrown;
  if (thrown instanceof SignatureFailure) return awsQuery.refusals.badSignature(thrown);
  if (thrown instanceof XmlSyntaxError) return invalidXml(thrown.message);
  call.failure = thrown;
  const text = `An internal error has occurred. The log of Isthmus has it as ${call.requestId}.`;
  return new AwsError(awsQuery.internalErrorCode, text, 500);
}

function perform(call: Call, options: Route53Options): Route53Answer {
  const { request, body, now } = call;
  if (!body) throw new AwsError('RequestEntityTooLarge', 'The request body is too large.', 413);
  const url = URL.parse(`http://route53${request.url}`) ?? new URL('http://route53/');
  const found = findOperation(request.method!, url.pathname);
  call.operation = found?.name ?? '';
  const principal = verifyCaller(call, body, options);
  call.principal = principal;
  if (!found)
    throw new AwsError('InvalidAction', 'There is no operation at this path and with this method.', 404);
  if (!found.operation) throw notBuilt(`route53:${found.name}`);
  const { operation, path } = found;
  const document = body.length > 0 ? parseXml(body.toString()) : undefined;
  const asked: Route53Request = { path, query: url.searchParams, body: document };
  const { world, randomBytes } = options;
  return options.store.change((cloud) => {
    const about = { cloud, accountId: principal.accountId, callerArn: principal.arn, now, world };
    const context: Route53Context = { ...about, randomText: randomTextFrom(randomBytes) };
    authorize(call, operation, asked, context);
    return operation.run(asked, context);
  });
}

interface FoundOperation {
  name: string;
  path: Record<string, string>;
  /** Absent: AWS has it and Isthmus has not. */
  operation?: Route53Operation;
}

function findOperation(method: string, pathname: string): FoundOperation | undefined {
  if (!pathname.startsWith(`${version}/`)) return undefined;
  const segments = pathname
    .slice(version.length + 1)
    .replace(/\/$/, '')
    .split('/');
  for (const [name, operation] of Object.entries(route53Operations)) {
    const path = operation.method === method ? matchPath(operation.path, segments) : undefined;
    if (path) return { name, path, operation };
  }
  for (const [name, absentMethod, pattern] of absentOperations) {
    const path = absentMethod === method ? matchPath(pattern, segments) : undefined;
    if (path) return { name, path };
  }
  return undefined;
}

function matchPath(pattern: string, segments: string[]): Record<string, string> | undefined {
  const parts = pattern.slice(1).split('/');
  if (parts.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name) path[name] = decodeSegment(segments[index]!);
    else if (part !== segments[index]) return undefined;
  }
  return path;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalidInput('The path of the request is not properly encoded.');
  }
}

/** At the API endpoint of the machine clients sign for whatever region they are set to; behind the front end for its own alone. */
function verifyCaller({ request, arrival, now }: Call, body: Buffer, { findIdentity }: Route53Options) {
  const { method, url, headers } = request;
  const { principal, scope } = verifySignature(
    { method: method!, url: url!, headers, body },
    { service: 'route53', findIdentity, now, ...(arrival.frontEnd ? { expectedRegion: homeRegion } : {}) },
  );
  if (principal.kind === 'anonymous' || !scope) throw awsQuery.refusals.unsigned();
  if (!isKnownRegion(scope.region)) throw awsQuery.refusals.unknownRegion();
  return principal;
}

function authorize(
  call: Call,
  { access }: Route53Operation,
  asked: Route53Request,
  { cloud }: Route53Context,
): void {
  const { operation, arrival, now, principal } = call;
  const { resource = '*', context = {}, needs = [] } = access?.(asked) ?? {};
  const about = {
    principal: principal!,
    arrival,
    now,
    region: homeRegion,
    resourceAccountId: principal!.accountId,
  };
  const questions = [
    { ...about, action: `route53:${operation}`, resource, context },
    ...needs.map((action) => ({ ...about, action, resource: '*' })),
  ];
  for (const question of questions) {
    const verdict = decideAccess(cloud, question);
    if (verdict.allow) continue;
    call.deniedBy = verdict.by;
    throw new AwsError('AccessDenied', describeDenial(question, verdict), 403);
  }
}

function newRequestId(randomBytes: RandomBytes): string {
  const digits = randomTextFrom(randomBytes)(32, '0123456789abcdef');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function describeCall(
  { requestId, operation, principal, arrival, deniedBy, code }: Call,
  status: number,
): object {
  return {
    requestId,
    service: 'route53',
    operation,
    accountId: principal?.accountId,
    region: homeRegion,
    principal: principal?.arn,
    sourceAddress: arrival.sourceAddress,
    vpcEndpointId: arrival.endpoint?.vpcEndpointId,
    deniedBy,
    status,
    code,
  };
}
