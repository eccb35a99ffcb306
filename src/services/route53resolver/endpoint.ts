// Resolver endpoints: made, changed and taken away with their interfaces. The VPC is the one that the subnets are in.

import type { Cloud } from '../../cloud/cloud.ts';
import type { SecurityGroupId, VpcId } from '../../cloud/id.ts';
import {
  addressOf,
  type ResolverEndpoint,
  type ResolverEndpointAddress,
} from '../../cloud/resolver-endpoint.ts';
import type { ResolverRule } from '../../cloud/resolver-rule.ts';
import { putArnTags } from '../arn-tag.ts';
import {
  constraintError,
  flag,
  type Input,
  listOf,
  readInput,
  requireMember,
  requireOneOf,
  structure,
  text,
  textOr,
} from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { notBuilt } from '../parameters.ts';
import {
  type AddressRequest,
  dropAddress,
  ipAddressMembers,
  type PlannedAddress,
  planAddresses,
  putAddress,
} from './endpoint-address.ts';
import { endpointArn, showAddress, showEndpoint, statusOf } from './endpoint-show.ts';
import {
  addressNotNamed,
  endpointExists,
  endpointHasRules,
  endpointNotFound,
  invalidParameter,
  malformedGroupId,
  tooFewAddresses,
} from './errors.ts';
import { applyFilters, checkName, filterList, paging, readTags, showPage, tagList } from './input.ts';

const fewestAddresses = 2;
const mostAddresses = 20;
const directions = ['INBOUND', 'OUTBOUND', 'INBOUND_DELEGATION'] as const;
const endpointTypes = ['IPV6', 'IPV4', 'DUALSTACK'] as const;

/** What an endpoint could do besides: only as it comes. */
const options = {
  ResolverEndpointType: text,
  Protocols: listOf(text),
  RniEnhancedMetricsEnabled: flag,
  TargetNameServerMetricsEnabled: flag,
  Dns64Enabled: flag,
  Ipv6InternetAccessEnabled: flag,
};

export function createResolverEndpoint(input: Input, context: JsonContext): object {
  const wanted = readInput('route53resolver:CreateResolverEndpoint', input, {
    ...{ CreatorRequestId: text, Name: text, Direction: text, Tags: tagList, ...options },
    ...{ SecurityGroupIds: listOf(text), IpAddresses: listOf(structure(ipAddressMembers)) },
  });
  const creatorRequestId = requireMember('creatorRequestId', wanted.CreatorRequestId);
  const direction = readDirection(requireMember('direction', wanted.Direction));
  const requests = requireMember('ipAddresses', wanted.IpAddresses);
  checkName(wanted.Name);
  checkOptions(wanted);
  const tags = readTags(wanted.Tags);
  if (findByRequest(context, creatorRequestId)) throw endpointExists(creatorRequestId);
  checkAddressCount(requests.length);
  const planned = planAddresses(context, requests);
  const { vpcId } = planned[0]!.subnet;
  const groupIds = readGroups(context, vpcId, requireMember('securityGroupIds', wanted.SecurityGroupIds));

  const { accountId, region } = context;
  const creationTime = context.now.toISOString();
  const resolverEndpointId = context.newId(direction === 'INBOUND' ? 'rslvr-in' : 'rslvr-out');
  const endpoint = context.cloud.resolverEndpoints.put({
    ...{ resolverEndpointId, accountId, region, creatorRequestId, direction, vpcId, groupIds },
    ...(wanted.Name !== undefined && { name: wanted.Name }),
    addresses: planned.map((address) => putAddress(context, { resolverEndpointId, groupIds }, address)),
    ...{ creationTime, modificationTime: creationTime },
  });
  putArnTags(context, endpointArn(endpoint), tags);
  return { ResolverEndpoint: showEndpoint(endpoint, context) };
}

export function getResolverEndpoint(input: Input, context: JsonContext): object {
  return { ResolverEndpoint: showEndpoint(readEndpoint('GetResolverEndpoint', input, context), context) };
}

export function listResolverEndpoints(input: Input, context: JsonContext): object {
  const about = { Filters: filterList, ...paging };
  const { Filters, ...wanted } = readInput('route53resolver:ListResolverEndpoints', input, about);
  const matching = applyFilters(listOwn(context), Filters, {
    CreatorRequestId: ({ creatorRequestId }) => creatorRequestId,
    Direction: ({ direction }) => direction,
    HostVPCId: ({ vpcId }) => vpcId,
    IpAddressCount: ({ addresses }) => String(addresses.length),
    Name: ({ name }) => name,
    SecurityGroupIds: ({ groupIds }) => groupIds,
    Status: (endpoint) => statusOf(endpoint, context),
  });
  const { page, rest } = showPage(matching, wanted, ({ resolverEndpointId }) => resolverEndpointId);
  return { ResolverEndpoints: page.map((endpoint) => showEndpoint(endpoint, context)), ...rest };
}

export function listResolverEndpointIpAddresses(input: Input, context: JsonContext): object {
  const about = { ResolverEndpointId: text, ...paging };
  const wanted = readInput('route53resolver:ListResolverEndpointIpAddresses', input, about);
  const endpoint = getEndpoint(context, wanted.ResolverEndpointId);
  const { page, rest } = showPage(endpoint.addresses, wanted, ({ ipId }) => ipId);
  return { IpAddresses: page.map((address) => showAddress(address, endpoint, context)), ...rest };
}

export function updateResolverEndpoint(input: Input, context: JsonContext): object {
  const about = { ResolverEndpointId: text, Name: text, ...options };
  const wanted = readInput('route53resolver:UpdateResolverEndpoint', input, about);
  const endpoint = getEndpoint(context, wanted.ResolverEndpointId);
  checkName(wanted.Name);
  checkOptions(wanted);
  const name = wanted.Name ?? endpoint.name;
  return change(context, { ...endpoint, ...(name !== undefined && { name }) });
}

export function deleteResolverEndpoint(input: Input, context: JsonContext): object {
  const endpoint = readEndpoint('DeleteResolverEndpoint', input, context);
  const rules = rulesOf(context.cloud, endpoint).map(({ resolverRuleId }) => `"${resolverRuleId}"`);
  if (rules.length > 0) throw endpointHasRules(rules);
  const shown = showEndpoint(endpoint, context);
  for (const address of endpoint.addresses) dropAddress(context, address);
  putArnTags(context, endpointArn(endpoint), {});
  context.cloud.resolverEndpoints.delete(endpoint.resolverEndpointId);
  const StatusMessage = 'Deleting this Resolver Endpoint.';
  return { ResolverEndpoint: { ...shown, Status: 'DELETING', StatusMessage } };
}

const addressChange = {
  ResolverEndpointId: text,
  IpAddress: structure({ IpId: text, ...ipAddressMembers }),
};

export function associateResolverEndpointIpAddress(input: Input, context: JsonContext): object {
  const wanted = readInput('route53resolver:AssociateResolverEndpointIpAddress', input, addressChange);
  const endpoint = getEndpoint(context, wanted.ResolverEndpointId);
  const { IpId, ...request } = requireMember('ipAddress', wanted.IpAddress);
  if (IpId !== undefined) throw invalidParameter('IpId', 'A new IP address has no IP ID yet.');
  checkAddressCount(endpoint.addresses.length + 1);
  const [planned] = planAddresses(context, [request], endpoint.vpcId) as [PlannedAddress];
  return change(context, {
    ...endpoint,
    addresses: [...endpoint.addresses, putAddress(context, endpoint, planned)],
  });
}

export function disassociateResolverEndpointIpAddress(input: Input, context: JsonContext): object {
  const wanted = readInput('route53resolver:DisassociateResolverEndpointIpAddress', input, addressChange);
  const endpoint = getEndpoint(context, wanted.ResolverEndpointId);
  const named = findAddress(context, endpoint, requireMember('ipAddress', wanted.IpAddress));
  checkAddressCount(endpoint.addresses.length - 1);
  dropAddress(context, named);
  return change(context, { ...endpoint, addresses: endpoint.addresses.filter((one) => one !== named) });
}

export function endpointResource(
  { ResolverEndpointId }: Input,
  { cloud, accountId, region }: JsonContext,
): string {
  const endpoint = cloud.resolverEndpoints.find(textOr(ResolverEndpointId, ''));
  return endpointArn(endpoint ?? { accountId, region, resolverEndpointId: textOr(ResolverEndpointId, '*') });
}

/** The caller's endpoint; otherwise AWS's not-found. */
export function getEndpoint(context: JsonContext, id: string | undefined): ResolverEndpoint {
  const named = requireMember('resolverEndpointId', id);
  const endpoint = listOwn(context).find(({ resolverEndpointId }) => resolverEndpointId === named);
  if (!endpoint) throw endpointNotFound(named);
  return endpoint;
}

function readEndpoint(operation: string, input: Input, context: JsonContext): ResolverEndpoint {
  const { ResolverEndpointId } = readInput(`route53resolver:${operation}`, input, {
    ResolverEndpointId: text,
  });
  return getEndpoint(context, ResolverEndpointId);
}

function listOwn({ cloud, accountId, region }: JsonContext): ResolverEndpoint[] {
  return cloud.resolverEndpoints.where((one) => one.accountId === accountId && one.region === region);
}

function findByRequest(context: JsonContext, creatorRequestId: string): ResolverEndpoint | undefined {
  return listOwn(context).find((endpoint) => endpoint.creatorRequestId === creatorRequestId);
}

function change(context: JsonContext, endpoint: ResolverEndpoint): object {
  const changed = { ...endpoint, modificationTime: context.now.toISOString() };
  return { ResolverEndpoint: showEndpoint(context.cloud.resolverEndpoints.put(changed), context) };
}

function readDirection(direction: string): ResolverEndpoint['direction'] {
  const known = requireOneOf('direction', direction, directions);
  if (known === 'INBOUND_DELEGATION') throw notBuilt(`Resolver endpoints of the direction ${known}`);
  return known;
}

/** The rules that ask from its addresses. */
function rulesOf({ resolverRules }: Cloud, { resolverEndpointId }: ResolverEndpoint): ResolverRule[] {
  return resolverRules.where(
    ({ behaviour }) =>
      behaviour.ruleType === 'FORWARD' && behaviour.resolverEndpointId === resolverEndpointId,
  );
}

function checkOptions({
  ResolverEndpointType: type = 'IPV4',
  Protocols: protocols = ['Do53'],
  ...flags
}: {
  ResolverEndpointType?: string;
  Protocols?: string[];
  RniEnhancedMetricsEnabled?: boolean;
  TargetNameServerMetricsEnabled?: boolean;
  Dns64Enabled?: boolean;
  Ipv6InternetAccessEnabled?: boolean;
}): void {
  if (requireOneOf('resolverEndpointType', type, endpointTypes) !== 'IPV4')
    throw notBuilt(`Resolver endpoints of the type ${type}`);
  for (const protocol of protocols)
    if (requireOneOf('protocols', protocol, ['DoH', 'Do53', 'DoH-FIPS']) !== 'Do53')
      throw notBuilt(`the protocol ${protocol} of Resolver endpoints`);
  const asked = Object.entries(flags).find(([name, value]) => name.endsWith('Enabled') && value === true);
  if (asked) throw notBuilt(`${asked[0]} of Resolver endpoints`);
}

function checkAddressCount(count: number): void {
  if (count < fewestAddresses) throw tooFewAddresses();
  if (count > mostAddresses)
    throw constraintError(
      'ipAddresses',
      `Member must have length less than or equal to ${mostAddresses}`,
      count,
    );
}

function readGroups({ cloud }: JsonContext, vpcId: VpcId, groupIds: string[]): SecurityGroupId[] {
  if (groupIds.length === 0)
    throw invalidParameter('SecurityGroupIds', 'You must specify at least one security group.');
  return [...new Set(groupIds)].map((groupId) => {
    if (!groupId.startsWith('sg-')) throw malformedGroupId(groupId);
    const group = cloud.securityGroups.find(groupId);
    if (group?.vpcId === vpcId) return group.groupId;
    throw invalidParameter(
      'SecurityGroupIds',
      `The security group '${groupId}' does not exist in VPC '${vpcId}'`,
    );
  });
}

function findAddress(
  { cloud }: JsonContext,
  { addresses }: ResolverEndpoint,
  { IpId, SubnetId, Ip }: AddressRequest & { IpId?: string },
): ResolverEndpointAddress {
  if (IpId === undefined && (SubnetId === undefined || Ip === undefined)) throw addressNotNamed();
  const found = addresses.find(
    (address) =>
      (IpId === undefined || address.ipId === IpId) &&
      (SubnetId === undefined || address.subnetId === SubnetId) &&
      (Ip === undefined || addressOf(cloud, address) === Ip),
  );
  if (found) return found;
  throw invalidParameter('IpAddress', `The endpoint has no such IP address: "${IpId ?? Ip}".`);
}
