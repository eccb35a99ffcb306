// What routers count of the packets that go through endpoints and load balancers, by the places where they do. Metrics are made of it.

import type { Ipv4 } from './cidr.ts';

/**
 * Where a router counts: an address of an interface endpoint, in the consumer's VPC (of one to an endpoint service only what it
 * refuses); a connection to an endpoint service, by its flow mark, and a load balancer's node for clients that come to it
 * themselves, in the provider's.
 */
export type Place = `endpoint ${Ipv4}` | `connection ${number}` | `node ${Ipv4}`;

export type FlowProtocol = 'tcp' | 'udp' | 'other';

/** `sent` by clients, `received` by them. Bytes are those of whole IP packets. */
export type CountName =
  | `${'sent' | 'received'}${'Bytes' | 'Packets'}.${FlowProtocol}`
  /** New flows whose first packet got through. */
  | `opened.${FlowProtocol}`
  /** RST of TCP, by who said it; `node` is the load balancer, for flows that it has no longer. */
  | `${'client' | 'service' | 'node'}Resets`
  /** Packets that found the endpoint shut, no listener or no target. */
  | 'refusedPackets';

/** What is not here is zero. */
export type Counts = Partial<Record<CountName, number>>;

export interface PlaceTraffic {
  counts: Counts;
  /** Flows that are open now; of TCP those that begin or are established. */
  active: Record<'tcp' | 'udp', number>;
}
