// Figures and how they are told: medians, a ratio or a time beside its aim, one line each. A missed aim is marked, never hidden.

export interface Aim {
  /** `atMost`: smaller is better. */
  kind: 'atMost' | 'atLeast';
  value: number;
}

export interface Line {
  name: string;
  /** What was measured, written out: `23.1 µs`. */
  measured: string;
  /** What the aim is about; absent where there is none. */
  value?: number;
  unit?: '×' | 'ms' | 'MiB';
  aim?: Aim;
  note?: string;
}

export const atMost = (value: number): Aim => ({ kind: 'atMost', value });
export const atLeast = (value: number): Aim => ({ kind: 'atLeast', value });

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** Between neighbours it interpolates: with few values p95 is not simply the largest. */
export function quantile(values: number[], part: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((left, right) => left - right);
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}

export function isMet({ value, aim }: Pick<Line, 'value' | 'aim'>): boolean {
  if (!aim || value === undefined) return true;
  return aim.kind === 'atMost' ? value <= aim.value : value >= aim.value;
}

export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

const missed: string[] = [];

/** Names of the aims that were missed so far. */
export function missedAims(): readonly string[] {
  return missed;
}

export function noteMissed(text: string): void {
  missed.push(text);
}

/** A part that ended before its figures were there: what it was to show counts as missed. */
export function noteBreakOff(part: string, error: Error): void {
  console.log(`  ${part} broke off: ${error.stack}`);
  missed.push(`${part} broke off: ${error.message}`);
}

export function printTitle(text: string): void {
  console.log(`\n${text}`);
}

export function printLines(lines: Line[]): void {
  const rows = lines.map((line) => [
    line.name,
    line.measured,
    renderValue(line),
    renderAim(line),
    line.note ?? '',
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
  }
  for (const line of lines)
    if (!isMet(line)) missed.push(`${line.name} ${renderValue(line)} (${renderAim(line)})`);
}

function renderValue({ value, unit }: Line): string {
  if (value === undefined) return '';
  if (!Number.isFinite(value)) return '-';
  return unit === '×' ? `${value.toFixed(2)}×` : `${formatNumber(value)} ${unit ?? ''}`.trim();
}

function renderAim(line: Line): string {
  const { aim, unit, value } = line;
  if (!aim || value === undefined) return '';
  const bound = `${aim.kind === 'atMost' ? '≤' : '≥'} ${aim.value}${unit === '×' ? '×' : ` ${unit ?? ''}`}`;
  return `aim ${bound} ${isMet(line) ? 'met' : 'MISSED'}`;
}
