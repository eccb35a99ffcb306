// A packet that has come to the VPC its address is in: to the interface that has it, and through its groups.

import type { Ipv4 } from '../lib/cidr.ts';
import { metadataAddress } from './compile.ts';
import { cross } from './explain-border.ts';
import { enterEndpoint, enterLoadBalancer } from './explain-load-balancer.ts';
import { comeBack } from './explain-return.ts';
import { enterServiceInterface } from './explain-service.ts';
import { headerOf, type Packet, passGate, placeFacts, type Walk } from './explain-walk.ts';
import type { Flow } from './gate.ts';
import { dnsListeners, isServed } from './listener.ts';
import type { Network, NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { codeOfNothing, describeNothing, findInterfaceAt, type Place } from './place.ts';

/** What is for the VPC's own router gets no further: an interface of the VPC may ask its resolver and its metadata service, and that is all. */
export function refuseAtRouter(
  walk: Walk,
  { vpcId, routerAddresses, resolver }: VpcNetwork,
  to: Ipv4,
  flow: Flow,
): void {
  if (![...routerAddresses, ...resolver.addresses, metadataAddress].includes(to)) return;
  if (isServed(dnsListeners, flow) && resolver.addresses.includes(to) && !resolver.enabled)
    walk.stop(vpcId, 'DNS_SUPPORT_DISABLED', `enableDnsSupport is off: the resolver at ${to} answers nobody`);
  walk.stop(vpcId, 'NOTHING_LISTENS', `${to} is the router of ${vpcId}, and nothing listens there for this`);
}

export function arriveIn(walk: Walk, network: Network, vpc: VpcNetwork, packet: Packet): void {
  const { from, to, flow } = packet;
  refuseAtRouter(walk, vpc, to, flow);
  const node = findInterfaceAt(vpc, to);
  if (!node)
    walk.stop(vpc.vpcId, 'NO_POSSIBLE_DESTINATION', `no network interface has ${to}`, {
      ...{ vpcId: vpc.vpcId, inbound: headerOf(packet) },
    });
  walk.arrivedAtInterfaceId = node.networkInterfaceId;
  const place: Place = { vpc, node };
  if (node.behind.kind === 'nothing')
    walk.stop(
      node.networkInterfaceId,
      codeOfNothing(node.behind),
      `${to} belongs to an interface that ${describeNothing(node.behind)}`,
      placeFacts(vpc, node),
    );
  cross(walk, vpc, node, packet);
  switch (node.behind.kind) {
    case 'nat-gateway':
      walk.stop(
        node.behind.natGatewayId,
        'NGW_REJECTS_NEW_FLOWS',
        `${to} is a NAT gateway, which lets answers in and nobody else`,
        placeFacts(vpc, node),
      );
      break;
    case 'outbound-resolver':
      walk.stop(
        node.behind.resolverEndpointId,
        'RESOLVER_ENDPOINT_REJECTS_NEW_FLOWS',
        `${to} is an outbound resolver endpoint, which asks others and answers nobody`,
        placeFacts(vpc, node),
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
      arriveAtInstance(walk, network, vpc, node, packet);
  }
}

/** @param node the interface that has the address, by which answers leave; the packet may have come by another of the instance */
export function arriveAtInstance(
  walk: Walk,
  network: Network,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  packet: Packet,
): void {
  const { from, to, flow } = packet;
  const { networkInterfaceId, behind } = node;
  walk.arrivedAtInterfaceId = networkInterfaceId;
  const at = behind.kind === 'instance' ? behind.instanceId : networkInterfaceId;
  const about = { ...placeFacts(vpc, node), inbound: headerOf(packet) };
  walk.reach(at, from, `arrives at ${to}${flow.port === undefined ? '' : `:${flow.port}`}`, about);
  comeBack(walk, network, vpc, node, packet);
}
