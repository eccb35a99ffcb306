// A packet that comes to an endpoint or a load balancer: from the consumer's leg into the provider's VPC,
// then to every target the flow's hash may choose.

import type { Ipv4 } from '../lib/cidr.ts';
import { findListener, findLoadBalancer, findLoadBalancerAt, findPool } from './balancing.ts';
import { cross, crossBack } from './explain-border.ts';
import { comeBack, comeBackFromNode, findBeside } from './explain-return.ts';
import { headerOf, type Packet, passGate, placeFacts, type Walk } from './explain-walk.ts';
import { askGate, type Flow, nameFlow } from './gate.ts';
import { findConnection } from './interface-endpoint.ts';
import type {
  EndpointLegNode,
  LoadBalancerNodes,
  Network,
  NetworkInterfaceNode,
  TargetPool,
  VpcNetwork,
} from './network.ts';
import { codeOfNothing, describeNothing, findInterfaceAt, type Place } from './place.ts';

export function enterEndpoint(walk: Walk, network: Network, { vpc, node }: Place, packet: Packet): void {
  const { from, flow } = packet;
  const leg = vpc.endpointLegs.find(
    ({ networkInterfaceId }) => networkInterfaceId === node.networkInterfaceId,
  )!;
  const provider = leg.providerVpcId && network.vpcs.get(leg.providerVpcId);
  if (!provider)
    walk.stop(leg.vpcEndpointId, 'BAD_STATE', describeClosed(leg, 'its service is gone'), {
      ...placeFacts(vpc, node),
    });
  if (leg.closedBecause)
    walk.stop(leg.vpcEndpointId, 'BAD_STATE', describeClosed(leg, leg.closedBecause), {
      ...{ ...placeFacts(vpc, node), state: leg.closedBecause },
    });
  passGate(walk, vpc, node, 'ingress', from, flow);
  if (leg.loadBalancerGroups.length > 0) {
    const verdict = askGate(leg.loadBalancerGroups, 'ingress', from, flow);
    const { rule } = verdict;
    const groupIds = leg.loadBalancerGroups.map(({ groupId }) => groupId);
    const about = {
      vpcId: provider.vpcId,
      direction: 'ingress',
      groupIds,
      ...(rule ? { rule } : {}),
    } as const;
    if (!verdict.allow)
      walk.stop(verdict.by, 'ENI_SG_RULES_MISMATCH', `load balancer in: ${verdict.because}`, about);
    walk.pass(verdict.by, `load balancer in: allowed by ${verdict.because}`, about);
  }
  walk.pass(leg.vpcEndpointId, `${node.privateIpAddress} leads to ${leg.serviceId} in ${provider.vpcId}`, {
    ...{ ...placeFacts(vpc, node), inbound: headerOf(packet) },
  });
  if (walk.endsAt(leg.vpcEndpointId)) {
    comeBack(walk, network, vpc, node, packet);
    return;
  }
  const connection = findConnection(provider, vpc, leg);
  if (!connection)
    walk.stop(
      leg.vpcEndpointId,
      'VPCE_SERVICE_NOT_INSTALLED_IN_AZ',
      'its load balancer has no node in this zone',
      { ...placeFacts(vpc, node), availabilityZone: node.availabilityZone },
    );
  const loadBalancer = findLoadBalancer(provider, connection.loadBalancerArn)!;
  const pool = choosePool(walk, provider, loadBalancer, connection.availabilityZoneId, flow);
  const { nodeAddress } = connection;
  const lastNode = findInterfaceAt(provider, nodeAddress)!;
  reachTargets(walk, provider, pool, lastNode, nodeAddress, flow);
  comeBack(walk, network, vpc, node, packet);
}

const closedReasons: Record<string, string> = {
  pendingAcceptance: 'the provider has not accepted the connection yet',
  rejected: 'the provider rejected the connection',
};

function describeClosed(leg: EndpointLegNode, because: string): string {
  return `${leg.vpcEndpointId} is ${closedReasons[because] ? `${because}: ${closedReasons[because]}` : `closed: ${because}`}`;
}

export function enterLoadBalancer(
  walk: Walk,
  network: Network,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  packet: Packet,
): void {
  const { from, flow } = packet;
  const { networkInterfaceId, availabilityZoneId } = node;
  const loadBalancer = findLoadBalancerAt(vpc, networkInterfaceId)!;
  if (loadBalancer.groupIds.length > 0)
    passGate(walk, vpc, { ...node, groupIds: loadBalancer.groupIds }, 'ingress', from, flow);
  const pool = choosePool(walk, vpc, loadBalancer, availabilityZoneId, flow);
  const seen = pool.preserveClientIp ? from : node.privateIpAddress;
  reachTargets(walk, vpc, pool, node, seen, flow);
  comeBackFromNode(walk, network, vpc, node, packet);
}

function choosePool(
  walk: Walk,
  vpc: VpcNetwork,
  loadBalancer: LoadBalancerNodes,
  zone: string,
  flow: Flow,
): TargetPool {
  const { loadBalancerName, loadBalancerArn } = loadBalancer;
  const listener = findListener(loadBalancer, flow);
  if (!listener)
    walk.stop(
      loadBalancerArn,
      'ELBV2_LISTENERS_MISMATCH',
      `${loadBalancerName} has no listener for ${nameFlow(flow)}`,
      { vpcId: vpc.vpcId },
    );
  const pool = findPool(vpc, listener, zone);
  const { port, targetGroupArn } = listener;
  const about = { vpcId: vpc.vpcId, listener: { loadBalancerArn, port, targetGroupArn } };
  if (!pool || pool.targets.length === 0) {
    walk.stop(
      listener.targetGroupArn,
      'ELBV2_NO_TARGETS_IN_AZ',
      `${loadBalancerName} has no target it may use in ${zone}: none registered there, or none healthy`,
      about,
    );
  }
  const how = pool.failOpen ? 'none is healthy, so all are used (fail-open)' : 'healthy';
  walk.pass(
    loadBalancerArn,
    `${loadBalancerName} spreads new flows over ${pool.targets.length} target(s), ${how}`,
    about,
  );
  return pool;
}

/**
 * A flow goes to one target by its hash, so it arrives for sure only when every target would take it.
 * @param lastNode the load balancer's, which targets answer, also where they see the client's own address
 */
function reachTargets(
  walk: Walk,
  vpc: VpcNetwork,
  pool: TargetPool,
  lastNode: NetworkInterfaceNode,
  from: Ipv4,
  flow: Flow,
): void {
  for (const { address, port, targetId } of pool.targets) {
    const node = findInterfaceAt(vpc, address);
    if (!node)
      walk.stop(
        targetId,
        'NO_POSSIBLE_DESTINATION',
        `no network interface of ${vpc.vpcId} has the target's address ${address}`,
        { vpcId: vpc.vpcId },
      );
    if (node.behind.kind === 'nothing')
      walk.stop(
        targetId,
        codeOfNothing(node.behind),
        `${address} belongs to an interface that ${describeNothing(node.behind)}`,
        placeFacts(vpc, node),
      );
    // AWS: the packet comes to its sender under the sender's own address, who takes it for a forgery.
    if (address === from || findBeside(vpc, node, from))
      walk.stop(
        targetId,
        'ELBV2_CLIENT_IS_TARGET',
        `is the client itself: a load balancer that keeps the client's address cannot lead back to it`,
        placeFacts(vpc, node),
      );
    const arriving: Flow = { ...flow, port };
    const packet = { from, to: address, flow: arriving, origin: vpc, sender: lastNode, leftBy: lastNode };
    cross(walk, vpc, node, packet);
    passGate(walk, vpc, node, 'ingress', from, arriving);
    const { behind } = node;
    const at = behind.kind === 'instance' ? behind.instanceId : targetId;
    walk.reach(at, from, `arrives at ${address}:${port}, seen as coming from ${from}`, {
      ...{ ...placeFacts(vpc, node), inbound: headerOf(packet) },
    });
    crossBack(walk, vpc, node, lastNode, packet);
  }
}
