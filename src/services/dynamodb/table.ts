// A table as it was asked for, and as DescribeTable shows it. A table is ACTIVE as soon as it is there, an index too:
// nothing here takes time that a status would have to cover.

import { invalidParameter } from './errors.ts';
import type { KeyType } from './item-key.ts';

export interface KeySchemaElement {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
}

export interface AttributeDefinition {
  AttributeName: string;
  AttributeType: KeyType;
}

export interface Throughput {
  ReadCapacityUnits: number;
  WriteCapacityUnits: number;
}

export interface Projection {
  ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  NonKeyAttributes?: string[];
}

export interface KeyPart {
  name: string;
  type: KeyType;
}

export interface KeyShape {
  hash: KeyPart;
  range?: KeyPart;
}

export interface TableIndex {
  /** Tells the entries of the table's indexes apart on disk; never used again. 0 is the table itself. */
  indexNumber: number;
  indexName: string;
  kind: 'global' | 'local';
  key: KeyShape;
  projection: Projection;
  /** Global indexes of provisioned tables. */
  throughput?: ProvisionedThroughput;
}

export interface ProvisionedThroughput extends Throughput {
  /** Seconds since 1970. */
  LastIncreaseDateTime?: number;
  LastDecreaseDateTime?: number;
}

export interface Table {
  /** The row on disk. */
  tableNumber: number;
  accountId: string;
  region: string;
  tableName: string;
  /** AWS's TableId. */
  tableId: string;
  key: KeyShape;
  attributeDefinitions: AttributeDefinition[];
  indexes: TableIndex[];
  nextIndexNumber: number;
  billingMode: 'PROVISIONED' | 'PAY_PER_REQUEST';
  throughput: ProvisionedThroughput;
  /** Seconds since 1970. */
  createdAt: number;
  lastOnDemandAt?: number;
  tableClass?: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  tableClassChangedAt?: number;
  isDeletionProtected: boolean;
  /** The attribute that holds an item's time of expiry; absent: items do not expire. */
  expiryAttribute?: string;
  tags: Record<string, string>;
}

/** How many items, and how much of them, a table or one of its indexes holds. */
export interface Extent {
  items: number;
  bytes: number;
}

export function tableArn({ region, accountId, tableName }: Table): string {
  return `arn:aws:dynamodb:${region}:${accountId}:table/${tableName}`;
}

export function keyShape(schema: KeySchemaElement[], definitions: AttributeDefinition[]): KeyShape {
  const part = (keyType: 'HASH' | 'RANGE'): KeyPart | undefined => {
    const name = schema.find((element) => element.KeyType === keyType)?.AttributeName;
    const definition = definitions.find(({ AttributeName }) => AttributeName === name);
    return definition && { name: definition.AttributeName, type: definition.AttributeType };
  };
  const range = part('RANGE');
  return { hash: part('HASH')!, ...(range ? { range } : {}) };
}

function showKeySchema({ hash, range }: KeyShape): KeySchemaElement[] {
  const schema: KeySchemaElement[] = [{ AttributeName: hash.name, KeyType: 'HASH' }];
  if (range) schema.push({ AttributeName: range.name, KeyType: 'RANGE' });
  return schema;
}

/** @throws ValidationException when a definition is in no key */
export function checkDefinitionsUsed(definitions: AttributeDefinition[], shapes: KeyShape[]): void {
  const used = new Set(shapes.flatMap(({ hash, range }) => (range ? [hash.name, range.name] : [hash.name])));
  const names = definitions.map(({ AttributeName }) => AttributeName);
  if (names.every((name) => used.has(name))) return;
  throw invalidParameter(
    `Some AttributeDefinitions are not used. AttributeDefinitions: [${names.join(', ')}], keys used: [${[...used].join(', ')}]`,
  );
}

/** @param extentOf of an index by its number; 0: of the table */
export function showTable(table: Table, extentOf: (indexNumber: number) => Extent): object {
  const extent = extentOf(0);
  const isOnDemand = table.billingMode === 'PAY_PER_REQUEST';
  return {
    AttributeDefinitions: table.attributeDefinitions,
    TableName: table.tableName,
    KeySchema: showKeySchema(table.key),
    TableStatus: 'ACTIVE',
    CreationDateTime: table.createdAt,
    ProvisionedThroughput: { NumberOfDecreasesToday: 0, ...table.throughput },
    TableSizeBytes: extent.bytes,
    ItemCount: extent.items,
    TableArn: tableArn(table),
    TableId: table.tableId,
    ...(isOnDemand || table.lastOnDemandAt !== undefined
      ? {
          BillingModeSummary: {
            BillingMode: table.billingMode,
            LastUpdateToPayPerRequestDateTime: table.lastOnDemandAt,
          },
        }
      : {}),
    ...showIndexes(table, extentOf),
    ...(table.tableClass
      ? {
          TableClassSummary: {
            TableClass: table.tableClass,
            LastUpdateDateTime: table.tableClassChangedAt,
          },
        }
      : {}),
    DeletionProtectionEnabled: table.isDeletionProtected,
  };
}

function showIndexes(table: Table, extentOf: (indexNumber: number) => Extent): object {
  const show = (kind: TableIndex['kind']) => {
    const indexes = table.indexes.filter((index) => index.kind === kind);
    return indexes.map(({ indexName, indexNumber, key, projection, throughput }) => {
      const extent = extentOf(indexNumber);
      return {
        IndexName: indexName,
        KeySchema: showKeySchema(key),
        Projection: projection,
        ...(kind === 'global'
          ? {
              IndexStatus: 'ACTIVE',
              ProvisionedThroughput: {
                NumberOfDecreasesToday: 0,
                ...(throughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 }),
              },
            }
          : {}),
        IndexSizeBytes: extent.bytes,
        ItemCount: extent.items,
        IndexArn: `${tableArn(table)}/index/${indexName}`,
      };
    });
  };
  const local = show('local');
  const global = show('global');
  return {
    ...(local.length > 0 ? { LocalSecondaryIndexes: local } : {}),
    ...(global.length > 0 ? { GlobalSecondaryIndexes: global } : {}),
  };
}
