// The API of a cloud serves whoever reaches its port; ways into its namespaces are the kernel's to grant, and it grants
// them to the user whom the cloud belongs to, and to root. Asked before a program is started that could only fail.

import { type CloudChoice, type CloudStatus, defaultPort, endpointOfPort, getJson } from './cloud-client.ts';
import { CliError, exitCode } from './exit.ts';
import { findOwner } from './process-table.ts';
import { shellWord } from './shell-word.ts';

export async function refuseForeignCloud(endpoint: string, options: CloudChoice): Promise<void> {
  const self = process.getuid!();
  if (self === 0) return;
  const owner = findOwner((await getJson<CloudStatus>(endpoint, 'status')).pid);
  if (owner === undefined || owner === self) return;
  const whose = owner === 0 ? 'root' : `another user (${owner})`;
  const message = `The cloud at ${endpoint} belongs to ${whose}, and you may not enter its namespaces.`;
  throw new CliError(exitCode.cannot, message, asRoot(endpoint, options));
}

/** The command as it was typed. sudo keeps nothing of the environment: an endpoint found there is named. */
function asRoot(endpoint: string, options: CloudChoice): string {
  const isPlain = options.port !== undefined || endpoint === endpointOfPort(defaultPort);
  const words = [...(isPlain ? [] : ['--port', new URL(endpoint).port]), ...process.argv.slice(2)];
  return ['sudo isthmus', ...words.map(shellWord)].join(' ');
}
