// Whatever is sent, the answer is an answer or a refusal, never an error of ours: valid requests of every operation with
// parts of them taken away, exchanged or replaced.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { callDynamoDb, type DynamoDbServer, simpleTable, startDynamoDb } from './dynamodb-fixture.ts';

let server: DynamoDbServer;
before(async () => {
  server = await startDynamoDb();
  await callDynamoDb(server.endpoint, 'CreateTable', tables.indexed);
});
after(() => server.close());

const Key = { pk: { S: 'k' }, sk: { N: '1' } };
const TableName = 'Garbage';
const keySchema = (name: string) => [{ AttributeName: name, KeyType: 'HASH' }];
const tables = {
  indexed: {
    ...simpleTable(TableName, 'N'),
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'c', AttributeType: 'B' },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'byC', KeySchema: keySchema('c'), Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
  },
};
const item = {
  ...Key,
  c: { B: 'AAA=' },
  l: { L: [{ NS: ['1', '2'] }, { M: { deep: { BOOL: true } } }] },
  s: { SS: ['a'] },
  z: { NULL: true },
};
const values = { ':n': { N: '1' }, ':s': { S: 'k' }, ':l': { L: [] } };
const condition = {
  ConditionExpression: 'attribute_exists(l[0].deep) OR NOT (size(#s) > :n AND begins_with(pk, :s)) OR l = :l',
  ExpressionAttributeNames: { '#s': 's' },
  ExpressionAttributeValues: values,
};
const update = {
  TableName,
  Key,
  UpdateExpression: 'SET l[1].deep = if_not_exists(q, :n) + :n REMOVE l[0], z ADD w :n DELETE s :s',
  ExpressionAttributeValues: { ':n': { N: '1' }, ':s': { SS: ['a'] } },
};
const page = { TableName, Limit: 2, ExclusiveStartKey: Key, ReturnConsumedCapacity: 'INDEXES' };
const ResourceArn = `arn:aws:dynamodb:us-east-1:111111111111:table/${TableName}`;

const valid: [string, object][] = [
  ['PutItem', { TableName, Item: item, ReturnValues: 'ALL_OLD', ...condition }],
  [
    'PutItem',
    {
      TableName,
      Item: item,
      Expected: { z: { ComparisonOperator: 'IN', AttributeValueList: [{ S: 'x' }] } },
    },
  ],
  ['GetItem', { TableName, Key, ProjectionExpression: 'l[1].deep, z', ReturnConsumedCapacity: 'TOTAL' }],
  ['UpdateItem', { ...update, ReturnValues: 'UPDATED_NEW' }],
  [
    'UpdateItem',
    {
      TableName,
      Key,
      AttributeUpdates: {
        s: { Action: 'DELETE', Value: { SS: ['a'] } },
        w: { Action: 'ADD', Value: { N: '1' } },
      },
    },
  ],
  ['DeleteItem', { TableName, Key, ReturnValuesOnConditionCheckFailure: 'ALL_OLD', ...condition }],
  [
    'Query',
    {
      ...page,
      KeyConditionExpression: 'pk = :s AND sk BETWEEN :n AND :m',
      FilterExpression: 'contains(l, :n)',
      ExpressionAttributeValues: { ':s': { S: 'k' }, ':n': { N: '0' }, ':m': { N: '3' } },
    },
  ],
  [
    'Query',
    {
      ...page,
      IndexName: 'byC',
      ExclusiveStartKey: { ...Key, c: { B: 'AAA=' } },
      KeyConditions: { c: { ComparisonOperator: 'EQ', AttributeValueList: [{ B: 'AAA=' }] } },
      ScanIndexForward: false,
    },
  ],
  ['Scan', { ...page, IndexName: 'byC', ExclusiveStartKey: { ...Key, c: { B: 'AAA=' } }, Select: 'COUNT' }],
  [
    'Scan',
    {
      TableName,
      Segment: 1,
      TotalSegments: 2,
      ScanFilter: { z: { ComparisonOperator: 'NOT_CONTAINS', AttributeValueList: [{ S: 'x' }] } },
      ConditionalOperator: 'OR',
    },
  ],
  ['BatchGetItem', { RequestItems: { [TableName]: { Keys: [Key], AttributesToGet: ['z'] } } }],
  [
    'BatchWriteItem',
    {
      RequestItems: {
        [TableName]: [
          { PutRequest: { Item: item } },
          { DeleteRequest: { Key: { pk: { S: 'x' }, sk: { N: '0' } } } },
        ],
      },
    },
  ],
  ['TransactGetItems', { TransactItems: [{ Get: { TableName, Key, ProjectionExpression: 'z' } }] }],
  [
    'TransactWriteItems',
    {
      ClientRequestToken: 't',
      TransactItems: [
        { Update: update },
        { Put: { TableName, Item: { ...item, sk: { N: '2' } } } },
        { ConditionCheck: { TableName, Key: { pk: { S: 'q' }, sk: { N: '0' } }, ...condition } },
      ],
    },
  ],
  ['CreateTable', { ...tables.indexed, TableName: 'Other', Tags: [{ Key: 'a', Value: 'b' }] }],
  [
    'UpdateTable',
    {
      TableName,
      AttributeDefinitions: [{ AttributeName: 'd', AttributeType: 'S' }],
      GlobalSecondaryIndexUpdates: [
        { Create: { IndexName: 'byD', KeySchema: keySchema('d'), Projection: { ProjectionType: 'ALL' } } },
      ],
    },
  ],
  [
    'UpdateTable',
    {
      TableName,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      GlobalSecondaryIndexUpdates: [
        {
          Update: {
            IndexName: 'byC',
            ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
          },
        },
      ],
    },
  ],
  ['ListTables', { Limit: 1, ExclusiveStartTableName: 'Aaa' }],
  ['TagResource', { ResourceArn, Tags: [{ Key: 'a', Value: 'b' }] }],
  ['UntagResource', { ResourceArn, TagKeys: ['a'] }],
  ['ListTagsOfResource', { ResourceArn }],
  ['UpdateTimeToLive', { TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'z' } }],
  ['DescribeTimeToLive', { TableName }],
  ['DescribeContinuousBackups', { TableName }],
];

const odd = fc.constantFrom<unknown>(
  null,
  '',
  'pk',
  'a.b[0]',
  '(((',
  -1,
  1.5,
  1e300,
  true,
  [],
  {},
  [null],
  [[]],
  { S: '' },
  { N: 'NaN' },
  { NS: [''] },
  { B: '=' },
  { M: { constructor: { S: 'x' }, toString: { N: '1' } } },
  { L: [{}] },
  { constructor: {} },
  'toString',
  'constructor',
);

/** Every place inside a value, by its path. */
function placesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => placesOf(member, [...path, name]))];
}

type Damage = { kind: 'remove' | 'replace' | 'rename' | 'copy'; at: number; from: number; value: unknown };

function damage(body: object, { kind, at, from, value }: Damage): void {
  const places = placesOf(body).slice(1);
  if (places.length === 0) return;
  const path = places[at % places.length]!;
  const name = path.at(-1)!;
  const holder = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>(
      (part, step) => part[step] as Record<string, unknown>,
      body as Record<string, unknown>,
    );
  const source = places[from % places.length]!;
  const copied = source.reduce<unknown>((part, step) => (part as Record<string, unknown>)[step], body);
  if (kind === 'remove') delete holder[name];
  else if (kind === 'replace') holder[name] = structuredClone(value);
  else if (kind === 'copy') holder[name] = structuredClone(copied);
  else {
    holder[typeof value === 'string' ? value : 'renamed'] = holder[name];
    delete holder[name];
  }
}

const damages = fc.array(
  fc.record<Damage>({
    kind: fc.constantFrom('remove', 'replace', 'rename', 'copy'),
    at: fc.nat(1000),
    from: fc.nat(1000),
    value: odd,
  }),
  { minLength: 1, maxLength: 3 },
);

test('damaged requests are answered or refused', async () => {
  for (const [operation, body] of valid) {
    const { status, body: answer } = await callDynamoDb(server.endpoint, operation, body);
    assert.ok(status < 500 && !/Serialization/.test(answer.__type ?? ''), `${operation}: ${answer.message}`);
  }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...valid), damages, async ([operation, body], all) => {
      const broken = structuredClone(body);
      for (const each of all) damage(broken, each);
      const { status, body: answer } = await callDynamoDb(server.endpoint, operation, broken);
      const failure = server.lines.at(-1)?.err;
      assert.ok(status !== 500, `${operation}: ${answer.message} ${(failure as Error | undefined)?.stack}`);
    }),
    { numRuns: 600 },
  );
});
