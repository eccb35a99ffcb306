// DynamoDB's refusals, in its words. Some carry more than a message: the item that stood in the way, the reasons of a
// cancelled transaction.

import { AwsError } from '../../aws/aws-error.ts';
import type { Item } from './attribute-value.ts';

export interface CancellationReason {
  Code: string;
  Message?: string;
  Item?: Item;
}

/** An error with members beside its message, as the wire shows them. */
export class DynamoDbError extends AwsError {
  readonly members: Record<string, unknown>;

  constructor(code: string, message: string, members: Record<string, unknown> = {}) {
    super(code, message);
    this.members = members;
  }
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function invalidParameter(what: string): AwsError {
  return validationError(`One or more parameter values were invalid: ${what}`);
}

export function tableNotFound(tableName: string): AwsError {
  return new AwsError(
    'ResourceNotFoundException',
    `Requested resource not found: Table: ${tableName} not found`,
  );
}

/** AWS: calls on items do not name the table. */
export function resourceNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'Requested resource not found');
}

export function arnNotFound(arn: string): AwsError {
  return new AwsError(
    'ResourceNotFoundException',
    `Requested resource not found: ResourcArn: ${arn} not found`,
  );
}

export function tableExists(tableName: string): AwsError {
  return new AwsError('ResourceInUseException', `Table already exists: ${tableName}`);
}

export function deletionProtected(tableArn: string): AwsError {
  return validationError(
    `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first. Resource: ${tableArn}`,
  );
}

/** @param item what stood there, if the caller asked to be shown it */
export function conditionalCheckFailed(item?: Item): DynamoDbError {
  return new DynamoDbError(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    item ? { Item: item } : {},
  );
}

export function transactionCanceled(reasons: CancellationReason[]): DynamoDbError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new DynamoDbError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

export function idempotentParameterMismatch(): AwsError {
  return new AwsError(
    'IdempotentParameterMismatchException',
    'This request has the same client token as an earlier one, and other parameters.',
  );
}

export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceededException', message);
}
