// X.509 certificates of the cloud's own authority: the authority's, made once per cloud, and those of the names it serves.
// The authority may only vouch for names of AWS: whoever trusts it on a machine opens nothing else to its key.

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import {
  bits,
  implicit,
  integer,
  isTrue,
  objectIdentifier,
  octets,
  sequence,
  set,
  tagged,
  time,
  toPem,
  utf8,
} from '../lib/der.ts';

/** Both as PEM. The key is the authority's secret. */
export interface Authority {
  certificate: string;
  privateKey: string;
}

export interface IssuedCertificate extends Authority {
  notAfter: Date;
}

export interface Issuing {
  now: Date;
  randomBytes: (length: number) => Buffer;
}

const authorityName = 'Isthmus local authority (not for the internet)';
/** Every name below these, and no other. */
const permittedNames = ['amazonaws.com', 'api.aws'];
const dayMs = 24 * 60 * 60 * 1000;
const authorityDays = 20 * 365;
const leafDays = 90;

const object = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuthentication: '1.3.6.1.5.5.7.3.1',
};
const signatureAlgorithm = sequence(objectIdentifier(object.ecdsaWithSha256));
const noLongerPath = integer(Buffer.from([0]));
/** Bits 5 and 6 of a key's usages, and bit 0. */
const mayCertify = bits(Buffer.from([0x06]), 1);
const maySign = bits(Buffer.from([0x80]), 7);

export function createAuthority(issuing: Issuing): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const constraints = permittedNames.map((name) => sequence(dnsName(name)));
  const certificate = issue(issuing, {
    issuerKey: privateKey,
    subject: authorityName,
    publicKey,
    notAfter: new Date(issuing.now.getTime() + authorityDays * dayMs),
    extensions: [
      extension(object.basicConstraints, sequence(isTrue, noLongerPath), 'critical'),
      extension(object.keyUsage, mayCertify, 'critical'),
      extension(object.nameConstraints, sequence(tagged(0, ...constraints)), 'critical'),
      extension(object.subjectKeyIdentifier, octets(keyIdentifier(publicKey))),
    ],
  });
  return { certificate, privateKey: exportKey(privateKey) };
}

/** @param names what it vouches for; the first is also its subject. `*.` stands for one label */
export function issueCertificate(
  authority: Authority,
  names: readonly string[],
  issuing: Issuing,
): IssuedCertificate {
  const issuerKey = createPrivateKey(authority.privateKey);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const notAfter = new Date(issuing.now.getTime() + leafDays * dayMs);
  const certificate = issue(issuing, {
    issuerKey,
    subject: names[0]!,
    publicKey,
    notAfter,
    extensions: [
      extension(object.basicConstraints, sequence(), 'critical'),
      extension(object.keyUsage, maySign, 'critical'),
      extension(object.extendedKeyUsage, sequence(objectIdentifier(object.serverAuthentication))),
      extension(object.subjectAlternativeName, sequence(...names.map(dnsName))),
      extension(object.subjectKeyIdentifier, octets(keyIdentifier(publicKey))),
      extension(
        object.authorityKeyIdentifier,
        sequence(implicit(0, keyIdentifier(createPublicKey(issuerKey)))),
      ),
    ],
  });
  return { certificate, privateKey: exportKey(privateKey), notAfter };
}

interface CertificateRequest {
  issuerKey: KeyObject;
  subject: string;
  publicKey: KeyObject;
  notAfter: Date;
  extensions: Buffer[];
}

function issue({ now, randomBytes }: Issuing, request: CertificateRequest): string {
  const { issuerKey, subject, publicKey, notAfter, extensions } = request;
  const versionThree = tagged(0, integer(Buffer.from([2])));
  const signedPart = sequence(
    versionThree,
    integer(randomBytes(16)),
    signatureAlgorithm,
    distinguishedName(authorityName),
    // A day of grace: clocks differ.
    sequence(time(new Date(now.getTime() - dayMs)), time(notAfter)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions)),
  );
  const signature = bits(sign('sha256', signedPart, issuerKey));
  return toPem('CERTIFICATE', sequence(signedPart, signatureAlgorithm, signature));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(objectIdentifier(object.commonName), utf8(commonName))));
}

function extension(identifier: string, value: Buffer, critical?: 'critical'): Buffer {
  return sequence(objectIdentifier(identifier), ...(critical ? [isTrue] : []), octets(value));
}

const dnsName = (name: string) => implicit(2, Buffer.from(name, 'latin1'));

/** RFC 5280: the SHA-1 of the key's bits, without what says which curve it is on. An uncompressed point of P-256 has 65 bytes. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
  return createHash('sha1').update(point).digest();
}

const exportKey = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;
