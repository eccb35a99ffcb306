// The user namespace of an instance and the network namespace it owns, as files that outlive every process.
// Root inside is an id without rights outside: also when we are root, never the host's own.

import { closeSync, mkdirSync, openSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';

export interface IdMap {
  /** What uid and gid 0 of an instance are out here. */
  hostBase: number;
  count: number;
}

interface Extent {
  inside: number;
  outside: number;
  count: number;
}

const script = fileURLToPath(new URL('./user-namespace.pl', import.meta.url));
const count = 65_536;
/** Nobody's: above the ranges that useradd, systemd and container runtimes give out (uid-gid.md of systemd). */
const unusedRange = 0x70000000;
const everyId = 4_294_967_295;
const nsfsMagic = 0x6e736673;

/** The ids an instance lives on: a subordinate range for root; all there are, for a user in a namespace of their own. */
export function idMap(): IdMap {
  const isInitialNamespace = readExtents('uid').some((extent) => extent.count >= everyId);
  if (!isInitialNamespace) return { hostBase: 0, count };
  const uids = subordinateBase('/etc/subuid');
  return {
    hostBase: uids !== undefined && uids === subordinateBase('/etc/subgid') ? uids : unusedRange,
    count,
  };
}

/** Where the parent's ids are in pieces, so must ours be: KERNEL: one line may not span two extents of the parent. */
export function renderIdMap(map: IdMap, parent: Extent[]): string {
  const end = map.hostBase + map.count;
  const pieces = parent.flatMap((extent) => {
    const first = Math.max(map.hostBase, extent.inside);
    const last = Math.min(end, extent.inside + extent.count);
    return first < last ? [`${first - map.hostBase} ${first} ${last - first}\n`] : [];
  });
  return pieces.join('');
}

/** Makes both namespaces and mounts them onto the given files. What is there already stays, but a network without its owner. */
export async function createOwnedNamespace(paths: { net: string; user: string }): Promise<void> {
  if (isNamespaceFile(paths.net) && isNamespaceFile(paths.user)) return;
  // Half a pair is what a crash left, or somebody who took the other's name away. The owner stays, with who lives there;
  // KERNEL: a file that is a namespace cannot be opened for writing.
  if (!isNamespaceFile(paths.user)) touch(paths.user);
  if (isNamespaceFile(paths.net))
    await run('umount', ['--lazy', paths.net], { doing: `letting go of ${paths.net}` });
  touch(paths.net);
  const map = idMap();
  const maps = [renderIdMap(map, readExtents('uid')), renderIdMap(map, readExtents('gid'))];
  await run('perl', [script, paths.user, paths.net, ...maps, String(process.pid)], {
    doing: `making the namespaces of ${paths.net}`,
    timeoutMs: 20_000,
  });
}

export function isNamespaceFile(path: string): boolean {
  try {
    return statfsSync(path).type === nsfsMagic;
  } catch {
    return false;
  }
}

function touch(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, 'a'));
}

function readExtents(kind: 'uid' | 'gid'): Extent[] {
  const lines = readFileSync(`/proc/self/${kind}_map`, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [inside, outside, extentCount] = line.trim().split(/\s+/).map(Number) as [number, number, number];
    return { inside, outside, count: extentCount };
  });
}

function subordinateBase(path: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  for (const line of text.split('\n')) {
    const [owner, base, size] = line.split(':');
    if ((owner === 'root' || owner === '0') && Number(size) >= count) return Number(base);
  }
  return undefined;
}
