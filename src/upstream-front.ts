// Servers of the user's own that stand for AWS's services, in front of all fronts: what is meant for one of them goes there.
// What they need is loaded when the first of them is asked for.

import type { IncomingMessage } from 'node:http';
import type { Arrival, ServiceHandler } from './aws/arrival.ts';
import { findSigningName } from './aws/signature.ts';
import { findMeant } from './cloud/upstream.ts';
import type { UpstreamOptions, UpstreamState, Upstreams } from './services/upstream/upstream.ts';

export interface UpstreamFront {
  /** Undefined: no upstream stands for what is meant. */
  find(request: IncomingMessage, arrival: Arrival): ServiceHandler | undefined;
  states(): UpstreamState[];
  close(): void;
}

export function createUpstreamFront(options: UpstreamOptions): UpstreamFront {
  const { upstreams } = options;
  let loaded: Upstreams | undefined;
  const load = async () => {
    const { createUpstreams } = await import('./services/upstream/upstream.ts');
    loaded ??= createUpstreams(options);
    return loaded;
  };
  const handle: ServiceHandler = async (...call) => await (loaded ?? (await load())).handle(...call);
  return {
    find({ headers, url }, { frontEnd }) {
      if (upstreams.length === 0) return undefined;
      const signingName = findSigningName(headers, url!);
      return findMeant(upstreams, { frontEnd, signingName, host: headers.host }) && handle;
    },
    states: () => loaded?.states() ?? [...upstreams],
    close: () => loaded?.close(),
  };
}
