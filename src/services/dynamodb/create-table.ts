// CreateTable, and what it shares with UpdateTable: indexes and throughput as they are asked for.

import { invalidParameter, limitExceeded, tableExists, validationError } from './errors.ts';
import { readInput } from './input.ts';
import { defineOperation, findTable, type OperationContext, tableResource } from './operation.ts';
import {
  type AttributeDefinition,
  checkDefinitionsUsed,
  type KeySchemaElement,
  keyShape,
  type Projection,
  showTable,
  type Table,
  type TableIndex,
  type Throughput,
} from './table.ts';
import { readTags, type Tag } from './tag.ts';

export interface IndexInput {
  IndexName: string;
  KeySchema: KeySchemaElement[];
  Projection: Projection;
  ProvisionedThroughput?: Throughput;
}

interface CreateTableInput {
  TableName: string;
  AttributeDefinitions: AttributeDefinition[];
  KeySchema: KeySchemaElement[];
  LocalSecondaryIndexes?: IndexInput[];
  GlobalSecondaryIndexes?: IndexInput[];
  BillingMode?: 'PROVISIONED' | 'PAY_PER_REQUEST';
  ProvisionedThroughput?: Throughput;
  DeletionProtectionEnabled?: boolean;
  TableClass?: Table['tableClass'];
  Tags?: Tag[];
}

/** AWS: what DescribeLimits says of a new account. */
export const limits = {
  AccountMaxReadCapacityUnits: 80_000,
  AccountMaxWriteCapacityUnits: 80_000,
  TableMaxReadCapacityUnits: 40_000,
  TableMaxWriteCapacityUnits: 40_000,
};

const maxProjectedAttributes = 100;

export const createTable = defineOperation<CreateTableInput>({
  read: (body) => readInput<CreateTableInput>('CreateTable', body),
  needs: ({ TableName, Tags }) => [
    { action: 'CreateTable', resource: tableResource(TableName) },
    ...(Tags && Tags.length > 0 ? [{ action: 'TagResource', resource: tableResource(TableName) }] : []),
  ],
  run(input, context) {
    const { database } = context;
    const table = newTable(input, context);
    if (findTable(context, input.TableName)) throw tableExists(input.TableName);
    const stored = database.transact(() => database.insertTable(table));
    return { TableDescription: showTable(stored, () => ({ items: 0, bytes: 0 })) };
  },
});

function newTable(input: CreateTableInput, context: OperationContext): Omit<Table, 'tableNumber'> {
  const { accountId, region, now, newUuid } = context;
  const { AttributeDefinitions: definitions, BillingMode: billingMode = 'PROVISIONED' } = input;
  checkDuplicateDefinitions(definitions);
  const key = keyShape(input.KeySchema, definitions);
  const indexes = [
    ...(input.LocalSecondaryIndexes ?? []).map((index) => ({ index, kind: 'local' as const })),
    ...(input.GlobalSecondaryIndexes ?? []).map((index) => ({ index, kind: 'global' as const })),
  ].map(({ index, kind }, place) => newIndex(index, kind, place + 1, definitions, billingMode));
  checkDefinitionsUsed(definitions, [key, ...indexes.map((index) => index.key)]);
  checkProjections(indexes);
  const throughput = input.ProvisionedThroughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };
  checkThroughput(throughput);
  const nowSeconds = now.getTime() / 1000;
  return {
    accountId,
    region,
    tableName: input.TableName,
    tableId: newUuid(),
    key,
    attributeDefinitions: definitions,
    indexes,
    nextIndexNumber: indexes.length + 1,
    billingMode,
    throughput,
    createdAt: nowSeconds,
    ...(billingMode === 'PAY_PER_REQUEST' ? { lastOnDemandAt: nowSeconds } : {}),
    ...(input.TableClass ? { tableClass: input.TableClass } : {}),
    isDeletionProtected: input.DeletionProtectionEnabled ?? false,
    tags: readTags(input.Tags ?? []),
  };
}

export function newIndex(
  { IndexName, KeySchema, Projection, ProvisionedThroughput }: IndexInput,
  kind: TableIndex['kind'],
  indexNumber: number,
  definitions: AttributeDefinition[],
  billingMode: Table['billingMode'],
): TableIndex {
  if (kind === 'global' && billingMode === 'PROVISIONED') {
    if (!ProvisionedThroughput) {
      throw invalidParameter(`ProvisionedThroughput must be specified for index: ${IndexName}`);
    }
    checkThroughput(ProvisionedThroughput);
  }
  if (Projection.ProjectionType === 'INCLUDE' && !Projection.NonKeyAttributes) {
    throw invalidParameter('ProjectionType is INCLUDE, but NonKeyAttributes is not specified');
  }
  return {
    indexNumber,
    indexName: IndexName,
    kind,
    key: keyShape(KeySchema, definitions),
    projection: Projection,
    ...(kind === 'global' && ProvisionedThroughput ? { throughput: ProvisionedThroughput } : {}),
  };
}

export function checkDuplicateDefinitions(definitions: AttributeDefinition[]): void {
  const names = definitions.map(({ AttributeName }) => AttributeName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw validationError(`Cannot have two attributes with the same name: ${twice}`);
  }
}

/** AWS: a hundred in all indexes together. */
export function checkProjections(indexes: TableIndex[]): void {
  const count = indexes.reduce((sum, { projection }) => sum + (projection.NonKeyAttributes?.length ?? 0), 0);
  if (count > maxProjectedAttributes) {
    throw invalidParameter(
      `The number of attributes projected across all indexes for the table exceeds the maximum allowed limit of ${maxProjectedAttributes}: ${count}`,
    );
  }
}

export function checkThroughput({ ReadCapacityUnits, WriteCapacityUnits }: Throughput): void {
  if (
    ReadCapacityUnits > limits.TableMaxReadCapacityUnits ||
    WriteCapacityUnits > limits.TableMaxWriteCapacityUnits
  ) {
    throw limitExceeded(
      'Subscriber limit exceeded: a table or index may have at most ' +
        `${limits.TableMaxReadCapacityUnits} read and ${limits.TableMaxWriteCapacityUnits} write capacity units`,
    );
  }
}
