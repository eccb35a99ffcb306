// ListMetrics: which metrics there are. AWS: only those that have had a value within two weeks.

import type { DimensionFilter, ListMetricsInput, ListMetricsOutput } from '@aws-sdk/client-cloudwatch';
import { type Metric, metricKey, minuteOf } from '../../cloud/metric.ts';
import { checkConstraints } from '../constraint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { invalidParameterValue } from './errors.ts';

const largestPage = 500;
const twoWeeksMinutes = 14 * 24 * 60;
const recentMinutes = 3 * 60;

export function listMetrics(input: ListMetricsInput, context: OperationContext): ListMetricsOutput {
  acceptParameters(
    'ListMetrics',
    input,
    ...([
      'Namespace',
      'MetricName',
      'Dimensions',
      'NextToken',
      'RecentlyActive',
      'IncludeLinkedAccounts',
    ] as const),
  );
  const { Namespace, MetricName, Dimensions = [], NextToken, RecentlyActive } = input;
  if (input.IncludeLinkedAccounts) throw notBuilt('metrics of linked accounts');
  checkConstraints([
    { field: 'namespace', value: Namespace, min: 1, max: 255 },
    { field: 'metricName', value: MetricName, min: 1, max: 255 },
    { field: 'dimensions', value: Dimensions, max: 10 },
    { field: 'recentlyActive', value: RecentlyActive, values: ['PT3H'] },
  ]);
  const since = minuteOf(context.now) - (RecentlyActive ? recentMinutes : twoWeeksMinutes);
  const isMeant = (metric: Metric) =>
    (Namespace === undefined || metric.namespace === Namespace) &&
    (MetricName === undefined || metric.metricName === MetricName) &&
    Dimensions.every((filter) => hasDimension(metric, filter));
  const { accountId, region, world } = context;
  const after = NextToken === undefined ? undefined : readToken(NextToken);
  const page = Iterator.from(world.metrics.list(accountId, region, since, after))
    .filter(isMeant)
    .take(largestPage + 1)
    .toArray();
  const shown = page.slice(0, largestPage);
  return {
    Metrics: shown.map(showMetric),
    ...(page.length > shown.length && {
      NextToken: Buffer.from(metricKey(shown.at(-1)!)).toString('base64url'),
    }),
  };
}

/** The key of the last metric that was shown. */
function readToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString();
  if (!/^\[".*\]$/s.test(key)) throw invalidParameterValue('Request Token is invalid');
  return key;
}

function hasDimension({ dimensions }: Metric, { Name, Value }: DimensionFilter): boolean {
  return dimensions.some(([name, value]) => name === Name && (Value === undefined || value === Value));
}

const showMetric = ({ namespace, metricName, dimensions }: Metric) => ({
  Namespace: namespace,
  MetricName: metricName,
  Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
});
