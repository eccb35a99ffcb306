// `npm test`: the type check, the linter, then every test file, told in one line a file.
// Packet tests need root, namespaces and nftables and run one after the other; where those are not to be had they are
// reported as skipped, with the reason. The last line is `N passed, N failed`, and `, N skipped` where there are any.

import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { run } from 'node:test';
import { inspect, styleText } from 'node:util';

interface FileResult {
  passed: number;
  failed: number;
  skipped: number;
}

interface Failure {
  where: string;
  text: string;
}

/** The longest file runs every lesson. */
const fileLimitMs = 900_000;
const root = process.cwd();
const wanted = process.argv.slice(2);
const failures: Failure[] = [];
const total: FileResult = { passed: 0, failed: 0, skipped: 0 };

const isWanted = (path: string) => wanted.length === 0 || wanted.some((word) => path.includes(word));
const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts']).filter(isWanted).toSorted();
const packetFiles = files.filter((path) => path.startsWith('test/packets/'));
const otherFiles = files.filter((path) => !packetFiles.includes(path));

if (wanted.length === 0) {
  await runCheck('types', process.execPath, ['node_modules/.bin/tsc', '-p', '.']);
  await runCheck('lint', process.execPath, ['node_modules/.bin/biome', 'check', '--colors=off', '.']);
}
await runFiles(otherFiles, Math.max(1, availableParallelism()));
const obstacle = packetFiles.length > 0 ? await findObstacle() : undefined;
if (obstacle === undefined) await runFiles(packetFiles, 1);
else skipFiles(packetFiles, obstacle);

for (const { where, text } of failures) say(`\n${styleText('red', `✗ ${where}`)}\n${text}`);
if (files.length === 0) say(`no test file has ${wanted.join(' or ')} in its path`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
say(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

/** A program that says nothing of interest when it is content. */
async function runCheck(name: string, program: string, args: string[]): Promise<void> {
  const { code, output } = await runProgram(program, args);
  const result: FileResult = { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  if (code !== 0) failures.push({ where: `${name}: ${args.join(' ')}`, text: output });
  tell(name, result);
}

/** Why packets cannot flow here, in one line with the mend; undefined when they can. */
async function findObstacle(): Promise<string | undefined> {
  const { code, output } = await runProgram('sh', ['scripts/set-up.sh', '--probe']);
  if (code !== 0) return output.trim() || `scripts/set-up.sh --probe ended with ${code}`;
  return process.getuid?.() === 0 ? undefined : 'packet tests need root; mend: sudo npm test';
}

function skipFiles(paths: string[], reason: string): void {
  for (const path of paths) tell(path, { passed: 0, failed: 0, skipped: 1 });
  say(`skipped: ${reason}`);
}

function runFiles(paths: string[], concurrency: number): Promise<void> {
  if (paths.length === 0) return Promise.resolve();
  const results = new Map<string, FileResult>(
    paths.map((path) => [path, { passed: 0, failed: 0, skipped: 0 }]),
  );
  const stream = run({ files: paths, concurrency, timeout: fileLimitMs });
  const resultOf = (path: string | undefined) => results.get(relative(root, path ?? '')) ?? total;

  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite') return;
    resultOf(event.file)[event.skip || event.todo ? 'skipped' : 'passed'] += 1;
  });
  stream.on('test:fail', (event) => {
    const { error } = event.details;
    // A parent fails when one of its parts does: the part is told.
    if ((error as { failureType?: string }).failureType === 'subtestsFailed') return;
    resultOf(event.file).failed += 1;
    failures.push({ where: `${relative(root, event.file ?? '')}: ${event.name}`, text: describe(error) });
  });
  // Each file is a process: what it writes besides its tests is shown with its failures only when there are any.
  const written = new Map<string, string>();
  const keep = (event: { file: string; message: string }) => {
    written.set(event.file, (written.get(event.file) ?? '') + event.message);
  };
  stream.on('test:stdout', keep);
  stream.on('test:stderr', keep);
  const finish = (path: string) => {
    const result = results.get(path);
    if (!result) return;
    results.delete(path);
    finishFile(path, result, written);
  };
  stream.on('test:summary', (event) => finish(relative(root, event.file ?? '')));
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('end', () => {
      for (const path of [...results.keys()]) finish(path);
      resolve();
    });
    stream.resume();
  });
}

function finishFile(path: string, result: FileResult, written: Map<string, string>): void {
  const text = [...written].find(([file]) => relative(root, file) === path)?.[1];
  if (result.failed > 0 && text) failures.push({ where: `${path} wrote`, text });
  if (result.passed + result.failed + result.skipped === 0) {
    result.failed += 1;
    failures.push({ where: path, text: `has no tests\n${text ?? ''}` });
  }
  tell(path, result);
}

function tell(name: string, result: FileResult): void {
  total.passed += result.passed;
  total.failed += result.failed;
  total.skipped += result.skipped;
  const mark = result.failed > 0 ? styleText('red', '✗') : result.passed > 0 ? styleText('green', '✓') : '-';
  const counts = [
    result.passed,
    result.failed && `${result.failed} failed`,
    result.skipped && `${result.skipped} skipped`,
  ];
  say(`${mark} ${name} ${styleText('dim', counts.filter((part) => part !== 0).join(', '))}`);
}

function describe(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause ?? error;
  if (cause instanceof Error) return withoutNode(cause.stack ?? cause.message);
  return typeof cause === 'string' ? cause : inspect(cause);
}

/** The stack down to the test, without the test runner's own frames. */
function withoutNode(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => !/^ +at .*node:internal/.test(line))
    .join('\n');
}

function runProgram(program: string, args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
