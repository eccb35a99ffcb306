// Targets of a target group: where they are and whether they still count.
// A deregistered target drains: it gets no new flows and stays listed until the group's delay has passed.

import { cidrContains, type Ipv4 } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import type { InstanceId } from './id.ts';
import type { Target, TargetGroup } from './load-balancer.ts';
import { targetGroupAttributes } from './load-balancer-attribute.ts';
import type { Subnet } from './vpc.ts';

function deregistrationDelaySeconds(targetGroup: TargetGroup): number {
  return Number(targetGroupAttributes(targetGroup)['deregistration_delay.timeout_seconds']);
}

/** Deregistered, and the delay has not passed yet. */
export function isDraining(target: Target, delaySeconds: number, now: Date): boolean {
  if (target.deregisteredAt === undefined) return false;
  return now.getTime() < Date.parse(target.deregisteredAt) + delaySeconds * 1000;
}

/**
 * The group's targets as of now, draining ones among them.
 * AWS: an instance that is terminated is deregistered by AWS itself.
 */
export function currentTargets(cloud: Cloud, targetGroup: TargetGroup, now: Date): Target[] {
  const delaySeconds = deregistrationDelaySeconds(targetGroup);
  return targetGroup.targets.filter((target) => {
    if (target.deregisteredAt !== undefined && !isDraining(target, delaySeconds, now)) return false;
    if (targetGroup.targetType === 'ip') return true;
    const instance = cloud.instances.find(target.id);
    return instance !== undefined && instance.desiredState !== 'terminated';
  });
}

export interface TargetPlace {
  address: Ipv4;
  /** Both absent for an address outside the VPC (`AvailabilityZone=all`): it counts as in every zone. */
  availabilityZone?: string;
  availabilityZoneId?: string;
}

/**
 * Where packets for a target go. Undefined: its instance is gone or was never in this VPC.
 * @param subnets those of the VPC at least: who has them sorted hands over few
 */
export function findTargetPlace(
  cloud: Cloud,
  targetGroup: TargetGroup,
  target: Target,
  subnets: Iterable<Subnet> = cloud.subnets.all(),
): TargetPlace | undefined {
  if (targetGroup.targetType === 'ip') return placeOfAddress(subnets, targetGroup, target);
  const instance = cloud.instances.find(target.id as InstanceId);
  const primaryId = instance?.networkInterfaceIds[0];
  const networkInterface = primaryId && cloud.networkInterfaces.find(primaryId);
  if (!networkInterface || networkInterface.vpcId !== targetGroup.vpcId) return undefined;
  return {
    address: networkInterface.privateIpAddress,
    availabilityZone: networkInterface.availabilityZone,
    availabilityZoneId: networkInterface.availabilityZoneId,
  };
}

function placeOfAddress(subnets: Iterable<Subnet>, targetGroup: TargetGroup, target: Target): TargetPlace {
  const subnet = Iterator.from(subnets).find(
    ({ vpcId, cidrBlock }) => vpcId === targetGroup.vpcId && cidrContains(cidrBlock, target.id),
  );
  if (!subnet) return { address: target.id };
  const { availabilityZone, availabilityZoneId } = subnet;
  return { address: target.id, availabilityZone, availabilityZoneId };
}
