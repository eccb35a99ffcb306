// What DynamoDB refuses, in its words: a table of bad inputs, the wire's own errors, and expressions of every wrong kind.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { callDynamoDb, type DynamoDbServer, simpleTable, startDynamoDb } from './dynamodb-fixture.ts';

let server: DynamoDbServer;
before(async () => {
  server = await startDynamoDb();
  const client = server.client();
  await client.send(new CreateTableCommand(simpleTable('Items')));
  await client.send(
    new CreateTableCommand({
      ...simpleTable('Sorted', 'N'),
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
        { AttributeName: 'colour', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byColour',
          KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  await client.send(
    new PutItemCommand({
      TableName: 'Items',
      Item: { pk: { S: 'k' }, n: { N: '1' }, s: { S: 'x' }, l: { L: [] }, m: { M: {} } },
    }),
  );
});
after(() => server.close());

const call = (operation: string, body: unknown, headers?: Record<string, string>) =>
  callDynamoDb(server.endpoint, operation, body, headers);

/** `ValidationException: …` as it stands on the wire. */
async function refusal(operation: string, body: unknown): Promise<string> {
  const { status, body: answer } = await call(operation, body);
  assert.equal(status, 400, JSON.stringify(answer));
  return `${answer.__type!.split('#')[1]}: ${answer.message ?? answer.Message ?? ''}`;
}

const Key = { pk: { S: 'k' } };
const item = (more: object) => ({ TableName: 'Items', Item: { ...Key, ...more } });
const many = (length: number) => Array.from({ length }, (_, n) => `v${n}`);

const emptyName = { ProjectionExpression: '#e', ExpressionAttributeNames: { '#e': '' } };
const emptyUpdate = { AttributeUpdates: { '': { Action: 'DELETE' } } };

const badInputs: [string, object | string, RegExp][] = [
  ['UpdateItem', { TableName: 'Items', Key, ...emptyUpdate }, /: Empty attribute name$/],
  ['PutItem', item({ m: { M: { '': { S: 'x' } } } }), /^ValidationException: Empty attribute name$/],
  ['PutItem', item({ ['n'.repeat(65_536)]: { S: 'x' } }), /name is too large, must be less than 65536 bytes/],
  ['PutItem', { TableName: 'Items', Item: { pk: { S: '\ud800' } } }, /not well-formed Unicode/],
  ['GetItem', { TableName: 'Items', Key, ...emptyName }, /Empty attribute name for key #e$/],
  ['GetItem', '{', /^SerializationException: $/],
  ['GetItem', '[]', /^SerializationException/],
  ['GetItem', { TableName: 5 }, /^SerializationException: NUMBER_VALUE cannot be converted to String/],
  ['GetItem', { Key }, /Value null at 'tableName' failed to satisfy constraint: Member must not be null/],
  ['GetItem', { TableName: 'a;', Key }, /2 validation errors detected: .*tableName.*\[a-zA-Z0-9_.-\]\+/],
  ['GetItem', { TableName: 'Items', Key: {} }, /The provided key element does not match the schema/],
  ['GetItem', { TableName: 'Items', Key: { pk: { N: '1' } } }, /key element does not match the schema/],
  [
    'GetItem',
    { TableName: 'Items', Key: { pk: { S: '' } } },
    /cannot contain an empty string value. Key: pk/,
  ],
  [
    'GetItem',
    { TableName: 'Items', Key: { pk: { S: 'é'.repeat(1025) } } },
    /maximum size limit of2048 bytes/,
  ],
  ['PutItem', { TableName: 'Items', Item: { a: { S: 'x' } } }, /Missing the key pk in the item/],
  ['PutItem', item({ n: { N: '1e126' } }), /Number overflow/],
  ['PutItem', item({ n: { N: '1e-131' } }), /Number underflow/],
  ['PutItem', item({ n: { N: '1'.repeat(39) } }), /more than 38 significant digits/],
  ['PutItem', item({ n: { N: 'x' } }), /cannot be converted to a numeric value: x/],
  ['PutItem', item({ n: {} }), /Supplied AttributeValue is empty/],
  ['PutItem', item({ n: { S: 'x', N: '1' } }), /more than one datatypes set/],
  ['PutItem', item({ n: { SS: [] } }), /An string set {2}may not be empty/],
  ['PutItem', item({ n: { NS: ['1', '1.0'] } }), /contains duplicates/],
  ['PutItem', item({ n: { NS: ['0', '-0'] } }), /contains duplicates/],
  ['PutItem', item({ n: { B: 'a' } }), /Base64 encoded length is expected a multiple of 4 bytes/],
  ['PutItem', item({ n: { S: 'é'.repeat(205 * 1024) } }), /Item size has exceeded the maximum allowed size/],
  ['PutItem', item({ n: nested(32) }), /Nesting Levels have exceeded supported limits/],
  ['PutItem', tooDeep(5000), /Nesting Levels have exceeded supported limits/],
  ['PutItem', { ...item({}), ReturnValues: 'ALL_NEW' }, /ReturnValues can only be ALL_OLD or NONE/],
  [
    'PutItem',
    { TableName: 'Sorted', Item: { ...Key, sk: { N: '1' }, colour: { N: '1' } } },
    /Type mismatch for Index Key colour Expected: S Actual: N IndexName: byColour/,
  ],
  [
    'PutItem',
    { TableName: 'Sorted', Item: { ...Key, sk: { N: '1' }, colour: { S: '' } } },
    /IndexName: byColour, IndexKey: colour/,
  ],
  [
    'UpdateItem',
    { TableName: 'Items', Key, UpdateExpression: 'SET pk = n' },
    /Cannot update attribute pk. This attribute is part of the key/,
  ],
  [
    'UpdateItem',
    { TableName: 'Items', Key, AttributeUpdates: {}, UpdateExpression: 'REMOVE a' },
    /Can not use both expression and non-expression parameters/,
  ],
  [
    'BatchGetItem',
    { RequestItems: { Items: { Keys: many(101).map((S) => ({ pk: { S } })) } } },
    /Member must have length less than or equal to 100/,
  ],
  [
    'BatchGetItem',
    { RequestItems: { Items: { Keys: [Key, Key] } } },
    /list of item keys contains duplicates/,
  ],
  [
    'Query',
    { TableName: 'Items' },
    /Either the KeyConditions or KeyConditionExpression parameter must be specified/,
  ],
  [
    'Scan',
    { TableName: 'Items', Segment: 2, TotalSegments: 2 },
    /Segment: 2 is not less than TotalSegments: 2/,
  ],
  [
    'Scan',
    { TableName: 'Items', Select: 'SPECIFIC_ATTRIBUTES' },
    /Must specify the AttributesToGet or ProjectionExpression/,
  ],
  [
    'Scan',
    { TableName: 'Sorted', IndexName: 'byColour', ProjectionExpression: 'pk, size_' },
    /byColour does not project \[size_\]/,
  ],
  [
    'Scan',
    { TableName: 'Sorted', IndexName: 'byColour', ConsistentRead: true },
    /Consistent reads are not supported/,
  ],
  [
    'CreateTable',
    {
      ...simpleTable('Unused'),
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'x', AttributeType: 'S' },
      ],
    },
    /Number of attributes in KeySchema does not exactly match/,
  ],
  [
    'CreateTable',
    { ...simpleTable('Billing'), BillingMode: 'PROVISIONED' },
    /ReadCapacityUnits and WriteCapacityUnits must both be specified/,
  ],
  ['TransactWriteItems', { TransactItems: [] }, /Member must have length greater than or equal to 1/],
  [
    'TransactWriteItems',
    { TransactItems: many(101).map((S) => ({ Delete: { TableName: 'Items', Key: { pk: { S } } } })) },
    /Member must have length less than or equal to 100/,
  ],
  [
    'TransactWriteItems',
    { TransactItems: [{ Delete: { TableName: 'Items', Key }, Put: item({}) }] },
    /can only contain one of Check, Put, Update or Delete/,
  ],
  [
    'TransactWriteItems',
    { TransactItems: [{ Delete: { TableName: 'Items', Key } }, { Put: item({}) }] },
    /cannot include multiple operations on one item/,
  ],
  [
    'TransactWriteItems',
    { TransactItems: [{ Delete: { TableName: 'Missing', Key } }] },
    /^ResourceNotFoundException/,
  ],
];

/** More than JSON.stringify goes down. */
function tooDeep(depth: number): string {
  const value = `${'{"L":['.repeat(depth)}${']}'.repeat(depth)}`;
  return `{"TableName":"Items","Item":{"pk":{"S":"k"},"n":${value}}}`;
}

function nested(depth: number): object {
  let value: object = { S: 'x' };
  for (let level = 0; level < depth; level++) value = { L: [value] };
  return value;
}

test('bad inputs are refused in the words of AWS', async () => {
  for (const [operation, body, words] of badInputs) assert.match(await refusal(operation, body), words);
});

const names = { '#s': 'state' };
const values = {
  ':n': { N: '1' },
  ':s': { S: 'x' },
  ':l': { L: [] },
  ':set': { SS: ['a'] },
  ':t': { S: 'T' },
  ':empty': { S: '' },
};
const used = (expression: string) => {
  const pick = (all: object) => {
    const found = Object.entries(all).filter(([name]) => new RegExp(`${name}\\b`).test(expression));
    return found.length > 0 ? Object.fromEntries(found) : undefined;
  };
  return { ExpressionAttributeNames: pick(names), ExpressionAttributeValues: pick(values) };
};

const badConditions: [string, RegExp][] = [
  ['', /Invalid ConditionExpression: The expression can not be empty;/],
  ['n = :n AND', /Syntax error; token: "<EOF>", near: "AND"/],
  ['n = :n n', /Syntax error; token: "n", near: ":n n"/],
  ['n == :n', /Syntax error; token: "=", near: "== :n"/],
  ['n', /Syntax error/],
  ['((n = :n))', /The expression has redundant parentheses;/],
  ['(n) = :n', /The expression has redundant parentheses;/],
  ['status = :n', /Attribute name is a reserved keyword; reserved keyword: status/],
  ['#x = :n', /An expression attribute name used in the document path is not defined; attribute name: #x/],
  ['n = :x', /An expression attribute value used in expression is not defined; attribute value: :x/],
  ['attribute_gone(n)', /Invalid function name; function: attribute_gone/],
  [
    'begins_with(n)',
    /Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1/,
  ],
  [
    'begins_with(n, :n)',
    /Incorrect operand type for operator or function; operator or function: begins_with, operand type: N/,
  ],
  [
    'attribute_exists(:n)',
    /Operator or function requires a document path; operator or function: attribute_exists/,
  ],
  ['attribute_type(n, :t)', /Invalid attribute type name found; type: T/],
  [
    'contains(n, :n) = :n',
    /The function is not allowed to be used this way in an expression; function: contains/,
  ],
  ['size(n)', /The function is not allowed to be used this way in an expression; function: size/],
  [
    'size(:n) = :n',
    /Incorrect operand type for operator or function; operator or function: size, operand type: N/,
  ],
  [
    'n = n',
    /The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: \[n\]/,
  ],
  ['n < :l', /Incorrect operand type for operator or function; operator or function: <, operand type: L/],
  ['n BETWEEN :n AND :s', /The BETWEEN operator requires same data type for lower and upper bounds/],
  [
    'n BETWEEN :s AND :t',
    /The BETWEEN operator requires upper bound to be greater than or equal to lower bound/,
  ],
  [
    `n = :n${' OR n = :n'.repeat(420)}`,
    /Expression size has exceeded the maximum allowed size; expression size: 4206/,
  ],
  ['('.repeat(400), /Syntax error/],
];

const badUpdates: [string, RegExp][] = [
  ['UPDATE a = :n', /Invalid UpdateExpression: Syntax error; token: "UPDATE", near: "UPDATE a"/],
  ['SET a = :n SET b = :n', /The "SET" section can only be used once in an update expression;/],
  [
    'SET a = :n, a.b = :n',
    /Two document paths overlap with each other; must remove or rewrite one of these paths; path one: \[a\], path two: \[a, b\]/,
  ],
  [
    'SET a.b = :n REMOVE a[0]',
    /Two document paths conflict with each other.*path one: \[a, b\], path two: \[a, \[0\]\]/,
  ],
  ['SET a = append(l, :l)', /Invalid function name; function: append/],
  [
    'SET a = list_append(l, :n)',
    /Incorrect operand type for operator or function; operator or function: list_append, operand type: N/,
  ],
  [
    'SET a = n + :s',
    /Incorrect operand type for operator or function; operator or function: \+, operand type: S/,
  ],
  ['SET a = if_not_exists(:n, :n)', /Operator or function requires a document path/],
  ['ADD n :s', /Incorrect operand type for operator or function; operator: ADD, operand type: STRING/],
  ['DELETE n :n', /Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER/],
  ['SET a = absent', /The provided expression refers to an attribute that does not exist in the item/],
  ['SET a.b = :n', /The document path provided in the update expression is invalid for update/],
  ['SET a = n + s', /An operand in the update expression has an incorrect data type/],
  ['ADD n :set', /An operand in the update expression has an incorrect data type/],
  [`SET a = ${'('.repeat(60)}:n${')'.repeat(60)}`, /Syntax error/],
];

test('wrong expressions are refused in the words of AWS', async () => {
  for (const [ConditionExpression, words] of badConditions) {
    const body = { ...item({}), ConditionExpression, ...used(ConditionExpression) };
    assert.match(await refusal('PutItem', body), words, ConditionExpression);
  }
  for (const [UpdateExpression, words] of badUpdates) {
    const body = { TableName: 'Items', Key, UpdateExpression, ...used(UpdateExpression) };
    assert.match(await refusal('UpdateItem', body), words, UpdateExpression);
  }
  const unused = { ...item({}), ConditionExpression: 'attribute_exists(n)', ExpressionAttributeNames: names };
  assert.match(
    await refusal('PutItem', unused),
    /Value provided in ExpressionAttributeNames unused in expressions: keys: \{#s\}/,
  );
});

test('key conditions that no key can answer are refused', async () => {
  const cases: [string, RegExp][] = [
    ['pk = :s OR sk = :n', /Invalid operator used in KeyConditionExpression: OR/],
    ['pk <> :s', /Invalid operator used in KeyConditionExpression: <>/],
    ['pk = :empty', /cannot contain an empty string value. Key: pk/],
    ['pk < :s', /Query key condition not supported/],
    ['sk = :n', /Query condition missed key schema element: pk/],
    ['pk = :s AND n = :n', /Query condition missed key schema element: sk/],
    ['pk = :n', /Condition parameter type does not match schema type/],
    ['pk = :s AND pk = :t', /must only contain one condition per key/],
    ['pk = :s AND contains(sk, :n)', /Invalid operator used in KeyConditionExpression: contains/],
    ['pk = :s AND sk.a = :n', /cannot have conditions on nested attributes/],
  ];
  for (const [KeyConditionExpression, words] of cases) {
    const body = { TableName: 'Sorted', KeyConditionExpression, ...used(KeyConditionExpression) };
    assert.match(await refusal('Query', body), words, KeyConditionExpression);
  }
});

test('deeply nested parentheses take no time', async () => {
  const depth = 100;
  const ConditionExpression = `${'NOT ('.repeat(depth)}n = :n${')'.repeat(depth)}`;
  const startMs = performance.now();
  const { status } = await call('PutItem', { ...item({}), ConditionExpression, ...used(':n') });
  assert.equal(status, 200);
  assert.ok(performance.now() - startMs < 1000);
});

test('what is not built is refused by name, what nobody has as AWS refuses it', async () => {
  const stream = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } };
  const { status, body } = await call('CreateTable', { ...simpleTable('Stream'), ...stream });
  assert.deepEqual(
    [status, body.message],
    [501, 'Isthmus does not implement StreamSpecification of CreateTable. See docs/differences.md.'],
  );
  assert.equal((await call('CreateBackup', {})).status, 501);
  const streams = { 'X-Amz-Target': 'DynamoDBStreams_20120810.ListStreams' };
  assert.match((await call('', {}, streams)).body.message!, /dynamodbstreams:ListStreams/);
  assert.match(
    await refusal('ListTagsOfResource', { ResourceArn: 'Items' }),
    /^ValidationException: Invalid TableArn/,
  );
  assert.equal(await refusal('MakeCoffee', {}), 'UnknownOperationException: ');
  const hidden = await call(
    'PutItem',
    '{"TableName":"Items","Item":{"pk":{"S":"k"},"__pr\\u006fto__":{"S":"x"}}}',
  );
  assert.equal(hidden.status, 501);
});

test('a body above 16 MiB is refused, and the connection closed', async () => {
  const response = await fetch(server.endpoint, { method: 'POST', body: Buffer.alloc(17 * 1024 * 1024) });
  assert.deepEqual([response.status, response.headers.get('connection')], [413, 'close']);
  await response.text();
});

test('the wire: checksum, request id, unsigned and unknown callers, health', async () => {
  const { headers, body } = await call('ListTables', {});
  assert.equal(headers.get('content-type'), 'application/x-amz-json-1.0');
  assert.match(headers.get('x-amzn-requestid')!, /^[A-Z0-9]{52}$/);
  assert.equal(headers.get('x-amz-crc32'), String(crcOf(JSON.stringify(body))));
  const health = await fetch(server.endpoint);
  assert.equal(await health.text(), 'healthy: dynamodb.us-east-1.amazonaws.com ');
  const unsigned = await fetch(server.endpoint, {
    method: 'POST',
    headers: { 'X-Amz-Target': 'DynamoDB_20120810.ListTables' },
    body: '{}',
  });
  assert.deepEqual(await unsigned.json(), {
    __type: 'com.amazon.coral.service#MissingAuthenticationTokenException',
    message: 'Request is missing Authentication Token',
  });
  assert.equal(server.lines.at(-1)?.code, 'MissingAuthenticationTokenException');
});

function crcOf(text: string): number {
  let crc = ~0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
