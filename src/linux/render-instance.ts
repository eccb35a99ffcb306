// An instance's own network namespace: one eth per interface, the address, the way to the subnet's router.
// Set once, when the wire is made: afterwards it is the instance's own business, as inside any machine.

import type { VpcId } from '../cloud/id.ts';
import { addressAt, type Cidr, cidrRange, type Ipv4 } from '../lib/cidr.ts';
import type { HubPort, NetworkInterfaceNode } from '../network/network.ts';
import { namespaceName } from './link-name.ts';
import { type CloudMark, type NamespaceState, routerMacAddress } from './namespace-state.ts';

export function renderInstance(
  mark: CloudMark,
  vpcId: VpcId,
  instanceId: string,
  nodes: NetworkInterfaceNode[],
): NamespaceState {
  const state = emptyInstance(mark, vpcId, instanceId);
  for (const { behind, privateIpAddress, subnetCidrBlock } of nodes)
    if (behind.kind === 'instance')
      placeOnInterface(state, behind.deviceIndex, privateIpAddress, subnetCidrBlock);
  return state;
}

/** The same for somebody in a site, who has one wire. */
export function renderSiteHost(
  mark: CloudMark,
  siteId: string,
  { attachmentId, leadsTo }: HubPort,
): NamespaceState | undefined {
  if (leadsTo.kind !== 'host') return undefined;
  const state = emptyInstance(mark, siteId, attachmentId);
  placeOnInterface(state, 0, leadsTo.address, leadsTo.cidrBlock);
  return state;
}

function emptyInstance(mark: CloudMark, routerId: string, id: string): NamespaceState {
  return {
    name: namespaceName(mark, id),
    kind: 'instance',
    id,
    routerId,
    links: new Map(),
    addresses: new Set(),
    routes: new Map(),
    neighbours: new Map(),
    rules: new Set(),
  };
}

/** What somebody behind an interface has there, an instance or a NAT gateway. */
export function placeOnInterface(
  state: NamespaceState,
  deviceIndex: number,
  privateIpAddress: Ipv4,
  subnetCidrBlock: Cidr,
): void {
  const device = `eth${deviceIndex}`;
  const router = addressAt(subnetCidrBlock, 1);
  // KERNEL: without a prefix route every neighbour is reached by the router, which answers for all of them anyway;
  // neighbour entries are one small table for the whole machine.
  state.addresses.add(
    `${privateIpAddress}/${cidrRange(subnetCidrBlock).prefixLength} dev ${device} noprefixroute`,
  );
  state.neighbours.set(`${router} dev ${device}`, routerMacAddress);
  if (deviceIndex === 0) {
    state.routes.set(`${router} table main`, `dev ${device} scope link`);
    state.routes.set('default table main', `via ${router} dev ${device}`);
  } else {
    // What leaves from a further interface's address leaves by that interface, as Amazon Linux sets it up.
    const table = String(1000 + deviceIndex);
    state.rules.add(`pref ${30000 + deviceIndex} from ${privateIpAddress} lookup ${table}`);
    state.routes.set(`default table ${table}`, `via ${router} dev ${device} onlink`);
  }
}
