// Shapes of inputs that dynalite does not have, in its language: transactions, time to live, tags at creation.

import type { Shape, Shapes } from './dynalite.ts';

const tableName: Shape = {
  type: 'String',
  notNull: true,
  regex: '[a-zA-Z0-9_.-]+',
  lengthGreaterThanOrEqual: 3,
  lengthLessThanOrEqual: 255,
};

const optionalEnum = (...values: string[]): Shape => ({ type: 'String', enum: values });

const attributeMap: Shape = {
  type: 'Map<AttributeValue>',
  notNull: true,
  children: 'AttrStruct<ValueStruct>',
};

const expressionShapes: Shapes = {
  ConditionExpression: 'String',
  ExpressionAttributeNames: { type: 'Map<java.lang.String>', children: 'String' },
  ExpressionAttributeValues: { type: 'Map<AttributeValue>', children: 'AttrStruct<ValueStruct>' },
  ReturnValuesOnConditionCheckFailure: optionalEnum('ALL_OLD', 'NONE'),
};

const transactAction = (name: string, members: Shapes): Shape => ({
  type: `FieldStruct<${name}>`,
  children: { TableName: tableName, ...expressionShapes, ...members },
});

const transactItems = (name: string, actions: Shapes): Shape => ({
  type: 'List',
  notNull: true,
  lengthGreaterThanOrEqual: 1,
  lengthLessThanOrEqual: 100,
  children: { type: `ValueStruct<${name}>`, children: actions },
});

const onFailure: Shapes = { ReturnValuesOnConditionCheckFailure: optionalEnum('ALL_OLD', 'NONE') };
const capacity: Shapes = { ReturnConsumedCapacity: optionalEnum('INDEXES', 'TOTAL', 'NONE') };
const tableClass = optionalEnum('STANDARD', 'STANDARD_INFREQUENT_ACCESS');

/** Beside dynalite's where it has the operation, instead of them where it has not. */
export const newerShapes: Record<string, Shapes> = {
  PutItem: onFailure,
  UpdateItem: onFailure,
  DeleteItem: onFailure,
  Scan: { ConsistentRead: 'Boolean' },
  CreateTable: {
    DeletionProtectionEnabled: 'Boolean',
    TableClass: tableClass,
    Tags: {
      type: 'List',
      children: { type: 'ValueStruct<Tag>', children: { Key: 'String', Value: 'String' } },
    },
  },
  UpdateTable: {
    DeletionProtectionEnabled: 'Boolean',
    TableClass: tableClass,
    AttributeDefinitions: {
      type: 'List',
      children: {
        type: 'ValueStruct<AttributeDefinition>',
        children: {
          AttributeName: { type: 'String', notNull: true },
          AttributeType: { type: 'String', notNull: true, enum: ['B', 'N', 'S'] },
        },
      },
    },
  },
  TransactWriteItems: {
    ...capacity,
    ReturnItemCollectionMetrics: optionalEnum('SIZE', 'NONE'),
    ClientRequestToken: { type: 'String', lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 36 },
    TransactItems: transactItems('TransactWriteItem', {
      ConditionCheck: transactAction('ConditionCheck', {
        Key: attributeMap,
        ConditionExpression: { type: 'String', notNull: true },
      }),
      Put: transactAction('Put', { Item: attributeMap }),
      Delete: transactAction('Delete', { Key: attributeMap }),
      Update: transactAction('Update', {
        Key: attributeMap,
        UpdateExpression: { type: 'String', notNull: true },
      }),
    }),
  },
  TransactGetItems: {
    ...capacity,
    TransactItems: transactItems('TransactGetItem', {
      Get: {
        type: 'FieldStruct<Get>',
        notNull: true,
        children: {
          TableName: tableName,
          Key: attributeMap,
          ProjectionExpression: 'String',
          ExpressionAttributeNames: { type: 'Map<java.lang.String>', children: 'String' },
        },
      },
    }),
  },
  UpdateTimeToLive: {
    TableName: tableName,
    TimeToLiveSpecification: {
      type: 'FieldStruct<TimeToLiveSpecification>',
      notNull: true,
      children: {
        Enabled: { type: 'Boolean', notNull: true },
        AttributeName: {
          type: 'String',
          notNull: true,
          lengthGreaterThanOrEqual: 1,
          lengthLessThanOrEqual: 255,
        },
      },
    },
  },
  DescribeTimeToLive: { TableName: tableName },
  DescribeContinuousBackups: { TableName: tableName },
  DescribeLimits: {},
  DescribeEndpoints: {},
};
