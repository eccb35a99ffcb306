// A range as `ip route` lists it.

import type { Cidr } from '../lib/cidr.ts';

export function kernelDestination(destination: Cidr): string {
  return destination === '0.0.0.0/0' ? 'default' : destination.replace(/\/32$/, '');
}
