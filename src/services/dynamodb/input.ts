// A request's body against the shape of its operation: unknown members fall away, wrong types and values are refused in
// AWS's words, what AWS has and is not built here is refused too. The shapes are dynalite's, with what is newer added.

import { AwsError } from '../../aws/aws-error.ts';
import { notBuilt } from '../parameters.ts';
import {
  type AttributeValue,
  checkAttributeName,
  type Item,
  maxItemBytes,
  settleItem,
  settleValue,
} from './attribute-value.ts';
import type { OlderCondition } from './condition.ts';
import { type DynaliteError, isDynaliteError, type Shapes, validationOf, validations } from './dynalite.ts';
import { validationError } from './errors.ts';
import { newerShapes } from './shape.ts';

export type Body = Record<string, unknown>;

/** Members of AWS's inputs that are refused when they ask for something. */
const notBuiltMembers: Record<string, string[]> = {
  CreateTable: [
    'StreamSpecification',
    'SSESpecification',
    'OnDemandThroughput',
    'WarmThroughput',
    'ResourcePolicy',
    'GlobalTableSourceArn',
    'GlobalTableSettingsReplicationMode',
  ],
  UpdateTable: [
    'StreamSpecification',
    'SSESpecification',
    'OnDemandThroughput',
    'WarmThroughput',
    'ReplicaUpdates',
    'MultiRegionConsistency',
    'GlobalTableWitnessUpdates',
    'GlobalTableSettingsReplicationMode',
  ],
};

/** The parameters with expressions and the older ones that cannot stand beside them. */
const expressionParameters: Record<string, { expressions: string[]; older: string[] }> = {
  GetItem: { expressions: ['ProjectionExpression'], older: ['AttributesToGet'] },
  PutItem: { expressions: ['ConditionExpression'], older: ['Expected'] },
  DeleteItem: { expressions: ['ConditionExpression'], older: ['Expected'] },
  UpdateItem: {
    expressions: ['UpdateExpression', 'ConditionExpression'],
    older: ['AttributeUpdates', 'Expected'],
  },
  Query: {
    expressions: ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression'],
    older: ['AttributesToGet', 'QueryFilter', 'ConditionalOperator', 'KeyConditions'],
  },
  Scan: {
    expressions: ['ProjectionExpression', 'FilterExpression'],
    older: ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'],
  },
  BatchGetItem: { expressions: ['ProjectionExpression'], older: ['AttributesToGet'] },
};

/**
 * DIFFERS: dynamodb-table-arns a table is named by its name, not by its ARN.
 * @throws SerializationException, ValidationException or NotImplemented
 */
export function readInput<Input>(operation: string, body: Body): Input {
  const refused = notBuiltMembers[operation]?.find((member) => isAskedFor(body[member]));
  if (refused) throw notBuilt(`${refused} of ${operation}`);
  return inAwsWords(() => {
    const shapes = shapesOf(operation);
    const input = validations().checkTypes(body, shapes);
    refuseNulls(input);
    validations().checkValidations(input, shapes);
    checkByHand(operation, input);
    return input as Input;
  });
}

/** By now a null member of a structure has fallen away; one in a list or a map has not. */
function refuseNulls(value: unknown): void {
  if (value === null || value === undefined) {
    throw validationError(
      "1 validation error detected: Value null at 'member' failed to satisfy constraint: Member must not be null",
    );
  }
  if (typeof value === 'object') for (const member of Object.values(value)) refuseNulls(member);
}

/** `{ StreamEnabled: false }` and an empty list ask for nothing. */
function isAskedFor(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value !== 'object') return true;
  const { StreamEnabled, Enabled } = value as { StreamEnabled?: boolean; Enabled?: boolean };
  return StreamEnabled !== false && Enabled !== false;
}

const knownShapes = new Map<string, Shapes>();

function shapesOf(operation: string): Shapes {
  let shapes = knownShapes.get(operation);
  if (!shapes) {
    const added = newerShapes[operation] ?? {};
    shapes = hasOwnValidation(operation) ? { ...dynaliteShapes(operation), ...added } : added;
    knownShapes.set(operation, shapes);
  }
  return shapes;
}

const lowerFirst = (name: string) => name[0]!.toLowerCase() + name.slice(1);

function dynaliteShapes(operation: string): Shapes {
  const shapes = structuredClone(validationOf(lowerFirst(operation)).types);
  if (operation === 'UpdateTable') {
    // A new index of an on-demand table has no throughput of its own.
    const updates = shapes.GlobalSecondaryIndexUpdates as { children: { children: Shapes } };
    const create = updates.children.children.Create as { children: Shapes };
    delete (create.children.ProvisionedThroughput as { notNull?: boolean }).notNull;
  }
  return shapes;
}

const ownInput = new Set([
  'TransactWriteItems',
  'TransactGetItems',
  'UpdateTimeToLive',
  'DescribeTimeToLive',
  'DescribeContinuousBackups',
  'DescribeLimits',
  'DescribeEndpoints',
  'ConditionCheck',
]);

const hasOwnValidation = (operation: string) => !ownInput.has(operation);

/** What no shape can say. Dynalite's own checks see no expressions: ours are read later, and in linear time. */
function checkByHand(operation: string, input: Body): void {
  const parameters = expressionParameters[operation];
  const tables =
    operation === 'BatchGetItem' ? Object.values(input.RequestItems as Record<string, Body>) : [input];
  if (parameters) {
    for (const table of tables) {
      refuse(
        validations().validateExpressionParams(table, [...parameters.expressions], [...parameters.older]),
      );
    }
  }
  const isOnlyNewer =
    operation === 'UpdateTable' &&
    (input.DeletionProtectionEnabled !== undefined || input.TableClass !== undefined) &&
    !(input.ProvisionedThroughput ?? input.BillingMode ?? input.GlobalSecondaryIndexUpdates);
  if (operation === 'BatchGetItem') for (const { Keys } of tables) refuseOtherKeys(Keys as Item[]);
  const { ResourceArn: arn } = input;
  if (typeof arn === 'string' && !/^.+:.+:.+:.+:.+:.+\/.+$/.test(arn)) {
    throw validationError(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  }
  // A Query's checks begin with its key condition, which is an expression.
  if (hasOwnValidation(operation) && operation !== 'Query' && !isOnlyNewer) {
    const store = { options: { maxItemSize: maxItemBytes } };
    refuse(validationOf(lowerFirst(operation)).custom?.(withoutExpressions(operation, input), store));
  }
  settleItems(input);
}

/** ORDER: before dynalite's check for duplicates, which reads every value as a key. */
function refuseOtherKeys(keys: Item[]): void {
  const isScalar = ({ S, N, B }: AttributeValue) => [S, N, B].some((text) => text !== undefined);
  if (keys.every((key) => Object.values(key).every(isScalar))) return;
  throw validationError('The provided key element does not match the schema');
}

function withoutExpressions(operation: string, input: Body): Body {
  if (operation === 'BatchGetItem') {
    const tables = Object.entries(input.RequestItems as Record<string, Body>);
    return {
      ...input,
      RequestItems: Object.fromEntries(tables.map(([name, table]) => [name, strip(table)])),
    };
  }
  return strip(input);
}

function strip(input: Body): Body {
  const kept = Object.entries(input).filter(([name]) => !/^ExpressionAttribute|Expression$/.test(name));
  return Object.fromEntries(kept);
}

/** Values in their final form, wherever in the input they are. */
function settleItems(input: Body): void {
  for (const member of ['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey']) {
    const values = input[member] as Item | undefined;
    if (values) settleItem(values);
  }
  const updates = input.AttributeUpdates as Record<string, { Value?: Item[string] }> | undefined;
  for (const [name, { Value }] of Object.entries(updates ?? {})) {
    checkAttributeName(name);
    if (Value) settleValue(Value);
  }
  for (const member of ['Expected', 'KeyConditions', 'QueryFilter', 'ScanFilter']) {
    const conditions = input[member] as Record<string, OlderCondition> | undefined;
    for (const { Value, AttributeValueList } of Object.values(conditions ?? {})) {
      for (const value of [Value ?? [], AttributeValueList ?? []].flat()) checkValue(value);
    }
  }
}

/** For those parts of an input that are items but no shape checks: transactions and batches. */
export function checkAttributeValues(item: Item): void {
  inAwsWords(() => {
    for (const value of Object.values(item)) refuse(validations().validateAttributeValue(value));
    settleItem(item);
  });
}

function checkValue(value: AttributeValue): void {
  refuse(validations().validateAttributeValue(value));
  settleValue(value);
}

/** One action of a transaction, by the rules of the operation that it is like. */
export function checkAction(operation: string, action: Body): void {
  inAwsWords(() => checkByHand(operation, action));
}

export function refuse(message: string | null | undefined): void {
  if (message) throw validationError(message);
}

/** Runs a check of dynalite's and puts its refusal into our form. */
function inAwsWords<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (isDynaliteError(error)) throw fromDynalite(error);
    if (error instanceof RangeError && /call stack/.test(error.message)) {
      throw validationError('Nesting Levels have exceeded supported limits');
    }
    throw error;
  }
}

function fromDynalite({ body, statusCode }: DynaliteError): AwsError {
  const code = body.__type.split('#').at(-1)!;
  return new AwsError(code, body.message ?? body.Message ?? '', statusCode);
}
