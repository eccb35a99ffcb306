// Statistics over periods: the values of single minutes put together, from the start that was asked for, period by period.

import type { Dimension as RequestDimension } from '@aws-sdk/client-cloudwatch';
import {
  type Dimension,
  type Metric,
  type MinuteStatistics,
  minuteOf,
  type StatisticSet,
} from '../../cloud/metric.ts';
import type { OperationContext } from '../operation.ts';

export const statistics = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;
export type Statistic = (typeof statistics)[number];

export interface PeriodStatistics extends StatisticSet {
  timestamp: Date;
}

export interface TimeRange {
  start: Date;
  end: Date;
  periodSeconds: number;
}

const dayMs = 86_400_000;

/** AWS: the start is rounded down to what data of its age is kept at: a minute, five minutes after 15 days, an hour after 63. */
export function roundStart(start: Date, now: Date): Date {
  const ageDays = (now.getTime() - start.getTime()) / dayMs;
  const stepMs = ageDays < 15 ? 60_000 : ageDays < 63 ? 300_000 : 3_600_000;
  return new Date(Math.floor(start.getTime() / stepMs) * stepMs);
}

/** AWS: periods shorter than a minute are for metrics of high resolution; of others they show the minutes. */
export const isPeriod = (seconds: number) =>
  [1, 5, 10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0);

export function readPeriods(
  { world, accountId, region }: OperationContext,
  metric: Pick<Metric, 'namespace' | 'metricName' | 'dimensions'>,
  { start, end, periodSeconds }: TimeRange,
): { unit?: Metric['unit']; periods: PeriodStatistics[] } {
  const endMinute = Math.ceil(end.getTime() / 60_000);
  const about = { accountId, region, ...metric };
  const { unit, values } = world.metrics.read(about, minuteOf(start), endMinute);
  const periods = new Map<number, PeriodStatistics>();
  for (const value of values) {
    const atMs = value.minute * 60_000 - start.getTime();
    if (atMs < 0) continue;
    const number = Math.floor(atMs / 1000 / periodSeconds);
    const timestamp = new Date(start.getTime() + number * periodSeconds * 1000);
    periods.set(number, join(periods.get(number), value, timestamp));
  }
  return { ...(unit && { unit }), periods: [...periods.values()] };
}

function join(
  known: PeriodStatistics | undefined,
  value: MinuteStatistics,
  timestamp: Date,
): PeriodStatistics {
  const { sampleCount, sum, minimum, maximum } = value;
  if (!known) return { timestamp, sampleCount, sum, minimum, maximum };
  return {
    timestamp,
    sampleCount: known.sampleCount + sampleCount,
    sum: known.sum + sum,
    minimum: Math.min(known.minimum, minimum),
    maximum: Math.max(known.maximum, maximum),
  };
}

export function statisticOf(period: StatisticSet, statistic: Statistic): number {
  switch (statistic) {
    case 'SampleCount':
      return period.sampleCount;
    case 'Average':
      return period.sum / period.sampleCount;
    case 'Sum':
      return period.sum;
    case 'Minimum':
      return period.minimum;
    case 'Maximum':
      return period.maximum;
  }
}

export const readDimensions = (dimensions: RequestDimension[] | undefined): Dimension[] =>
  (dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value]);
