import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPolicy } from './document.ts';
import { evaluate } from './evaluate.ts';
import { couldMeet, coversAll } from './pattern.ts';
import { compileTemplate } from './template.ts';

const template = (text: string) => compileTemplate(text, { hasWildcards: true, hasVariables: true });
const nothing = new Map<string, readonly string[]>();

test('two patterns meet when a text fits both', () => {
  const meets = (one: string, other: string) => couldMeet(template(one), other);
  for (const [one, other] of [
    ['lambda:Invoke*', 'lambda:*'],
    ['*', 'lambda:*'],
    ['*Function', 'lambda:*'],
    ['arn:*:lambda:*:function:a', 'arn:aws:lambda:*'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    ['arn:aws:lambda:${aws:username}', 'arn:aws:lambda:us-east-1:*'],
    ['a?c', 'ab*'],
  ] as const)
    assert.ok(meets(one, other), `${one} ${other}`);
  for (const [one, other] of [
    ['s3:*', 'lambda:*'],
    ['lambda', 'lambda:*'],
    ['a?', 'abc*'],
    ['', 'a*'],
  ] as const)
    assert.ok(!meets(one, other), `${one} ${other}`);
});

test('a pattern is covered by what every text of it fits', () => {
  const covers = (one: string, other: string) => coversAll(template(one), other, nothing);
  assert.ok(covers('*', 'lambda:*'));
  assert.ok(covers('lambda:*', 'lambda:*'));
  assert.ok(covers('l*:*', 'lambda:*'));
  assert.ok(!covers('lambda:Invoke*', 'lambda:*'));
  assert.ok(!covers('lambda:???', 'lambda:*'));
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable without a value
  assert.ok(!covers('arn:${aws:username}', 'arn:*'));
});

test('whatever fits the pattern and is matched, the pattern meets; whatever it covers, it matches', () => {
  const sign = fc.constantFrom('a', 'b', '*', '?');
  const glob = fc.array(sign, { maxLength: 6 }).map((signs) => signs.join(''));
  const stem = fc.array(fc.constantFrom('a', 'b'), { maxLength: 5 }).map((signs) => signs.join(''));
  fc.assert(
    fc.property(glob, stem, stem, (policy, start, rest) => {
      const compiled = template(policy);
      const text = start + rest;
      const pattern = `${start}*`;
      const matches = compiled.matcher!(text);
      if (matches) assert.ok(couldMeet(compiled, pattern));
      if (rest.length >= 3 && coversAll(compiled, pattern, nothing)) assert.ok(matches);
    }),
    { numRuns: 2000 },
  );
});

function decide(identity: object[], isPattern: { action?: true; resource?: true }) {
  const document = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: identity }));
  const principal = {
    kind: 'user' as const,
    ...{ accountId: '111111111111', arn: 'arn:aws:iam::111111111111:user/u' },
    ...{ userId: 'AIDA', userName: 'u', tags: {} },
  };
  const action = isPattern.action ? 'lambda:*' : 'lambda:InvokeFunction';
  const resource = isPattern.resource
    ? 'arn:aws:lambda:*'
    : 'arn:aws:lambda:us-east-1:111111111111:function:f';
  return evaluate(
    { principal, action, resource, isPattern, context: nothing },
    { identity: [{ name: 'p', document }], session: [] },
  ).allow;
}

test('doubt does not let through: an Allow must cover everything, a Deny needs to touch something', () => {
  const allow = (Action: string, Resource = '*') => ({ Effect: 'Allow', Action, Resource });
  const deny = (Action: string, Resource = '*') => ({ Effect: 'Deny', Action, Resource });
  const action = { action: true } as const;
  const resource = { resource: true } as const;
  assert.ok(decide([allow('lambda:*')], action));
  assert.ok(decide([allow('*')], action));
  assert.ok(!decide([allow('lambda:Invoke*')], action));
  assert.ok(!decide([allow('*'), deny('lambda:DeleteFunction')], action));
  assert.ok(decide([allow('*'), deny('s3:*')], action));
  assert.ok(!decide([{ Effect: 'Allow', NotAction: 'lambda:DeleteFunction', Resource: '*' }], action));
  assert.ok(decide([{ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }], action));
  assert.ok(!decide([allow('*'), { Effect: 'Deny', NotAction: 'lambda:Invoke*', Resource: '*' }], action));
  assert.ok(decide([allow('*'), { Effect: 'Deny', NotAction: 'lambda:*', Resource: '*' }], action));
  assert.ok(decide([allow('*')], resource));
  assert.ok(!decide([allow('*', 'arn:aws:lambda:us-east-1:111111111111:function:f')], resource));
  assert.ok(
    !decide([allow('*'), deny('*', 'arn:aws:lambda:us-east-1:111111111111:function:secret')], resource),
  );
  assert.ok(decide([allow('*'), deny('*', 'arn:aws:s3:::bucket')], resource));
});
