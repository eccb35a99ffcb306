// What stands in the way of what was asked for: kept until it is gone, shown by `isthmus status` with what a person can do.

import type { Log } from './lib/log.ts';
import type { LinuxError } from './linux/linux-error.ts';

export interface Trouble {
  about: string;
  doing: string;
  stderr: string;
  hint: string;
  /** ISO 8601 */
  since: string;
}

/** Makes `troubles` say what failed just now; what failed before keeps the time it began. */
export function noteTroubles(
  troubles: Map<string, Trouble>,
  failed: Map<string, LinuxError>,
  log: Log,
): void {
  for (const about of troubles.keys()) if (!failed.has(about)) troubles.delete(about);
  for (const [about, { doing, stderr, hint, message }] of failed) {
    const since = troubles.get(about)?.since ?? new Date().toISOString();
    troubles.set(about, { about, doing, stderr: stderr.trim(), hint, since });
    log.error({ about, hint }, message);
  }
}
