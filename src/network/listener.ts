// What of ours listens somewhere in the network. The kernel's rules let nothing else through to it, explain says so, and the
// sockets are opened there: all of them by these lists.

import { type Flow, nameFlow } from './gate.ts';
import type { PacketStopCode } from './stop-code.ts';

export interface Listener {
  protocol: 'tcp' | 'udp';
  port: number;
}

export const dnsPort = 53;
/** Of a VPC's resolver, of inbound resolver endpoints, of the router of a site. */
export const dnsListeners: readonly Listener[] = [
  { protocol: 'udp', port: dnsPort },
  { protocol: 'tcp', port: dnsPort },
];

export const metadataPort = 80;
export const metadataListeners: readonly Listener[] = [{ protocol: 'tcp', port: metadataPort }];

const https: Listener = { protocol: 'tcp', port: 443 };
const http: Listener = { protocol: 'tcp', port: 80 };

/** AWS: HTTP too, where a service is reached by its public addresses; by an interface endpoint S3 alone has it. */
export const publicFrontEndListeners: readonly Listener[] = [https, http];
export const interfaceEndpointListeners = (service: string): readonly Listener[] =>
  service === 's3' ? [https, http] : [https];

export function isServed(listeners: readonly Listener[], flow: Flow): boolean {
  return listeners.some(({ protocol, port }) => protocol === flow.protocol && port === flow.port);
}

/** Which kind of stop it is when it has no such listener. */
export function codeOfUnserved(listeners: readonly Listener[], protocol: string): PacketStopCode {
  const isSpoken = listeners.some((listener) => listener.protocol === protocol);
  return isSpoken ? 'SERVICE_PORT_RESTRICTION' : 'PROTOCOL_RESTRICTION';
}

/** `tcp 443 and tcp 80` */
export const nameListeners = (listeners: readonly Listener[]) => listeners.map(nameFlow).join(' and ');
