import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { createAuthority, issueCertificate } from './certificate.ts';
import { createCertificates } from './certificates.ts';

const now = new Date('2026-01-31T12:34:56Z');
const dayMs = 24 * 60 * 60 * 1000;
const authority = createAuthority({ now, randomBytes });
const root = new X509Certificate(authority.certificate);
const names = ['s3.us-east-1.amazonaws.com', '*.s3.us-east-1.amazonaws.com'];

test('the authority says what it is, signs itself and is one for a long time', () => {
  assert.equal(root.subject, 'CN=Isthmus local authority (not for the internet)');
  assert.ok(root.ca);
  assert.ok(root.verify(root.publicKey));
  assert.equal(root.validFromDate.getTime(), now.getTime() - dayMs);
  assert.ok(root.validToDate.getTime() > now.getTime() + 10 * 365 * dayMs);
});

test('what it issues vouches for the names, below the authority, from yesterday on', () => {
  const issued = issueCertificate(authority, names, { now, randomBytes });
  const leaf = new X509Certificate(issued.certificate);
  assert.ok(leaf.checkIssued(root));
  assert.ok(leaf.verify(root.publicKey));
  assert.ok(!leaf.ca);
  assert.equal(leaf.checkHost('s3.us-east-1.amazonaws.com'), names[0]);
  assert.equal(leaf.checkHost('bucket.s3.us-east-1.amazonaws.com'), names[1]);
  assert.equal(leaf.checkHost('a.bucket.s3.us-east-1.amazonaws.com'), undefined);
  assert.equal(leaf.checkHost('s3.eu-west-1.amazonaws.com'), undefined);
  assert.equal(leaf.validFromDate.getTime(), now.getTime() - dayMs);
  assert.equal(leaf.validToDate.getTime(), issued.notAfter.getTime());
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  createSecureContext({ cert: issued.certificate, key: issued.privateKey }); // throws when they do not belong together
});

test('serial numbers and keys are never the same twice', () => {
  const [one, two] = [1, 2].map(
    () => new X509Certificate(issueCertificate(authority, names, { now, randomBytes }).certificate),
  );
  assert.notEqual(one!.serialNumber, two!.serialNumber);
  assert.ok(!one!.publicKey.equals(two!.publicKey));
});

test('a serial number that begins with a high bit, or with zeros, is still a positive number', () => {
  for (const first of [0xff, 0x00]) {
    const serial = Buffer.alloc(16, 0x11).fill(first, 0, 1);
    const { certificate } = issueCertificate(authority, names, { now, randomBytes: () => serial });
    const read = new X509Certificate(certificate).serialNumber;
    assert.equal(BigInt(`0x${read}`), BigInt(`0x${serial.toString('hex')}`));
  }
});

test('a subject has one certificate until its end is near or it has other names', () => {
  let date = now;
  const certificates = createCertificates({
    authority,
    now: () => date,
    randomBytes,
  });
  const subject = { id: 's3 us-east-1', names };
  const first = certificates.contextOf(subject);
  assert.equal(certificates.contextOf({ ...subject, names: [...names] }), first);
  assert.notEqual(certificates.contextOf({ ...subject, id: 's3 eu-west-1' }), first);
  date = new Date(now.getTime() + 59 * dayMs);
  assert.equal(certificates.contextOf(subject), first);
  date = new Date(now.getTime() + 61 * dayMs);
  const second = certificates.contextOf(subject);
  assert.notEqual(second, first);
  const more = { ...subject, names: [...names, 'bucket.vpce-1.s3.us-east-1.vpce.amazonaws.com'] };
  assert.notEqual(certificates.contextOf(more), second);
  certificates.forget(subject.id);
  assert.throws(() => certificates.contextOf({ ...subject, names: [] }), /no name to vouch for/);
});
