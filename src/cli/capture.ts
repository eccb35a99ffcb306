// `isthmus capture ENI-or-ENDPOINT [-w FILE] [FILTER]`: tcpdump on the wire of an interface, in its VPC's namespace.

import { type CloudChoice, getEndpoint, getJson } from './cloud-client.ts';
import { refuseForeignCloud } from './cloud-owner.ts';
import { runInTerminal } from './program.ts';

interface CapturePlace {
  namespacePath: string;
  interfaceName: string;
  /** Narrows the wire to what was asked for, such as one endpoint's address; empty when the wire carries nothing else. */
  filter: string;
}

export async function capture(
  options: CloudChoice & { write?: string },
  id: string,
  filter: string[],
): Promise<number> {
  const endpoint = getEndpoint(options);
  await refuseForeignCloud(endpoint, options);
  const place = await getJson<CapturePlace>(endpoint, `capture/${encodeURIComponent(id)}`);
  const filters = [place.filter, filter.join(' ')].filter(Boolean).map((part) => `(${part})`);
  const args = [`--net=${place.namespacePath}`, 'tcpdump', '-n', '-i', place.interfaceName];
  // tcpdump of Debian gives its rights up before it opens the file, which the person's folder may not allow.
  if (options.write) args.push('-w', options.write, '-Z', 'root');
  else args.push('-l');
  return await runInTerminal('nsenter', [...args, filters.join(' and ')].filter(Boolean));
}
