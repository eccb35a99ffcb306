// Other processes as the kernel shows them: whether one lives, whose it is, and whether it is a cloud's daemon.

import { readFileSync, statSync } from 'node:fs';

/** A process that ended and that nobody has asked about (a zombie) is as good as gone. */
export function isAlive(pid: number): boolean {
  const afterName = read(pid, 'stat')?.split(') ').at(-1);
  return afterName !== undefined && !afterName.startsWith('Z');
}

/** `isthmus up`, not another program that was given the same number since. */
export function isDaemon(pid: number): boolean {
  const words = read(pid, 'cmdline')?.split('\0') ?? [];
  const main = words.findIndex((word) => word.endsWith('/src/cli/main.ts'));
  return main >= 0 && words.includes('up', main) && isAlive(pid);
}

/** The user id a process runs under; undefined when there is no such process. */
export function findOwner(pid: number): number | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
}

function read(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}
