// The TLS certificates that front ends show: one per front end for all its names, made when the first client comes.
// AWS: a wildcard stands for one label, so a bucket with dots in its name is not covered, and clients use its path.

import { createSecureContext, type SecureContext } from 'node:tls';
import { type Authority, type Issuing, issueCertificate } from './certificate.ts';

export interface CertificatesOptions {
  authority: Authority;
  /** Every name of a front end, wildcards among them, its regional name first. */
  namesOf: (frontEnd: { service: string; region: string }) => readonly string[];
  now: () => Date;
  randomBytes: Issuing['randomBytes'];
}

export interface Certificates {
  /** Whatever name the client asks for, or none. @throws when there is no such front end */
  contextOf(frontEnd: { service: string; region: string }): SecureContext;
}

/** One that ends sooner is made anew. */
const renewalMs = 30 * 24 * 60 * 60 * 1000;

export function createCertificates({
  authority,
  namesOf,
  now,
  randomBytes,
}: CertificatesOptions): Certificates {
  const contexts = new Map<string, { context: SecureContext; notAfter: Date }>();
  return {
    contextOf(frontEnd) {
      const key = `${frontEnd.service} ${frontEnd.region}`;
      const date = now();
      const known = contexts.get(key);
      if (known && known.notAfter.getTime() - date.getTime() > renewalMs) return known.context;
      const names = namesOf(frontEnd);
      if (names.length === 0) throw new Error(`there is no front end of ${key}`);
      const { certificate, privateKey, notAfter } = issueCertificate(authority, names, {
        now: date,
        randomBytes,
      });
      const context = createSecureContext({ cert: certificate, key: privateKey, minVersion: 'TLSv1.2' });
      contexts.set(key, { context, notAfter });
      return context;
    },
  };
}
