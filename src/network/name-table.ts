// Names of the compiled network: what resolvers answer from.

import type { Ipv4 } from '../lib/cidr.ts';

export type NameTable = Map<string, NameRecord>;

export type NameRecord =
  /** Several addresses rotate. */
  { type: 'A'; addresses: Ipv4[]; ttlSeconds: number };

/** A zone that answers for its name and all below it: what it does not hold does not exist, whatever is public. */
export interface PrivateZone {
  /** Lower case, no trailing dot: `ec2.us-east-1.amazonaws.com`. */
  zoneName: string;
  /** The hosted zone's or the endpoint's id: who answers, for explain. */
  by: string;
  /** True: only for questions that came by an inbound resolver endpoint. */
  isForInboundOnly: boolean;
  /** By name in lower case, wildcards as `*.…`. */
  recordSets: Map<string, (RecordSet | AliasRecord)[]>;
}

export type RecordSet =
  | { type: 'A'; ttlSeconds: number; addresses: Ipv4[] }
  /** `values` as zone files write them: `mail.example.com` for CNAME, `"v=spf1 -all"` for TXT, `10 mail.example.com` for MX. */
  | {
      type: 'AAAA' | 'CNAME' | 'TXT' | 'MX' | 'SRV' | 'PTR' | 'NS' | 'SOA' | 'CAA' | 'SPF';
      ttlSeconds: number;
      values: string[];
    };

/** Answered with what it leads to, under its own name. */
export interface AliasRecord {
  type: 'alias';
  recordType: RecordSet['type'];
  /** In lower case, no trailing dot. */
  target: string;
  /** In the same zone, or among the public names: an endpoint's, a load balancer's. */
  isInZone: boolean;
}
