// CloudWatch's table of contents: what is here of it reads metrics. Everything else of CloudWatch answers NotImplemented.

import type { OperationTable } from '../operation.ts';
import { getMetricData } from './get-metric-data.ts';
import { getMetricStatistics } from './get-metric-statistics.ts';
import { listMetrics } from './list-metrics.ts';

export const cloudWatchOperations = {
  GetMetricData: getMetricData,
  GetMetricStatistics: getMetricStatistics,
  ListMetrics: listMetrics,
} satisfies OperationTable;
