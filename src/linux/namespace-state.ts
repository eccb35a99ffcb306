// What one network namespace should hold, as text the `ip` command takes: the last step before the kernel, and what goldens show.

import type { NftTable } from './nft-table.ts';

/** Four hexadecimal digits that every namespace of one cloud carries. */
export type CloudMark = string;

export interface NamespaceState {
  name: string;
  /**
   * `router`: a VPC's. `instance`: owned by a user namespace of its own; what happens inside is the instance's business.
   * `door`: behind an endpoint, where a service listens. `nat-gateway`: on its interface like an instance. `internet`: what all internet gateways lead to.
   * `hub`: a router outside of VPCs.
   */
  kind: 'router' | 'instance' | 'door' | 'nat-gateway' | 'internet' | 'hub';
  /** The AWS id it stands for: errors are told under it. */
  id: string;
  /** The VPC or the site it belongs to. Absent: it is nobody's but its own, as the internet and hubs. */
  routerId?: string;
  /** Veth pairs that are made from here, by name. The other end's namespace sets its own addresses. */
  links: Map<string, Link>;
  /** `10.0.0.2/32 dev lo` */
  addresses: Set<string>;
  /** `10.0.1.5 table main` → `dev eni0123456789ab`; `local 52.216.0.0/15 table local` → `dev lo`; `blackhole default table main` → `` */
  routes: Map<string, string>;
  /** `10.0.1.5 dev eni0123456789ab` → `02:00:00:00:00:01` */
  neighbours: Map<string, string>;
  /** `pref 200 fwmark 0x3e9 lookup 1001` */
  rules: Set<string>;
  nft?: NftTable;
  /** Which targets new flows go to, and which lost theirs: `tcp 10.0.1.11 80`. Routers only. */
  targets?: { used: Set<string>; lost: Set<string>; nodeAddresses: string[] };
}

export interface Link {
  name: string;
  macAddress: string;
  mtu: number;
  /** The AWS id, as the link's altname: our mark on it. A link with another altname is another link. */
  altname: string;
  peer: { namespace: string; name: string; macAddress: string };
}

/** Every router end of every link: neighbours are permanent, so one address serves all. */
export const routerMacAddress = '06:00:00:00:00:01';
/** The far end of a link between two routers. */
export const farRouterMacAddress = '06:00:00:00:00:02';
/** Next hop on a link between two routers; never on the wire. */
export const nextHop = '169.254.1.1';

/** A namespace that has been made and holds nothing yet. */
export function emptied(state: NamespaceState): NamespaceState {
  const { name, kind, id } = state;
  const nothing = {
    links: new Map(),
    addresses: new Set<string>(),
    routes: new Map(),
    neighbours: new Map(),
    rules: new Set<string>(),
  };
  return { name, kind, id, ...(state.routerId ? { routerId: state.routerId } : {}), ...nothing };
}

/** Under what its failures are told: what it belongs to, else its own id. */
export const ownerOf = ({ routerId, id }: NamespaceState): string => routerId ?? id;
