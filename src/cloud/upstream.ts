// An upstream: a server of the user's own that stands for one of AWS's services that Isthmus has not. `sqs=http://127.0.0.1:9324`,
// as it is given on the command line, read and judged; what is wrong with it is told with what mends it.

import { awsServices, findForeignService, ourServices } from './aws-service.ts';

export interface Upstream {
  /** What follows the region in the name of its endpoint service: `sqs`, `ecr.api`. */
  service: string;
  /** `http://127.0.0.1:9324` */
  origin: string;
  /** What it is sent as Host. Absent: what the client sent. */
  host?: string;
}

/** `sqs=none` takes away what was given before. */
export type UpstreamChange = Upstream | { service: string; origin: undefined };

export class UpstreamFault extends Error {
  readonly hint: string;

  constructor(message: string, hint = 'isthmus up --service sqs=http://127.0.0.1:9324') {
    super(message);
    this.hint = hint;
  }
}

/** @param text `NAME=URL[,host=NAME][,remote]`, or `NAME=none` @throws UpstreamFault */
export function readUpstream(text: string): UpstreamChange {
  const equals = text.indexOf('=');
  if (equals < 1) throw new UpstreamFault(`--service ${text} is not NAME=URL.`);
  const service = readService(text.slice(0, equals));
  const [address = '', ...options] = text.slice(equals + 1).split(',');
  if (address === 'none' && options.length === 0) return { service, origin: undefined };
  const url = readUrl(service, address);
  const { host, isRemote } = readOptions(service, url, options);
  if (!isRemote && !isLoopback(url.hostname))
    throw new UpstreamFault(
      `${url.hostname} is not this machine. What is sent to ${service} would leave it, with the credentials it is signed by.`,
      `if that is meant: --service ${service}=${url.origin},remote`,
    );
  return { service, origin: url.origin, ...(host !== undefined && { host }) };
}

function readService(name: string): string {
  const service = findForeignService(name);
  if (service?.speaks) throw new UpstreamFault(`${name} speaks ${service.speaks}, and an upstream HTTP.`);
  if (service) return name;
  if (ourServices.includes(name))
    throw new UpstreamFault(`${name} is a service of Isthmus itself, which nothing else can stand for.`);
  const bare = name.replace(/^com\.amazonaws\.[a-z0-9-]+\./, '');
  const near = awsServices
    .filter(({ name, host, signingName, actionPrefix }) =>
      [name, host, signingName, actionPrefix].some((one) => one === bare || one.startsWith(`${bare}.`)),
    )
    .map((one) => one.name);
  throw new UpstreamFault(
    `${name} is no service that AWS has interface endpoints to, or Isthmus does not know it.`,
    near.length > 0 ? near.join(' or ') : 'the names in docs/upstream-services.md',
  );
}

function readUrl(service: string, address: string): URL {
  const example = `--service ${service}=http://127.0.0.1:9324`;
  if (!URL.canParse(address)) throw new UpstreamFault(`${address || 'nothing'} is not a URL.`, example);
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new UpstreamFault(`${address} is not an http or https URL.`, example);
  if (url.username !== '' || url.password !== '')
    throw new UpstreamFault(
      `${url.origin} cannot be given a user and a password: requests are passed on as they are signed.`,
      `--service ${service}=${url.origin}`,
    );
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new UpstreamFault(
      `${address} has more than scheme, host and port: the path is the client's.`,
      `--service ${service}=${url.origin}`,
    );
  return url;
}

function readOptions(service: string, url: URL, options: string[]): { host?: string; isRemote: boolean } {
  let host: string | undefined;
  let isRemote = false;
  for (const option of options) {
    const given = /^host=([A-Za-z0-9.:[\]-]+)$/.exec(option)?.[1];
    if (option === 'remote') isRemote = true;
    else if (given !== undefined) host = given === 'upstream' ? url.host : given;
    else
      throw new UpstreamFault(
        `${option || 'an empty text'} is no option of a service.`,
        `--service ${service}=${url.origin},host=upstream or ,host=NAME or ,remote`,
      );
  }
  return { isRemote, ...(host !== undefined && { host }) };
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** How a request says which service it is for, as far as it does. */
export interface MeantService {
  /** The front end it came to. Absent: one address has all of them. */
  frontEnd?: { service: string } | undefined;
  signingName?: string | undefined;
  host?: string | undefined;
}

/** Behind a front end there is one; elsewhere the signature or the name tells. */
export function findMeant<T extends Pick<Upstream, 'service'>>(
  upstreams: readonly T[],
  { frontEnd, signingName, host = '' }: MeantService,
): T | undefined {
  if (frontEnd) return upstreams.find(({ service }) => service === frontEnd.service);
  const isNamed = ({ service }: T) => {
    const name = findForeignService(service)!.host;
    return host.toLowerCase().startsWith(`${name}.`) || host.toLowerCase().includes(`.${name}.`);
  };
  if (signingName === undefined) return upstreams.find(isNamed);
  const signed = upstreams.filter(({ service }) => findForeignService(service)!.signingName === signingName);
  return signed.find(isNamed) ?? signed[0];
}
