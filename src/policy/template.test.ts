// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileTemplate, matcherFor } from './template.ts';

const compileGlob = (text: string) =>
  compileTemplate(text, { hasWildcards: true, hasVariables: false }).matcher!;

test('wildcards match what AWS says they match', () => {
  const table: [pattern: string, text: string, want: boolean][] = [
    ['*', '', true],
    ['*', 'a:b/c', true],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['?', '', false],
    ['?*', 'x', true],
    ['*?', '', false],
    ['*ab*ab', 'ab', false],
    ['*ab*ab', 'abab', true],
    ['*a?b*', 'xaaab', true],
    ['a.c', 'abc', false],
    ['arn:aws:s3:::b/*', 'arn:aws:s3:::b/x/y:z', true],
    ['arn:aws:s3:::b/*', 'arn:aws:s3:::B/x', false],
    ['a**b', 'ab', true],
  ];
  for (const [pattern, text, want] of table) {
    assert.equal(compileGlob(pattern)(text), want, `${pattern} on ${text}`);
  }
});

test('any pattern matches as the regular expression would that it stands for', () => {
  const letters = fc.stringMatching(/^[ab*?]{0,8}$/);
  const text = fc.stringMatching(/^[ab]{0,10}$/);
  fc.assert(
    fc.property(letters, text, (pattern, value) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      assert.equal(compileGlob(pattern)(value), expression.test(value));
    }),
    { numRuns: 3000 },
  );
});

test('a hostile pattern costs no more than its length says', () => {
  const start = performance.now();
  const matches = compileGlob(`${'*a'.repeat(5000)}*b`);
  assert.equal(matches('a'.repeat(20_000)), false);
  assert.equal(compileGlob('*a?*a?*a?*a?*a?*a?*c'.repeat(20))('a'.repeat(2000)), false);
  assert.ok(performance.now() - start < 500);
});

const context = new Map<string, readonly string[]>([
  ['aws:username', ['ada']],
  ['aws:principaltag/team', ['*']],
  ['aws:tagkeys', ['a', 'b']],
  ['aws:userid', []],
]);

function match(pattern: string, text: string, hasVariables = true): boolean | undefined {
  const template = compileTemplate(pattern, { hasWildcards: true, hasVariables });
  return matcherFor(template, context)?.(text);
}

test('variables stand for one value of the request, which is data and no pattern', () => {
  assert.equal(match('home/${aws:username}/*', 'home/ada/x'), true);
  assert.equal(match('home/${AWS:UserName}/*', 'home/ada/x'), true);
  assert.equal(match('home/${aws:username}/*', 'home/bob/x'), false);
  assert.equal(match('home/${aws:PrincipalTag/team}', 'home/anything'), false);
  assert.equal(match('home/${aws:PrincipalTag/team}', 'home/*'), true);
});

test('a variable without a value, or with several, has no match but its default', () => {
  assert.equal(match('${aws:SourceVpc}', ''), undefined);
  assert.equal(match('${aws:TagKeys}', 'a'), undefined);
  assert.equal(match('${aws:userid}', ''), undefined);
  assert.equal(match("${aws:SourceVpc, 'none'}", 'none'), true);
  assert.equal(match("${aws:SourceVpc,'a b'}", 'a b'), true);
  assert.equal(match("${aws:username, 'none'}", 'ada'), true);
});

test('escapes are the characters themselves, and what is no variable is text', () => {
  assert.equal(match('a${*}', 'a*'), true);
  assert.equal(match('a${*}', 'ab'), false);
  assert.equal(match('a${?}${$}', 'a?$'), true);
  assert.equal(match('a${', 'a${'), true);
  assert.equal(match("${x, 'y}", "${x, 'y}"), true);
  assert.equal(match('${aws:username}', '${aws:username}', false), true);
});
