// Which requests a web page of somebody else could have sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseForeignPage } from './foreign-page.ts';

test('AWS clients, local names and our own page are let in', () => {
  for (const host of [
    'localhost:4566',
    'LOCALHOST',
    '127.0.0.1:4566',
    '127.0.0.53',
    '[::1]:4566',
    'ec2.us-east-1.amazonaws.com',
    'bucket.localhost:4566',
    '192.0.2.7:4566',
  ]) {
    assert.equal(refuseForeignPage({ host }, '192.0.2.7'), undefined, host);
    assert.equal(refuseForeignPage({ host, origin: `http://${host}` }, '192.0.2.7'), undefined, host);
  }
  assert.equal(refuseForeignPage({ host: 'localhost:4566', 'sec-fetch-site': 'none' }, undefined), undefined);
});

test('a name that was pointed at this machine is refused', () => {
  for (const host of [
    undefined,
    '',
    'evil.example',
    'evil.example:4566',
    'localhost.evil.example',
    'evilamazonaws.com',
    'amazonaws.com.evil.example',
    '127.0.0.1.evil.example',
    '192.0.2.7',
    '[::2]',
    'localhost:1:2',
  ]) {
    assert.ok(refuseForeignPage({ host }, undefined), String(host));
  }
});

test('what a foreign page sends is refused', () => {
  const host = 'localhost:4566';
  for (const origin of [
    'http://evil.example',
    'null',
    'http://localhost:8080',
    'https://localhost:4566',
    '',
  ]) {
    assert.ok(refuseForeignPage({ host, origin }, undefined), origin);
  }
  for (const site of ['cross-site', 'same-site', 'anything']) {
    assert.ok(refuseForeignPage({ host, 'sec-fetch-site': site }, undefined), site);
  }
});
