// The refusals of Route 53 Resolver.
// DIFFERS: error-texts-of-resolver-and-direct-connect AWS publishes none. The texts with a number are AWS's; the others are ours.

import type { AwsError } from '../../aws/aws-error.ts';
import { JsonError } from '../../aws/aws-json.ts';

export function invalidRequest(message: string): AwsError {
  return new JsonError('InvalidRequestException', message, {});
}

export function invalidParameter(FieldName: string, message: string): AwsError {
  return new JsonError('InvalidParameterException', message, { FieldName });
}

export function invalidNextToken(): AwsError {
  return new JsonError('InvalidNextTokenException', "The specified NextToken isn't valid.", {});
}

export function endpointNotFound(id: string): AwsError {
  return notFound('resolver-endpoint', `[RSLVR-00601] Resolver endpoint with ID "${id}" does not exist.`);
}

export function resourceNotFound(arn: string): AwsError {
  return notFound('resource', `The resource "${arn}" does not exist.`);
}

export function endpointExists(creatorRequestId: string): AwsError {
  const text = `Resolver Endpoint with creator request id ${creatorRequestId} already exists`;
  return new JsonError('ResourceExistsException', text, { ResourceType: 'resolver-endpoint' });
}

export function endpointHasRules(rules: string[]): AwsError {
  return invalidRequest(
    `[RSLVR-00600] Cannot delete resolver endpoint unless its related resolver rules are deleted. The following rules still exist for this resolver endpoint: ${rules.join(', ')}`,
  );
}

export function ruleNotFound(id: string): AwsError {
  return notFound('resolver-rule', `[RSLVR-00703] Resolver rule with ID "${id}" does not exist.`);
}

export function associationNotFound(named: string): AwsError {
  return notFound('resolver-rule-association', `Resolver rule association ${named} does not exist.`);
}

export function ruleExists(creatorRequestId: string): AwsError {
  const text = `Resolver Rule with creator request id ${creatorRequestId} already exists`;
  return new JsonError('ResourceExistsException', text, { ResourceType: 'resolver-rule' });
}

export function associationExists(resolverRuleId: string, vpcId: string): AwsError {
  const text = `[RSLVR-00704] Resolver rule "${resolverRuleId}" is already associated with VPC "${vpcId}".`;
  return new JsonError('ResourceExistsException', text, { ResourceType: 'resolver-rule-association' });
}

export function ruleInUse(): AwsError {
  return new JsonError(
    'ResourceInUseException',
    'Please disassociate this resolver rule from VPC first before deleting',
    { ResourceType: 'resolver-rule' },
  );
}

export function addressExists(ip: string): AwsError {
  const text = `The IP address "${ip}" is already in use.`;
  return new JsonError('ResourceExistsException', text, { ResourceType: 'ip-address' });
}

export function tooFewAddresses(): AwsError {
  return invalidRequest('[RSLVR-00400] Resolver endpoint need to have at least 2 IP addresses.');
}

export function addressOutside(ip: string): AwsError {
  return invalidParameter(
    'Ip',
    `[RSLVR-00405] IP address "${ip}" is not in subnet CIDR range or is reserved.`,
  );
}

export function malformedGroupId(groupId: string): AwsError {
  return invalidParameter(
    'SecurityGroupIds',
    `[RSLVR-00408] Malformed security group ID: "Invalid id: "${groupId}" (expecting "sg-...")".`,
  );
}

export function addressNotNamed(): AwsError {
  return invalidRequest(
    '[RSLVR-00503] Need to specify either the IP ID or both subnet and IP address in order to remove IP address.',
  );
}

function notFound(ResourceType: string, message: string): AwsError {
  return new JsonError('ResourceNotFoundException', message, { ResourceType });
}
