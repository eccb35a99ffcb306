// The walk from and to what is no instance: a packet that comes in by a gateway, or that has only to get as far as one.
// The steps are those of explain; only where they begin and end is different.

import type { VpcId } from '../cloud/id.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import { checkArrivedThere, describeWalk, leave } from './explain.ts';
import { enterByHub, passHubs } from './explain-hub.ts';
import { enterByInternetGateway, passPeering } from './explain-route.ts';
import { type Explanation, Stopped, Walk } from './explain-walk.ts';
import type { Flow } from './gate.ts';
import type { Network } from './network.ts';
import { findPlace } from './place.ts';

export type PathStart =
  | { kind: 'interface'; networkInterfaceId: string }
  /** Of the others `from` is an address beyond them. */
  | { kind: 'internet-gateway'; vpcId: VpcId; from: Ipv4 }
  | {
      kind: 'peering';
      vpcPeeringConnectionId: `pcx-${string}`;
      fromVpcId: VpcId;
      intoVpcId: VpcId;
      from: Ipv4;
    }
  /** A VPC's attachment to a transit gateway: what comes to the gateway from there. */
  | { kind: 'attachment'; hubId: string; attachmentId: string; vpcId: VpcId; from: Ipv4 }
  | { kind: 'vpn-gateway'; vpnGatewayId: string; vpcId: VpcId; from: Ipv4 };

export interface PathQuestion {
  start: PathStart;
  to: Ipv4;
  flow: Flow;
  /** How far it has to get: a gateway, an attachment, a peering or an endpoint. Absent: to whoever has the address. */
  goal?: string;
  /** The interface that is meant, and not another with the same address. */
  networkInterfaceId?: string;
}

/** Its hops are all steps of the way, also those that explain leaves unsaid. */
export function explainPath(network: Network, question: PathQuestion): Explanation {
  const walk = new Walk();
  walk.address = question.to;
  walk.goal = question.goal;
  try {
    begin(walk, network, question);
    checkGoal(walk, network, question);
    return { ...describeWalk(walk, true), hops: walk.steps };
  } catch (error) {
    if (error instanceof Stopped) return { ...describeWalk(walk, false), hops: walk.steps };
    throw error;
  }
}

function begin(walk: Walk, network: Network, { start, to, flow }: PathQuestion): void {
  if (start.kind === 'interface') {
    leave(walk, network, findPlace(network, start.networkInterfaceId)!, to, flow);
    return;
  }
  const { from } = start;
  switch (start.kind) {
    case 'internet-gateway':
      enterByInternetGateway(walk, network, network.vpcs.get(start.vpcId)!, {
        ...{ from, to, flow, origin: 'internet' },
      });
      break;
    case 'peering': {
      const { vpcPeeringConnectionId, intoVpcId: peerVpcId } = start;
      const target = { kind: 'vpc-peering-connection', vpcPeeringConnectionId, peerVpcId } as const;
      const origin = network.vpcs.get(start.fromVpcId)!;
      passPeering(walk, network, target, { from, to, flow, origin });
      break;
    }
    case 'attachment':
      passHubs(walk, network, start, { from, to, flow, origin: network.vpcs.get(start.vpcId)! });
      break;
    case 'vpn-gateway': {
      const { vpnGatewayId: hubId, vpcId } = start;
      const packet = { from, to, flow, origin: { hubId, isGate: true as const } };
      enterByHub(walk, network, { vpcId, attachmentId: hubId }, packet);
      break;
    }
  }
}

function checkGoal(walk: Walk, network: Network, question: PathQuestion): void {
  const { goal, to, networkInterfaceId, start } = question;
  if (goal === undefined) {
    checkArrivedThere(walk, network, goal ?? networkInterfaceId ?? to, to, networkInterfaceId);
    return;
  }
  if (walk.isAtGoal || walk.arrivesAt?.endpoint?.vpcEndpointId === goal) return;
  const place = start.kind === 'interface' ? findPlace(network, start.networkInterfaceId) : undefined;
  const at = place?.node.routeTableId ?? goal;
  walk.stop(at, 'NO_ROUTE_TO_DESTINATION', `what is for ${to} does not go by ${goal}`, {
    ...(place ? { vpcId: place.vpc.vpcId } : {}),
  });
}
