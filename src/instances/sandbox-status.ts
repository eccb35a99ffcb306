// What the supervisor of an instance last said, and whether the processes it spoke of still live.
// A pid counts only together with its start time: the number alone may be somebody else's by now.

import { readFileSync } from 'node:fs';

export interface ProcessMark {
  /** 0: there was none yet. */
  pid: number;
  startTime: number;
}

export interface SandboxStatus {
  /** `rebooting`: the machine restarted itself and its new PID 1 is on its way. */
  phase: 'booting' | 'running' | 'rebooting' | 'ended';
  bootNumber: number;
  supervisor: ProcessMark;
  init: ProcessMark;
  /**
   * How an ended machine ended: by its own `poweroff`, because we `asked`, by itself (`crash`), or before it began (`failed`).
   * Empty until then.
   */
  how: '' | 'poweroff' | 'asked' | 'crash' | 'failed';
  /** One line about a crash or failure. */
  detail: string;
}

export function readStatus(path: string): SandboxStatus | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SandboxStatus;
  } catch {
    return undefined; // no such file: the supervisor replaces it in one step, so it is never half written
  }
}

export function isAlive(mark: ProcessMark): boolean {
  if (mark.pid === 0) return false;
  try {
    const stat = readFileSync(`/proc/${mark.pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] !== 'Z' && fields[0] !== 'X' && Number(fields[19]) === mark.startTime;
  } catch {
    return false;
  }
}

/** Whether there is a machine, or somebody who is just starting one. */
export function isSandboxAlive(status: SandboxStatus | undefined): boolean {
  if (!status || status.phase === 'ended') return false;
  return isAlive(status.init) || isAlive(status.supervisor);
}
