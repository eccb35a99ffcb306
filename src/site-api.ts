// Sites over HTTP, under /_isthmus/sites: GET sites · GET sites/NAME · GET sites/NAME/HOST (how to enter it) · POST sites ·
// POST sites/NAME/hosts, /forward, /route and /delete. What the command `isthmus site` speaks to.

import { SiteRefusal, type SiteRequest } from './sites.ts';

export interface SiteActions {
  sites(): object[];
  site(siteName: string): object;
  /** How to enter a host; undefined when it does not run. @param path `berlin/desk` */
  siteHost(path: string): object | undefined;
  createSite(request: SiteRequest): object;
  addSiteHost(siteName: string, host: SiteRequest['hosts'][number]): object;
  /** No address: the domain is no longer forwarded. */
  forwardDomain(siteName: string, domain: string, addresses: string[]): object;
  /** No line: the route is taken away. */
  routeSite(siteName: string, destination: string, attachmentId?: string): object;
  deleteSite(siteName: string): void;
}

type Body = Record<string, unknown>;
type Answer = { status: number; body: unknown };

/** @param path what follows `sites/` */
export function readSites(actions: SiteActions, [name, host]: string[]): Answer {
  return answering(() => {
    if (!name) return good({ sites: actions.sites() });
    if (host === undefined) return good(actions.site(name));
    const entry = actions.siteHost(`${name}/${host}`);
    return entry
      ? good(entry)
      : refuse(404, `${name}/${host} does not run`, 'isthmus site list says how it is');
  });
}

export function writeSite(actions: SiteActions, [name, verb]: string[], body: Body): Answer {
  return answering(() => {
    if (!name) return good(actions.createSite(readRequest(body)), 201);
    switch (verb) {
      case 'hosts':
        return good(actions.addSiteHost(name, readHost(body)));
      case 'forward':
        return good(actions.forwardDomain(name, textOf(body.domain), textsOf(body.addresses)));
      case 'route':
        return good(actions.routeSite(name, textOf(body.destination), ...optional(body.line)));
      case 'delete':
        actions.deleteSite(name);
        return good({ status: 'ok' });
      default:
        return refuse(404, `nothing is known of a site's ${verb ?? 'record'}`);
    }
  });
}

function answering(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof SiteRefusal) return refuse(error.status, error.message);
    throw error;
  }
}

const good = (body: unknown, status = 200): Answer => ({ status, body });
const refuse = (status: number, error: string, hint?: string): Answer => ({ status, body: { error, hint } });

function readRequest(body: Body): SiteRequest {
  const hosts = Array.isArray(body.hosts) ? body.hosts : [];
  return {
    name: textOf(body.name),
    cidrBlocks: textsOf(body.cidrBlocks),
    hosts: hosts.map((host: unknown) => readHost((host ?? {}) as Body)),
    hasInternet: body.internet !== false,
  };
}

function readHost({ name, address }: Body): SiteRequest['hosts'][number] {
  return { name: textOf(name), ...(address === undefined ? {} : { address: textOf(address) }) };
}

const optional = (value: unknown): [string?] => (value === undefined ? [] : [textOf(value)]);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(textOf) : []);
