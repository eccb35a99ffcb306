// CloudWatch's metrics as plain data: a name in a namespace, with the dimensions that say what it is about, and a statistic set a minute.
// They are no records of the cloud: what was observed is kept beside it, for a while (`src/metric-archive.ts`).

import type { AccountId, Region } from './id.ts';

export interface Metric {
  accountId: AccountId;
  region: Region;
  /** `AWS/PrivateLinkEndpoints` */
  namespace: string;
  metricName: string;
  /** In the order of their names; AWS has spaces in some. */
  dimensions: readonly Dimension[];
  unit: 'Count' | 'Bytes';
}

export type Dimension = readonly [name: string, value: string];

/** Something that was observed. */
export interface Observation {
  metric: Metric;
  /** A `sum` grows within its period; of a `level` each observation is a sample. */
  kind: 'sum' | 'level';
  value: number;
  /** What it is a value of, in minutes. Absent: one. */
  periodMinutes?: number;
}

export interface StatisticSet {
  sampleCount: number;
  sum: number;
  minimum: number;
  maximum: number;
}

/** What was observed in a minute (since 1970). */
export interface MinuteStatistics extends StatisticSet {
  minute: number;
}

/** What has been observed, for those who ask. */
export interface MetricArchive {
  /** Metrics of an account in a region that have had a value since `minute`, in the order of their keys. @param after a key */
  list(accountId: AccountId, region: Region, minute: number, after?: string): Iterable<Metric>;
  /** Oldest first, from the first minute to the one before the last. */
  read(
    metric: Omit<Metric, 'unit'>,
    fromMinute: number,
    toMinute: number,
  ): { unit?: Metric['unit']; values: MinuteStatistics[] };
}

/** One text for each metric of an account in a region, whatever the order of its dimensions. */
export function metricKey({
  namespace,
  metricName,
  dimensions,
}: Pick<Metric, 'namespace' | 'metricName' | 'dimensions'>): string {
  return JSON.stringify([namespace, metricName, sortDimensions(dimensions)]);
}

export function sortDimensions(dimensions: readonly Dimension[]): Dimension[] {
  return dimensions.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

export const minuteOf = (date: Date) => Math.floor(date.getTime() / 60_000);
