// `eval "$(isthmus env --account 111111111111)"`: from here on every AWS client of this shell speaks to the cloud.

import { type AwsIdentity, awsEnvironment } from './aws-environment.ts';
import { type CloudChoice, getEndpoint } from './cloud-client.ts';
import { exitCode, say } from './exit.ts';

export async function env(options: CloudChoice & AwsIdentity): Promise<number> {
  const settings = Object.entries(awsEnvironment(getEndpoint(options), options));
  for (const [name, value] of settings) if (value !== undefined) say(`export ${name}=${quote(value)}`);
  const taken = settings.filter(([name, value]) => value === undefined && process.env[name] !== undefined);
  if (taken.length > 0) say(`unset ${taken.map(([name]) => name).join(' ')}`);
  return exitCode.good;
}

function quote(value: string): string {
  return /^[\w:/.,@-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
