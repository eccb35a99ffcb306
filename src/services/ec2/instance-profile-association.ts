// Which instance has which IAM instance profile, to be asked for only: there is no IAM here, so none has any.

import type {
  DescribeIamInstanceProfileAssociationsRequest,
  DescribeIamInstanceProfileAssociationsResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkListing } from './absent-resource.ts';

export function describeIamInstanceProfileAssociations(
  input: DescribeIamInstanceProfileAssociationsRequest,
  _context: OperationContext,
): DescribeIamInstanceProfileAssociationsResult {
  acceptParameters(
    'DescribeIamInstanceProfileAssociations',
    input,
    'AssociationIds',
    'Filters',
    'MaxResults',
    'NextToken',
  );
  checkListing(input, ['instance-id', 'state']);
  const named = input.AssociationIds?.[0];
  if (named !== undefined) {
    throw new AwsError('InvalidAssociationID.NotFound', `An invalid association-id of '${named}' was given`);
  }
  return { IamInstanceProfileAssociations: [] };
}
