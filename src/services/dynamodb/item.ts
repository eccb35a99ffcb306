// GetItem, PutItem, UpdateItem, DeleteItem.

import type { DocumentPath, Item } from './attribute-value.ts';
import { itemBytes } from './attribute-value.ts';
import { type CapacityDetail, readUnits, showCapacity, writeUnits } from './capacity.ts';
import { checkAllUsed, type ExpressionInput, readAttributes } from './expression.ts';
import { readInput } from './input.ts';
import { checkKey, encodeKey } from './item-key.ts';
import {
  attributeNames,
  defineOperation,
  getTable,
  headsOf,
  leadingKeys,
  type OperationContext,
  RenderedAnswer,
  selectionOf,
  tableResource,
} from './operation.ts';
import { parseProjection, project } from './projection.ts';
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

export interface GetInput extends ExpressionInput {
  TableName: string;
  Key: Item;
  ConsistentRead?: boolean;
  ProjectionExpression?: string;
  AttributesToGet?: string[];
  ReturnConsumedCapacity?: CapacityDetail;
}

export interface ReadProjection {
  /** Absent: the whole item. */
  paths?: DocumentPath[];
}

/** Of a read that has no other expression. */
export function readProjection(
  input: ExpressionInput & Pick<GetInput, 'ProjectionExpression' | 'AttributesToGet'>,
): ReadProjection {
  const attributes = readAttributes(input);
  const paths =
    input.ProjectionExpression === undefined
      ? input.AttributesToGet?.map((name) => [name])
      : parseProjection(input.ProjectionExpression, attributes);
  checkAllUsed(attributes);
  return paths ? { paths } : {};
}

export const getItem = defineOperation({
  read(body) {
    const input = readInput<GetInput>('GetItem', body);
    return { ...input, ...readProjection(input) };
  },
  needs: ({ TableName, Key, paths }, context) => [
    {
      action: 'GetItem',
      resource: tableResource(TableName),
      keys: {
        LeadingKeys: leadingKeys(context, TableName, [Key]),
        Attributes: attributeNames(Object.keys(Key), headsOf(paths)),
        Select: selectionOf(paths),
      },
    },
  ],
  run({ TableName, Key, ConsistentRead, ReturnConsumedCapacity, paths }, context) {
    const table = getTable(context, TableName);
    checkKey(table.key, Key);
    const text = context.database.findText(table, encodeKey(table.key, Key));
    if (!paths && !ReturnConsumedCapacity) {
      return new RenderedAnswer(text === undefined ? '{}' : `{"Item":${text}}`);
    }
    const item = text === undefined ? undefined : (JSON.parse(text) as Item);
    const units = readUnits(item ? itemBytes(item) : 0, ConsistentRead);
    return {
      Item: item && (paths ? project(item, paths) : item),
      ConsumedCapacity: showCapacity(table, ReturnConsumedCapacity, { table: units, indexes: {} }),
    };
  },
});

interface SingleWrite {
  input: WriteInput;
  request: WriteRequest;
}

function defineWrite(operation: string, kind: WriteRequest['kind']) {
  return defineOperation<SingleWrite>({
    read(body) {
      const input = readInput<WriteInput>(operation, body);
      return { input, request: readWrite(kind, input) };
    },
    needs: ({ input, request }, context) => [
      {
        action: operation,
        resource: tableResource(input.TableName),
        keys: {
          LeadingKeys: leadingKeys(context, input.TableName, [request.item]),
          Attributes: attributesOfWrite(request),
          ReturnValues: input.ReturnValues ?? 'NONE',
        },
      },
    ],
    run: (write, context) => runWrite(write, context),
  });
}

function runWrite({ input, request }: SingleWrite, context: OperationContext): object {
  const { database } = context;
  const table = getTable(context, input.TableName);
  checkWriteKey(table, request);
  const planned = database.transact(() => {
    const plan = planWrite(database, table, request);
    performWrite(database, plan);
    return plan;
  });
  return {
    Attributes: returnedAttributes(input.ReturnValues, request, planned),
    ConsumedCapacity: showCapacity(
      table,
      input.ReturnConsumedCapacity,
      writeUnits(table, planned.before?.item, planned.after),
    ),
  };
}

/** AWS: absent, not empty, when there is nothing to show. */
function returnedAttributes(
  returnValues: WriteInput['ReturnValues'],
  { actions }: WriteRequest,
  { before, after }: PlannedWrite,
): Item | undefined {
  if (returnValues === undefined || returnValues === 'NONE') return undefined;
  const item = returnValues.endsWith('OLD') ? before?.item : after;
  if (!item || returnValues.startsWith('ALL')) return item;
  const changed = project(
    item,
    actions.map(({ path }) => path),
  );
  return actions.length > 0 && Object.keys(changed).length > 0 ? changed : undefined;
}

export const putItem = defineWrite('PutItem', 'Put');
export const updateItem = defineWrite('UpdateItem', 'Update');
export const deleteItem = defineWrite('DeleteItem', 'Delete');
