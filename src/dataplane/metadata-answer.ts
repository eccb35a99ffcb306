// What 169.254.169.254 answers to one request of one instance (IMDS, both versions). A request in, an answer out: no socket.
// AWS: version 2 begins with a PUT for a token; version 1 is a plain GET and can be switched off.

import type { IncomingHttpHeaders } from 'node:http';
import type { RoleDelivery } from '../aws/identity.ts';
import { type Instance, type MetadataOptions, metadataOptionsOf } from '../cloud/instance.ts';
import type { MetadataTokens } from './metadata-token.ts';
import { type Folder, findMetadata } from './metadata-tree.ts';

export interface MetadataRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
}

export interface MetadataAnswer {
  status: number;
  contentType: string;
  body: string | Buffer;
  headers: Record<string, string>;
  /** How many IP hops the answer survives. Absent: as many as any packet. */
  hopLimit?: number;
}

const tokenHeader = 'x-aws-ec2-metadata-token';
const lifetimeHeader = 'x-aws-ec2-metadata-token-ttl-seconds';
const longestLifetimeSeconds = 21_600;
const tokenPath = 'latest/api/token';
const latest = 'latest';
/** AWS keeps every version it ever had; all answer as the latest does. */
const versions = [
  ...[
    '1.0',
    '2007-01-19',
    '2007-03-01',
    '2007-08-29',
    '2007-10-10',
    '2007-12-15',
    '2008-02-01',
    '2008-09-01',
  ],
  ...['2009-04-04', '2011-01-01', '2011-05-01', '2012-01-12', '2014-02-25', '2014-11-05', '2015-10-20'],
  ...['2016-04-19', '2016-06-30', '2016-09-02', '2018-03-28', '2018-08-17', '2018-09-24', '2019-10-01'],
  ...['2020-10-27', '2021-01-03', '2021-03-23', '2021-07-15', '2022-09-24', '2024-04-11'],
  latest,
];

/** @param describe makes the tree of what the instance may read; asked only when something is read, and told by which version */
export function answerMetadata(
  request: MetadataRequest,
  instance: Pick<Instance, 'instanceId' | 'metadataOptions'>,
  tokens: MetadataTokens,
  describe: (roleDelivery: RoleDelivery) => Folder,
): MetadataAnswer {
  const { instanceId } = instance;
  const metadataOptions = metadataOptionsOf(instance);
  if (metadataOptions.httpEndpoint === 'disabled') return fail(403, 'Forbidden');
  const { method, headers } = request;
  const path = readPath(request.url);
  if (path === undefined) return fail(400, 'Bad Request');
  if (method === 'PUT') return answerTokenRequest(path, headers, instanceId, metadataOptions, tokens);
  if ((method !== 'GET' && method !== 'HEAD') || path === tokenPath) return fail(405, 'Method Not Allowed');
  const token = headers[tokenHeader];
  // AWS: a token that does not hold is refused, even where none would be needed.
  const remaining = token === undefined ? undefined : tokens.findRemaining(instanceId, String(token));
  if (remaining === undefined && (token !== undefined || metadataOptions.httpTokens === 'required'))
    return fail(401, 'Unauthorized');
  const found = readTree(path, () => describe(remaining === undefined ? '1.0' : '2.0'));
  if (found === undefined) return fail(404, 'Not Found');
  return {
    status: 200,
    contentType: Buffer.isBuffer(found) ? 'application/octet-stream' : 'text/plain',
    body: found,
    headers: remaining === undefined ? {} : { [lifetimeHeader]: String(remaining) },
  };
}

function answerTokenRequest(
  path: string,
  headers: IncomingHttpHeaders,
  instanceId: string,
  { httpPutResponseHopLimit }: MetadataOptions,
  tokens: MetadataTokens,
): MetadataAnswer {
  // AWS: an open proxy in the instance is not to fetch tokens for others, and proxies say for whom they ask.
  if (headers['x-forwarded-for'] !== undefined) return fail(403, 'Forbidden');
  if (path !== tokenPath)
    return isDatedTokenPath(path) ? fail(403, 'Forbidden') : fail(405, 'Method Not Allowed');
  const lifetime = String(headers[lifetimeHeader] ?? '');
  const seconds = /^\d{1,5}$/.test(lifetime) ? Number(lifetime) : 0;
  if (seconds < 1 || seconds > longestLifetimeSeconds) return fail(400, 'Bad Request');
  return {
    status: 200,
    contentType: 'text/plain',
    body: tokens.issue(instanceId, seconds),
    headers: { [lifetimeHeader]: String(seconds) },
    hopLimit: httpPutResponseHopLimit,
  };
}

function isDatedTokenPath(path: string): boolean {
  return versions.some((version) => version !== latest && path === `${version}/api/token`);
}

/** Without slashes at either end, several counting as one. Undefined when it cannot be read. */
function readPath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split('?')[0]!);
    return path.split('/').filter(Boolean).join('/');
  } catch {
    return undefined;
  }
}

function readTree(path: string, describe: () => Folder): string | Buffer | undefined {
  if (path === '') return versions.join('\n');
  const [version, ...rest] = path.split('/') as [string, ...string[]];
  return versions.includes(version) ? findMetadata(describe(), rest.join('/')) : undefined;
}

function fail(status: number, title: string): MetadataAnswer {
  const heading = `${status} - ${title}`;
  const body = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
	"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${heading}</title>
 </head>
 <body>
  <h1>${heading}</h1>
 </body>
</html>
`;
  return { status, contentType: 'text/html', body, headers: {} };
}
