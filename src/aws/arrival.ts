// How a request came in: over which door, from where. It is what the caller cannot claim but the network knows;
// `aws:SourceVpce`, `aws:SourceVpc`, `aws:VpcSourceIp` and `aws:SourceIp` are made of it.

import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Arrival {
  /** What the service sees: the private address by an endpoint, else the address that NAT or an internet gateway left, else loopback. */
  sourceAddress: string;
  isSecure: boolean;
  /** Set when it came through a VPC endpoint. */
  endpoint?: {
    vpcEndpointId: `vpce-${string}`;
    vpcId: `vpc-${string}`;
    endpointType: 'gateway' | 'interface';
  };
  /** The front end that was reached. Absent on the API endpoint of the machine itself, which is all of them. */
  frontEnd?: { service: string; region: string };
}

/** A request of any service, with a body of any length. Answers by itself, also when it fails. */
export type ServiceHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  arrival: Arrival,
) => void | Promise<void>;
