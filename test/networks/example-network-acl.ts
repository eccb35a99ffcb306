// Network ACLs of example clouds as plain records, entries in short.

import type { Cloud } from '../../src/cloud/cloud.ts';
import type { SubnetId } from '../../src/cloud/id.ts';
import type { NetworkAclEntry } from '../../src/cloud/network-acl.ts';
import { exampleId, nextNumber } from './example-cloud.ts';

type Ports = { from: number; to: number };

interface EntryFields {
  action?: 'allow' | 'deny';
  protocol?: 'all' | 'icmp' | 'tcp' | 'udp';
  cidrBlock?: string;
  /** tcp and udp; every one if absent. */
  ports?: number | Ports;
  icmp?: { type: number; code: number };
}

const protocols = { all: '-1', icmp: '1', tcp: '6', udp: '17' };

/** `entry(100, 'in', { protocol: 'tcp', ports: 80 })` */
export function entry(ruleNumber: number, way: 'in' | 'out', fields: EntryFields = {}): NetworkAclEntry {
  const { action = 'allow', protocol = 'all', cidrBlock = '0.0.0.0/0', ports, icmp } = fields;
  const range = typeof ports === 'number' ? { from: ports, to: ports } : (ports ?? { from: 0, to: 65535 });
  return {
    ...{ ruleNumber, isEgress: way === 'out', action, protocol: protocols[protocol], cidrBlock },
    ...(protocol === 'tcp' || protocol === 'udp' ? { portRange: range } : {}),
    ...(protocol === 'icmp' ? { icmpTypeCode: icmp ?? { type: -1, code: -1 } } : {}),
  };
}

export const everythingIn = entry(100, 'in');
export const everythingOut = entry(100, 'out');
/** What answers come to. */
export const ephemeral = { from: 1024, to: 65535 };

/** A network ACL with these entries, for these subnets. */
export function putNetworkAcl(cloud: Cloud, subnetIds: SubnetId[], entries: NetworkAclEntry[]) {
  const { accountId, region, vpcId } = cloud.subnets.find(subnetIds[0]!)!;
  const number = nextNumber();
  return cloud.networkAcls.put({
    ...{ accountId, region, networkAclId: exampleId('acl', number), vpcId, isDefault: false, entries },
    associations: subnetIds.map((subnetId, i) => ({
      networkAclAssociationId: exampleId('aclassoc', number * 100 + i),
      subnetId,
    })),
  });
}

export function setEntries(cloud: Cloud, networkAclId: string, entries: NetworkAclEntry[]): void {
  cloud.networkAcls.put({ ...cloud.networkAcls.find(networkAclId)!, entries });
}
