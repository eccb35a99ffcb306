// The IAM instance profile that a request names, by name or by ARN: one of the caller's account.

import type {
  IamInstanceProfileSpecification,
  IamInstanceProfile as ProfileShape,
} from '@aws-sdk/client-ec2';
import type { IamInstanceProfile } from '../../cloud/iam.ts';
import type { Instance } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from './errors.ts';

/** AWS: a profile without a role may be named; it gives no credentials. */
export function readInstanceProfile(
  { cloud, accountId }: OperationContext,
  specification: IamInstanceProfileSpecification,
): IamInstanceProfile {
  acceptParameters('IamInstanceProfile', specification, 'Name', 'Arn');
  const { Name: name, Arn: arn } = specification;
  if (name && arn) {
    throw invalidParameterCombination(
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    );
  }
  if (!name && !arn) throw missingParameter('iamInstanceProfile.name');
  const profile = cloud.iamInstanceProfiles
    .all()
    .filter((candidate) => candidate.accountId === accountId)
    .find((candidate) => (arn ? candidate.arn === arn : candidate.instanceProfileName === name));
  if (profile) return profile;
  throw invalidParameterValue(
    arn
      ? `Value (${arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`
      : `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
  );
}

/** What an instance keeps of its profile. */
export function associateProfile(
  { newId, now }: OperationContext,
  { arn }: IamInstanceProfile,
): NonNullable<Instance['iamInstanceProfile']> {
  return { associationId: newId('iip-assoc'), arn, associatedAt: now.toISOString() };
}

/** A profile that IAM has deleted meanwhile has no id any more. */
export function showInstanceProfile({ cloud }: OperationContext, arn: string): ProfileShape {
  const id = cloud.iamInstanceProfiles.find(arn)?.instanceProfileId;
  return { Arn: arn, ...(id && { Id: id }) };
}
