// Network ACLs, to be looked at only: each VPC has its default one, which allows everything, for all of its subnets.

import type {
  DescribeNetworkAclsRequest,
  DescribeNetworkAclsResult,
  NetworkAcl,
  NetworkAclEntry,
} from '@aws-sdk/client-ec2';
import type { Vpc } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkId, networkAclNotFound } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { isOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { findTags, showTags } from './tag.ts';

const networkAclFields: FilterFields<NetworkAcl> = {
  'association.association-id': (acl) => acl.Associations!.map((a) => a.NetworkAclAssociationId!),
  'association.network-acl-id': (acl) => acl.Associations!.map((association) => association.NetworkAclId!),
  'association.subnet-id': (acl) => acl.Associations!.map((association) => association.SubnetId!),
  default: (acl) => String(acl.IsDefault),
  'entry.cidr': (acl) => acl.Entries!.map((entry) => entry.CidrBlock!),
  'entry.egress': (acl) => acl.Entries!.map((entry) => String(entry.Egress)),
  'entry.icmp.code': () => undefined,
  'entry.icmp.type': () => undefined,
  'entry.ipv6-cidr': () => undefined,
  'entry.port-range.from': () => undefined,
  'entry.port-range.to': () => undefined,
  'entry.protocol': (acl) => acl.Entries!.map((entry) => entry.Protocol!),
  'entry.rule-action': (acl) => acl.Entries!.map((entry) => entry.RuleAction!),
  'entry.rule-number': (acl) => acl.Entries!.map((entry) => String(entry.RuleNumber)),
  'network-acl-id': (acl) => acl.NetworkAclId,
  'owner-id': (acl) => acl.OwnerId,
  'vpc-id': (acl) => acl.VpcId,
};

export function describeNetworkAcls(
  input: DescribeNetworkAclsRequest,
  context: OperationContext,
): DescribeNetworkAclsResult {
  acceptParameters('DescribeNetworkAcls', input, 'NetworkAclIds', 'Filters', 'MaxResults', 'NextToken');
  const ids = input.NetworkAclIds ?? [];
  refuseIdsWithMaxResults('NetworkAclIds', ids, input.MaxResults);
  const vpcs = context.cloud.vpcs.where((vpc) => isOwn(context, vpc));
  for (const id of ids) {
    checkId('acl', id, 'InvalidNetworkAclID.Malformed');
    if (!vpcs.some((vpc) => vpc.networkAclId === id)) throw networkAclNotFound(id);
  }
  const selected = ids.length > 0 ? vpcs.filter((vpc) => ids.includes(vpc.networkAclId)) : vpcs;
  const shown = selected.map((vpc) => showDefaultNetworkAcl(context, vpc));
  const tagsOf = (acl: NetworkAcl) => findTags(context.cloud, acl.NetworkAclId!);
  const matching = applyFilters(shown, input.Filters, networkAclFields, tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (acl) => acl.NetworkAclId!);
  return { NetworkAcls: page, ...(nextToken && { NextToken: nextToken }) };
}

function showDefaultNetworkAcl({ cloud }: OperationContext, vpc: Vpc): NetworkAcl {
  const { networkAclId, vpcId } = vpc;
  return {
    NetworkAclId: networkAclId,
    VpcId: vpcId,
    OwnerId: vpc.accountId,
    IsDefault: true,
    Entries: [true, false].flatMap((egress) => [
      showEntry(egress, 100, 'allow'),
      showEntry(egress, 32767, 'deny'),
    ]),
    Associations: cloud.subnets
      .where((subnet) => subnet.vpcId === vpcId)
      .map(({ subnetId }) => ({
        NetworkAclAssociationId: subnetId.replace('subnet-', 'aclassoc-'),
        NetworkAclId: networkAclId,
        SubnetId: subnetId,
      })),
    Tags: showTags(cloud, networkAclId),
  };
}

function showEntry(egress: boolean, number: number, action: 'allow' | 'deny'): NetworkAclEntry {
  return { Egress: egress, RuleNumber: number, RuleAction: action, Protocol: '-1', CidrBlock: '0.0.0.0/0' };
}
