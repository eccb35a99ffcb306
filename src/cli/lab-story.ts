// Tells a lab: each step's title and prose, each command as it is written in the page, and what it really answered.
// It ends at the first answer that is not as the page says.

import { setTimeout as wait } from 'node:timers/promises';
import { styleText } from 'node:util';
import { say } from './exit.ts';
import { type Expectation, findDisappointment, type LabBlock, type LabPage } from './lab-page.ts';
import { type Answer, type LabShell, splitCommands } from './lab-shell.ts';

const shownLines = 16;
const shownWidth = 100;
const retryIntervalMs = 300;

/** True when every answer was as expected. */
export async function tellStory(page: LabPage, shell: LabShell): Promise<boolean> {
  const startedAt = Date.now();
  let commands = 0;
  say(`\n${styleText('bold', page.title)}\n${renderProse(page.summary)}`);
  for (const step of page.steps) {
    say(`\n${styleText(['bold', 'cyan'], step.title)}`);
    for (const part of step.parts) {
      if (part.kind === 'prose') say(`\n${renderProse(part.text)}`);
      else if (part.kind === 'cloud') say(`\n${styleText('dim', `(done) $ ${part.script}`)}`);
      else {
        const told = await tellBlock(part, shell);
        if (told === undefined) return false;
        commands += told;
      }
    }
  }
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  say(`\n${styleText('green', `✓ ${page.steps.length} steps, ${commands} commands, ${seconds} s`)}`);
  return true;
}

/** The number of commands, or undefined when one of them disappointed. */
async function tellBlock(block: LabBlock, shell: LabShell): Promise<number | undefined> {
  if (block.account) await shell.answer(`export AWS_ACCESS_KEY_ID=${block.account}`);
  if (block.region)
    await shell.answer(`export AWS_REGION=${block.region} AWS_DEFAULT_REGION=${block.region}`);
  const account = (await shell.answer('echo "$AWS_ACCESS_KEY_ID"')).output;
  const commands = await splitCommands(block.script);
  for (const [index, command] of commands.entries()) {
    say(renderCommand(account, command));
    const isLast = index === commands.length - 1;
    const expectation = isLast
      ? await expand(block.expectation, shell)
      : { exit: 0, contains: [], lacks: [] };
    const check = (answer: Answer) => findDisappointment(expectation, answer);
    const { answer, disappointment } = await runUntil(
      shell,
      command,
      check,
      isLast ? block.untilMs : undefined,
    );
    if (answer.output) say(disappointment ? answer.output : renderOutput(answer.output));
    if (disappointment) {
      say(`${styleText('red', `✗ ${disappointment}`)} (the block at line ${block.line} of the page)`);
      return undefined;
    }
  }
  return commands.length;
}

/** The page says `$WEB_A healthy`: what is expected is the id. */
async function expand(expectation: Expectation, shell: LabShell): Promise<Expectation> {
  const expandAll = async (texts: string[]) => {
    const values: string[] = [];
    for (const text of texts) values.push(await expandText(text, shell));
    return values;
  };
  const { exit, contains, lacks } = expectation;
  return { exit, contains: await expandAll(contains), lacks: await expandAll(lacks) };
}

async function expandText(text: string, shell: LabShell): Promise<string> {
  if (!text.includes('$')) return text;
  const quoted = text.replace(/["\\`]/g, '\\$&');
  return (await shell.answer(`printf '%s' "${quoted}"`)).output;
}

interface Outcome {
  answer: Answer;
  disappointment: string | undefined;
}

async function runUntil(
  shell: LabShell,
  command: string,
  check: (answer: Answer) => string | undefined,
  untilMs = 0,
): Promise<Outcome> {
  const deadline = Date.now() + untilMs;
  while (true) {
    const answer = await answerOf(shell, command);
    const disappointment = check(answer);
    if (disappointment === undefined) return { answer, disappointment };
    if (Date.now() >= deadline) {
      const waited = untilMs > 0 ? `, not within ${untilMs / 1000} s` : '';
      return { answer, disappointment: disappointment + waited };
    }
    await wait(retryIntervalMs);
  }
}

/** `VPC=$(aws …)` says nothing by itself: its answer is the value. */
async function answerOf(shell: LabShell, command: string): Promise<Answer> {
  const answer = await shell.answer(command);
  const variable = /^([A-Za-z_]\w*)=\$\(/.exec(command)?.[1];
  if (!variable || answer.exit !== 0) return answer;
  const value = await shell.answer(`printf '%s\\n' "$${variable}"`);
  return { exit: answer.exit, output: [answer.output, value.output].filter(Boolean).join('\n') };
}

function renderCommand(account: string, command: string): string {
  const lines = command
    .split('\n')
    .map((line, index) => (index === 0 ? `${account} $ ${line}` : `  ${line}`));
  return `\n${styleText('dim', lines.join('\n'))}`;
}

function renderOutput(output: string): string {
  const lines = output.split('\n');
  if (lines.length <= shownLines) return output;
  return [
    ...lines.slice(0, shownLines - 1),
    styleText('dim', `… ${lines.length - shownLines + 1} more lines`),
  ].join('\n');
}

/** Markdown as a terminal shows it: no marks, lines of a readable length. */
function renderProse(text: string): string {
  const isList = /^([-*|]|\d+\.) /m.test(text);
  const plain = text.replace(/\*\*|`/g, '').replace(/\[([^\]]+)\]\([^)]+\)/g, '$1');
  return isList ? plain : wrap(plain.replace(/\s+/g, ' '));
}

function wrap(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > shownWidth) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
