// The system calls Node has no name for: what it takes to make a socket inside another network namespace.
// All are synchronous and throw. A thread has a namespace, a socket keeps the one it was made in, and Node's
// own threads stay where they are: so the main thread goes in, makes sockets and is back before the tick ends.

import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { getSystemErrorMessage, getSystemErrorName } from 'node:util';
import { addressNumber, type Ipv4 } from '../lib/cidr.ts';
import { LinuxError } from './linux-error.ts';

const newNetworkNamespace = 0x40000000; // CLONE_NEWNET
const bindMount = 4096; // MS_BIND
const getInterfaceFlags = 0x8913; // SIOCGIFFLAGS
const interfaceRunning = 0x40; // IFF_RUNNING
const addressFamily = 2; // AF_INET
const nonblockingCloseOnExec = 0o4000 | 0o2000000; // SOCK_NONBLOCK | SOCK_CLOEXEC
const socketTypes = { tcp: 1, udp: 2 };
const socketOptions = {
  reuseAddress: { level: 1, name: 2 }, // SOL_SOCKET, SO_REUSEADDR
  receiveBuffer: { level: 1, name: 8 }, // SOL_SOCKET, SO_RCVBUF: bytes, at most what net.core.rmem_max allows
  freeBind: { level: 0, name: 15 }, // IPPROTO_IP, IP_FREEBIND
  bindAddressNoPort: { level: 0, name: 24 }, // IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT
  timeToLive: { level: 0, name: 2 }, // IPPROTO_IP, IP_TTL
};

export class SystemCallError extends LinuxError {
  /** `EADDRINUSE` */
  readonly code: string;

  constructor(doing: string, call: string, errno: number) {
    super(doing, call, getSystemErrorMessage(-errno));
    this.name = 'SystemCallError';
    this.code = getSystemErrorName(-errno);
  }
}

interface Libc {
  errno(): number;
  setns(fd: number, kind: number): number;
  unshare(kinds: number): number;
  ioctl(fd: number, request: number, argument: Buffer): number;
  mount(source: string, target: string, type: null, flags: number, data: null): number;
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Buffer, length: number): number;
  listen(fd: number, backlog: number): number;
  connect(fd: number, address: Buffer, length: number): number;
  setsockopt(fd: number, level: number, name: number, value: Buffer, length: number): number;
}

let libc: Libc | undefined;

/** Loaded at the first call, for a daemon that has no VPC yet needs none of it and shall start fast. */
function loadLibc(): Libc {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const library = koffi.load('libc.so.6');
  return {
    errno: () => koffi.errno(),
    setns: library.func('int setns(int, int)'),
    unshare: library.func('int unshare(int)'),
    ioctl: library.func('int ioctl(int, unsigned long, void *)'),
    mount: library.func('int mount(const char *, const char *, const char *, unsigned long, const void *)'),
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, const void *, uint32_t)'),
    listen: library.func('int listen(int, int)'),
    connect: library.func('int connect(int, const void *, uint32_t)'),
    setsockopt: library.func('int setsockopt(int, int, int, const void *, uint32_t)'),
  };
}

function callLibc(): Libc {
  libc ??= loadLibc();
  return libc;
}

function check(result: number, doing: string, call: string): number {
  if (result < 0) throw new SystemCallError(doing, call, callLibc().errno());
  return result;
}

let home: number | undefined;
/** The namespace the thread is in right now: home, or that of the innermost `inNamespace`. */
let current: number | undefined;

/**
 * Runs `work` with this thread inside a network namespace: sockets made and programs spawned by it belong there.
 * `work` must not await: whatever ran in between would be inside the namespace too.
 */
export function inNamespace<Result>(namespacePath: string, work: () => Result): Result {
  home ??= openHome();
  const before = current ?? home;
  const there = openNamespace(namespacePath);
  try {
    enter(there, namespacePath);
  } catch (error) {
    closeSync(there);
    throw error;
  }
  current = there;
  try {
    const result = work();
    if (result instanceof Promise) throw new TypeError('work inside a namespace must not be asynchronous');
    return result;
  } finally {
    // A daemon lost in a VPC would serve its API there and hand its sockets to a tenant.
    if (callLibc().setns(before, newNetworkNamespace) !== 0) process.abort();
    current = before;
    closeSync(there);
  }
}

/**
 * Makes a network namespace and holds it by a file that is there already; back before the tick ends.
 * A process of its own would take four milliseconds for it.
 */
export function makeNetworkNamespace(namespacePath: string): void {
  home ??= openHome();
  const doing = `making the network namespace ${namespacePath}`;
  check(callLibc().unshare(newNetworkNamespace), doing, 'unshare');
  try {
    check(callLibc().mount('/proc/thread-self/ns/net', namespacePath, null, bindMount, null), doing, 'mount');
  } finally {
    if (callLibc().setns(current ?? home, newNetworkNamespace) !== 0) process.abort();
  }
}

/** Tries the way home while still there: an ordinary user may leave the machine's own namespace and not come back. */
function openHome(): number {
  const path = '/proc/thread-self/ns/net';
  const fd = openNamespace(path);
  try {
    enter(fd, path);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Makes a namespace the one this thread lives in from now on. What listens already goes on where it is. */
export function setHomeNamespace(namespacePath: string): void {
  if (current !== home) throw new Error('the home namespace cannot change while the thread is away');
  const next = openNamespace(namespacePath);
  try {
    enter(next, namespacePath);
  } catch (error) {
    closeSync(next);
    throw error;
  }
  if (home !== undefined) closeSync(home);
  home = next;
  current = next;
}

function openNamespace(namespacePath: string): number {
  try {
    return openSync(namespacePath, 'r'); // Node opens everything close-on-exec
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    throw new SystemCallError(`opening the network namespace ${namespacePath}`, 'open', -(errno ?? -2));
  }
}

function enter(fd: number, namespacePath: string): void {
  const result = callLibc().setns(fd, newNetworkNamespace);
  check(result, `entering the network namespace ${namespacePath}`, 'setns');
}

/** Makes a socket in the namespace the thread is in and lets `prepare` bind or connect it; closes it when that fails. */
export function openSocket(protocol: 'tcp' | 'udp', prepare: (fd: number) => void): number {
  const type = socketTypes[protocol] | nonblockingCloseOnExec;
  const fd = check(callLibc().socket(addressFamily, type, 0), `making a ${protocol} socket`, 'socket');
  try {
    prepare(fd);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

export function setSocketOption(fd: number, option: keyof typeof socketOptions, value = 1): void {
  const { level, name } = socketOptions[option];
  const bytes = Buffer.from(Int32Array.of(value).buffer);
  check(
    callLibc().setsockopt(fd, level, name, bytes, bytes.length),
    `setting ${option} on a socket`,
    'setsockopt',
  );
}

/** Whether every one of these links of the namespace the thread is in carries packets. One that is gone does not. */
export function areRunning(linkNames: Iterable<string>): boolean {
  const fd = openSocket('udp', () => {});
  try {
    return [...linkNames].every((name) => {
      const request = Buffer.alloc(40); // struct ifreq: sixteen bytes of name, then the flags
      request.write(name, 0, 15);
      if (callLibc().ioctl(fd, getInterfaceFlags, request) < 0) return false;
      return (request.readUInt16LE(16) & interfaceRunning) !== 0;
    });
  } finally {
    closeSync(fd);
  }
}

export function bind(fd: number, address: Ipv4, port: number): void {
  const where = socketAddress(address, port);
  check(callLibc().bind(fd, where, where.length), `binding a socket to ${address}:${port}`, 'bind');
}

export function listen(fd: number, backlog: number): void {
  check(callLibc().listen(fd, backlog), 'listening', 'listen');
}

/** Starts to connect; how it ends is seen on the socket. */
export function connect(fd: number, address: Ipv4, port: number): void {
  const where = socketAddress(address, port);
  const result = callLibc().connect(fd, where, where.length);
  if (result < 0 && callLibc().errno() === constants.errno.EINPROGRESS) return;
  check(result, `connecting to ${address}:${port}`, 'connect');
}

/** A `struct sockaddr_in`: the family in the machine's byte order, port and address in the network's. */
function socketAddress(address: Ipv4, port: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(addressFamily, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.writeUInt32BE(addressNumber(address), 4);
  return bytes;
}
