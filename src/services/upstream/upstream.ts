// Services that upstreams stand for: one request from its first line to its log line. Which upstream, who signed, what it is
// about, may the caller do this by this way; then the upstream, which alone knows more, answers.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Arrival, ServiceHandler } from '../../aws/arrival.ts';
import { AwsError } from '../../aws/aws-error.ts';
import type { FindIdentity } from '../../aws/identity.ts';
import { type RandomBytes, randomTextFrom } from '../../aws/random-name.ts';
import { refuse } from '../../aws/request-body.ts';
import { findSigningName } from '../../aws/signature.ts';
import { SignatureFailure } from '../../aws/signed-request.ts';
import { findWire, renderRefusal, type Wire } from '../../aws/wire.ts';
import { type AwsService, findForeignService } from '../../cloud/aws-service.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { isKnownRegion } from '../../cloud/region.ts';
import { findMeant, type Upstream } from '../../cloud/upstream.ts';
import type { Principal } from '../../policy/principal.ts';
import { findActions } from './action.ts';
import { type Body, ClientGone, receiveBody } from './body.ts';
import { type Caller, identifyCaller } from './caller.ts';
import { createForwarder, type Forwarder, UpstreamFailure } from './forward.ts';
import { findUpstreamDenial, type Meaning } from './gate.ts';
import { identityHeaders } from './identity-header.ts';
import { readParameters } from './parameters.ts';
import { findResources } from './resource.ts';
import { signatureRefusal, unavailable, unsignedRefusal } from './words.ts';

export interface UpstreamOptions {
  upstreams: readonly Upstream[];
  cloud: Cloud;
  findIdentity: FindIdentity;
  now: () => Date;
  randomBytes: RandomBytes;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
}

export interface UpstreamState extends Upstream {
  /** Why its last answer did not come. Absent: it came, or none was asked for. */
  trouble?: { message: string; since: string };
}

export interface Upstreams {
  handle: ServiceHandler;
  states(): UpstreamState[];
  close(): void;
}

interface Place {
  upstream: Upstream;
  service: string;
  aws: AwsService;
  forwarder: Forwarder;
  trouble?: UpstreamState['trouble'];
}

/** What came, and what is known of it so far: for its log line. */
interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  arrival: Arrival;
  place: Place;
  wire: Wire;
  now: Date;
  requestId: string;
  principal?: Principal;
  region?: string;
  meanings?: Meaning[];
  deniedBy?: string;
  counts: { bytesIn: number; bytesOut: number };
  code?: string;
  failure?: unknown;
}

export function createUpstreams(options: UpstreamOptions): Upstreams {
  const places = options.upstreams.map((upstream): Place => {
    const { service } = upstream;
    return { upstream, service, aws: findForeignService(service)!, forwarder: createForwarder(upstream) };
  });
  return {
    handle: (request, response, arrival) => handle(request, response, arrival, places, options),
    states: () => places.map(({ upstream, trouble }) => ({ ...upstream, ...(trouble && { trouble }) })),
    close: () => {
      for (const { forwarder } of places) forwarder.close();
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  arrival: Arrival,
  places: Place[],
  options: UpstreamOptions,
): Promise<void> {
  const startMs = performance.now();
  // A client that goes away in the middle is no mistake of ours.
  request.on('error', () => {});
  response.on('error', () => {});
  const { method, url, headers } = request;
  const signingName = findSigningName(headers, url!);
  const place = findMeant(places, { frontEnd: arrival.frontEnd, signingName, host: headers.host })!;
  const wire = findWire({ method: method!, url: url!, headers }, signingName);
  const requestId = newRequestId(options.randomBytes);
  const counts = { bytesIn: 0, bytesOut: 0 };
  const call: Call = { request, response, arrival, place, wire, now: options.now(), requestId, counts };
  const status = await answer(call, options);
  if (status === undefined) return;
  const fields = describeCall(call, status, performance.now() - startMs);
  if (call.failure) options.log.error({ ...fields, err: call.failure }, 'call failed');
  else options.log.info(fields, 'call');
}

/** @returns the status; undefined when the client has gone */
async function answer(call: Call, options: UpstreamOptions): Promise<number | undefined> {
  const { request, place } = call;
  try {
    const body = await receiveBody(request);
    if (body === 'aborted') return undefined;
    const caller = identify(call, body, options);
    authorize(call, body, options);
    const status = await pass(call, body, caller);
    delete place.trouble;
    return status;
  } catch (thrown) {
    if (thrown instanceof ClientGone) return undefined;
    const error = toAwsError(thrown, call);
    call.code = error.code;
    return sendRefusal(call, error);
  }
}

function identify(call: Call, body: Body, { findIdentity }: UpstreamOptions): Caller {
  const { request, place, arrival, now, wire } = call;
  const expectedRegion = arrival.frontEnd?.region;
  const rules = { findIdentity, now, ...(expectedRegion !== undefined && { expectedRegion }) };
  const caller = identifyCaller(place.aws, request, body, rules);
  const { principal, scope } = caller.signed;
  if (principal.kind === 'anonymous' && place.aws.signIn !== 'own') throw unsignedRefusal(wire);
  const region = expectedRegion ?? scope?.region ?? 'us-east-1';
  if (!isKnownRegion(region))
    throw new SignatureFailure('wrong-region', 'Credential should be scoped to a valid region. ');
  call.principal = principal;
  call.region = region;
  return caller;
}

function authorize(call: Call, body: Body, { cloud }: UpstreamOptions): void {
  const { request, place, wire, arrival, now } = call;
  const service = place.aws;
  const principal = call.principal!;
  const region = call.region!;
  const { method, url, headers } = request;
  const shown = { method: method!, url: url!, headers };
  const parameters = readParameters(shown, wire, body.isWhole ? body.bytes : undefined);
  const accountId = principal.kind === 'anonymous' ? '*' : principal.accountId;
  call.meanings = findActions(service, shown, parameters).map((action) => ({
    action,
    resources: findResources(service, action, shown, parameters, { region, accountId }),
  }));
  const { meanings } = call;
  const denial = findUpstreamDenial(cloud, { service, wire, principal, meanings, arrival, now, region });
  if (!denial) return;
  call.deniedBy = denial.deniedBy;
  throw denial.error;
}

function pass(
  { request, response, arrival, place, principal, region, counts }: Call,
  body: Body,
  caller: Caller,
) {
  const headers = identityHeaders({ arrival, principal: principal!, region: region! });
  const { check, needsHash, isKnown: isCallerKnown } = caller;
  return place.forwarder.forward({
    request,
    response,
    body,
    headers,
    check,
    needsHash,
    isCallerKnown,
    counts,
  });
}

function toAwsError(thrown: unknown, call: Call): AwsError {
  const { wire, place, now } = call;
  if (thrown instanceof AwsError) return thrown;
  if (thrown instanceof SignatureFailure) return signatureRefusal(wire, thrown);
  if (thrown instanceof UpstreamFailure) {
    const since = place.trouble?.since ?? now.toISOString();
    place.trouble = { message: thrown.message, since };
    return unavailable(wire, place.upstream, thrown);
  }
  call.failure = thrown;
  const text = `An internal error has occurred. The log of Isthmus has it as ${call.requestId}.`;
  return new AwsError('InternalFailure', text, 500);
}

/** @returns the status that was sent; when the answer had begun, that of the failure, and the client sees it break off */
function sendRefusal({ request, response, wire, requestId }: Call, error: AwsError): number {
  const { headers } = request;
  if (response.headersSent) {
    response.destroy();
    return error.status;
  }
  const rendered = renderRefusal(wire, error, requestId, headers);
  // AWS: clients that were query clients once are told the code they knew.
  if (headers['x-amzn-query-mode'] === 'true') {
    const fault = error.status < 500 ? 'Sender' : 'Receiver';
    rendered.headers['x-amzn-query-error'] = `${error.code.replace(/Exception$/, '')};${fault}`;
  }
  const length = String(rendered.body.length);
  if (request.method === 'HEAD' || request.complete) {
    response.writeHead(rendered.status, { ...rendered.headers, 'Content-Length': length });
    response.end(request.method === 'HEAD' ? undefined : rendered.body);
  } else refuse(request, response, rendered);
  return rendered.status;
}

function newRequestId(randomBytes: RandomBytes): string {
  const digits = randomTextFrom(randomBytes)(32, '0123456789abcdef');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function describeCall(call: Call, status: number, durationMs: number): object {
  const { requestId, place, principal, region, arrival, meanings, deniedBy, counts, code } = call;
  const caller = principal?.kind === 'anonymous' ? undefined : principal;
  return {
    requestId,
    service: place.service,
    upstream: place.upstream.origin,
    action: meanings?.map(({ action }) => action.name).join(' '),
    resource: JSON.stringify(meanings?.flatMap(({ resources }) => resources.map(({ arn }) => arn)).join(' ')),
    accountId: caller?.accountId,
    region,
    principal: principal && (caller?.arn ?? 'anonymous'),
    sourceAddress: arrival.sourceAddress,
    vpcEndpointId: arrival.endpoint?.vpcEndpointId,
    deniedBy,
    status,
    code,
    ...counts,
    durationMs: Math.round(durationMs * 100) / 100,
  };
}
