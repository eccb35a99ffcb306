// The house rules are only as good as what they read: these are the traps source text sets for them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blankOut, functionsOf, importsOf } from './source-text.ts';

test('strings, templates, patterns and comments are blanked out, and nothing else', () => {
  const text = [
    "a('await'); // await",
    'b(`await \\` await`);',
    'c(/await|"/);',
    "d('//');",
    'await e();',
  ].join('\n');
  const lines = blankOut(text, 'comments and strings').split('\n');
  assert.deepEqual(
    lines.map((line) => /\bawait\b/.test(line)),
    [false, false, false, false, true],
  );
  assert.match(blankOut(text, 'comments'), /'await'/);
});

test('imports are found over several lines, in comments they are not', () => {
  const text =
    "import {\n  one,\n} from '../lib/one.ts';\n// from 'two'\nconst three = await import('./three.ts');\n";
  assert.deepEqual(importsOf('src/cloud/four.ts', text), ['src/lib/one.ts', 'src/cloud/three.ts']);
});

test('a function is as long as its text, without the functions inside it', () => {
  const text = [
    'export function first(options: { a: string }): { b: string } {',
    '  if (options) {',
    '    return { b: "}" };',
    '  }',
    '}',
    'const second = async (',
    '  one: string,',
    ') => {',
    '  work();',
    '};',
    'class Third {',
    '  method(one: string): void {',
    '    function inner() {',
    '      work();',
    '    }',
    '    inner();',
    '  }',
    '}',
  ].join('\n');
  assert.deepEqual(functionsOf(text), [
    { name: 'first', lines: 5 },
    { name: 'second', lines: 5 },
    { name: 'method', lines: 3 },
    { name: 'inner', lines: 3 },
  ]);
});
