// Managed policies: a document with an ARN of its own that many users and roles can have. Customers make theirs;
// AWS's own are facts (policy/aws-managed-policy.ts) that every account sees and nobody changes.

import { createHash } from 'node:crypto';
import type {
  CreatePolicyRequest,
  CreatePolicyResponse,
  DeletePolicyRequest,
  GetPolicyRequest,
  GetPolicyResponse,
  ListPoliciesRequest,
  ListPoliciesResponse,
  Policy,
} from '@aws-sdk/client-iam';
import type { IamPolicy } from '../../cloud/iam.ts';
import { findManagedPolicy, type ManagedPolicy, managedPolicies } from '../../policy/aws-managed-policy.ts';
import type { OperationContext } from '../operation.ts';
import { checkQuota, deleteConflict, policyExists } from './errors.ts';
import {
  getChangeablePolicy,
  getPolicyRecord,
  globalRegion,
  iamArn,
  isSameName,
  listHolders,
  newUniqueId,
} from './lookup.ts';
import { paginate } from './pagination.ts';
import { acceptInput, checkPolicyArn } from './parameter.ts';
import { parseManagedDocument } from './policy-document.ts';
import { parseTags, showTagsOf } from './tag.ts';

export const policiesPerAccount = 1500;

/** DIFFERS: aws-managed-policies their ids, dates and version numbers are ours. */
export const awsPolicyDate = new Date('2015-02-06T18:39:46Z');

export function createPolicy(input: CreatePolicyRequest, context: OperationContext): CreatePolicyResponse {
  acceptInput('CreatePolicy', input, 'PolicyName', 'Path', 'PolicyDocument', 'Description', 'Tags');
  const { Path: path = '/', PolicyName: policyName, Description: description } = input;
  const tags = parseTags(input.Tags);
  const document = parseManagedDocument(input.PolicyDocument!);
  const { accountId, cloud, now } = context;
  const own = cloud.iamPolicies.where((policy) => policy.accountId === accountId);
  if (own.some((policy) => isSameName(policy.policyName, policyName!))) throw policyExists(policyName!);
  checkQuota('PoliciesPerAccount', policiesPerAccount, own.length + 1);
  const date = now.toISOString();
  const policy = cloud.iamPolicies.put({
    accountId,
    region: globalRegion,
    arn: iamArn(accountId, 'policy', path, policyName!),
    policyName: policyName!,
    policyId: newUniqueId(context, 'ANPA'),
    path,
    ...(description === undefined ? {} : { description }),
    createDate: date,
    updateDate: date,
    versions: [{ versionId: 'v1', document, isDefault: true, createDate: date }],
    nextVersion: 2,
    tags,
  });
  return { Policy: { ...showPolicy(policy, countUses(context)), ...showTagsOf(policy) } };
}

export function getPolicy(input: GetPolicyRequest, context: OperationContext): GetPolicyResponse {
  acceptInput('GetPolicy', input, 'PolicyArn');
  checkPolicyArn(input.PolicyArn!);
  const uses = countUses(context);
  const ofAws = findManagedPolicy(input.PolicyArn!);
  if (ofAws) return { Policy: { ...showAwsPolicy(ofAws, uses), Tags: [] } };
  const policy = getPolicyRecord(context, input.PolicyArn!);
  const { description } = policy;
  const shown = description === undefined ? {} : { Description: description };
  return { Policy: { ...showPolicy(policy, uses), ...shown, Tags: [], ...showTagsOf(policy) } };
}

export function listPolicies(input: ListPoliciesRequest, context: OperationContext): ListPoliciesResponse {
  acceptInput(
    'ListPolicies',
    input,
    'Scope',
    'OnlyAttached',
    'PathPrefix',
    'PolicyUsageFilter',
    'Marker',
    'MaxItems',
  );
  const { Scope: scope = 'All', OnlyAttached: onlyAttached, PathPrefix: prefix = '/' } = input;
  const { cloud, accountId } = context;
  const uses = countUses(context);
  const isListed = ({ arn, path }: { arn: string; path: string }) => {
    const { attachments, boundaries } = uses.get(arn) ?? noUses;
    if (!path.startsWith(prefix)) return false;
    if (input.PolicyUsageFilter === 'PermissionsBoundary') return boundaries > 0;
    if (input.PolicyUsageFilter === 'PermissionsPolicy') return attachments > 0;
    return !onlyAttached || attachments > 0;
  };
  const own = cloud.iamPolicies.where((policy) => policy.accountId === accountId && isListed(policy));
  const ofAws = managedPolicies.filter(isListed);
  const { page, rest } = paginate<IamPolicy | ManagedPolicy>(
    [...(scope === 'AWS' ? [] : own), ...(scope === 'Local' ? [] : ofAws)],
    input,
    // Names are unique among either; an ARN would make a long marker.
    (policy) => ('policyId' in policy ? policy.policyName : `aws ${policy.policyName}`),
  );
  const show = (policy: IamPolicy | ManagedPolicy) =>
    'policyId' in policy ? showPolicy(policy, uses) : showAwsPolicy(policy, uses);
  return { Policies: page.map(show), ...rest };
}

export function deletePolicy(input: DeletePolicyRequest, context: OperationContext): object {
  acceptInput('DeletePolicy', input, 'PolicyArn');
  const policy = getChangeablePolicy(context, 'iam:DeletePolicy', input.PolicyArn!);
  const { attachments, boundaries } = countUses(context).get(policy.arn) ?? noUses;
  if (attachments + boundaries > 0) throw deleteConflict('Cannot delete a policy attached to entities.');
  if (policy.versions.length > 1) {
    throw deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  context.cloud.iamPolicies.delete(policy.arn);
  return {};
}

/** How many users and roles of the account have a policy. */
export interface PolicyUses {
  attachments: number;
  boundaries: number;
}

const noUses: PolicyUses = { attachments: 0, boundaries: 0 };

export function countUses(context: OperationContext): Map<string, PolicyUses> {
  const uses = new Map<string, PolicyUses>();
  const count = (arn: string, kind: keyof PolicyUses) => {
    const known = uses.get(arn) ?? noUses;
    uses.set(arn, { ...known, [kind]: known[kind] + 1 });
  };
  for (const { attachedPolicyArns, permissionsBoundaryArn } of listHolders(context)) {
    for (const arn of attachedPolicyArns) count(arn, 'attachments');
    if (permissionsBoundaryArn !== undefined) count(permissionsBoundaryArn, 'boundaries');
  }
  return uses;
}

export function showPolicy(policy: IamPolicy, uses: Map<string, PolicyUses>): Policy {
  return {
    PolicyName: policy.policyName,
    PolicyId: policy.policyId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.versions.find(({ isDefault }) => isDefault)!.versionId,
    ...showUses(policy.arn, uses),
    IsAttachable: true,
    CreateDate: new Date(policy.createDate),
    UpdateDate: new Date(policy.updateDate),
  };
}

export function showAwsPolicy(
  { arn, policyName, path }: ManagedPolicy,
  uses: Map<string, PolicyUses>,
): Policy {
  const digits = createHash('sha256').update(arn).digest().subarray(0, 17);
  const id = [...digits].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
  return {
    PolicyName: policyName,
    PolicyId: `ANPA${id}`,
    Arn: arn,
    Path: path,
    DefaultVersionId: 'v1',
    ...showUses(arn, uses),
    IsAttachable: true,
    CreateDate: awsPolicyDate,
    UpdateDate: awsPolicyDate,
  };
}

function showUses(arn: string, uses: Map<string, PolicyUses>): Policy {
  const { attachments, boundaries } = uses.get(arn) ?? noUses;
  return { AttachmentCount: attachments, PermissionsBoundaryUsageCount: boundaries };
}
