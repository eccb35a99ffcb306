// A refused packet as a sentence: the router's program counts by addresses and links, here they become the ids that refused.

import type { NetworkInterfaceId } from '../cloud/id.ts';
import { cidrContains, type Ipv4, isPrivateAddress } from '../lib/cidr.ts';
import { findListener, findLoadBalancer, findLoadBalancerAt } from './balancing.ts';
import { type DropPlace, findBorder, findDropPlace, findGoneRefuser, whereRefused } from './drop-place.ts';
import { askGate, groupsOf } from './gate.ts';
import { findUnservingAttachment } from './hub.ts';
import { codeOfUnserved, nameListeners } from './listener.ts';
import type { LoadBalancerNodes, NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { nameRuleNumber, numberNetworkAcls } from './network-acl.ts';
import { codeOfNothing, findInterfaceAt } from './place.ts';
import { chooseWay, findBlock, leadsToAnotherNetwork } from './route-choice.ts';
import type { PacketStopCode } from './stop-code.ts';

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
  /** By which it came, or, where a group's inbound rules refused it, would have gone. Absent: by none, or nobody has noted it. */
  link?: DropLink;
  packets: number;
  bytes: number;
  /** Of the last packet, ISO, to the second. */
  lastTime: string;
  /** The latest of them. Those of protocols without ports, and of earlier than some minutes ago, are not noted. */
  recent: { time: string; sourcePort: number }[];
}

/** What leads there (`eni`, `tga`, `pcx`), and the last twelve digits of its id. */
export interface DropLink {
  kind: string;
  idEnd: string;
}

/** Who refused, which kind of stop it is (the one that explain says), and why. */
export interface Refusal {
  refusedBy: string;
  code: PacketStopCode;
  why: string;
}

export interface NamedDrop extends Drop {
  /** The VPC or the hub that refused it. */
  routerId: string;
  refusedBy: string;
  code: PacketStopCode;
  why: string;
  text: string;
  /** At whose interface it was refused, and on the way out of it or in. Absent where it was refused elsewhere. */
  networkInterfaceId?: NetworkInterfaceId;
  direction?: 'in' | 'out';
  /** Every id that has to do with it: who refused, the interfaces at both ends and who is behind them, their subnets. */
  concerns: string[];
}

export function nameDrop(vpc: VpcNetwork, drop: Drop): NamedDrop {
  const place = findDropPlace(vpc, drop);
  const { refusedBy, code, why } = findGoneRefuser(vpc, drop, place) ?? findRefuser(vpc, drop, place);
  return {
    ...drop,
    ...describeDrop(vpc.vpcId, drop, { refusedBy, code, why }),
    ...whereRefused(vpc, drop, place, refusedBy),
  };
}

export function describeDrop(routerId: string, drop: Drop, { refusedBy, code, why }: Refusal) {
  const port = drop.destinationPort === undefined ? '' : `:${drop.destinationPort}`;
  const packet = `${drop.protocol} ${drop.sourceAddress} → ${drop.destinationAddress}${port}`;
  return { routerId, refusedBy, code, why, text: `${packet} in ${routerId}: ${refusedBy} ${why}` };
}

function findRefuser(vpc: VpcNetwork, drop: Drop, { source, destination }: DropPlace): Refusal {
  switch (drop.reason) {
    case 'egress':
      return findWhoseGroups(vpc, drop, source, 'egress');
    case 'ingress':
      return findWhoseGroups(vpc, drop, destination, 'ingress');
    case 'source-check':
      return findWhoChecked(vpc, drop, source);
    case 'no-route':
      return source ? findWhyNoWayOut(vpc, drop, source) : findWhyNoWayThrough(vpc, drop);
    case 'endpoint-closed':
      return findWhichEndpoint(vpc, drop);
    case 'no-target':
      return findWhyNobody(vpc, drop, destination);
    case 'one-way':
      return {
        refusedBy: vpc.vpcId,
        code: 'VPCE_INTRA_VPC_TRAFFIC',
        why: 'endpoints are for flows that begin on the side of the client',
      };
    case 'unknown-flow':
      return {
        refusedBy: vpc.vpcId,
        code: 'FLOW_UNKNOWN',
        why: 'knows no open flow that the packet belongs to',
      };
    case 'foreign-source':
      return {
        refusedBy: findGatewayEndpointId(vpc, drop),
        code: 'VPCE_GATEWAY_REQUIRES_SOURCE_IN_VPC',
        why: `is a gateway endpoint, and those are for interfaces of ${vpc.vpcId} alone`,
      };
    case 'no-public-address':
      return findWhoHasNoAddress(vpc, drop, source);
    case 'network-acl':
      return findWhoDenied(vpc, drop.networkAcl!);
    case 'service-limit':
      return {
        refusedBy: source?.networkInterfaceId ?? vpc.vpcId,
        code: 'LINK_LOCAL_ALLOWANCE_EXCEEDED',
        why: 'sent more than 1,024 packets in a second to the resolver and the metadata service, which is all that an interface may',
      };
    case 'local':
      return findWhyNothingListens(vpc, drop, destination);
  }
}

/** The counters do not say in which state the endpoint was: it may be another by now, or the endpoint gone. */
function findWhichEndpoint({ vpcId, endpointLegs }: VpcNetwork, { destinationAddress }: Drop): Refusal {
  const code = 'BAD_STATE';
  const leg = endpointLegs.find(({ privateIpAddress }) => privateIpAddress === destinationAddress);
  if (!leg) return { refusedBy: vpcId, code, why: `had a closed endpoint at ${destinationAddress}` };
  const { vpcEndpointId, closedBecause } = leg;
  return {
    refusedBy: vpcEndpointId,
    code,
    why: closedBecause ? `is ${closedBecause}` : 'was closed; now it is open',
  };
}

/** The counters do not say which groups the interface had: those of now may be others, or have other rules. */
function findWhoseGroups(
  vpc: VpcNetwork,
  { sourceAddress, destinationAddress, protocol, destinationPort: port }: Drop,
  node: NetworkInterfaceNode | undefined,
  direction: 'ingress' | 'egress',
): Refusal {
  const code = 'ENI_SG_RULES_MISMATCH';
  const rule = direction === 'ingress' ? 'inbound rule' : 'outbound rule';
  if (!node)
    return {
      refusedBy: vpc.vpcId,
      code,
      why: `has no network interface ${direction === 'ingress' ? destinationAddress : sourceAddress} any more, whose groups had no ${rule} for it`,
    };
  const { networkInterfaceId, groupIds } = node;
  const peer = direction === 'ingress' ? sourceAddress : destinationAddress;
  if (port !== undefined && (protocol === 'tcp' || protocol === 'udp')) {
    const now = askGate(groupsOf(vpc, groupIds), direction, peer, { protocol, port });
    if (now.allow)
      return {
        refusedBy: networkInterfaceId,
        code,
        why: `had no ${rule} for it; now there is ${now.because}`,
      };
  }
  return {
    refusedBy: groupIds.join(', ') || vpc.vpcId,
    code,
    why: `has no ${rule} for it (${networkInterfaceId})`,
  };
}

/** What came from the internet is for a public address; what else has no interface here was led to the gateway from beyond the VPC. */
function findWhoHasNoAddress(
  vpc: VpcNetwork,
  { sourceAddress, destinationAddress }: Drop,
  source: NetworkInterfaceNode | undefined,
): Refusal {
  const refusedBy = vpc.internetGateway?.internetGatewayId ?? vpc.vpcId;
  if (!source && !isPrivateAddress(sourceAddress) && !isPrivateAddress(destinationAddress))
    return {
      refusedBy,
      code: 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS',
      why: 'knows no interface with this public address',
    };
  return {
    refusedBy,
    code: 'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS',
    why: `leads only those on that have a public address, and ${source?.networkInterfaceId ?? sourceAddress} has none`,
  };
}

function findWhoDenied(
  { vpcId, networkAcls }: VpcNetwork,
  { networkAcl, ruleNumber, direction }: NonNullable<Drop['networkAcl']>,
): Refusal {
  const found = numberNetworkAcls(networkAcls)
    .entries()
    .find(([, number]) => number === networkAcl);
  const where = direction === 'egress' ? 'out of' : 'into';
  return {
    refusedBy: found?.[0] ?? vpcId,
    code: 'SUBNET_ACL_RESTRICTION',
    why: found
      ? `denies it on the way ${where} the subnet by rule ${nameRuleNumber(ruleNumber)}`
      : `denied it by rule ${nameRuleNumber(ruleNumber)} of a network ACL that has changed since`,
  };
}

function findWhyNoWayOut(vpc: VpcNetwork, drop: Drop, source: NetworkInterfaceNode): Refusal {
  const { routeTableId } = source;
  const route = chooseWay(vpc, source, drop.destinationAddress)?.chosen;
  const target = route?.target;
  if (target?.kind === 'local') return findNobodyAt(vpc, drop);
  if (target?.kind === 'blackhole')
    return {
      refusedBy: routeTableId,
      code: 'BAD_STATE_ROUTE',
      why: `has a blackhole for ${route!.destination}: ${target.because}`,
    };
  const unserved = target?.kind === 'hub' && findUnservingAttachment(vpc, target, source.availabilityZoneId);
  return unserved
    ? {
        refusedBy: unserved,
        code: 'TGW_ROUTE_AZ_RESTRICTION',
        why: `has no subnet in ${source.availabilityZone}, so nothing of it gets out`,
      }
    : {
        refusedBy: routeTableId,
        code: 'NO_ROUTE_TO_DESTINATION',
        why: target ? `had no way there; now it has ${route!.destination}` : 'has no way there',
      };
}

/** An address of the VPC to which no link leads. */
function findNobodyAt(vpc: VpcNetwork, { destinationAddress }: Drop): Refusal {
  const node = findInterfaceAt(vpc, destinationAddress);
  const refusedBy = node?.networkInterfaceId ?? vpc.vpcId;
  switch (node?.behind.kind) {
    case 'nothing':
      return { refusedBy, code: codeOfNothing(node.behind), why: 'has nobody behind it' };
    case 'vpc-endpoint':
      return {
        refusedBy: node.behind.vpcEndpointId,
        code: 'BAD_STATE',
        why: 'leads nowhere: its service is gone',
      };
    default:
      return {
        refusedBy: vpc.vpcId,
        code: 'NO_POSSIBLE_DESTINATION',
        why: `had no network interface with ${destinationAddress}`,
      };
  }
}

/** What came from beyond the VPC and is for nobody in it. */
function findWhyNoWayThrough(vpc: VpcNetwork, drop: Drop): Refusal {
  const { destinationAddress, link } = drop;
  if (vpc.cidrBlocks.some(({ cidrBlock }) => cidrContains(cidrBlock, destinationAddress)))
    return findNobodyAt(vpc, drop);
  const border = findBorder(vpc, link);
  const code = link && codesOfBorder[link.kind];
  if (border && code)
    return { refusedBy: border, code, why: `leads to the addresses of ${vpc.vpcId} and no further` };
  const tables = vpc.hubAttachments
    .filter(({ attachmentId }) => border === undefined || attachmentId === border)
    .flatMap(({ routeTableId }) => routeTableId ?? []);
  const ways = tables.flatMap((routeTableId) => chooseWay(vpc, { routeTableId }, destinationAddress) ?? []);
  if (ways.some(({ chosen }) => leadsToAnotherNetwork(chosen.target)))
    return {
      refusedBy: vpc.vpcId,
      code: 'VPC_TRANSIT_RESTRICTION',
      why: 'leads nothing from one network to another: one end must be its own',
    };
  const refusedBy = tables[0] ?? vpc.vpcId;
  const blackhole = ways.find(({ chosen }) => chosen.target.kind === 'blackhole')?.chosen;
  return blackhole
    ? { refusedBy, code: 'BAD_STATE_ROUTE', why: `has a blackhole for ${blackhole.destination}` }
    : { refusedBy, code: 'NO_ROUTE_TO_DESTINATION', why: 'has no way on for what comes from beyond it' };
}

/** By which link it came that leads no further than to the VPC's own addresses. */
const codesOfBorder: Record<string, PacketStopCode> = {
  pcx: 'PCX_REQUIRES_ADDRESS_IN_VPC_CIDR',
  vgw: 'VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS',
};

function findGatewayEndpointId(vpc: VpcNetwork, { destinationAddress }: Drop): string {
  const endpoint = vpc.gatewayEndpoints.find(({ cidrBlocks }) =>
    cidrBlocks.some((cidrBlock) => cidrContains(cidrBlock, destinationAddress)),
  );
  return endpoint?.vpcEndpointId ?? vpc.vpcId;
}

function findWhyNobody(vpc: VpcNetwork, drop: Drop, destination: NetworkInterfaceNode | undefined): Refusal {
  if (destination?.behind.kind === 'outbound-resolver')
    return {
      refusedBy: destination.behind.resolverEndpointId,
      code: 'RESOLVER_ENDPOINT_REJECTS_NEW_FLOWS',
      why: 'asks others and answers nobody',
    };
  const service = vpc.serviceInterfaces.find(
    ({ privateIpAddress }) => privateIpAddress === drop.destinationAddress,
  );
  if (!service) return findWhyNoTarget(vpc, drop);
  const { ownerId, listeners, behind } = service;
  if (behind.kind === 'inbound-resolver' && !vpc.resolver.enabled)
    return {
      ...{ refusedBy: vpc.vpcId, code: 'DNS_SUPPORT_DISABLED' },
      why: `enableDnsSupport is off in ${vpc.vpcId}: its resolver answers nobody`,
    };
  const code = codeOfUnserved(listeners, drop.protocol);
  return { refusedBy: ownerId, code, why: `answers ${nameListeners(listeners)} alone` };
}

function findWhyNoTarget(vpc: VpcNetwork, drop: Drop): Refusal {
  const why = 'has no listener with a usable target there';
  const connection = vpc.connections.find(
    ({ endpointAddress }) => endpointAddress === drop.destinationAddress,
  );
  const refusedBy = connection?.vpcEndpointId ?? vpc.vpcId;
  if (!connection) return { refusedBy, code: 'VPCE_SERVICE_NOT_INSTALLED_IN_AZ', why };
  const loadBalancer = findLoadBalancer(vpc, connection.loadBalancerArn);
  return { refusedBy, code: codeOfNoTarget(loadBalancer, drop), why };
}

/** A load balancer's own address is the router's, which leads on what has a listener. */
function findWhyNoListener(
  vpc: VpcNetwork,
  { networkInterfaceId, behind }: NetworkInterfaceNode,
  drop: Drop,
): Refusal {
  const loadBalancer = findLoadBalancerAt(vpc, networkInterfaceId);
  const refusedBy = behind.kind === 'network-load-balancer' ? behind.loadBalancerArn : networkInterfaceId;
  const code = codeOfNoTarget(loadBalancer, drop);
  return { refusedBy, code, why: 'has no listener with a usable target there' };
}

function codeOfNoTarget(
  loadBalancer: LoadBalancerNodes | undefined,
  { protocol, destinationPort: port }: Drop,
): PacketStopCode {
  const isListening =
    loadBalancer && port !== undefined && findListener(loadBalancer, { protocol, port }) !== undefined;
  return isListening ? 'ELBV2_NO_TARGETS_IN_AZ' : 'ELBV2_LISTENERS_MISMATCH';
}

function findWhyNothingListens(
  vpc: VpcNetwork,
  drop: Drop,
  destination: NetworkInterfaceNode | undefined,
): Refusal {
  const { destinationAddress, destinationPort } = drop;
  if (destination?.behind.kind === 'network-load-balancer') return findWhyNoListener(vpc, destination, drop);
  const isResolver = destinationPort === 53 && vpc.resolver.addresses.includes(destinationAddress);
  if (isResolver && !vpc.resolver.enabled)
    return { refusedBy: vpc.vpcId, code: 'DNS_SUPPORT_DISABLED', why: 'has enableDnsSupport off' };
  const refusedBy = destination ? destination.networkInterfaceId : vpc.vpcId;
  return { refusedBy, code: 'NOTHING_LISTENS', why: 'nothing listens there' };
}

/** The sender's interface refuses a source that is nobody's; one a route leads to refuses a destination that is not its own. */
function findWhoChecked(vpc: VpcNetwork, drop: Drop, source: NetworkInterfaceNode | undefined): Refusal {
  const { sourceAddress, destinationAddress } = drop;
  const border = findBorder(vpc, drop.link);
  if (border && findBlock(vpc, sourceAddress) !== undefined)
    return {
      refusedBy: border,
      code: 'GATEWAY_REJECTS_SPOOFED_TRAFFIC',
      why: `source check: ${sourceAddress} is an address of ${vpc.vpcId} itself, and comes from beyond it`,
    };
  const code = 'ENI_SOURCE_DEST_CHECK_RESTRICTION';
  const entrance = vpc.hubAttachments.find(({ attachmentId }) => attachmentId === border);
  const routeTableId = source?.routeTableId ?? entrance?.routeTableId;
  const user = source ?? (routeTableId && { routeTableId });
  const target = user && chooseWay(vpc, user, destinationAddress)?.chosen.target;
  if (target?.kind === 'network-interface')
    return {
      refusedBy: target.networkInterfaceId,
      code,
      why: `source/destination check: ${destinationAddress} is not its address`,
    };
  const why = `source/destination check: ${sourceAddress} is not the address of the interface it came from`;
  return { refusedBy: source?.networkInterfaceId ?? vpc.vpcId, code, why };
}
