// Resolver rules: made, changed and taken away. A rule by itself does nothing; it holds in the VPCs it is associated with.

import { plainName } from '../../cloud/dns-name.ts';
import { isOutbound } from '../../cloud/resolver-endpoint.ts';
import type { ForwardBehaviour, ResolverRule } from '../../cloud/resolver-rule.ts';
import { arnOf } from '../../lib/arn.ts';
import { parseAddress } from '../../lib/cidr.ts';
import { putArnTags } from '../arn-tag.ts';
import {
  constraintError,
  type Input,
  integer,
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
import { getEndpoint } from './endpoint.ts';
import { invalidParameter, invalidRequest, ruleExists, ruleInUse, ruleNotFound } from './errors.ts';
import { applyFilters, checkName, filterList, paging, readTags, showPage, tagList } from './input.ts';

const dnsPort = 53;
const mostTargets = 6;
const longestDomain = 256;
const targetList = listOf(structure({ Ip: text, Port: integer, Protocol: text }));

interface TargetRequest {
  Ip?: string;
  Port?: number;
  Protocol?: string;
}

export function createResolverRule(input: Input, context: JsonContext): object {
  const wanted = readInput('route53resolver:CreateResolverRule', input, {
    ...{ CreatorRequestId: text, Name: text, RuleType: text, DomainName: text, ResolverEndpointId: text },
    ...{ TargetIps: targetList, Tags: tagList },
  });
  const creatorRequestId = requireMember('creatorRequestId', wanted.CreatorRequestId);
  const ruleType = readRuleType(requireMember('ruleType', wanted.RuleType));
  checkName(wanted.Name);
  const domainName = readDomainName(wanted.DomainName);
  const tags = readTags(wanted.Tags);
  const behaviour = readBehaviour(context, ruleType, wanted);
  if (listOwnRules(context).some((one) => one.creatorRequestId === creatorRequestId))
    throw ruleExists(creatorRequestId);
  const { accountId, region } = context;
  const creationTime = context.now.toISOString();
  const rule = context.cloud.resolverRules.put({
    ...{ resolverRuleId: context.newId('rslvr-rr'), accountId, region, creatorRequestId },
    ...(wanted.Name !== undefined && { name: wanted.Name }),
    ...{ domainName, behaviour, creationTime, modificationTime: creationTime },
  });
  putArnTags(context, ruleArn(rule), tags);
  return { ResolverRule: showRule(rule, context) };
}

export function getResolverRule(input: Input, context: JsonContext): object {
  return { ResolverRule: showRule(readRule('GetResolverRule', input, context), context) };
}

export function listResolverRules(input: Input, context: JsonContext): object {
  const about = { Filters: filterList, ...paging };
  const { Filters, ...wanted } = readInput('route53resolver:ListResolverRules', input, about);
  const matching = applyFilters(listOwnRules(context), Filters, {
    CreatorRequestId: ({ creatorRequestId }) => creatorRequestId,
    DomainName: ({ domainName }) => domainName,
    Name: ({ name }) => name,
    ResolverEndpointId: ({ behaviour }) =>
      behaviour.ruleType === 'FORWARD' ? behaviour.resolverEndpointId : undefined,
    Status: (rule) => statusOf(rule, context),
    Type: ({ behaviour }) => behaviour.ruleType,
  });
  const { page, rest } = showPage(matching, wanted, ({ resolverRuleId }) => resolverRuleId);
  return { ResolverRules: page.map((rule) => showRule(rule, context)), ...rest };
}

export function updateResolverRule(input: Input, context: JsonContext): object {
  const wanted = readInput('route53resolver:UpdateResolverRule', input, {
    ResolverRuleId: text,
    Config: structure({ Name: text, TargetIps: targetList, ResolverEndpointId: text }),
  });
  const rule = getRule(context, wanted.ResolverRuleId);
  const { Name, TargetIps, ResolverEndpointId } = requireMember('config', wanted.Config);
  checkName(Name);
  const changed = { ...rule, modificationTime: context.now.toISOString(), ...(Name && { name: Name }) };
  if (TargetIps !== undefined || ResolverEndpointId !== undefined) {
    const { behaviour } = rule;
    if (behaviour.ruleType === 'SYSTEM')
      throw invalidRequest('A system rule has no target IP addresses and no Resolver endpoint.');
    changed.behaviour = {
      ruleType: 'FORWARD',
      targets: TargetIps === undefined ? behaviour.targets : readTargets(TargetIps),
      resolverEndpointId:
        ResolverEndpointId === undefined
          ? behaviour.resolverEndpointId
          : getOutboundEndpoint(context, ResolverEndpointId),
    };
  }
  return { ResolverRule: showRule(context.cloud.resolverRules.put(changed), context) };
}

export function deleteResolverRule(input: Input, context: JsonContext): object {
  const rule = readRule('DeleteResolverRule', input, context);
  const { cloud } = context;
  const { resolverRuleId } = rule;
  if (cloud.resolverRuleAssociations.all().some((one) => one.resolverRuleId === resolverRuleId))
    throw ruleInUse();
  putArnTags(context, ruleArn(rule), {});
  cloud.resolverRules.delete(resolverRuleId);
  const StatusMessage = 'Deleting this Resolver Rule.';
  return { ResolverRule: { ...showRule(rule, context), Status: 'DELETING', StatusMessage } };
}

/** The caller's rule; otherwise AWS's not-found. */
export function getRule(context: JsonContext, id: string | undefined): ResolverRule {
  const named = requireMember('resolverRuleId', id);
  const rule = listOwnRules(context).find(({ resolverRuleId }) => resolverRuleId === named);
  if (!rule) throw ruleNotFound(named);
  return rule;
}

export function listOwnRules({ cloud, accountId, region }: JsonContext): ResolverRule[] {
  return cloud.resolverRules.where((one) => one.accountId === accountId && one.region === region);
}

export function ruleArn({
  accountId,
  region,
  resolverRuleId,
}: Pick<ResolverRule, 'accountId' | 'region'> & { resolverRuleId: string }): string {
  return arnOf('route53resolver', region, accountId, `resolver-rule/${resolverRuleId}`);
}

export function ruleResource({ ResolverRuleId }: Input, { accountId, region }: JsonContext): string {
  return ruleArn({ accountId, region, resolverRuleId: textOr(ResolverRuleId, '*') });
}

function readRule(operation: string, input: Input, context: JsonContext): ResolverRule {
  const { ResolverRuleId } = readInput(`route53resolver:${operation}`, input, { ResolverRuleId: text });
  return getRule(context, ResolverRuleId);
}

function readRuleType(ruleType: string): ResolverRule['behaviour']['ruleType'] {
  const known = requireOneOf('ruleType', ruleType, ['FORWARD', 'SYSTEM', 'RECURSIVE', 'DELEGATE']);
  if (known === 'RECURSIVE') throw invalidRequest('[RSLVR-00718] Cannot create a rule with type RECURSIVE');
  if (known === 'DELEGATE') throw notBuilt('Resolver rules of the type DELEGATE');
  return known;
}

/** Shown with its last dot. */
function readDomainName(domainName: string | undefined): string {
  const given = requireMember('domainName', domainName);
  if (given === '.') return given;
  const name = plainName(given);
  const isName = given.length <= longestDomain && /^([a-z0-9_*-]{1,63}\.)*[a-z0-9_-]{1,63}$/.test(name);
  if (!isName)
    throw invalidParameter('DomainName', `"${given.slice(0, longestDomain)}" is not a domain name.`);
  return `${name}.`;
}

function readBehaviour(
  context: JsonContext,
  ruleType: 'FORWARD' | 'SYSTEM',
  { TargetIps, ResolverEndpointId }: { TargetIps?: TargetRequest[]; ResolverEndpointId?: string },
): ResolverRule['behaviour'] {
  if (ruleType === 'SYSTEM') {
    if (TargetIps !== undefined || ResolverEndpointId !== undefined)
      throw invalidRequest('A system rule has no target IP addresses and no Resolver endpoint.');
    return { ruleType };
  }
  if (ResolverEndpointId === undefined)
    throw invalidParameter('ResolverEndpointId', 'A forwarding rule needs an outbound Resolver endpoint.');
  const resolverEndpointId = getOutboundEndpoint(context, ResolverEndpointId);
  return { ruleType, resolverEndpointId, targets: readTargets(TargetIps ?? []) };
}

function getOutboundEndpoint(context: JsonContext, id: string): ForwardBehaviour['resolverEndpointId'] {
  const endpoint = getEndpoint(context, id);
  if (isOutbound(endpoint)) return endpoint.resolverEndpointId;
  throw invalidRequest(`The Resolver endpoint "${id}" is not an outbound endpoint.`);
}

function readTargets(requests: TargetRequest[]): ForwardBehaviour['targets'] {
  if (requests.length === 0)
    throw invalidParameter('TargetIps', 'A forwarding rule needs at least one target IP address.');
  if (requests.length > mostTargets)
    throw invalidParameter('TargetIps', `A rule can have up to ${mostTargets} target IP addresses.`);
  return requests.map(({ Ip, Port: port = dnsPort, Protocol: protocol = 'Do53' }) => {
    if (requireOneOf('protocol', protocol, ['DoH', 'Do53', 'DoH-FIPS']) !== 'Do53')
      throw notBuilt(`the protocol ${protocol} of target IP addresses`);
    const ip = requireMember('ip', Ip);
    if (parseAddress(ip) === undefined) throw invalidParameter('Ip', `Invalid IP address: "${ip}"`);
    if (port < 1 || port > 65_535)
      throw constraintError('port', 'Member must have value less than or equal to 65535', port);
    return { ip, port };
  });
}

/** A rule that no VPC has is complete as it is. */
function statusOf({ resolverRuleId, generation }: ResolverRule, { cloud, world }: JsonContext): string {
  const isApplied = cloud.resolverRuleAssociations
    .all()
    .filter((one) => one.resolverRuleId === resolverRuleId)
    .every(({ vpcId }) => world.isApplied(vpcId, generation));
  return isApplied ? 'COMPLETE' : 'UPDATING';
}

function showRule(rule: ResolverRule, context: JsonContext): object {
  const { behaviour, name } = rule;
  const status = statusOf(rule, context);
  return {
    Id: rule.resolverRuleId,
    CreatorRequestId: rule.creatorRequestId,
    Arn: ruleArn(rule),
    DomainName: rule.domainName,
    Status: status,
    StatusMessage: status === 'COMPLETE' ? 'This Resolver Rule is in force.' : 'Updating this Resolver Rule.',
    RuleType: behaviour.ruleType,
    ...(name !== undefined && { Name: name }),
    ...(behaviour.ruleType === 'FORWARD' && {
      TargetIps: behaviour.targets.map(({ ip, port }) => ({ Ip: ip, Port: port, Protocol: 'Do53' })),
      ResolverEndpointId: behaviour.resolverEndpointId,
    }),
    OwnerId: rule.accountId,
    ShareStatus: 'NOT_SHARED',
    CreationTime: rule.creationTime,
    ModificationTime: rule.modificationTime,
  };
}
