// `eval "$(isthmus env --account 111111111111)"`: from here on every AWS client of this shell speaks to the cloud.

import { type AwsIdentity, awsEnvironment } from './aws-environment.ts';
import { type CloudChoice, findStatus, getEndpoint } from './cloud-client.ts';
import { exitCode, note, say } from './exit.ts';
import { shellWord } from './shell-word.ts';

export async function env(options: CloudChoice & AwsIdentity): Promise<number> {
  const endpoint = getEndpoint(options);
  const found = await findStatus(endpoint);
  const target = { endpoint, certificateAuthority: found?.certificateAuthority };
  const settings = Object.entries(awsEnvironment(target, options));
  for (const [name, value] of settings) if (value !== undefined) say(`export ${name}=${shellWord(value)}`);
  const taken = settings.filter(([name, value]) => value === undefined && process.env[name] !== undefined);
  if (taken.length > 0) say(`unset ${taken.map(([name]) => name).join(' ')}`);
  if (!found) note(`No cloud is running at ${endpoint} yet: isthmus up --detach`);
  return exitCode.good;
}
