import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isAlive, isSandboxAlive, readStatus, type SandboxStatus } from './sandbox-status.ts';

const text = readFileSync(`/proc/${process.pid}/stat`, 'latin1');
const startTime = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
const us = { pid: process.pid, startTime };
const nobody = { pid: 0, startTime: 0 };

test('a process is known by its number and its start time together', () => {
  assert.equal(isAlive(us), true);
  assert.equal(isAlive({ ...us, startTime: startTime + 1 }), false);
  assert.equal(isAlive(nobody), false);
});

test('a machine lives as long as its PID 1 or somebody who is starting it', () => {
  const status: SandboxStatus = {
    ...{ phase: 'running', bootNumber: 1, supervisor: nobody, init: us, how: '', detail: '' },
  };
  assert.equal(isSandboxAlive(status), true);
  assert.equal(isSandboxAlive({ ...status, init: nobody, supervisor: us, phase: 'booting' }), true);
  assert.equal(isSandboxAlive({ ...status, init: nobody }), false);
  assert.equal(isSandboxAlive({ ...status, phase: 'ended' }), false);
  assert.equal(isSandboxAlive(undefined), false);
});

test('a status that is not there is no status', () => {
  assert.equal(readStatus('/nowhere/i-0123456789abcdef0.json'), undefined);
});
