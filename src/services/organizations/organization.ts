// The organization itself, and its root, under which every account stands: there are no organizational units.
// Whoever creates one manages it.

import { findOrganizationOf, type Organization } from '../../cloud/organization.ts';
import type { Input } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { notBuilt } from '../parameters.ts';
import { alreadyInOrganization, childNotFound, invalidInput, organizationNotEmpty } from './errors.ts';
import { accountIdPattern, cutPage, findText, readText, refuseOthers } from './input.ts';
import { getManagedOrganization, getOrganization, newName, organizationsArn } from './operation.ts';

export function createOrganization(input: Input, context: JsonContext): object {
  const { cloud, accountId, now } = context;
  refuseOthers('CreateOrganization', input, 'FeatureSet');
  const featureSet = findText(input, 'FeatureSet') ?? 'ALL';
  if (featureSet !== 'ALL' && featureSet !== 'CONSOLIDATED_BILLING') throw invalidInput('INVALID_ENUM');
  if (findOrganizationOf(cloud, accountId)) throw alreadyInOrganization();
  const createdAt = now.toISOString();
  const organization = cloud.organizations.put({
    organizationId: `o-${newName(context, 10)}`,
    rootId: `r-${newName(context, 4)}`,
    featureSet,
    masterAccountId: accountId,
    createdAt,
    members: [{ accountId, joinedAt: createdAt, joinedMethod: 'INVITED' }],
    handshakes: [],
  });
  return { Organization: showOrganization(organization) };
}

export function describeOrganization(input: Input, context: JsonContext): object {
  refuseOthers('DescribeOrganization', input);
  return { Organization: showOrganization(getOrganization(context)) };
}

/** Its invitations go with it. */
export function deleteOrganization(input: Input, context: JsonContext): object {
  refuseOthers('DeleteOrganization', input);
  const { organizationId, members } = getManagedOrganization(context);
  if (members.length > 1) throw organizationNotEmpty();
  context.cloud.organizations.delete(organizationId);
  return {};
}

export function listRoots(input: Input, context: JsonContext): object {
  refuseOthers('ListRoots', input, 'MaxResults', 'NextToken');
  const organization = getManagedOrganization(context);
  const { rootId } = organization;
  const Arn = organizationsArn(organization, 'root', rootId);
  const roots = [{ Id: rootId, Arn, Name: 'Root', PolicyTypes: [] }];
  const { items, ...next } = cutPage(input, roots, ({ Id }) => Id);
  return { Roots: items, ...next };
}

export function listParents(input: Input, context: JsonContext): object {
  refuseOthers('ListParents', input, 'ChildId', 'MaxResults', 'NextToken');
  const childId = readText(input, 'ChildId', /^(\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/);
  const { rootId, members } = getManagedOrganization(context);
  if (!accountIdPattern.test(childId)) throw notBuilt('organizational units');
  if (!members.some(({ accountId }) => accountId === childId)) throw childNotFound();
  const { items, ...next } = cutPage(input, [{ Id: rootId, Type: 'ROOT' }], ({ Id }) => Id);
  return { Parents: items, ...next };
}

/**
 * DIFFERS: accounts-without-email An account is its number; it has no e-mail address and no name, so those members are absent.
 * DIFFERS: organizations-without-policies No policy type is available.
 */
function showOrganization(organization: Organization): object {
  const { organizationId, featureSet, masterAccountId } = organization;
  return {
    Id: organizationId,
    Arn: organizationsArn(organization, 'organization'),
    FeatureSet: featureSet,
    MasterAccountArn: organizationsArn(organization, 'account', masterAccountId),
    MasterAccountId: masterAccountId,
    AvailablePolicyTypes: [],
  };
}
