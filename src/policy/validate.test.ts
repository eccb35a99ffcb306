// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPolicy } from './document.ts';
import { policySize } from './policy-size.ts';
import { type CheckedKind, type CheckOptions, checkPolicy, listPrincipals } from './validate.ts';

const good = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };

function messageOf(
  statement: object | string,
  kind: CheckedKind,
  options?: CheckOptions,
): string | undefined {
  const text =
    typeof statement === 'string'
      ? statement
      : JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  return checkPolicy(text, kind, options)?.message;
}

test('IAM’s sentences', () => {
  const vendor = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
  const table: [object | string, string | RegExp | undefined][] = [
    [good, undefined],
    ['', 'Syntax errors in policy.'],
    ['[]', 'Syntax errors in policy.'],
    ['{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}', 'Syntax errors in policy.'],
    ['{"Version":"2020-01-01","Statement":[]}', 'Syntax errors in policy.'],
    ['{"Version":"2012-10-17","Statement":[]}', 'Syntax errors in policy.'],
    ['{"Version":"2012-10-17"}', 'Syntax errors in policy.'],
    [{ ...good, Extra: 1 }, 'Syntax errors in policy.'],
    [{ ...good, NotAction: 's3:*' }, 'Syntax errors in policy.'],
    [{ ...good, Action: 1 }, 'Syntax errors in policy.'],
    [{ ...good, Effect: 'Maybe' }, 'Syntax errors in policy.'],
    [{ ...good, Effect: 'allow' }, 'The policy failed legacy parsing'],
    [{ ...good, Effect: undefined }, 'Syntax errors in policy.'],
    [{ ...good, Sid: 'no blanks' }, /^Statement IDs \(SID\) must be alpha-numeric/],
    [{ ...good, Principal: '*' }, 'Policy document should not specify a principal.'],
    [{ ...good, Action: undefined }, 'Policy statement must contain actions.'],
    [{ ...good, Action: [] }, 'Policy statement must contain actions.'],
    [{ ...good, Resource: undefined }, 'Policy statement must contain resources.'],
    [{ ...good, Action: 'GetObject' }, vendor],
    [{ ...good, Action: 's3:Get:Object' }, 'Actions/Condition can contain only one colon.'],
    [{ ...good, Action: 's_3:Get' }, 'Vendor s_3 is not valid'],
    [{ ...good, Resource: 'b' }, 'Resource b must be in ARN format or "*".'],
    [
      { ...good, Resource: 'arn:mine:s3:::b' },
      'Partition "mine" is not valid for resource "arn:mine:s3:*:*:b".',
    ],
    [
      { ...good, Resource: 'arn:aws:*:::b' },
      'Resource vendor must be fully qualified and cannot contain regexes.',
    ],
    [{ ...good, Resource: 'arn:aws:s3::b' }, 'The policy failed legacy parsing'],
    [
      { ...good, Resource: 'arn:aws:s3:us-east-1::b' },
      'Resource arn:aws:s3:us-east-1::b can not contain region information.',
    ],
    [
      { ...good, Resource: 'arn:aws:iam::111111111111:thing/x' },
      /^IAM resource path must either be "\*" or start with user\//,
    ],
    [{ ...good, Resource: 'arn:aws:iam::111111111111:ro*' }, undefined],
    [{ ...good, Condition: { StringEqual: { 'aws:x': 'y' } } }, 'Syntax errors in policy.'],
    [{ ...good, Condition: { StringEquals: { username: 'y' } } }, vendor],
    [{ ...good, Condition: { StringEquals: { 'aws:x': null } } }, 'Syntax errors in policy.'],
    [
      { ...good, Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } },
      'The policy failed legacy parsing',
    ],
    [{ ...good, Condition: { NumericLessThan: { 's3:max-keys': 10 } } }, undefined],
  ];
  for (const [statement, want] of table) {
    const message = messageOf(statement, 'identity');
    if (want instanceof RegExp) assert.match(message!, want);
    else assert.equal(message, want, JSON.stringify(statement));
  }
});

test('two statements may not have one Sid, and managed policies want the newer version', () => {
  const twice = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { ...good, Sid: 'A' },
      { ...good, Sid: 'A' },
    ],
  });
  assert.equal(messageOf(twice, 'identity'), 'Statement IDs (SID) in a single policy must be unique.');
  const old = JSON.stringify({ Statement: [good] });
  assert.equal(messageOf(old, 'identity'), undefined);
  assert.equal(
    messageOf(old, 'identity', { isManaged: true }),
    'Policy document must be version 2012-10-17 or greater.',
  );
});

test('trust policies', () => {
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } };
  const table: [object | string, string | undefined][] = [
    [trust, undefined],
    [{ ...trust, Principal: { AWS: ['111111111111', 'arn:aws:iam::111111111111:role/a/b'] } }, undefined],
    [{ ...trust, Action: ['sts:AssumeRole', 'sts:TagSession'] }, undefined],
    ['{', 'This policy contains invalid Json'],
    [{ ...trust, Resource: '*' }, 'Has prohibited field Resource'],
    [{ ...trust, Principal: undefined }, 'Missing required field Principal'],
    [{ ...trust, Principal: { AWS: 'ada' } }, 'Invalid principal in policy: "AWS":"ada"'],
    [
      { ...trust, Principal: { AWS: 'arn:aws:iam::111111111111:user/*' } },
      'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:user/*"',
    ],
    [{ ...trust, Action: 's3:GetObject' }, 'AssumeRole policy may only specify STS AssumeRole actions.'],
    [{ ...trust, Action: '*' }, 'AssumeRole policy may only specify STS AssumeRole actions.'],
  ];
  for (const [statement, want] of table) {
    assert.equal(messageOf(statement, 'trust'), want, JSON.stringify(statement));
  }
});

test('S3’s sentences', () => {
  const bucket = { ...good, Principal: '*' };
  const table: [object | string, string | undefined][] = [
    [bucket, undefined],
    [{ ...bucket, Resource: 'arn:aws:s3:::b*' }, undefined],
    [{ ...bucket, Action: 's3:*', Resource: 'arn:aws:s3:::b' }, undefined],
    [{ ...bucket, Action: '*', Sid: 'a b' }, undefined],
    ['nonsense', "Policies must be valid JSON and the first byte must be '{'"],
    ['{"Version":"2018-05-25","Statement":[]}', 'The policy must contain a valid version string'],
    ['{"Version":"2012-10-17"}', 'Missing required field Statement'],
    [good, 'Missing required field Principal'],
    [{ ...bucket, Effect: 'hello' }, 'Invalid effect: hello'],
    [{ ...bucket, Effects: 'Allow' }, 'Unknown field Effects'],
    [{ ...bucket, Principal: 'user' }, 'Invalid principal in policy'],
    [{ ...bucket, Action: undefined }, 'Missing required field Action'],
    [{ ...bucket, Resource: undefined }, 'Missing required field Resource'],
    [{ ...bucket, Action: 'ec2:RunInstances' }, 'Policy has invalid action'],
    [{ ...bucket, Resource: '*' }, 'Policy has invalid resource'],
    [{ ...bucket, Resource: 'arn:aws:s3:::other/*' }, 'Policy has invalid resource'],
    [{ ...bucket, Resource: 'arn:aws:s3:::bb/*' }, 'Policy has invalid resource'],
    [{ ...bucket, Resource: 'b/*' }, 'Policy has invalid resource'],
    [{ ...bucket, Resource: 'arn:aws:s3:::b' }, 'Action does not apply to any resource(s) in statement'],
    [{ ...bucket, Action: 's3:ListBucket' }, 'Action does not apply to any resource(s) in statement'],
    [{ ...bucket, Condition: { Equals: { 'aws:x': 'y' } } }, 'Invalid Condition type : Equals'],
    [{ ...bucket, Condition: { StringEquals: { x: 'y' } } }, 'Policy has an invalid condition key'],
    [{ ...bucket, Action: 5 }, 'Invalid policy syntax.'],
  ];
  for (const [statement, want] of table) {
    assert.equal(messageOf(statement, 'resource', { bucketName: 'b' }), want, JSON.stringify(statement));
  }
});

test('EC2 says where', () => {
  const text = '{"Version":"2012-10-17",\n"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"}]}';
  assert.deepEqual(checkPolicy(text, 'endpoint'), {
    kind: 'missing-element',
    message: 'The Policy Document is not valid. Syntax error at position (2,13)',
    line: 2,
    column: 13,
  });
  assert.match(messageOf('{"Version" "x"}', 'endpoint')!, /position \(1,11\)$/);
  assert.equal(messageOf({ ...good, Principal: '*' }, 'endpoint'), undefined);
  assert.equal(checkPolicy(`{"Statement":${' '.repeat(20_480)}[]}`, 'endpoint')?.kind, 'size');
});

test('wildcards in the policy of an endpoint may not blur who is meant', () => {
  const withCondition = (operator: string, key: string, value: string) => ({
    ...good,
    Principal: '*',
    Condition: { [operator]: { [key]: value } },
  });
  const table: [operator: string, key: string, value: string, isGood: boolean][] = [
    ['StringEquals', 'aws:PrincipalAccount', '111111111111', true],
    ['StringLike', 'aws:PrincipalAccount', '1111111*', false],
    ['StringEquals', 'aws:sourcevpc', 'vpc-?', false],
    ['NumericEquals', 'aws:PrincipalAccount', '111111111111', false],
    ['StringLike', 'aws:userid', 'AROAAB*', true],
    ['StringLike', 'aws:PrincipalTag/team', 'abcdef*', true],
    ['StringLike', 'aws:PrincipalTag/team', '*abcdef', true],
    ['StringLike', 'aws:PrincipalTag/team', 'abcde*', false],
    ['StringLike', 'aws:PrincipalTag/team', 'abcdef*x*', false],
    ['StringLike', 'aws:PrincipalTag/team', 'abcdef*abcdef?', true],
    ['StringLike', 'aws:PrincipalTag/team', '${aws:username}*', false],
    ['StringEquals', 'aws:PrincipalTag/team', 'a*', true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::111111111111:role/*', true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/a', true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::1111*:role/a', false],
  ];
  for (const [operator, key, value, isGood] of table) {
    const fault = checkPolicy(JSON.stringify({ Statement: withCondition(operator, key, value) }), 'endpoint');
    assert.equal(
      fault?.kind,
      isGood ? undefined : 'wildcard',
      `${operator} ${key} ${value}: ${fault?.message}`,
    );
  }
  const resource = { ...good, Principal: '*', Resource: 'arn:aws:dynamodb:us-east-1:11*:table/x' };
  assert.match(messageOf(resource, 'endpoint')!, /account ID or a wildcard character, but not both/);
});

test('what is found good can be read', () => {
  const text = fc.constantFrom(
    '*',
    's3:*',
    'arn:aws:s3:::b/*',
    'a',
    '${aws:username}',
    '${',
    '',
    '111111111111',
  );
  const value = fc.oneof(
    text,
    text,
    fc.array(text, { maxLength: 2 }),
    fc.constantFrom(null, 1, true, {}, [[]]),
  );
  const condition = fc.dictionary(
    fc.constantFrom('StringLike', 'ForAllValues:DateEquals', 'Null', 'Bool', 'Nothing'),
    fc.dictionary(fc.constantFrom('aws:x', 'x'), value, { maxKeys: 2 }),
    { maxKeys: 2 },
  );
  const statement = fc
    .record({
      isTrust: fc.boolean(),
      hasPrincipal: fc.boolean(),
      odd: fc.dictionary(
        fc.constantFrom('Sid', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'Effect'),
        value,
        { maxKeys: 1 },
      ),
      Condition: fc.option(condition, { freq: 2 }),
    })
    .map(({ isTrust, hasPrincipal, odd, Condition }) => ({
      ...(isTrust ? { Effect: 'Allow', Action: 'sts:AssumeRole' } : good),
      ...(isTrust || hasPrincipal ? { Principal: '*' } : {}),
      ...(Condition ? { Condition } : {}),
      ...odd,
    }));
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.oneof(statement, fc.array(statement, { maxLength: 2 })),
      fc.constantFrom<CheckedKind>('identity', 'session', 'trust', 'resource', 'endpoint'),
      (Statement, kind) => {
        const document = JSON.stringify({ Version: '2012-10-17', Statement });
        if (checkPolicy(document, kind)) return;
        accepted++;
        readPolicy(document);
      },
    ),
    { numRuns: 20_000, seed: 20260131 },
  );
  assert.ok(accepted > 1000, `only ${accepted} were found good`);
});

test('hostile documents end soon', () => {
  const start = performance.now();
  const many = '${'.repeat(10_000);
  const statement = { ...good, Principal: '*', Condition: { StringLike: { 'aws:PrincipalTag/x': many } } };
  checkPolicy(JSON.stringify({ Statement: statement }), 'endpoint');
  checkPolicy('{'.repeat(20_000), 'endpoint');
  checkPolicy(`${'['.repeat(20_000)}`, 'identity');
  assert.ok(performance.now() - start < 2000);
});

test('IAM does not count white space', () => {
  assert.equal(policySize('{ "a" : "b c" }\n'), '{"a":"b c"}'.length);
  assert.equal(policySize('{"a":"\\" "}'), 11);
});

test('who is named', () => {
  const text = JSON.stringify({
    Statement: [
      { Principal: { AWS: ['111111111111', 'x'] } },
      { NotPrincipal: { AWS: 'y' } },
      { Principal: '*' },
    ],
  });
  assert.deepEqual(listPrincipals(text), ['111111111111', 'x', 'y']);
});
