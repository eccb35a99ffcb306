// Whom the DNS of a site asks for a name: the longest domain that the name is at or below.

import type { Ipv4 } from '../lib/cidr.ts';
import type { SiteServices } from './network.ts';

/** @param name in lower case, no trailing dot */
export function findForward(
  { forwards }: Pick<SiteServices, 'forwards'>,
  name: string,
): { domain: string; addresses: Ipv4[] } | undefined {
  return forwards
    .filter(({ domain }) => name === domain || name.endsWith(`.${domain}`))
    .sort((a, b) => b.domain.length - a.domain.length)[0];
}
