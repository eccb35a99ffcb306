// The way of one packet as a list of hops, and the step that every part of the way has in common: asking a security group.

import type { VpcEndpointId, VpcId } from '../cloud/id.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import { askGate, type Flow, groupsOf, nameFlow } from './gate.ts';
import type { Header, Hop, HopFacts } from './hop.ts';
import type { HubStep } from './hub.ts';
import type { HubRoute, NetworkInterfaceNode, VpcNetwork } from './network.ts';
import type { PacketStopCode } from './stop-code.ts';

/** The front end of an AWS service that a packet has come to, and what the service knows of where it came from. */
export interface ServiceArrival {
  /** `s3` */
  service: string;
  region: string;
  /** By an endpoint the private address, by the internet the public one. */
  sourceAddress: Ipv4;
  /** Set when it came by an endpoint. */
  endpoint?: { vpcEndpointId: VpcEndpointId; vpcId: VpcId; endpointType: 'gateway' | 'interface' };
}

export interface Explanation {
  arrives: boolean;
  hops: Hop[];
  /** Where the packets go: what the name or the id stands for. Absent: it stands for nothing. */
  address?: Ipv4;
  /** Who may answer, each with the source that it sees: an instance, a host, or every target a load balancer may choose. */
  reached: { at: string; sourceAddress: Ipv4 }[];
  /** Set when it arrived at an AWS service. */
  arrivesAt?: ServiceArrival;
}

/** Thrown at the hop where the packet stops, so that each step reads as the way a packet takes. */
export class Stopped extends Error {
  readonly at: string;
  readonly code: PacketStopCode;
  readonly text: string;

  constructor(at: string, code: PacketStopCode, text: string) {
    super(text);
    this.at = at;
    this.code = code;
    this.text = text;
  }
}

export class Walk {
  /** All of them, with those that nobody needs to hear of. */
  readonly steps: Hop[] = [];
  readonly #unsaid = new Set<Hop>();
  readonly reached: Explanation['reached'] = [];
  address: Ipv4 | undefined;
  arrivesAt: ServiceArrival | undefined;
  /** The last interface whose address the packet had: equal addresses in two VPCs are not the same place. */
  arrivedAtInterfaceId: string | undefined;

  /** How far it has to get, where that is not to whoever has the address. */
  goal: string | undefined;
  isAtGoal = false;
  /** How many steps of the way back it is within. */
  #answers = 0;

  pass(at: string, text: string, about?: HopFacts): void {
    this.steps.push({ at, verdict: 'pass', text, ...this.#facts(about) });
  }

  /** It could not have been stopped here. */
  passUnsaid(at: string, text: string, about: HopFacts): void {
    this.pass(at, text, about);
    this.#unsaid.add(this.steps.at(-1)!);
  }

  get hops(): Hop[] {
    return this.steps.filter((step) => !this.#unsaid.has(step));
  }

  /** It has come to somebody who may answer. */
  reach(at: string, sourceAddress: Ipv4, text: string, about?: HopFacts): void {
    this.reached.push({ at, sourceAddress });
    this.pass(at, text, about);
  }

  /** Whether it need not go beyond what it has come to. */
  endsAt(...ids: string[]): boolean {
    if (this.goal === undefined || !ids.includes(this.goal)) return false;
    this.isAtGoal = true;
    return true;
  }

  stop(at: string, code: PacketStopCode, text: string, about?: HopFacts): never {
    this.steps.push({ at, verdict: 'stop', code, text, ...this.#facts(about) });
    throw new Stopped(at, code, text);
  }

  /** What is done within is done by answers. */
  answer<T>(steps: () => T): T {
    this.#answers++;
    try {
      return steps();
    } finally {
      this.#answers--;
    }
  }

  #facts(about: HopFacts | undefined): Pick<Hop, 'isAnswer' | 'about'> {
    return { ...(this.#answers > 0 ? { isAnswer: true } : {}), ...(about ? { about } : {}) };
  }
}

/** A packet somewhere on its way. */
export interface Packet {
  /** Changes where it is translated. */
  from: Ipv4;
  to: Ipv4;
  flow: Flow;
  /** Where its answers have to get back to: whose address `from` is. */
  origin: Origin;
  /** The interface of the VPC it is in that has the address `from`. Absent: it is an address of somewhere else. */
  sender?: NetworkInterfaceNode;
  /** The interface by which it last went on: the sender's, a forwarding one, the entrance. Absent: it has come from beyond the VPC. */
  leftBy?: Pick<NetworkInterfaceNode, 'subnetId'>;
}

/** The packet as it is beyond the VPC it leaves. */
export function beyond({ sender: _s, leftBy: _l, ...packet }: Packet): Packet {
  return packet;
}

/** For a hop: which interface, where, of whom. */
export function placeFacts(
  { vpcId }: VpcNetwork,
  { networkInterfaceId, subnetId, behind }: NetworkInterfaceNode,
): HopFacts {
  const instanceId =
    behind.kind === 'instance'
      ? behind.instanceId
      : behind.kind === 'nothing'
        ? behind.stopped?.instanceId
        : undefined;
  return {
    ...{ vpcId, networkInterfaceId, subnetId, ...(instanceId ? { instanceId } : {}) },
    ...(behind.kind === 'nothing' && behind.stopped ? { state: 'stopped' } : {}),
  };
}

/** For a hop. */
export function headerOf({ from, to, flow }: Pick<Packet, 'from' | 'to' | 'flow'>): Header {
  return { from, to, ...flow };
}

/** A VPC, the internet, a host at a port of a site's router, or that router itself; `isGate`: whoever is beyond that hub. */
export type Origin = VpcNetwork | 'internet' | { hubId: string; attachmentId?: string; isGate?: true };

export function passGate(
  walk: Walk,
  vpc: VpcNetwork,
  {
    networkInterfaceId,
    groupIds,
    subnetId,
  }: Pick<NetworkInterfaceNode, 'networkInterfaceId' | 'groupIds' | 'subnetId'>,
  direction: 'ingress' | 'egress',
  peer: Ipv4,
  flow: Flow,
): void {
  const verdict = askGate(groupsOf(vpc, groupIds), direction, peer, flow);
  const where = `${networkInterfaceId} ${direction === 'ingress' ? 'in' : 'out'}`;
  const { rule } = verdict;
  const place = { vpcId: vpc.vpcId, networkInterfaceId, subnetId };
  const about = { ...place, direction, groupIds, ...(rule ? { rule } : {}) };
  if (!verdict.allow) walk.stop(verdict.by, 'ENI_SG_RULES_MISMATCH', `${where}: ${verdict.because}`, about);
  walk.pass(verdict.by, `${where}: ${nameFlow(flow)} allowed by ${verdict.because}`, about);
}

/** For a hop. */
export function hubFacts({
  hubId,
  cameBy,
  route,
}: Omit<HubStep, 'at' | 'text' | 'route'> & { route?: HubRoute }) {
  return { hubId, cameBy, ...(route ? { route } : {}) };
}
