import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createFlowLogFiles } from './flow-log-file.ts';

const flowLogId = 'fl-00000000000000001';

function newCase(t: TestContext) {
  const folder = join(mkdtempSync(join(tmpdir(), 'isthmus-flow-log-file-')), 'flow-logs');
  t.after(() => rmSync(join(folder, '..'), { recursive: true }));
  return { folder, files: createFlowLogFiles(folder) };
}

test('lines are read whole, from a place on, as many as fit', async (t) => {
  const { files, folder } = newCase(t);
  assert.deepEqual(await files.read(flowLogId, 0, 100), { text: '', next: 0 });
  assert.ok(!existsSync(folder));
  files.append(flowLogId, ['one', 'two', 'three']);
  assert.deepEqual(await files.read(flowLogId, 0, 10), { text: 'one\ntwo\n', next: 8 });
  assert.deepEqual(await files.read(flowLogId, 8, 100), { text: 'three\n', next: 14 });
  assert.deepEqual(await files.read(flowLogId, 14, 100), { text: '', next: 14 });
  assert.equal(statSync(files.pathOf(flowLogId)).mode & 0o777, 0o600);
});

test('how far it was delivered, and when each VPC was read, is kept', (t) => {
  const { files, folder } = newCase(t);
  assert.deepEqual([files.deliveredUpTo(flowLogId), [...files.readings()]], [0, []]);
  files.append(flowLogId, ['one']);
  files.noteDelivered(flowLogId, 4);
  files.noteReadings(new Map([['vpc-1', 1769860800]]));
  const next = createFlowLogFiles(folder);
  assert.deepEqual([next.deliveredUpTo(flowLogId), [...next.readings()]], [4, [['vpc-1', 1769860800]]]);
});

test('a file that is long begins anew, and so does who reads it', async (t) => {
  const { files } = newCase(t);
  files.append(flowLogId, ['x'.repeat(65 * 1024 * 1024)]);
  files.noteDelivered(flowLogId, files.sizeOf(flowLogId));
  const place = files.sizeOf(flowLogId);
  files.append(flowLogId, ['new']);
  assert.ok(existsSync(`${files.pathOf(flowLogId)}.1`));
  assert.deepEqual(await files.read(flowLogId, place, 100), { text: 'new\n', next: 4 });
  assert.equal(files.deliveredUpTo(flowLogId), 0);
});
