// ListMetrics: which metrics there are. AWS: only those that have had a value within two weeks.

import type { DimensionFilter, ListMetricsInput, ListMetricsOutput } from '@aws-sdk/client-cloudwatch';
import { type Metric, metricKey, minuteOf } from '../../cloud/metric.ts';
import { findPageStart, formatPageToken, parsePageToken } from '../../lib/page-token.ts';
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
  const metrics = context.world.metrics
    .list(context.accountId, context.region, since)
    .filter(({ namespace }) => Namespace === undefined || namespace === Namespace)
    .filter(({ metricName }) => MetricName === undefined || metricName === MetricName)
    .filter((metric) => Dimensions.every((filter) => hasDimension(metric, filter)));
  const position = NextToken === undefined ? undefined : parsePageToken(NextToken);
  if (NextToken !== undefined && !position) throw invalidParameterValue('Request Token is invalid');
  const start = position ? findPageStart(metrics, position, metricKey) : 0;
  const end = start + largestPage;
  return {
    Metrics: metrics.slice(start, end).map(showMetric),
    ...(end < metrics.length && { NextToken: formatPageToken(metrics, end, metricKey) }),
  };
}

function hasDimension({ dimensions }: Metric, { Name, Value }: DimensionFilter): boolean {
  return dimensions.some(([name, value]) => name === Name && (Value === undefined || value === Value));
}

const showMetric = ({ namespace, metricName, dimensions }: Metric) => ({
  Namespace: namespace,
  MetricName: metricName,
  Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
});
