// Whether a request would pass the gate before a server of the user's own: what explain says of services that Isthmus has not.

import type { Arrival } from './aws/arrival.ts';
import type { AwsService } from './cloud/aws-service.ts';
import type { Upstream } from './cloud/upstream.ts';
import type { ServiceArrival } from './network/explain-walk.ts';
import type { Hop } from './network/hop.ts';
import type { StopCode } from './network/stop-code.ts';
import type { Principal } from './policy/principal.ts';
import type { AccessQuestion } from './services/authorization.ts';
import { askForUpstream } from './services/upstream/gate.ts';

export interface UpstreamQuestion {
  service: AwsService;
  /** Absent: no server stands for it. */
  upstream: Upstream | undefined;
  action: string;
  resource: string;
  arrivesAt: ServiceArrival;
  isSecure: boolean;
  now: Date;
}

/** What keeps every caller out, whatever policies say. */
export function findUpstreamStop(
  { service, upstream }: UpstreamQuestion,
  principal: Principal,
): Hop | undefined {
  const stop = (code: StopCode, text: string): Hop => ({ at: service.name, verdict: 'stop', code, text });
  if (!upstream)
    return stop(
      'SERVICE_NOT_BUILT',
      `Isthmus does not have it, and no server of yours stands for it: 501 NotImplemented (isthmus up --service ${service.name}=URL)`,
    );
  if (principal.kind === 'anonymous' && service.signIn !== 'own')
    return stop(
      'SIGNATURE_REQUIRED',
      'who does not sign is refused: Request is missing Authentication Token',
    );
  return undefined;
}

export function askAboutUpstream(
  { service, action, resource, arrivesAt, isSecure, now }: UpstreamQuestion,
  principal: Principal,
): AccessQuestion {
  const { region, sourceAddress, endpoint } = arrivesAt;
  const arrival: Arrival = { sourceAddress, isSecure, ...(endpoint ? { endpoint } : {}) };
  const call = { service, principal, arrival, now, region };
  return askForUpstream(call, { name: action, isPattern: false }, { arn: resource, isPattern: false });
}

export function describeUpstream({ upstream, service }: UpstreamQuestion): Hop {
  return { at: service.name, verdict: 'pass', text: `goes on to ${upstream!.origin}, which answers` };
}
