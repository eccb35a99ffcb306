// Where an id is: which interfaces of which VPC stand for it. A VPC's network never changes once compiled, so its directory is
// made with it, and a question about a cloud of thousands looks into each VPC once instead of at every interface.

import type { Ipv4 } from '../lib/cidr.ts';
import type { Network, NetworkInterfaceNode, VpcNetwork } from './network.ts';
import type { PacketStopCode } from './stop-code.ts';

export interface Place {
  vpc: VpcNetwork;
  node: NetworkInterfaceNode;
}

/** Which kind of stop it is that nobody lives behind an interface. */
export function codeOfNothing({
  stopped,
}: Extract<NetworkInterfaceNode['behind'], { kind: 'nothing' }>): PacketStopCode {
  return stopped ? 'BAD_STATE' : 'ENI_NOT_ATTACHED';
}

type Directory = Map<string, NetworkInterfaceNode[]>;

const directories = new WeakMap<VpcNetwork, Directory>();

/** Of one network: nothing of it changes either. */
const directoriesOf = new WeakMap<Network['vpcs'], { vpc: VpcNetwork; directory: Directory }[]>();

/** By interface id, or by the id of what is behind: an instance (its first interface), an endpoint (each leg). */
export function findPlaces(network: Network, id: string): Place[] {
  const places: Place[] = [];
  for (const { vpc, directory } of listDirectories(network))
    for (const node of directory.get(id) ?? []) places.push({ vpc, node });
  return places;
}

/** A question looks for several ids, each in a thousand VPCs: so their directories are gathered once. */
function listDirectories({ vpcs }: Network) {
  const known = directoriesOf.get(vpcs);
  if (known) return known;
  const made = [...vpcs.values()].map((vpc) => ({ vpc, directory: directoryOf(vpc) }));
  directoriesOf.set(vpcs, made);
  return made;
}

export function findPlace(network: Network, id: string): Place | undefined {
  return findPlaces(network, id)[0];
}

export function findInterface(vpc: VpcNetwork, networkInterfaceId: string): NetworkInterfaceNode | undefined {
  return directoryOf(vpc).get(networkInterfaceId)?.[0];
}

/** The one of the VPC's interfaces that has the private address. */
export function findInterfaceAt(vpc: VpcNetwork, address: Ipv4): NetworkInterfaceNode | undefined {
  return directoryOf(vpc).get(address)?.[0];
}

/** For the compiler, with each VPC that it makes: so the first question does not wait for a thousand directories. */
export function prepareDirectory(vpc: VpcNetwork): void {
  directoryOf(vpc);
}

function directoryOf(vpc: VpcNetwork): Directory {
  const known = directories.get(vpc);
  if (known) return known;
  const directory: Directory = new Map();
  for (const node of vpc.interfaces)
    for (const id of [...idsOf(node), node.privateIpAddress]) {
      const nodes = directory.get(id);
      if (nodes) nodes.push(node);
      else directory.set(id, [node]);
    }
  directories.set(vpc, directory);
  return directory;
}

/** Its own, and that of who is behind it. */
export function idsOf({ networkInterfaceId, behind }: NetworkInterfaceNode): string[] {
  const instance =
    behind.kind === 'nothing' ? behind.stopped : behind.kind === 'instance' ? behind : undefined;
  if (instance?.deviceIndex === 0) return [networkInterfaceId, instance.instanceId];
  if (behind.kind === 'vpc-endpoint') return [networkInterfaceId, behind.vpcEndpointId];
  if (behind.kind === 'service') return [networkInterfaceId, behind.ownerId];
  return [networkInterfaceId];
}

export function describeNothing({
  stopped,
}: Extract<NetworkInterfaceNode['behind'], { kind: 'nothing' }>): string {
  return stopped ? `is attached to ${stopped.instanceId}, which is stopped` : 'is attached to nothing';
}
