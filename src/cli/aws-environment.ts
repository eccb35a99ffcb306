// The environment in which any AWS client speaks to this cloud and to no other: endpoint, keys, region, and nothing
// of the person's own ~/.aws. The access key id is the account, as in other local clouds.

import { CliError, exitCode } from './exit.ts';

export interface AwsIdentity {
  account?: string;
  region?: string;
}

const defaultAccount = '000000000000';
const defaultRegion = 'us-east-1';

/** The cloud that is spoken to. */
export interface AwsTarget {
  endpoint: string;
  /** The file that says whose certificates to trust. Absent: no cloud is running there yet. */
  certificateAuthority?: string;
}

/** Values to set; undefined ones to take out of the environment. */
export function awsEnvironment(
  { endpoint, certificateAuthority }: AwsTarget,
  identity: AwsIdentity,
): Record<string, string | undefined> {
  const region = identity.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? defaultRegion;
  const settings: Record<string, string | undefined> = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: checkAccount(identity.account ?? accountOfEnvironment()),
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    AWS_CA_BUNDLE: certificateAuthority,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    AWS_DEFAULT_PROFILE: undefined,
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: undefined,
    ...endpointsOfSingleServices(),
  };
  return { ...settings, ...directConnection(endpoint) };
}

/** `NAME=VALUE` of who somebody inside the network is to AWS, where endpoints and certificates are known anyway. */
export function awsIdentityVariables(identity: AwsIdentity): string[] {
  const region = identity.region ?? defaultRegion;
  return [
    `AWS_ACCESS_KEY_ID=${checkAccount(identity.account ?? defaultAccount)}`,
    'AWS_SECRET_ACCESS_KEY=test',
    `AWS_REGION=${region}`,
    `AWS_DEFAULT_REGION=${region}`,
  ];
}

/** For a program that we start ourselves: it also does not see the person's own configuration files. */
export function childAwsEnvironment(
  target: AwsTarget,
  identity: AwsIdentity,
): Record<string, string | undefined> {
  return {
    ...awsEnvironment(target, identity),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  };
}

/** The account a shell already has by `eval "$(isthmus env --account …)"`, else the one `test` stands for. */
function accountOfEnvironment(): string {
  const key = process.env.AWS_ACCESS_KEY_ID ?? '';
  return /^\d{12}$/.test(key) ? key : defaultAccount;
}

function checkAccount(account: string): string {
  if (/^\d{12}$/.test(account)) return account;
  throw new CliError(exitCode.usage, `--account ${account}: an account is 12 digits, such as 111111111111`);
}

/** `AWS_ENDPOINT_URL_EC2` and its like would win over AWS_ENDPOINT_URL. */
function endpointsOfSingleServices(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('AWS_ENDPOINT_URL_'));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/** A proxy set for the world outside cannot reach this machine's loopback. */
function directConnection(endpoint: string): Record<string, string> {
  const proxies = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
  if (!proxies.some((name) => process.env[name])) return {};
  const existing = process.env.no_proxy ?? process.env.NO_PROXY ?? '';
  const hosts = [existing, new URL(endpoint).hostname].filter(Boolean).join(',');
  return { no_proxy: hosts, NO_PROXY: hosts };
}
