// DNS names of load balancers. Internal ones too are public names of private addresses.

import { arnOf } from '../lib/arn.ts';
import type { AccountId, Region } from './id.ts';

/** @param tail the sixteen hexadecimal digits of its ARN */
export function loadBalancerDnsName(name: string, tail: string, region: Region): string {
  return `${name}-${tail}.elb.${region}.amazonaws.com`;
}

export function loadBalancerArn(region: Region, accountId: AccountId, name: string, tail: string): string {
  return arnOf('elasticloadbalancing', region, accountId, `loadbalancer/net/${name}/${tail}`);
}

/** `net/web/0123456789abcdef`: how interfaces and metrics call it. */
export function loadBalancerPath(arn: string): string {
  return arn.slice(arn.indexOf('loadbalancer/') + 'loadbalancer/'.length);
}

/** The hosted zone of network load balancers' names, where it is known to us. */
export function loadBalancerHostedZoneId(region: Region): string | undefined {
  return hostedZoneIds[region];
}

const hostedZoneIds: Record<Region, string> = {
  'us-east-1': 'Z26RNL4JYFTOTI',
  'us-east-2': 'ZLMOA37VPKANP',
  'us-west-1': 'Z24FKFUX50B4VW',
  'us-west-2': 'Z18D5FSROUN65G',
  'eu-west-1': 'Z2IFOLAFXWLO4F',
  'eu-central-1': 'Z3F0SRJ5LGBH90',
};
