// The health of targets: what the checks saw, unless something else keeps a target from being checked at all.

import type {
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  TargetHealth,
  TargetHealthDescription,
  TargetHealthReasonEnum,
  TargetHealthStateEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { InstanceId } from '../../cloud/id.ts';
import type { Target, TargetGroup } from '../../cloud/load-balancer.ts';
import { currentTargets, findTargetPlace } from '../../cloud/target.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { getTargetGroup, listenersTo } from './lookup.ts';
import { isRunning, isSameTarget, parseTarget } from './target.ts';

export function describeTargetHealth(
  input: DescribeTargetHealthInput,
  context: OperationContext,
): DescribeTargetHealthOutput {
  acceptParameters('DescribeTargetHealth', input, 'TargetGroupArn', 'Targets');
  const targetGroup = getTargetGroup(context, input.TargetGroupArn);
  const registered = currentTargets(context.cloud, targetGroup, context.now);
  const asked = input.Targets?.map((description) =>
    parseTarget('DescribeTargetHealth', targetGroup, description),
  );
  const targets = asked && asked.length > 0 ? asked : registered;
  return {
    TargetHealthDescriptions: targets.map((target) => {
      const known = registered.find((other) => isSameTarget(other, target));
      return showTarget(
        targetGroup,
        known ?? target,
        known ? healthOf(targetGroup, known, context) : notRegistered,
      );
    }),
  };
}

const notRegistered = unused('Target.NotRegistered', 'Target is not registered to the target group');

function unused(Reason: TargetHealthReasonEnum, Description: string): TargetHealth {
  return { State: 'unused', Reason, Description };
}

function healthOf(targetGroup: TargetGroup, target: Target, context: OperationContext): TargetHealth {
  return findObstacle(targetGroup, target, context) ?? checkedHealth(targetGroup, target, context);
}

/** What keeps a target from being used whatever its checks say. */
function findObstacle(
  targetGroup: TargetGroup,
  target: Target,
  context: OperationContext,
): TargetHealth | undefined {
  if (target.deregisteredAt !== undefined) {
    return {
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    };
  }
  const listeners = listenersTo(context, targetGroup.targetGroupArn);
  if (listeners.length === 0) {
    return unused(
      'Target.NotInUse',
      'Target group is not configured to receive traffic from the load balancer',
    );
  }
  if (targetGroup.targetType === 'instance' && !isRunning(target.id as InstanceId, context)) {
    return unused('Target.InvalidState', 'Target is not in the running state');
  }
  if (!isZoneEnabled(targetGroup, target, listeners[0]!.loadBalancerArn, context)) {
    return unused(
      'Target.NotInUse',
      'Target is in an Availability Zone that is not enabled for the load balancer',
    );
  }
  return undefined;
}

function isZoneEnabled(
  targetGroup: TargetGroup,
  target: Target,
  loadBalancerArn: string,
  context: OperationContext,
): boolean {
  const place = findTargetPlace(context.cloud, targetGroup, target);
  if (!place) return false;
  if (place.availabilityZoneId === undefined) return true;
  const nodes = context.cloud.loadBalancers.find(loadBalancerArn)?.nodes ?? [];
  return nodes.some((node) => node.availabilityZoneId === place.availabilityZoneId);
}

function checkedHealth(targetGroup: TargetGroup, target: Target, context: OperationContext): TargetHealth {
  const { state, reason, description } = context.world.targetHealth(
    targetGroup.targetGroupArn,
    target.id,
    target.port,
  );
  if (state === 'healthy') return { State: 'healthy' };
  if (state === 'unhealthy') {
    return {
      State: 'unhealthy',
      Reason: (reason ?? 'Target.FailedHealthChecks') as TargetHealthReasonEnum,
      Description: description ?? 'Health checks failed',
    };
  }
  return initial(context.world.isApplied(targetGroup.vpcId, targetGroup.generation));
}

function initial(isApplied: boolean): TargetHealth {
  const State: TargetHealthStateEnum = 'initial';
  if (isApplied) {
    return { State, Reason: 'Elb.InitialHealthChecking', Description: 'Initial health checks in progress' };
  }
  return { State, Reason: 'Elb.RegistrationInProgress', Description: 'Target registration is in progress' };
}

function showTarget(targetGroup: TargetGroup, target: Target, health: TargetHealth): TargetHealthDescription {
  const { port } = targetGroup.healthCheck;
  return {
    Target: { Id: target.id, Port: target.port, AvailabilityZone: target.availabilityZone },
    HealthCheckPort: port === 'traffic-port' ? String(target.port) : port,
    TargetHealth: health,
  };
}
