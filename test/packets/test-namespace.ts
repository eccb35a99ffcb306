// Network namespaces for tests of what runs inside a VPC, without a VPC: a loopback with some addresses on it.

import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { run } from '../../src/linux/run.ts';

/** Why tests with namespaces cannot run here; false when they can. Handed to node:test as `skip`. */
export const skipWithoutRoot: string | false =
  process.getuid?.() === 0 ? false : 'network namespaces need root: run the tests as root';

export interface TestNamespace {
  name: string;
  path: string;
}

/** Removed when the test that made it has ended, whatever became of it. */
export async function makeTestNamespace(...addresses: string[]): Promise<TestNamespace> {
  const name = `isthmus-test-${randomBytes(5).toString('hex')}`;
  await makeNamedNamespace(name, addresses);
  after(() => deleteNamespace(name));
  return { name, path: `/run/netns/${name}` };
}

/** Deletes the namespace and makes another under its name, as a repair does. */
export async function remakeNamespace({ name }: TestNamespace, ...addresses: string[]): Promise<void> {
  await deleteNamespace(name);
  await makeNamedNamespace(name, addresses);
}

async function makeNamedNamespace(name: string, addresses: string[]): Promise<void> {
  const doing = `making the test namespace ${name}`;
  await run('ip', ['netns', 'add', name], { doing });
  await run('ip', ['-n', name, 'link', 'set', 'lo', 'up'], { doing });
  for (const address of addresses) {
    await run('ip', ['-n', name, 'address', 'add', `${address}/32`, 'dev', 'lo'], { doing });
  }
}

async function deleteNamespace(name: string): Promise<void> {
  await run('ip', ['netns', 'delete', name], { doing: `deleting the test namespace ${name}` });
}

/** Waits for a condition that shall come true by itself; fails with `what` when it does not. */
export async function eventually(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`did not come true within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
