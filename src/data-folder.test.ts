import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { authorityPath, ensureAuthority, ensureSessionKey } from './data-folder.ts';

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
