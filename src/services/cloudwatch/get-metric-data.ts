// GetMetricData: one statistic of each of up to 500 metrics, page by page when they have more datapoints than were asked for.

import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  MetricDataQuery,
  MetricDataResult,
  MetricStat,
} from '@aws-sdk/client-cloudwatch';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { invalidNextToken, validationError } from './errors.ts';
import {
  isPeriod,
  readDimensions,
  readPeriods,
  roundStart,
  type Statistic,
  statisticOf,
  statistics,
} from './period.ts';

const mostQueries = 500;
const mostDatapoints = 100_800;

export function getMetricData(input: GetMetricDataInput, context: OperationContext): GetMetricDataOutput {
  acceptParameters(
    'GetMetricData',
    input,
    ...(['MetricDataQueries', 'StartTime', 'EndTime', 'NextToken', 'ScanBy', 'MaxDatapoints'] as const),
  );
  const queries = checkQueries(input.MetricDataQueries!);
  checkScan(input);
  const range = { start: roundStart(input.StartTime!, context.now), end: input.EndTime! };
  const results = queries
    .filter(({ ReturnData }) => ReturnData !== false)
    .map((query): Result => readQuery(query, range, input.ScanBy === 'TimestampAscending', context));
  return cutPage(results, readToken(input.NextToken), input.MaxDatapoints ?? mostDatapoints);
}

function checkScan({ StartTime, EndTime, ScanBy, MaxDatapoints }: GetMetricDataInput): void {
  if (StartTime!.getTime() === EndTime!.getTime())
    throw validationError('The parameter StartTime must not equal parameter EndTime.');
  if (StartTime! > EndTime!) throw validationError('The parameter EndTime must be greater than StartTime.');
  if (ScanBy !== undefined && ScanBy !== 'TimestampAscending' && ScanBy !== 'TimestampDescending')
    throw validationError(
      `1 validation error detected: Value '${ScanBy}' at 'scanBy' failed to satisfy constraint: Member must satisfy enum value set: [TimestampDescending, TimestampAscending]`,
    );
  if (MaxDatapoints !== undefined && (MaxDatapoints < 1 || MaxDatapoints > mostDatapoints))
    throw validationError(`The parameter MaxDatapoints must be between 1 and ${mostDatapoints}.`);
}

type StatQuery = MetricDataQuery & { Id: string; MetricStat: MetricStat };

function checkQueries(queries: MetricDataQuery[]): StatQuery[] {
  if (queries.length === 0 || queries.length > mostQueries)
    throw validationError(`The collection MetricDataQueries must have between 1 and ${mostQueries} members.`);
  const checked = queries.map((query, index) => checkQuery(query, `MetricDataQueries.member.${index + 1}`));
  if (new Set(checked.map(({ Id }) => Id)).size < checked.length)
    throw validationError('The values for parameter id in MetricDataQueries are not unique.');
  return checked;
}

function checkQuery(query: MetricDataQuery, path: string): StatQuery {
  const { Id = '', MetricStat, Expression, Label, AccountId } = query;
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(Id))
    throw validationError(
      `The value for parameter ${path}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
    );
  if ((MetricStat === undefined) === (Expression === undefined))
    throw validationError(`Either ${path}.Expression or ${path}.MetricStat must be specified, but not both.`);
  // DIFFERS: metrics-are-read-plain
  if (Expression !== undefined) throw notBuilt('metric math and Metrics Insights (Expression)');
  if (AccountId !== undefined) throw notBuilt('metrics of linked accounts');
  if (Label?.includes('${')) throw notBuilt('dynamic labels');
  const { Metric, Period, Stat } = MetricStat!;
  if (!Metric?.Namespace || !Metric.MetricName)
    throw validationError(`The parameter ${path}.MetricStat.Metric must have a Namespace and a MetricName.`);
  if (!isPeriod(Period!))
    throw validationError(`The parameter ${path}.MetricStat.Period must be a multiple of 60.`);
  if (!statistics.includes(Stat as Statistic)) {
    if (isExtended(Stat!)) throw notBuilt(`the statistic ${Stat!.slice(0, 50)}`);
    throw validationError(`The value for parameter ${path}.MetricStat.Stat is not a valid statistic.`);
  }
  return { ...query, Id, MetricStat: MetricStat! };
}

/** `p99`, `tm90`, `TM(10%:90%)`, `PR(:300)`, `IQM` */
function isExtended(statistic: string): boolean {
  return /^((p|tm|wm|tc|ts)\d+(\.\d+)?|(PR|TM|WM|TC|TS)\(.*\)|IQM)$/.test(statistic);
}

interface Result {
  id: string;
  label: string;
  points: { timestamp: Date; value: number }[];
}

function readQuery(
  { Id, MetricStat, Label }: StatQuery,
  range: { start: Date; end: Date },
  isAscending: boolean,
  context: OperationContext,
): Result {
  const { Metric, Period, Stat, Unit } = MetricStat;
  const { Namespace, MetricName, Dimensions } = Metric!;
  const metric = { namespace: Namespace!, metricName: MetricName!, dimensions: readDimensions(Dimensions) };
  const { unit, periods } = readPeriods(context, metric, { ...range, periodSeconds: Period! });
  const points = periods.map((period) => ({
    timestamp: period.timestamp,
    value: statisticOf(period, Stat as Statistic),
  }));
  // AWS: a unit is a filter; nothing is converted.
  const isOther = Unit !== undefined && Unit !== unit;
  return {
    id: Id,
    label: Label ?? MetricName!,
    points: isOther ? [] : isAscending ? points : points.reverse(),
  };
}

/** AWS: results whose rest is on a later page are partial; the next pages have what is not complete yet. */
function cutPage(results: Result[], offset: number, size: number): GetMetricDataOutput {
  const end = offset + size;
  let first = 0;
  const page = results.flatMap(({ id, label, points }): MetricDataResult[] => {
    const last = first + points.length;
    const shown = points.slice(Math.max(0, offset - first), Math.max(0, end - first));
    const isPast = offset > 0 && last <= offset;
    first = last;
    if (isPast) return [];
    return [
      {
        ...{ Id: id, Label: label },
        Timestamps: shown.map(({ timestamp }) => timestamp),
        Values: shown.map(({ value }) => value),
        StatusCode: last > end ? 'PartialData' : 'Complete',
      },
    ];
  });
  return {
    MetricDataResults: page,
    ...(first > end && { NextToken: Buffer.from(`${end}`).toString('base64url') }),
    Messages: [],
  };
}

function readToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const offset = Buffer.from(token, 'base64url').toString();
  if (!/^[1-9]\d{0,7}$/.test(offset)) throw invalidNextToken();
  return Number(offset);
}
