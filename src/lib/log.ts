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
    const rest = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
    process.stderr.write(`${[message, ...rest].join(' ')}\n`);
  };
  return { info: () => {}, error: write };
}
