// The daemon's log: one line per call at the front door, one per change at the reconciler. JSON for machines, short text for a terminal.

import { pino } from 'pino';

export interface Log {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export function createLog(style: 'pretty' | 'json' | 'silent'): Log {
  if (style === 'json')
    return pino(
      { base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
      pino.destination({ fd: 2, sync: true }),
    );
  if (style === 'silent') return { info: () => {}, error: () => {} };
  const write = (fields: object, message: string) => {
    process.stderr.write(`${renderLine(fields, message)}\n`);
  };
  return { info: () => {}, error: write };
}

/** For a terminal. What is not there is left out, stacks come last. */
export function renderLine(fields: object, message: string): string {
  const words: string[] = [printable(message)];
  const stacks: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Error) stacks.push(value.stack ?? String(value));
    else if (name === 'stack') stacks.push(String(value));
    else if (value !== undefined) words.push(`${name}=${printable(String(value))}`);
  }
  return [words.join(' '), ...stacks.map((stack) => stack.split('\n').map(printable).join('\n'))].join('\n');
}

/** What a client names may hold line ends, or orders to the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) =>
    JSON.stringify(character)
      .slice(1, -1)
      .replace(/[\x7f-\x9f]/g, '?'),
  );
}
