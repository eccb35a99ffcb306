// Sites as the daemon's own interface offers them: what is asked for goes through the store, what is shown has seen the sandboxes.

import type { NewId } from './cloud/id.ts';
import { type Site, type SiteHost, siteRouterAddresses } from './cloud/site.ts';
import { siteLines } from './cloud/site-line.ts';
import { execPrefix } from './instances/exec.ts';
import type { InstanceRuntime } from './instances/instance-runtime.ts';
import type { SiteActions } from './site-api.ts';
import {
  addSiteHost,
  createSite,
  deleteSite,
  forwardDomain,
  getSite,
  getSiteHost,
  routeSite,
} from './sites.ts';
import type { Store } from './store.ts';

export function createSiteActions(store: Store, runtime: InstanceRuntime, newId: NewId): SiteActions {
  const show = (site: Site) => showSite(store, runtime, site);
  return {
    sites: () => [...store.cloud.sites.all()].map(show),
    site: (name) => show(getSite(store.cloud, name)),
    siteHost(path) {
      const { host } = getSiteHost(store.cloud, path);
      const pid = runtime.pidOf(host.hostId);
      if (pid === undefined) return undefined;
      return { instanceId: host.hostId, pid, exec: execPrefix(pid) };
    },
    createSite: (request) => show(store.change((cloud) => createSite(cloud, newId, request))),
    addSiteHost: (name, host) => show(store.change((cloud) => addSiteHost(cloud, newId, name, host))),
    forwardDomain: (name, domain, addresses) =>
      show(store.change((cloud) => forwardDomain(cloud, name, domain, addresses))),
    routeSite: (name, destination, attachmentId) =>
      show(store.change((cloud) => routeSite(cloud, name, destination, attachmentId))),
    deleteSite: (name) => store.change((cloud) => deleteSite(cloud, name)),
  };
}

function showSite({ cloud }: Store, runtime: InstanceRuntime, site: Site): object {
  const { siteId, name, cidrBlocks, publicAddress, hasInternet, hosts, forwards, routes } = site;
  return {
    ...{ siteId, name, cidrBlocks, publicAddress, internet: hasInternet },
    routerAddress: siteRouterAddresses(site)[0],
    hosts: hosts.map((host: SiteHost) => ({
      ...{ hostId: host.hostId, name: host.name, address: host.address },
      state: runtime.observe(host.hostId).sandbox,
    })),
    lines: siteLines(cloud)
      .filter((line) => line.farId === siteId)
      .map(({ attachmentId, gatewayId }) => ({ attachmentId, gatewayId })),
    ...{ forwards, routes },
  };
}
