// GetMetricStatistics: several statistics of one metric, unordered on AWS, in the order of time here.

import type {
  Datapoint,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
} from '@aws-sdk/client-cloudwatch';
import { checkConstraints } from '../constraint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { invalidParameterCombination, invalidParameterValue } from './errors.ts';
import {
  isPeriod,
  type PeriodStatistics,
  readDimensions,
  readPeriods,
  roundStart,
  type Statistic,
  statisticOf,
  statistics,
} from './period.ts';

const mostDatapoints = 1440;

export function getMetricStatistics(
  input: GetMetricStatisticsInput,
  context: OperationContext,
): GetMetricStatisticsOutput {
  acceptParameters(
    'GetMetricStatistics',
    input,
    ...(['Namespace', 'MetricName', 'Dimensions', 'StartTime', 'EndTime', 'Period', 'Statistics'] as const),
    ...(['ExtendedStatistics', 'Unit'] as const),
  );
  const asked = checkStatistics(input);
  const range = checkRange(input, context.now);
  const metric = {
    namespace: input.Namespace!,
    metricName: input.MetricName!,
    dimensions: readDimensions(input.Dimensions),
  };
  const { unit, periods } = readPeriods(context, metric, range);
  // AWS: a unit is a filter; nothing is converted.
  const isOther = input.Unit !== undefined && input.Unit !== unit;
  return {
    Label: input.MetricName!,
    Datapoints: isOther ? [] : periods.map((period) => showDatapoint(period, asked, unit)),
  };
}

function checkStatistics({ Namespace, MetricName, ...input }: GetMetricStatisticsInput): Statistic[] {
  const { Statistics = [], ExtendedStatistics = [], Dimensions } = input;
  checkConstraints([
    { field: 'namespace', value: Namespace, min: 1, max: 255 },
    { field: 'metricName', value: MetricName, min: 1, max: 255 },
    { field: 'dimensions', value: Dimensions, max: 30 },
    ...Statistics.map((value, index) => ({
      field: `statistics.${index + 1}.member`,
      value,
      values: statistics,
    })),
  ]);
  if (ExtendedStatistics.length > 0) throw notBuilt('extended statistics, such as percentiles');
  if (Statistics.length === 0)
    throw invalidParameterCombination(
      'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
    );
  return Statistics as Statistic[];
}

function checkRange({ StartTime, EndTime, Period }: GetMetricStatisticsInput, now: Date) {
  const [end, periodSeconds] = [EndTime!, Period!];
  if (!isPeriod(periodSeconds)) throw invalidParameterValue('The parameter Period must be a multiple of 60.');
  if (StartTime!.getTime() === end.getTime())
    throw invalidParameterValue('The parameter StartTime must not equal parameter EndTime.');
  if (StartTime! > end)
    throw invalidParameterValue('The parameter StartTime must be less than the parameter EndTime.');
  const start = roundStart(StartTime!, now);
  const count = Math.ceil((end.getTime() - start.getTime()) / 1000 / periodSeconds);
  if (count > mostDatapoints)
    throw invalidParameterCombination(
      `You have requested up to ${count} datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  return { start, end, periodSeconds };
}

function showDatapoint(
  period: PeriodStatistics,
  asked: Statistic[],
  unit: Datapoint['Unit'] | undefined,
): Datapoint {
  const values = Object.fromEntries(asked.map((statistic) => [statistic, statisticOf(period, statistic)]));
  return { Timestamp: period.timestamp, ...values, ...(unit && { Unit: unit }) };
}
