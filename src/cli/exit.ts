// How a command ends: 0 good, 1 the answer is no, 2 the command was used wrongly, 3 the machine or the cloud cannot.
// A command returns its code or throws a CliError; main.ts alone ends the process.

export const exitCode = { good: 0, no: 1, usage: 2, cannot: 3 } as const;

export class CliError extends Error {
  readonly code: number;
  /** What to try next; empty when there is nothing to try. */
  readonly hint: string;

  constructor(code: number, message: string, hint = '') {
    super(message);
    this.name = 'CliError';
    this.code = code;
    this.hint = hint;
  }
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** For what is said about the work rather than asked for: never mixed into output that is read by programs. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
