// `isthmus matrix`, the daemon's part: who is asked about whom, under which names, and on request what becomes of real packets.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Cloud } from './cloud/cloud.ts';
import { formatFlow, parseFlow, sortFlows } from './lib/flow-text.ts';
import { findVpcIds, type MemberName, nameMembers } from './matrix-name.ts';
import {
  type AnsweredQuestion,
  type MatrixQuestion,
  type ProvedQuestion,
  proveQuestions,
} from './matrix-probe.ts';
import { askMatrix, isSource, listMembers, type MatrixMember } from './network/matrix.ts';
import type { Network } from './network/network.ts';

export interface MatrixRequest {
  /** Ids or names. Empty: all VPCs, and sites. */
  vpcs: string[];
  /** `443`, `53/udp`, `ping`. Empty: of each destination what its groups and listeners speak of. */
  flows: string[];
  /** What is asked besides of destinations by their names; `*` is all. */
  more: Map<string, string[]>;
  isProbed: boolean;
}

export interface MatrixCell {
  from: string;
  to: string;
  flow: string;
  arrives: boolean;
  /** The id that stops it, or lets it in. */
  at: string;
  because: string;
  address?: string;
  /** Set when packets were sent. */
  probe?: Pick<ProvedQuestion, 'fate' | 'agrees'>;
}

export interface Matrix {
  members: MemberName[];
  /** By source, then destination. */
  cells: MatrixCell[];
}

/** What one request may ask for: some seconds of work, some minutes of waiting. */
const most = { questions: 100_000, probes: 20_000 };
const turnMs = 10;

export async function drawMatrix(
  cloud: Cloud,
  readNetwork: () => Network,
  pathOf: (id: string) => string,
  request: MatrixRequest,
): Promise<Matrix | { error: string }> {
  const error = findFault(cloud, request);
  if (error) return { error };
  const network = readNetwork();
  const vpcIds = new Set<string>(request.vpcs.flatMap((text) => findVpcIds(cloud, text)));
  const members = listMembers(network).filter(
    ({ vpcId }) => vpcIds.size === 0 || (vpcId !== undefined && vpcIds.has(vpcId)),
  );
  const named = nameMembers(cloud, network, members);
  const questions = listQuestions(named, request);
  const limit = request.isProbed ? most.probes : most.questions;
  if (questions.length > limit)
    return {
      error: `that would be ${questions.length} ${request.isProbed ? 'probes' : 'questions'}, and ${limit} is the most: choose with --vpc and --port`,
    };
  const answered = await answerAll(network, questions);
  const cells = request.isProbed ? await proveQuestions(answered, readNetwork, pathOf) : answered;
  return { members: named.map(({ name }) => name), cells: cells.map(showCell) };
}

function findFault(cloud: Cloud, { vpcs, flows, more }: MatrixRequest): string | undefined {
  const unread = [...flows, ...[...more.values()].flat()].find((text) => !parseFlow(text));
  if (unread !== undefined) return `cannot read '${unread}': expected a port such as 443 or 53/udp, or ping`;
  const unknown = vpcs.find((text) => findVpcIds(cloud, text).length === 0);
  return unknown === undefined ? undefined : `there is no VPC with the id or the name ${unknown}`;
}

function listQuestions(
  named: { member: MatrixMember; name: MemberName }[],
  { flows, more }: MatrixRequest,
): MatrixQuestion[] {
  const asked = named.map(({ member, name }) => {
    const besides = ['*', ...name.names].flatMap((text) => more.get(text) ?? []);
    const readable = [...flows, ...besides].flatMap((text) => parseFlow(text) ?? []);
    return { to: member, flows: sortFlows(flows.length > 0 ? readable : [...member.flows, ...readable]) };
  });
  return named
    .map(({ member }) => member)
    .filter(isSource)
    .flatMap((from) =>
      asked
        .filter(({ to }) => to !== from)
        .flatMap(({ to, flows: ofIt }) => ofIt.map((flow) => ({ from, to, flow }))),
    );
}

/** All about one network; the daemon has others to serve, so it stops for them every few milliseconds. */
async function answerAll(network: Network, questions: MatrixQuestion[]): Promise<AnsweredQuestion[]> {
  const answered: AnsweredQuestion[] = [];
  let turnEnd = performance.now() + turnMs;
  for (const { from, to, flow } of questions) {
    if (performance.now() > turnEnd) {
      await nextTurn();
      turnEnd = performance.now() + turnMs;
    }
    answered.push({ from, to, flow, answer: askMatrix(network, from, to, flow) });
  }
  return answered;
}

function showCell(cell: AnsweredQuestion | ProvedQuestion): MatrixCell {
  const { from, to, flow, answer } = cell;
  const shown = { from: from.id, to: to.id, flow: formatFlow(flow), ...answer };
  if (!('fate' in cell)) return shown;
  const { fate, agrees } = cell;
  return { ...shown, probe: agrees === undefined ? { fate } : { fate, agrees } };
}
