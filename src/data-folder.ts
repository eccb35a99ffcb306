// What a cloud keeps on disk: its records, its mark in the kernel, its instances' disks.
// The mark is made once: it tells this cloud's namespaces from every other's on the machine.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listNamespaces } from './linux/namespace.ts';
import type { CloudMark } from './linux/namespace-state.ts';

export const databasePath = (dataFolder: string) => join(dataFolder, 'cloud.sqlite');
const markPath = (dataFolder: string) => join(dataFolder, 'mark');

export function findCloudMark(dataFolder: string): CloudMark | undefined {
  return existsSync(markPath(dataFolder)) ? readFileSync(markPath(dataFolder), 'utf8').trim() : undefined;
}

export function ensureCloudMark(dataFolder: string): CloudMark {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const found = findCloudMark(dataFolder);
  if (found) return found;
  let mark = randomBytes(2).toString('hex');
  while (listNamespaces(mark).length > 0) mark = randomBytes(2).toString('hex');
  writeFileSync(markPath(dataFolder), `${mark}\n`, { flag: 'wx' });
  return mark;
}
