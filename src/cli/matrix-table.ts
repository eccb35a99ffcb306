// The matrix as a table: a row for each source, a column for each destination, in each cell what arrives. Where the terminal is
// too narrow for all columns, several tables follow each other.

import { labelsOf, type Matrix, type MatrixCell, type MatrixMember, reasonOf } from './matrix-answer.ts';

const gap = '  ';

/** @param width of the terminal; Infinity where nobody wraps lines */
export function renderMatrix(matrix: Matrix, width: number): string {
  const rows = matrix.members.filter(({ kind }) => kind !== 'endpoint');
  const texts = cellTexts(matrix);
  const heading = 'FROM \\ TO';
  const rowWidth = Math.max(heading.length, ...rows.map(({ label }) => label.length));
  const columns = matrix.members.map((member) => {
    const cells = rows.map((row) => textOf(texts, row, member));
    return { member, cells, width: Math.max(member.label.length, ...cells.map((text) => text.length)) };
  });
  const tables = fitColumns(columns, width - rowWidth).map((some) => {
    const line = (first: string, cells: string[]) =>
      [first.padEnd(rowWidth), ...cells.map((text, index) => text.padEnd(some[index]!.width))]
        .join(gap)
        .trimEnd();
    return [
      line(
        heading,
        some.map(({ member }) => member.label),
      ),
      ...rows.map((row, index) =>
        line(
          row.label,
          some.map(({ cells }) => cells[index]!),
        ),
      ),
    ].join('\n');
  });
  return [...tables, renderLegend(matrix)].join('\n\n');
}

function cellTexts({ cells }: Matrix): Map<string, MatrixCell[]> {
  return Map.groupBy(cells, ({ from, to }) => `${from} ${to}`);
}

function textOf(texts: Map<string, MatrixCell[]>, row: MatrixMember, column: MatrixMember): string {
  if (row.id === column.id) return '=';
  const told = (texts.get(`${row.id} ${column.id}`) ?? []).filter(
    ({ arrives, probe }) => arrives || probe?.agrees === false,
  );
  return told.map((cell) => `${cell.flow}${markOf(cell)}`).join(' ') || '·';
}

function markOf({ probe }: MatrixCell): string {
  if (!probe || probe.agrees) return '';
  return probe.agrees === false ? '!' : '?';
}

function fitColumns<Column extends { width: number }>(columns: Column[], width: number): Column[][] {
  const tables: Column[][] = [[]];
  let left = width;
  for (const column of columns) {
    left -= column.width + gap.length;
    if (left < 0 && tables.at(-1)!.length > 0) {
      tables.push([]);
      left = width - column.width - gap.length;
    }
    tables.at(-1)!.push(column);
  }
  return tables;
}

function renderLegend(matrix: Matrix): string {
  const isProbed = matrix.cells.some(({ probe }) => probe);
  const meaning = isProbed
    ? 'In a cell: what arrives, by explain and by real packets; 80! where the two disagree, 80? where packets prove nothing; · nothing; = itself.'
    : 'In a cell: the ports that arrive, by explain; · none; = itself.';
  const flowsOf = Map.groupBy(matrix.cells, ({ to }) => to);
  const lines = matrix.members.map((member) => {
    const flows = [...new Set((flowsOf.get(member.id) ?? []).map(({ flow }) => flow))];
    const asked = flows.length > 0 ? `asked: ${flows.join(' ')}` : '';
    return [member.label, member.label === member.id ? '' : member.id, whereIs(member), asked];
  });
  const widths = [0, 1, 2].map((index) => Math.max(...lines.map((line) => line[index]!.length)));
  const rows = lines.map((line) =>
    line
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join(gap)
      .trimEnd(),
  );
  return [meaning, ...rows].join('\n');
}

function whereIs({ address, vpcId, vpcName, accountId }: MatrixMember): string {
  if (vpcId === undefined) return address ?? '';
  const vpc = vpcName && vpcName !== vpcId ? `${vpcName}, ${vpcId}` : vpcId;
  return [address, `in ${vpc} of ${accountId}`].filter((text) => text !== undefined).join(' ');
}

/** A line for everything that does not arrive. */
export function renderReasons(matrix: Matrix): string[] {
  const labels = labelsOf(matrix);
  return matrix.cells
    .filter(({ arrives }) => !arrives)
    .map((cell) => `✗ ${labels.get(cell.from)} -> ${labels.get(cell.to)}:${cell.flow}  ${reasonOf(cell)}`);
}

/** A line for every packet that became of otherwise than explain says. */
export function renderDisagreements(matrix: Matrix): string[] {
  const labels = labelsOf(matrix);
  return matrix.cells
    .filter(({ probe }) => probe?.agrees === false)
    .map((cell) => {
      const { from, to, flow, arrives, probe } = cell;
      const said = arrives ? 'it arrives' : 'it stops';
      return `! ${labels.get(from)} -> ${labels.get(to)}:${flow}  packets: ${probe!.fate}; explain: ${said}: ${reasonOf(cell)}`;
    });
}
