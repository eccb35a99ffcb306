// DynamoDB over HTTP: reads a request whole, finds out who signed it and whether they may, runs the operation, answers
// and writes one line to the log. Tables belong to the account of the caller and to the region of the request.

import { join } from 'node:path';
import type { Arrival, ServiceHandler } from '../../aws/arrival.ts';
import { AwsError } from '../../aws/aws-error.ts';
import {
  type JsonAnswer,
  missingAuthenticationToken,
  operationOfTarget,
  renderJson,
  renderJsonError,
  signatureError,
} from '../../aws/aws-json.ts';
import { quotable } from '../../aws/form.ts';
import type { FindIdentity } from '../../aws/identity.ts';
import { type RandomBytes, randomTextFrom } from '../../aws/random-name.ts';
import { readBody, refuse } from '../../aws/request-body.ts';
import { verifySignature } from '../../aws/signature.ts';
import { SignatureFailure, type SignedRequest } from '../../aws/signed-request.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { isKnownRegion } from '../../cloud/region.ts';
import type { AccessVerdict } from '../../policy/access.ts';
import type { Principal } from '../../policy/principal.ts';
import { decideAccess, describeDenial } from '../authorization.ts';
import { notBuilt } from '../parameters.ts';
import { type Database, openDatabase } from './database.ts';
import { DynamoDbError } from './errors.ts';
import type { Body } from './input.ts';
import { type Need, type OperationContext, RenderedAnswer } from './operation.ts';
import { dynamoDbOperations, isNotBuilt } from './operations.ts';
import { sweepExpired } from './time-to-live.ts';

export interface DynamoDbOptions {
  /** Absent: in memory. */
  dataFolder?: string;
  cloud: Cloud;
  findIdentity: FindIdentity;
  now: () => Date;
  randomBytes: RandomBytes;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
}

export interface DynamoDb {
  handle: ServiceHandler;
  close(): void;
}

/** What is known of a call so far: for its log line. */
interface Call {
  requestId: string;
  operation?: string;
  table?: string;
  principal?: string;
  verdict?: AccessVerdict;
  code?: string;
  failure?: unknown;
}

const maxBodyBytes = 16 * 1024 * 1024;
const sweepIntervalMs = 5_000;
/** A sweep holds everything else up; more than this waits for the next. */
const sweepLimit = 500;
const namespace = 'com.amazonaws.dynamodb.v20120810';
const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export function createDynamoDb(options: DynamoDbOptions): DynamoDb {
  const { dataFolder, log, now } = options;
  const database = openDatabase(dataFolder === undefined ? ':memory:' : join(dataFolder, 'dynamodb.sqlite'));
  const sweep = setInterval(() => {
    try {
      const removed = sweepExpired(database, now(), sweepLimit);
      if (removed > 0) log.info({ service: 'dynamodb', removed }, 'expired items removed');
    } catch (error) {
      log.error({ service: 'dynamodb', err: error }, 'expired items could not be removed');
    }
  }, sweepIntervalMs);
  sweep.unref();
  return {
    handle: (request, response, arrival) => handle(database, options, request, response, arrival),
    close() {
      clearInterval(sweep);
      database.close();
    },
  };
}

async function handle(
  database: Database,
  options: DynamoDbOptions,
  request: Parameters<ServiceHandler>[0],
  response: Parameters<ServiceHandler>[1],
  arrival: Arrival,
): Promise<void> {
  const startMs = performance.now();
  const body = await readBody(request, maxBodyBytes);
  if (body === 'aborted') return;
  if (request.method === 'GET') {
    response.end(`healthy: dynamodb.${arrival.frontEnd?.region ?? 'us-east-1'}.amazonaws.com `);
    return;
  }
  const call: Call = { requestId: randomTextFrom(options.randomBytes)(52, idAlphabet) };
  const answer = answerCall(database, options, { request, body, arrival, call });
  if (body) {
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  } else refuse(request, response, answer);
  logCall(options, call, arrival, answer.status, startMs);
}

interface ReceivedCall {
  request: Parameters<ServiceHandler>[0];
  /** Undefined when it was too long. */
  body: Buffer | undefined;
  arrival: Arrival;
  call: Call;
}

function answerCall(database: Database, options: DynamoDbOptions, received: ReceivedCall): JsonAnswer {
  const { call } = received;
  try {
    const output = perform(database, options, received);
    return renderJson(call.requestId, output);
  } catch (thrown) {
    const error = toAwsError(thrown, call);
    call.code = error.code;
    const members = error instanceof DynamoDbError ? error.members : {};
    return renderJsonError(call.requestId, error, namespace, members);
  }
}

function toAwsError(thrown: unknown, call: Call): AwsError {
  if (thrown instanceof AwsError) return thrown;
  if (thrown instanceof SignatureFailure) return signatureError(thrown);
  call.failure = thrown;
  return new AwsError(
    'InternalServerError',
    `An internal error has occurred. The log of Isthmus has it as ${call.requestId}.`,
    500,
  );
}

function perform(database: Database, options: DynamoDbOptions, received: ReceivedCall): string {
  const { request, body, arrival, call } = received;
  const now = options.now();
  if (!body) throw new AwsError('RequestEntityTooLarge', 'The request body is too large.', 413);
  const name = operationOfTarget(request.headers['x-amz-target'], 'DynamoDB_20120810');
  const streams = operationOfTarget(request.headers['x-amz-target'], 'DynamoDBStreams_20120810');
  if (streams !== undefined) throw notBuilt(`dynamodbstreams:${quotable(streams)}`);
  if (name === undefined || request.method !== 'POST') throw unknownOperation();
  call.operation = name;
  const signed = verifyCaller(options, received, body, now);
  if (isNotBuilt(name)) throw notBuilt(`dynamodb:${name}`);
  if (!Object.hasOwn(dynamoDbOperations, name)) throw unknownOperation();
  const { principal, region } = signed;
  const context: OperationContext = {
    database,
    accountId: principal.accountId,
    region,
    now,
    newUuid: () => uuidFrom(options.randomBytes),
    arrival,
  };
  const operation = dynamoDbOperations[name]!;
  const input = parseBody(body);
  const operationRequest = operation.read(input);
  const needs = operation.needs(operationRequest, context);
  call.table = [...new Set(needs.map(({ resource }) => resource))].join(' ');
  authorize(options, principal, needs, context, call);
  const output = operation.run(operationRequest, context);
  return output instanceof RenderedAnswer ? output.json : JSON.stringify(output);
}

function verifyCaller(
  { findIdentity }: DynamoDbOptions,
  { request, arrival, call }: ReceivedCall,
  body: Buffer,
  now: Date,
): { principal: Exclude<Principal, { kind: 'anonymous' }>; region: string } {
  const { method, url, headers } = request;
  const expectedRegion = arrival.frontEnd?.region;
  const signed: SignedRequest = verifySignature(
    { method: method!, url: url!, headers, body },
    {
      service: 'dynamodb',
      findIdentity,
      now,
      ...(expectedRegion === undefined ? {} : { expectedRegion }),
    },
  );
  const { principal, scope } = signed;
  if (principal.kind === 'anonymous' || !scope) throw missingAuthenticationToken();
  call.principal = principal.arn;
  if (!isKnownRegion(scope.region)) {
    throw new AwsError(
      'InvalidSignatureException',
      `Credential should be scoped to a valid region, not '${scope.region}'. `,
    );
  }
  return { principal, region: expectedRegion ?? scope.region };
}

function parseBody(body: Buffer): Body {
  const text = body.toString();
  // An attribute of this name would become the prototype of the object that holds it, and be lost.
  const mayHide = /__proto__|\\u00[4-7]/.test(text);
  let input: unknown;
  try {
    input = mayHide ? JSON.parse(text, refuseHidden) : JSON.parse(text);
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw new AwsError('SerializationException', '');
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new AwsError('SerializationException', 'Start of structure or map expected');
  }
  return input as Body;
}

/** DIFFERS: dynamodb-proto-attribute an attribute cannot be called __proto__. */
function refuseHidden(key: string, value: unknown): unknown {
  if (key === '__proto__') throw notBuilt('An attribute with the name __proto__');
  return value;
}

/** Each need on its own: the first that is not allowed is the answer. */
function authorize(
  { cloud }: DynamoDbOptions,
  principal: Principal,
  needs: Need[],
  { accountId, region, now, arrival }: OperationContext,
  call: Call,
): void {
  for (const { action, resource, keys = {} } of needs) {
    const question = {
      principal,
      action: `dynamodb:${action}`,
      resource: resource === '*' ? '*' : `arn:aws:dynamodb:${region}:${accountId}:${resource}`,
      resourceAccountId: accountId,
      context: Object.fromEntries(Object.entries(keys).map(([name, value]) => [`dynamodb:${name}`, value])),
      arrival,
      now,
      region,
    };
    const verdict = decideAccess(cloud, question);
    call.verdict = verdict;
    if (!verdict.allow) {
      throw new AwsError('AccessDeniedException', describeDenial(question, verdict));
    }
  }
}

function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', '');
}

function uuidFrom(randomBytes: RandomBytes): string {
  const bytes = Buffer.from(randomBytes(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function logCall(
  { log }: DynamoDbOptions,
  call: Call,
  arrival: Arrival,
  status: number,
  startMs: number,
): void {
  const fields = {
    requestId: call.requestId,
    service: 'dynamodb',
    operation: call.operation && quotable(call.operation),
    table: call.table,
    principal: call.principal,
    sourceAddress: arrival.sourceAddress,
    vpcEndpointId: arrival.endpoint?.vpcEndpointId,
    status,
    code: call.code,
    decidedBy: call.verdict?.by,
    ms: Math.round((performance.now() - startMs) * 100) / 100,
  };
  if (call.failure) log.error({ ...fields, err: call.failure }, 'call failed');
  else log.info(fields, 'call');
}
