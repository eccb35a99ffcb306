// A network ACL: numbered entries that judge every packet at the border of the subnets it is associated with, in each
// direction by itself. Every subnet has exactly one; a VPC's default one is there from the beginning.

import type { Cidr } from '../lib/cidr.ts';
import type { NetworkAclId, SubnetId, VpcId } from './id.ts';
import type { Owned } from './vpc.ts';

export interface NetworkAclEntry {
  /** 1 to 32766: the lowest that matches decides. */
  ruleNumber: number;
  isEgress: boolean;
  action: 'allow' | 'deny';
  /** `-1` for all, or a protocol's number. */
  protocol: string;
  /** The other side's addresses: exactly one of the two. IPv6 is accepted and matches nothing while VPCs are IPv4 only. */
  cidrBlock?: Cidr;
  ipv6CidrBlock?: string;
  /** TCP and UDP only, and always there with them. */
  portRange?: { from: number; to: number };
  /** ICMP only, and always there with it; -1 is "any". */
  icmpTypeCode?: { type: number; code: number };
}

/** AWS: what no entry takes is denied, under this number; it is shown as an entry and cannot be changed. */
export const lastRuleNumber = 32767;

export interface NetworkAcl extends Owned {
  networkAclId: NetworkAclId;
  vpcId: VpcId;
  isDefault: boolean;
  entries: NetworkAclEntry[];
  associations: { networkAclAssociationId: string; subnetId: SubnetId }[];
}
