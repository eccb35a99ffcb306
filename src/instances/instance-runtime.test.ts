import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextStep, type Step } from './instance-runtime.ts';
import type { SandboxStatus } from './sandbox-status.ts';

type Wanted = Parameters<typeof nextStep>[0];

const running = (bootNumber: number): Wanted => ({ desiredState: 'running', bootNumber });
const stopped: Wanted = { desiredState: 'stopped', bootNumber: 1 };
const terminated: Wanted = { desiredState: 'terminated', bootNumber: 1 };

const status = (bootNumber: number, how: SandboxStatus['how'] = ''): SandboxStatus => ({
  phase: how === '' ? 'running' : 'ended',
  bootNumber,
  supervisor: { pid: 0, startTime: 0 },
  init: { pid: 0, startTime: 0 },
  how,
  detail: '',
});
const never = { isAlive: false, hasDisk: false, status: undefined };
const alive = (bootNumber: number) => ({ isAlive: true, hasDisk: true, status: status(bootNumber) });
const ended = (bootNumber: number, how: SandboxStatus['how']) => ({
  isAlive: false,
  hasDisk: true,
  status: status(bootNumber, how),
});

const cases: [string, Wanted, Parameters<typeof nextStep>[1], Step][] = [
  ['a new instance is started', running(1), never, 'start'],
  ['a running one is left alone', running(1), alive(1), 'rest'],
  ['a new boot is first a stop', running(2), alive(1), 'stop'],
  ['and then a start', running(2), ended(1, 'asked'), 'start'],
  ['a machine that powered itself off stays off', running(1), ended(1, 'poweroff'), 'rest'],
  ['a machine that crashed stays down', running(1), ended(1, 'crash'), 'rest'],
  ['until a new boot is asked for', running(2), ended(1, 'poweroff'), 'start'],
  ['what we switched off ourselves comes back', running(1), ended(1, 'asked'), 'start'],
  ['a start that failed is tried again', running(1), ended(1, 'failed'), 'start'],
  ['what the host took down with it comes back', running(1), { ...alive(1), isAlive: false }, 'start'],
  ['a stop stops', stopped, alive(1), 'stop'],
  ['a stopped one keeps its disk', stopped, ended(1, 'asked'), 'rest'],
  ['one that never ran needs no stop', stopped, never, 'rest'],
  ['a termination stops first', terminated, alive(1), 'stop'],
  ['and then removes', terminated, ended(1, 'asked'), 'remove'],
  ['and then rests', terminated, never, 'rest'],
  ['what is not wanted at all is stopped', undefined, alive(1), 'stop'],
  ['and removed', undefined, ended(1, 'poweroff'), 'remove'],
];

for (const [promise, wanted, sandbox, step] of cases) {
  test(promise, () => assert.equal(nextStep(wanted, sandbox), step));
}
