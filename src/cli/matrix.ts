// `isthmus matrix`: who reaches whom, by explain and with --probe by real packets. Ends with 1 where packets disagree, or where
// it is not as an expectation file says.

import { readFileSync, writeFileSync } from 'node:fs';
import { type CloudChoice, getEndpoint, postJson } from './cloud-client.ts';
import { CliError, exitCode, note, say } from './exit.ts';
import {
  type Difference,
  type Expectation,
  findDifferences,
  flowsToAsk,
  parseExpectations,
  writeExpectations,
} from './expectation.ts';
import type { Matrix } from './matrix-answer.ts';
import { renderDisagreements, renderMatrix, renderReasons } from './matrix-table.ts';
import { shellWord } from './shell-word.ts';

export interface MatrixOptions {
  vpc?: string[];
  /** What is asked: not the port of the cloud, as elsewhere. */
  port?: string[];
  probe?: boolean;
  why?: boolean;
  expect?: string;
  writeExpectation?: string;
  json?: boolean;
}

export async function matrix(choice: CloudChoice, options: MatrixOptions): Promise<number> {
  if (options.expect !== undefined && options.writeExpectation !== undefined)
    throw new CliError(exitCode.usage, '--expect checks a file and --write-expectation makes one: give one.');
  const expectations = options.expect === undefined ? undefined : readExpectations(options.expect);
  const answer = await ask(choice, options, expectations);
  const differences = expectations && findDifferences(answer, expectations);
  const disagreements = renderDisagreements(answer);
  if (options.writeExpectation !== undefined) {
    writeFile(options.writeExpectation, writeExpectations(answer, describeCommand(options)));
    note(`${options.writeExpectation}: ${countArriving(answer)} that reach.`);
  } else if (options.json) {
    say(JSON.stringify({ ...answer, ...(differences ? { differences } : {}) }, undefined, 2));
  } else {
    for (const line of describe(answer, options, differences)) say(line);
  }
  if (disagreements.length > 0) note(`${disagreements.join('\n')}\n${disagreements.length} disagree.`);
  const isGood = disagreements.length === 0 && (differences ?? []).length === 0;
  return isGood ? exitCode.good : exitCode.no;
}

async function ask(
  choice: CloudChoice,
  { vpc: vpcs = [], port = [], probe = false }: MatrixOptions,
  expectations: Expectation[] = [],
): Promise<Matrix> {
  const flows = port.flatMap((text) => text.split(','));
  const question = { vpcs, flows, probe, more: flowsToAsk(expectations) };
  try {
    return await postJson<Matrix>(getEndpoint(choice), 'matrix', question);
  } catch (error) {
    if (!(error instanceof CliError) || port.length === 0 || !/^No cloud/.test(error.message)) throw error;
    throw new CliError(
      error.code,
      error.message,
      'isthmus --port N matrix, for the cloud on port N: after `matrix`, --port is what is asked',
    );
  }
}

function describe(answer: Matrix, options: MatrixOptions, differences?: Difference[]): string[] {
  const reasons = options.why ? renderReasons(answer) : [];
  if (differences) {
    const all = `${answer.cells.length} questions, ${countArriving(answer)} reach`;
    return [
      ...differences.map(({ text }) => `✗ ${text}`),
      ...reasons,
      differences.length === 0
        ? `As ${options.expect} expects: ${all}.`
        : `Not as ${options.expect} expects: ${differences.length} differ (${all}).`,
    ];
  }
  if (answer.members.length === 0)
    return ['There is nobody: no instance, no host of a site and no endpoint.'];
  const table = renderMatrix(answer, process.stdout.columns ?? Number.POSITIVE_INFINITY);
  return [table, ...(reasons.length > 0 ? ['', ...reasons] : [])];
}

const countArriving = ({ cells }: Matrix) => cells.filter(({ arrives }) => arrives).length;

function describeCommand({ vpc = [], port = [], writeExpectation = '' }: MatrixOptions): string {
  const chosen = [...vpc.map((text) => `--vpc ${shellWord(text)}`), ...port.map((text) => `--port ${text}`)];
  return ['isthmus matrix', ...chosen, '--expect', shellWord(writeExpectation)].join(' ');
}

function readExpectations(path: string): Expectation[] {
  try {
    return parseExpectations(readFileSync(path, 'utf8'));
  } catch (error) {
    const { message } = error as Error;
    const text = error instanceof SyntaxError ? `${path}: ${message}` : `cannot read ${path}: ${message}`;
    throw new CliError(exitCode.usage, text, 'isthmus matrix --write-expectation FILE writes one');
  }
}

function writeFile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new CliError(exitCode.usage, `cannot write ${path}: ${(error as Error).message}`);
  }
}
