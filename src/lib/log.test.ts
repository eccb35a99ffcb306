import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderLine } from './log.ts';

test('a line for a terminal has what is known, and the stack below', () => {
  const failure = Object.assign(new Error('broken'), { stack: 'Error: broken\n    at here' });
  const line = renderLine({ requestId: 'a', bucket: undefined, err: failure, status: 500 }, 'call failed');
  assert.equal(line, 'call failed requestId=a status=500\nError: broken\n    at here');
});

test('what a client names neither begins a line nor speaks to the terminal', () => {
  const line = renderLine({ bucket: 'a\nforged line\u001b[2J\u009b2J' }, 's3 call\rfailed');
  assert.equal(line, 's3 call\\rfailed bucket=a\\nforged line\\u001b[2J?2J');
});
