import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal } from '../../../test/operation-harness.ts';
import { loadBalancerDefaults, targetGroupDefaults } from '../../cloud/load-balancer-attribute.ts';
import { changeAttributes, isBoolean, isWhole } from './attribute.ts';
import { loadBalancerAttributeRules } from './load-balancer-attribute.ts';
import { targetGroupAttributeRules } from './target-group-attribute.ts';

const rules = {
  enabled: { isValid: isBoolean, built: 'any' },
  seconds: { isValid: isWhole(60, 6000), built: 'default' },
} as const;
const defaults = { enabled: 'false', seconds: '350' };
const change = (Key: string, Value: string, stored = {}) =>
  changeAttributes('Listener', rules, defaults, stored, [{ Key, Value }]);

test('only what differs from the default is kept', () => {
  assert.deepEqual(change('enabled', 'true'), { enabled: 'true' });
  assert.deepEqual(change('enabled', 'false', { enabled: 'true' }), {});
  assert.deepEqual(change('seconds', '350', { enabled: 'true' }), { enabled: 'true' });
});

test('a key nobody knows, a value that cannot be and a behaviour that is not built are three refusals', () => {
  assert.throws(
    () => change('__proto__', 'x'),
    refusal('ValidationError', "Listener attribute key '__proto__' is not recognized"),
  );
  assert.throws(() => change('seconds', '59'), refusal('ValidationError'));
  assert.throws(() => change('enabled', 'True'), refusal('ValidationError'));
  assert.throws(() => change('seconds', '60'), refusal('NotImplemented'));
});

test('whole numbers are written as AWS writes them', () => {
  const isPort = isWhole(0, 65_535);
  for (const text of ['0', '80', '65535']) assert.equal(isPort(text), true, text);
  for (const text of ['', '-1', '080', '1.5', '1e3', ' 1', '65536', 'x'])
    assert.equal(isPort(text), false, text);
});

test('every attribute has a rule that takes its default', () => {
  const groups = (['TCP', 'UDP', 'TCP_UDP'] as const).flatMap((protocol) =>
    (['instance', 'ip'] as const).map((targetType) => targetGroupDefaults({ protocol, targetType })),
  );
  const kinds = [
    { rules: loadBalancerAttributeRules, all: [loadBalancerDefaults({ scheme: 'internal' })] },
    { rules: targetGroupAttributeRules, all: groups },
  ];
  for (const kind of kinds) {
    for (const attributes of kind.all) {
      assert.deepEqual(Object.keys(attributes).sort(), Object.keys(kind.rules).sort());
      for (const [key, value] of Object.entries(attributes)) assert.ok(kind.rules[key]!.isValid(value), key);
    }
  }
});
