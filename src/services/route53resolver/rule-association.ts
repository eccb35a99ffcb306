// In which VPCs a resolver rule holds. AWS: of two rules for one domain a VPC can have one, and a rule that asks the VPC's own
// inbound endpoint would go in a circle.

import type { Cloud } from '../../cloud/cloud.ts';
import type { VpcId } from '../../cloud/id.ts';
import { addressOf, isInbound } from '../../cloud/resolver-endpoint.ts';
import type { ResolverRule, ResolverRuleAssociation } from '../../cloud/resolver-rule.ts';
import { type Input, readInput, requireMember, text, textOr } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { associationExists, associationNotFound, invalidParameter, invalidRequest } from './errors.ts';
import { applyFilters, checkName, filterList, paging, showPage } from './input.ts';
import { getRule, ruleArn } from './rule.ts';

export function associateResolverRule(input: Input, context: JsonContext): object {
  const about = { ResolverRuleId: text, VPCId: text, Name: text };
  const wanted = readInput('route53resolver:AssociateResolverRule', input, about);
  const rule = getRule(context, wanted.ResolverRuleId);
  const vpcId = getVpcId(context, requireMember('vPCId', wanted.VPCId));
  checkName(wanted.Name);
  const { cloud, accountId, region } = context;
  checkOthers(cloud, rule, vpcId);
  refuseCircle(cloud, rule, vpcId);
  const association = cloud.resolverRuleAssociations.put({
    ...{ associationId: context.newId('rslvr-rrassoc'), accountId, region },
    ...{
      resolverRuleId: rule.resolverRuleId,
      vpcId,
      ...(wanted.Name !== undefined && { name: wanted.Name }),
    },
  });
  return { ResolverRuleAssociation: showAssociation(association, context) };
}

export function disassociateResolverRule(input: Input, context: JsonContext): object {
  const about = { ResolverRuleId: text, VPCId: text };
  const wanted = readInput('route53resolver:DisassociateResolverRule', input, about);
  const { resolverRuleId } = getRule(context, wanted.ResolverRuleId);
  const vpcId = requireMember('vPCId', wanted.VPCId);
  const association = listOwn(context).find(
    (one) => one.resolverRuleId === resolverRuleId && one.vpcId === vpcId,
  );
  if (!association) throw associationNotFound(`between "${resolverRuleId}" and "${vpcId}"`);
  const shown = showAssociation(association, context);
  context.cloud.resolverRuleAssociations.delete(association.associationId);
  const StatusMessage = 'Deleting this association.';
  return { ResolverRuleAssociation: { ...shown, Status: 'DELETING', StatusMessage } };
}

export function getResolverRuleAssociation(input: Input, context: JsonContext): object {
  const about = { ResolverRuleAssociationId: text };
  const wanted = readInput('route53resolver:GetResolverRuleAssociation', input, about);
  const id = requireMember('resolverRuleAssociationId', wanted.ResolverRuleAssociationId);
  const association = listOwn(context).find(({ associationId }) => associationId === id);
  if (!association) throw associationNotFound(`"${id}"`);
  return { ResolverRuleAssociation: showAssociation(association, context) };
}

export function listResolverRuleAssociations(input: Input, context: JsonContext): object {
  const about = { Filters: filterList, ...paging };
  const { Filters, ...wanted } = readInput('route53resolver:ListResolverRuleAssociations', input, about);
  const matching = applyFilters(listOwn(context), Filters, {
    Name: ({ name }) => name,
    ResolverRuleId: ({ resolverRuleId }) => resolverRuleId,
    Status: (association) => statusOf(association, context),
    VPCId: ({ vpcId }) => vpcId,
  });
  const { page, rest } = showPage(matching, wanted, ({ associationId }) => associationId);
  return { ResolverRuleAssociations: page.map((one) => showAssociation(one, context)), ...rest };
}

/** An association is its rule's. */
export function associationResource(
  { ResolverRuleAssociationId }: Input,
  { cloud, accountId, region }: JsonContext,
): string {
  const association = cloud.resolverRuleAssociations.find(textOr(ResolverRuleAssociationId, ''));
  return ruleArn({ accountId, region, resolverRuleId: association?.resolverRuleId ?? '*' });
}

function listOwn({ cloud, accountId, region }: JsonContext): ResolverRuleAssociation[] {
  return cloud.resolverRuleAssociations.where((one) => one.accountId === accountId && one.region === region);
}

function getVpcId({ cloud, accountId, region }: JsonContext, named: string): VpcId {
  const vpc = cloud.vpcs.find(named);
  if (vpc?.accountId === accountId && vpc.region === region) return vpc.vpcId;
  throw invalidParameter('VPCId', `The vpc ID '${named}' does not exist`);
}

function checkOthers(cloud: Cloud, { resolverRuleId, domainName }: ResolverRule, vpcId: VpcId): void {
  const others = cloud.resolverRuleAssociations.where((one) => one.vpcId === vpcId);
  if (others.some((one) => one.resolverRuleId === resolverRuleId))
    throw associationExists(resolverRuleId, vpcId);
  const same = others.find((one) => cloud.resolverRules.find(one.resolverRuleId)?.domainName === domainName);
  if (same)
    throw invalidRequest(
      `Cannot associate rules with same domain name with same VPC. Conflict with resolver rule '${same.resolverRuleId}'`,
    );
}

function refuseCircle(cloud: Cloud, { resolverRuleId, behaviour }: ResolverRule, vpcId: VpcId): void {
  if (behaviour.ruleType !== 'FORWARD') return;
  const own = cloud.resolverEndpoints
    .where((endpoint) => isInbound(endpoint) && endpoint.vpcId === vpcId)
    .flatMap(({ addresses }) => addresses.map((address) => addressOf(cloud, address)));
  if (behaviour.targets.some(({ ip }) => own.includes(ip)))
    throw invalidRequest(
      `[RSLVR-00804] Cannot associate rule ${resolverRuleId} to VPC ${vpcId} because the VPC include an INBOUND resolver endpoints with rule's target IP. Please try a different rule or update rule's target IP.`,
    );
}

function statusOf({ vpcId, generation }: ResolverRuleAssociation, { world }: JsonContext): string {
  return world.isApplied(vpcId, generation) ? 'COMPLETE' : 'CREATING';
}

function showAssociation(association: ResolverRuleAssociation, context: JsonContext): object {
  const { associationId, resolverRuleId, vpcId, name } = association;
  const status = statusOf(association, context);
  return {
    Id: associationId,
    ResolverRuleId: resolverRuleId,
    ...(name !== undefined && { Name: name }),
    VPCId: vpcId,
    Status: status,
    StatusMessage: status === 'COMPLETE' ? 'This association is in force.' : 'Creating the association.',
  };
}
