// The protocols of services that were query services and now speak JSON 1.0 and CBOR (Smithy RPC v2) too: CloudWatch.
// AWS: what such a service refuses has the same code in all three; the newer two say it in a header beside their own name for it.

import { AwsError } from './aws-error.ts';
import { operationOfTarget } from './aws-json.ts';
import { queryDialect } from './aws-query.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { quotable } from './form.ts';
import type { StructureShape } from './model.ts';
import { type DocumentDialect, readDocument } from './typed-input.ts';
import { findWire, type WireRequest } from './wire.ts';

export interface RpcProtocol {
  /** The operation that a request names; empty: none of this service. @param name `GraniteServiceVersion20100801` */
  readAction(request: WireRequest, name: string): string;
  readInput(shape: StructureShape, body: Buffer): Record<string, unknown>;
  renderOutput(output: object): Buffer;
  renderError(error: AwsError): { headers: Record<string, string>; body: Buffer };
  /** What every answer has. */
  headers: Record<string, string>;
  internalErrorCode: string;
}

/** Undefined: the request is a form. */
export function findRpcProtocol(request: WireRequest): RpcProtocol | undefined {
  const wire = findWire(request);
  if (wire === 'cbor' || cborPath.test(request.url)) return rpcCbor;
  return wire === 'json' ? rpcJson : undefined;
}

/** Whether an unsigned request says which service it is for. @param name `GraniteServiceVersion20100801` */
export function namesRpcService(request: Pick<WireRequest, 'url' | 'headers'>, name: string): boolean {
  const target = operationOfTarget(request.headers['x-amz-target'], name);
  return target !== undefined || cborPath.exec(request.url)?.[1] === name;
}

const cborPath = /^\/service\/([^/?]+)\/operation\/([^/?]+)$/;

const dialect: DocumentDialect = {
  unknownMember: (path) => queryDialect.unknownParameter(quotable(path)),
  missingMember: queryDialect.missingParameter,
  wrongType: (path) => new AwsError('SerializationException', `${quotable(path)} is of the wrong type.`),
};

/** The names of errors in the model, where they are not the code that query clients know. */
const shapeNames: Record<string, string> = {
  AccessDenied: 'AccessDeniedException',
  ExpiredToken: 'ExpiredTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
  InternalServiceError: 'InternalServiceFault',
  InvalidAction: 'UnknownOperationException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  InvalidParameterCombination: 'InvalidParameterCombinationException',
  InvalidParameterValue: 'InvalidParameterValueException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  MissingParameter: 'MissingRequiredParameterException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  ValidationError: 'ValidationException',
};

const internalErrorCode = 'InternalServiceError';

function describeError({ code, message, status }: AwsError) {
  const fault = status < 500 ? 'Sender' : 'Receiver';
  return {
    document: { __type: `com.amazonaws.cloudwatch#${shapeNames[code] ?? code}`, message },
    headers: { 'x-amzn-query-error': `${code};${fault}` },
  };
}

const jsonHeaders = { 'Content-Type': 'application/x-amz-json-1.0' };

export const rpcJson: RpcProtocol = {
  internalErrorCode,
  headers: jsonHeaders,
  readAction: ({ headers }, name) => operationOfTarget(headers['x-amz-target'], name) ?? '',
  readInput: (shape, body) =>
    readDocument(
      shape,
      parse(() => (body.length === 0 ? {} : JSON.parse(body.toString()))),
      dialect,
    ),
  renderOutput: (output) => Buffer.from(JSON.stringify(withSeconds(output))),
  renderError(error) {
    const { document, headers } = describeError(error);
    return { headers, body: Buffer.from(JSON.stringify(document)) };
  },
};

const cborHeaders = { 'Content-Type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };

export const rpcCbor: RpcProtocol = {
  internalErrorCode,
  headers: cborHeaders,
  readAction: ({ url }, name) => {
    const [, service, operation] = cborPath.exec(url) ?? [];
    return service === name ? operation! : '';
  },
  readInput: (shape, body) =>
    readDocument(
      shape,
      parse(() => (body.length === 0 ? {} : decodeCbor(body))),
      dialect,
    ),
  renderOutput: encodeCbor,
  renderError(error) {
    const { document, headers } = describeError(error);
    return { headers, body: encodeCbor(document) };
  },
};

function parse(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    // What comes from outside may be cut short, or nested deeper than any stack.
    throw new AwsError('SerializationException', 'The request body cannot be read.');
  }
}

/** JSON has dates as seconds since 1970. */
function withSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withSeconds);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withSeconds(member)]));
}
