// Puts rules into the kernel: one nft transaction per namespace and change, all of it or nothing.

import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LinuxError } from './linux-error.ts';
import { runInside } from './namespace.ts';
import type { NamespaceState } from './namespace-state.ts';
import { renderChange, renderWhole } from './nft-table.ts';
import { observeChains } from './observe-namespace.ts';

/** @param before what the kernel has; undefined when nobody knows, and then everything is written anew */
export async function setRules(before: NamespaceState | undefined, after: NamespaceState): Promise<void> {
  if (!after.nft) return;
  if (before?.nft) return load(after, renderChange(before.nft, after.nft));
  const chains = await observeChains(after);
  if (chains.length === 0) return setNewRules(after);
  await load(after, renderWhole(after.nft, chains)).catch((error: LinuxError) => {
    // An earlier version's table may not take this one's declarations: then it is exchanged whole, and its counters are lost.
    if (!/exist|conflict|Invalid argument/i.test(error.stderr)) throw error;
    return load(after, `delete table ${after.nft!.name}\n${renderWhole(after.nft!, [])}`);
  });
}

/** For a namespace that was made just now and holds nothing. */
export async function setNewRules(state: NamespaceState): Promise<void> {
  if (state.nft) await load(state, renderWhole(state.nft, []));
}

async function load(state: NamespaceState, text: string): Promise<void> {
  if (text === '') return;
  const fd = openUnnamed(text);
  try {
    await runInside(state.name, 'nft', ['-f', '-'], {
      doing: `setting the rules of ${state.id}`,
      inputFd: fd,
    });
  } finally {
    closeSync(fd);
  }
}

/** KERNEL: nft opens /dev/stdin anew, which works for a file and not for Node's pipes, since those are sockets. */
function openUnnamed(text: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-nft-'));
  try {
    const fd = openSync(join(folder, 'rules'), 'wx+', 0o600);
    try {
      writeWhole(fd, Buffer.from(text));
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** At positions, so that the reader starts at the beginning; whole, because half of the rules would be rules too. */
function writeWhole(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(fd, bytes, written, bytes.length - written, written);
  }
}
