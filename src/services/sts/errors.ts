// STS's refusals in AWS's own codes and words, to be thrown by operations.

import { AwsError } from '../../aws/aws-error.ts';

export function validationError(text: string): AwsError {
  return new AwsError('ValidationError', text);
}

export function accessDenied(text: string): AwsError {
  return new AwsError('AccessDenied', text, 403);
}

export function malformedPolicyDocument(text: string): AwsError {
  return new AwsError('MalformedPolicyDocument', text);
}

export function packedPolicyTooLarge(percent: number): AwsError {
  return new AwsError(
    'PackedPolicyTooLarge',
    `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
  );
}

export function invalidAuthorizationMessage(): AwsError {
  return new AwsError('InvalidAuthorizationMessageException', 'Message is not valid');
}

export function invalidAccessKey(): AwsError {
  return new AwsError('InvalidClientTokenId', 'The access key ID provided is not valid.', 403);
}
