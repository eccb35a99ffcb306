// Versions of a managed policy: at most five are kept, one of them is what counts.

import type {
  CreatePolicyVersionRequest,
  CreatePolicyVersionResponse,
  DeletePolicyVersionRequest,
  GetPolicyVersionRequest,
  GetPolicyVersionResponse,
  ListPolicyVersionsRequest,
  ListPolicyVersionsResponse,
  PolicyVersion,
  SetDefaultPolicyVersionRequest,
} from '@aws-sdk/client-iam';
import type { IamPolicy } from '../../cloud/iam.ts';
import { findManagedPolicy, type ManagedPolicy } from '../../policy/aws-managed-policy.ts';
import { checkConstraints } from '../constraint.ts';
import type { OperationContext } from '../operation.ts';
import { deleteConflict, limitExceeded, policyVersionNotFound } from './errors.ts';
import { getChangeablePolicy, getPolicyRecord } from './lookup.ts';
import { awsPolicyDate } from './managed-policy.ts';
import { paginate } from './pagination.ts';
import { acceptInput, checkPolicyArn } from './parameter.ts';
import { encodeDocument, parseManagedDocument } from './policy-document.ts';

type Version = IamPolicy['versions'][number];

export const versionsPerPolicy = 5;

export function createPolicyVersion(
  input: CreatePolicyVersionRequest,
  context: OperationContext,
): CreatePolicyVersionResponse {
  acceptInput('CreatePolicyVersion', input, 'PolicyArn', 'PolicyDocument', 'SetAsDefault');
  const { cloud, now } = context;
  const policy = getChangeablePolicy(context, 'iam:CreatePolicyVersion', input.PolicyArn!);
  const document = parseManagedDocument(input.PolicyDocument!);
  if (policy.versions.length >= versionsPerPolicy) {
    throw limitExceeded(
      `A managed policy can have up to ${versionsPerPolicy} versions. Before you create a new version, you must delete an existing version.`,
    );
  }
  const isDefault = input.SetAsDefault ?? false;
  const version: Version = {
    versionId: `v${policy.nextVersion}`,
    document,
    isDefault,
    createDate: now.toISOString(),
  };
  const older = isDefault
    ? policy.versions.map((other) => ({ ...other, isDefault: false }))
    : policy.versions;
  cloud.iamPolicies.put({
    ...policy,
    versions: [...older, version],
    nextVersion: policy.nextVersion + 1,
    updateDate: version.createDate,
  });
  return { PolicyVersion: showVersion(version) };
}

export function getPolicyVersion(
  input: GetPolicyVersionRequest,
  context: OperationContext,
): GetPolicyVersionResponse {
  acceptInput('GetPolicyVersion', input, 'PolicyArn', 'VersionId');
  checkVersionId(input.VersionId!);
  const version = getVersion(listVersions(context, input.PolicyArn!), input.PolicyArn!, input.VersionId!);
  return { PolicyVersion: { ...showVersion(version), Document: encodeDocument(version.document) } };
}

/** AWS: the newest comes first. */
export function listPolicyVersions(
  input: ListPolicyVersionsRequest,
  context: OperationContext,
): ListPolicyVersionsResponse {
  acceptInput('ListPolicyVersions', input, 'PolicyArn', 'Marker', 'MaxItems');
  const versions = listVersions(context, input.PolicyArn!).toReversed();
  const { page, rest } = paginate(versions, input, ({ versionId }) => versionId);
  return { Versions: page.map(showVersion), ...rest };
}

export function deletePolicyVersion(input: DeletePolicyVersionRequest, context: OperationContext): object {
  acceptInput('DeletePolicyVersion', input, 'PolicyArn', 'VersionId');
  checkVersionId(input.VersionId!);
  const policy = getChangeablePolicy(context, 'iam:DeletePolicyVersion', input.PolicyArn!);
  const { isDefault, versionId } = getVersion(policy.versions, policy.arn, input.VersionId!);
  if (isDefault) throw deleteConflict('Cannot delete the default version of a policy.');
  const versions = policy.versions.filter((version) => version.versionId !== versionId);
  context.cloud.iamPolicies.put({ ...policy, versions });
  return {};
}

export function setDefaultPolicyVersion(
  input: SetDefaultPolicyVersionRequest,
  context: OperationContext,
): object {
  acceptInput('SetDefaultPolicyVersion', input, 'PolicyArn', 'VersionId');
  checkVersionId(input.VersionId!);
  const policy = getChangeablePolicy(context, 'iam:SetDefaultPolicyVersion', input.PolicyArn!);
  const { versionId } = getVersion(policy.versions, policy.arn, input.VersionId!);
  const versions = policy.versions.map((other) => ({ ...other, isDefault: other.versionId === versionId }));
  context.cloud.iamPolicies.put({ ...policy, versions, updateDate: context.now.toISOString() });
  return {};
}

/** Oldest first; of AWS's own policies there is one. */
function listVersions(context: OperationContext, arn: string): Version[] {
  checkPolicyArn(arn);
  const ofAws = findManagedPolicy(arn);
  return ofAws ? [awsVersion(ofAws)] : getPolicyRecord(context, arn).versions;
}

export function awsVersion({ document }: ManagedPolicy): Version {
  return { versionId: 'v1', document, isDefault: true, createDate: awsPolicyDate.toISOString() };
}

function getVersion(versions: Version[], arn: string, versionId: string): Version {
  const version = versions.find((other) => other.versionId === versionId);
  if (!version) throw policyVersionNotFound(arn, versionId);
  return version;
}

function checkVersionId(value: string): void {
  checkConstraints([{ field: 'versionId', value, pattern: 'v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?' }]);
}

export function showVersion({ versionId, isDefault, createDate }: Version): PolicyVersion {
  return { VersionId: versionId, IsDefaultVersion: isDefault, CreateDate: new Date(createDate) };
}
