// Starts a program without copying this process. Node forks, which copies the page tables of a daemon of a hundred megabytes
// and holds its only thread up for two to five milliseconds; posix_spawn borrows the memory until the program begins: a tenth of one.
// As with every child, it starts in the namespace the calling thread is in at that moment.

import { closeSync, openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { getSystemErrorMessage } from 'node:util';

export interface SpawnedProgram {
  pid: number;
  /** Settles when it has ended and nobody writes to its outputs any more. */
  ended: Promise<ProgramEnd>;
}

export interface ProgramEnd {
  stdout: string;
  stderr: string;
  /** Absent: a signal ended it. */
  exitCode?: number;
  /** `SIGTERM` */
  signal?: string;
}

export interface SpawnInput {
  /** Standard input as text. */
  text?: string;
  /** An open file as standard input instead. Neither: there is nothing to read. */
  fd?: number;
}

/** `char *[]`: ended by null. */
type Texts = (string | null)[];

interface Libc {
  pipe2(ends: Buffer, flags: number): number;
  memfd_create(name: string, flags: number): number;
  waitpid(pid: number, status: Buffer, options: number): number;
  spawn(pid: Buffer, file: string, actions: Buffer, attributes: Buffer, argv: Texts, env: Texts): number;
  initActions(actions: Buffer): number;
  addDup2(actions: Buffer, fd: number, target: number): number;
  destroyActions(actions: Buffer): number;
  initAttributes(attributes: Buffer): number;
  setFlags(attributes: Buffer, flags: number): number;
  setDefaultSignals(attributes: Buffer, signals: Buffer): number;
  setSignalMask(attributes: Buffer, signals: Buffer): number;
  sigfillset(signals: Buffer): number;
}

const closeOnExec = 0o2000000; // O_CLOEXEC
const memfdCloseOnExec = 1; // MFD_CLOEXEC
const noHang = 1; // WNOHANG
const setSignals = 0x04 | 0x08; // POSIX_SPAWN_SETSIGDEF, POSIX_SPAWN_SETSIGMASK
/** More than glibc's structures need anywhere: 80 and 336 bytes. */
const structureBytes = 512;
const signalSetBytes = 128;

let libc: Libc | undefined;
/** What every program starts with: Node ignores signals that programs rely on, SIGPIPE above all. */
let attributes: Buffer | undefined;

function loadLibc(): Libc {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const library = koffi.load('libc.so.6');
  return {
    pipe2: library.func('int pipe2(void *, int)'),
    memfd_create: library.func('int memfd_create(const char *, unsigned int)'),
    waitpid: library.func('int waitpid(int, void *, int)'),
    spawn: library.func(
      'int posix_spawnp(void *, const char *, const void *, const void *, const char **, const char **)',
    ),
    initActions: library.func('int posix_spawn_file_actions_init(void *)'),
    addDup2: library.func('int posix_spawn_file_actions_adddup2(void *, int, int)'),
    destroyActions: library.func('int posix_spawn_file_actions_destroy(void *)'),
    initAttributes: library.func('int posix_spawnattr_init(void *)'),
    setFlags: library.func('int posix_spawnattr_setflags(void *, short)'),
    setDefaultSignals: library.func('int posix_spawnattr_setsigdefault(void *, const void *)'),
    setSignalMask: library.func('int posix_spawnattr_setsigmask(void *, const void *)'),
    sigfillset: library.func('int sigfillset(void *)'),
  };
}

function makeAttributes(calls: Libc): Buffer {
  const made = Buffer.alloc(structureBytes);
  const [every, none] = [Buffer.alloc(signalSetBytes), Buffer.alloc(signalSetBytes)];
  calls.sigfillset(every);
  calls.initAttributes(made);
  calls.setDefaultSignals(made, every);
  calls.setSignalMask(made, none);
  calls.setFlags(made, setSignals);
  return made;
}

/** Throws when there is no such program, or no room for another one. */
export function posixSpawn(
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  input: SpawnInput,
): SpawnedProgram {
  libc ??= loadLibc();
  attributes ??= makeAttributes(libc);
  const opened: number[] = [];
  try {
    const stdin = input.fd ?? keep(opened, openInput(libc, input.text));
    const [output, outputEnd] = openPipe(libc, opened);
    const [error, errorEnd] = openPipe(libc, opened);
    const pid = spawnWith(libc, attributes, [file, ...args], env, [stdin, outputEnd, errorEnd]);
    const texts = [readWhole(forget(opened, output)), readWhole(forget(opened, error))];
    return { pid, ended: watch(libc, pid, texts) };
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

function spawnWith(
  calls: Libc,
  given: Buffer,
  argv: string[],
  env: NodeJS.ProcessEnv,
  standard: number[],
): number {
  const actions = Buffer.alloc(structureBytes);
  const pid = Buffer.alloc(4);
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  calls.initActions(actions);
  try {
    for (const [target, fd] of standard.entries()) calls.addDup2(actions, fd, target);
    const failure = calls.spawn(pid, argv[0]!, actions, given, [...argv, null], [...variables, null]);
    if (failure !== 0) throw new Error(`starting ${argv[0]}: ${getSystemErrorMessage(-failure)}`);
    return pid.readInt32LE();
  } finally {
    calls.destroyActions(actions);
  }
}

/** KERNEL: a file in memory, which a program can also open anew as /dev/stdin. Written at positions: it is read from the beginning. */
function openInput(calls: Libc, text: string | undefined): number {
  if (text === undefined) return openSync('/dev/null', 'r');
  const fd = calls.memfd_create('input', memfdCloseOnExec);
  if (fd < 0) throw new Error('no file in memory could be made');
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; )
    written += writeSync(fd, bytes, written, bytes.length - written, written);
  return fd;
}

function openPipe(calls: Libc, opened: number[]): [reading: number, writing: number] {
  const ends = Buffer.alloc(8);
  if (calls.pipe2(ends, closeOnExec) !== 0) throw new Error('no pipe could be made');
  return [keep(opened, ends.readInt32LE(0)), keep(opened, ends.readInt32LE(4))];
}

function keep(opened: number[], fd: number): number {
  opened.push(fd);
  return fd;
}

/** From now on somebody else closes it. */
function forget(opened: number[], fd: number): number {
  opened.splice(opened.indexOf(fd), 1);
  return fd;
}

function readWhole(fd: number): Promise<string> {
  const socket = new Socket({ fd, readable: true, writable: false });
  let text = '';
  socket.setEncoding('utf8').on('data', (piece) => (text += piece));
  return new Promise((resolve) => {
    socket.on('error', () => {}); // what was read until then is what it said
    socket.on('close', () => resolve(text));
  });
}

async function watch(calls: Libc, pid: number, texts: Promise<string>[]): Promise<ProgramEnd> {
  const [stdout = '', stderr = ''] = await Promise.all(texts);
  const status = Buffer.alloc(4);
  // Its outputs are closed: it is at its end, or a moment before it.
  while (calls.waitpid(pid, status, noHang) === 0) await wait(1);
  const code = status.readInt32LE();
  const signal = code & 0x7f;
  if (signal === 0) return { stdout, stderr, exitCode: (code >> 8) & 0xff };
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  return { stdout, stderr, signal: name ?? `signal ${signal}` };
}
