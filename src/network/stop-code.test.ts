import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stopCodeGroups } from './stop-code.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = join(root, 'docs/stop-codes.md');

const opening = `# Stop codes

Why a packet or a request goes no further has a code, and it is the same wherever Isthmus says it: in \`isthmus explain\` and \`isthmus drops\` at the end of the line in brackets, in their \`--json\` and in \`/_isthmus/explain\` and \`/_isthmus/drops\` as \`code\`. Where the Reachability Analyzer of AWS has an [explanation code](https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html) for it, that is the code. Those with a star are ours, because AWS has none.
`;

/** UPDATE_DOCS=1 writes the page anew. */
test('docs/stop-codes.md is the list of the code', () => {
  const text = [opening, ...stopCodeGroups.map(renderGroup)].join('\n');
  if (process.env.UPDATE_DOCS) writeFileSync(page, text);
  assert.equal(readFileSync(page, 'utf8'), text, 'write it anew: UPDATE_DOCS=1 npm test -- stop-code');
});

function renderGroup({ title, codes }: (typeof stopCodeGroups)[number]): string {
  const rows = Object.entries(codes).map(
    ([code, { isOwn, meaning, next }]) => `| \`${code}\`${isOwn ? ' *' : ''} | ${meaning} | ${next} |`,
  );
  return [`## ${title}`, '', '| code | what stops it | what to do |', '|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

test('every code is one that something gives', () => {
  const sources = globSync('src/**/*.ts', { cwd: root }).filter((path) => !/stop-code|\.test\./.test(path));
  const text = sources.map((path) => readFileSync(join(root, path), 'utf8')).join('\n');
  const isComposed = (code: string) => /_(EXPLICIT_DENY|NOT_ALLOWED)$/.test(code);
  const codes = stopCodeGroups.flatMap((group) => Object.keys(group.codes));
  assert.deepEqual(
    codes.filter((code) => !isComposed(code) && !text.includes(`'${code}'`)),
    [],
  );
  assert.equal(new Set(codes).size, codes.length);
});
