// Transactions: all or none, reasons in order, tokens; no reader ever sees half of one, and what was answered is there
// after the process has been killed.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type AttributeValue,
  CreateTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type DynamoDbServer, simpleTable, startDynamoDb } from './dynamodb-fixture.ts';

let server: DynamoDbServer;
let client: DynamoDBClient;
const TableName = 'Accounts';
const key = (pk: string) => ({ pk: { S: pk } });

before(async () => {
  server = await startDynamoDb();
  client = server.client();
  await client.send(new CreateTableCommand(simpleTable(TableName)));
});
after(() => server.close());

const put = (pk: string, amount: number) =>
  client.send(new PutItemCommand({ TableName, Item: { ...key(pk), amount: { N: String(amount) } } }));
const amountOf = async (pk: string) =>
  Number((await client.send(new GetItemCommand({ TableName, Key: key(pk) }))).Item?.amount?.N);

async function cancellation(promise: Promise<unknown>): Promise<TransactionCanceledException> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof TransactionCanceledException) return error;
    throw error;
  }
  return assert.fail('it was not cancelled');
}

test('each kind of action works, and one that fails undoes them all, with every reason in its place', async () => {
  await put('updated', 1);
  await put('deleted', 1);
  await put('checked', 1);
  const actions = (atMost: number) => [
    { Put: { TableName, Item: { ...key('put'), amount: { N: '1' } } } },
    { Update: { TableName, Key: key('updated'), UpdateExpression: 'SET amount = amount + amount' } },
    { Delete: { TableName, Key: key('deleted'), ConditionExpression: 'attribute_exists(pk)' } },
    {
      ConditionCheck: {
        TableName,
        Key: key('checked'),
        ConditionExpression: 'amount <= :most',
        ExpressionAttributeValues: { ':most': { N: String(atMost) } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      },
    },
    { Update: { TableName, Key: key('new'), UpdateExpression: 'SET amount = pk' } },
  ];
  const { message, CancellationReasons: reasons } = await cancellation(
    client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          ...actions(0),
          { Update: { TableName, Key: key('bad'), UpdateExpression: 'SET amount = absent' } },
        ],
      }),
    ),
  );
  assert.match(message, /\[None, None, None, ConditionalCheckFailed, None, ValidationError\]$/);
  assert.deepEqual(reasons?.[3]?.Item, { ...key('checked'), amount: { N: '1' } });
  assert.match(reasons?.[5]?.Message ?? '', /refers to an attribute that does not exist/);
  assert.deepEqual(
    [await amountOf('put'), await amountOf('updated'), await amountOf('deleted')],
    [NaN, 1, 1],
  );
  const { ConsumedCapacity } = await client.send(
    new TransactWriteItemsCommand({ TransactItems: actions(1), ReturnConsumedCapacity: 'TOTAL' }),
  );
  assert.deepEqual(ConsumedCapacity, [{ TableName, CapacityUnits: 10 }]);
  assert.deepEqual(
    [await amountOf('put'), await amountOf('updated'), await amountOf('deleted')],
    [1, 2, NaN],
  );
});

test('a client token buys one transaction for ten minutes', async () => {
  await put('token', 0);
  const add = (n: string, ClientRequestToken: string) =>
    client.send(
      new TransactWriteItemsCommand({
        ClientRequestToken,
        TransactItems: [
          {
            Update: {
              TableName,
              Key: key('token'),
              UpdateExpression: 'ADD amount :n',
              ExpressionAttributeValues: { ':n': { N: n } },
            },
          },
        ],
      }),
    );
  await add('1', 'first');
  await add('1', 'first');
  assert.equal(await amountOf('token'), 1);
  await assert.rejects(add('2', 'first'), { name: 'IdempotentParameterMismatchException' });
  await add('1', 'second');
  assert.equal(await amountOf('token'), 2);
  server.clock.aheadMs += 10 * 60 * 1000 + 1;
  await add('2', 'first');
  assert.equal(await amountOf('token'), 4);
});

test('a hundred actions fit', async () => {
  const keys = Array.from({ length: 100 }, (_, n) => key(`hundred ${n}`));
  await client.send(
    new TransactWriteItemsCommand({ TransactItems: keys.map((Item) => ({ Put: { TableName, Item } })) }),
  );
  const { Responses } = await client.send(
    new TransactGetItemsCommand({ TransactItems: keys.map((Key) => ({ Get: { TableName, Key } })) }),
  );
  assert.deepEqual(
    Responses?.map(({ Item }) => Item),
    keys,
  );
});

test('transfers, increments and reads at the same time: the sum is the same for every reader', async () => {
  const accounts = ['A', 'B', 'C', 'D'];
  const total = 400;
  for (const account of accounts) await put(account, total / accounts.length);
  const pick = (step: number) => [accounts[step % 4]!, accounts[(step * 7 + 1 + (step % 3)) % 4]!] as const;
  let cancelled = 0;
  const transfer = async (step: number) => {
    const [from, to] = pick(step);
    if (from === to) return;
    const move = (account: string, sign: string) => ({
      Update: {
        TableName,
        Key: key(account),
        UpdateExpression: `SET amount = amount ${sign} :n`,
        ConditionExpression: sign === '-' ? 'amount >= :n' : 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':n': { N: String(1 + ((step * 13) % 60)) } },
      },
    });
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems: [move(to, '+'), move(from, '-')] }));
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      cancelled += 1;
    }
  };
  const read = async () => {
    const { Responses } = await client.send(
      new TransactGetItemsCommand({
        TransactItems: accounts.map((account) => ({ Get: { TableName, Key: key(account) } })),
      }),
    );
    const amounts = Responses!.map(({ Item }) => Number(Item!.amount!.N));
    assert.equal(
      amounts.reduce((sum, amount) => sum + amount, 0),
      total,
    );
    assert.ok(amounts.every((amount) => amount >= 0));
  };
  const touch = (step: number) =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: key(accounts[step % 4]!),
        UpdateExpression: 'ADD touched :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
  const steps = Array.from({ length: 120 }, (_, step) => step);
  await Promise.all(steps.flatMap((step) => [transfer(step), read(), touch(step)]));
  const { Items } = await client.send(
    new ScanCommand({ TableName, FilterExpression: 'attribute_exists(touched)' }),
  );
  const sumOf = (name: string) =>
    Items!.reduce((sum, item: Record<string, AttributeValue>) => sum + Number(item[name]!.N), 0);
  assert.deepEqual([sumOf('amount'), sumOf('touched')], [total, steps.length]);
  assert.ok(cancelled > 0, 'some transfers had to be refused');
});

test('what was answered is there after kill -9, and no transaction is there by half', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-dynamodb-'));
  try {
    const { child, endpoint } = await startChild(dataFolder);
    const remote = server.client('111111111111', 'us-east-1', { endpoint });
    await remote.send(new CreateTableCommand(simpleTable('Durable')));
    let answered = 0;
    const writing = (async () => {
      for (let n = 0; ; n++) {
        const half = (side: string) => ({ Put: { TableName: 'Durable', Item: key(`${n} ${side}`) } });
        await remote.send(new TransactWriteItemsCommand({ TransactItems: [half('left'), half('right')] }));
        answered += 1;
        if (answered === 60) child.kill('SIGKILL');
      }
    })();
    await assert.rejects(writing);
    const again = await startDynamoDb(dataFolder);
    const { Items } = await again.client().send(new ScanCommand({ TableName: 'Durable' }));
    const found = new Set(Items!.map(({ pk }) => pk!.S!));
    for (let n = 0; n < answered; n++) assert.ok(found.has(`${n} left`) && found.has(`${n} right`));
    assert.equal(found.size % 2, 0);
    await again.close();
  } finally {
    rmSync(dataFolder, { recursive: true });
  }
});

/** A process of its own, to be killed. */
async function startChild(dataFolder: string): Promise<{ child: ChildProcess; endpoint: string }> {
  const fixture = fileURLToPath(new URL('dynamodb-fixture.ts', import.meta.url));
  const program = `const { startDynamoDb } = await import(${JSON.stringify(fixture)});
    console.log((await startDynamoDb(${JSON.stringify(dataFolder)})).endpoint);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) return { child, endpoint: line };
  throw new Error('the child ended');
}
