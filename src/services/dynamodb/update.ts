// What an update makes of an item. Every operand is read from the item as it was, every list position too;
// the older AttributeUpdates are turned into the same actions.

import {
  type AttributeValue,
  addNumbers,
  type DocumentPath,
  type Item,
  typeOf,
  valueAt,
} from './attribute-value.ts';
import { validationError } from './errors.ts';
import type { UpdateAction, UpdateOperand } from './update-expression.ts';

export interface OlderUpdate {
  /** Absent: PUT. */
  Action?: 'PUT' | 'ADD' | 'DELETE';
  Value?: AttributeValue;
}

const wrongType = () => validationError('An operand in the update expression has an incorrect data type');

/** A new item; the old one is left as it is. */
export function applyUpdate(before: Item, actions: readonly UpdateAction[]): Item {
  const item = structuredClone(before);
  const sets = actions.filter((action) => action.kind === 'SET');
  const values = sets.map(({ value }) => structuredClone(evaluate(value, before)));
  sets.forEach(({ path }, index) => {
    setAt(item, path, values[index]!);
  });
  for (const action of actions) {
    if (action.kind === 'ADD') add(item, action.path, action.value);
    if (action.kind === 'DELETE') deleteFromSet(item, action.path, action.value);
  }
  removeAll(
    item,
    actions.filter(({ kind }) => kind === 'REMOVE').map(({ path }) => path),
  );
  return item;
}

function evaluate(operand: UpdateOperand, item: Item): AttributeValue {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'path': {
      const value = valueAt(item, operand.path);
      if (value) return value;
      throw validationError('The provided expression refers to an attribute that does not exist in the item');
    }
    case 'if_not_exists':
      return valueAt(item, operand.path) ?? evaluate(operand.otherwise, item);
    case 'list_append': {
      const left = evaluate(operand.left, item);
      const right = evaluate(operand.right, item);
      if (!left.L || !right.L) throw wrongType();
      return { L: [...left.L, ...right.L] };
    }
    case 'sum': {
      const left = evaluate(operand.left, item);
      const right = evaluate(operand.right, item);
      if (left.N === undefined || right.N === undefined) throw wrongType();
      return { N: addNumbers(left.N, right.N, operand.sign) };
    }
  }
}

/** The map or list that holds the end of a path. */
function holderOf(item: Item, path: DocumentPath): { map: Item } | { list: AttributeValue[] } {
  const parent = valueAt(item, path.slice(0, -1));
  const isIndex = typeof path.at(-1) === 'number';
  if (isIndex && parent?.L) return { list: parent.L };
  if (!isIndex && parent?.M) return { map: parent.M };
  throw validationError('The document path provided in the update expression is invalid for update');
}

/** AWS: beyond the end of a list it is appended. */
function setAt(item: Item, path: DocumentPath, value: AttributeValue): void {
  const holder = holderOf(item, path);
  if ('map' in holder) holder.map[path.at(-1) as string] = value;
  else holder.list[Math.min(path.at(-1) as number, holder.list.length)] = value;
}

function add(item: Item, path: DocumentPath, value: AttributeValue): void {
  holderOf(item, path);
  const existing = valueAt(item, path);
  const type = typeOf(value);
  if (!existing) {
    setAt(item, path, structuredClone(value));
    return;
  }
  if (typeOf(existing) !== type) throw wrongType();
  if (type === 'N') existing.N = addNumbers(existing.N!, value.N!);
  else if (type === 'L') existing.L!.push(...structuredClone(value.L!));
  else if (type === 'SS' || type === 'NS' || type === 'BS') {
    existing[type] = [...new Set([...existing[type]!, ...value[type]!])];
  }
}

function deleteFromSet(item: Item, path: DocumentPath, value: AttributeValue): void {
  holderOf(item, path);
  const existing = valueAt(item, path);
  if (!existing) return;
  const type = typeOf(value);
  if (typeOf(existing) !== type || (type !== 'SS' && type !== 'NS' && type !== 'BS')) throw wrongType();
  const gone = new Set(value[type]);
  existing[type] = existing[type]!.filter((member) => !gone.has(member));
  if (existing[type].length === 0) removeAll(item, [path]);
}

/** Later members of a list first, so that positions mean what they meant before. */
function removeAll(item: Item, paths: DocumentPath[]): void {
  const position = (path: DocumentPath) => (typeof path.at(-1) === 'number' ? (path.at(-1) as number) : -1);
  const fromTheEnd = paths.toSorted((a, b) => position(b) - position(a));
  const holders = fromTheEnd.map((path) => holderOf(item, path));
  fromTheEnd.forEach((path, index) => {
    const holder = holders[index]!;
    if ('map' in holder) delete holder.map[path.at(-1) as string];
    else holder.list.splice(path.at(-1) as number, 1);
  });
}

export function updateFromOlder(updates: Record<string, OlderUpdate> | undefined): UpdateAction[] {
  return Object.entries(updates ?? {}).map(([name, { Action = 'PUT', Value }]): UpdateAction => {
    const path = [name];
    if (Action === 'PUT') return { kind: 'SET', path, value: { kind: 'value', value: Value! } };
    return Value ? { kind: Action, path, value: Value } : { kind: 'REMOVE', path };
  });
}
