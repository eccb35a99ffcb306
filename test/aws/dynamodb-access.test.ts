// Who may do what with tables: the caller's own policies, the policy of the endpoint the request came by, and the condition
// keys that speak of keys and attributes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  BatchGetItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDbServer,
  simpleTable,
  startDynamoDb,
  userArn,
  userKeyId,
  userSecret,
} from './dynamodb-fixture.ts';

let server: DynamoDbServer;
let root: DynamoDBClient;
let user: DynamoDBClient;
const table = 'arn:aws:dynamodb:us-east-1:111111111111:table/Items';
const direct = { sourceAddress: '127.0.0.1', isSecure: false };
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 's' } });
const TableName = 'Items';

const signedBy = (secretAccessKey: string, more = {}) =>
  server.client('111111111111', 'us-east-1', {
    credentials: { accessKeyId: userKeyId, secretAccessKey },
    ...more,
  });

before(async () => {
  server = await startDynamoDb();
  root = server.client();
  user = signedBy(userSecret);
  await root.send(
    new CreateTableCommand({
      ...simpleTable(TableName, 'S'),
      AttributeDefinitions: ['pk', 'sk', 'colour'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byColour',
          KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
});
after(() => server.close());

/** What the user may do, from now on. */
function allow(...statements: object[]): void {
  server.store.change((cloud) =>
    cloud.iamUsers.put({
      arn: userArn,
      userName: 'reader',
      userId: 'AIDAEXAMPLE',
      path: '/',
      createDate: '2026-01-31T00:00:00Z',
      accountId: '111111111111',
      region: 'aws-global',
      inlinePolicies: {
        tables: JSON.stringify({
          Version: '2012-10-17',
          Statement: statements.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement })),
        }),
      },
      attachedPolicyArns: [],
      tags: {},
    }),
  );
}

async function denied(promise: Promise<unknown>, action: string, resource = table): Promise<void> {
  await assert.rejects(promise, {
    name: 'AccessDeniedException',
    message: `User: ${userArn} is not authorized to perform: dynamodb:${action} on resource: ${resource} because no identity-based policy allows the dynamodb:${action} action`,
  });
}

const get = (pk: string, ProjectionExpression?: string) =>
  new GetItemCommand({ TableName, Key: key(pk), ...(ProjectionExpression ? { ProjectionExpression } : {}) });

test('a wrong signature, an old one, an unknown key and another region are refused as AWS does', async () => {
  await assert.rejects(signedBy('wrong').send(new ListTablesCommand()), {
    name: 'InvalidSignatureException',
    message: /^The request signature we calculated does not match/,
  });
  await assert.rejects(
    signedBy(userSecret, { systemClockOffset: -3_600_000 }).send(new ListTablesCommand()),
    {
      name: 'InvalidSignatureException',
      message:
        /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
    },
  );
  await assert.rejects(server.client('AKIAUNKNOWN').send(new ListTablesCommand()), {
    name: 'UnrecognizedClientException',
    message: 'The security token included in the request is invalid.',
  });
  server.arrival = { ...direct, frontEnd: { service: 'dynamodb', region: 'us-east-1' } };
  await assert.rejects(server.client('111111111111', 'eu-west-1').send(new ListTablesCommand()), {
    name: 'InvalidSignatureException',
    message: 'Credential should be scoped to a valid region. ',
  });
  await root.send(new ListTablesCommand());
  server.arrival = direct;
});

test('each operation asks for its own action, on the table or on the index', async () => {
  allow({ Action: 'dynamodb:Query', Resource: `${table}/index/*` });
  const asked = { TableName, ExpressionAttributeValues: { ':v': { S: 'x' } } };
  const onIndex = { ...asked, IndexName: 'byColour', KeyConditionExpression: 'colour = :v' };
  await user.send(new QueryCommand(onIndex));
  await denied(user.send(new QueryCommand({ ...asked, KeyConditionExpression: 'pk = :v' })), 'Query');
  await denied(
    user.send(new ScanCommand({ TableName, IndexName: 'byColour' })),
    'Scan',
    `${table}/index/byColour`,
  );
  await denied(user.send(get('a')), 'GetItem');
  await denied(user.send(new ListTablesCommand()), 'ListTables', '*');
  await denied(
    user.send(new DescribeTableCommand({ TableName: 'Missing' })),
    'DescribeTable',
    table.replace('Items', 'Missing'),
  );
  await denied(
    user.send(new BatchGetItemCommand({ RequestItems: { Items: { Keys: [key('a')] } } })),
    'BatchGetItem',
  );
  const line = server.lines.at(-1)!;
  assert.deepEqual(
    [line.operation, line.table, line.principal, line.status, line.code],
    ['BatchGetItem', 'table/Items', userArn, 400, 'AccessDeniedException'],
  );
});

test('a transaction asks for each of its actions', async () => {
  allow({ Action: ['dynamodb:PutItem', 'dynamodb:ConditionCheckItem', 'dynamodb:GetItem'] });
  const write = (action: object) => user.send(new TransactWriteItemsCommand({ TransactItems: [action] }));
  await write({ Put: { TableName, Item: key('t') } });
  await write({
    ConditionCheck: { TableName, Key: key('t'), ConditionExpression: 'attribute_exists(pk)' },
  });
  await denied(write({ Delete: { TableName, Key: key('t') } }), 'DeleteItem');
  await denied(write({ Update: { TableName, Key: key('t'), UpdateExpression: 'REMOVE a' } }), 'UpdateItem');
  allow({
    Action: 'dynamodb:GetItem',
    Condition: { StringEquals: { 'dynamodb:EnclosingOperation': 'TransactGetItems' } },
  });
  await user.send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key: key('t') } }] }));
  await denied(user.send(get('t')), 'GetItem');
});

test('policies may ask for leading keys, attributes, the selection and the returned values', async () => {
  allow({
    Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:BatchGetItem'],
    Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['mine'] } },
  });
  await user.send(get('mine'));
  await denied(user.send(get('yours')), 'GetItem');
  const query = (pk: string) =>
    user.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': { S: pk } },
      }),
    );
  await query('mine');
  await denied(query('yours'), 'Query');
  await denied(
    user.send(new BatchGetItemCommand({ RequestItems: { Items: { Keys: [key('mine'), key('yours')] } } })),
    'BatchGetItem',
  );

  allow({
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    Condition: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'shown'] },
      StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_NEW'] },
    },
  });
  await user.send(get('mine', 'pk, shown.deep'));
  await denied(user.send(get('mine', 'secret')), 'GetItem');
  await denied(
    user.send(new PutItemCommand({ TableName, Item: { ...key('mine'), secret: { S: 'x' } } })),
    'PutItem',
  );
  const update = (name: string, ReturnValues: 'UPDATED_NEW' | 'ALL_NEW') =>
    user.send(
      new UpdateItemCommand({
        TableName,
        Key: key('mine'),
        UpdateExpression: 'SET #n = :v',
        ExpressionAttributeNames: { '#n': name },
        ExpressionAttributeValues: { ':v': { S: 'x' } },
        ReturnValues,
      }),
    );
  await update('shown', 'UPDATED_NEW');
  await denied(update('secret', 'UPDATED_NEW'), 'UpdateItem');
  await denied(update('shown', 'ALL_NEW'), 'UpdateItem');

  allow({ Action: 'dynamodb:Scan', Condition: { StringEquals: { 'dynamodb:Select': 'COUNT' } } });
  await user.send(new ScanCommand({ TableName, Select: 'COUNT' }));
  await denied(user.send(new ScanCommand({ TableName })), 'Scan');
});

test('by a gateway endpoint its policy has a say, over root too, and the log says which endpoint it was', async () => {
  server.store.change((cloud) =>
    cloud.vpcEndpoints.put({
      vpcEndpointId: 'vpce-0123456789abcdef0',
      vpcId: 'vpc-0123456789abcdef0',
      vpcEndpointType: 'Gateway',
      serviceName: 'com.amazonaws.us-east-1.dynamodb',
      gatewayService: 'dynamodb',
      routeTableIds: [],
      creationTimestamp: '2026-01-31T00:00:00Z',
      accountId: '111111111111',
      region: 'us-east-1',
      policyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'dynamodb:GetItem', Resource: table }],
      }),
    }),
  );
  server.arrival = {
    sourceAddress: '10.0.0.7',
    isSecure: false,
    endpoint: {
      vpcEndpointId: 'vpce-0123456789abcdef0',
      vpcId: 'vpc-0123456789abcdef0',
      endpointType: 'gateway',
    },
    frontEnd: { service: 'dynamodb', region: 'us-east-1' },
  };
  await root.send(get('a'));
  await assert.rejects(root.send(new PutItemCommand({ TableName, Item: key('a') })), {
    name: 'AccessDeniedException',
    message:
      'User: arn:aws:iam::111111111111:root is not authorized to perform: dynamodb:PutItem because no VPC endpoint policy allows the dynamodb:PutItem action',
  });
  const line = server.lines.at(-1)!;
  assert.deepEqual(
    [line.vpcEndpointId, line.sourceAddress, line.decidedBy],
    ['vpce-0123456789abcdef0', '10.0.0.7', 'the policy of vpce-0123456789abcdef0'],
  );
  allow({
    Action: 'dynamodb:GetItem',
    Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-0123456789abcdef0' } },
  });
  await user.send(get('a'));
  server.arrival = direct;
  await denied(user.send(get('a')), 'GetItem');
});
