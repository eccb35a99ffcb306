// A network → every namespace it needs. A VPC that is the very same object as in the last round is not rendered again: its
// namespaces are the very same objects too, and the machine has nothing to do for them.

import type { InstanceId } from '../cloud/id.ts';
import type { Hub, Network, NetworkInterfaceNode, VpcNetwork } from '../network/network.ts';
import type { CloudMark, NamespaceState } from './namespace-state.ts';
import { renderGateways, renderInternet } from './render-gateway.ts';
import { renderHub } from './render-hub.ts';
import { renderInstance, renderSiteHost } from './render-instance.ts';
import { findConsumers, renderRouter } from './render-router.ts';

/** By name. */
export type States = Map<string, NamespaceState>;

interface Rendered {
  consumers: VpcNetwork[];
  states: NamespaceState[];
}

/** @returns what gives the namespaces of one network after another */
export function createRenderer(mark: CloudMark): (network: Network) => States {
  const rendered = new WeakMap<VpcNetwork, Rendered>();
  const recallVpc = (vpc: VpcNetwork, consumers: VpcNetwork[]): NamespaceState[] => {
    const known = rendered.get(vpc);
    if (known && isSame(known.consumers, consumers)) return known.states;
    const states = renderVpc(mark, vpc, consumers);
    rendered.set(vpc, { consumers, states });
    return states;
  };
  return (network) => {
    const states: States = new Map();
    const add = (state: NamespaceState) => states.set(state.name, state);
    // ORDER: the internet and the hubs first, since all who lead there wait for them.
    const internet = renderInternet(mark, network.internet, network.vpcs.values(), network.hubs.values());
    if (internet) add(internet);
    for (const hub of network.hubs.values()) renderHubs(mark, hub).forEach(add);
    const consumersOf = findConsumers(network);
    for (const vpc of network.vpcs.values()) recallVpc(vpc, consumersOf.get(vpc.vpcId) ?? []).forEach(add);
    return states;
  };
}

/** A hub, and who lives at its ports. */
function renderHubs(mark: CloudMark, hub: Hub): NamespaceState[] {
  const hosts = hub.ports.flatMap((port) => renderSiteHost(mark, hub.hubId, port) ?? []);
  return [renderHub(mark, hub), ...hosts];
}

/** The router, what is behind its gateways, and the instances. */
function renderVpc(mark: CloudMark, vpc: VpcNetwork, consumers: VpcNetwork[]): NamespaceState[] {
  const nodesOf = new Map<InstanceId, NetworkInterfaceNode[]>();
  for (const node of vpc.interfaces) {
    if (node.behind.kind !== 'instance') continue;
    nodesOf.set(node.behind.instanceId, [...(nodesOf.get(node.behind.instanceId) ?? []), node]);
  }
  return [
    renderRouter(mark, vpc, consumers),
    ...renderGateways(mark, vpc),
    ...[...nodesOf].map(([instanceId, nodes]) => renderInstance(mark, vpc.vpcId, instanceId, nodes)),
  ];
}

/** Of a consumer a provider's router knows which ranges it has, and nothing else. */
function isSame(before: VpcNetwork[], now: VpcNetwork[]): boolean {
  return (
    before.length === now.length &&
    before.every((vpc, index) => vpc === now[index] || nameRanges(vpc) === nameRanges(now[index]!))
  );
}

function nameRanges({ vpcId, cidrBlocks }: VpcNetwork): string {
  return [vpcId, ...cidrBlocks.map(({ fabricBlock }) => fabricBlock)].join(' ');
}
