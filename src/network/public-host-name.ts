// Names that follow from the rule they are made by, so that no table holds them: those of EC2's public addresses, both ways.
// AWS: every address that EC2 may give out has its name, whether somebody has it or not.

import type { Region } from '../cloud/id.ts';
import { publicDnsName } from '../cloud/public-name.ts';
import { publicAddressPool } from '../cloud/public-range.ts';
import { regionNames } from '../cloud/region.ts';
import { type Ipv4, parseAddress } from '../lib/cidr.ts';

const publicName =
  /^ec2-(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})\.(?:compute-1|([a-z0-9-]+)\.compute)\.amazonaws\.com$/;

/** `ec2-3-128-0-10.compute-1.amazonaws.com` is 3.128.0.10. @param name in lower case */
export function findPublicHost(name: string): Ipv4 | undefined {
  if (!name.startsWith('ec2-')) return undefined;
  const match = publicName.exec(name);
  if (!match) return undefined;
  const address = match.slice(1, 5).join('.');
  // What is written otherwise than EC2 writes it, or is not that region's, is no name of an address.
  return findPublicHostName(address) === name ? address : undefined;
}

/** Undefined for what EC2 gives to nobody. */
export function findPublicHostName(address: Ipv4): string | undefined {
  const region = findRegion(address);
  return region && publicDnsName(address, region);
}

/** By the first two numbers: each region's pool is a /16. */
const regionOfPool = new Map(regionNames.map((region) => [firstTwo(publicAddressPool(region)), region]));

function findRegion(address: Ipv4): Region | undefined {
  const region = regionOfPool.get(firstTwo(address));
  return region !== undefined && parseAddress(address) !== undefined ? region : undefined;
}

/** `3.128` of 3.128.0.10 */
function firstTwo(address: string): string {
  return address.slice(0, address.indexOf('.', address.indexOf('.') + 1));
}
