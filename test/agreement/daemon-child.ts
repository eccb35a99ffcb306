// The daemon of a cloud that is compared, as a child of this process: it can be killed and started anew on the same data.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface DaemonChild {
  apiEndpoint: string;
  /** At once, and its network stays. */
  kill(): Promise<void>;
  /** Orderly, and its network goes with it. */
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('../../bench/daemon-process.ts', import.meta.url));
const patienceMs = 20_000;

export async function startDaemonChild(dataFolder: string): Promise<DaemonChild> {
  const child = fork(program, [dataFolder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await ended;
  };
  const stop = async () => {
    if (child.connected) child.send('stop');
    await Promise.race([ended, wait(patienceMs, undefined, { ref: false })]);
    await kill();
  };
  const failed = ended.then(() => Promise.reject(new Error('the daemon did not start')));
  const [{ apiEndpoint }] = (await Promise.race([once(child, 'message'), failed])) as [
    { apiEndpoint: string },
  ];
  return { apiEndpoint, kill, stop };
}
