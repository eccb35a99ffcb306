// How to refuse a service that Isthmus does not have so that the service's own clients can read the refusal.

import type { IncomingHttpHeaders } from 'node:http';
import type { AwsError } from './aws-error.ts';
import { awsQuery } from './aws-query.ts';
import { xmlDeclaration } from './protocol.ts';
import { escapeXml } from './xml.ts';

export function renderUnknownService(
  error: AwsError,
  requestId: string,
  signingName: string,
  headers: IncomingHttpHeaders,
): { contentType: string; body: string } {
  const mediaType = headers['content-type'] ?? '';
  if (headers['x-amz-target'] || mediaType.includes('json')) {
    const contentType = /^application\/x-amz-json-1\.[01]/.exec(mediaType)?.[0] ?? 'application/json';
    return { contentType, body: JSON.stringify({ __type: error.code, message: error.message }) };
  }
  const contentType = 'text/xml;charset=UTF-8';
  if (signingName !== 's3') return { contentType, body: awsQuery.renderError(error, requestId) };
  const content = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  return {
    contentType: 'application/xml',
    body: `${xmlDeclaration}<Error>${content}<RequestId>${requestId}</RequestId></Error>`,
  };
}
