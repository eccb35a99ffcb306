// `isthmus reset`: empties the cloud of every account and region; it goes on running.

import { type CloudChoice, getEndpoint, postJson } from './cloud-client.ts';
import { exitCode, say } from './exit.ts';

export async function reset(options: CloudChoice): Promise<number> {
  const endpoint = getEndpoint(options);
  await postJson(endpoint, 'reset');
  say(`The cloud at ${endpoint} is empty.`);
  return exitCode.good;
}
