// The refusals of Organizations, in AWS's words. Some carry a reason beside the message.

import { AwsError } from '../../aws/aws-error.ts';
import { JsonError } from '../../aws/aws-json.ts';

export function organizationsNotInUse(): AwsError {
  return new AwsError(
    'AWSOrganizationsNotInUseException',
    'Your account is not a member of an organization.',
  );
}

export function alreadyInOrganization(): AwsError {
  return new AwsError(
    'AlreadyInOrganizationException',
    'The provided account is already a member of an organization.',
  );
}

/** For what only another account may do. */
export function accessDenied(): AwsError {
  return new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
}

export function accountNotFound(): AwsError {
  return new AwsError('AccountNotFoundException', "You specified an account that doesn't exist.");
}

export function childNotFound(): AwsError {
  return new AwsError(
    'ChildNotFoundException',
    "We can't find an organizational unit (OU) or AWS account with the ChildId that you specified.",
  );
}

export function masterCannotLeave(): AwsError {
  return new AwsError(
    'MasterCannotLeaveOrganizationException',
    "You can't remove a management account from an organization. If you want the management account to become a member account in another organization, you must first delete the current organization of the management account.",
  );
}

export function organizationNotEmpty(): AwsError {
  return new AwsError(
    'OrganizationNotEmptyException',
    'To delete an organization you must first remove all member accounts (except the master).',
  );
}

export function handshakeNotFound(): AwsError {
  return new AwsError(
    'HandshakeNotFoundException',
    "We can't find a handshake with the HandshakeId that you specified.",
  );
}

export function handshakeAlreadyInState(): AwsError {
  return new AwsError(
    'HandshakeAlreadyInStateException',
    'The specified handshake is already in the requested state.',
  );
}

export function invalidHandshakeTransition(): AwsError {
  return new AwsError(
    'InvalidHandshakeTransitionException',
    "You can't perform the operation on the handshake in its current state.",
  );
}

export function duplicateHandshake(): AwsError {
  return new AwsError(
    'DuplicateHandshakeException',
    'A handshake with the same action and target already exists.',
  );
}

export function invitedIsMember(): AwsError {
  return new JsonError(
    'HandshakeConstraintViolationException',
    'The invited account is already a member of the organization.',
    { Reason: 'ALREADY_IN_AN_ORGANIZATION' },
  );
}

const invalidInputTexts = {
  INPUT_REQUIRED: 'You must include a value for all required parameters.',
  INVALID_ENUM: 'You specified an invalid value.',
  INVALID_NEXT_TOKEN:
    'Get the value for the NextToken parameter from the response to a previous call of the operation.',
  INVALID_PARTY_TYPE_TARGET:
    'You specified the wrong type of entity (account, organization, or email) as a party.',
  INVALID_PATTERN: 'You provided a value that does not match the required pattern.',
  MAX_LENGTH_EXCEEDED: 'You provided a string parameter that is longer than allowed.',
  MAX_VALUE_EXCEEDED: 'You provided a numeric parameter that has a larger value than allowed.',
  MIN_VALUE_EXCEEDED: 'You provided a numeric parameter that has a smaller value than allowed.',
};

export function invalidInput(Reason: keyof typeof invalidInputTexts): AwsError {
  return new JsonError('InvalidInputException', invalidInputTexts[Reason], { Reason });
}
