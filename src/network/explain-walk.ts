// The way of one packet as a list of hops, and the steps that every part of the way has in common:
// asking a security group, and finding the way back.

import type { VpcEndpointId, VpcId } from '../cloud/id.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import { askGate, type Flow, groupsOf, nameFlow } from './gate.ts';
import type { NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { chooseRoute } from './route-choice.ts';

export interface Hop {
  /** The id of what decides here: a group, a route table, an endpoint. */
  at: string;
  verdict: 'pass' | 'stop';
  text: string;
}

/** The front end of an AWS service that a packet has come to, and what the service knows of where it came from. */
export interface ServiceArrival {
  /** `s3` */
  service: string;
  region: string;
  /** By a gateway endpoint the private address, by the internet the public one. */
  sourceAddress: Ipv4;
  /** Set when it came by a gateway endpoint. */
  vpcEndpointId?: VpcEndpointId;
  vpcId?: VpcId;
}

export interface Explanation {
  arrives: boolean;
  hops: Hop[];
  /** Set when it arrived at an AWS service. */
  arrivesAt?: ServiceArrival;
}

/** Thrown at the hop where the packet stops, so that each step reads as the way a packet takes. */
export class Stopped extends Error {}

export class Walk {
  readonly hops: Hop[] = [];
  arrivesAt: ServiceArrival | undefined;
  /** The last interface whose address the packet had: equal addresses in two VPCs are not the same place. */
  arrivedAtInterfaceId: string | undefined;

  pass(at: string, text: string): void {
    this.hops.push({ at, verdict: 'pass', text });
  }

  stop(at: string, text: string): never {
    this.hops.push({ at, verdict: 'stop', text });
    throw new Stopped();
  }
}

/** A packet somewhere on its way. */
export interface Packet {
  /** Changes where it is translated. */
  from: Ipv4;
  to: Ipv4;
  flow: Flow;
  /** Where its answers have to get back to: the VPC that `from` is an address of, or the internet. */
  origin: VpcNetwork | 'internet';
}

export function passGate(
  walk: Walk,
  vpc: VpcNetwork,
  { networkInterfaceId, groupIds }: Pick<NetworkInterfaceNode, 'networkInterfaceId' | 'groupIds'>,
  direction: 'ingress' | 'egress',
  peer: Ipv4,
  flow: Flow,
): void {
  const verdict = askGate(groupsOf(vpc, groupIds), direction, peer, flow);
  const where = `${networkInterfaceId} ${direction === 'ingress' ? 'in' : 'out'}`;
  if (!verdict.allow) walk.stop(verdict.by, `${where}: ${verdict.because}`);
  walk.pass(verdict.by, `${where}: ${nameFlow(flow)} allowed by ${verdict.because}`);
}

/** Answers need a route of their own: peerings have two route tables, and the internet is left by the gateway one came in by. */
export function comeBack(
  walk: Walk,
  vpc: VpcNetwork,
  { routeTableId }: NetworkInterfaceNode,
  { from, origin }: Packet,
): void {
  if (origin !== 'internet' && origin.vpcId === vpc.vpcId) return;
  const back = chooseRoute(vpc, routeTableId, from)?.chosen;
  const target = back?.target;
  const leadsBack =
    origin === 'internet'
      ? target?.kind === 'internet-gateway'
      : target?.kind === 'vpc-peering-connection' && target.peerVpcId === origin.vpcId;
  const where = origin === 'internet' ? 'over the internet gateway' : `to ${origin.vpcId}`;
  if (!back || !leadsBack) walk.stop(routeTableId, `answers to ${from} have no route back ${where}`);
  walk.pass(routeTableId, `answers return by route ${back.destination}`);
}
