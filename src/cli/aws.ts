// `isthmus aws [--account ID] [--region R] ARGS…`: whichever aws-cli is there, pointed at the cloud. Versions before
// 1.29 and 2.13 do not know AWS_ENDPOINT_URL, so the endpoint is given as an argument too.
// Ours are only the options before the first word that is not ours: `ec2 describe-vpcs --region eu-west-1` is the AWS CLI's.

import { type AwsIdentity, childAwsEnvironment } from './aws-environment.ts';
import { type CloudChoice, getEndpoint } from './cloud-client.ts';
import { CliError, exitCode } from './exit.ts';
import { findProgram, runInTerminal } from './program.ts';

export async function aws(options: CloudChoice & AwsIdentity, args: string[]): Promise<number> {
  const endpoint = getEndpoint(options);
  return await runInTerminal(
    getAwsCli(),
    awsArguments(endpoint, args),
    childAwsEnvironment(endpoint, options),
  );
}

export function getAwsCli(): string {
  const program = findProgram('aws');
  if (program) return program;
  throw new CliError(exitCode.cannot, 'There is no aws-cli on this machine.', 'apt-get install awscli');
}

function awsArguments(endpoint: string, args: string[]): string[] {
  const hasOwnEndpoint = args.some((arg) => arg === '--endpoint-url' || arg.startsWith('--endpoint-url='));
  return hasOwnEndpoint ? args : ['--endpoint-url', endpoint, ...args];
}
