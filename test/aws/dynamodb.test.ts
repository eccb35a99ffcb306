// DynamoDB's tables and items as the official SDK sees them: each operation, its refusals in AWS's words, accounts and regions apart.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeEndpointsCommand,
  DescribeLimitsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { type DynamoDbServer, simpleTable, startDynamoDb } from './dynamodb-fixture.ts';

let server: DynamoDbServer;
let client: DynamoDBClient;
const key = (pk: string, sk?: string) => ({ pk: { S: pk }, ...(sk === undefined ? {} : { sk: { S: sk } }) });

before(async () => {
  server = await startDynamoDb();
  client = server.client();
  await client.send(new CreateTableCommand(simpleTable('Items')));
});
after(() => server.close());

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => assert.fail('it was not refused'),
    (thrown: Error) => thrown,
  );
  return `${error.name}: ${error.message}`;
}

const put = (Item: Record<string, AttributeValue>) =>
  client.send(new PutItemCommand({ TableName: 'Items', Item }));
const get = async (pk: string) =>
  (await client.send(new GetItemCommand({ TableName: 'Items', Key: key(pk), ConsistentRead: true }))).Item;

test('a table is there at once, is described, listed in pages, and goes with all that is in it', async () => {
  const created = await client.send(
    new CreateTableCommand({
      ...simpleTable('Everything', 'S'),
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
      AttributeDefinitions: ['pk', 'sk', 'artist', 'year'].map((AttributeName) => ({
        AttributeName,
        AttributeType: AttributeName === 'year' ? 'N' : 'S',
      })),
      LocalSecondaryIndexes: [
        {
          IndexName: 'byYear',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'year', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byArtist',
          KeySchema: [{ AttributeName: 'artist', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['title'] },
          ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
        },
      ],
      Tags: [{ Key: 'team', Value: 'music' }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: 'Everything' });
  await client.send(
    new PutItemCommand({ TableName: 'Everything', Item: { ...key('p', 's'), artist: { S: 'a' } } }),
  );
  const { Table: table } = await client.send(new DescribeTableCommand({ TableName: 'Everything' }));
  assert.equal(created.TableDescription?.TableId, table?.TableId);
  assert.equal(table?.TableStatus, 'ACTIVE');
  assert.equal(table?.TableArn, 'arn:aws:dynamodb:us-east-1:111111111111:table/Everything');
  assert.equal(table?.ItemCount, 1);
  assert.equal(table?.TableSizeBytes, 2 + 1 + 2 + 1 + 6 + 1);
  assert.deepEqual(table?.ProvisionedThroughput?.WriteCapacityUnits, 6);
  assert.equal(table?.LocalSecondaryIndexes?.[0]?.ItemCount, 0);
  assert.equal(table?.GlobalSecondaryIndexes?.[0]?.ItemCount, 1);
  assert.equal(table?.GlobalSecondaryIndexes?.[0]?.IndexStatus, 'ACTIVE');

  const first = await client.send(new ListTablesCommand({ Limit: 1 }));
  assert.deepEqual(first.TableNames, ['Everything']);
  const second = await client.send(
    new ListTablesCommand({ ExclusiveStartTableName: first.LastEvaluatedTableName! }),
  );
  assert.deepEqual([second.TableNames, second.LastEvaluatedTableName], [['Items'], undefined]);

  assert.match(
    await refusal(client.send(new CreateTableCommand(simpleTable('Everything')))),
    /^ResourceInUseException: Table already exists: Everything$/,
  );
  await client.send(new DeleteTableCommand({ TableName: 'Everything' }));
  await waitUntilTableNotExists({ client, maxWaitTime: 30 }, { TableName: 'Everything' });
  await client.send(new CreateTableCommand(simpleTable('Everything', 'S')));
  const { Count } = await client.send(new ScanCommand({ TableName: 'Everything' }));
  assert.equal(Count, 0);
  await client.send(new DeleteTableCommand({ TableName: 'Everything' }));
  assert.equal(
    await refusal(client.send(new DescribeTableCommand({ TableName: 'Everything' }))),
    'ResourceNotFoundException: Requested resource not found: Table: Everything not found',
  );
});

test('tables of other accounts and regions are other tables', async () => {
  await put({ ...key('apart'), who: { S: '111111111111 in us-east-1' } });
  for (const other of [server.client('222222222222'), server.client('111111111111', 'eu-west-1')]) {
    assert.match(
      await refusal(other.send(new GetItemCommand({ TableName: 'Items', Key: key('apart') }))),
      /^ResourceNotFoundException: Requested resource not found$/,
    );
    await other.send(new CreateTableCommand(simpleTable('Items')));
    const { Item } = await other.send(new GetItemCommand({ TableName: 'Items', Key: key('apart') }));
    assert.equal(Item, undefined);
  }
});

test('UpdateTable changes billing, protection, class and indexes; a new index holds what is already there', async () => {
  await client.send(new CreateTableCommand({ ...simpleTable('Changing'), DeletionProtectionEnabled: true }));
  const TableName = 'Changing';
  await client.send(new PutItemCommand({ TableName, Item: { ...key('1'), colour: { S: 'red' } } }));
  await client.send(new PutItemCommand({ TableName, Item: { ...key('2'), colour: { N: '7' } } }));
  assert.match(
    await refusal(client.send(new DeleteTableCommand({ TableName }))),
    /protected against deletion/,
  );
  const index = {
    IndexName: 'byColour',
    KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' as const }],
    Projection: { ProjectionType: 'ALL' as const },
  };
  const AttributeDefinitions = [{ AttributeName: 'colour', AttributeType: 'S' as const }];
  const create = new UpdateTableCommand({
    TableName,
    AttributeDefinitions,
    GlobalSecondaryIndexUpdates: [{ Create: index }],
  });
  await client.send(create);
  const { Items } = await client.send(new ScanCommand({ TableName, IndexName: 'byColour' }));
  assert.deepEqual(
    Items?.map(({ pk }) => pk?.S),
    ['1'],
  );
  assert.match(await refusal(client.send(create)), /already exists/);
  const changed = await client.send(
    new UpdateTableCommand({
      TableName,
      DeletionProtectionEnabled: false,
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
    }),
  );
  assert.equal(changed.TableDescription?.TableClassSummary?.TableClass, 'STANDARD_INFREQUENT_ACCESS');
  assert.match(
    await refusal(
      client.send(
        new UpdateTableCommand({
          TableName,
          BillingMode: 'PROVISIONED',
          ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
        }),
      ),
    ),
    /ProvisionedThroughput must be specified for index: byColour/,
  );
  const { TableDescription } = await client.send(
    new UpdateTableCommand({
      TableName,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byColour' } }],
    }),
  );
  assert.equal(TableDescription?.GlobalSecondaryIndexes, undefined);
  assert.equal(TableDescription?.AttributeDefinitions?.length, 1);
  assert.match(
    await refusal(client.send(new ScanCommand({ TableName, IndexName: 'byColour' }))),
    /The table does not have the specified index: byColour/,
  );
  await client.send(new DeleteTableCommand({ TableName }));
});

test('items of every type come back as they were put', async () => {
  const item: Record<string, AttributeValue> = {
    ...key('every type'),
    number: { N: '12345678901234567890123456789012345678' },
    small: { N: '0.00000000000000000000000000000000000001' },
    binary: { B: new Uint8Array([0, 255, 1]) },
    empty: { S: '' },
    yes: { BOOL: true },
    nothing: { NULL: true },
    strings: { SS: ['b', 'a'] },
    numbers: { NS: ['2', '10'] },
    binaries: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
    list: { L: [{ S: 'x' }, { M: { deep: { N: '-1' } } }] },
    map: { M: { constructor: { S: 'own' } } },
  };
  await put(item);
  assert.deepEqual(await get('every type'), item);
  await put({ ...key('canonical'), n: { N: '01.500e1' }, z: { N: '-0' } });
  const canonical = await get('canonical');
  assert.deepEqual([canonical?.n, canonical?.z], [{ N: '15' }, { N: '0' }]);
});

test('PutItem, UpdateItem and DeleteItem return what is asked for, and their conditions hold them back', async () => {
  const TableName = 'Items';
  const both = { TableName, Key: key('returns') };
  await put({ ...key('returns'), a: { N: '1' }, b: { S: 'x' } });
  const replaced = await client.send(
    new PutItemCommand({
      TableName,
      Item: { ...key('returns'), a: { N: '2' }, b: { S: 'x' } },
      ReturnValues: 'ALL_OLD',
    }),
  );
  assert.deepEqual(replaced.Attributes?.a, { N: '1' });
  const update = (ReturnValues: 'UPDATED_OLD' | 'UPDATED_NEW' | 'ALL_OLD' | 'ALL_NEW') =>
    client.send(
      new UpdateItemCommand({
        ...both,
        UpdateExpression: 'SET a = a + :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
        ReturnValues,
      }),
    );
  assert.deepEqual((await update('UPDATED_OLD')).Attributes, { a: { N: '2' } });
  assert.deepEqual((await update('UPDATED_NEW')).Attributes, { a: { N: '4' } });
  assert.deepEqual((await update('ALL_OLD')).Attributes, { ...key('returns'), a: { N: '4' }, b: { S: 'x' } });
  assert.deepEqual((await update('ALL_NEW')).Attributes?.a, { N: '6' });
  const held = client.send(
    new DeleteItemCommand({
      ...both,
      ConditionExpression: 'a < :n',
      ExpressionAttributeValues: { ':n': { N: '6' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
  );
  await assert.rejects(held, (error: Error & { Item?: Record<string, AttributeValue> }) => {
    assert.equal(error.name, 'ConditionalCheckFailedException');
    assert.deepEqual(error.Item?.a, { N: '6' });
    return true;
  });
  const gone = await client.send(new DeleteItemCommand({ ...both, ReturnValues: 'ALL_OLD' }));
  assert.deepEqual(gone.Attributes?.a, { N: '6' });
  assert.equal(await get('returns'), undefined);
  assert.match(
    await refusal(
      client.send(
        new UpdateItemCommand({
          ...both,
          ConditionExpression: 'attribute_exists(pk)',
          UpdateExpression: 'REMOVE a',
        }),
      ),
    ),
    /^ConditionalCheckFailedException: The conditional request failed$/,
  );
});

test('the older parameters do the same: Expected, AttributeUpdates, AttributesToGet, ScanFilter, KeyConditions', async () => {
  const TableName = 'Items';
  await put({ ...key('older'), n: { N: '1' }, m: { N: '1' }, s: { SS: ['a', 'b'] } });
  const { Attributes } = await client.send(
    new UpdateItemCommand({
      TableName,
      Key: key('older'),
      Expected: {
        n: { ComparisonOperator: 'LT', AttributeValueList: [{ N: '2' }] },
        m: { Value: { N: '1.0' } },
      },
      AttributeUpdates: {
        n: { Action: 'ADD', Value: { N: '5' } },
        s: { Action: 'DELETE', Value: { SS: ['a'] } },
        t: { Value: { S: 'new' } },
      },
      ReturnValues: 'ALL_NEW',
    }),
  );
  assert.deepEqual(Attributes, {
    ...key('older'),
    n: { N: '6' },
    m: { N: '1' },
    s: { SS: ['b'] },
    t: { S: 'new' },
  });
  const either = {
    n: { ComparisonOperator: 'EQ' as const, AttributeValueList: [{ N: '-0' }] },
    t: { ComparisonOperator: 'BEGINS_WITH' as const, AttributeValueList: [{ S: 'ne' }] },
  };
  const scan = (ConditionalOperator: 'AND' | 'OR') =>
    client.send(new ScanCommand({ TableName, ScanFilter: either, ConditionalOperator }));
  assert.deepEqual([(await scan('OR')).Count, (await scan('AND')).Count], [1, 0]);
  const { Items } = await client.send(
    new QueryCommand({
      TableName,
      KeyConditions: { pk: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'older' }] } },
      AttributesToGet: ['t'],
    }),
  );
  assert.deepEqual(Items, [{ t: { S: 'new' } }]);
});

test('BatchWriteItem and BatchGetItem reach several tables, and keep to their limits', async () => {
  await client.send(new CreateTableCommand(simpleTable('Batch')));
  const puts = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ PutRequest: { Item: key(`batch ${n}`) } }));
  await client.send(new BatchWriteItemCommand({ RequestItems: { Items: puts(12), Batch: puts(12) } }));
  await client.send(
    new BatchWriteItemCommand({ RequestItems: { Batch: [{ DeleteRequest: { Key: key('batch 0') } }] } }),
  );
  const keys = Array.from({ length: 12 }, (_, n) => key(`batch ${n}`));
  const { Responses, UnprocessedKeys } = await client.send(
    new BatchGetItemCommand({
      RequestItems: { Items: { Keys: keys }, Batch: { Keys: keys, ProjectionExpression: 'pk' } },
    }),
  );
  assert.deepEqual([Responses?.Items?.length, Responses?.Batch?.length, UnprocessedKeys], [12, 11, {}]);
  const write = (RequestItems: Record<string, { PutRequest: { Item: ReturnType<typeof key> } }[]>) =>
    refusal(client.send(new BatchWriteItemCommand({ RequestItems })));
  assert.match(
    await write({ Items: puts(13), Batch: puts(13) }),
    /Too many items requested for the BatchWriteItem call/,
  );
  assert.match(await write({ Items: [...puts(1), ...puts(1)] }), /keys contains duplicates/);
});

test('tags, limits, endpoints and backups answer what is so', async () => {
  const ResourceArn = 'arn:aws:dynamodb:us-east-1:111111111111:table/Items';
  await client.send(
    new TagResourceCommand({
      ResourceArn,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '' },
      ],
    }),
  );
  await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
  const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn }));
  assert.deepEqual(Tags, [{ Key: 'b', Value: '' }]);
  assert.match(
    await refusal(client.send(new ListTagsOfResourceCommand({ ResourceArn: `${ResourceArn}s` }))),
    /^ResourceNotFoundException/,
  );
  const { TableMaxReadCapacityUnits } = await client.send(new DescribeLimitsCommand());
  assert.equal(TableMaxReadCapacityUnits, 40_000);
  const { Endpoints } = await client.send(new DescribeEndpointsCommand());
  assert.equal(Endpoints?.[0]?.Address, 'dynamodb.us-east-1.amazonaws.com');
  const { ContinuousBackupsDescription: backups } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName: 'Items' }),
  );
  assert.equal(backups?.ContinuousBackupsStatus, 'DISABLED');
  assert.match(
    await refusal(client.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM "Items"' }))),
    /^NotImplemented: Isthmus does not implement dynamodb:ExecuteStatement/,
  );
});

test('time to live is told by its description', async () => {
  await client.send(new CreateTableCommand(simpleTable('abcd')));
  const specification = { Enabled: true, AttributeName: 'until' };
  const enable = new UpdateTimeToLiveCommand({ TableName: 'abcd', TimeToLiveSpecification: specification });
  await client.send(enable);
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'abcd' }));
  assert.deepEqual(TimeToLiveDescription, { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' });
  assert.match(await refusal(client.send(enable)), /TimeToLive is already enabled/);
});
