// Volumes, to be asked for only: there are none.
// DIFFERS: instance-has-no-volumes the root disk lives as an EBS volume does, but is none to describe.

import type { DescribeVolumesRequest, DescribeVolumesResult } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { isIdOf } from '../../cloud/id.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkListing } from './absent-resource.ts';
import { invalidParameterValue } from './errors.ts';

const filterNames = [
  ...['attach-time', 'delete-on-termination', 'device', 'instance-id', 'status'].map(
    (name) => `attachment.${name}`,
  ),
  ...['availability-zone', 'availability-zone-id', 'create-time', 'encrypted', 'fast-restored'],
  ...['multi-attach-enabled', 'operator.managed', 'operator.principal', 'size', 'snapshot-id', 'status'],
  ...['volume-id', 'volume-type'],
];

export function describeVolumes(
  input: DescribeVolumesRequest,
  _context: OperationContext,
): DescribeVolumesResult {
  acceptParameters('DescribeVolumes', input, 'VolumeIds', 'Filters', 'MaxResults', 'NextToken');
  checkListing(input, filterNames);
  const ids = input.VolumeIds ?? [];
  // AWS: the one kind of id whose shape is refused in these words.
  const malformed = ids.find((id) => !isIdOf('vol', id));
  if (malformed !== undefined) {
    throw invalidParameterValue(
      `Value (${malformed}) for parameter volumes is invalid. Expected: 'vol-...'.`,
    );
  }
  if (ids.length > 0) throw new AwsError('InvalidVolume.NotFound', `The volume '${ids[0]}' does not exist.`);
  return { Volumes: [] };
}
