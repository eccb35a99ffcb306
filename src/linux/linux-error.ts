// The machine's refusal: what we were doing, what was said, what to try. Never the caller's fault,
// so it never reaches an AWS client: the resource stays pending and `isthmus status` shows this.

export class LinuxError extends Error {
  readonly doing: string;
  readonly command: string;
  readonly stderr: string;
  /** What a person can do about it; empty when we do not know. */
  readonly hint: string;

  constructor(doing: string, command: string, stderr: string, hint = '') {
    super(`${doing}: ${stderr.trim() || 'failed'} (${command})`);
    this.name = 'LinuxError';
    this.doing = doing;
    this.command = command;
    this.stderr = stderr;
    this.hint = hint;
  }
}
