import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { LinuxError } from './linux-error.ts';
import { run } from './run.ts';

const doing = 'trying a program';
const openFiles = () => readdirSync('/proc/self/fd').length;

test('a program gets its arguments, its environment and its input, and its output is given', async () => {
  assert.equal(await run('echo', ['a b', 'ü'], { doing }), 'a b ü\n');
  const env = { GREETING: 'hello' };
  assert.equal(await run('sh', ['-c', 'echo $GREETING'], { doing, env }), 'hello\n');
  const input = 'a line\n'.repeat(100_000);
  assert.equal(await run('cat', [], { doing, input }), input);
  assert.equal(await run('cat', [], { doing }), '', 'without input there is nothing to read');
});

test('input can be opened anew by its name, as nft does', async () => {
  assert.equal(await run('sh', ['-c', 'cat /dev/stdin'], { doing, input: 'text' }), 'text');
});

test('a program that fails is told with what it said', async () => {
  const failure = await run('sh', ['-c', 'echo bad >&2; exit 3'], { doing }).catch((error) => error);
  assert.ok(failure instanceof LinuxError);
  assert.equal(failure.stderr, 'bad\n');
  await assert.rejects(run('sh', ['-c', 'exit 3'], { doing }), /ended with code 3/);
  await assert.rejects(run('sh', ['-c', 'kill -9 $$'], { doing }), /ended with SIGKILL/);
  await assert.rejects(run('sleep', ['60'], { doing, timeoutMs: 50 }), /ended with SIGTERM/);
  await assert.rejects(
    run('no-such-program', [], { doing }),
    ({ hint }: LinuxError) => hint === 'install the Debian package that has no-such-program',
  );
});

test('programs are waited for, also when they close their outputs early', async () => {
  const started = performance.now();
  await run('sh', ['-c', 'exec >&- 2>&-; sleep 0.1'], { doing });
  assert.ok(performance.now() - started > 90);
});

test('signals are as at the beginning of the world: a writer to a closed pipe ends', async () => {
  // Node ignores SIGPIPE; a program that inherited that would write on and complain.
  assert.equal(await run('sh', ['-c', 'yes | head -n 1'], { doing }), 'y\n');
  const ignored = await run('sed', ['-n', 's/^SigIgn:\\s*//p', '/proc/self/status'], { doing });
  assert.equal(BigInt(`0x${ignored.trim()}`) & (1n << 12n), 0n);
});

test('many at once leave nothing open', async () => {
  const before = openFiles();
  await Promise.all(Array.from({ length: 40 }, () => run('true', [], { doing })));
  assert.equal(openFiles(), before);
});
