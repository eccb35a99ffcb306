// Query and Scan against a naive model: whatever is asked, in pages of whatever size, gives each item once and in order.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { type DynamoDbServer, simpleTable, startDynamoDb } from './dynamodb-fixture.ts';

let server: DynamoDbServer;
let client: DynamoDBClient;

before(async () => {
  server = await startDynamoDb();
  client = server.client();
});
after(() => server.close());

type Item = Record<string, AttributeValue>;
type Page = { Items?: Item[]; Count?: number; LastEvaluatedKey?: Item };

/** All pages, and how many there were. */
async function readAll(send: (startKey: Item | undefined) => Promise<Page>): Promise<Item[]> {
  const items: Item[] = [];
  let startKey: Item | undefined;
  do {
    const page: Page = await send(startKey);
    items.push(...page.Items!);
    startKey = page.LastEvaluatedKey;
  } while (startKey);
  return items;
}

const query = (input: QueryCommandInput) =>
  readAll((ExclusiveStartKey) =>
    client.send(new QueryCommand({ ...input, ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}) })),
  );
const scan = (input: ScanCommandInput) =>
  readAll((ExclusiveStartKey) =>
    client.send(new ScanCommand({ ...input, ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}) })),
  );

/** Numbers whose order as text is another, with few enough values that they meet. */
const sortNumber = fc.oneof(
  fc.integer({ min: -12, max: 12 }),
  fc.constantFrom(-1e30, -99.1, -9.91, -9.9, -0.5, 0.001, 0.01, 2.5, 1e-20, 123456, 1e30),
);
const partition = fc.constantFrom('p', 'q', 'p\u0000', 'p\u0000\u0001');

interface Row {
  pk: string;
  sk: number;
  colour: string | undefined;
}

const rows = fc.uniqueArray(
  fc.record<Row>({
    pk: partition,
    sk: sortNumber,
    colour: fc.constantFrom('red', 'green', undefined),
  }),
  { selector: ({ pk, sk }) => `${pk}/${sk}`, maxLength: 25 },
);

const comparisons = {
  '=': (sk: number, a: number) => sk === a,
  '<': (sk: number, a: number) => sk < a,
  '<=': (sk: number, a: number) => sk <= a,
  '>': (sk: number, a: number) => sk > a,
  '>=': (sk: number, a: number) => sk >= a,
  BETWEEN: (sk: number, a: number, b: number) => sk >= a && sk <= b,
};

const question = fc.record({
  pk: partition,
  operator: fc.constantFrom('none', ...(Object.keys(comparisons) as (keyof typeof comparisons)[])),
  bounds: fc.tuple(sortNumber, sortNumber).map((bounds) => bounds.toSorted((a, b) => a - b)),
  limit: fc.option(fc.integer({ min: 1, max: 5 })),
  isForward: fc.boolean(),
  filterAbove: fc.option(fc.integer({ min: -5, max: 5 })),
});

let tables = 0;

async function fill(rowsToPut: Row[], removed: Row[]): Promise<string> {
  tables += 1;
  const TableName = `Model${tables}`;
  await client.send(
    new CreateTableCommand({
      ...simpleTable(TableName, 'N'),
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
        { AttributeName: 'colour', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byColour',
          KeySchema: [
            { AttributeName: 'colour', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'colours',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'colour', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  for (const row of rowsToPut) {
    const before = { ...keyOf(row), colour: { S: 'before' } };
    await client.send(new PutItemCommand({ TableName, Item: before }));
    await client.send(new PutItemCommand({ TableName, Item: itemOf(row) }));
  }
  for (const row of removed) await client.send(new DeleteItemCommand({ TableName, Key: keyOf(row) }));
  return TableName;
}

/** DynamoDB's own form of a number, without an exponent. */
const numberText = (value: number) =>
  value.toLocaleString('en', { useGrouping: false, maximumSignificantDigits: 17 });
const keyOf = ({ pk, sk }: Row): Item => ({ pk: { S: pk }, sk: { N: numberText(sk) } });
const itemOf = (row: Row): Item => ({
  ...keyOf(row),
  n: { N: numberText(row.sk) },
  ...(row.colour ? { colour: { S: row.colour } } : {}),
});
const skOf = (item: Item) => Number(item.sk!.N);

test('Query and Scan give what the model gives', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.array(question, { minLength: 4, maxLength: 4 }), async (all, questions) => {
      const removed = all.filter((_, index) => index % 7 === 3);
      const kept = all.filter((row) => !removed.includes(row));
      const TableName = await fill(all, removed);
      for (const asked of questions) {
        await checkQuery(TableName, kept, asked);
        await checkIndexes(TableName, kept, asked.limit ?? undefined, asked.isForward);
      }
      await checkScan(TableName, kept, questions[0]!.limit ?? undefined);
    }),
    { numRuns: 12 },
  );
});

type Asked = typeof question extends fc.Arbitrary<infer T> ? T : never;

async function checkQuery(TableName: string, kept: Row[], asked: Asked): Promise<void> {
  const { pk, operator, bounds, limit, isForward, filterAbove } = asked;
  const [low, high] = bounds as [number, number];
  const sort =
    operator === 'none'
      ? ''
      : operator === 'BETWEEN'
        ? ' AND sk BETWEEN :low AND :high'
        : ` AND sk ${operator} :low`;
  const found = await query({
    TableName,
    KeyConditionExpression: `pk = :pk${sort}`,
    ...(filterAbove === null ? {} : { FilterExpression: 'n > :above' }),
    ExpressionAttributeValues: {
      ':pk': { S: pk },
      ...(operator === 'none' ? {} : { ':low': { N: String(low) } }),
      ...(operator === 'BETWEEN' ? { ':high': { N: String(high) } } : {}),
      ...(filterAbove === null ? {} : { ':above': { N: String(filterAbove) } }),
    },
    ScanIndexForward: isForward,
    ...(limit === null ? {} : { Limit: limit }),
  });
  const wanted = kept
    .filter((row) => row.pk === pk && (operator === 'none' || comparisons[operator](row.sk, low, high)))
    .filter((row) => filterAbove === null || row.sk > filterAbove)
    .toSorted((a, b) => (isForward ? a.sk - b.sk : b.sk - a.sk));
  assert.deepEqual(
    found.map(skOf),
    wanted.map(({ sk }) => sk),
  );
}

async function checkIndexes(
  TableName: string,
  kept: Row[],
  limit: number | undefined,
  isForward: boolean,
): Promise<void> {
  const more = { TableName, ScanIndexForward: isForward, ...(limit === undefined ? {} : { Limit: limit }) };
  const red = kept.filter(({ colour }) => colour === 'red');
  const global = await query({
    ...more,
    IndexName: 'byColour',
    KeyConditionExpression: 'colour = :red',
    ExpressionAttributeValues: { ':red': { S: 'red' } },
  });
  const order = red.map(({ sk }) => sk).toSorted((a, b) => (isForward ? a - b : b - a));
  assert.deepEqual(global.map(skOf), order);
  assert.ok(global.every((item) => Object.keys(item).toSorted().join() === 'colour,pk,sk'));
  const local = await query({
    ...more,
    IndexName: 'colours',
    Select: 'ALL_ATTRIBUTES',
    KeyConditionExpression: 'pk = :p AND begins_with(colour, :r)',
    ExpressionAttributeValues: { ':p': { S: 'p' }, ':r': { S: 're' } },
  });
  const sorted = (items: Item[]) => items.toSorted((a, b) => skOf(a) - skOf(b));
  assert.deepEqual(sorted(local), sorted(red.filter(({ pk }) => pk === 'p').map(itemOf)));
}

async function checkScan(TableName: string, kept: Row[], limit: number | undefined): Promise<void> {
  const names = (items: Item[]) => items.map(({ pk, sk }) => `${pk!.S}/${sk!.N}`);
  const wanted = names(kept.map(itemOf)).toSorted();
  const more = { TableName, ...(limit === undefined ? {} : { Limit: limit }) };
  assert.deepEqual(names(await scan(more)).toSorted(), wanted);
  const segments = await Promise.all(
    [0, 1, 2].map((Segment) => scan({ ...more, Segment, TotalSegments: 3 })),
  );
  assert.deepEqual(names(segments.flat()).toSorted(), wanted);
  const coloured = names(await scan({ ...more, IndexName: 'byColour' })).toSorted();
  assert.deepEqual(coloured, names(kept.filter(({ colour }) => colour).map(itemOf)).toSorted());
}

test('a page ends at 1 MiB, and COUNT counts without showing', async () => {
  const TableName = 'Large';
  await client.send(new CreateTableCommand(simpleTable(TableName, 'N')));
  for (let n = 0; n < 7; n++) {
    const Item = { pk: { S: 'p' }, sk: { N: String(n) }, text: { S: 'x'.repeat(200_000) } };
    await client.send(new PutItemCommand({ TableName, Item }));
  }
  const asked = {
    TableName,
    KeyConditionExpression: 'pk = :p',
    ExpressionAttributeValues: { ':p': { S: 'p' } },
    ReturnConsumedCapacity: 'TOTAL' as const,
  };
  const first = await client.send(new QueryCommand(asked));
  assert.deepEqual([first.Count, first.LastEvaluatedKey], [6, { pk: { S: 'p' }, sk: { N: '5' } }]);
  assert.equal(first.ConsumedCapacity?.CapacityUnits, 146.5);
  const count = await client.send(new QueryCommand({ ...asked, Select: 'COUNT' }));
  assert.deepEqual([count.Count, count.Items], [6, undefined]);
  assert.equal((await query(asked)).length, 7);
});

test('strings and binaries are in the order of their bytes', async () => {
  const strings = ['', 'a', 'a\u0000', 'aa', 'b', 'é', '\uFFFD', '😀'].slice(1);
  await client.send(new CreateTableCommand(simpleTable('Strings', 'S')));
  for (const S of strings.toReversed()) {
    await client.send(new PutItemCommand({ TableName: 'Strings', Item: { pk: { S: 'p' }, sk: { S } } }));
  }
  const all = (TableName: string) =>
    query({
      TableName,
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'p' } },
      Limit: 2,
    });
  assert.deepEqual(
    (await all('Strings')).map(({ sk }) => sk!.S),
    strings,
  );
  const binaries = [[0], [0, 0], [0, 1], [0, 255], [1], [255], [255, 0], [255, 255]];
  await client.send(new CreateTableCommand(simpleTable('Binaries', 'B')));
  for (const bytes of binaries.toReversed()) {
    const Item = { pk: { S: 'p' }, sk: { B: new Uint8Array(bytes) } };
    await client.send(new PutItemCommand({ TableName: 'Binaries', Item }));
  }
  assert.deepEqual(
    (await all('Binaries')).map(({ sk }) => [...sk!.B!]),
    binaries,
  );
  const begins = await query({
    TableName: 'Binaries',
    KeyConditionExpression: 'pk = :p AND begins_with(sk, :b)',
    ExpressionAttributeValues: { ':p': { S: 'p' }, ':b': { B: new Uint8Array([255]) } },
  });
  assert.equal(begins.length, 3);
});
