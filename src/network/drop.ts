// A refused packet as a sentence: the router's program counts by addresses, here the addresses become the ids that refused.

import { cidrContains, type Ipv4 } from '../lib/cidr.ts';
import { askGate, groupsOf } from './gate.ts';
import { chooseHubRoute, findUnservingAttachment, tableOwner } from './hub.ts';
import { nameListeners } from './listener.ts';
import type { Hub, HubPort, NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { nameRuleNumber, numberNetworkAcls } from './network-acl.ts';
import { chooseWay, leadsToAnotherNetwork } from './route-choice.ts';

export interface Drop {
  reason:
    | 'source-check'
    | 'egress'
    | 'ingress'
    | 'no-route'
    | 'endpoint-closed'
    | 'no-target'
    | 'one-way'
    | 'unknown-flow'
    | 'local'
    | 'service-limit'
    | 'foreign-source'
    | 'no-public-address'
    | 'network-acl';
  sourceAddress: Ipv4;
  destinationAddress: Ipv4;
  /** `tcp`, `udp`, `icmp` or a number. */
  protocol: string;
  /** Absent for protocols without ports. */
  destinationPort?: number;
  /** Set when a network ACL refused it: which, by its number among those of the VPC, and by which entry. */
  networkAcl?: { networkAcl: number; ruleNumber: number; direction: 'ingress' | 'egress' };
  packets: number;
  bytes: number;
}

export interface NamedDrop extends Drop {
  /** The VPC or the hub that refused it. */
  routerId: string;
  refusedBy: string;
  text: string;
}

/** A hub refuses what its tables do not know. */
export function nameHubDrop(hub: Hub, drop: Drop): NamedDrop {
  const { refusedBy, why } = findWhyHubRefused(hub, drop);
  const port = drop.destinationPort === undefined ? '' : `:${drop.destinationPort}`;
  const packet = `${drop.protocol} ${drop.sourceAddress} → ${drop.destinationAddress}${port}`;
  return { ...drop, routerId: hub.hubId, refusedBy, text: `${packet} in ${hub.hubId}: ${refusedBy} ${why}` };
}

function findWhyHubRefused(hub: Hub, { reason, sourceAddress, destinationAddress }: Drop) {
  if (reason === 'unknown-flow')
    return { refusedBy: hub.hubId, why: 'lets nobody on the internet begin a flow into the site' };
  if (reason === 'local')
    return { refusedBy: hub.hubId, why: 'has a router that answers questions for names and a ping' };
  // The counters do not say by which port it came; where the source is, the tables say.
  const cameBy = findPortTowards(hub, sourceAddress);
  if (cameBy && cameBy.tableId === undefined)
    return { refusedBy: cameBy.attachmentId, why: 'is associated with no route table' };
  const tableIds = cameBy?.tableId ? [cameBy.tableId] : hub.tables.map(({ tableId }) => tableId);
  for (const tableId of tableIds) {
    const route = chooseHubRoute(hub, tableId, destinationAddress);
    if (route?.target.kind === 'blackhole')
      return {
        refusedBy: tableOwner(hub, tableId),
        why: `has a blackhole for ${route.destination}: ${route.target.because}`,
      };
  }
  const by = cameBy ? ` for what comes by ${cameBy.attachmentId}` : '';
  const refusedBy = cameBy?.tableId ? tableOwner(hub, cameBy.tableId) : hub.hubId;
  return { refusedBy, why: `has no route there${by}` };
}

function findPortTowards(hub: Hub, address: Ipv4): HubPort | undefined {
  for (const { tableId } of hub.tables) {
    const target = chooseHubRoute(hub, tableId, address)?.target;
    const port =
      target?.kind === 'port' && hub.ports.find(({ attachmentId }) => attachmentId === target.attachmentId);
    if (port) return port;
  }
  return undefined;
}

export function nameDrop(vpc: VpcNetwork, drop: Drop): NamedDrop {
  const source = findNode(vpc, drop.sourceAddress);
  const destination = findNode(vpc, drop.destinationAddress);
  const { refusedBy, why } = findRefuser(vpc, drop, source, destination);
  const port = drop.destinationPort === undefined ? '' : `:${drop.destinationPort}`;
  const packet = `${drop.protocol} ${drop.sourceAddress} → ${drop.destinationAddress}${port}`;
  return { ...drop, routerId: vpc.vpcId, refusedBy, text: `${packet} in ${vpc.vpcId}: ${refusedBy} ${why}` };
}

function findNode(vpc: VpcNetwork, address: Ipv4): NetworkInterfaceNode | undefined {
  return vpc.interfaces.find(({ privateIpAddress }) => privateIpAddress === address);
}

function findRefuser(
  vpc: VpcNetwork,
  drop: Drop,
  source: NetworkInterfaceNode | undefined,
  destination: NetworkInterfaceNode | undefined,
): { refusedBy: string; why: string } {
  switch (drop.reason) {
    case 'egress':
      return findWhoseGroups(vpc, drop, source, 'egress');
    case 'ingress':
      return findWhoseGroups(vpc, drop, destination, 'ingress');
    case 'source-check':
      return findWhoChecked(vpc, drop, source);
    case 'no-route':
      return source ? findWhyNoWayOut(vpc, drop, source) : findWhyNoWayThrough(vpc, drop);
    case 'endpoint-closed': {
      const leg = vpc.endpointLegs.find(
        ({ privateIpAddress }) => privateIpAddress === drop.destinationAddress,
      );
      return { refusedBy: leg?.vpcEndpointId ?? vpc.vpcId, why: `is ${leg?.closedBecause ?? 'closed'}` };
    }
    case 'no-target':
      return findWhyNobody(vpc, drop);
    case 'one-way':
      return { refusedBy: vpc.vpcId, why: 'endpoints are for flows that begin on the side of the client' };
    case 'unknown-flow':
      return { refusedBy: vpc.vpcId, why: 'the packet belongs to no open flow' };
    case 'foreign-source':
      return {
        refusedBy: findGatewayEndpointId(vpc, drop),
        why: `is a gateway endpoint, and those are for interfaces of ${vpc.vpcId} alone`,
      };
    case 'no-public-address':
      return {
        refusedBy: vpc.internetGateway?.internetGatewayId ?? vpc.vpcId,
        why: source
          ? `leads only those on that have a public address, and ${source.networkInterfaceId} has none`
          : 'knows no interface with this public address',
      };
    case 'network-acl':
      return findWhoDenied(vpc, drop.networkAcl!);
    case 'service-limit':
      return {
        refusedBy: source?.networkInterfaceId ?? vpc.vpcId,
        why: 'sent more than 1,024 packets in a second to the resolver and the metadata service, which is all that an interface may',
      };
    case 'local':
      return {
        refusedBy: destination ? destination.networkInterfaceId : vpc.vpcId,
        why: 'nothing listens there',
      };
  }
}

/** The counters do not say which groups the interface had: those of now may be others, or have other rules. */
function findWhoseGroups(
  vpc: VpcNetwork,
  { sourceAddress, destinationAddress, protocol, destinationPort: port }: Drop,
  node: NetworkInterfaceNode | undefined,
  direction: 'ingress' | 'egress',
): { refusedBy: string; why: string } {
  const rule = direction === 'ingress' ? 'inbound rule' : 'outbound rule';
  if (!node)
    return {
      refusedBy: vpc.vpcId,
      why: `has no network interface ${direction === 'ingress' ? destinationAddress : sourceAddress} any more, whose groups had no ${rule} for it`,
    };
  const { networkInterfaceId, groupIds } = node;
  const peer = direction === 'ingress' ? sourceAddress : destinationAddress;
  if (port !== undefined && (protocol === 'tcp' || protocol === 'udp')) {
    const now = askGate(groupsOf(vpc, groupIds), direction, peer, { protocol, port });
    if (now.allow)
      return { refusedBy: networkInterfaceId, why: `had no ${rule} for it; now there is ${now.because}` };
  }
  return {
    refusedBy: groupIds.join(', ') || vpc.vpcId,
    why: `has no ${rule} for it (${networkInterfaceId})`,
  };
}

function findWhoDenied(
  { vpcId, networkAcls }: VpcNetwork,
  { networkAcl, ruleNumber, direction }: NonNullable<Drop['networkAcl']>,
): { refusedBy: string; why: string } {
  const found = numberNetworkAcls(networkAcls)
    .entries()
    .find(([, number]) => number === networkAcl);
  const where = direction === 'egress' ? 'out of' : 'into';
  return {
    refusedBy: found?.[0] ?? vpcId,
    why: found
      ? `denies it on the way ${where} the subnet by rule ${nameRuleNumber(ruleNumber)}`
      : `denied it by rule ${nameRuleNumber(ruleNumber)} of a network ACL that has changed since`,
  };
}

function findWhyNoWayOut(vpc: VpcNetwork, drop: Drop, source: NetworkInterfaceNode) {
  const { routeTableId } = source;
  const route = chooseWay(vpc, source, drop.destinationAddress)?.chosen;
  const target = route?.target;
  if (target?.kind === 'local') return findNobodyAt(vpc, drop);
  if (target?.kind === 'blackhole')
    return { refusedBy: routeTableId, why: `has a blackhole for ${route!.destination}: ${target.because}` };
  const unserved = target?.kind === 'hub' && findUnservingAttachment(vpc, target, source.availabilityZoneId);
  return unserved
    ? { refusedBy: unserved, why: `has no subnet in ${source.availabilityZone}, so nothing of it gets out` }
    : { refusedBy: routeTableId, why: 'has no way there' };
}

function findNobodyAt({ vpcId }: VpcNetwork, { destinationAddress }: Drop) {
  return { refusedBy: vpcId, why: `had no network interface with ${destinationAddress}` };
}

/** What came from beyond the VPC and is for nobody in it. */
function findWhyNoWayThrough(vpc: VpcNetwork, drop: Drop) {
  const { destinationAddress } = drop;
  if (vpc.cidrBlocks.some(({ cidrBlock }) => cidrContains(cidrBlock, destinationAddress)))
    return findNobodyAt(vpc, drop);
  const tables = vpc.hubAttachments.flatMap(({ routeTableId }) => routeTableId ?? []);
  const targets = tables.flatMap(
    (routeTableId) => chooseWay(vpc, { routeTableId }, destinationAddress)?.chosen.target ?? [],
  );
  const isLed = targets.some(leadsToAnotherNetwork);
  return isLed
    ? { refusedBy: vpc.vpcId, why: 'leads nothing from one network to another: one end must be its own' }
    : { refusedBy: tables[0] ?? vpc.vpcId, why: 'has no way on for what comes from beyond it' };
}

function findGatewayEndpointId(vpc: VpcNetwork, { destinationAddress }: Drop): string {
  const endpoint = vpc.gatewayEndpoints.find(({ cidrBlocks }) =>
    cidrBlocks.some((cidrBlock) => cidrContains(cidrBlock, destinationAddress)),
  );
  return endpoint?.vpcEndpointId ?? vpc.vpcId;
}

function findWhyNobody(vpc: VpcNetwork, drop: Drop): { refusedBy: string; why: string } {
  const service = vpc.serviceInterfaces.find(
    ({ privateIpAddress }) => privateIpAddress === drop.destinationAddress,
  );
  if (!service)
    return { refusedBy: findConnectionId(vpc, drop), why: 'has no listener with a usable target there' };
  return { refusedBy: service.ownerId, why: `answers ${nameListeners(service.listeners)} alone` };
}

function findConnectionId(vpc: VpcNetwork, drop: Drop): string {
  const connection = vpc.connections.find(
    ({ endpointAddress }) => endpointAddress === drop.destinationAddress,
  );
  return connection?.vpcEndpointId ?? vpc.vpcId;
}

/** The sender's interface refuses a source that is nobody's; one a route leads to refuses a destination that is not its own. */
function findWhoChecked(vpc: VpcNetwork, drop: Drop, source: NetworkInterfaceNode | undefined) {
  const target = source && chooseWay(vpc, source, drop.destinationAddress)?.chosen.target;
  if (target?.kind === 'network-interface')
    return {
      refusedBy: target.networkInterfaceId,
      why: `source/destination check: ${drop.destinationAddress} is not its address`,
    };
  const why = `source/destination check: ${drop.sourceAddress} is not the address of the interface it came from`;
  return { refusedBy: source?.networkInterfaceId ?? vpc.vpcId, why };
}
