// The names EC2 gives to public addresses: `ec2-3-128-0-10.compute-1.amazonaws.com`, outside us-east-1 `ec2-3-138-0-10.eu-west-1.compute.amazonaws.com`.

import type { Ipv4 } from '../lib/cidr.ts';
import type { Region } from './id.ts';

export function publicDomain(region: Region): string {
  return `${region === 'us-east-1' ? 'compute-1' : `${region}.compute`}.amazonaws.com`;
}

export function publicDnsName(address: Ipv4, region: Region): string {
  return `ec2-${address.replaceAll('.', '-')}.${publicDomain(region)}`;
}
