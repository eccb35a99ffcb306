// The matrix proved: a real packet for each question, sent from inside the source, held against what explain says of it.

import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type Fate, knock, patienceMs, pingAll, sendDatagram } from './dataplane/probe.ts';
import { inTurns } from './lib/in-turns.ts';
import { LinuxError } from './linux/linux-error.ts';
import type { Flow } from './network/gate.ts';
import { askMatrix, doPacketsArrive, type MatrixAnswer, type MatrixMember } from './network/matrix.ts';
import type { Network } from './network/network.ts';

export interface MatrixQuestion {
  from: MatrixMember;
  to: MatrixMember;
  flow: Flow;
}

export interface AnsweredQuestion extends MatrixQuestion {
  answer: MatrixAnswer;
}

export interface ProvedQuestion extends AnsweredQuestion {
  /** `not sent`: there is nobody to send it, or no address to send it to. */
  fate: Fate | 'not sent';
  /** Absent: what was seen proves nothing, as silence of a datagram that was to arrive. */
  agrees?: boolean;
}

/** So many packets are waited for at a time. */
const mostAtOnce = 48;
const mostAttempts = 3;
/** A network that has just changed gets time to follow, and a busy machine longer to answer. */
const pauseMs = 400;

/** Where somebody is who has nothing at that port and says so: to explain it is a stop, to the packet a refusal. */
const refusingStops: ReadonlySet<MatrixAnswer['code']> = new Set([
  'SERVICE_PORT_RESTRICTION',
  'PROTOCOL_RESTRICTION',
  'VPCE_GATEWAY_PROTOCOL_RESTRICTION',
  'DNS_SUPPORT_DISABLED',
] as const);

/** Asks for a name server of the root, which a resolver answers somehow. */
const dnsQuestion = Buffer.from([0x15, 0x73, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1]);

/** In the order of the questions. What disagrees is asked again, about the network of then. */
export async function proveQuestions(
  questions: AnsweredQuestion[],
  readNetwork: () => Network,
  pathOf: (id: string) => string,
): Promise<ProvedQuestion[]> {
  const proved = new Map<AnsweredQuestion, ProvedQuestion>();
  const prove = async (question: AnsweredQuestion, first?: ProvedQuestion) => {
    let last = first ?? hold(readNetwork(), question, await send(question, pathOf, patienceMs));
    for (let attempt = 1; last.agrees === false && attempt < mostAttempts; attempt++) {
      await wait(pauseMs);
      const { from, to, flow } = question;
      const again = { ...question, answer: askMatrix(readNetwork(), from, to, flow) };
      last = hold(readNetwork(), again, await send(again, pathOf, patienceMs * (attempt + 1)));
    }
    proved.set(question, last);
  };
  const pings = questions.filter(({ flow }) => flow.protocol === 'icmp');
  const tasks = [
    ...Map.groupBy(pings, ({ from }) => from.id)
      .values()
      .map((ofOne) => async () => {
        const answered = await pingFrom(pathOf(ofOne[0]!.from.id), ofOne);
        for (const [question, fate] of answered) await prove(question, hold(readNetwork(), question, fate));
      }),
    ...questions.filter(({ flow }) => flow.protocol !== 'icmp').map((question) => () => prove(question)),
  ];
  await inTurns(tasks, mostAtOnce, (task) => task());
  return questions.map((question) => proved.get(question)!);
}

/** One program for all pings of a source. */
async function pingFrom(namespacePath: string, questions: AnsweredQuestion[]) {
  const addresses = questions.flatMap(({ answer }) => answer.address ?? []);
  const answered =
    addresses.length > 0 && existsSync(namespacePath)
      ? await sending(() => pingAll({ namespacePath }, addresses))
      : ('not sent' as const);
  return questions.map((question) => [question, fateOf(answered, question.answer.address)] as const);
}

function fateOf(answered: Set<string> | 'not sent', address: string | undefined): ProvedQuestion['fate'] {
  if (answered === 'not sent' || address === undefined) return 'not sent';
  return answered.has(address) ? 'answered' : 'silent';
}

async function send(
  { from, flow: { protocol, port }, answer: { address } }: AnsweredQuestion,
  pathOf: (id: string) => string,
  timeoutMs: number,
): Promise<ProvedQuestion['fate']> {
  const namespacePath = pathOf(from.id);
  if (address === undefined || !existsSync(namespacePath)) return 'not sent';
  return await sending(async () => {
    if (port === undefined) return fateOf(await pingAll({ namespacePath, timeoutMs }, [address]), address);
    const target = { namespacePath, address, port, timeoutMs };
    if (protocol === 'udp') {
      const answer = await sendDatagram(target, port === 53 ? dnsQuestion : Buffer.from('isthmus'));
      return typeof answer === 'string' ? answer : 'answered';
    }
    const socket = await knock(target);
    if (typeof socket === 'string') return socket;
    socket.destroy();
    return 'answered';
  });
}

/** Who is gone meanwhile, with its namespace, sends nothing. */
async function sending<Result>(work: () => Promise<Result>): Promise<Result | 'not sent'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LinuxError) return 'not sent';
    throw error;
  }
}

/** Packets know addresses alone: what they are held against is whether anybody gets them there, the one meant or another. */
function hold(network: Network, question: AnsweredQuestion, fate: ProvedQuestion['fate']): ProvedQuestion {
  const { from, flow, answer } = question;
  if (fate === 'not sent' || answer.address === undefined) return { ...question, fate };
  const shouldArrive = answer.arrives || doPacketsArrive(network, from, answer.address, flow);
  if (flow.protocol === 'udp' && provesNothing(fate, shouldArrive, answer)) return { ...question, fate };
  const isRefusedThere = fate === 'refused' && refusingStops.has(answer.code);
  return { ...question, fate, agrees: isRefusedThere || shouldArrive === (fate !== 'silent') };
}

/** Nobody has to answer a datagram; and that it is refused is told by ICMP, which other rules may let back than an answer. */
function provesNothing(
  fate: ProvedQuestion['fate'],
  shouldArrive: boolean,
  { isAnswer }: MatrixAnswer,
): boolean {
  return fate === 'silent' ? shouldArrive : fate === 'refused' && isAnswer === true;
}
