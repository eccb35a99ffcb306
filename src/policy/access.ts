// The question that policies answer, and the answer: what evaluate.ts takes and gives.

import type { PolicyDocument } from './document.ts';
import type { Principal } from './principal.ts';

/** Condition keys in lower case (`aws:sourcevpce`) with their values. A key that is not there is absent, which operators can tell from empty. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

export interface AccessRequest {
  principal: Principal;
  /** `s3:GetObject` */
  action: string;
  /** `arn:aws:s3:::bucket/key`; `*` where the action knows no resources. */
  resource: string;
  /** What could not be read of the request: that one is then a pattern, and only what is allowed for all that fits it is allowed. */
  isPattern?: { action?: true; resource?: true };
  /** Whose resource it is; absent: the caller's own account's. */
  resourceAccountId?: string;
  /** As for AssumeRole: also within an account the resource's policy must allow, and if it names only the account, the caller's too. */
  resourcePolicyMustAllow?: boolean;
  context: RequestContext;
}

/** A policy with what it is called when it decides: an ARN, `inline policy x of user y`, `the policy of vpce-…`. */
export interface NamedPolicy {
  name: string;
  document: PolicyDocument;
}

/** Every policy that has a say. What is absent or empty has none, except that an identity without policies may do nothing. */
export interface ApplicablePolicies {
  identity: NamedPolicy[];
  boundary?: NamedPolicy;
  /** Each must allow. */
  session: NamedPolicy[];
  resource?: NamedPolicy;
  /** Of the endpoint the request came by. `gateway`: an account as principal means its root user alone. */
  endpoint?: NamedPolicy & { endpointType: 'gateway' | 'interface' };
}

export type PolicyKind = 'identity' | 'boundary' | 'session' | 'resource' | 'endpoint';

export interface AccessVerdict {
  allow: boolean;
  /** The name of the policy that decided; where no policy allowed, whose place it would have been. */
  by: string;
  /** AWS's reason: `because no VPC endpoint policy allows the s3:GetObject action`, `with an explicit deny in a resource-based policy`. */
  because: string;
  decidedBy: { kind: PolicyKind | 'root'; effect: 'Allow' | 'Deny' | 'none' };
}

/** One policy's part in the answer, for those who want to see all of it. */
export interface PolicyOpinion {
  kind: PolicyKind;
  name: string;
  effect: 'Allow' | 'Deny' | 'none';
  /** The statement that decided: its Sid, else its place: `Statement 2`. Absent when none matched. */
  statement?: string;
  /** For each statement that did not match, why: `Statement 1: Resource does not cover arn:…`. */
  misses: string[];
}
