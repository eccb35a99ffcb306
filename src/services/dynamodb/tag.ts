// Tags of tables, by the table's ARN.

import { parseArn } from '../../lib/arn.ts';
import { arnNotFound, validationError } from './errors.ts';
import { readInput } from './input.ts';
import { defineOperation, findTable, type OperationContext } from './operation.ts';
import type { Table } from './table.ts';

export interface Tag {
  Key: string;
  Value: string;
}

interface TagInput {
  ResourceArn: string;
  Tags: Tag[];
  TagKeys: string[];
}

const maxTags = 50;

/** @throws ValidationException for what is no tag, and for more than a resource may have */
export function readTags(tags: Tag[], existing: Record<string, string> = {}): Record<string, string> {
  for (const { Key = '', Value } of tags) {
    if (Key === '' || Key.length > 128 || /^aws:/i.test(Key)) {
      throw validationError(
        `One or more parameter values were invalid: Tag keys must have 1 to 128 characters and not begin with aws: — ${Key}`,
      );
    }
    if (Value === undefined || Value.length > 256) {
      throw validationError(
        `One or more parameter values were invalid: Tag values must have 0 to 256 characters: ${Key}`,
      );
    }
  }
  const keys = tags.map(({ Key }) => Key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw validationError(`One or more parameter values were invalid: Duplicate tag key: ${twice}`);
  }
  const all = new Map([
    ...Object.entries(existing),
    ...tags.map(({ Key, Value }): [string, string] => [Key, Value]),
  ]);
  if (all.size > maxTags) {
    throw validationError('One or more parameter values were invalid: Too many tags: a resource may have 50');
  }
  return Object.fromEntries(all);
}

function defineTagOperation(
  operation: string,
  run: (table: Table, input: TagInput, context: OperationContext) => object,
) {
  return defineOperation<TagInput>({
    read: (body) => readInput<TagInput>(operation, body),
    needs: ({ ResourceArn }) => [{ action: operation, resource: parseArn(ResourceArn)?.resource ?? '*' }],
    run: (input, context) => run(getTableByArn(context, input.ResourceArn), input, context),
  });
}

function getTableByArn(context: OperationContext, text: string): Table {
  const arn = parseArn(text);
  const isHere = arn?.accountId === context.accountId && arn.region === context.region;
  const table = isHere ? findTable(context, arn.resource.replace(/^table\//, '')) : undefined;
  if (!table) throw arnNotFound(text);
  return table;
}

export const tagResource = defineTagOperation('TagResource', (table, { Tags }, { database }) => {
  const tags = readTags(Tags, table.tags);
  database.transact(() => database.updateTable({ ...table, tags }));
  return {};
});

export const untagResource = defineTagOperation('UntagResource', (table, { TagKeys }, { database }) => {
  const kept = Object.entries(table.tags).filter(([key]) => !TagKeys.includes(key));
  database.transact(() => database.updateTable({ ...table, tags: Object.fromEntries(kept) }));
  return {};
});

export const listTagsOfResource = defineTagOperation('ListTagsOfResource', ({ tags }) => ({
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
}));
