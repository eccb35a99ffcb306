// What an upstream is told of a request beside the request: who signed it and by which way it came, as headers. Nobody can claim
// them: whatever a client sends by such a name is taken out.

import type { Arrival } from '../../aws/arrival.ts';
import type { Principal } from '../../policy/principal.ts';

/** Between two neighbours of a connection, not from end to end. */
const ofTheConnection = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

const ours = /^x-isthmus-/;

/** By these a request was judged, or its body is framed: no `Connection` takes them away. */
const judged = /^(authorization|content-.*|host|x-amz-.*|x-amzn-.*)$/;

/** Of these the first was read, so that a second is not passed on: who takes which of the two nobody knows. */
const single = new Set(['authorization', 'content-type']);

/** Names and values in turn, as they came and in their order. A request's Host is the sender's to say. */
export function headersToPass(rawHeaders: readonly string[], of: 'request' | 'answer'): string[] {
  const left = new Set(namesIn(rawHeaders, 'connection').filter((name) => !judged.test(name)));
  const seen = new Set<string>();
  const passed: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    if (ofTheConnection.has(name) || left.has(name)) continue;
    if (of === 'request' && (name === 'host' || ours.test(name))) continue;
    if (of === 'request' && single.has(name) && seen.has(name)) continue;
    seen.add(name);
    passed.push(rawHeaders[index]!, rawHeaders[index + 1]!);
  }
  return passed;
}

function namesIn(rawHeaders: readonly string[], header: string): string[] {
  return rawHeaders
    .filter((_value, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === header)
    .flatMap((value) => value.split(','))
    .map((name) => name.trim().toLowerCase());
}

export interface KnownCall {
  arrival: Arrival;
  principal: Principal;
  region: string;
}

/** Names and values in turn. What does not hold of a request is absent. */
export function identityHeaders({ arrival, principal, region }: KnownCall): string[] {
  const { sourceAddress, endpoint } = arrival;
  const isKnown = principal.kind !== 'anonymous';
  const headers: Record<string, string | undefined> = {
    'x-isthmus-account-id': isKnown ? principal.accountId : undefined,
    'x-isthmus-principal-arn': isKnown ? principal.arn : undefined,
    'x-isthmus-region': region,
    'x-isthmus-source-ip': sourceAddress,
    'x-isthmus-source-vpc': endpoint?.vpcId,
    'x-isthmus-source-vpce': endpoint?.vpcEndpointId,
  };
  return Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
}
