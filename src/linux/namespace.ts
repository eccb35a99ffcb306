// Network namespaces of this cloud: made, listed and taken away by name. Only names with the cloud's mark are ever touched.

import { closeSync, existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { namespaceName, namespacePath, userNamespacePath } from './link-name.ts';
import type { CloudMark, NamespaceState } from './namespace-state.ts';
import { type RunOptions, run } from './run.ts';
import { inNamespace, makeNetworkNamespace, setHomeNamespace } from './system-call.ts';
import { createOwnedNamespace, isNamespaceFile } from './user-namespace.ts';

const namespaceFolder = dirname(namespacePath('any'));

/** Names of every namespace that carries the mark. */
export function listNamespaces(mark: CloudMark): string[] {
  if (!existsSync(namespaceFolder)) return [];
  return readdirSync(namespaceFolder).filter((name) => name.startsWith(namespaceName(mark, '')));
}

export async function createNamespace(state: NamespaceState): Promise<void> {
  const path = namespacePath(state.name);
  mkdirSync(namespaceFolder, { recursive: true });
  if (state.kind === 'instance') {
    const user = userNamespacePath(state.name);
    mkdirSync(dirname(user), { recursive: true, mode: 0o700 });
    await createOwnedNamespace({ net: path, user });
  } else if (!isNamespaceFile(path)) {
    closeSync(openSync(path, 'a'));
    makeNetworkNamespace(path);
  }
}

const homeName = (mark: CloudMark) => `isthmus-home-${mark}`;

/**
 * KERNEL: an ordinary user in a user namespace may leave the machine's own network namespace but not come back to it.
 * So there the thread moves for good into one of ours; what listens already goes on listening where it is.
 * @param beforeLeaving what needs the machine's own network
 */
export async function settleHome(mark: CloudMark, beforeLeaving: () => Promise<unknown>): Promise<void> {
  try {
    inNamespace('/proc/thread-self/ns/net', () => undefined);
  } catch {
    await beforeLeaving();
    const path = namespacePath(homeName(mark));
    mkdirSync(namespaceFolder, { recursive: true });
    if (!isNamespaceFile(path)) await makeHome(path);
    setHomeNamespace(path);
  }
}

export async function leaveHome(mark: CloudMark): Promise<void> {
  if (existsSync(namespacePath(homeName(mark)))) await deleteNamespace(homeName(mark));
}

/** By a process, for this thread could not come back to where it is now. */
async function makeHome(path: string): Promise<void> {
  closeSync(openSync(path, 'a'));
  // It ends with us: the next daemon makes the same namespace, and two mounts on one file would hide one.
  await run('unshare', [`--net=${path}`, 'true'], { doing: 'making a namespace to live in' });
}

export async function deleteNamespace(name: string): Promise<void> {
  const doing = `taking away the namespace ${name}`;
  await run('ip', ['netns', 'delete', name], { doing });
  const userPath = userNamespacePath(name);
  if (existsSync(userPath)) {
    await run('umount', ['--lazy', userPath], { doing }).catch(() => undefined); // not mounted: only the file is left
    await run('rm', ['-f', userPath], { doing });
  }
}

const common: [string, string][] = [
  ['ipv6/conf/all/disable_ipv6', '1'],
  ['ipv6/conf/default/disable_ipv6', '1'],
  // KERNEL: bbr, the default of some machines, halves the throughput of a veth.
  ['ipv4/tcp_congestion_control', 'reno'],
];

/** Bytes and packets of each flow, for `isthmus flows`. It costs no more than a hundredth of a round trip. */
const countFlows: [string, string] = ['netfilter/nf_conntrack_acct', '1'];

const router: [string, string][] = [
  countFlows,
  ['ipv4/ip_forward', '1'],
  ['ipv4/conf/all/rp_filter', '0'],
  ['ipv4/conf/default/rp_filter', '0'],
  ['ipv4/conf/all/send_redirects', '0'],
  ['ipv4/conf/default/send_redirects', '0'],
  // The router answers ARP for every address of the VPC: all traffic, also inside a subnet, meets it.
  ['ipv4/conf/all/proxy_arp', '1'],
  ['ipv4/neigh/default/proxy_delay', '0'],
  // KERNEL: with rules of our own, each packet is looked up once more to see whether its source is ours; the program's source check
  // has seen to that. And a router has next to no sockets that packets could be for.
  ['ipv4/conf/all/accept_local', '1'],
  ['ipv4/ip_early_demux', '0'],
  // A flow that was cut stays cut: the middle of a connection does not make a new conntrack entry.
  ['netfilter/nf_conntrack_tcp_loose', '0'],
];

/** Takes what is for its own addresses, as many as they are; leads nothing on. */
const door: [string, string][] = [
  ['ipv4/ip_forward', '0'],
  ['ipv4/conf/all/rp_filter', '0'],
  ['ipv4/conf/default/rp_filter', '0'],
];

/** Sends on what came in, by the way it came. */
const forwarder: [string, string][] = [
  countFlows,
  ['ipv4/ip_forward', '1'],
  ['ipv4/conf/all/rp_filter', '0'],
  ['ipv4/conf/default/rp_filter', '0'],
  ['ipv4/conf/all/send_redirects', '0'],
  ['ipv4/conf/default/send_redirects', '0'],
];

const natGateway: [string, string][] = [
  ...forwarder,
  // A flow it no longer has is over: the middle of one does not begin another.
  ['netfilter/nf_conntrack_tcp_loose', '0'],
  // Only what belongs to no flow is answered with a reset, not what came out of order.
  ['netfilter/nf_conntrack_tcp_be_liberal', '1'],
];

const instance: [string, string][] = [
  ['ipv4/ping_group_range', '0 65535'],
  ['ipv4/ip_unprivileged_port_start', '1024'],
];

const settingsOf = { router, instance, door, 'nat-gateway': natGateway, internet: forwarder, hub: forwarder };

/** Kernel settings of a namespace. What this kernel does not have is left out. */
export function setKernelSettings(state: NamespaceState): void {
  inNamespace(namespacePath(state.name), () => {
    for (const [name, value] of [...common, ...settingsOf[state.kind]]) {
      try {
        writeFileSync(`/proc/sys/net/${name}`, value);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ENOENT' && code !== 'EINVAL') throw error;
      }
    }
  });
}

/** Runs a program inside a namespace. KERNEL: a child starts in the namespace its parent's thread is in at that moment. */
export function runInside(
  name: string,
  program: string,
  args: string[],
  options: RunOptions,
): Promise<string> {
  let running: Promise<string> | undefined;
  inNamespace(namespacePath(name), () => {
    running = run(program, args, options);
  });
  return running!;
}
