// How an instance of a burstable type pays for its processor: always as AWS's default for the type has it.
// DIFFERS: instance-type-sizes nobody counts the credits, so that in truth no instance ever runs out of them.

import type {
  DescribeInstanceCreditSpecificationsRequest,
  DescribeInstanceCreditSpecificationsResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Instance } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { selectInstances } from './instance.ts';
import { cpuCreditsOf } from './instance-type.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';

const fields: FilterFields<Instance> = { 'instance-id': (instance) => instance.instanceId };

export function describeInstanceCreditSpecifications(
  input: DescribeInstanceCreditSpecificationsRequest,
  context: OperationContext,
): DescribeInstanceCreditSpecificationsResult {
  const { InstanceIds: ids = [] } = input;
  const page = ['MaxResults', 'NextToken'] as const;
  acceptParameters('DescribeInstanceCreditSpecifications', input, 'InstanceIds', 'Filters', ...page);
  refuseIdsWithMaxResults('InstanceIds', ids, input.MaxResults);
  const selected = selectInstances(context, ids);
  for (const { instanceId, instanceType } of ids.length > 0 ? selected : []) {
    if (cpuCreditsOf(instanceType)) continue;
    throw new AwsError(
      'InstanceCreditSpecification.NotSupported',
      `The instance '${instanceId}' is not a burstable performance instance.`,
    );
  }
  // AWS: who names no instance is told of the `unlimited` ones only.
  const meant = ids.length > 0 ? selected : selected.filter(isUnlimited);
  const matching = applyFilters(meant, input.Filters, fields, () => ({}));
  const { page: shown, nextToken } = paginate(matching, input, undefined, (instance) => instance.instanceId);
  return {
    InstanceCreditSpecifications: shown.map((instance) => ({
      InstanceId: instance.instanceId,
      CpuCredits: cpuCreditsOf(instance.instanceType),
    })),
    ...(nextToken && { NextToken: nextToken }),
  };
}

function isUnlimited({ instanceType }: Instance): boolean {
  return cpuCreditsOf(instanceType) === 'unlimited';
}
