// EC2's refusals in AWS's own codes and words: one small function each, to be thrown by operations.
// Clients match on the code and often on the text, so both are written here and nowhere else.

import { AwsError } from '../../aws/aws-error.ts';
import { isIdOf } from '../../cloud/id.ts';

/** `checkId('vpc', vpcId, 'InvalidVpcID.Malformed')` throws unless the text has the shape of such an id. */
export function checkId(prefix: string, id: string, code: string): void {
  if (!isIdOf(prefix, id)) throw malformedId(prefix, id, code);
}

function malformedId(prefix: string, id: string, code: string): AwsError {
  return new AwsError(code, `Invalid id: "${id}" (expecting "${prefix}-...")`);
}

// Not there, or not the caller's: AWS does not tell the two apart.

export function vpcNotFound(vpcId: string): AwsError {
  return new AwsError('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`);
}

export function subnetNotFound(subnetId: string): AwsError {
  return new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`);
}

export function groupNotFound(groupId: string): AwsError {
  return new AwsError('InvalidGroup.NotFound', `The security group '${groupId}' does not exist`);
}

export function securityGroupRuleNotFound(securityGroupRuleId: string): AwsError {
  return new AwsError(
    'InvalidSecurityGroupRuleId.NotFound',
    `The security group rule ID '${securityGroupRuleId}' does not exist`,
  );
}

export function routeTableNotFound(routeTableId: string): AwsError {
  return new AwsError('InvalidRouteTableID.NotFound', `The routeTable ID '${routeTableId}' does not exist`);
}

export function associationNotFound(associationId: string): AwsError {
  return new AwsError(
    'InvalidAssociationID.NotFound',
    `The association ID '${associationId}' does not exist`,
  );
}

export function networkAclNotFound(networkAclId: string): AwsError {
  return new AwsError('InvalidNetworkAclID.NotFound', `The networkAcl ID '${networkAclId}' does not exist`);
}

/** AWS: the code has no s where the parameter has one. */
export function dhcpOptionsNotFound(dhcpOptionsId: string): AwsError {
  return new AwsError('InvalidDhcpOptionID.NotFound', `The dhcpOption ID '${dhcpOptionsId}' does not exist`);
}

export function networkInterfaceNotFound(networkInterfaceId: string): AwsError {
  return new AwsError(
    'InvalidNetworkInterfaceID.NotFound',
    `The networkInterface ID '${networkInterfaceId}' does not exist`,
  );
}

export function instanceNotFound(instanceId: string): AwsError {
  return new AwsError('InvalidInstanceID.NotFound', `The instance ID '${instanceId}' does not exist`);
}

export function vpcPeeringConnectionNotFound(vpcPeeringConnectionId: string): AwsError {
  return new AwsError(
    'InvalidVpcPeeringConnectionID.NotFound',
    `The vpcPeeringConnection ID '${vpcPeeringConnectionId}' does not exist`,
  );
}

export function internetGatewayNotFound(internetGatewayId: string): AwsError {
  return new AwsError(
    'InvalidInternetGatewayID.NotFound',
    `The internetGateway ID '${internetGatewayId}' does not exist`,
  );
}

export function natGatewayNotFound(natGatewayId: string): AwsError {
  return new AwsError('NatGatewayNotFound', `The Nat Gateway ${natGatewayId} was not found`);
}

export function allocationNotFound(allocationId: string): AwsError {
  return new AwsError('InvalidAllocationID.NotFound', `The allocation ID '${allocationId}' does not exist`);
}

/** AWS: all of them at once. */
export function flowLogsNotFound(flowLogIds: string[]): AwsError {
  return new AwsError(
    'InvalidFlowLogId.NotFound',
    `These flow log ids in the input list are not found: [TotalCount: ${flowLogIds.length}] ${flowLogIds.join(' ')}`,
  );
}

export function flowLogAlreadyExists(): AwsError {
  return new AwsError(
    'FlowLogAlreadyExists',
    'Error. There is an existing Flow Log with the same configuration and log destination.',
  );
}

export function customerGatewayNotFound(customerGatewayId: string): AwsError {
  return new AwsError(
    'InvalidCustomerGatewayID.NotFound',
    `The customerGateway ID '${customerGatewayId}' does not exist`,
  );
}

export function vpnGatewayNotFound(vpnGatewayId: string): AwsError {
  return new AwsError('InvalidVpnGatewayID.NotFound', `The vpnGateway ID '${vpnGatewayId}' does not exist`);
}

export function vpnConnectionNotFound(vpnConnectionId: string): AwsError {
  return new AwsError(
    'InvalidVpnConnectionID.NotFound',
    `The vpnConnection ID '${vpnConnectionId}' does not exist`,
  );
}

/** AWS: DescribePrefixLists has a code of its own. */
export function prefixListNotFound(prefixListId: string): AwsError {
  return new AwsError('InvalidPrefixListID.NotFound', `The prefix list ID '${prefixListId}' does not exist`);
}

// AWS: the operations on transit gateways have a wording of their own, and CreateRoute keeps the usual one.

export function transitGatewayNotFound(transitGatewayId: string): AwsError {
  return goneOrNone('InvalidTransitGatewayID.NotFound', 'Transit Gateway', transitGatewayId);
}

export function transitGatewayAttachmentNotFound(attachmentId: string): AwsError {
  return goneOrNone('InvalidTransitGatewayAttachmentID.NotFound', 'Transit Gateway Attachment', attachmentId);
}

export function transitGatewayVpcAttachmentNotFound(attachmentId: string): AwsError {
  const noun = 'Transit Gateway VPC Attachment';
  return goneOrNone('InvalidTransitGatewayAttachmentID.NotFound', noun, attachmentId);
}

export function transitGatewayRouteTableNotFound(routeTableId: string): AwsError {
  return goneOrNone('InvalidRouteTableID.NotFound', 'Transit Gateway Route Table', routeTableId);
}

export function goneOrNone(code: string, noun: string, id: string): AwsError {
  return new AwsError(code, `${noun} ${id} was deleted or does not exist.`);
}

// Network Insights. AWS: its codes are known, its sentences are ours.

export function networkInsightsPathNotFound(id: string): AwsError {
  return new AwsError(
    'InvalidNetworkInsightsPathId.NotFound',
    `The networkInsightsPath ID '${id}' does not exist`,
  );
}

export function networkInsightsAnalysisNotFound(id: string): AwsError {
  return new AwsError(
    'InvalidNetworkInsightsAnalysisId.NotFound',
    `The networkInsightsAnalysis ID '${id}' does not exist`,
  );
}

export function networkInsightsEndNotFound(end: 'source' | 'destination', id: string): AwsError {
  const code = end === 'source' ? 'NetworkInsightsSource.NotFound' : 'NetworkInsightsDestination.NotFound';
  return new AwsError(code, `The ${end} '${id}' does not exist`);
}

export function analysisExists(networkInsightsPathId: string): AwsError {
  return new AwsError(
    'AnalysisExistsForNetworkInsightsPath',
    `The path '${networkInsightsPathId}' has analyses and cannot be deleted.`,
  );
}

// The request as it stands makes no sense.

export function missingParameter(name: string): AwsError {
  return new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
}

/** The parameter's value, or the refusal of a request without it. */
export function requireParameter<T>(name: string, value: T | undefined): T {
  if (value === undefined || value === '') throw missingParameter(name);
  return value;
}

export function invalidParameterValue(text: string): AwsError {
  return new AwsError('InvalidParameterValue', text);
}

export function invalidParameter(text: string): AwsError {
  return new AwsError('InvalidParameter', text);
}

export function invalidParameterCombination(text: string): AwsError {
  return new AwsError('InvalidParameterCombination', text);
}

export function idempotentParameterMismatch(clientToken: string): AwsError {
  return new AwsError(
    'IdempotentParameterMismatch',
    `Request token '${clientToken}' was used with different parameters in an earlier request.`,
  );
}

// The cloud as it stands does not allow it.

/** `dependencyViolation("The vpc 'vpc-…' has dependencies and cannot be deleted.")` */
export function dependencyViolation(text: string): AwsError {
  return new AwsError('DependencyViolation', text);
}

/** AWS: two wordings, by noun: `The subnet 'subnet-…' has dependencies and cannot be deleted.` */
export function hasDependencies(noun: string, id: string): AwsError {
  return dependencyViolation(`The ${noun} '${id}' has dependencies and cannot be deleted.`);
}

/** The other wording: `resource sg-… has a dependent object`. */
export function hasDependentObject(id: string): AwsError {
  return dependencyViolation(`resource ${id} has a dependent object`);
}

export function operationNotPermitted(text: string): AwsError {
  return new AwsError('OperationNotPermitted', text);
}

/** `limitExceeded('SubnetLimitExceeded', 'The maximum number of subnets has been reached.')` */
export function limitExceeded(code: string, text: string): AwsError {
  return new AwsError(code, text);
}

/** AWS: what is attached to one thing already, in the words of the operation that asked for more. */
export function alreadyAssociated(text: string): AwsError {
  return new AwsError('Resource.AlreadyAssociated', text);
}

/** A gateway that is not where it was said to be, or a network without one. */
export function gatewayNotAttached(text: string): AwsError {
  return new AwsError('Gateway.NotAttached', text);
}

/** Something else still needs it: `The customer gateway is in use.` */
export function incorrectState(text: string): AwsError {
  return new AwsError('IncorrectState', text);
}

/** What is AWS's, though it is in the caller's account. */
export function notYours(): AwsError {
  return new AwsError('AuthFailure', 'You do not have permission to access the specified resource.', 401);
}

/** A table holds one endpoint route per service. */
export function routeAlreadyExists(routeTableId: string, prefixListId: string): AwsError {
  return new AwsError(
    'RouteAlreadyExists',
    `route table ${routeTableId} already has a route with destination-prefix-list-id ${prefixListId}`,
  );
}

// PrivateLink.

export function vpcEndpointNotFound(vpcEndpointId: string): AwsError {
  return new AwsError(
    'InvalidVpcEndpointId.NotFound',
    `The Vpc Endpoint Id '${vpcEndpointId}' does not exist`,
  );
}

export function endpointServiceNotFound(serviceId: string): AwsError {
  return new AwsError(
    'InvalidVpcEndpointServiceId.NotFound',
    `The VpcEndpointService Id '${serviceId}' does not exist`,
  );
}

/** AWS: the same words for a service that is not there and for one that the caller may not see. */
export function serviceNameNotFound(serviceName: string): AwsError {
  return new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${serviceName}' does not exist`);
}

export function invalidState(text: string): AwsError {
  return new AwsError('InvalidState', text);
}
