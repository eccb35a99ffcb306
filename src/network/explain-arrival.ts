// A packet that has come to the VPC its address is in: to the interface that has it, and through its groups.

import { cross } from './explain-border.ts';
import { enterEndpoint, enterLoadBalancer } from './explain-load-balancer.ts';
import { enterServiceInterface } from './explain-service.ts';
import { comeBack, type Packet, passGate, type Walk } from './explain-walk.ts';
import type { Network, NetworkInterfaceNode, VpcNetwork } from './network.ts';
import type { Place } from './place.ts';

export function arriveIn(walk: Walk, network: Network, vpc: VpcNetwork, packet: Packet): void {
  const { from, to, flow } = packet;
  const node = vpc.interfaces.find(({ privateIpAddress }) => privateIpAddress === to);
  if (!node) walk.stop(vpc.vpcId, `no network interface has ${to}`);
  walk.arrivedAtInterfaceId = node.networkInterfaceId;
  const place: Place = { vpc, node };
  if (node.behind.kind === 'nothing')
    walk.stop(node.networkInterfaceId, `${to} belongs to an interface that ${describeNothing(node.behind)}`);
  cross(walk, vpc, node, packet);
  switch (node.behind.kind) {
    case 'nat-gateway':
      walk.stop(node.behind.natGatewayId, `${to} is a NAT gateway, which lets answers in and nobody else`);
      break;
    case 'outbound-resolver':
      walk.stop(
        node.behind.resolverEndpointId,
        `${to} is an outbound resolver endpoint, which asks and answers nobody`,
      );
      break;
    case 'vpc-endpoint':
      enterEndpoint(walk, network, place, packet);
      break;
    case 'service':
      enterServiceInterface(walk, network, place, packet);
      break;
    case 'network-load-balancer':
      enterLoadBalancer(walk, network, vpc, node, packet);
      break;
    case 'instance':
      passGate(walk, vpc, node, 'ingress', from, flow);
      walk.reach(
        node.behind.instanceId,
        from,
        `arrives at ${to}${flow.port === undefined ? '' : `:${flow.port}`}`,
      );
      comeBack(walk, network, vpc, node, packet);
  }
}

function describeNothing({ stopped }: Extract<NetworkInterfaceNode['behind'], { kind: 'nothing' }>): string {
  return stopped ? `is attached to ${stopped.instanceId}, which is stopped` : 'is attached to nothing';
}
