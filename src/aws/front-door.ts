// Where every AWS request comes in: which service, who calls, which operation, is it well formed; then it runs in one
// transaction, and its answer or its refusal goes out in the service's own protocol. No sockets here.

import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../policy/principal.ts';
import { findDenial } from '../services/access/authorize-call.ts';
import { type AuthorizationMessages, describeRefusedCall } from '../services/authorization-message.ts';
import type { Operation, OperationContext, OperationTable, World } from '../services/operation.ts';
import { notBuilt } from '../services/parameters.ts';
import type { Store } from '../store.ts';
import type { Arrival } from './arrival.ts';
import { AwsError } from './aws-error.ts';
import { awsQuery } from './aws-query.ts';
import { findRpcProtocol, namesRpcService, type RpcProtocol } from './aws-rpc.ts';
import { ec2Query } from './ec2-query.ts';
import { formTree, parseForm, quotable } from './form.ts';
import type { FindIdentity, IssueCredentials } from './identity.ts';
import { type ServiceName, serviceModel } from './model.ts';
import type { Protocol } from './protocol.ts';
import { newIdFrom, type RandomBytes, randomTextFrom } from './random-name.ts';
import { findSigningName, verifySignature } from './signature.ts';
import { SignatureFailure } from './signed-request.ts';
import { findWire, renderRefusal } from './wire.ts';

export interface ServiceDefinition {
  name: ServiceName;
  protocol: 'ec2' | 'query';
  version: string;
  xmlNamespace: string;
  /** What JSON and CBOR clients call it: `GraniteServiceVersion20100801`. Absent: it speaks forms alone. */
  rpcName?: string;
  operations: OperationTable;
}

export interface FrontDoorRequest {
  method: string;
  /** Path and query as they were sent. */
  url: string;
  headers: IncomingHttpHeaders;
  /** Undefined when it was longer than the server reads. */
  body: Buffer | undefined;
  arrival: Arrival;
}

export interface FrontDoorResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

export type FrontDoor = (request: FrontDoorRequest) => FrontDoorResponse;

export interface FrontDoorLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface FrontDoorOptions {
  services: ServiceDefinition[];
  store: Store;
  world: World;
  findIdentity: FindIdentity;
  issueCredentials: IssueCredentials;
  authorizationMessages: AuthorizationMessages;
  isKnownRegion: (region: string) => boolean;
  now: () => Date;
  randomBytes: RandomBytes;
  log: FrontDoorLog;
}

/** What is known of a call so far: what its error is written with, and its log line. */
interface Call {
  requestId: string;
  signingName?: string;
  service?: ServiceDefinition;
  /** Set when it is no form. */
  rpc?: RpcProtocol | undefined;
  caller?: Caller;
  action?: string;
  /** The policy that refused it. */
  deniedBy?: string;
}

interface Caller {
  principal: Exclude<Principal, { kind: 'anonymous' }>;
  accountId: string;
  region: string;
}

const formAnswer = { headers: { 'Content-Type': 'text/xml;charset=UTF-8' } };
const protocols: Record<ServiceDefinition['protocol'], Protocol> = { ec2: ec2Query, query: awsQuery };

export function createFrontDoor(options: FrontDoorOptions): FrontDoor {
  return (request) => {
    const startMs = performance.now();
    const call: Call = { requestId: randomUUID() };
    const response = answer(request, call, options);
    const { requestId, service, caller, action, deniedBy } = call;
    const fields = {
      requestId,
      service: service?.name ?? call.signingName,
      action: action && quotable(action),
      accountId: caller?.accountId,
      region: caller?.region,
      principal: caller?.principal.arn,
      sourceAddress: request.arrival.sourceAddress,
      vpcEndpointId: request.arrival.endpoint?.vpcEndpointId,
      deniedBy,
      status: response.status,
      code: response.code,
      durationMs: Math.round((performance.now() - startMs) * 100) / 100,
    };
    if (response.failure) options.log.error({ ...fields, err: response.failure }, 'call failed');
    else options.log.info(fields, 'call');
    return { status: response.status, headers: response.headers, body: response.body };
  };
}

interface AnsweredCall extends FrontDoorResponse {
  code?: string;
  /** What went wrong on our side. */
  failure?: unknown;
}

function answer(request: FrontDoorRequest, call: Call, options: FrontDoorOptions): AnsweredCall {
  try {
    return respond(call, 200, perform(request, call, options));
  } catch (thrown) {
    const error = thrown instanceof AwsError ? thrown : internalError(call);
    const failure = thrown instanceof AwsError ? undefined : thrown;
    return { ...respondError(error, request, call), code: error.code, failure };
  }
}

/** @returns the answer as the request's protocol has it */
function perform(request: FrontDoorRequest, call: Call, options: FrontDoorOptions): string | Buffer {
  call.signingName = findSigningName(request.headers, request.url);
  // A front end is one service's, whatever a request is signed for.
  const serviceName = request.arrival.frontEnd?.service ?? call.signingName;
  call.service = findService(options.services, serviceName, '', request);
  if (call.signingName && !call.service) throw noSuchService(call.signingName);
  call.rpc = call.service?.rpcName === undefined ? undefined : findRpcProtocol(request);
  const parameters = call.rpc ? [] : readParameters(request);
  const version = findParameter(parameters, 'Version');
  call.service ??= findService(options.services, undefined, version, request);
  const { rpc, service } = call;
  call.action = rpc ? rpc.readAction(request, service!.rpcName!) : findParameter(parameters, 'Action');

  const protocol = service ? protocols[service.protocol] : awsQuery;
  // What was not read cannot be verified.
  const { body } = request;
  if (!body) throw new AwsError('RequestEntityTooLarge', 'The request body is too large.', 413);
  call.caller = authenticate({ ...request, body }, call, protocol, options);
  if (request.method !== 'POST' && request.method !== 'GET') throw methodNotAllowed(request.method);
  if (!service) throw notBuilt('this service');
  const { operation, model } = findOperation(service, call.action, rpc ? service.version : version);
  const input = rpc
    ? rpc.readInput(model.input, body)
    : protocol.readInput(model.input, formTree(parameters.filter(isOfTheOperation)));

  // The answer is rendered inside the change: if that fails, the change did not happen.
  return options.store.change((cloud) => {
    authorize(cloud, input, request.arrival, call, protocol, options);
    const output = operation(input as never, operationContext(cloud, call.caller!, request.arrival, options));
    if (input.DryRun === true) throw dryRunOperation();
    if (rpc) return rpc.renderOutput(output);
    const about = { requestId: call.requestId, action: call.action!, xmlNamespace: service.xmlNamespace };
    return protocol.renderOutput(about, model.output, output);
  });
}

function readParameters({ url, body }: FrontDoorRequest): [string, string][] {
  const queryStart = url.indexOf('?');
  const query = parseForm(Buffer.from(queryStart < 0 ? '' : url.slice(queryStart + 1)));
  return [...query, ...parseForm(body ?? Buffer.alloc(0))];
}

/** @throws AwsError as the protocol refuses unsigned requests, signatures that do not hold and regions it does not know */
function authenticate(
  request: FrontDoorRequest & { body: Buffer },
  call: Call,
  protocol: Protocol,
  options: FrontDoorOptions,
): Caller {
  const { arrival, method, url, headers, body } = request;
  const { frontEnd } = arrival;
  const service = frontEnd?.service ?? call.service?.name ?? call.signingName ?? '';
  // Behind a front end there is one region; the API endpoint of the machine is every region's.
  const expectedRegion = frontEnd && { expectedRegion: frontEnd.region };
  const rules = { service, findIdentity: options.findIdentity, now: options.now(), ...expectedRegion };
  const { principal, scope } = refuseInWords(protocol, () =>
    verifySignature({ method, url, headers, body }, rules),
  );
  if (principal.kind === 'anonymous') throw protocol.refusals.unsigned();
  if (!scope || !options.isKnownRegion(scope.region)) throw protocol.refusals.unknownRegion();
  return { principal, accountId: principal.accountId, region: scope.region };
}

function refuseInWords<T>({ refusals }: Protocol, verify: () => T): T {
  try {
    return verify();
  } catch (error) {
    throw error instanceof SignatureFailure ? refusals.badSignature(error) : error;
  }
}

/** @throws AwsError when a policy refuses the call */
function authorize(
  cloud: OperationContext['cloud'],
  input: Record<string, unknown>,
  arrival: Arrival,
  call: Call,
  { refusals }: Protocol,
  { now, authorizationMessages }: FrontDoorOptions,
): void {
  const guarded = { operation: call.action!, input, cloud, ...call.caller! };
  const denial = findDenial(call.service!.name, guarded, arrival, now());
  if (!denial) return;
  const { text, verdict, action, resource, conditions } = denial;
  call.deniedBy = verdict.by;
  const { principal } = call.caller!;
  const isExplicit = verdict.decidedBy.effect === 'Deny';
  const refused = { principal, action, resource, conditions, isExplicit, deniedBy: verdict.by };
  throw refusals.notAuthorized(text, authorizationMessages.encode(describeRefusedCall(refused)));
}

/** By the signing name; for unsigned requests, so that they are refused in the right words, by Version, then by Host. */
function findService(
  services: ServiceDefinition[],
  signingName: string | undefined,
  version: string,
  request: FrontDoorRequest,
): ServiceDefinition | undefined {
  if (signingName) return services.find(({ name }) => name === signingName);
  const hostName = request.headers.host?.split('.')[0];
  return (
    services.find((service) => service.version === version) ??
    services.find(({ rpcName }) => rpcName !== undefined && namesRpcService(request, rpcName)) ??
    services.find(({ name }) => name === hostName)
  );
}

function findOperation(service: ServiceDefinition, action: string, version: string) {
  const { refusals } = protocols[service.protocol];
  if (!action) throw missingAction();
  if (version !== service.version) throw refusals.unknownVersion(action, version);
  const model = serviceModel(service.name).findOperation(action);
  if (!model) throw refusals.unknownAction(action, version);
  if (!Object.hasOwn(service.operations, action)) throw notBuilt(`${service.name}:${action}`);
  return { operation: service.operations[action] as Operation<never, object>, model };
}

function operationContext(
  cloud: OperationContext['cloud'],
  { principal, accountId, region }: Caller,
  arrival: Arrival,
  { now, randomBytes, world, issueCredentials, authorizationMessages }: FrontDoorOptions,
): OperationContext {
  return {
    cloud,
    accountId,
    region,
    callerArn: principal.arn,
    principal,
    arrival,
    issueCredentials,
    authorizationMessages,
    now: now(),
    newId: newIdFrom(randomBytes),
    randomText: randomTextFrom(randomBytes),
    world,
  };
}

function findParameter(parameters: [string, string][], name: string): string {
  return parameters.find(([key]) => key === name)?.[1] ?? '';
}

function isOfTheOperation([name]: [string, string]): boolean {
  return name !== 'Action' && name !== 'Version' && !/^x-amz-/i.test(name);
}

function respond(call: Call, status: number, body: string | Buffer): FrontDoorResponse {
  const { headers } = call.rpc ?? formAnswer;
  return { status, headers: { 'x-amzn-RequestId': call.requestId, ...headers }, body };
}

function respondError(error: AwsError, request: FrontDoorRequest, call: Call): FrontDoorResponse {
  // What Isthmus does not have is refused so that the service's own clients can read it.
  if (call.signingName && !call.service)
    return renderRefusal(findWire(request, call.signingName), error, call.requestId, request.headers);
  if (call.rpc) {
    const { headers, body } = call.rpc.renderError(error);
    const answer = respond(call, error.status, body);
    return { ...answer, headers: { ...answer.headers, ...headers } };
  }
  const protocol = call.service ? protocols[call.service.protocol] : awsQuery;
  const body = protocol.renderError(error, call.requestId, call.service?.xmlNamespace);
  return respond(call, error.status, body);
}

function internalError({ service, rpc, requestId }: Call): AwsError {
  const ofService = service ? protocols[service.protocol] : awsQuery;
  const code = (rpc ?? ofService).internalErrorCode;
  return new AwsError(
    code,
    `An internal error has occurred. The log of Isthmus has it as ${requestId}.`,
    500,
  );
}

function dryRunOperation(): AwsError {
  return new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
}

function noSuchService(signingName: string): AwsError {
  const name = quotable(signingName);
  return new AwsError(
    'NotImplemented',
    `Isthmus does not implement the service ${name}. A server of yours can stand for it: isthmus up --service ${name}=URL (docs/upstream-services.md).`,
    501,
  );
}

function missingAction(): AwsError {
  return new AwsError('MissingAction', 'The request is missing an action or a required parameter.');
}

function methodNotAllowed(method: string): AwsError {
  return new AwsError('MethodNotAllowed', `The method ${method} is not allowed. Use POST or GET.`, 405);
}
