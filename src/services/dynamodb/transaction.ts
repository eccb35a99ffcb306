// TransactWriteItems and TransactGetItems: up to 100 actions, all or none. All conditions are looked at before anything
// is written, and every action's reason is told in the order of the actions.

import { hash } from 'node:crypto';
import { AwsError } from '../../aws/aws-error.ts';
import { notBuilt } from '../parameters.ts';
import { type DocumentPath, type Item, itemBytes } from './attribute-value.ts';
import {
  addCapacity,
  type CapacityDetail,
  readUnits,
  showCapacity,
  type UsedCapacity,
  writeUnits,
} from './capacity.ts';
import {
  type CancellationReason,
  DynamoDbError,
  idempotentParameterMismatch,
  resourceNotFound,
  transactionCanceled,
  validationError,
} from './errors.ts';
import { type Body, checkAction, checkAttributeValues, readInput } from './input.ts';
import { type GetInput, readProjection } from './item.ts';
import { checkKey, encodeKey } from './item-key.ts';
import {
  attributeNames,
  defineOperation,
  findTable,
  getTable,
  headsOf,
  leadingKeys,
  type OperationContext,
  selectionOf,
  tableResource,
} from './operation.ts';
import { project } from './projection.ts';
import type { Table } from './table.ts';
import {
  attributesOfWrite,
  checkWriteKey,
  type PlannedWrite,
  performWrite,
  planWrite,
  readWrite,
  type WriteInput,
  type WriteRequest,
} from './write.ts';

type WriteKind = WriteRequest['kind'];

interface TransactWriteRequest {
  writes: WriteRequest[];
  token?: string;
  /** Of what is to be written. */
  fingerprint: string;
  detail: CapacityDetail;
}

/** AWS: how long a client token stands for its request. */
const tokenLifeMs = 10 * 60 * 1000;
const maxTransactionBytes = 4 * 1024 * 1024;

const actionOf: Record<WriteKind, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

export const transactWriteItems = defineOperation<TransactWriteRequest>({
  read: readTransactWrite,
  needs: ({ writes }, context) =>
    writes.map((write) => ({
      action: actionOf[write.kind],
      resource: tableResource(write.tableName),
      keys: {
        LeadingKeys: leadingKeys(context, write.tableName, [write.item]),
        Attributes: attributesOfWrite(write),
        EnclosingOperation: 'TransactWriteItems',
      },
    })),
  run(request, context) {
    const { database, accountId, region, now } = context;
    const { token, fingerprint } = request;
    const tokenKey = `${accountId}/${region}/${token}`;
    const nowMs = now.getTime();
    return database.transact(() => {
      const used = token === undefined ? undefined : database.findToken(tokenKey);
      if (used && nowMs - used.usedAtMs < tokenLifeMs) {
        if (used.fingerprint !== fingerprint) throw idempotentParameterMismatch();
        return JSON.parse(used.answer) as object;
      }
      const answer = writeAll(request, context);
      if (token !== undefined) {
        database.forgetTokens(nowMs - tokenLifeMs);
        database.putToken(tokenKey, { fingerprint, answer: JSON.stringify(answer), usedAtMs: nowMs });
      }
      return answer;
    });
  },
});

function readTransactWrite(body: Body): TransactWriteRequest {
  const input = readInput<{
    TransactItems: Partial<Record<WriteKind, WriteInput>>[];
    ClientRequestToken?: string;
    ReturnConsumedCapacity?: CapacityDetail;
    ReturnItemCollectionMetrics?: string;
  }>('TransactWriteItems', body);
  if (input.ReturnItemCollectionMetrics === 'SIZE') throw notBuilt('ReturnItemCollectionMetrics');
  const fingerprint = hash('sha256', JSON.stringify([input.TransactItems, input.ReturnConsumedCapacity]));
  const writes = input.TransactItems.map((action) => {
    const entries = Object.entries(action) as [WriteKind, WriteInput][];
    if (entries.length !== 1) {
      throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    const [kind, write] = entries[0]!;
    checkAttributeValues((write.Item ?? write.Key)!);
    checkAction(kind === 'ConditionCheck' ? 'ConditionCheck' : actionOf[kind], write as unknown as Body);
    return readWrite(kind, write);
  });
  const { ClientRequestToken: token, ReturnConsumedCapacity: detail } = input;
  return { writes, ...(token === undefined ? {} : { token }), fingerprint, detail };
}

function writeAll({ writes, detail }: TransactWriteRequest, context: OperationContext): object {
  const { database } = context;
  const tables = writes.map(({ tableName }) => getTable(context, tableName));
  const reasons: CancellationReason[] = [];
  const plans: PlannedWrite[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  writes.forEach((write, index) => {
    const table = tables[index]!;
    const reason = reasonAgainst(() => {
      checkWriteKey(table, write);
      const key = `${table.tableNumber}/${encodeKey(table.key, write.item).toString('latin1')}`;
      if (seen.has(key)) throw duplicateItem();
      seen.add(key);
      const plan = planWrite(database, table, write);
      bytes += itemBytes(plan.after ?? write.item);
      plans.push(plan);
    });
    reasons.push(reason);
  });
  if (bytes > maxTransactionBytes) {
    throw validationError('Collection size limit exceeded: the items of a transaction hold more than 4 MB');
  }
  if (reasons.some(({ Code }) => Code !== 'None')) throw transactionCanceled(reasons);
  for (const plan of plans) performWrite(database, plan);
  return { ConsumedCapacity: capacityOf(plans, detail) };
}

/** Refuses the whole request, not one action of it. */
class DuplicateItem extends AwsError {}

function duplicateItem(): AwsError {
  return new DuplicateItem(
    'ValidationException',
    'Transaction request cannot include multiple operations on one item',
  );
}

/** What stands against one action; code `None`: nothing. */
function reasonAgainst(plan: () => void): CancellationReason {
  try {
    plan();
    return { Code: 'None' };
  } catch (error) {
    if (!(error instanceof AwsError) || error instanceof DuplicateItem) throw error;
    if (error.code === 'ConditionalCheckFailedException') {
      const item = error instanceof DynamoDbError ? (error.members.Item as Item | undefined) : undefined;
      return { Code: 'ConditionalCheckFailed', Message: error.message, ...(item ? { Item: item } : {}) };
    }
    if (error.code !== 'ValidationException') throw error;
    return { Code: 'ValidationError', Message: error.message };
  }
}

/** AWS: one entry for each table; a transaction costs twice what its writes cost alone. */
function capacityOf(plans: PlannedWrite[], detail: CapacityDetail): object[] | undefined {
  const used = new Map<number, { table: Table; units: UsedCapacity }>();
  for (const { table, before, after } of plans) {
    const units = addCapacity(used.get(table.tableNumber)?.units, writeUnits(table, before?.item, after));
    used.set(table.tableNumber, { table, units });
  }
  const shown = [...used.values()].flatMap(({ table, units }) => showCapacity(table, detail, units, 2) ?? []);
  return shown.length > 0 ? shown : undefined;
}

interface TransactGetRequest {
  gets: { tableName: string; key: Item; paths?: DocumentPath[] }[];
  detail: CapacityDetail;
}

export const transactGetItems = defineOperation<TransactGetRequest>({
  read(body) {
    const input = readInput<{ TransactItems: { Get: GetInput }[]; ReturnConsumedCapacity?: CapacityDetail }>(
      'TransactGetItems',
      body,
    );
    const gets = input.TransactItems.map(({ Get }) => {
      checkAttributeValues(Get.Key);
      return { tableName: Get.TableName, key: Get.Key, ...readProjection(Get) };
    });
    return { gets, detail: input.ReturnConsumedCapacity };
  },
  needs: ({ gets }, context) =>
    gets.map(({ tableName, key, paths }) => ({
      action: 'GetItem',
      resource: tableResource(tableName),
      keys: {
        LeadingKeys: leadingKeys(context, tableName, [key]),
        Attributes: attributeNames(Object.keys(key), headsOf(paths)),
        Select: selectionOf(paths),
        EnclosingOperation: 'TransactGetItems',
      },
    })),
  run({ gets, detail }, context) {
    const reasons: CancellationReason[] = [];
    const used = new Map<string, number>();
    const seen = new Set<string>();
    const responses = gets.map(({ tableName, key, paths }) => {
      const table = findTable(context, tableName);
      if (!table) throw resourceNotFound();
      let item: Item | undefined;
      reasons.push(
        reasonAgainst(() => {
          checkKey(table.key, key);
          const place = encodeKey(table.key, key);
          const name = `${tableName}/${place.toString('latin1')}`;
          if (seen.has(name)) throw duplicateItem();
          seen.add(name);
          item = context.database.find(table, place)?.item;
        }),
      );
      used.set(tableName, (used.get(tableName) ?? 0) + readUnits(item ? itemBytes(item) : 0, true) * 2);
      return item ? { Item: paths ? project(item, paths) : item } : {};
    });
    if (reasons.some(({ Code }) => Code !== 'None')) throw transactionCanceled(reasons);
    const shown = [...used].flatMap(
      ([tableName, table]) =>
        showCapacity(getTable(context, tableName), detail, { table, indexes: {} }) ?? [],
    );
    return { Responses: responses, ConsumedCapacity: shown.length > 0 ? shown : undefined };
  },
});
