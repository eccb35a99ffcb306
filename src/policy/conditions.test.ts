// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCondition, parseOperator } from './conditions.ts';

type Row = [
  operator: string,
  policy: string | string[],
  request: string | string[] | undefined,
  want: boolean,
];

function check(rows: Row[], more: Record<string, string> = {}): void {
  for (const [operator, policy, request, want] of rows) {
    const context = new Map<string, string[]>(Object.entries(more).map(([key, value]) => [key, [value]]));
    if (request !== undefined) context.set('x:key', [request].flat());
    const { holds } = compileCondition(operator, 'X:Key', [policy].flat(), true);
    assert.equal(holds(context), want, `${operator} ${policy} on ${request}`);
  }
}

test('strings', () => {
  check([
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', 'a*', 'a*', true],
    ['StringEquals', ['b', 'a'], 'a', true],
    ['StringEquals', '', '', true],
    ['StringNotEquals', ['b', 'a'], 'a', false],
    ['StringNotEquals', ['b', 'a'], 'c', true],
    ['StringEqualsIgnoreCase', 'Ab', 'aB', true],
    ['StringNotEqualsIgnoreCase', 'Ab', 'aB', false],
    ['StringLike', 'a*', 'ab', true],
    ['StringLike', 'a*', 'Ab', false],
    ['StringLike', 'ab', 'a*', false],
    ['StringLike', ['x', 'a?'], 'ab', true],
    ['StringNotLike', ['x', 'a?'], 'ab', false],
    ['StringNotLike', 'a?', 'abc', true],
  ]);
});

test('variables in strings and ARNs; without a value nothing is equal, and what is negated holds', () => {
  const more = { 'aws:username': 'Ada', 'aws:principalaccount': '111111111111' };
  check(
    [
      ['StringEquals', '${aws:username}', 'Ada', true],
      ['StringEqualsIgnoreCase', '${aws:username}', 'aDA', true],
      ['StringLike', '${aws:username}*', 'Ada/x', true],
      ['StringEquals', '${aws:nothing}', '', false],
      ['StringNotEquals', '${aws:nothing}', 'x', true],
      ['StringEquals', "${aws:nothing, 'z'}", 'z', true],
      ['ArnLike', 'arn:aws:iam::${aws:PrincipalAccount}:user/*', 'arn:aws:iam::111111111111:user/x', true],
      ['NumericEquals', '${aws:username}', '1', false],
    ],
    more,
  );
});

test('a key that is absent: positive is false, negated is true, IfExists is true, Null asks', () => {
  const positive = ['StringEquals', 'StringLike', 'NumericLessThan', 'DateEquals', 'IpAddress', 'ArnLike'];
  const negated = ['StringNotEquals', 'StringNotLike', 'NumericNotEquals', 'NotIpAddress', 'ArnNotEquals'];
  check([
    ...[...positive, 'Bool', 'BinaryEquals'].map((name): Row => [name, '1', undefined, false]),
    ...negated.map((name): Row => [name, '1', undefined, true]),
    ...[...positive, ...negated].map((name): Row => [`${name}IfExists`, '1', undefined, true]),
    ['StringEqualsIfExists', 'a', 'b', false],
    ['Null', 'true', undefined, true],
    ['Null', 'false', undefined, false],
    ['Null', 'true', 'x', false],
    ['Null', 'false', 'x', true],
    ['Null', 'true', [], true],
    ['Null', ['true', 'false'], 'x', true],
    ['StringEquals', 'a', [], false],
  ]);
});

test('keys with several values', () => {
  check([
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', 'a', undefined, true],
    ['ForAllValues:StringEquals', 'a', [], true],
    ['ForAllValues:StringNotEquals', 'a', ['b', 'c'], true],
    ['ForAllValues:StringNotEquals', 'a', ['a', 'c'], false],
    ['ForAnyValue:StringEquals', 'a', ['a', 'c'], true],
    ['ForAnyValue:StringEquals', 'a', ['b', 'c'], false],
    ['ForAnyValue:StringEquals', 'a', undefined, false],
    ['ForAnyValue:StringNotEquals', 'a', ['a', 'c'], true],
    ['ForAnyValue:StringNotEquals', 'a', ['a'], false],
    ['ForAnyValue:StringNotEquals', 'a', undefined, false],
    ['ForAnyValue:StringEqualsIfExists', 'a', undefined, false],
    ['StringEquals', 'a', ['a', 'b'], false],
    ['StringNotEquals', 'z', ['a', 'b'], false],
  ]);
});

test('numbers, dates, booleans and bytes', () => {
  check([
    ['NumericEquals', '10', '10.0', true],
    ['NumericNotEquals', '10', '11', true],
    ['NumericLessThan', '10', '9.5', true],
    ['NumericLessThan', '10', '10', false],
    ['NumericLessThanEquals', '10', '10', true],
    ['NumericGreaterThan', '10', '1e2', true],
    ['NumericGreaterThanEquals', '10', '9', false],
    ['NumericEquals', '10', 'ten', false],
    ['DateEquals', '2026-01-31T12:00:00Z', '2026-01-31T13:00:00+01:00', true],
    ['DateEquals', '1769860800', '2026-01-31T12:00:00Z', true],
    ['DateLessThan', '2026-02-01', '2026-01-31T23:59:59.999Z', true],
    ['DateGreaterThan', '2026', '2026-01-31T12:00:00Z', true],
    ['DateGreaterThanEquals', '2026-01-31T12:00Z', '2026-01-31T12:00:00Z', true],
    ['DateLessThanEquals', '2026-01-31T12:00:00Z', '1769860801', false],
    ['DateNotEquals', '2026-01-31T12:00:00Z', '1769860801', true],
    ['DateEquals', 'yesterday', 'yesterday', false],
    ['Bool', 'true', 'true', true],
    ['Bool', 'TRUE', 'true', true],
    ['Bool', 'false', 'true', false],
    ['Bool', 'false', 'no', false],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
    ['BinaryEquals', 'QmluYXJ5', 'qmluYXJ5', false],
  ]);
});

test('addresses of both versions', () => {
  check([
    ['IpAddress', '10.0.0.0/8', '10.255.0.1', true],
    ['IpAddress', '10.0.0.0/8', '11.0.0.1', false],
    ['IpAddress', '10.1.2.3', '10.1.2.3', true],
    ['IpAddress', '10.1.2.3', '10.1.2.4', false],
    ['IpAddress', '10.1.2.77/24', '10.1.2.3', true],
    ['IpAddress', '0.0.0.0/0', '203.0.113.9', true],
    ['IpAddress', ['10.0.0.0/8', '203.0.113.0/24'], '203.0.113.9', true],
    ['NotIpAddress', ['10.0.0.0/8', '203.0.113.0/24'], '203.0.113.9', false],
    ['NotIpAddress', '10.0.0.0/8', '203.0.113.9', true],
    ['NotIpAddress', '10.0.0.0/8', '2001:db8::1', true],
    ['IpAddress', '2001:db8::/32', '2001:db8:ffff::1', true],
    ['IpAddress', '2001:DB8:0:0::/33', '2001:db8:8000::1', false],
    ['IpAddress', '::/0', '::1', true],
    ['IpAddress', '::1', '0:0:0:0:0:0:0:1', true],
    ['IpAddress', '::ffff:10.0.0.1', '::ffff:a00:1', true],
    ['IpAddress', '10.0.0.0/33', '10.0.0.1', false],
    ['IpAddress', '1::2::3', '1::2::3', false],
    ['IpAddress', '10.0.0.0/8', 'nonsense', false],
  ]);
});

test('ARNs are compared part by part', () => {
  const ada = 'arn:aws:iam::111111111111:user/ada';
  check([
    ['ArnEquals', ada, ada, true],
    ['ArnEquals', 'arn:aws:iam::111111111111:user/*', ada, true],
    ['ArnLike', 'arn:aws:iam::*:user/*', ada, true],
    ['ArnLike', 'arn:aws:*:user/ada', ada, false],
    ['ArnLike', 'arn:*:*:*:*:*', 'arn:aws:sns:eu-west-1:1:topic:sub:x', true],
    ['ArnLike', '*', ada, false],
    ['ArnNotLike', 'arn:aws:iam::*:role/*', ada, true],
    ['ArnNotEquals', ada, ada, false],
    ['ArnLike', 'arn:aws:iam::*:user/*', 'ada', false],
    ['ArnNotLike', 'arn:aws:iam::*:user/*', 'ada', true],
  ]);
});

test('operators that there are not', () => {
  for (const name of [
    'StringEqual',
    'stringequals',
    'NullIfExists',
    'ForSome:StringEquals',
    'toString',
    '',
  ]) {
    assert.equal(parseOperator(name), undefined, name);
  }
  assert.deepEqual(parseOperator('ForAnyValue:ArnNotLikeIfExists'), {
    name: 'ArnNotLike',
    quantifier: 'ForAnyValue',
    ifExists: true,
  });
});
