// The names EC2 gives to private addresses: `ip-10-0-1-5.ec2.internal`, outside us-east-1 `ip-10-0-1-5.eu-west-1.compute.internal`.

import type { Ipv4 } from '../lib/cidr.ts';
import type { Region } from './id.ts';

export function privateHostName(address: Ipv4): string {
  return `ip-${address.replaceAll('.', '-')}`;
}

export function privateDomain(region: Region): string {
  return region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
}

export function privateDnsName(address: Ipv4, region: Region): string {
  return `${privateHostName(address)}.${privateDomain(region)}`;
}
