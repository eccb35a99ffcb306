// The TLS certificates that doors show: one per front end or endpoint for all its names, made when the first client comes.
// AWS: a wildcard stands for one label, so a bucket with dots in its name is not covered, and clients use its path.

import { createSecureContext, type SecureContext } from 'node:tls';
import { type Authority, type Issuing, issueCertificate } from './certificate.ts';

export interface CertificatesOptions {
  authority: Authority;
  now: () => Date;
  randomBytes: Issuing['randomBytes'];
}

/** Whom a certificate is about. */
export interface CertificateSubject {
  /** What it is kept under: `s3 us-east-1`, an endpoint's id. */
  id: string;
  /** Every name it vouches for, wildcards among them, the chief one first. */
  names: readonly string[];
}

export interface Certificates {
  /** Whatever name the client asks for, or none. @throws when there is no name to vouch for */
  contextOf(subject: CertificateSubject): SecureContext;
  /** Nobody shows this one any more. */
  forget(id: string): void;
}

/** One that ends sooner is made anew. */
const renewalMs = 30 * 24 * 60 * 60 * 1000;

export function createCertificates({ authority, now, randomBytes }: CertificatesOptions): Certificates {
  const known = new Map<string, { context: SecureContext; notAfter: Date; names: readonly string[] }>();
  return {
    contextOf({ id, names }) {
      const date = now();
      const last = known.get(id);
      const isCurrent = last && last.notAfter.getTime() - date.getTime() > renewalMs;
      if (isCurrent && isSame(last.names, names)) return last.context;
      if (names.length === 0) throw new Error(`${id} has no name to vouch for`);
      const { certificate, privateKey, notAfter } = issueCertificate(authority, names, {
        now: date,
        randomBytes,
      });
      const context = createSecureContext({ cert: certificate, key: privateKey, minVersion: 'TLSv1.2' });
      known.set(id, { context, notAfter, names });
      return context;
    },
    forget: (id) => void known.delete(id),
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, index) => name === other[index]));
}
