// Network load balancers. Their state is derived: `provisioning` until the network engine carries what was asked for.

import type {
  CreateLoadBalancerInput,
  CreateLoadBalancerOutput,
  DeleteLoadBalancerInput,
  DeleteLoadBalancerOutput,
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { SecurityGroupId, VpcId } from '../../cloud/id.ts';
import type { LoadBalancer } from '../../cloud/load-balancer.ts';
import { loadBalancerAttributes } from '../../cloud/load-balancer-attribute.ts';
import { loadBalancerArn, loadBalancerDnsName } from '../../cloud/load-balancer-name.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import {
  duplicateName,
  invalidConfiguration,
  loadBalancerNotFound,
  operationNotPermitted,
  requireParameter,
  resourceInUse,
  securityGroupNotFound,
  validationError,
} from './errors.ts';
import { chooseAddress, deleteNode, type Placement, parsePlacements, putNode } from './load-balancer-node.ts';
import { showLoadBalancer } from './load-balancer-show.ts';
import { checkArn, findOwn, getLoadBalancer, isOwn, listenersOf, newArnTail } from './lookup.ts';
import { checkName } from './name.ts';
import { paginate } from './pagination.ts';
import { dropTags, findTags, parseTags, putTags } from './tag.ts';

export function createLoadBalancer(
  input: CreateLoadBalancerInput,
  context: OperationContext,
): CreateLoadBalancerOutput {
  acceptParameters(
    'CreateLoadBalancer',
    input,
    'Name',
    'Type',
    'Scheme',
    'Subnets',
    'SubnetMappings',
    'SecurityGroups',
    'IpAddressType',
    'Tags',
  );
  const name = checkName('load balancer', requireParameter('Name', input.Name));
  checkKind(input);
  const placements = parsePlacements('CreateLoadBalancer', input, context);
  const vpcId = placements[0]!.subnet.vpcId;
  const securityGroupIds = checkGroups(context, vpcId, input.SecurityGroups ?? []);
  const tags = parseTags(input.Tags);

  const existing = context.cloud.loadBalancers
    .all()
    .find((other) => isOwn(context, other) && other.loadBalancerName === name);
  if (existing) {
    if (!isSame(context, existing, placements, securityGroupIds, tags))
      throw duplicateName('load balancer', name);
    return { LoadBalancers: [showLoadBalancer(existing, context)] };
  }
  const loadBalancer = putLoadBalancer(context, name, placements, securityGroupIds);
  putTags(context, loadBalancer.loadBalancerArn, tags);
  return { LoadBalancers: [showLoadBalancer(loadBalancer, context)] };
}

/** Refuses what is no internal network load balancer. */
function checkKind(input: CreateLoadBalancerInput): void {
  const {
    Type: type = 'application',
    Scheme: scheme = 'internet-facing',
    IpAddressType: ipAddressType = 'ipv4',
  } = input;
  if (!['application', 'network', 'gateway'].includes(type))
    throw oneOf('type', type, 'application, network, gateway');
  if (!['internal', 'internet-facing'].includes(scheme))
    throw oneOf('scheme', scheme, 'internet-facing, internal');
  if (type !== 'network') throw notBuilt(`load balancers of type ${type} (--type network is there)`);
  if (scheme !== 'internal') {
    throw notBuilt("internet-facing load balancers, AWS's default scheme (--scheme internal is there)");
  }
  if (ipAddressType !== 'ipv4') throw notBuilt(`load balancers of IP address type ${ipAddressType}`);
}

function oneOf(field: string, value: string, values: string) {
  return validationError(
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must satisfy enum value set: [${values}]`,
  );
}

export function checkGroups(context: OperationContext, vpcId: VpcId, groupIds: string[]): SecurityGroupId[] {
  const unique = [...new Set(groupIds)];
  for (const groupId of unique) {
    const group = findOwn(context, context.cloud.securityGroups.find(groupId));
    if (!group) throw securityGroupNotFound(groupId);
    if (group.vpcId !== vpcId) {
      throw invalidConfiguration(`The security group '${groupId}' does not belong to the VPC '${vpcId}'`);
    }
  }
  return unique as SecurityGroupId[];
}

/** Whether a repeated create asks for exactly what is there. An address the caller did not choose is no difference. */
function isSame(
  context: OperationContext,
  existing: LoadBalancer,
  placements: Placement[],
  groupIds: string[],
  tags: Record<string, string>,
): boolean {
  return (
    existing.nodes.length === placements.length &&
    placements.every(({ subnet, privateIpAddress }) =>
      existing.nodes.some(
        (node) =>
          node.subnetId === subnet.subnetId &&
          (privateIpAddress === undefined || privateIpAddress === node.privateIpAddress),
      ),
    ) &&
    isSameSet(existing.securityGroupIds, groupIds) &&
    isSameSet(tagLines(findTags(context.cloud, existing.loadBalancerArn)), tagLines(tags))
  );
}

function isSameSet(left: string[], right: string[]): boolean {
  return left.length === right.length && new Set([...left, ...right]).size === left.length;
}

function tagLines(tags: Record<string, string>): string[] {
  return Object.entries(tags).map(([key, value]) => JSON.stringify([key, value]));
}

function putLoadBalancer(
  context: OperationContext,
  name: string,
  placements: Placement[],
  securityGroupIds: SecurityGroupId[],
): LoadBalancer {
  const { accountId, region } = context;
  const tail = newArnTail(context);
  const owner = {
    loadBalancerArn: loadBalancerArn(region, accountId, name, tail),
    accountId,
    securityGroupIds,
  };
  const chosen = placements.map((placement) => chooseAddress(context, placement));
  return context.cloud.loadBalancers.put({
    ...owner,
    region,
    loadBalancerName: name,
    scheme: 'internal',
    vpcId: placements[0]!.subnet.vpcId,
    dnsName: loadBalancerDnsName(name, tail, region),
    nodes: chosen.map((placement) => putNode(context, owner, placement)),
    enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on',
    attributes: {},
    createdTime: context.now.toISOString(),
  });
}

export function describeLoadBalancers(
  input: DescribeLoadBalancersInput,
  context: OperationContext,
): DescribeLoadBalancersOutput {
  acceptParameters('DescribeLoadBalancers', input, 'LoadBalancerArns', 'Names', 'Marker', 'PageSize');
  const { page, NextMarker } = paginate(select(input, context), input, ({ loadBalancerArn: arn }) => arn);
  return { LoadBalancers: page.map((loadBalancer) => showLoadBalancer(loadBalancer, context)), NextMarker };
}

function select(input: DescribeLoadBalancersInput, context: OperationContext): LoadBalancer[] {
  const { LoadBalancerArns: arns = [], Names: names = [] } = input;
  if (arns.length > 0 && names.length > 0) {
    throw validationError('Load balancer names and load balancer ARNs cannot be specified at the same time');
  }
  if (arns.length > 0) return [...new Set(arns)].map((arn) => getLoadBalancer(context, arn));
  const own = context.cloud.loadBalancers.where((loadBalancer) => isOwn(context, loadBalancer));
  if (names.length === 0) return own;
  return [...new Set(names)].map((name) => {
    const named = own.find(({ loadBalancerName }) => loadBalancerName === name);
    if (!named) throw loadBalancerNotFound();
    return named;
  });
}

export function deleteLoadBalancer(
  input: DeleteLoadBalancerInput,
  context: OperationContext,
): DeleteLoadBalancerOutput {
  acceptParameters('DeleteLoadBalancer', input, 'LoadBalancerArn');
  const arn = requireParameter('LoadBalancerArn', input.LoadBalancerArn);
  checkArn('load balancer', arn);
  const { cloud } = context;
  const loadBalancer = findOwn(context, cloud.loadBalancers.find(arn));
  // AWS: deleting what is not there succeeds.
  if (!loadBalancer) return {};
  if (loadBalancerAttributes(loadBalancer)['deletion_protection.enabled'] === 'true') {
    throw operationNotPermitted(
      `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
    );
  }
  if (isUsedByEndpointService(context, arn)) {
    throw resourceInUse(
      `Load balancer '${arn}' cannot be deleted because it is currently associated with another service`,
    );
  }
  for (const { listenerArn } of listenersOf(context, arn)) {
    cloud.listeners.delete(listenerArn);
    dropTags(cloud, listenerArn);
  }
  for (const node of loadBalancer.nodes) deleteNode(context, node);
  cloud.loadBalancers.delete(arn);
  dropTags(cloud, arn);
  return {};
}

export function isUsedByEndpointService(context: OperationContext, arn: string): boolean {
  return context.cloud.endpointServices
    .all()
    .some((service) => service.networkLoadBalancerArns.includes(arn));
}
