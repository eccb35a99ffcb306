// The JSON protocols. In 1.0, DynamoDB's, the operation is in the header `X-Amz-Target: DynamoDB_20120810.GetItem`, the answer
// carries its own CRC-32, and an error says its full name: `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`.

import { crc32 } from 'node:zlib';
import { AwsError } from './aws-error.ts';
import type { SignatureFailure } from './signed-request.ts';

export interface JsonAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const jsonContentType = 'application/x-amz-json-1.0';

/** Whose error it is: the model's own ones, those of the check of parameters, and those of the framework around it. */
const validationCodes = new Set(['ValidationException']);
const frameworkCodes = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'NotImplemented',
  'RequestEntityTooLarge',
  'SerializationException',
  'UnknownOperationException',
  'UnrecognizedClientException',
]);

/** AWS: the framework's errors of access and form spell it with a capital. */
const capitalMessage = new Set(['AccessDeniedException', 'SerializationException']);

export function renderJson(requestId: string, body: string, status = 200): JsonAnswer {
  return {
    status,
    headers: {
      'x-amzn-RequestId': requestId,
      'x-amz-crc32': String(crc32(body)),
      'Content-Type': jsonContentType,
      'Content-Length': String(Buffer.byteLength(body)),
    },
    body,
  };
}

/** @param members beside the message, as the item of a failed condition */
export function renderJsonError(
  requestId: string,
  { code, message, status }: AwsError,
  namespace: string,
  members: Record<string, unknown> = {},
): JsonAnswer {
  const space = validationCodes.has(code)
    ? 'com.amazon.coral.validate'
    : frameworkCodes.has(code)
      ? 'com.amazon.coral.service'
      : namespace;
  const text = message === '' ? {} : { [capitalMessage.has(code) ? 'Message' : 'message']: message };
  const body = JSON.stringify({ __type: `${space}#${code}`, ...members, ...text });
  return renderJson(requestId, body, status);
}

/** An error with members beside its message, as a reason. */
export class JsonError extends AwsError {
  readonly members: Record<string, unknown>;

  constructor(code: string, message: string, members: Record<string, unknown>) {
    super(code, message);
    this.members = members;
  }
}

/** JSON 1.1: no checksum, and an error says its bare name. */
export function renderJson11(requestId: string, body: string, status = 200): JsonAnswer {
  return {
    status,
    headers: {
      'x-amzn-RequestId': requestId,
      'Content-Type': 'application/x-amz-json-1.1',
      'Content-Length': String(Buffer.byteLength(body)),
    },
    body,
  };
}

/** @param messageMember how the service's own errors spell it */
export function renderJson11Error(
  requestId: string,
  error: AwsError,
  messageMember: 'Message' | 'message',
): JsonAnswer {
  const { code, message, status } = error;
  const frameworkMember = capitalMessage.has(code) ? 'Message' : 'message';
  const member = frameworkCodes.has(code) ? frameworkMember : messageMember;
  const text = message === '' ? {} : { [member]: message };
  const members = error instanceof JsonError ? error.members : {};
  return renderJson11(requestId, JSON.stringify({ __type: code, ...text, ...members }), status);
}

/** `DynamoDB_20120810.GetItem` is `GetItem`; undefined for another service's. */
export function operationOfTarget(target: unknown, service: string): string | undefined {
  const [name, operation, rest] = String(target ?? '').split('.');
  return name === service && operation && rest === undefined ? operation : undefined;
}

const codesOfFailures: Record<SignatureFailure['kind'], string> = {
  malformed: 'IncompleteSignatureException',
  'unknown-key': 'UnrecognizedClientException',
  'bad-token': 'UnrecognizedClientException',
  'expired-token': 'ExpiredTokenException',
  mismatch: 'InvalidSignatureException',
  skewed: 'InvalidSignatureException',
  'expired-request': 'InvalidSignatureException',
  'wrong-region': 'InvalidSignatureException',
  'wrong-service': 'InvalidSignatureException',
  'unsigned-headers': 'InvalidSignatureException',
  undated: 'IncompleteSignatureException',
  'invalid-request': 'IncompleteSignatureException',
  'invalid-argument': 'IncompleteSignatureException',
};

const messagesOfFailures: Partial<Record<SignatureFailure['kind'], string>> = {
  'unknown-key': 'The security token included in the request is invalid.',
  'bad-token': 'The security token included in the request is invalid.',
  'expired-token': 'The security token included in the request is expired',
  'wrong-region': 'Credential should be scoped to a valid region. ',
  mismatch:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
};

/** AWS: always 400 in this protocol. */
export function signatureError({ kind, message, details }: SignatureFailure): AwsError {
  const text = kind === 'skewed' ? showSkew(details, message) : (messagesOfFailures[kind] ?? message);
  return new AwsError(codesOfFailures[kind], text);
}

/** AWS: says both times, and what the limit would have been. */
function showSkew({ RequestTime, ServerTime }: Record<string, string>, message: string): string {
  const signedMs = Date.parse(
    String(RequestTime).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  const nowMs = Date.parse(ServerTime ?? '');
  if (Number.isNaN(signedMs) || Number.isNaN(nowMs)) return message;
  const show = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
  const limitMs = 15 * 60 * 1000;
  return signedMs < nowMs
    ? `Signature expired: ${show(signedMs)} is now earlier than ${show(nowMs - limitMs)} (${show(nowMs)} - 15 min.)`
    : `Signature not yet current: ${show(signedMs)} is still later than ${show(nowMs + limitMs)} (${show(nowMs)} + 15 min.)`;
}

export function missingAuthenticationToken(): AwsError {
  return new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
}
