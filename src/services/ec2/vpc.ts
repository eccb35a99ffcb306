// VPCs. Each is made with a main route table, a default security group and a default network ACL, which live and die with it.
// Its block gets a number of its own in the whole cloud, so that equal blocks of two VPCs can be told apart.

import type {
  CreateVpcRequest,
  CreateVpcResult,
  DeleteVpcRequest,
  DescribeVpcsRequest,
  DescribeVpcsResult,
  Vpc as VpcShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { vpcDependents } from '../../cloud/dependents.ts';
import type { Vpc } from '../../cloud/vpc.ts';
import { type Cidr, cidrRange, cidrsOverlap } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { readCidr } from './cidr-parameter.ts';
import { ensureDefaultDhcpOptions } from './dhcp-options.ts';
import { checkId, hasDependencies, limitExceeded, requireParameter, vpcNotFound } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';
import { deleteVpcCompanions, putVpcCompanions } from './vpc-companion.ts';
import { endPeeringRequests } from './vpc-peering-state.ts';

const shortestPrefix = 16;
const longestPrefix = 28;
const fabricNumbers = 4095;

/**
 * Ranges that are no unicast addresses of a network.
 * DIFFERS: class-e-ranges 240.0.0.0/4 is refused too, because Isthmus tells equal ranges apart inside it.
 */
const unusableBlocks = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'];

export function createVpc(input: CreateVpcRequest, context: OperationContext): CreateVpcResult {
  const accepted = [
    'CidrBlock',
    'InstanceTenancy',
    'AmazonProvidedIpv6CidrBlock',
    'TagSpecifications',
  ] as const;
  acceptParameters('CreateVpc', input, ...accepted);
  if (input.AmazonProvidedIpv6CidrBlock) throw notBuilt('IPv6 blocks of VPCs');
  if ((input.InstanceTenancy ?? 'default') !== 'default') throw notBuilt('dedicated tenancy');
  const cidrBlock = readVpcBlock(requireParameter('CidrBlock', input.CidrBlock));
  const tags = tagsFromSpecifications(input.TagSpecifications, 'vpc');
  const fabricNumber = takeFabricNumber(context.cloud);

  const vpc = context.cloud.vpcs.put({
    vpcId: context.newId('vpc'),
    accountId: context.accountId,
    region: context.region,
    cidrBlockAssociations: [{ associationId: context.newId('vpc-cidr-assoc'), cidrBlock, fabricNumber }],
    enableDnsSupport: true,
    enableDnsHostnames: false,
    enableNetworkAddressUsageMetrics: false,
    instanceTenancy: 'default',
    dhcpOptionsId: ensureDefaultDhcpOptions(context),
  });
  putVpcCompanions(context, vpc.vpcId);
  putTags(context, vpc.vpcId, 'vpc', tags);
  return { Vpc: showVpc(context, vpc) };
}

function readVpcBlock(text: string): Cidr {
  const cidrBlock = readCidr('cidrBlock', text);
  const { prefixLength } = cidrRange(cidrBlock);
  const isUsable = !unusableBlocks.some((unusable) => cidrsOverlap(unusable, cidrBlock));
  if (!isUsable || prefixLength < shortestPrefix || prefixLength > longestPrefix) {
    throw new AwsError('InvalidVpc.Range', `The CIDR '${text}' is invalid.`);
  }
  return cidrBlock;
}

/**
 * The smallest number no VPC of any account uses.
 * DIFFERS: default-quotas AWS's default quotas, such as 5 VPCs a region, are not enforced, only this one is.
 */
function takeFabricNumber(cloud: Cloud): number {
  const used = new Set<number>();
  for (const vpc of cloud.vpcs.all())
    for (const block of vpc.cidrBlockAssociations) used.add(block.fabricNumber);
  for (let number = 1; number <= fabricNumbers; number++) if (!used.has(number)) return number;
  throw limitExceeded('VpcLimitExceeded', 'The maximum number of VPCs has been reached.');
}

const vpcFields = (context: OperationContext): FilterFields<Vpc> => ({
  cidr: (vpc) => primaryBlock(vpc),
  'cidr-block-association.association-id': (vpc) =>
    vpc.cidrBlockAssociations.map((block) => block.associationId),
  'cidr-block-association.cidr-block': (vpc) => vpc.cidrBlockAssociations.map((block) => block.cidrBlock),
  'cidr-block-association.state': (vpc) => (isVpcApplied(context, vpc) ? 'associated' : 'associating'),
  'dhcp-options-id': (vpc) => vpc.dhcpOptionsId,
  'ipv6-cidr-block-association.association-id': () => undefined,
  'ipv6-cidr-block-association.ipv6-cidr-block': () => undefined,
  'ipv6-cidr-block-association.ipv6-pool': () => undefined,
  'ipv6-cidr-block-association.state': () => undefined,
  'is-default': () => 'false',
  isDefault: () => 'false',
  'owner-id': (vpc) => vpc.accountId,
  state: (vpc) => (isVpcApplied(context, vpc) ? 'available' : 'pending'),
  'vpc-id': (vpc) => vpc.vpcId,
});

export function describeVpcs(input: DescribeVpcsRequest, context: OperationContext): DescribeVpcsResult {
  acceptParameters('DescribeVpcs', input, 'VpcIds', 'Filters', 'MaxResults', 'NextToken');
  refuseIdsWithMaxResults('VpcIds', input.VpcIds, input.MaxResults);
  const { cloud } = context;
  const selected = selectOwn(
    context,
    input.VpcIds,
    (id) => getVpc(context, id),
    () => cloud.vpcs.all(),
  );
  const matching = applyFilters(selected, input.Filters, vpcFields(context), (vpc) =>
    findTags(cloud, vpc.vpcId),
  );
  const { page, nextToken } = paginate(matching, input, undefined, (vpc) => vpc.vpcId);
  return { Vpcs: page.map((vpc) => showVpc(context, vpc)), ...(nextToken && { NextToken: nextToken }) };
}

export function deleteVpc(input: DeleteVpcRequest, context: OperationContext): object {
  acceptParameters('DeleteVpc', input, 'VpcId');
  const { cloud } = context;
  const { vpcId } = getVpc(context, requireParameter('VpcId', input.VpcId));
  if (vpcDependents(cloud, vpcId, context.now).length > 0) throw hasDependencies('vpc', vpcId);
  deleteVpcCompanions(context, vpcId);
  endPeeringRequests(context, vpcId);
  cloud.vpcs.delete(vpcId);
  dropTags(cloud, vpcId);
  return {};
}

/** The caller's VPC; otherwise AWS's not-found. */
export function getVpc(context: OperationContext, vpcId: string): Vpc {
  checkId('vpc', vpcId, 'InvalidVpcID.Malformed');
  const vpc = findOwn(context, context.cloud.vpcs.find(vpcId));
  if (!vpc) throw vpcNotFound(vpcId);
  return vpc;
}

function isVpcApplied(context: OperationContext, vpc: Vpc): boolean {
  return context.world.isApplied(vpc.vpcId, vpc.generation);
}

function primaryBlock(vpc: Vpc): Cidr {
  return vpc.cidrBlockAssociations[0]!.cidrBlock;
}

function showVpc(context: OperationContext, vpc: Vpc): VpcShape {
  const isApplied = isVpcApplied(context, vpc);
  return {
    VpcId: vpc.vpcId,
    OwnerId: vpc.accountId,
    State: isApplied ? 'available' : 'pending',
    CidrBlock: primaryBlock(vpc),
    CidrBlockAssociationSet: vpc.cidrBlockAssociations.map((block) => ({
      AssociationId: block.associationId,
      CidrBlock: block.cidrBlock,
      CidrBlockState: { State: isApplied ? 'associated' : 'associating' },
    })),
    Ipv6CidrBlockAssociationSet: [],
    DhcpOptionsId: vpc.dhcpOptionsId,
    InstanceTenancy: vpc.instanceTenancy,
    IsDefault: false,
    Tags: showTags(context.cloud, vpc.vpcId),
  };
}
