// kill -9 at any moment of applying a network, then a new daemon: the same network, nothing missing, nothing left over.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createMachine } from '../../src/linux/machine.ts';
import { observeNamespace } from '../../src/linux/observe-namespace.ts';
import { planLinks, renderChange } from '../../src/linux/plan.ts';
import { createRenderer } from '../../src/linux/render-network.ts';
import { exampleNetwork } from './apply-example.ts';
import { namespacesOf } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const program = fileURLToPath(new URL('./apply-example.ts', import.meta.url));
/** From before the first namespace to after the last rule, on a fast machine and on a slow one. */
const killAfterMs = [60, 90, 120, 150, 180, 210, 250, 300, 400];

test('whenever the daemon is killed, the next one completes the network', {
  skip: skipWithoutRoot,
}, async (t) => {
  const mark = randomBytes(4).toString('hex');
  t.after(() => createMachine(mark).removeAll());
  const network = exampleNetwork();
  for (const delayMs of killAfterMs) {
    await createMachine(mark).removeAll();
    const child = spawn(process.execPath, [program, mark], { stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), delayMs);
    await once(child, 'exit');
    clearTimeout(timer);
    const machine = createMachine(mark);
    for (let unfinished = 1; unfinished > 0; ) {
      const report = await machine.set(network);
      assert.deepEqual([...report.failed.values()].map(String), [], `killed after ${delayMs} ms`);
      unfinished = report.unfinished.size;
    }
    for (const state of createRenderer(mark)(network).values()) {
      const observed = await observeNamespace(state);
      assert.deepEqual(
        planLinks(observed, state),
        { added: [], removed: [] },
        `${state.name}, killed after ${delayMs} ms`,
      );
      assert.deepEqual(
        renderChange(observed, state, new Set()),
        [],
        `${state.name}, killed after ${delayMs} ms`,
      );
    }
  }
  await createMachine(mark).removeAll();
  assert.deepEqual(await namespacesOf(mark), []);
});
