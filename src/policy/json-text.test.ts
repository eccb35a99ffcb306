import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isJsonFault, isList, isObject, type JsonNode, parseJson, positionOf } from './json-text.ts';

function plain({ value }: JsonNode): unknown {
  if (isObject(value)) return new Map([...value].map(([key, node]) => [key, plain(node)]));
  return isList(value) ? value.map(plain) : value;
}

function toMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toMaps);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, member]) => [key, toMaps(member)]));
}

test('reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(3), (value, indent) => {
      const parsed = parseJson(JSON.stringify(value, undefined, indent));
      assert.ok(!isJsonFault(parsed));
      assert.deepEqual(plain(parsed), toMaps(JSON.parse(JSON.stringify(value))));
    }),
  );
});

test('refuses what JSON.parse refuses', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[[\]{}",:1a\\. -]{0,12}$/), (text) => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      const parsed = parseJson(text);
      if (!isJsonFault(parsed)) assert.ok(isJson, text);
      else assert.ok(!isJson || parsed.kind === 'duplicate-key', text);
    }),
    { numRuns: 5000 },
  );
});

test('keys that come twice, nesting without end, and where', () => {
  assert.deepEqual(parseJson('{"a": 1, "b": {"c": 1, "c": 2}}'), { at: 23, kind: 'duplicate-key', key: 'c' });
  assert.ok(isJsonFault(parseJson('['.repeat(100_000))));
  assert.deepEqual(parseJson('{"__proto__": 1'), { at: 15, kind: 'syntax' });
  assert.deepEqual(positionOf('{\n  "a": x', 9), { line: 2, column: 7 });
});
