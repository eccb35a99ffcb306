// Questions to AWS's Reachability Analyzer: a path says from where to where, an analysis is what was found about it at its moment
// and stays as it was found, whatever is changed afterwards.

import type { Ipv4 } from '../lib/cidr.ts';
import type { AccountId } from './id.ts';
import type { Owned } from './vpc.ts';

export type NetworkInsightsPathId = `nip-${string}`;
export type NetworkInsightsAnalysisId = `nia-${string}`;

/** One end of a path. */
export interface PathEnd {
  resourceId: string;
  arn: string;
}

export interface PortRange {
  from: number;
  to: number;
}

/** What a packet must be like at one of the ends. */
export interface PathFilter {
  sourceAddress?: Ipv4;
  destinationAddress?: Ipv4;
  destinationPortRange?: PortRange;
}

export interface NetworkInsightsPath extends Owned {
  networkInsightsPathId: NetworkInsightsPathId;
  createdDate: string;
  source: PathEnd;
  /** Absent: whoever has the address `destinationIp`. */
  destination?: PathEnd;
  sourceIp?: Ipv4;
  destinationIp?: Ipv4;
  protocol: 'tcp' | 'udp';
  /** Absent, and no filter says it: any port. */
  destinationPort?: number;
  filterAtSource?: PathFilter;
  filterAtDestination?: PathFilter;
}

export interface NetworkInsightsAnalysis extends Owned {
  networkInsightsAnalysisId: NetworkInsightsAnalysisId;
  networkInsightsPathId: NetworkInsightsPathId;
  startDate: string;
  /** Whose resources are shown too. */
  additionalAccounts: AccountId[];
  /** What the way must go by, and what it must not. */
  filterInArns: string[];
  filterOutArns: string[];
  finding: ReachabilityFinding;
}

/** Components and explanations as AWS shows them. */
export type ReachabilityFinding =
  | { status: 'failed'; message: string }
  | {
      status: 'succeeded';
      pathFound: boolean;
      forwardPathComponents: object[];
      /** Empty for udp, which needs no answer. */
      returnPathComponents: object[];
      explanations: object[];
      /** Accounts that the way leads into and whose resources were not shown. */
      suggestedAccounts: AccountId[];
    };

export interface ReachabilityQuestion {
  path: Omit<NetworkInsightsPath, keyof Owned> & Pick<Owned, 'accountId' | 'region'>;
  additionalAccounts: AccountId[];
  filterInArns: string[];
  filterOutArns: string[];
}

/** What a path may begin or end at, by the prefixes of ids. */
export const pathEndKinds = {
  i: { source: true, destination: true },
  eni: { source: true, destination: true },
  igw: { source: true, destination: true },
  pcx: { source: true, destination: true },
  vgw: { source: true, destination: true },
  /** As a source, of a VPC. */
  'tgw-attach': { source: true, destination: true },
  tgw: { source: false, destination: true },
  vpce: { source: false, destination: true },
  'vpce-svc': { source: false, destination: true },
} as const;

export type PathEndKind = keyof typeof pathEndKinds;

export function pathEndKindOf(resourceId: string): PathEndKind | undefined {
  const prefix = resourceId.slice(0, Math.max(0, resourceId.lastIndexOf('-')));
  return Object.hasOwn(pathEndKinds, prefix) ? (prefix as PathEndKind) : undefined;
}
