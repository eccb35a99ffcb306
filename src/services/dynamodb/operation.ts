// What an operation of DynamoDB is: it reads its input, says what its caller must be allowed, and runs. Running never
// waits, so that no other operation comes between.

import type { Arrival } from '../../aws/arrival.ts';
import { attributeOf, type DocumentPath, type Item } from './attribute-value.ts';
import type { Database } from './database.ts';
import { resourceNotFound } from './errors.ts';
import type { Body } from './input.ts';
import type { KeyPart, Table, TableIndex } from './table.ts';

export interface OperationContext {
  database: Database;
  accountId: string;
  region: string;
  now: Date;
  newUuid: () => string;
  arrival: Arrival;
}

/** Something the caller must be allowed, with the condition keys that policies may ask about. */
export interface Need {
  /** Without `dynamodb:`. */
  action: string;
  /** The part of the ARN behind the account: `table/Music/index/byArtist`; `*` where the action knows no resources. */
  resource: string;
  /** Values of `dynamodb:` keys: `LeadingKeys`, `Attributes`, `Select`, `ReturnValues`, `EnclosingOperation`. */
  keys?: Record<string, string | string[] | undefined>;
}

export interface DynamoDbOperation<Request = unknown> {
  read(body: Body): Request;
  needs(request: Request, context: OperationContext): Need[];
  run(request: Request, context: OperationContext): object;
}

/** An answer that is JSON already: items are stored as they are sent. */
export class RenderedAnswer {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/** Keeps an operation's request type to itself. */
export function defineOperation<Request>(operation: DynamoDbOperation<Request>): DynamoDbOperation {
  return operation as DynamoDbOperation;
}

export function findTable(context: OperationContext, tableName: string): Table | undefined {
  return context.database.findTable(context.accountId, context.region, tableName);
}

/** @throws ResourceNotFoundException in the words for calls on items */
export function getTable(context: OperationContext, tableName: string): Table {
  const table = findTable(context, tableName);
  if (!table) throw resourceNotFound();
  return table;
}

export function tableResource(tableName: string, indexName?: string): string {
  return `table/${tableName}${indexName === undefined ? '' : `/index/${indexName}`}`;
}

/** `dynamodb:LeadingKeys`: the partition keys as text. Absent when the table is not there. */
export function leadingKeys(
  context: OperationContext,
  tableName: string,
  items: Item[],
  index?: TableIndex,
): string[] | undefined {
  const part: KeyPart | undefined = (index ?? findTable(context, tableName))?.key.hash;
  if (!part) return undefined;
  return items.flatMap((item) => attributeOf(item, part.name)?.[part.type] ?? []);
}

/** `dynamodb:Attributes`: each name once. */
export function attributeNames(...names: (Iterable<string> | undefined)[]): string[] {
  return [...new Set(names.flatMap((some) => [...(some ?? [])]))];
}

export function headsOf(paths: readonly DocumentPath[] | undefined): string[] {
  return (paths ?? []).map((path) => String(path[0]));
}

/** `dynamodb:Select` of reads that have no such parameter. */
export function selectionOf(paths: readonly DocumentPath[] | undefined): string {
  return paths ? 'SPECIFIC_ATTRIBUTES' : 'ALL_ATTRIBUTES';
}
