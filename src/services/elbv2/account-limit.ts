// What one account may have, as far as it concerns network load balancers.
// DIFFERS: account-quotas of these only listeners per load balancer and targets per target group are enforced.

import type {
  DescribeAccountLimitsInput,
  DescribeAccountLimitsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { paginate } from './pagination.ts';

const limits: Record<string, number> = {
  'network-load-balancers': 50,
  'network-load-balancer-enis-per-vpc': 1200,
  'target-groups': 3000,
  'targets-per-network-load-balancer': 3000,
  'targets-per-availability-zone-per-network-load-balancer': 500,
  'listeners-per-network-load-balancer': 50,
  'targets-per-target-group': 1000,
};

export function describeAccountLimits(
  input: DescribeAccountLimitsInput,
  _context: OperationContext,
): DescribeAccountLimitsOutput {
  acceptParameters('DescribeAccountLimits', input, 'Marker', 'PageSize');
  const { page, NextMarker } = paginate(Object.entries(limits), input, ([name]) => name);
  return { Limits: page.map(([Name, max]) => ({ Name, Max: String(max) })), NextMarker };
}
