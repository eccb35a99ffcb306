// Organizations over HTTP: reads a request whole, finds out who signed it and whether they may, runs the operation in one
// change of the cloud, answers and writes one line to the log. It is one for the whole world, at home in us-east-1.

import type { Arrival, ServiceHandler } from '../../aws/arrival.ts';
import { AwsError } from '../../aws/aws-error.ts';
import {
  type JsonAnswer,
  missingAuthenticationToken,
  operationOfTarget,
  renderJson11,
  renderJson11Error,
  signatureError,
} from '../../aws/aws-json.ts';
import { quotable } from '../../aws/form.ts';
import type { FindIdentity } from '../../aws/identity.ts';
import { type RandomBytes, randomTextFrom } from '../../aws/random-name.ts';
import { readBody, refuse } from '../../aws/request-body.ts';
import { verifySignature } from '../../aws/signature.ts';
import { SignatureFailure } from '../../aws/signed-request.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { isKnownRegion } from '../../cloud/region.ts';
import type { Principal } from '../../policy/principal.ts';
import { decideAccess, describeDenial } from '../authorization.ts';
import { notBuilt } from '../parameters.ts';
import { OrganizationsError } from './errors.ts';
import type { Input } from './input.ts';
import type { OrganizationsContext, OrganizationsOperation } from './operation.ts';
import { isNotBuilt, organizationsOperations } from './operations.ts';

export interface OrganizationsOptions {
  store: { change<T>(operate: (cloud: Cloud) => T): T };
  findIdentity: FindIdentity;
  now: () => Date;
  randomBytes: RandomBytes;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
}

type Caller = Exclude<Principal, { kind: 'anonymous' }>;

/** What came, and what is known of it so far: for its log line. */
interface Call {
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

const targetPrefix = 'AWSOrganizationsV20161128';
const homeRegion = 'us-east-1';
const nameAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

export function createOrganizations(options: OrganizationsOptions): ServiceHandler {
  const { now, randomBytes, log } = options;
  return async (request, response, arrival) => {
    const body = await readBody(request);
    if (body === 'aborted') return;
    const call: Call = { request, body, arrival, now: now(), requestId: newRequestId(randomBytes) };
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

function answerCall(call: Call, options: OrganizationsOptions): JsonAnswer {
  try {
    return renderJson11(call.requestId, perform(call, options));
  } catch (thrown) {
    const error = toAwsError(thrown, call);
    call.code = error.code;
    return renderJson11Error(call.requestId, error, error instanceof OrganizationsError ? error.members : {});
  }
}

function toAwsError(thrown: unknown, call: Call): AwsError {
  if (thrown instanceof AwsError) return thrown;
  if (thrown instanceof SignatureFailure) return signatureError(thrown);
  call.failure = thrown;
  const text = `An internal error has occurred. The log of Isthmus has it as ${call.requestId}.`;
  return new AwsError('ServiceException', text, 500);
}

/** @returns the answer as JSON */
function perform(call: Call, options: OrganizationsOptions): string {
  const { request, body, now } = call;
  if (!body) throw new AwsError('RequestEntityTooLarge', 'The request body is too large.', 413);
  const name = operationOfTarget(request.headers['x-amz-target'], targetPrefix);
  if (name === undefined || request.method !== 'POST') throw unknownOperation();
  call.operation = name;
  const caller = verifyCaller(call, body, options);
  call.caller = caller;
  if (isNotBuilt(name)) throw notBuilt(`organizations:${name}`);
  if (!Object.hasOwn(organizationsOperations, name)) throw unknownOperation();
  const operation = organizationsOperations[name]!;
  const input = parseBody(body);
  const randomText = randomTextFrom(options.randomBytes);
  return options.store.change((cloud) => {
    const newName = (length: number) => randomText(length, nameAlphabet);
    const context: OrganizationsContext = { cloud, accountId: caller.accountId, now, newName };
    authorize(call, caller, operation, input, context);
    return JSON.stringify(operation.run(input, context));
  });
}

/** At the API endpoint of the machine clients sign for whatever region they are set to; at its own name for its home alone. */
function verifyCaller(
  { request, arrival, now }: Call,
  body: Buffer,
  { findIdentity }: OrganizationsOptions,
): Caller {
  const { method, url, headers } = request;
  const expectedRegion = arrival.frontEnd ? { expectedRegion: homeRegion } : {};
  const { principal, scope } = verifySignature(
    { method: method!, url: url!, headers, body },
    { service: 'organizations', findIdentity, now, ...expectedRegion },
  );
  if (principal.kind === 'anonymous' || !scope) throw missingAuthenticationToken();
  if (!isKnownRegion(scope.region)) {
    const text = `Credential should be scoped to a valid region, not '${scope.region}'. `;
    throw new AwsError('InvalidSignatureException', text);
  }
  return principal;
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
  principal: Caller,
  { resourceArn }: OrganizationsOperation,
  input: Input,
  context: OrganizationsContext,
): void {
  const question = {
    principal,
    action: `organizations:${call.operation}`,
    resource: resourceArn?.(input, context) ?? '*',
    // What another account owns, as an invitation, is guarded by the operation itself.
    resourceAccountId: principal.accountId,
    arrival: call.arrival,
    now: call.now,
    region: homeRegion,
  };
  const verdict = decideAccess(context.cloud, question);
  if (verdict.allow) return;
  call.deniedBy = verdict.by;
  throw new AwsError('AccessDeniedException', describeDenial(question, verdict));
}

function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', '');
}

function newRequestId(randomBytes: RandomBytes): string {
  const digits = randomTextFrom(randomBytes)(32, '0123456789abcdef');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function describeCall(call: Call, status: number): object {
  const { requestId, operation, caller, arrival, deniedBy, code } = call;
  return {
    requestId,
    service: 'organizations',
    operation: operation && quotable(operation),
    accountId: caller?.accountId,
    principal: caller?.arn,
    sourceAddress: arrival.sourceAddress,
    vpcEndpointId: arrival.endpoint?.vpcEndpointId,
    deniedBy,
    status,
    code,
  };
}
