// Whose key it is. The front doors ask; the daemon knows the keys that IAM and STS gave out.

import type { Principal, SourceInstance } from '../policy/principal.ts';

export type { RoleDelivery } from '../policy/principal.ts';

export interface Identity {
  principal: Exclude<Principal, { kind: 'anonymous' }>;
  /** What signatures are verified with. Absent for a convenience key (`222222222222`, `test`): its signature is not verified. */
  secretAccessKey?: string;
}

/** `unknown`: no such key, or it is inactive; `expired`: a session that is over; `bad-token`: the session token is not this key's. */
export type IdentityAnswer = Identity | 'unknown' | 'expired' | 'bad-token';

export type FindIdentity = (accessKeyId: string, sessionToken: string | undefined) => IdentityAnswer;

/** What a temporary credential stands for. Kept nowhere: it travels, sealed, in the session token. */
export interface Session {
  accountId: string;
  roleArn: string;
  roleId: string;
  sessionName: string;
  sessionPolicies: string[];
  tags: Record<string, string>;
  /** ISO 8601 */
  issuedAt: string;
  expiresAt: string;
  /** Only of sessions that instance metadata gave out. */
  sourceInstance?: SourceInstance;
}

export interface TemporaryCredentials {
  /** `ASIA` and 16 more. */
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: string;
}

export type IssueCredentials = (session: Session) => TemporaryCredentials;
