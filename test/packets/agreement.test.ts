// Random networks through the public API: what explain says, and what real packets and requests do. More of them: `npm run soak`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudUnderTest } from '../agreement/cloud-under-test.ts';
import { drawNetwork } from '../agreement/draw-network.ts';
import { perform } from '../agreement/perform.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const seeds = [1, 2, 3, 4, 5];

test('explain and packets agree on random networks', { skip: skipWithoutRoot }, async (t) => {
  const cloud = await CloudUnderTest.start();
  t.after(() => cloud.stop());
  const total = { probes: 0, arrived: 0 };
  for (const seed of seeds)
    await t.test(`network ${seed}`, async () => {
      const { findings, probes, arrived } = await perform(
        cloud,
        drawNetwork(seed, { probes: 40, rounds: 1 }).steps,
      );
      const texts = findings.map(({ kind, text }) => `${kind}: ${text}`);
      assert.deepEqual(texts, [], `npm run soak -- --seed ${seed} --networks 1 shows the smallest network`);
      total.probes += probes;
      total.arrived += arrived;
    });
  assert.ok(total.probes > 200, `${total.probes} probes`);
  assert.ok(total.arrived > 40, `${total.arrived} of ${total.probes} arrived`);
});
