// The accounts of an organization, and how they go: removed by the management account, or by themselves.

import type { AccountId } from '../../cloud/id.ts';
import {
  findOrganizationOf,
  type Organization,
  type OrganizationMember,
  organizationPath,
} from '../../cloud/organization.ts';
import { type Input, textOr } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { accountNotFound, masterCannotLeave } from './errors.ts';
import { accountIdPattern, cutPage, readText, refuseOthers } from './input.ts';
import { getManagedOrganization, getOrganization, organizationsArn, showTime } from './operation.ts';

export function listAccounts(input: Input, context: JsonContext): object {
  refuseOthers('ListAccounts', input, 'MaxResults', 'NextToken');
  const organization = getManagedOrganization(context);
  const { items, ...next } = cutPage(input, organization.members, ({ accountId }) => accountId);
  return { Accounts: items.map((member) => showAccount(organization, member)), ...next };
}

export function describeAccount(input: Input, context: JsonContext): object {
  refuseOthers('DescribeAccount', input, 'AccountId');
  const accountId = readText(input, 'AccountId', accountIdPattern);
  const organization = getManagedOrganization(context);
  const member = organization.members.find((one) => one.accountId === accountId);
  if (!member) throw accountNotFound();
  return { Account: showAccount(organization, member) };
}

export function removeAccountFromOrganization(input: Input, context: JsonContext): object {
  refuseOthers('RemoveAccountFromOrganization', input, 'AccountId');
  const accountId = readText(input, 'AccountId', accountIdPattern);
  const organization = getManagedOrganization(context);
  if (!organization.members.some((one) => one.accountId === accountId)) throw accountNotFound();
  takeOut(context, organization, accountId);
  return {};
}

export function leaveOrganization(input: Input, context: JsonContext): object {
  refuseOthers('LeaveOrganization', input);
  takeOut(context, getOrganization(context), context.accountId);
  return {};
}

/** @throws AwsError for the management account */
export function takeOut({ cloud }: JsonContext, organization: Organization, accountId: AccountId): void {
  if (accountId === organization.masterAccountId) throw masterCannotLeave();
  const members = organization.members.filter((one) => one.accountId !== accountId);
  cloud.organizations.put({ ...organization, members });
}

export function accountArn(input: Input, { cloud, accountId }: JsonContext): string {
  const organization = findOrganizationOf(cloud, accountId);
  const named = textOr(input.AccountId, textOr(input.ChildId, ''));
  return organization && accountIdPattern.test(named)
    ? organizationsArn(organization, 'account', named)
    : '*';
}

function showAccount(
  organization: Organization,
  { accountId, joinedAt, joinedMethod }: OrganizationMember,
): object {
  return {
    Id: accountId,
    Arn: organizationsArn(organization, 'account', accountId),
    Status: 'ACTIVE',
    State: 'ACTIVE',
    Paths: [`${organizationPath(organization)}${accountId}/`],
    JoinedMethod: joinedMethod,
    JoinedTimestamp: showTime(joinedAt),
  };
}
