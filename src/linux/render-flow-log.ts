// Which interfaces of a VPC are logged, as the elements of its router's maps; and back, from the number the kernel counts by.

import type { NetworkInterfaceId } from '../cloud/id.ts';
import { metadataAddress } from '../network/compile.ts';
import type { EndpointLegNode, NetworkInterfaceNode, VpcNetwork } from '../network/network.ts';
import { markOf } from './flow-mark.ts';
import { interfaceLink, serviceDoorLink, serviceLink } from './link-name.ts';
import { hasWire } from './render-gateway.ts';
import type { Draft } from './render-router-table.ts';
import { quote } from './render-rule.ts';

/** AWS: the time service, which nobody answers for here. */
const timeAddress = '169.254.169.123';

export function fillFlowLogs(draft: Draft, vpc: VpcNetwork): void {
  if (vpc.loggedInterfaceIds.length === 0) return;
  // AWS: what is said to the resolver, the metadata service, the time service and the subnet's router is not logged.
  for (const address of new Set([
    ...vpc.resolver.addresses,
    ...vpc.routerAddresses,
    metadataAddress,
    timeAddress,
  ]))
    draft.set('unlogged_address', address);
  const numbers = numberInterfaces(vpc);
  const legs = new Map(vpc.endpointLegs.map((leg) => [leg.networkInterfaceId, leg]));
  for (const node of vpc.interfaces) {
    const number = numbers.get(node.networkInterfaceId);
    if (number === undefined) continue;
    const mark = markOf(number);
    if (node.behind.kind === 'network-load-balancer') draft.map('logged_node', node.privateIpAddress, mark);
    const link = linkOf(node, legs);
    if (link === undefined) continue;
    if (isForwarder(node)) draft.map('logged_forwarder', quote(link), mark);
    else draft.map('logged_interface', `${quote(link)} . ${node.privateIpAddress}`, mark);
  }
}

const isForwarder = (node: NetworkInterfaceNode) =>
  node.behind.kind === 'nat-gateway' || (hasWire(node) && !node.sourceDestCheck);

/** The link that its packets come and go by, alone or with others'. */
function linkOf(
  node: NetworkInterfaceNode,
  legs: ReadonlyMap<NetworkInterfaceId, EndpointLegNode>,
): string | undefined {
  const { networkInterfaceId, behind } = node;
  if (hasWire(node)) return interfaceLink(networkInterfaceId);
  if (behind.kind === 'service') return serviceDoorLink(behind.ownerId);
  if (behind.kind !== 'vpc-endpoint') return undefined;
  const providerVpcId = legs.get(networkInterfaceId)?.providerVpcId;
  return providerVpcId && serviceLink(providerVpcId);
}

/** By interface: 24 bits, which stay the same as long as the interface is there. */
export function numberInterfaces({ loggedInterfaceIds }: Pick<VpcNetwork, 'loggedInterfaceIds'>) {
  const numbers = new Map<string, number>();
  const taken = new Set<number>([0]);
  for (const networkInterfaceId of loggedInterfaceIds) {
    let number = Number.parseInt(networkInterfaceId.slice(-6), 16);
    while (taken.has(number)) number = (number + 1) % 2 ** 24;
    taken.add(number);
    numbers.set(networkInterfaceId, number);
  }
  return numbers;
}
