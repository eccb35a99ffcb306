// What has been drawn so far, as far as the drawing of more must know it.

import type { Cidr, Ipv4 } from '../../src/lib/cidr.ts';
import type { Random } from './random.ts';
import { Draft, type Request } from './step.ts';

export interface DraftVpc {
  name: string;
  account: string;
  region: string;
  block: Cidr;
  subnets: DraftSubnet[];
  /** The main table first. */
  tables: string[];
  /** The default group first. */
  groups: string[];
  hasInternetGateway: boolean;
  /** What a route can lead to, and which ranges lie there. */
  ways: RouteWay[];
}

export interface DraftSubnet {
  name: string;
  block: Cidr;
  zone: string;
  /** Addresses from here on are free: AWS's own services take the first ones. */
  nextOffset: number;
}

export interface RouteWay {
  /** `{ GatewayId: '${igw1}' }` */
  target: Record<string, string>;
  towards: Cidr[];
  /** Also routes to a part of a subnet's own VPC may lead there. */
  isMiddlebox?: boolean;
}

/** Somebody who sends and answers: an instance, or a host of a site. */
export interface DraftHost {
  name: string;
  address: Ipv4;
  vpc?: DraftVpc;
  subnet?: DraftSubnet;
  /** A further interface of an instance: what `name` and `address` are of. */
  furtherOf?: string;
  /** It has a role, by whose leave it asks AWS's services. */
  hasRole: boolean;
}

export interface DraftSite {
  name: string;
  block: Cidr;
  lines: string[];
}

export interface ProbeTarget {
  host: string;
  address?: string;
  /** Ports somebody might listen on there; absent: those of hosts. */
  ports?: number[];
}

export interface DraftWorld {
  draft: Draft;
  random: Random;
  accounts: string[];
  vpcs: DraftVpc[];
  hosts: DraftHost[];
  targets: ProbeTarget[];
  /** Requests that a role may try, and the name at which. `account`: that of the role, where it matters. */
  requests: { host: string; account?: string; request: Request }[];
  /** The one bucket there is. */
  bucket?: string;
  /** Names of sites' lines that routes of theirs may name, by site. */
  sites: DraftSite[];
  transitGateway?: { name: string; where: { account: string; region: string }; tables: string[] };
  prefixLists: { name: string; account: string; region: string }[];
  /** What can be altered later: each may be called once, and adds its steps. */
  changes: (() => void)[];
}

export function newDraftWorld(random: Random): DraftWorld {
  return {
    ...{ draft: new Draft(random), random },
    accounts: ['111111111111', '222222222222', '333333333333'],
    ...{ vpcs: [], hosts: [], targets: [], requests: [], sites: [], prefixLists: [], changes: [] },
  };
}

export const regionOf = ({ account, region }: Pick<DraftVpc, 'account' | 'region'>) => ({ account, region });

/** Ranges that are somewhere in this cloud, with parts of them and what holds several. */
export function knownRanges({ vpcs, hosts }: DraftWorld): Cidr[] {
  return [
    ...vpcs.flatMap(({ block, subnets }) => [block, ...subnets.map((subnet) => subnet.block)]),
    ...hosts.map(({ address }) => `${address}/32`),
    ...['10.0.0.0/8', '192.168.0.0/16', '0.0.0.0/0'],
  ];
}
