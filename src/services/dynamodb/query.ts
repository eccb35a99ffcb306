// Query and Scan: a range of keys of a table or of an index, page by page. A page ends after `Limit` items or 1 MiB;
// filters are applied afterwards, to what was read.

import { type DocumentPath, type Item, itemBytes } from './attribute-value.ts';
import { type CapacityDetail, readUnits, showCapacity } from './capacity.ts';
import { conditionFromOlder, type OlderCondition, satisfies, satisfiesOlder } from './condition.ts';
import { type Condition, parseCondition, pathsOf } from './condition-expression.ts';
import { projectToIndex } from './database.ts';
import { validations } from './dynalite.ts';
import { invalidParameter, validationError } from './errors.ts';
import { checkAllUsed, type ExpressionInput, readAttributes } from './expression.ts';
import { type Body, checkAttributeValues, readInput, refuse } from './input.ts';
import {
  after,
  encodeIndexKey,
  encodeKey,
  type KeyRange,
  keyOf,
  partitionPrefix,
  segmentRange,
  sortKeyRange,
} from './item-key.ts';
import { checkKeyConditions, type KeyConditions, toKeyConditions } from './key-condition.ts';
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
import { parseProjection, project } from './projection.ts';
import type { KeyShape, Table, TableIndex } from './table.ts';

interface PageInput extends ExpressionInput {
  TableName: string;
  IndexName?: string;
  Limit?: number;
  Select?: 'ALL_ATTRIBUTES' | 'ALL_PROJECTED_ATTRIBUTES' | 'SPECIFIC_ATTRIBUTES' | 'COUNT';
  ExclusiveStartKey?: Item;
  ConsistentRead?: boolean;
  ConditionalOperator?: 'AND' | 'OR';
  AttributesToGet?: string[];
  ProjectionExpression?: string;
  FilterExpression?: string;
  ReturnConsumedCapacity?: CapacityDetail;
  /** Of a Query. */
  KeyConditionExpression?: string;
  KeyConditions?: KeyConditions;
  QueryFilter?: Record<string, OlderCondition>;
  ScanIndexForward?: boolean;
  /** Of a Scan. */
  ScanFilter?: Record<string, OlderCondition>;
  Segment?: number;
  TotalSegments?: number;
}

interface PageRequest {
  input: PageInput;
  /** Of a Query. */
  keyConditions?: KeyConditions;
  filter?: Condition;
  paths?: DocumentPath[];
}

/** What is read: a table, or an index of it. */
interface Source {
  table: Table;
  index?: TableIndex;
  key: KeyShape;
}

const maxPageBytes = 1024 * 1024;
const wholeTable: KeyRange = { from: Buffer.alloc(0), to: Buffer.alloc(5, 0xff) };

export const query = defineOperation<PageRequest>({
  read: readQuery,
  needs: (request, context) => needsOfPage('Query', request, context),
  run(request, context) {
    const source = findSource(request.input, context);
    checkKeyConditions(source.key, request.keyConditions!);
    checkFilterPaths(source, request);
    checkProjection(source, request);
    const range = queryRange(source, request.keyConditions!);
    checkQueryStart(source, request);
    return readPage(source, request, range, context);
  },
});

export const scan = defineOperation<PageRequest>({
  read(body) {
    const input = readInput<PageInput>('Scan', body);
    return readExpressions(input, conditionFromOlder(input.ScanFilter, input.ConditionalOperator));
  },
  needs: (request, context) => needsOfPage('Scan', request, context),
  run(request, context) {
    const { Segment, TotalSegments } = request.input;
    const source = findSource(request.input, context);
    checkProjection(source, request);
    checkStartKey(source, request.input.ExclusiveStartKey);
    const range = TotalSegments === undefined ? wholeTable : segmentRange(Segment!, TotalSegments);
    return readPage(source, request, range, context);
  },
});

function readQuery(body: Body): PageRequest {
  const input = readInput<PageInput>('Query', body);
  const checks = validations();
  refuse(checks.validateConditions(input.QueryFilter));
  const duplicate = checks.findDuplicate(input.AttributesToGet);
  if (duplicate) throw invalidParameter(`Duplicate value in attribute name: ${duplicate}`);
  if (input.ExclusiveStartKey) checkAttributeValues(input.ExclusiveStartKey);
  if (!input.KeyConditions && input.KeyConditionExpression === undefined) {
    throw validationError(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  }
  const request = readExpressions(input, conditionFromOlder(input.QueryFilter, input.ConditionalOperator));
  const keyConditions = request.keyConditions ?? input.KeyConditions!;
  refuse(checks.validateConditions(keyConditions));
  const count = Object.keys(keyConditions).length;
  if (count !== 1 && count !== 2) throw validationError('Conditions can be of length 1 or 2 only');
  return { ...request, keyConditions };
}

function readExpressions(input: PageInput, olderFilter: Condition | undefined): PageRequest {
  const { KeyConditionExpression, FilterExpression, ProjectionExpression, AttributesToGet } = input;
  const attributes = readAttributes(input);
  const keyCondition =
    KeyConditionExpression === undefined
      ? undefined
      : parseCondition('KeyConditionExpression', KeyConditionExpression, attributes);
  const filter =
    FilterExpression === undefined
      ? olderFilter
      : parseCondition('FilterExpression', FilterExpression, attributes);
  const paths =
    ProjectionExpression === undefined
      ? AttributesToGet?.map((name) => [name])
      : parseProjection(ProjectionExpression, attributes);
  checkAllUsed(attributes);
  checkSelect(input, paths !== undefined);
  return {
    input,
    ...(keyCondition ? { keyConditions: toKeyConditions(keyCondition) } : {}),
    ...(filter ? { filter } : {}),
    ...(paths ? { paths } : {}),
  };
}

function checkSelect({ Select, IndexName, ProjectionExpression }: PageInput, hasProjection: boolean): void {
  const parameter = ProjectionExpression === undefined ? 'AttributesToGet' : 'ProjectionExpression';
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && IndexName === undefined) {
    throw invalidParameter('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  }
  if (Select === 'SPECIFIC_ATTRIBUTES' && !hasProjection) {
    throw invalidParameter(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (!Select || Select === 'SPECIFIC_ATTRIBUTES' || !hasProjection) return;
  const what = Select === 'COUNT' ? 'only the Count' : Select;
  throw invalidParameter(`Cannot specify the ${parameter} when choosing to get ${what}`);
}

function needsOfPage(action: string, request: PageRequest, context: OperationContext) {
  const { input, keyConditions, filter, paths } = request;
  const table = findTable(context, input.TableName);
  const index = table?.indexes.find(({ indexName }) => indexName === input.IndexName);
  const hashItem: Item = {};
  for (const [name, { AttributeValueList }] of Object.entries(keyConditions ?? {})) {
    if (AttributeValueList?.[0]) hashItem[name] = AttributeValueList[0];
  }
  const attributes = attributeNames(
    Object.keys(keyConditions ?? {}),
    headsOf(filter && pathsOf(filter)),
    headsOf(paths),
  );
  return [
    {
      action,
      resource: tableResource(input.TableName, input.IndexName),
      keys: {
        // AWS: a Scan has no leading keys.
        LeadingKeys: keyConditions && leadingKeys(context, input.TableName, [hashItem], index),
        Attributes: attributes,
        // AWS: what is meant when it is not said.
        Select: input.Select ?? (index && !paths ? 'ALL_PROJECTED_ATTRIBUTES' : selectionOf(paths)),
      },
    },
  ];
}

function findSource(input: PageInput, context: OperationContext): Source {
  const table = getTable(context, input.TableName);
  if (input.IndexName === undefined) return { table, key: table.key };
  const index = table.indexes.find(({ indexName }) => indexName === input.IndexName);
  if (!index) throw validationError(`The table does not have the specified index: ${input.IndexName}`);
  if (index.kind === 'global' && input.ConsistentRead) {
    throw validationError('Consistent reads are not supported on global secondary indexes');
  }
  return { table, index, key: index.key };
}

/** AWS: a global index gives what it holds; a local one fetches the rest from the table. */
function checkProjection({ table, index }: Source, { input, paths }: PageRequest): void {
  if (index?.kind !== 'global' || index.projection.ProjectionType === 'ALL') return;
  if (input.Select === 'ALL_ATTRIBUTES') {
    throw invalidParameter(
      `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.indexName} because its projection type is not ALL`,
    );
  }
  const names = [...new Set(headsOf(paths))];
  const all = Object.fromEntries(names.map((name) => [name, { NULL: true }]));
  const held = projectToIndex(table, index, all);
  const missing = names.filter((name) => !Object.hasOwn(held, name));
  if (missing.length > 0) {
    throw invalidParameter(
      `Global secondary index ${index.indexName} does not project [${missing.join(', ')}]`,
    );
  }
}

function checkFilterPaths({ key }: Source, { input, filter }: PageRequest): void {
  const heads = headsOf(filter && pathsOf(filter));
  const found = [key.hash, key.range].find((part) => part && heads.includes(part.name));
  if (!found) return;
  const parameter = input.FilterExpression === undefined ? 'QueryFilter' : 'Filter Expression';
  throw validationError(
    `${parameter} can only contain non-primary key attributes: Primary key attribute: ${found.name}`,
  );
}

function queryRange({ key }: Source, conditions: KeyConditions): KeyRange {
  const prefix = partitionPrefix(key.hash.type, conditions[key.hash.name]!.AttributeValueList![0]!);
  const sort = key.range && conditions[key.range.name];
  if (!sort) return { from: prefix, to: after(prefix) };
  return sortKeyRange(prefix, key.range!.type, sort.ComparisonOperator!, sort.AttributeValueList!);
}

function checkStartKey({ table, index, key }: Source, startKey: Item | undefined): void {
  if (!startKey) return;
  const parts = [table.key.hash, table.key.range, index && key.hash, index && key.range];
  const types = new Map(parts.flatMap((part) => (part ? [[part.name, part.type]] : [])));
  const fits = [...types].every(([name, type]) => startKey[name]?.[type] !== undefined);
  if (fits && Object.keys(startKey).length === types.size) return;
  throw validationError(
    index
      ? 'The provided starting key is invalid'
      : 'The provided starting key is invalid: The provided key element does not match the schema',
  );
}

function checkQueryStart(source: Source, { input, keyConditions }: PageRequest): void {
  const { ExclusiveStartKey: startKey } = input;
  if (!startKey) return;
  checkStartKey(source, startKey);
  const { hash, range } = source.key;
  if (!satisfiesOlder(startKey, hash.name, keyConditions![hash.name]!)) {
    throw validationError(
      'The provided starting key is outside query boundaries based on provided conditions',
    );
  }
  const sort = range && keyConditions![range.name];
  if (sort && !satisfiesOlder(startKey, range.name, sort)) {
    throw validationError('The provided starting key does not match the range key predicate');
  }
}

/** Behind the start key, in the direction of reading. */
function continueFrom(source: Source, { input }: PageRequest, range: KeyRange): KeyRange {
  const { ExclusiveStartKey: startKey, TotalSegments, Segment } = input;
  if (!startKey) return range;
  const { table, index, key } = source;
  const place = index ? encodeIndexKey(table, key, startKey) : encodeKey(key, startKey);
  if (Buffer.compare(place, range.from) < 0 || Buffer.compare(place, range.to) >= 0) {
    throw validationError(
      'The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. ' +
        `TotalSegments: ${TotalSegments} Segment: ${Segment}`,
    );
  }
  if (input.ScanIndexForward === false) return { from: range.from, to: place };
  return { from: Buffer.concat([place, Buffer.of(0)]), to: range.to };
}

function readPage(source: Source, request: PageRequest, range: KeyRange, { database }: OperationContext) {
  const { table, index } = source;
  const { input, filter, paths } = request;
  const isForward = input.ScanIndexForward !== false;
  // A local index gives more than it holds when more is asked for.
  const isWhole =
    !index || (index.kind === 'local' && (paths !== undefined || input.Select === 'ALL_ATTRIBUTES'));
  const matches: Item[] = [];
  let scanned = 0;
  let bytes = 0;
  let last: Item | undefined;
  for (const { item: stored } of database.items(
    table,
    index,
    continueFrom(source, request, range),
    isForward,
  )) {
    const item = isWhole ? stored : projectToIndex(table, index!, stored);
    scanned += 1;
    bytes += itemBytes(item);
    if (!filter || satisfies(item, filter)) matches.push(paths ? project(item, paths) : item);
    if (scanned === input.Limit || bytes >= maxPageBytes) {
      last = stored;
      break;
    }
  }
  const units = readUnits(bytes, input.ConsistentRead);
  const used = index ? { table: 0, indexes: { [index.indexName]: units } } : { table: units, indexes: {} };
  return {
    Items: input.Select === 'COUNT' ? undefined : matches,
    Count: matches.length,
    ScannedCount: scanned,
    LastEvaluatedKey: last && keyOf([table.key, ...(index ? [index.key] : [])], last),
    ConsumedCapacity: showCapacity(table, input.ReturnConsumedCapacity, used),
  };
}
