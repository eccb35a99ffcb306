import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { MetadataOptions } from '../cloud/instance.ts';
import { answerMetadata } from './metadata-answer.ts';
import { createMetadataTokens } from './metadata-token.ts';
import type { Folder } from './metadata-tree.ts';

let date = new Date('2026-01-31T12:00:00Z');
const tokens = createMetadataTokens(randomBytes(32), () => date, randomBytes);
const open: MetadataOptions = {
  httpEndpoint: 'enabled',
  httpTokens: 'optional',
  httpPutResponseHopLimit: 1,
  instanceMetadataTags: 'disabled',
};
const root: Folder = {
  'meta-data': {
    'ami-id': 'ami-1',
    iam: { info: '{}', 'security-credentials': { web: () => 'secret' } },
    'public-ipv4': undefined,
    tags: { instance: {} },
  },
  'user-data': Buffer.from([0x23, 0xff]),
};

function ask(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  options: Partial<MetadataOptions> = {},
  instanceId: `i-${string}` = 'i-1',
) {
  const instance = { instanceId, metadataOptions: { ...open, ...options } };
  return answerMetadata({ method, url, headers }, instance, tokens, () => root);
}
const lifetime = (seconds: string) => ({ 'x-aws-ec2-metadata-token-ttl-seconds': seconds });
const withToken = (token: unknown) => ({ 'x-aws-ec2-metadata-token': String(token) });
const getToken = (seconds = '60') => ask('PUT', '/latest/api/token', lifetime(seconds)).body;

const refusals: [string, number, ReturnType<typeof ask>][] = [
  ['a token without a lifetime', 400, ask('PUT', '/latest/api/token')],
  ['a token for no time', 400, ask('PUT', '/latest/api/token', lifetime('0'))],
  ['a token for more than six hours', 400, ask('PUT', '/latest/api/token', lifetime('21601'))],
  ['a token for a word', 400, ask('PUT', '/latest/api/token', lifetime('1h'))],
  [
    'a token for somebody else',
    403,
    ask('PUT', '/latest/api/token', { ...lifetime('60'), 'x-forwarded-for': '10.0.0.9' }),
  ],
  ['a token of a dated version', 403, ask('PUT', '/2021-07-15/api/token', lifetime('60'))],
  ['a token read', 405, ask('GET', '/latest/api/token', lifetime('60'))],
  ['a write', 405, ask('POST', '/latest/meta-data/ami-id')],
  ['no token where one is required', 401, ask('GET', '/latest/meta-data/', {}, { httpTokens: 'required' })],
  ['a made-up token where none is required', 401, ask('GET', '/latest/meta-data/', withToken('AQAEA'))],
  ['a token of another instance', 401, ask('GET', '/latest/meta-data/', withToken(getToken()), {}, 'i-2')],
  [
    'anything where it is switched off',
    403,
    ask('GET', '/latest/meta-data/', {}, { httpEndpoint: 'disabled' }),
  ],
  [
    'a token where it is switched off',
    403,
    ask('PUT', '/latest/api/token', lifetime('60'), { httpEndpoint: 'disabled' }),
  ],
  ['what is not there', 404, ask('GET', '/latest/meta-data/nothing')],
  ['what this instance does not have', 404, ask('GET', '/latest/meta-data/public-ipv4')],
  ['an empty folder', 404, ask('GET', '/latest/meta-data/tags/instance')],
  ['what is below a leaf', 404, ask('GET', '/latest/meta-data/ami-id/more')],
  ['what every object has', 404, ask('GET', '/latest/meta-data/constructor')],
  ['a version that never was', 404, ask('GET', '/1999-01-01/meta-data/ami-id')],
  ['a path that cannot be read', 400, ask('GET', '/latest/%ff')],
];
for (const [what, status, answer] of refusals) {
  test(`${what} is refused with ${status}`, () => {
    assert.equal(answer.status, status);
    assert.match(String(answer.body), new RegExp(`<title>${status} - `));
  });
}

const readings: [string, string][] = [
  ['/latest/meta-data/ami-id', 'ami-1'],
  ['/latest/meta-data/ami-id/', 'ami-1'],
  ['/2021-07-15/meta-data/ami-id', 'ami-1'],
  ['//latest//meta-data/ami-id?x=y', 'ami-1'],
  ['/latest', 'meta-data\nuser-data'],
  ['/latest/meta-data', 'ami-id\niam/'],
  ['/latest/meta-data/iam/', 'info\nsecurity-credentials/'],
  ['/latest/meta-data/iam/security-credentials/', 'web'],
  ['/latest/meta-data/iam/security-credentials/web', 'secret'],
];
for (const [path, want] of readings) {
  test(`GET ${path}`, () => {
    const { status, body, contentType } = ask('GET', path);
    assert.deepEqual([status, body, contentType], [200, want, 'text/plain']);
  });
}

test('every version it ever had is listed, the latest last', () => {
  const versions = String(ask('GET', '/').body).split('\n');
  assert.equal(versions[0], '1.0');
  assert.equal(versions.at(-1), 'latest');
});

test('user data is bytes', () => {
  const { body, contentType } = ask('GET', '/latest/user-data');
  assert.equal(contentType, 'application/octet-stream');
  assert.deepEqual(body, Buffer.from([0x23, 0xff]));
});

test('a token opens until its time is over, and says how long that is', () => {
  const put = ask('PUT', '/latest/api/token', lifetime('60'), { httpPutResponseHopLimit: 3 });
  assert.equal(put.status, 200);
  assert.equal(put.hopLimit, 3);
  assert.deepEqual(put.headers, lifetime('60'));
  const read = () => ask('GET', '/latest/meta-data/ami-id', withToken(put.body), { httpTokens: 'required' });
  date = new Date(date.getTime() + 20_000);
  assert.deepEqual([read().status, read().headers, read().hopLimit], [200, lifetime('40'), undefined]);
  date = new Date(date.getTime() + 40_000);
  assert.equal(read().status, 401);
});

test('a token that was changed in any place does not hold', () => {
  const bytes = Buffer.from(String(getToken()), 'base64url');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    assert.equal(tokens.findRemaining('i-1', changed.toString('base64url')), undefined, `byte ${at}`);
  }
  assert.equal(tokens.findRemaining('i-1', bytes.toString('base64url')), 60);
});
