// The command line that runs a program inside an instance: enters every namespace of its PID 1, then hands over
// to `run-command` in its root disk, which sets the environment of a login and gives up what PID 1 gave up.

export interface ExecPrefix {
  program: string;
  args: string[];
  /** To be added to the caller's own. */
  env: Record<string, string>;
}

const namespaces = ['--user', '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'];

/**
 * The beginning of the command line; what is to run follows its arguments. Standard streams and exit code are the
 * program's own. Of the caller's environment only TERM goes in: the rest may hold the keys to a real cloud.
 */
export function execPrefix(pid: number, user = 'root'): ExecPrefix {
  const enter = ['nsenter', `--target=${pid}`, ...namespaces, '--root', '--wd', '--'];
  return {
    program: 'setpriv',
    args: ['--reset-env', ...enter, '/usr/lib/isthmus/run-command', user],
    env: {},
  };
}
