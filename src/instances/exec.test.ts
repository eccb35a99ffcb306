import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execPrefix } from './exec.ts';

test('a command enters every namespace of PID 1, as the user that was asked for, without our environment', () => {
  const { program, args } = execPrefix(4711, 'ec2-user');
  assert.equal(program, 'setpriv');
  assert.equal(args[0], '--reset-env');
  for (const kind of ['user', 'mount', 'uts', 'ipc', 'net', 'pid', 'cgroup'])
    assert.ok(args.includes(`--${kind}`));
  assert.ok(args.includes('--target=4711'));
  assert.deepEqual(args.slice(-2), ['/usr/lib/isthmus/run-command', 'ec2-user']);
  assert.equal(execPrefix(4711).args.at(-1), 'root');
});
