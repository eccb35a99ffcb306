// `isthmus aws [--account ID] [--region R] ARGS…`: whichever aws-cli is there, pointed at the cloud. Versions before
// 1.29 and 2.13 do not know AWS_ENDPOINT_URL, so the endpoint is given as an argument too.
// Ours are only the options before the first word that is not ours: `ec2 describe-vpcs --region eu-west-1` is the AWS CLI's.

import { type AwsIdentity, childAwsEnvironment } from './aws-environment.ts';
import { type CloudChoice, findStatus, getEndpoint, noCloud } from './cloud-client.ts';
import { CliError, exitCode } from './exit.ts';
import { findProgram, runInTerminal } from './program.ts';

const ourOptions = ['--port', '--data', '--account'];

export async function aws(options: CloudChoice & AwsIdentity, args: string[]): Promise<number> {
  const endpoint = getEndpoint(options);
  const late = findOurs(args);
  const found = hasOwnEndpoint(args) ? undefined : await findStatus(endpoint);
  if (!hasOwnEndpoint(args) && !found) {
    const isOursMaybe = late ? `. Is ${late} meant for Isthmus? ${placeOf(late)}` : '';
    throw noCloud(`at ${endpoint}`, `isthmus up --detach${isOursMaybe}`);
  }
  const given = hasOwnEndpoint(args) ? args : ['--endpoint-url', endpoint, ...args];
  let errors = '';
  const onError = late === undefined ? undefined : (text: string) => (errors += text);
  const target = { endpoint, certificateAuthority: found?.certificateAuthority };
  const code = await runInTerminal(getAwsCli(), given, childAwsEnvironment(target, options), onError);
  const unknown = findOurs(errors.match(/Unknown options: (.*)/)?.[1]?.split(/[,\s]+/) ?? []);
  if (!unknown) return code;
  throw new CliError(exitCode.usage, `aws-cli does not know ${unknown} here. ${placeOf(unknown)}`);
}

/** Some of aws-cli's own commands have options of our names, such as the port of a listener: so aws-cli decides. */
function findOurs(words: string[]): string | undefined {
  return words.map((word) => word.split('=')[0]!).find((name) => ourOptions.includes(name));
}

function placeOf(option: string): string {
  return `Isthmus's options go before aws's: isthmus aws ${option} … COMMAND`;
}

export function getAwsCli(): string {
  const program = findProgram('aws');
  if (program) return program;
  throw new CliError(exitCode.cannot, 'There is no aws-cli on this machine.', 'apt-get install awscli');
}

function hasOwnEndpoint(args: string[]): boolean {
  return args.some((arg) => arg === '--endpoint-url' || arg.startsWith('--endpoint-url='));
}
