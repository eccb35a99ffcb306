// IAM's refusals in AWS's own codes and words, to be thrown by operations.

import { AwsError } from '../../aws/aws-error.ts';

export function validationError(text: string): AwsError {
  return new AwsError('ValidationError', text);
}

export function invalidInput(text: string): AwsError {
  return new AwsError('InvalidInput', text);
}

/** `accessDenied('User: arn:… is not authorized to perform: iam:PassRole on resource: arn:…')` */
export function accessDenied(text: string): AwsError {
  return new AwsError('AccessDenied', text, 403);
}

export function malformedPolicyDocument(text: string): AwsError {
  return new AwsError('MalformedPolicyDocument', text);
}

// Not there, or another account's: AWS does not tell the two apart.

function noSuchEntity(text: string): AwsError {
  return new AwsError('NoSuchEntity', text, 404);
}

export const userNotFound = (name: string) => noSuchEntity(`The user with name ${name} cannot be found.`);

export const roleNotFound = (name: string) => noSuchEntity(`The role with name ${name} cannot be found.`);

export const instanceProfileNotFound = (name: string) =>
  noSuchEntity(`Instance Profile ${name} cannot be found.`);

export const inlinePolicyNotFound = (noun: 'user' | 'role', policyName: string) =>
  noSuchEntity(`The ${noun} policy with name ${policyName} cannot be found.`);

export const policyNotFound = (arn: string) => noSuchEntity(`Policy ${arn} was not found.`);

export const policyNotAttachable = (arn: string) =>
  noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);

export const boundaryNotAttachable = (arn: string) =>
  noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);

export const policyVersionNotFound = (arn: string, versionId: string) =>
  noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`);

export const accessKeyNotFound = (accessKeyId: string) =>
  noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`);

export const loginProfileNotFound = (userName: string) =>
  noSuchEntity(`Login Profile for User ${userName} cannot be found.`);

// The account as it stands does not allow it.

function entityAlreadyExists(text: string): AwsError {
  return new AwsError('EntityAlreadyExists', text, 409);
}

export const userExists = (name: string) => entityAlreadyExists(`User with name ${name} already exists.`);

export const roleExists = (name: string) => entityAlreadyExists(`Role with name ${name} already exists.`);

export const instanceProfileExists = (name: string) =>
  entityAlreadyExists(`Instance Profile ${name} already exists.`);

export const policyExists = (name: string) =>
  entityAlreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);

/** `deleteConflict('Cannot delete entity, must detach all policies first.')` */
export function deleteConflict(text: string): AwsError {
  return new AwsError('DeleteConflict', text, 409);
}

export function limitExceeded(text: string): AwsError {
  return new AwsError('LimitExceeded', text, 409);
}

/** @param quota AWS's own name of it: `AccessKeysPerUser` */
export function checkQuota(quota: string, limit: number, count: number): void {
  if (count > limit) throw limitExceeded(`Cannot exceed quota for ${quota}: ${limit}`);
}
