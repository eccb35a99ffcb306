// Where the bytes of objects are. Up to 64 KiB they lie in the index itself; longer ones are files named by a number.
// A body is written once and never changed: objects and parts are lists of pieces of bodies, so that completing an upload
// of ten thousand parts or copying 5 GiB moves nothing. A body goes when nothing is made of it and nobody reads it.

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

/** `[bodyId, offset, size]` */
export type Segment = readonly [bodyId: number, offset: number, size: number];

/** Written, but not yet part of anything. */
export interface NewBody {
  bodyId: number;
  size: number;
  /** Absent: it is a file. */
  data?: Buffer;
}

/** Pieces that stay readable until they are closed, whatever happens to the object. */
export interface BodyLease {
  /**
   * A chunk is good until the next is asked for: its memory is used again.
   * @param end the first byte no longer wanted
   */
  read(start: number, end: number): AsyncGenerator<Buffer>;
  /** All of it at once when it lies in the index; undefined when it has to be read. */
  inline?: Buffer;
  size: number;
  close(): void;
}

export interface BodyWriter {
  /** Resolves when more is welcome. */
  write(chunk: Buffer): Promise<void> | undefined;
  finish(): Promise<NewBody>;
  /** Leaves nothing of it. */
  abort(): Promise<void>;
}

export interface BodyStore {
  startBody(): BodyWriter;
  /** In a transaction: one more thing is made of these. */
  retain(segments: readonly Segment[], newBody?: NewBody): void;
  /** In a transaction: one thing less. */
  release(segments: readonly Segment[]): void;
  /** After the transaction: takes away the files that nothing is made of. */
  discard(): void;
  /** After a transaction that failed: they are still wanted. */
  keep(): void;
  lease(segments: readonly Segment[]): BodyLease;
  /** For a body that did not become part of anything. */
  remove(body: NewBody): Promise<void>;
}

const maxInlineBytes = 64 * 1024;
const writeSize = 512 * 1024;
const readSize = 512 * 1024;

export function openBodyStore(database: DatabaseSync, folder: string): BodyStore {
  database.exec(
    'CREATE TABLE IF NOT EXISTS body (body_id INTEGER PRIMARY KEY, uses INTEGER NOT NULL, data BLOB) STRICT',
  );
  const insert = database.prepare('INSERT INTO body (body_id, uses, data) VALUES (?, 1, ?)');
  const addUse = database.prepare('UPDATE body SET uses = uses + 1 WHERE body_id = ?');
  const takeUse = database.prepare(
    'UPDATE body SET uses = uses - 1 WHERE body_id = ? RETURNING uses, data IS NULL AS is_file',
  );
  const remove = database.prepare('DELETE FROM body WHERE body_id = ?');
  const findData = database.prepare('SELECT data FROM body WHERE body_id = ?');

  const findFile = database.prepare('SELECT 1 FROM body WHERE body_id = ? AND data IS NULL');
  const isUsed = (bodyId: number) => findFile.get(bodyId) !== undefined;
  sweep(folder, isUsed);
  const pathOf = (bodyId: number) => join(folder, folderOf(bodyId), String(bodyId));
  let nextBodyId = Number(database.prepare('SELECT max(body_id) AS last FROM body').get()!.last ?? 0) + 1;
  const readers = new Map<number, number>();
  /** Nothing is made of them any more, but somebody reads them. */
  const doomed = new Set<number>();
  let released: number[] = [];

  function removeFile(bodyId: number): void {
    if (readers.has(bodyId)) doomed.add(bodyId);
    // What cannot be removed now is swept at the next start.
    else rm(pathOf(bodyId), { force: true }).catch(() => {});
  }

  function leaveReading(bodyId: number): void {
    const left = readers.get(bodyId)! - 1;
    if (left > 0) readers.set(bodyId, left);
    else readers.delete(bodyId);
    if (left === 0 && doomed.delete(bodyId)) removeFile(bodyId);
  }

  function lease(segments: readonly Segment[]): BodyLease {
    const pieces: Piece[] = segments.map(([bodyId, offset, size]) => {
      const data = findData.get(bodyId)?.data as Uint8Array | null | undefined;
      if (data) return { data: Buffer.from(data.buffer, data.byteOffset + offset, size), size };
      readers.set(bodyId, (readers.get(bodyId) ?? 0) + 1);
      return { bodyId, path: pathOf(bodyId), offset, size };
    });
    const size = pieces.reduce((sum, piece) => sum + piece.size, 0);
    const inline = pieces.length === 1 ? pieces[0]!.data : pieces.length === 0 ? Buffer.alloc(0) : undefined;
    let isOpen = true;
    const close = () => {
      if (!isOpen) return;
      isOpen = false;
      for (const { bodyId } of pieces) if (bodyId !== undefined) leaveReading(bodyId);
    };
    return { read: (start, end) => readPieces(pieces, start, end), size, close, ...(inline && { inline }) };
  }

  return {
    startBody: () => new FileWriter(nextBodyId++, pathOf),
    retain(segments, newBody) {
      for (const [bodyId] of segments) {
        if (bodyId === newBody?.bodyId) insert.run(bodyId, newBody.data ?? null);
        else if (addUse.run(bodyId).changes === 0) throw new Error(`body ${bodyId} is gone`);
      }
    },
    release(segments) {
      for (const [bodyId] of segments) {
        const left = takeUse.get(bodyId);
        if (left?.uses !== 0) continue;
        if (left.is_file === 1) released.push(bodyId);
        remove.run(bodyId);
      }
    },
    discard() {
      for (const bodyId of released) removeFile(bodyId);
      released = [];
    },
    keep() {
      released = [];
    },
    lease,
    remove: async ({ bodyId, data }) => {
      if (!data) await rm(pathOf(bodyId), { force: true });
    },
  };
}

const folderOf = (bodyId: number) => (bodyId % 256).toString(16).padStart(2, '0');

/** Takes away files that no object is made of: a crash left them while they were written. */
function sweep(folder: string, isUsed: (bodyId: number) => boolean): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const inner of readdirSync(folder)) {
    const path = join(folder, inner);
    for (const name of readdirSync(path)) if (!isUsed(Number(name))) rmSync(join(path, name));
  }
}

/** Its folder is made with the first file in it. */
async function createFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return open(path, 'wx', 0o600);
  }
}

interface Piece {
  size: number;
  data?: Buffer;
  bodyId?: number;
  path?: string;
  offset?: number;
}

async function* readPieces(pieces: Piece[], start: number, end: number): AsyncGenerator<Buffer> {
  let position = 0;
  for (const piece of pieces) {
    const from = Math.max(0, start - position);
    const to = Math.min(piece.size, end - position);
    position += piece.size;
    if (from >= to) continue;
    if (piece.data) yield piece.data.subarray(from, to);
    else yield* readFile(piece.path!, piece.offset! + from, piece.offset! + to);
  }
}

async function* readFile(path: string, start: number, end: number): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  const size = Math.min(readSize, end - start);
  // One is being sent while the other is filled. New memory for each would keep the garbage collector busier than the disk.
  let [filled, other] = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)];
  let next: Promise<number> | undefined;
  try {
    next = readAt(file, filled, start, end);
    for (let position = start; position < end; ) {
      const chunk = filled.subarray(0, await next!);
      position += chunk.length;
      [filled, other] = [other, filled];
      next = position < end ? readAt(file, filled, position, end) : undefined;
      yield chunk;
    }
  } finally {
    await next?.catch(() => {});
    await file.close();
  }
}

async function readAt(file: FileHandle, into: Buffer, position: number, end: number): Promise<number> {
  const { bytesRead } = await file.read(into, 0, Math.min(into.length, end - position), position);
  if (bytesRead === 0) throw new Error('a body is shorter than the index says');
  return bytesRead;
}

/** Holds what fits into the index; beyond that, writes half a MiB at a time while the next is gathered. */
class FileWriter implements BodyWriter {
  readonly #bodyId: number;
  readonly #path: string;
  #file: FileHandle | undefined;
  #chunks: Buffer[] = [];
  #gathered = 0;
  #size = 0;
  #isFile = false;
  #writing: Promise<void> | undefined;

  constructor(bodyId: number, pathOf: (bodyId: number) => string) {
    this.#bodyId = bodyId;
    this.#path = pathOf(bodyId);
  }

  write(chunk: Buffer): Promise<void> | undefined {
    this.#chunks.push(chunk);
    this.#gathered += chunk.length;
    this.#size += chunk.length;
    if (this.#gathered < writeSize) return undefined;
    return this.#flush();
  }

  async finish(): Promise<NewBody> {
    const { size, bodyId } = { size: this.#size, bodyId: this.#bodyId };
    if (size <= maxInlineBytes) return { bodyId, size, data: Buffer.concat(this.#chunks) };
    await this.#flush();
    await this.#writing;
    await this.#file!.close();
    return { bodyId, size };
  }

  async abort(): Promise<void> {
    this.#chunks = [];
    await this.#writing?.catch(() => {});
    await this.#file?.close().catch(() => {});
    if (this.#isFile) await rm(this.#path, { force: true });
  }

  /** Resolves when the write before this one is done: two are never under way. */
  async #flush(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#gathered = 0;
    await this.#writing;
    this.#writing = this.#writeOut(chunks);
    // Its failure is told by whoever waits for it next; until then it must not look unhandled.
    this.#writing.catch(() => {});
  }

  async #writeOut(chunks: Buffer[]): Promise<void> {
    if (chunks.length === 0) return;
    this.#isFile = true;
    this.#file ??= await createFile(this.#path);
    let rest = chunks;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#file.writev(rest);
      rest = dropBytes(rest, bytesWritten);
    }
  }
}

/** KERNEL: a write may take less than it was given, as on a disk that is nearly full. */
function dropBytes(chunks: Buffer[], count: number): Buffer[] {
  let left = count;
  const rest: Buffer[] = [];
  for (const chunk of chunks) {
    if (left >= chunk.length) left -= chunk.length;
    else {
      rest.push(chunk.subarray(left));
      left = 0;
    }
  }
  return rest;
}
