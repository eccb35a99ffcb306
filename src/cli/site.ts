// `isthmus site …`: on-premises networks beside the cloud. A site has a router, hosts, and a public address, which is its
// customer gateway's to AWS.

import type { AwsIdentity } from './aws-environment.ts';
import { awsIdentityVariables } from './aws-environment.ts';
import { type CloudChoice, getEndpoint, getJson, postJson } from './cloud-client.ts';
import { refuseForeignCloud } from './cloud-owner.ts';
import { CliError, exitCode, say } from './exit.ts';
import { enter, type InstanceEntry } from './instance.ts';

interface Site {
  siteId: string;
  name: string;
  cidrBlocks: string[];
  publicAddress: string;
  internet: boolean;
  routerAddress: string;
  hosts: { hostId: string; name: string; address: string; state: string }[];
  lines: { attachmentId: string; gatewayId: string }[];
  forwards: { domain: string; addresses: string[] }[];
  routes: { destination: string; attachmentId: string }[];
}

type Options = CloudChoice & { json?: boolean };

interface CreateOptions extends Options {
  cidr?: string[];
  host?: string[];
  internet?: boolean;
}

const pathOf = (name: string, ...rest: string[]) =>
  ['sites', name, ...rest].map(encodeURIComponent).join('/');

export async function createSite(options: CreateOptions, name: string): Promise<number> {
  const hosts = (options.host ?? []).map(readHost);
  const request = { name, cidrBlocks: options.cidr ?? [], hosts, internet: options.internet ?? true };
  return show(options, await postJson<Site>(getEndpoint(options), 'sites', request));
}

export async function listSites(options: Options): Promise<number> {
  const { sites } = await getJson<{ sites: Site[] }>(getEndpoint(options), 'sites');
  if (options.json) say(JSON.stringify(sites, undefined, 2));
  else if (sites.length > 0) say(sites.map(render).join('\n\n'));
  return exitCode.good;
}

export async function deleteSite(options: Options, name: string): Promise<number> {
  await postJson(getEndpoint(options), pathOf(name, 'delete'));
  return exitCode.good;
}

export async function addHost(options: Options, name: string, host: string): Promise<number> {
  return show(options, await postJson<Site>(getEndpoint(options), pathOf(name, 'hosts'), readHost(host)));
}

/** @param addresses with commas or blanks between them; none takes the domain away */
export async function forward(
  options: Options,
  name: string,
  domain: string,
  addresses: string[],
): Promise<number> {
  const request = { domain, addresses: addresses.flatMap((some) => some.split(',')) };
  return show(options, await postJson<Site>(getEndpoint(options), pathOf(name, 'forward'), request));
}

/** @param line absent takes the route away */
export async function routeSite(
  options: Options,
  name: string,
  destination: string,
  line?: string,
): Promise<number> {
  return show(
    options,
    await postJson<Site>(getEndpoint(options), pathOf(name, 'route'), { destination, line }),
  );
}

/** Runs in a host, by default the site's first; keys for AWS go in only when an account is named. */
export async function execInSite(
  options: Options & AwsIdentity,
  place: string,
  words: string[],
): Promise<number> {
  const endpoint = getEndpoint(options);
  await refuseForeignCloud(endpoint, options);
  const [name = '', given] = place.split('/');
  const host = given ?? (await getJson<Site>(endpoint, pathOf(name))).hosts[0]?.name ?? '';
  const entry = await getJson<InstanceEntry>(endpoint, pathOf(name, host));
  const variables = options.account === undefined ? [] : awsIdentityVariables(options);
  const command = words[0] === '--' ? words.slice(1) : words;
  return await enter(entry, variables.length > 0 ? ['env', ...variables, ...command] : command);
}

function readHost(text: string): { name: string; address?: string } {
  const [name = '', address, ...rest] = text.split('=');
  if (name === '' || rest.length > 0)
    throw new CliError(exitCode.usage, `${text}: a host is NAME or NAME=ADDRESS, such as desk=192.168.0.10`);
  return { name, ...(address === undefined ? {} : { address }) };
}

function show(options: Options, site: Site): number {
  say(options.json ? JSON.stringify(site, undefined, 2) : render(site));
  return exitCode.good;
}

function render(site: Site): string {
  const { name, siteId, cidrBlocks, publicAddress, internet, routerAddress } = site;
  const way = internet ? '' : ' (no way to the internet)';
  return [
    `${name}  ${siteId}  ${cidrBlocks.join(', ')}`,
    `  customer gateway  ${publicAddress}${way}`,
    `  router and DNS    ${routerAddress}`,
    ...site.hosts.map((host) => `  host              ${host.name} ${host.address} (${host.state})`),
    ...site.lines.map((line) => `  line              ${line.attachmentId} to ${line.gatewayId}`),
    ...site.forwards.map((one) => `  forwards          ${one.domain} to ${one.addresses.join(', ')}`),
    ...site.routes.map((route) => `  route             ${route.destination} by ${route.attachmentId}`),
  ].join('\n');
}
