import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NftTable, renderChange, renderWhole } from './nft-table.ts';

function table(fields: Partial<Pick<NftTable, 'sets' | 'maps' | 'chains'>> = {}): NftTable {
  return {
    name: 'ip isthmus',
    declarations: '  set s { type ipv4_addr; }',
    passing: new Map(),
    program: new Map([['pass', ['accept']]]),
    hooks: { pass: 'type filter hook forward priority 0;' },
    sets: new Map([['s', new Set<string>()]]),
    maps: new Map([['m', new Map<string, string>()]]),
    chains: new Map(),
    ...fields,
  };
}

test('what does not differ is not said', () => {
  assert.equal(renderChange(table(), table()), '');
});

test('a changed map entry is taken out with its old value and put in with its new one', () => {
  const before = table({
    maps: new Map([
      [
        'm',
        new Map([
          ['10.0.0.1', 'goto a'],
          ['10.0.0.2', 'goto b'],
        ]),
      ],
    ]),
  });
  const after = table({
    maps: new Map([
      [
        'm',
        new Map([
          ['10.0.0.1', 'goto c'],
          ['10.0.0.2', 'goto b'],
        ]),
      ],
    ]),
  });
  assert.equal(
    renderChange(before, after),
    'delete element ip isthmus m { 10.0.0.1 : goto a }\nadd element ip isthmus m { 10.0.0.1 : goto c }\n',
  );
});

test('a new chain is there before anything leads to it, and an old one goes when nothing does', () => {
  const before = table({
    chains: new Map([['old', ['drop']]]),
    maps: new Map([['m', new Map([['1', 'goto old']])]]),
  });
  const after = table({
    chains: new Map([['new', ['accept']]]),
    maps: new Map([['m', new Map([['1', 'goto new']])]]),
  });
  assert.deepEqual(renderChange(before, after).trim().split('\n'), [
    'add chain ip isthmus new',
    'add rule ip isthmus new accept',
    'delete element ip isthmus m { 1 : goto old }',
    'add element ip isthmus m { 1 : goto new }',
    'flush chain ip isthmus old',
    'delete chain ip isthmus old',
  ]);
});

test('a table that is taken over loses the chains nobody wants, after every chain is empty', () => {
  const lines = renderWhole(table({ chains: new Map([['kept', ['accept']]]) }), [
    'pass',
    'kept',
    'stray',
  ]).split('\n');
  const deletion = lines.indexOf('delete chain ip isthmus stray');
  assert.ok(deletion > lines.indexOf('flush chain ip isthmus kept'));
  assert.ok(deletion < lines.indexOf('add rule ip isthmus kept accept'));
  assert.ok(lines.includes('flush set ip isthmus s'));
});
