// An open flow with names: who began it, whom it asked for, and whom it came to, in each place that tracks it. A flow by
// an endpoint is known in two VPCs: to the consumer's the endpoint answers it, in the provider's a target does.

import type { VpcId } from '../cloud/id.ts';
import { addressNumber, cidrContains, formatAddress, type Ipv4 } from '../lib/cidr.ts';
import type { Hub, Network, NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { findInterfaceAt, idsOf } from './place.ts';

/** What one end of a flow sees. */
export interface FlowSide {
  sourceAddress: Ipv4;
  /** tcp and udp only. */
  sourcePort?: number;
  destinationAddress: Ipv4;
  destinationPort?: number;
}

export interface OpenFlow {
  /** `tcp`, `udp`, `icmp` or a number. */
  protocol: string;
  /** tcp only: `ESTABLISHED`. */
  state?: string;
  isAnswered: boolean;
  /** Without another packet it is forgotten then. */
  expiresSeconds: number;
  /** As who began it wrote it. */
  asked: FlowSide;
  /** As who answers sees it. */
  seen: FlowSide;
  /** Of a flow that came by an endpoint to a service here: which one. */
  connectionMark?: number;
  /** It goes by a gateway endpoint. */
  isByGatewayEndpoint?: true;
  /** `sent` by who began it. Absent: nobody counts. */
  counts?: { sentPackets: number; sentBytes: number; receivedPackets: number; receivedBytes: number };
}

/** Who is at an address. */
export interface FlowEnd {
  /** An instance, an endpoint, a load balancer, a host of a site. Absent: nobody of the cloud. */
  id?: string;
  networkInterfaceId?: string;
  vpcId?: VpcId;
}

export interface NamedFlow extends OpenFlow {
  /** Where it is tracked: a VPC, a NAT gateway, a site. */
  placeId: string;
  client: FlowEnd;
  /** Whom the client asked for. */
  target: FlowEnd;
  /** Who answers: the same, or whom the target passed it to. */
  server: FlowEnd;
  /** Every id that has to do with it. */
  concerns: string[];
}

/** @param placeId the VPC itself, or a NAT gateway in it */
export function nameFlow(network: Network, vpc: VpcNetwork, placeId: string, flow: OpenFlow): NamedFlow {
  const { asked, seen, connectionMark, isByGatewayEndpoint } = flow;
  const connection = vpc.connections.find(({ flowMark }) => flowMark === connectionMark);
  const consumer = connection && network.vpcs.get(connection.consumerVpcId);
  const client = consumer
    ? endAt(consumer, fromFabric(consumer, asked.sourceAddress))
    : endAt(vpc, asked.sourceAddress);
  const target: FlowEnd = connection
    ? { id: connection.vpcEndpointId, ...(consumer ? { vpcId: consumer.vpcId } : {}) }
    : endAt(vpc, asked.destinationAddress, isByGatewayEndpoint);
  const server = endAt(vpc, seen.destinationAddress, isByGatewayEndpoint);
  return describe(flow, placeId, { client, target, server }, [
    vpc.vpcId,
    ...(connection ? [connection.loadBalancerArn] : []),
  ]);
}

export function nameHubFlow(hub: Hub, flow: OpenFlow): NamedFlow {
  const end = (address: Ipv4): FlowEnd => {
    const port = hub.ports.find(({ leadsTo }) => leadsTo.kind === 'host' && leadsTo.address === address);
    return port ? { id: port.attachmentId } : {};
  };
  const client = end(flow.asked.sourceAddress);
  const target = end(flow.asked.destinationAddress);
  return describe(flow, hub.hubId, { client, target, server: end(flow.seen.destinationAddress) }, []);
}

function describe(
  flow: OpenFlow,
  placeId: string,
  ends: Pick<NamedFlow, 'client' | 'target' | 'server'>,
  more: string[],
): NamedFlow {
  const ids = Object.values(ends).flatMap(({ id, networkInterfaceId, vpcId }) => [
    id,
    networkInterfaceId,
    vpcId,
  ]);
  const concerns = [placeId, ...more, ...ids].filter((id) => id !== undefined);
  return { ...flow, placeId, ...ends, concerns: [...new Set(concerns)] };
}

function endAt(vpc: VpcNetwork, address: Ipv4, isByGatewayEndpoint = false): FlowEnd {
  const { vpcId } = vpc;
  const node = findInterfaceAt(vpc, address);
  if (node) return { id: idOf(node), networkInterfaceId: node.networkInterfaceId, vpcId };
  const gatewayEndpoint = vpc.gatewayEndpoints.find(
    ({ cidrBlocks }) =>
      isByGatewayEndpoint && cidrBlocks.some((cidrBlock) => cidrContains(cidrBlock, address)),
  );
  return gatewayEndpoint ? { id: gatewayEndpoint.vpcEndpointId, vpcId } : {};
}

function idOf(node: NetworkInterfaceNode): string {
  const { behind } = node;
  switch (behind.kind) {
    case 'network-load-balancer':
      return behind.loadBalancerArn;
    case 'nat-gateway':
      return behind.natGatewayId;
    case 'outbound-resolver':
      return behind.resolverEndpointId;
    default:
      return idsOf(node).at(-1)!;
  }
}

/** A consumer's own address, of what stands for it in a provider's VPC. */
function fromFabric({ cidrBlocks }: VpcNetwork, address: Ipv4): Ipv4 {
  const block = cidrBlocks.find(({ fabricBlock }) =>
    cidrContains(`${fabricBlock.split('/')[0]}/16`, address),
  );
  if (!block) return address;
  const upper = addressNumber(block.cidrBlock.split('/')[0]!) & 0xffff0000;
  return formatAddress((upper >>> 0) + (addressNumber(address) & 0xffff));
}
