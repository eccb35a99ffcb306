// How many questions a VPC's resolver answers in a second on one processor, over UDP, and what of that is the answer itself.
// It is measured at its socket, in a namespace without the router's rules: in a VPC each interface may ask 1,024 a second.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerQuery } from '../src/dataplane/answer.ts';
import { namespacePath } from '../src/linux/link-name.ts';
import { run } from '../src/linux/run.ts';
import { compileNetwork } from '../src/network/compile.ts';
import { nameSource } from '../src/network/resolve-name.ts';
import { atLeast, formatNumber, type Line, median, printLines, printTitle } from './figure.ts';
import { benchQuestions, makeBenchCloud } from './resolver-process.ts';
import { inside, type Scratch } from './scratch.ts';

const address = '10.0.0.2';
/** Questions that are always under way. */
const window = 64;
const loadProgram = fileURLToPath(new URL('./dns-load.pl', import.meta.url));
const serverProgram = fileURLToPath(new URL('./resolver-process.ts', import.meta.url));

export async function benchResolver(scratch: Scratch, { quick }: { quick: boolean }): Promise<void> {
  printTitle('resolver: answers over UDP, the resolver on one processor and who asks on another');
  const [rounds, seconds] = quick ? [3, 1] : [7, 2];
  const namespace = await scratch.makeNamespace('resolver');
  await run('ip', ['-n', namespace, 'address', 'add', `${address}/32`, 'dev', 'lo'], { doing: 'addressing' });
  const questions = join(scratch.folder, 'questions');
  writeFileSync(
    questions,
    benchQuestions()
      .map((question) => `${question.toString('hex')}\n`)
      .join(''),
  );
  const pid = await startServer(scratch, namespace);
  const load = async () => {
    const before = processorSeconds(pid);
    const args = ['-c', '1', 'perl', loadProgram, address, String(seconds), String(window), questions];
    const [answers, took] = (await inside(namespace, 'taskset', args)).trim().split(' ').map(Number);
    return { perSecond: answers! / took!, perProcessorSecond: answers! / (processorSeconds(pid) - before) };
  };
  await load(); // warm
  const samples: Awaited<ReturnType<typeof load>>[] = [];
  for (let round = 0; round < rounds; round++) samples.push(await load());
  const rate = (pick: (sample: (typeof samples)[0]) => number) => Math.round(median(samples.map(pick)));
  printLines([
    line(
      'answers a second',
      rate(({ perSecond }) => perSecond),
      false,
    ),
    line(
      'answers for each second of its processor time',
      rate((sample) => sample.perProcessorSecond),
      true,
    ),
    line('the answer alone, from bytes to bytes', timeAnswers(quick), false),
  ]);
}

function line(name: string, value: number, hasAim: boolean): Line {
  return { name, measured: `${formatNumber(value)} /s`, value, ...(hasAim ? { aim: atLeast(30_000) } : {}) };
}

async function startServer(scratch: Scratch, namespace: string): Promise<number> {
  const child = fork(serverProgram, [namespacePath(namespace)]);
  scratch.defer(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  await run('taskset', ['--all-tasks', '-cp', '0', String(child.pid)], { doing: 'giving it one processor' });
  return child.pid!;
}

/** User and system time of all its threads. KERNEL: in hundredths of a second. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function timeAnswers(quick: boolean): number {
  const network = compileNetwork(makeBenchCloud(), { isHealthy: () => true });
  const source = nameSource(network, [...network.vpcs.values()][0]!, 'vpc');
  const questions = benchQuestions();
  const rounds = quick ? 100 : 300;
  const ask = (times: number) => {
    for (let round = 0; round < times; round++)
      for (const question of questions) answerQuery(question, source, round);
  };
  ask(20);
  const startMs = performance.now();
  ask(rounds);
  return Math.round((rounds * questions.length) / ((performance.now() - startMs) / 1000));
}
