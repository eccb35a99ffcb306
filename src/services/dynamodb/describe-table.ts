// DescribeTable, ListTables, DeleteTable, and what is said of an account: limits, endpoints, backups.

import { limits } from './create-table.ts';
import { deletionProtected, tableNotFound } from './errors.ts';
import { readInput } from './input.ts';
import { defineOperation, findTable, type OperationContext, tableResource } from './operation.ts';
import { showTable, type Table, tableArn } from './table.ts';

export interface TableInput {
  TableName: string;
}

/** Of an operation on a table as such, whose refusal names it. */
function describedTable(context: OperationContext, tableName: string): Table {
  const table = findTable(context, tableName);
  if (!table) throw tableNotFound(tableName);
  return table;
}

export function defineTableOperation<Input extends TableInput>(
  operation: string,
  run: (table: Table, context: OperationContext, input: Input) => object,
) {
  return defineOperation<Input>({
    read: (body) => readInput<Input>(operation, body),
    needs: ({ TableName }) => [{ action: operation, resource: tableResource(TableName) }],
    run: (input, context) => run(describedTable(context, input.TableName), context, input),
  });
}

export const describeTable = defineTableOperation('DescribeTable', (table, { database }) => ({
  Table: showTable(table, (indexNumber) => database.extentOf(table, indexNumber)),
}));

export const deleteTable = defineTableOperation('DeleteTable', (table, { database }) => {
  if (table.isDeletionProtected) throw deletionProtected(tableArn(table));
  const shown = showTable(table, (indexNumber) => database.extentOf(table, indexNumber));
  database.transact(() => database.deleteTable(table));
  // AWS: the answer speaks of the deletion that it begins; here it is done by then.
  return { TableDescription: { ...shown, TableStatus: 'DELETING' } };
});

export const listTables = defineOperation<{ Limit?: number; ExclusiveStartTableName?: string }>({
  read: (body) => readInput('ListTables', body),
  needs: () => [{ action: 'ListTables', resource: '*' }],
  run({ Limit = 100, ExclusiveStartTableName = '' }, { database, accountId, region }) {
    const names = database.tableNames(accountId, region, ExclusiveStartTableName, Limit + 1);
    const page = names.slice(0, Limit);
    return {
      TableNames: page,
      ...(names.length > Limit ? { LastEvaluatedTableName: page.at(-1) } : {}),
    };
  },
});

export const describeLimits = defineOperation<object>({
  read: (body) => readInput('DescribeLimits', body),
  needs: () => [{ action: 'DescribeLimits', resource: '*' }],
  run: () => limits,
});

export const describeEndpoints = defineOperation<object>({
  read: (body) => readInput('DescribeEndpoints', body),
  needs: () => [{ action: 'DescribeEndpoints', resource: '*' }],
  run: (_, { region }) => ({
    Endpoints: [{ Address: `dynamodb.${region}.amazonaws.com`, CachePeriodInMinutes: 1440 }],
  }),
});

/** DIFFERS: dynamodb-no-backups there are none, and continuous backups, which AWS always has, are DISABLED. */
export const describeContinuousBackups = defineTableOperation('DescribeContinuousBackups', () => ({
  ContinuousBackupsDescription: {
    ContinuousBackupsStatus: 'DISABLED',
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
  },
}));
