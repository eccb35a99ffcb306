// Identities and what they may do: IAM's users, roles, instance profiles and policies. IAM is global, so their region is `aws-global`.
// Names are unique in an account and kept as written; AWS compares them without regard to case.

import type { Owned } from './vpc.ts';

/** Policies an identity carries. Documents are kept as the text that came. */
export interface PolicyHolder {
  /** Inline policies: name to document. */
  inlinePolicies: Record<string, string>;
  attachedPolicyArns: string[];
  permissionsBoundaryArn?: string;
  tags: Record<string, string>;
}

export interface IamUser extends Owned, PolicyHolder {
  /** `arn:aws:iam::111111111111:user/path/name` */
  arn: string;
  userName: string;
  /** `AIDA` and 17 more. */
  userId: string;
  path: string;
  createDate: string;
}

export interface IamAccessKey extends Owned {
  /** `AKIA` and 16 more. */
  accessKeyId: string;
  /** Kept as it is: a signature can only be verified with it. */
  secretAccessKey: string;
  userArn: string;
  status: 'Active' | 'Inactive';
  createDate: string;
  lastUsed?: { date: string; region: string; serviceName: string };
}

export interface IamRole extends Owned, PolicyHolder {
  arn: string;
  roleName: string;
  /** `AROA` and 17 more. */
  roleId: string;
  path: string;
  createDate: string;
  assumeRolePolicyDocument: string;
  description?: string;
  maxSessionDurationSeconds: number;
}

export interface IamInstanceProfile extends Owned {
  /** `arn:aws:iam::111111111111:instance-profile/name` */
  arn: string;
  instanceProfileName: string;
  /** `AIPA` and 17 more. */
  instanceProfileId: string;
  path: string;
  createDate: string;
  /** AWS: at most one. */
  roleArn?: string;
  tags: Record<string, string>;
}

/** A customer managed policy. AWS's own are facts, not records. */
export interface IamPolicy extends Owned {
  arn: string;
  policyName: string;
  /** `ANPA` and 17 more. */
  policyId: string;
  path: string;
  description?: string;
  createDate: string;
  updateDate: string;
  /** Oldest first; at most five. */
  versions: { versionId: `v${number}`; document: string; isDefault: boolean; createDate: string }[];
  /** The number of the next version: numbers are not used twice. */
  nextVersion: number;
  tags: Record<string, string>;
}
