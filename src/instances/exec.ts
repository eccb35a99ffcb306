// The command line that runs a program inside an instance: enters every namespace of its PID 1, then hands over
// to `run-command` in its root disk, which sets the environment of a login and gives up what PID 1 gave up.

export interface ExecOptions {
  /** True: the program gets a terminal of the instance's own. False: it reads and writes ours. */
  tty: boolean;
  /** `root` when absent. */
  user?: string;
}

export interface ExecArguments {
  program: string;
  args: string[];
  env: Record<string, string>;
}

const runCommand = '/usr/lib/isthmus/run-command';

/** @param command empty: a login shell */
export function execArguments(pid: number, command: string[], options: ExecOptions): ExecArguments {
  const inside = [runCommand, options.user ?? 'root', ...(command.length > 0 ? command : ['/bin/bash', '-l'])];
  const enter = ['nsenter', `--target=${pid}`, '--user', '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'];
  const env = { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin', TERM: process.env.TERM ?? 'linux' };
  if (!options.tty) return { program: enter[0]!, args: [...enter.slice(1), '--root', '--wd', '--', ...inside], env };
  // `script` gives the program a terminal of the instance's devpts. In a session of its own, so that nobody inside
  // can reach for the terminal of the person who called.
  const terminal = ['script', '--quiet', '--return', '--flush', '--command', inside.map(quote).join(' '), '/dev/null'];
  return { program: 'setsid', args: ['--wait', ...enter, '--root', '--wd', '--', ...terminal], env };
}

/** For the one shell that stands between: `script` takes a command line only. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
