import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Upstream } from './cloud/upstream.ts';
import { authorityPath, ensureAuthority, ensureSessionKey, keepUpstreams } from './data-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'isthmus-data-'));
after(() => rmSync(folder, { recursive: true }));
const now = new Date('2026-01-31T12:34:56Z');
const modeOf = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8);

test('the authority is made once, and its key is for its owner alone', () => {
  const first = ensureAuthority(folder, now);
  assert.deepEqual(ensureAuthority(folder, new Date('2027-01-31T12:34:56Z')), first);
  assert.equal(new X509Certificate(first.certificate).validFromDate.getUTCFullYear(), 2026);
  assert.equal(modeOf('authority-key.pem'), '600');
  assert.equal(modeOf('authority.pem'), '644');
});

test('a key whose certificate was never finished is made anew with it, so that both belong together', () => {
  writeFileSync(join(folder, 'authority-key.pem'), 'half a key');
  rmSync(authorityPath(folder));
  const { certificate, privateKey } = ensureAuthority(folder, now);
  assert.match(privateKey, /PRIVATE KEY/);
  assert.ok(existsSync(authorityPath(folder)));
  assert.ok(new X509Certificate(certificate).ca);
});

test('the session key is 32 bytes that stay', () => {
  const key = ensureSessionKey(folder);
  assert.equal(key.length, 32);
  assert.deepEqual(ensureSessionKey(folder), key);
  assert.equal(modeOf('session-key'), '600');
});

test('servers that stand for services stay until they are replaced or taken away', () => {
  const [sqs, kms] = ['sqs', 'kms'].map((service) => ({ service, origin: 'http://127.0.0.1:1' })) as [
    Upstream,
    Upstream,
  ];
  assert.deepEqual(keepUpstreams(folder, []), []);
  assert.deepEqual(keepUpstreams(folder, [sqs, kms]), [sqs, kms]);
  assert.deepEqual(keepUpstreams(folder, []), [sqs, kms]);
  const other = { ...sqs, origin: 'http://127.0.0.1:2', host: 'upstream' };
  assert.deepEqual(keepUpstreams(folder, [other]), [other, kms]);
  assert.deepEqual(keepUpstreams(folder, [{ service: 'sqs', origin: undefined }]), [kms]);
  assert.deepEqual(keepUpstreams(folder, []), [kms]);
  assert.equal(modeOf('upstreams.json'), '600');
});
