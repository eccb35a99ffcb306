// In which of AWS's protocols a request is written, told by the request alone, and how to refuse it so that its client can read why:
// for services whose requests are not looked at further than that.

import type { IncomingHttpHeaders } from 'node:http';
import type { AwsError } from './aws-error.ts';
import { awsQuery } from './aws-query.ts';
import { encodeCbor } from './cbor.ts';
import { xmlDeclaration } from './protocol.ts';
import { escapeXml } from './xml.ts';

export type Wire = 'json' | 'cbor' | 'query' | 'rest-json' | 'rest-xml';

export interface WireRequest {
  method: string;
  /** Path and query as they were sent. */
  url: string;
  headers: IncomingHttpHeaders;
}

export function findWire({ method, url, headers }: WireRequest, signingName?: string): Wire {
  const mediaType = headers['content-type'] ?? '';
  if (headers['smithy-protocol'] === 'rpc-v2-cbor' || mediaType.startsWith('application/cbor')) return 'cbor';
  if (headers['x-amz-target'] || mediaType.startsWith('application/x-amz-json')) return 'json';
  if (signingName === 's3') return 'rest-xml';
  if (/[?&]Action=/.test(url) || mediaType.startsWith('application/x-www-form-urlencoded')) return 'query';
  if (method === 'POST' && url === '/' && mediaType === '') return 'query';
  return 'rest-json';
}

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** AWS: the JSON protocols say 400 of whatever the client did wrong, the others what HTTP says. */
export function renderRefusal(
  wire: Wire,
  error: AwsError,
  requestId: string,
  headers: IncomingHttpHeaders,
): WireAnswer {
  const { code, message } = error;
  const status = wire === 'json' && error.status < 500 && error.status !== 413 ? 400 : error.status;
  const answer = (contentType: string, body: string | Buffer, more: Record<string, string> = {}) => ({
    status,
    headers: { 'x-amzn-RequestId': requestId, 'Content-Type': contentType, ...more },
    body: Buffer.from(body),
  });
  switch (wire) {
    case 'json': {
      const version = /^application\/x-amz-json-1\.[01]/.exec(headers['content-type'] ?? '')?.[0];
      return answer(version ?? 'application/x-amz-json-1.1', JSON.stringify({ __type: code, message }));
    }
    case 'cbor': {
      const body = encodeCbor({ __type: code, message });
      return answer('application/cbor', body, { 'smithy-protocol': 'rpc-v2-cbor' });
    }
    case 'rest-json':
      return answer('application/json', JSON.stringify({ message }), { 'x-amzn-ErrorType': code });
    case 'query':
      return answer('text/xml;charset=UTF-8', awsQuery.renderError(error, requestId));
    case 'rest-xml': {
      const content = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message><RequestId>${requestId}</RequestId>`;
      return answer('application/xml', `${xmlDeclaration}<Error>${content}</Error>`);
    }
  }
}
