// A service of the JSON 1.1 protocol over HTTP: reads a request whole, finds out who signed it and whether they may, runs the
// operation in one change of the cloud, answers and writes one line to the log. What differs between services is a JsonService.

import type { Arrival, ServiceHandler } from '../aws/arrival.ts';
import { AwsError } from '../aws/aws-error.ts';
import {
  type JsonAnswer,
  missingAuthenticationToken,
  operationOfTarget,
  renderJson11,
  renderJson11Error,
  signatureError,
} from '../aws/aws-json.ts';
import { quotable } from '../aws/form.ts';
import type { FindIdentity } from '../aws/identity.ts';
import { newIdFrom, type RandomBytes, randomTextFrom } from '../aws/random-name.ts';
import { readBody, refuse } from '../aws/request-body.ts';
import { verifySignature } from '../aws/signature.ts';
import { SignatureFailure } from '../aws/signed-request.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Region } from '../cloud/id.ts';
import { isKnownRegion } from '../cloud/region.ts';
import type { Principal } from '../policy/principal.ts';
import { type AccessQuestion, decideAccess, describeDenial } from './authorization.ts';
import type { Input } from './json-input.ts';
import type { OperationContext, World } from './operation.ts';
import { notBuilt } from './parameters.ts';

/** What an operation is given. It runs to its end inside one change: it checks first, writes last, and throws before it has written. */
export type JsonContext = Pick<
  OperationContext,
  'cloud' | 'accountId' | 'region' | 'now' | 'newId' | 'randomText' | 'world'
>;

export interface JsonOperation {
  run: (input: Input, context: JsonContext) => object;
  /** What policies are asked about: one resource, or each of several. Absent: the action knows no resources. */
  resourceArn?: (input: Input, context: JsonContext) => string | string[];
}

export interface JsonService {
  /** Its signing name, which its actions begin with: `organizations`. */
  name: string;
  /** What stands before the operation in X-Amz-Target: `AWSOrganizationsV20161128`. */
  target: string;
  operations: Readonly<Record<string, JsonOperation>>;
  /** What AWS has and we do not, so that it is refused as not built and not as unknown. */
  notBuilt: ReadonlySet<string>;
  /** How its own errors spell it. */
  messageMember: 'Message' | 'message';
  internalErrorCode: string;
  /** Where it is at home if it is one for the whole world; absent: each region has one. */
  homeRegion?: Region;
  /** Condition keys of the request and of the resource, beside those that every service has. */
  conditions?: (input: Input, context: JsonContext, resourceArn: string) => AccessQuestion['context'];
}

export interface JsonServiceOptions {
  store: { change<T>(operate: (cloud: Cloud) => T): T };
  world: World;
  findIdentity: FindIdentity;
  now: () => Date;
  randomBytes: RandomBytes;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
}

interface Caller {
  principal: Exclude<Principal, { kind: 'anonymous' }>;
  region: Region;
}

/** What came, and what is known of it so far: for its log line. */
interface Call {
  service: JsonService;
  request: Parameters<ServiceHandler>[0];
  /** Undefined when it was too long. */
  body: Buffer | undefined;
  arrival: Arrival;
  now: Date;
  requestId: string;
  operation?: string;
  caller?: Caller;
  deniedBy?: string;
  code?: string;
  failure?: unknown;
}

export function createJsonService(service: JsonService, options: JsonServiceOptions): ServiceHandler {
  const { now, randomBytes, log } = options;
  return async (request, response, arrival) => {
    const body = await readBody(request);
    if (body === 'aborted') return;
    const requestId = newRequestId(randomBytes);
    const call: Call = { service, request, body, arrival, now: now(), requestId };
    const answer = answerCall(call, options);
    if (body) {
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    } else refuse(request, response, answer);
    const fields = describeCall(call, answer.status);
    if (call.failure) log.error({ ...fields, err: call.failure }, 'call failed');
    else log.info(fields, 'call');
  };
}

function answerCall(call: Call, options: JsonServiceOptions): JsonAnswer {
  try {
    return renderJson11(call.requestId, perform(call, options));
  } catch (thrown) {
    const error = toAwsError(thrown, call);
    call.code = error.code;
    return renderJson11Error(call.requestId, error, call.service.messageMember);
  }
}

function toAwsError(thrown: unknown, call: Call): AwsError {
  if (thrown instanceof AwsError) return thrown;
  if (thrown instanceof SignatureFailure) return signatureError(thrown);
  call.failure = thrown;
  const text = `An internal error has occurred. The log of Isthmus has it as ${call.requestId}.`;
  return new AwsError(call.service.internalErrorCode, text, 500);
}

/** @returns the answer as JSON */
function perform(call: Call, options: JsonServiceOptions): string {
  const { service, request, body, now } = call;
  if (!body) throw new AwsError('RequestEntityTooLarge', 'The request body is too large.', 413);
  const name = operationOfTarget(request.headers['x-amz-target'], service.target);
  if (name === undefined || request.method !== 'POST') throw unknownOperation();
  call.operation = name;
  const caller = verifyCaller(call, body, options);
  call.caller = caller;
  if (service.notBuilt.has(name)) throw notBuilt(`${service.name}:${name}`);
  if (!Object.hasOwn(service.operations, name)) throw unknownOperation();
  const operation = service.operations[name]!;
  const input = parseBody(body);
  const { world, randomBytes } = options;
  return options.store.change((cloud) => {
    const about = { cloud, accountId: caller.principal.accountId, region: caller.region, now, world };
    const context = { ...about, newId: newIdFrom(randomBytes), randomText: randomTextFrom(randomBytes) };
    authorize(call, caller, operation, input, context);
    return JSON.stringify(operation.run(input, context));
  });
}

/** At the API endpoint of the machine clients sign for whatever region they are set to; behind a front end for its own alone. */
function verifyCaller(
  { service, request, arrival, now }: Call,
  body: Buffer,
  { findIdentity }: JsonServiceOptions,
): Caller {
  const { method, url, headers } = request;
  const expectedRegion = arrival.frontEnd ? { expectedRegion: arrival.frontEnd.region } : {};
  const { principal, scope } = verifySignature(
    { method: method!, url: url!, headers, body },
    { service: service.name, findIdentity, now, ...expectedRegion },
  );
  if (principal.kind === 'anonymous' || !scope) throw missingAuthenticationToken();
  if (!isKnownRegion(scope.region)) {
    const text = `Credential should be scoped to a valid region, not '${scope.region}'. `;
    throw new AwsError('InvalidSignatureException', text);
  }
  return { principal, region: service.homeRegion ?? scope.region };
}

function parseBody(body: Buffer): Input {
  let input: unknown;
  try {
    input = JSON.parse(body.toString());
  } catch {
    throw new AwsError('SerializationException', '');
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new AwsError('SerializationException', 'Start of structure or map expected');
  return input as Input;
}

function authorize(
  call: Call,
  { principal, region }: Caller,
  { resourceArn }: JsonOperation,
  input: Input,
  context: JsonContext,
): void {
  const { service, operation, arrival, now } = call;
  for (const resource of [resourceArn?.(input, context) ?? '*'].flat()) {
    const question = {
      ...{ principal, action: `${service.name}:${operation}`, resource, arrival, now, region },
      // What another account owns, as an invitation, is guarded by the operation itself.
      resourceAccountId: principal.accountId,
      context: service.conditions?.(input, context, resource) ?? {},
    };
    const verdict = decideAccess(context.cloud, question);
    if (verdict.allow) continue;
    call.deniedBy = verdict.by;
    throw new AwsError('AccessDeniedException', describeDenial(question, verdict));
  }
}

function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', '');
}

function newRequestId(randomBytes: RandomBytes): string {
  const digits = randomTextFrom(randomBytes)(32, '0123456789abcdef');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function describeCall(call: Call, status: number): object {
  const { requestId, service, operation, caller, arrival, deniedBy, code } = call;
  return {
    requestId,
    service: service.name,
    operation: operation && quotable(operation),
    accountId: caller?.principal.accountId,
    region: caller?.region,
    principal: caller?.principal.arn,
    sourceAddress: arrival.sourceAddress,
    vpcEndpointId: arrival.endpoint?.vpcEndpointId,
    deniedBy,
    status,
    code,
  };
}
