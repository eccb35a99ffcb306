// The operations of DynamoDB. What AWS has beyond them is refused by name; what nobody has, as AWS refuses it.

import { batchGetItem, batchWriteItem } from './batch.ts';
import { createTable } from './create-table.ts';
import {
  deleteTable,
  describeContinuousBackups,
  describeEndpoints,
  describeLimits,
  describeTable,
  listTables,
} from './describe-table.ts';
import { deleteItem, getItem, putItem, updateItem } from './item.ts';
import type { DynamoDbOperation } from './operation.ts';
import { query, scan } from './query.ts';
import { listTagsOfResource, tagResource, untagResource } from './tag.ts';
import { describeTimeToLive, updateTimeToLive } from './time-to-live.ts';
import { transactGetItems, transactWriteItems } from './transaction.ts';
import { updateTable } from './update-table.ts';

export const dynamoDbOperations: Record<string, DynamoDbOperation> = {
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  CreateTable: createTable,
  DeleteItem: deleteItem,
  DeleteTable: deleteTable,
  DescribeContinuousBackups: describeContinuousBackups,
  DescribeEndpoints: describeEndpoints,
  DescribeLimits: describeLimits,
  DescribeTable: describeTable,
  DescribeTimeToLive: describeTimeToLive,
  GetItem: getItem,
  ListTables: listTables,
  ListTagsOfResource: listTagsOfResource,
  PutItem: putItem,
  Query: query,
  Scan: scan,
  TagResource: tagResource,
  TransactGetItems: transactGetItems,
  TransactWriteItems: transactWriteItems,
  UntagResource: untagResource,
  UpdateItem: updateItem,
  UpdateTable: updateTable,
  UpdateTimeToLive: updateTimeToLive,
};

/** AWS's that are not built here. */
const notBuilt = new Set(
  `BatchExecuteStatement CreateBackup CreateGlobalTable DeleteBackup DeleteResourcePolicy DescribeBackup
   DescribeContributorInsights DescribeExport DescribeGlobalTable DescribeGlobalTableSettings DescribeImport
   DescribeKinesisStreamingDestination DescribeTableReplicaAutoScaling DisableKinesisStreamingDestination
   EnableKinesisStreamingDestination ExecuteStatement ExecuteTransaction ExportTableToPointInTime GetResourcePolicy
   ImportTable ListBackups ListContributorInsights ListExports ListGlobalTables ListImports PutResourcePolicy
   RestoreTableFromBackup RestoreTableToPointInTime UpdateContinuousBackups UpdateContributorInsights UpdateGlobalTable
   UpdateGlobalTableSettings UpdateKinesisStreamingDestination UpdateTableReplicaAutoScaling`.split(/\s+/),
);

export function isNotBuilt(operation: string): boolean {
  return notBuilt.has(operation);
}
