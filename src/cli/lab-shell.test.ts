import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabShell, splitCommands } from './lab-shell.ts';

test('a command goes on over lines until it is complete', async () => {
  const script =
    "# said, not run\nA=1\n\nprintf '%s\n' \\\n  one\nfor i in 1 2; do\n  echo $i\ndone\nlast 'two\nlines'";
  assert.deepEqual(await splitCommands(script), [
    'A=1',
    "printf '%s\n' \\\n  one",
    'for i in 1 2; do\n  echo $i\ndone',
    "last 'two\nlines'",
  ]);
});

test('variables live on from command to command, and each command has its own output and exit code', async (context) => {
  const shell = new LabShell({ GIVEN: 'given' }, 'greet() { echo "hello $1"; }');
  context.after(() => shell.close());
  assert.deepEqual(await shell.answer("A='two words'"), { exit: 0, output: '' });
  assert.deepEqual(await shell.answer('greet "$A"; greet $GIVEN >&2'), {
    exit: 0,
    output: 'hello two words\nhello given',
  });
  assert.deepEqual(await shell.answer('(exit 28)'), { exit: 28, output: '' });
  assert.deepEqual(await shell.answer('cat; echo read'), { exit: 0, output: 'read' });
});

test('a shell that ends is an error, not a silence', async () => {
  const shell = new LabShell({}, '');
  await assert.rejects(shell.answer('exit 3'), /the shell of the lab ended/);
  await assert.rejects(shell.answer('true'), /the shell of the lab ended/);
});
