// The operators of the Condition element and what each compares. `IfExists` and the two quantifiers are added to these names.

export type OperatorFamily = 'string' | 'arn' | 'number' | 'date' | 'boolean' | 'binary' | 'address';

export interface OperatorMeaning {
  family: OperatorFamily;
  isNegated: boolean;
  hasWildcards?: boolean;
  ignoresCase?: boolean;
  /** Of numbers and dates; absent: equal. */
  comparison?: 'equal' | 'less' | 'lessOrEqual' | 'greater' | 'greaterOrEqual';
}

const is = (family: OperatorFamily, rest: Partial<OperatorMeaning> = {}): OperatorMeaning => ({
  family,
  isNegated: false,
  ...rest,
});
const not = (family: OperatorFamily, rest: Partial<OperatorMeaning> = {}): OperatorMeaning => ({
  family,
  isNegated: true,
  ...rest,
});

/** AWS: `ArnEquals` and `ArnLike` are the same. */
export const operators = {
  StringEquals: is('string'),
  StringNotEquals: not('string'),
  StringEqualsIgnoreCase: is('string', { ignoresCase: true }),
  StringNotEqualsIgnoreCase: not('string', { ignoresCase: true }),
  StringLike: is('string', { hasWildcards: true }),
  StringNotLike: not('string', { hasWildcards: true }),
  NumericEquals: is('number'),
  NumericNotEquals: not('number'),
  NumericLessThan: is('number', { comparison: 'less' }),
  NumericLessThanEquals: is('number', { comparison: 'lessOrEqual' }),
  NumericGreaterThan: is('number', { comparison: 'greater' }),
  NumericGreaterThanEquals: is('number', { comparison: 'greaterOrEqual' }),
  DateEquals: is('date'),
  DateNotEquals: not('date'),
  DateLessThan: is('date', { comparison: 'less' }),
  DateLessThanEquals: is('date', { comparison: 'lessOrEqual' }),
  DateGreaterThan: is('date', { comparison: 'greater' }),
  DateGreaterThanEquals: is('date', { comparison: 'greaterOrEqual' }),
  Bool: is('boolean'),
  BinaryEquals: is('binary'),
  IpAddress: is('address'),
  NotIpAddress: not('address'),
  ArnEquals: is('arn', { hasWildcards: true }),
  ArnNotEquals: not('arn', { hasWildcards: true }),
  ArnLike: is('arn', { hasWildcards: true }),
  ArnNotLike: not('arn', { hasWildcards: true }),
} satisfies Record<string, OperatorMeaning> as Readonly<Record<OperatorName, OperatorMeaning>>;

export type OperatorName =
  | `String${'' | 'Not'}${'Equals' | 'EqualsIgnoreCase' | 'Like'}`
  | `${'Numeric' | 'Date'}${'Equals' | 'NotEquals' | 'LessThan' | 'LessThanEquals' | 'GreaterThan' | 'GreaterThanEquals'}`
  | 'Bool'
  | 'BinaryEquals'
  | 'IpAddress'
  | 'NotIpAddress'
  | `Arn${'' | 'Not'}${'Equals' | 'Like'}`;
