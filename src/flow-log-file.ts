// A flow log's records on this machine: one text file per flow log in the data folder, and how much of it has been delivered.
// What stands in the file is the flow log; the objects in S3 are made of it, so a destination that fails loses nothing.

import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { FlowLogId } from './cloud/id.ts';
import { writeWhole } from './data-folder.ts';

/** When a file is longer than that, it becomes `….log.1`, and the one before it goes. */
const longestBytes = 64 * 1024 * 1024;

export interface FlowLogFiles {
  pathOf(flowLogId: FlowLogId): string;
  append(flowLogId: FlowLogId, lines: string[]): void;
  sizeOf(flowLogId: FlowLogId): number;
  /** Whole lines from this place on, no more than about `maxBytes`. */
  read(flowLogId: FlowLogId, offset: number, maxBytes: number): Promise<{ text: string; next: number }>;
  deliveredUpTo(flowLogId: FlowLogId): number;
  noteDelivered(flowLogId: FlowLogId, offset: number): void;
  /** When the counts of a VPC were last taken, by VPC id; Unix seconds. */
  readings(): Map<string, number>;
  noteReadings(readings: ReadonlyMap<string, number>): void;
  removeAll(): void;
}

export function createFlowLogFiles(folder: string): FlowLogFiles {
  const pathOf = (flowLogId: string) => join(folder, `${flowLogId}.log`);
  const deliveredPath = (flowLogId: string) => join(folder, `${flowLogId}.delivered`);
  const readingsPath = join(folder, 'readings.json');
  const sizeOf = (flowLogId: string) => statSync(pathOf(flowLogId), { throwIfNoEntry: false })?.size ?? 0;
  const write = (path: string, text: string) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeWhole(path, text, 0o600);
  };
  const noteDelivered = (flowLogId: FlowLogId, offset: number) =>
    write(deliveredPath(flowLogId), `${offset}\n`);

  return {
    pathOf,
    sizeOf,
    append(flowLogId, lines) {
      if (lines.length === 0) return;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (sizeOf(flowLogId) > longestBytes) {
        renameSync(pathOf(flowLogId), `${pathOf(flowLogId)}.1`);
        noteDelivered(flowLogId, 0);
      }
      appendFileSync(pathOf(flowLogId), `${lines.join('\n')}\n`, { mode: 0o600 });
    },
    async read(flowLogId, place, maxBytes) {
      const size = sizeOf(flowLogId);
      const offset = place > size ? 0 : place; // it has begun anew meanwhile
      const wanted = Math.min(size - offset, maxBytes);
      if (wanted === 0) return { text: '', next: offset };
      const file = await open(pathOf(flowLogId));
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, offset);
        const text = buffer.toString('latin1', 0, bytesRead);
        const end = text.lastIndexOf('\n') + 1;
        return { text: text.slice(0, end), next: offset + end };
      } finally {
        await file.close();
      }
    },
    deliveredUpTo(flowLogId) {
      const path = deliveredPath(flowLogId);
      const offset = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
      return offset <= sizeOf(flowLogId) ? offset : 0;
    },
    noteDelivered,
    readings: () =>
      new Map(existsSync(readingsPath) ? Object.entries(JSON.parse(readFileSync(readingsPath, 'utf8'))) : []),
    noteReadings: (readings) => write(readingsPath, `${JSON.stringify(Object.fromEntries(readings))}\n`),
    removeAll: () => rmSync(folder, { recursive: true, force: true }),
  };
}
