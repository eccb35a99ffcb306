// The expectation file: who shall reach whom, these and only these. A line is one fact, so that a change of the network is a
// changed line in git:
//
//     # comment
//     web -> database:5432
//     "load test" -> *:443
//     * -> database:22 no
//
// Names are ids, Name tags, VPC/NAME or SITE/HOST; a name that several have means each of them, `*` means all. What no line
// speaks of shall not reach. The last line that speaks of a question counts, so an exception follows its rule.

import { formatFlow, parseFlow } from '../lib/flow-text.ts';
import { labelsOf, type Matrix, type MatrixCell, reasonOf } from './matrix-answer.ts';

export interface Expectation {
  lineNumber: number;
  from: string;
  to: string;
  flows: string[];
  arrives: boolean;
}

export interface Difference {
  text: string;
  /** The line that expects otherwise. Absent: no line speaks of it. */
  lineNumber?: number;
}

const name = '"(?:[^"\\\\]|\\\\.)*"|[^\\s":#]+?';
const linePattern = new RegExp(
  `^(${name})\\s*->\\s*(${name})\\s*:\\s*([a-z0-9/,]+)(?:\\s+(yes|no))?\\s*(?:#.*)?$`,
);

/** Throws a SyntaxError that names the line. */
export function parseExpectations(text: string): Expectation[] {
  return text.split('\n').flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const match = linePattern.exec(trimmed);
    const flows = (match?.[3] ?? '').split(',').map(parseFlow);
    const readable = flows.filter((flow) => flow !== undefined);
    if (!match || readable.length < flows.length)
      throw new SyntaxError(
        `line ${index + 1} cannot be read: ${trimmed}\n  expected FROM -> TO:PORT, such as  web -> database:5432`,
      );
    const [, from, to, , verdict] = match as unknown as [string, string, string, string, string?];
    return {
      ...{ lineNumber: index + 1, from: unquote(from), to: unquote(to) },
      ...{ flows: readable.map(formatFlow), arrives: verdict !== 'no' },
    };
  });
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text;
}

const quote = (text: string) =>
  /^[A-Za-z0-9_./@+=-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

/** What reaches now, as a file. @param command checks it */
export function writeExpectations(matrix: Matrix, command: string): string {
  const labels = labelsOf(matrix);
  const lines = matrix.cells
    .filter(({ arrives }) => arrives)
    .map(({ from, to, flow }) => `${quote(labels.get(from)!)} -> ${quote(labels.get(to)!)}:${flow}`);
  return [
    '# Who reaches whom: these and only these. A line that ends with `no` says who must not; the last line counts.',
    `# ${command}`,
    ...lines,
    '',
  ].join('\n');
}

/** By destination: what the file speaks of, so that it is asked of everybody. */
export function flowsToAsk(expectations: Expectation[]): Record<string, string[]> {
  const flows = new Map<string, Set<string>>();
  for (const expectation of expectations)
    for (const flow of expectation.flows)
      flows.set(expectation.to, (flows.get(expectation.to) ?? new Set()).add(flow));
  return Object.fromEntries([...flows].map(([to, set]) => [to, [...set]]));
}

export function findDifferences(matrix: Matrix, expectations: Expectation[]): Difference[] {
  const idsOf = indexNames(matrix);
  const expected = new Map<string, Expectation>();
  const asked = new Set(matrix.cells.map(keyOf));
  const vain = expectations.flatMap((expectation) => {
    const keys = idsOf(expectation.from).flatMap((from) =>
      idsOf(expectation.to).flatMap((to) => expectation.flows.map((flow) => keyOf({ from, to, flow }))),
    );
    const known = keys.filter((key) => asked.has(key));
    for (const key of known) expected.set(key, expectation);
    return known.length > 0 ? [] : [describeVain(expectation, idsOf)];
  });
  const labels = labelsOf(matrix);
  const wrong = matrix.cells.flatMap((cell) => {
    const expectation = expected.get(keyOf(cell));
    return cell.arrives === (expectation?.arrives ?? false) ? [] : [describe(cell, labels, expectation)];
  });
  return [...vain, ...wrong];
}

const keyOf = ({ from, to, flow }: Pick<MatrixCell, 'from' | 'to' | 'flow'>) => `${from} ${to} ${flow}`;

function indexNames({ members }: Matrix): (name: string) => string[] {
  const ids = new Map<string, string[]>([['*', members.map(({ id }) => id)]]);
  for (const { id, names } of members)
    for (const one of new Set(names)) ids.set(one, [...(ids.get(one) ?? []), id]);
  return (text) => ids.get(text) ?? [];
}

function describeVain(
  { lineNumber, from, to, flows }: Expectation,
  idsOf: (name: string) => string[],
): Difference {
  const unknown = [from, to].find((text) => idsOf(text).length === 0);
  const what = `${from} -> ${to}:${flows.join(',')}`;
  const because =
    unknown === undefined ? 'nobody there sends anything to it' : `nothing here is called ${unknown}`;
  return { text: `line ${lineNumber} is about nobody (${what}): ${because}`, lineNumber };
}

function describe(
  cell: MatrixCell,
  labels: Map<string, string>,
  expectation: Expectation | undefined,
): Difference {
  const where = `${labels.get(cell.to)}:${cell.flow}`;
  const sender = labels.get(cell.from);
  const reason = reasonOf(cell);
  if (!expectation) return { text: `${sender} reaches ${where}, which no line expects: ${reason}` };
  const { lineNumber } = expectation;
  const text = cell.arrives
    ? `${sender} reaches ${where}, which line ${lineNumber} forbids: ${reason}`
    : `${sender} does not reach ${where}, as line ${lineNumber} expects: ${reason}`;
  return { text, lineNumber };
}
