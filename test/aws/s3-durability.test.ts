// What was acknowledged is there after kill -9, and nothing else is; objects go through in constant memory.

import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { owner, signedHeaders } from './s3-fixture.ts';

const program = fileURLToPath(new URL('s3-process.ts', import.meta.url));

interface Process {
  child: ChildProcessByStdio<null, Readable, null>;
  lines: Interface;
  port: number;
}

async function start(folder: string): Promise<Process> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [port] = await once(lines, 'line');
  return { child, lines, port: Number(port) };
}

async function kill({ child }: Process): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const agent = new Agent({ keepAlive: true });

function call(
  port: number,
  method: string,
  path: string,
  body?: Iterable<Buffer>,
  length = 0,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { ...signedHeaders(owner), 'content-length': length };
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, agent },
      async (response) => {
        const chunks: Buffer[] = [];
        try {
          for await (const chunk of response) chunks.push(chunk);
        } catch (error) {
          reject(error);
        }
        if (response.statusCode === 200) resolve(Buffer.concat(chunks));
        else reject(new Error(`${response.statusCode} ${Buffer.concat(chunks)}`));
      },
    );
    request.on('error', reject);
    for (const chunk of body ?? []) request.write(chunk);
    request.end();
  });
}

test('acknowledged objects survive kill -9; of the others nothing is left', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-s3-'));
  try {
    const first = await start(folder);
    await call(first.port, 'PUT', '/durable');
    const acknowledged = new Map<string, string>();
    const md5 = (data: Buffer) => createHash('md5').update(data).digest('hex');
    /** Puts one object after the other, small and large, until the other side is gone. */
    const keepPutting = async (name: string, size: number) => {
      for (let index = 0; ; index += 1) {
        const body = Buffer.alloc(size, `${name}${index}`);
        const path = `/durable/${name}-${index % 20}`;
        acknowledged.delete(path);
        await call(first.port, 'PUT', path, [body], size);
        acknowledged.set(path, md5(body));
        if (acknowledged.size >= 40) first.child.kill('SIGKILL');
      }
    };
    const writers = [keepPutting('small', 500), keepPutting('edge', 65_536), keepPutting('file', 700_000)];
    await Promise.allSettled([...writers, once(first.child, 'exit')]);
    assert.ok(acknowledged.size >= 37, `${acknowledged.size} were acknowledged`);

    const second = await start(folder);
    for (const [path, hash] of acknowledged)
      assert.equal(md5(await call(second.port, 'GET', path)), hash, path);
    await kill(second);
    const database = new DatabaseSync(join(folder, 'objects/objects.sqlite'));
    const files = database.prepare('SELECT body_id FROM body WHERE data IS NULL').all();
    const unused = database.prepare('SELECT count(*) AS count FROM body WHERE uses < 1').get();
    database.close();
    const found = readdirSync(join(folder, 'objects/bodies'), { recursive: true }).map(String);
    const bodyFiles = found.filter((name) => name.includes('/')).map((name) => Number(name.split('/')[1]));
    const byNumber = (a: number, b: number) => a - b;
    assert.deepEqual(
      bodyFiles.toSorted(byNumber),
      files.map((row) => Number(row.body_id)).toSorted(byNumber),
    );
    assert.equal(unused!.count, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The whole GiB with ISTHMUS_LONG_TESTS=1: it takes half a minute. */
const mebibytes = process.env.ISTHMUS_LONG_TESTS ? 1024 : 128;

test('a long object goes in and out in constant memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-s3-'));
  const s3 = await start(folder);
  try {
    const memory = async () => {
      s3.child.kill('SIGUSR2');
      const [line] = await once(s3.lines, 'line');
      return Number(line) / 1024 ** 2;
    };
    await call(s3.port, 'PUT', '/long');
    const before = await memory();
    let highest = before;
    const size = mebibytes * 1024 ** 2;
    const mebibyte = Buffer.alloc(1024 ** 2, 'm');
    await new Promise<void>((resolve, reject) => {
      const headers = { ...signedHeaders(owner), 'content-length': size };
      const options = { host: '127.0.0.1', port: s3.port, method: 'PUT', path: '/long/k', headers };
      const request = httpRequest(options, (response) => {
        response.resume();
        response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error('not taken'))));
      });
      request.on('error', reject);
      void (async () => {
        for (let sent = 0; sent < mebibytes; sent += 1) {
          if (!request.write(mebibyte)) await once(request, 'drain');
          if (sent % 32 === 31) highest = Math.max(highest, await memory());
        }
        request.end();
      })().catch(reject);
    });
    const received = await new Promise<number>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: s3.port, path: '/long/k', headers: signedHeaders(owner) };
      const request = httpRequest(options, async (response) => {
        let sum = 0;
        for await (const chunk of response) sum += chunk.length;
        highest = Math.max(highest, await memory());
        resolve(sum);
      });
      request.on('error', reject);
      request.end();
    });
    assert.equal(received, size);
    assert.ok(highest - before < 90, `from ${before.toFixed()} to ${highest.toFixed()} MiB`);
  } finally {
    await kill(s3);
    rmSync(folder, { recursive: true, force: true });
  }
});
