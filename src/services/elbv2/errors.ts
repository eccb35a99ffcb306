// ELBv2's refusals in AWS's own codes and words, to be thrown by operations.

import { AwsError } from '../../aws/aws-error.ts';

/** `validationError("'x' is not a valid load balancer ARN")` */
export function validationError(text: string): AwsError {
  return new AwsError('ValidationError', text);
}

/** @param name the parameter as requests spell it: `Name` */
export function requireParameter<T>(name: string, value: T | undefined): T {
  if (value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)) return value;
  const field = name.charAt(0).toLowerCase() + name.slice(1);
  throw validationError(
    `1 validation error detected: Value null at '${field}' failed to satisfy constraint: Member must not be null`,
  );
}

export function requireRange(name: string, value: number, minimum: number, maximum: number): number {
  if (Number.isInteger(value) && minimum <= value && value <= maximum) return value;
  const field = name.charAt(0).toLowerCase() + name.slice(1);
  const bound =
    value > maximum
      ? `Member must have value less than or equal to ${maximum}`
      : `Member must have value greater than or equal to ${minimum}`;
  throw validationError(
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: ${bound}`,
  );
}

export function invalidConfiguration(text: string): AwsError {
  return new AwsError('InvalidConfigurationRequest', text);
}

// Not there, or not the caller's: AWS does not tell the two apart.

export function loadBalancerNotFound(): AwsError {
  return new AwsError('LoadBalancerNotFound', 'One or more load balancers not found');
}

export function targetGroupNotFound(): AwsError {
  return new AwsError('TargetGroupNotFound', 'One or more target groups not found');
}

export function listenerNotFound(): AwsError {
  return new AwsError('ListenerNotFound', 'One or more listeners not found');
}

export function subnetNotFound(subnetId: string): AwsError {
  return new AwsError('SubnetNotFound', `The subnet ID '${subnetId}' does not exist`);
}

export function securityGroupNotFound(groupId: string): AwsError {
  return new AwsError('InvalidSecurityGroup', `The security group '${groupId}' does not exist`);
}

export function vpcNotFound(vpcId: string): AwsError {
  return validationError(`The VPC ID '${vpcId}' is not found`);
}

export function invalidTarget(text: string): AwsError {
  return new AwsError('InvalidTarget', text);
}

// The cloud as it stands does not allow it.

export function duplicateName(noun: 'load balancer' | 'target group', name: string): AwsError {
  const code = noun === 'load balancer' ? 'DuplicateLoadBalancerName' : 'DuplicateTargetGroupName';
  return new AwsError(code, `A ${noun} with the same name '${name}' exists, but with different settings`);
}

export function resourceInUse(text: string): AwsError {
  return new AwsError('ResourceInUse', text);
}

export function operationNotPermitted(text: string): AwsError {
  return new AwsError('OperationNotPermitted', text);
}

export function duplicateListener(loadBalancerArn: string): AwsError {
  return new AwsError(
    'DuplicateListener',
    `A listener already exists on this port for this load balancer '${loadBalancerArn}'`,
  );
}

export function incompatibleProtocols(
  targetGroupArn: string,
  listener: string,
  targetGroup: string,
): AwsError {
  return new AwsError(
    'IncompatibleProtocols',
    `The listener and its associated target group '${targetGroupArn}' have incompatible protocols: '${listener}' and '${targetGroup}'`,
  );
}

export function targetGroupAssociationLimit(targetGroupArn: string): AwsError {
  return new AwsError(
    'TargetGroupAssociationLimit',
    `The following target groups cannot be associated with more than one load balancer: ${targetGroupArn}`,
  );
}

/** `limitExceeded('TooManyTags', 'The maximum number of tags has been exceeded')` */
export function limitExceeded(code: string, text: string): AwsError {
  return new AwsError(code, text);
}
