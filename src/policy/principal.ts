// Who asks, as policies see them. A role is never a caller itself: a session of it is.

export type Principal =
  | { kind: 'anonymous' }
  /** `arn:aws:iam::111111111111:root`; its user id is the account's. */
  | { kind: 'root'; accountId: string; arn: string; userId: string }
  /** `arn:aws:iam::111111111111:user/path/name`, `AIDA…` */
  | {
      kind: 'user';
      accountId: string;
      arn: string;
      userId: string;
      userName: string;
      tags: Record<string, string>;
    }
  /** `arn:aws:sts::111111111111:assumed-role/name/session`, `AROA…:session` */
  | {
      kind: 'assumed-role';
      accountId: string;
      arn: string;
      userId: string;
      roleArn: string;
      roleName: string;
      sessionName: string;
      /** The role's tags with those of the session over them. */
      tags: Record<string, string>;
      /** Policies handed to AssumeRole: they only take away. Empty: none was. */
      sessionPolicies: string[];
      issuedAt: string;
      sourceInstance?: SourceInstance;
    };

/** The instance whose metadata gave out a session's credentials, as it was then. */
export interface SourceInstance {
  instanceArn: string;
  vpcId: string;
  privateIpAddress: string;
  /** The version of the metadata service that was asked. */
  roleDelivery: RoleDelivery;
}

export type RoleDelivery = '1.0' | '2.0';

/** Undefined for an anonymous caller. */
export function accountOf(principal: Principal): string | undefined {
  return principal.kind === 'anonymous' ? undefined : principal.accountId;
}
