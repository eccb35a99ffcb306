// The refusals of Direct Connect: nearly all have one code, and what is wrong is in the text.
// DIFFERS: error-texts-of-resolver-and-direct-connect AWS publishes none. What its clients look for ("Could not find Connection
// with ID", "does not exist") is AWS's, and so are the texts about addresses; the others are ours.

import { AwsError } from '../../aws/aws-error.ts';

export function clientError(message: string): AwsError {
  return new AwsError('DirectConnectClientException', message);
}

export function connectionNotFound(connectionId: string): AwsError {
  return clientError(`Could not find Connection with ID ${connectionId}`);
}

export function virtualInterfaceNotFound(virtualInterfaceId: string): AwsError {
  return clientError(`Virtual Interface ${virtualInterfaceId} does not exist.`);
}

export function gatewayNotFound(directConnectGatewayId: string): AwsError {
  return clientError(`Direct Connect Gateway ${directConnectGatewayId} does not exist.`);
}

export function virtualGatewayNotFound(gatewayId: string): AwsError {
  return clientError(`Virtual Gateway ${gatewayId} does not exist.`);
}

export function associationNotFound(named: string): AwsError {
  return clientError(`Direct Connect Gateway Association ${named} does not exist.`);
}

export function missing(name: string): AwsError {
  return clientError(`${name} is required.`);
}

export function tooManyTags(): AwsError {
  return new AwsError(
    'TooManyTagsException',
    'You have reached the limit on the number of tags that can be assigned.',
  );
}

export function duplicateTagKeys(): AwsError {
  return new AwsError('DuplicateTagKeysException', 'A tag key was specified more than once.');
}
