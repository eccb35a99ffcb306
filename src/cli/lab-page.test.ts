import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findDisappointment, LabPageError, parseLabPage } from './lab-page.ts';

const page = `# A lab

What it is about.

## First step

Some prose.

\`\`\`sh account=111111111111 until=5s
aws ec2 describe-vpcs
\`\`\`
\`\`\`expect
exit 28
vpc-… available
not pending
\`\`\`

\`\`\`text
only read
\`\`\`
`;

test('a page is a title, a summary and steps of prose and commands', () => {
  const lab = parseLabPage(page);
  assert.equal(lab.title, 'A lab');
  assert.equal(lab.summary, 'What it is about.');
  assert.deepEqual(lab.steps, [
    {
      title: 'First step',
      parts: [
        { kind: 'prose', text: 'Some prose.' },
        {
          kind: 'commands',
          line: 9,
          script: 'aws ec2 describe-vpcs',
          account: '111111111111',
          untilMs: 5000,
          expectation: { exit: 28, contains: ['vpc-… available'], lacks: ['pending'] },
        },
      ],
    },
  ]);
});

test('what a page says wrongly is refused with its line', () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(
      () => parseLabPage(text),
      (error) => error instanceof LabPageError && message.test(error.message),
    );
  refused('## A\n```sh acount=1\n```', /line 2: acount=1/);
  refused('## A\n```sh\nls', /line 2: .*never closed/);
  refused('## A\n```expect\n```', /line 2: an expect block follows/);
  refused('```sh\nls\n```', /line 1: commands belong to a step/);
});

test('an answer disappoints by its exit code, by what is missing and by what should not be there', () => {
  const expectation = { exit: 0, contains: ['vpc-… available'], lacks: ['pending'] };
  const find = (exit: number, output: string) => findDisappointment(expectation, { exit, output });
  assert.equal(find(0, 'x\nvpc-1\tavailable'), undefined);
  assert.match(find(1, 'vpc-1 available')!, /exit code 0, got 1/);
  assert.match(find(0, 'vpc-1\navailable')!, /expected a line with: vpc-… available/);
  assert.match(find(0, 'vpc-1 available pending')!, /no line with: pending/);
  const failing = { exit: 'other than 0' as const, contains: [], lacks: [] };
  assert.equal(findDisappointment(failing, { exit: 254, output: '' }), undefined);
  assert.match(findDisappointment(failing, { exit: 0, output: '' })!, /other than 0, got 0/);
});

test('every lab of the house can be read', () => {
  const labs = fileURLToPath(new URL('../../labs', import.meta.url));
  for (const name of readdirSync(labs)) {
    const lab = parseLabPage(readFileSync(`${labs}/${name}/README.md`, 'utf8'));
    assert.ok(lab.title && lab.summary && lab.steps.length > 0, name);
  }
});

test('a block for the cloud is not run: it says which servers the lab’s cloud is started with', () => {
  const start = 'isthmus up --detach --service sqs=http://127.0.0.1:9324 --service=kms=http://localhost:1';
  const lab = parseLabPage(`# A lab\n\n## Step\n\n\`\`\`sh cloud\n${start}\n\`\`\`\n`);
  assert.deepEqual(lab.services, ['sqs=http://127.0.0.1:9324', 'kms=http://localhost:1']);
  assert.deepEqual(lab.steps[0]!.parts, [{ kind: 'cloud', script: start }]);
});
