// Target groups: a port, a health check and a list of targets, all in one VPC.

import type {
  CreateTargetGroupInput,
  CreateTargetGroupOutput,
  DeleteTargetGroupInput,
  DeleteTargetGroupOutput,
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  ModifyTargetGroupInput,
  ModifyTargetGroupOutput,
  TargetGroup as ShownTargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { VpcId } from '../../cloud/id.ts';
import type { TargetGroup } from '../../cloud/load-balancer.ts';
import { currentTargets } from '../../cloud/target.ts';
import { arnOf } from '../../lib/arn.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import {
  duplicateName,
  requireParameter,
  requireRange,
  resourceInUse,
  targetGroupNotFound,
  validationError,
  vpcNotFound,
} from './errors.ts';
import { healthCheckParameters, parseHealthCheck } from './health-check.ts';
import {
  findOwn,
  getLoadBalancer,
  getTargetGroup,
  isOwn,
  listenersOf,
  listenersTo,
  newArnTail,
} from './lookup.ts';
import { checkName } from './name.ts';
import { paginate } from './pagination.ts';
import { dropTags, findTags, parseTags, putTags } from './tag.ts';

type Wanted = Pick<
  TargetGroup,
  'targetGroupName' | 'protocol' | 'port' | 'vpcId' | 'targetType' | 'healthCheck'
>;

export function createTargetGroup(
  input: CreateTargetGroupInput,
  context: OperationContext,
): CreateTargetGroupOutput {
  acceptParameters(
    'CreateTargetGroup',
    input,
    'Name',
    'Protocol',
    'Port',
    'VpcId',
    'TargetType',
    'IpAddressType',
    'Tags',
    ...healthCheckParameters,
  );
  const wanted = parseTargetGroup(input, context);
  const tags = parseTags(input.Tags);
  const { accountId, region } = context;
  const name = wanted.targetGroupName;
  const existing = context.cloud.targetGroups
    .all()
    .find((other) => isOwn(context, other) && other.targetGroupName === name);
  if (existing) {
    if (!isSame(context, existing, wanted, tags)) throw duplicateName('target group', name);
    return { TargetGroups: [showTargetGroup(existing, context)] };
  }
  const resource = `targetgroup/${name}/${newArnTail(context)}`;
  const targetGroup = context.cloud.targetGroups.put({
    targetGroupArn: arnOf('elasticloadbalancing', region, accountId, resource),
    accountId,
    region,
    ...wanted,
    attributes: {},
    targets: [],
  });
  putTags(context, targetGroup.targetGroupArn, tags);
  return { TargetGroups: [showTargetGroup(targetGroup, context)] };
}

function parseTargetGroup(input: CreateTargetGroupInput, context: OperationContext): Wanted {
  const targetGroupName = checkName('target group', requireParameter('Name', input.Name));
  const targetType = parseTargetType(input.TargetType ?? 'instance');
  const { IpAddressType: ipAddressType = 'ipv4' } = input;
  if (ipAddressType !== 'ipv4') throw notBuilt(`target groups of IP address type ${ipAddressType}`);
  if (input.Protocol === undefined) throw validationError('A protocol must be specified');
  const protocol = parseProtocol(input.Protocol);
  if (input.Port === undefined) throw validationError('A port must be specified');
  const port = requireRange('Port', input.Port, 1, 65_535);
  if (input.VpcId === undefined) throw validationError('A VPC ID must be specified');
  const vpc = findOwn(context, context.cloud.vpcs.find(input.VpcId as VpcId));
  if (!vpc) throw vpcNotFound(input.VpcId);
  const healthCheck = parseHealthCheck('CreateTargetGroup', input);
  return { targetGroupName, protocol, port, vpcId: vpc.vpcId, targetType, healthCheck };
}

function parseTargetType(targetType: string): TargetGroup['targetType'] {
  if (targetType === 'instance' || targetType === 'ip') return targetType;
  if (targetType === 'alb' || targetType === 'lambda')
    throw notBuilt(`target groups of target type ${targetType}`);
  throw validationError(
    `1 validation error detected: Value '${targetType}' at 'targetType' failed to satisfy constraint: Member must satisfy enum value set: [instance, ip, lambda, alb]`,
  );
}

const otherProtocols = ['HTTP', 'HTTPS', 'TLS', 'GENEVE', 'QUIC', 'TCP_QUIC'];

function parseProtocol(protocol: string): TargetGroup['protocol'] {
  if (protocol === 'TCP' || protocol === 'UDP' || protocol === 'TCP_UDP') return protocol;
  if (otherProtocols.includes(protocol)) throw notBuilt(`target groups of protocol ${protocol}`);
  throw validationError(
    `1 validation error detected: Value '${protocol}' at 'protocol' failed to satisfy constraint: Member must satisfy enum value set: [${['TCP', 'UDP', 'TCP_UDP', ...otherProtocols].join(', ')}]`,
  );
}

function isSame(
  context: OperationContext,
  existing: TargetGroup,
  wanted: Wanted,
  tags: Record<string, string>,
): boolean {
  const ownTags = findTags(context.cloud, existing.targetGroupArn);
  return (
    existing.protocol === wanted.protocol &&
    existing.port === wanted.port &&
    existing.vpcId === wanted.vpcId &&
    existing.targetType === wanted.targetType &&
    fingerprint(existing.healthCheck) === fingerprint(wanted.healthCheck) &&
    fingerprint(ownTags) === fingerprint(tags)
  );
}

function fingerprint(record: object): string {
  return JSON.stringify(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}

export function describeTargetGroups(
  input: DescribeTargetGroupsInput,
  context: OperationContext,
): DescribeTargetGroupsOutput {
  acceptParameters(
    'DescribeTargetGroups',
    input,
    'LoadBalancerArn',
    'TargetGroupArns',
    'Names',
    'Marker',
    'PageSize',
  );
  const { page, NextMarker } = paginate(select(input, context), input, ({ targetGroupArn: arn }) => arn);
  return { TargetGroups: page.map((targetGroup) => showTargetGroup(targetGroup, context)), NextMarker };
}

function select(input: DescribeTargetGroupsInput, context: OperationContext): TargetGroup[] {
  const { LoadBalancerArn: loadBalancerArn, TargetGroupArns: arns = [], Names: names = [] } = input;
  if ([arns.length > 0, names.length > 0, loadBalancerArn !== undefined].filter(Boolean).length > 1) {
    throw validationError(
      'Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time',
    );
  }
  if (arns.length > 0) return [...new Set(arns)].map((arn) => getTargetGroup(context, arn));
  const own = context.cloud.targetGroups.where((targetGroup) => isOwn(context, targetGroup));
  if (loadBalancerArn !== undefined) {
    const listeners = listenersOf(context, getLoadBalancer(context, loadBalancerArn).loadBalancerArn);
    return own.filter(({ targetGroupArn: arn }) =>
      listeners.some((listener) => listener.targetGroupArn === arn),
    );
  }
  if (names.length === 0) return own;
  return [...new Set(names)].map((name) => {
    const named = own.find(({ targetGroupName }) => targetGroupName === name);
    if (!named) throw targetGroupNotFound();
    return named;
  });
}

export function modifyTargetGroup(
  input: ModifyTargetGroupInput,
  context: OperationContext,
): ModifyTargetGroupOutput {
  acceptParameters('ModifyTargetGroup', input, 'TargetGroupArn', ...healthCheckParameters);
  const targetGroup = getTargetGroup(context, input.TargetGroupArn);
  const healthCheck = parseHealthCheck('ModifyTargetGroup', input, targetGroup.healthCheck);
  const targets = currentTargets(context.cloud, targetGroup, context.now);
  const changed = context.cloud.targetGroups.put({ ...targetGroup, healthCheck, targets });
  return { TargetGroups: [showTargetGroup(changed, context)] };
}

export function deleteTargetGroup(
  input: DeleteTargetGroupInput,
  context: OperationContext,
): DeleteTargetGroupOutput {
  acceptParameters('DeleteTargetGroup', input, 'TargetGroupArn');
  const { targetGroupArn: arn } = getTargetGroup(context, input.TargetGroupArn);
  if (listenersTo(context, arn).length > 0) {
    throw resourceInUse(`Target group '${arn}' is currently in use by a listener or a rule`);
  }
  context.cloud.targetGroups.delete(arn);
  dropTags(context.cloud, arn);
  return {};
}

function showTargetGroup(targetGroup: TargetGroup, context: OperationContext): ShownTargetGroup {
  const { healthCheck } = targetGroup;
  const loadBalancerArns = listenersTo(context, targetGroup.targetGroupArn).map(
    (listener) => listener.loadBalancerArn,
  );
  return {
    TargetGroupArn: targetGroup.targetGroupArn,
    TargetGroupName: targetGroup.targetGroupName,
    Protocol: targetGroup.protocol,
    Port: targetGroup.port,
    VpcId: targetGroup.vpcId,
    HealthCheckProtocol: healthCheck.protocol,
    HealthCheckPort: healthCheck.port,
    HealthCheckEnabled: healthCheck.enabled,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThresholdCount,
    UnhealthyThresholdCount: healthCheck.unhealthyThresholdCount,
    HealthCheckPath: healthCheck.path,
    Matcher: healthCheck.matcher === undefined ? undefined : { HttpCode: healthCheck.matcher },
    LoadBalancerArns: [...new Set(loadBalancerArns)],
    TargetType: targetGroup.targetType,
    IpAddressType: 'ipv4',
  };
}
