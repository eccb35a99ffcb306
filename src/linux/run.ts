// The only place that starts a program: always an argument array, never a shell string.
// Exit codes decide; text on stderr is kept for the error.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { LinuxError } from './linux-error.ts';

export interface RunOptions {
  /** Said in the error: `creating the namespace of vpc-…`. */
  doing: string;
  input?: string;
  /** An open file as standard input instead, for programs that reopen /dev/stdin. */
  inputFd?: number;
  env?: Record<string, string>;
  timeoutMs?: number;
}

/** Runs a program to its end and gives its standard output. Throws LinuxError when it exits other than 0. */
export function run(program: string, args: string[], options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // KERNEL: what outlived a killed daemon would still change the machine, behind the back of the next one.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      stdio: [options.inputFd ?? (options.input === undefined ? 'ignore' : 'pipe'), 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      timeout: options.timeoutMs ?? 120_000,
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
    const command = [program, ...args].join(' ').slice(0, 200);
    child.on('error', (error) => reject(new LinuxError(options.doing, command, error.message)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else {
        const said = stderr || `ended with ${signal ?? `code ${code}`}`;
        reject(new LinuxError(options.doing, command, said, missingProgramHint(program, said)));
      }
    });
    if (options.input !== undefined) {
      child.stdin?.on('error', () => {}); // the exit code tells; a closed pipe adds nothing
      child.stdin?.end(options.input);
    }
  });
}

/** Starts a program that is to live on its own: an instance's supervisor, a shell, tcpdump. */
export function start(program: string, args: string[], options: SpawnOptions): ChildProcess {
  return spawn(program, args, options);
}

function missingProgramHint(program: string, said: string): string {
  return said.startsWith('setpriv: failed to execute')
    ? `install the Debian package that has ${program}`
    : '';
}
