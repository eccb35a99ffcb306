// Every lab is run as a reader would run it: its page says what each command must answer, and the lab ends with 0
// only when every one did.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

// A lab waits more than it works, and has a cloud of its own.
describe('labs', { concurrency: 2 }, () => {
  for (const name of readdirSync(join(root, 'labs'))) runLab(name);
});

function runLab(name: string): void {
  test(`the lab ${name} answers as its page says, and leaves nothing behind`, async (context) => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-lab-'));
    context.after(() => rmSync(dataFolder, { recursive: true, force: true }));
    const args = ['lab', 'run', name, '--port', String(await findFreePort()), '--data', dataFolder];
    const child = spawn(join(root, 'isthmus'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    const [code] = await once(child, 'close');
    assert.equal(code, 0, output);
    assert.throws(() => readdirSync(dataFolder), 'the data folder is still there');
  });
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
