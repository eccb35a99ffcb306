// Sites over HTTP, under /_isthmus/sites: GET sites · GET sites/NAME · POST sites · POST sites/NAME/hosts,
// /forward and /delete. What the command `isthmus site` speaks to.

import { SiteRefusal, type SiteRequest } from './sites.ts';

export interface SiteActions {
  sites(): object[];
  createSite(request: SiteRequest): object;
  addSiteHost(siteName: string, host: SiteRequest['hosts'][number]): object;
  forwardDomain(siteName: string, domain: string, addresses: string[]): object;
  deleteSite(siteName: string): void;
}

type Body = Record<string, unknown>;
type Answer = { status: number; body: unknown };

export function readSites(actions: SiteActions): Answer {
  return { status: 200, body: { sites: actions.sites() } };
}

/** @param path what follows `sites/`: nothing, or a site's name and what to do with it */
export function writeSite(actions: SiteActions, [name, verb]: string[], body: Body): Answer {
  try {
    if (name === undefined) return good(actions.createSite(readRequest(body)), 201);
    switch (verb) {
      case 'hosts':
        return good(actions.addSiteHost(name, readHost(body)));
      case 'forward':
        return good(actions.forwardDomain(name, textOf(body.domain), textsOf(body.addresses)));
      case 'delete':
        actions.deleteSite(name);
        return good({ status: 'ok' });
      default:
        return { status: 404, body: { error: `a site has no ${verb ?? 'such thing'}` } };
    }
  } catch (error) {
    if (error instanceof SiteRefusal) return { status: error.status, body: { error: error.message } };
    throw error;
  }
}

const good = (body: unknown, status = 200): Answer => ({ status, body });

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

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(textOf) : []);
