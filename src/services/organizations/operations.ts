// Organizations' table of contents: each operation, and what its policies are asked about. What AWS has and we do not is
// known by name, so that it is refused as not built and not as unknown.

import type { JsonOperation } from '../json-service.ts';
import {
  accountArn,
  describeAccount,
  leaveOrganization,
  listAccounts,
  removeAccountFromOrganization,
} from './account.ts';
import {
  acceptHandshake,
  cancelHandshake,
  declineHandshake,
  describeHandshake,
  handshakeArn,
  inviteAccountToOrganization,
  listHandshakesForAccount,
  listHandshakesForOrganization,
} from './handshake.ts';
import {
  createOrganization,
  deleteOrganization,
  describeOrganization,
  listParents,
  listRoots,
} from './organization.ts';

export const organizationsOperations: Record<string, JsonOperation> = {
  AcceptHandshake: { run: acceptHandshake, resourceArn: handshakeArn },
  CancelHandshake: { run: cancelHandshake, resourceArn: handshakeArn },
  CreateOrganization: { run: createOrganization },
  DeclineHandshake: { run: declineHandshake, resourceArn: handshakeArn },
  DeleteOrganization: { run: deleteOrganization },
  DescribeAccount: { run: describeAccount, resourceArn: accountArn },
  DescribeHandshake: { run: describeHandshake, resourceArn: handshakeArn },
  DescribeOrganization: { run: describeOrganization },
  InviteAccountToOrganization: { run: inviteAccountToOrganization },
  LeaveOrganization: { run: leaveOrganization },
  ListAccounts: { run: listAccounts },
  ListHandshakesForAccount: { run: listHandshakesForAccount },
  ListHandshakesForOrganization: { run: listHandshakesForOrganization },
  ListParents: { run: listParents, resourceArn: accountArn },
  ListRoots: { run: listRoots },
  RemoveAccountFromOrganization: { run: removeAccountFromOrganization, resourceArn: accountArn },
};

export const organizationsNotBuilt = new Set(
  `AttachPolicy CloseAccount CreateAccount CreateGovCloudAccount CreateOrganizationalUnit CreatePolicy
  DeleteOrganizationalUnit DeletePolicy DeleteResourcePolicy DeregisterDelegatedAdministrator DescribeCreateAccountStatus
  DescribeEffectivePolicy DescribeOrganizationalUnit DescribePolicy DescribeResourcePolicy DescribeResponsibilityTransfer
  DetachPolicy DisableAWSServiceAccess DisablePolicyType EnableAWSServiceAccess EnableAllFeatures EnablePolicyType
  InviteOrganizationToTransferResponsibility ListAWSServiceAccessForOrganization ListAccountsForParent
  ListAccountsWithInvalidEffectivePolicy ListChildren ListCreateAccountStatus ListDelegatedAdministrators
  ListDelegatedServicesForAccount ListEffectivePolicyValidationErrors ListInboundResponsibilityTransfers
  ListOrganizationalUnitsForParent ListOutboundResponsibilityTransfers ListPolicies ListPoliciesForTarget
  ListTagsForResource ListTargetsForPolicy MoveAccount PutResourcePolicy RegisterDelegatedAdministrator TagResource
  TerminateResponsibilityTransfer UntagResource UpdateOrganizationalUnit UpdatePolicy UpdateResponsibilityTransfer`.split(
    /\s+/,
  ),
);
