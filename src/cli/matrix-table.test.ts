// The matrix on a terminal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Matrix } from './matrix-answer.ts';
import { renderDisagreements, renderMatrix, renderReasons } from './matrix-table.ts';

const member = (label: string, kind: 'instance' | 'host' | 'endpoint' = 'instance') => ({
  ...{ id: `i-${label}`, kind, label, names: [label, `i-${label}`] },
  ...(kind === 'host' ? {} : { vpcId: 'vpc-1', vpcName: 'shop', accountId: '111111111111' }),
  ...(kind === 'endpoint' ? {} : { address: '10.0.1.5' }),
});
const cell = (from: string, to: string, flow: string, arrives: boolean, agrees?: boolean) => ({
  ...{ from: `i-${from}`, to: `i-${to}`, flow, arrives, at: 'sg-1' },
  ...(arrives ? {} : { code: 'ENI_SG_RULES_MISMATCH' }),
  because: arrives ? 'sgr-1 allows it' : 'no rule of sg-1 allows it',
  ...(agrees === undefined ? {} : { probe: { fate: 'silent' as const, agrees } }),
});

const matrix: Matrix = {
  members: [member('web'), member('database'), member('orders', 'endpoint'), member('desk', 'host')],
  cells: [
    cell('web', 'database', '22', false),
    cell('web', 'database', '5432', true),
    cell('web', 'orders', '80', true),
    cell('web', 'orders', '443', true),
    cell('database', 'web', '80', false),
    cell('desk', 'web', '80', true),
  ],
};

test('rows are who sends, columns who is reached, cells what arrives; then who they are', () => {
  assert.equal(
    renderMatrix(matrix, 80),
    `
FROM \\ TO  web  database  orders  desk
web        =    5432      80 443  ·
database   ·    =         ·       ·
desk       80   ·         ·       =

In a cell: the ports that arrive, by explain; · none; = itself.
web       i-web       10.0.1.5 in shop, vpc-1 of 111111111111  asked: 80
database  i-database  10.0.1.5 in shop, vpc-1 of 111111111111  asked: 22 5432
orders    i-orders    in shop, vpc-1 of 111111111111           asked: 80 443
desk      i-desk      10.0.1.5`.trimStart(),
  );
});

test('what does not fit beside comes below', () => {
  const [first, second] = renderMatrix(matrix, 30).split('\n\n');
  assert.equal(first!.split('\n')[0], 'FROM \\ TO  web  database');
  assert.equal(second!.split('\n')[0], 'FROM \\ TO  orders  desk');
  for (const line of `${first}\n${second}`.split('\n')) assert.ok(line.length <= 30, line);
});

test('of what does not arrive it says why', () => {
  assert.deepEqual(renderReasons(matrix), [
    '✗ web -> database:22  no rule of sg-1 allows it [ENI_SG_RULES_MISMATCH]',
    '✗ database -> web:80  no rule of sg-1 allows it [ENI_SG_RULES_MISMATCH]',
  ]);
});

test('packets that disagree are marked and told', () => {
  const cells = [cell('web', 'database', '5432', true, false), cell('database', 'web', '80', false, true)];
  const probed = { members: matrix.members.slice(0, 2), cells };
  assert.match(renderMatrix(probed, 80), /^web +=+ +5432!\ndatabase +· +=\n/m);
  assert.deepEqual(renderDisagreements(probed), [
    '! web -> database:5432  packets: silent; explain: it arrives: sgr-1 allows it',
  ]);
  assert.deepEqual(renderDisagreements(matrix), []);
});
