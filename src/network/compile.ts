// cloud → network: what every VPC is on this machine. Pure: the same cloud and the same health give the same network.

import type { Cloud } from '../cloud/cloud.ts';
import { dhcpAnswer } from '../cloud/dhcp-options.ts';
import { findLoggedInterfaces } from '../cloud/flow-log.ts';
import type { VpcId } from '../cloud/id.ts';
import type { NetworkInterface } from '../cloud/instance.ts';
import type { Vpc } from '../cloud/vpc.ts';
import { addressAt, addressNumber, formatAddress } from '../lib/cidr.ts';
import type { CloudIndex } from './cloud-index.ts';
import { type CompileMemory, createNoMemory, type Sources } from './compile-memory.ts';
import { compileEndpointZones } from './endpoint-zone.ts';
import { compileGateways, compileInternet } from './gateway.ts';
import { compileHostedZone, findHostedZones } from './hosted-zone.ts';
import { compileConnections, compileEndpointLegs } from './interface-endpoint.ts';
import { compileHealthChecks, compileLoadBalancers } from './load-balancer.ts';
import { compilePrivateNames, compilePublicNames, nameVpc } from './names.ts';
import type {
  Network,
  NetworkInterfaceNode,
  Observed,
  Resolver,
  ServiceInterfaceNode,
  VpcNetwork,
} from './network.ts';
import { compileNetworkAcls } from './network-acl.ts';
import { prepareDirectory } from './place.ts';
import {
  compileOutboundResolvers,
  compileResolverRules,
  type OutboundResolverNode,
} from './resolver-endpoint.ts';
import { compileRouteTables, findPeerings, findRouteTable } from './router.ts';
import { compileSecurityGroup } from './security-group.ts';
import { compileServiceInterfaces } from './service-interface.ts';
import { compileHubs } from './site.ts';
import { compileTransitGatewayAttachments } from './transit-gateway.ts';
import { compileVpnAttachment } from './vpn-gateway.ts';

/** The resolver's second address, the same in every VPC. */
export const linkLocalResolver = '169.254.169.253';
/** Where an instance asks for what it is (IMDS), in every VPC. */
export const metadataAddress = '169.254.169.254';

/** @param memory of earlier compilations of this cloud: what it gives is the same, sooner */
export function compileNetwork(
  cloud: Cloud,
  observed: Observed,
  memory: CompileMemory = createNoMemory(),
): Network {
  memory.begin(cloud, observed);
  const vpcIds = cloud.vpcs
    .all()
    .map(({ vpcId }) => vpcId)
    .toArray();
  const ofEach = <T>(what: string, compute: (sources: Sources, vpcId: VpcId) => T) =>
    new Map(vpcIds.map((vpcId) => [vpcId, memory.recall(what, (sources) => compute(sources, vpcId), vpcId)]));
  memory.share('balancing', ofEach('balancing', compileLoadBalancers));
  const hostedZones = cloud.hostedZones.all().toArray();
  const zones = new Map(
    hostedZones.map(({ hostedZoneId }) => [
      hostedZoneId,
      memory.recall('zone', (sources) => compileHostedZone(sources, hostedZoneId), hostedZoneId),
    ]),
  );
  memory.share('zones', zones);
  memory.share('names', ofEach('public names', nameVpc));
  const vpcs = ofEach('network', compileVpc);
  const hubs = memory.recall('hubs', ({ index }) => compileHubs(index));
  const network = {
    generation: cloud.generation,
    vpcs,
    internet: compileInternet(vpcs, hubs),
    hubs,
    healthChecks: memory.recall('health checks', ({ index }) => compileHealthChecks(index)),
    publicNames: memory.recall('public names', compilePublicNames),
    publicZones: hostedZones
      .filter(({ isPrivate }) => !isPrivate)
      .map(({ hostedZoneId }) => zones.get(hostedZoneId)!),
  };
  memory.end();
  return network;
}

function compileVpc(sources: Sources, vpcId: VpcId): VpcNetwork {
  const { index, balancing } = sources;
  const vpc = index.cloud.vpcs.find(vpcId)!;
  const serviceInterfaces = compileServiceInterfaces(index, vpc.vpcId);
  const outboundResolvers = compileOutboundResolvers(index, vpcId);
  const interfaces = compileInterfaces(index, vpc, serviceInterfaces, outboundResolvers);
  const network: VpcNetwork = {
    vpcId: vpc.vpcId,
    accountId: vpc.accountId,
    region: vpc.region,
    cidrBlocks: vpc.cidrBlockAssociations.map(({ cidrBlock, fabricNumber }) => ({
      cidrBlock,
      fabricBlock: fabricBlock(cidrBlock, fabricNumber),
    })),
    routerAddresses: (index.subnetsOf.get(vpc.vpcId) ?? []).map(({ cidrBlock }) => addressAt(cidrBlock, 1)),
    resolver: compileResolver(index, vpc),
    interfaces,
    routeTables: compileRouteTables(index, vpc),
    securityGroups: (index.securityGroupsOf.get(vpc.vpcId) ?? []).map((group) =>
      compileSecurityGroup(index, group),
    ),
    ...compileNetworkAcls(index, vpc.vpcId),
    loggedInterfaceIds: findLoggedInterfaces(index.flowLogsOf.get(vpcId) ?? [], vpcId, interfaces),
    peerings: findPeerings(index, vpc),
    ...compileGateways(index, vpc),
    endpointLegs: compileEndpointLegs(index, vpc),
    serviceInterfaces,
    outboundResolvers,
    resolverRules: compileResolverRules(index, vpcId),
    hubAttachments: [...compileTransitGatewayAttachments(index, vpc), ...compileVpnAttachment(index, vpc)],
    ...balancing.get(vpcId)!,
    connections: compileConnections(index, vpc),
    privateNames: compilePrivateNames(index, vpc, interfaces),
    privateZones: [...findHostedZones(sources, vpcId), ...compileEndpointZones(index, vpc)],
  };
  prepareDirectory(network);
  return network;
}

function compileResolver({ cloud }: CloudIndex, vpc: Vpc): Resolver {
  const address = addressAt(vpc.cidrBlockAssociations[0]!.cidrBlock, 2);
  const { nameServers } = dhcpAnswer(cloud, vpc, address);
  const isAsked = nameServers.includes(address) || nameServers.includes(linkLocalResolver);
  return {
    enabled: vpc.enableDnsSupport,
    addresses: [address, linkLocalResolver],
    ...(isAsked ? {} : { instead: { dhcpOptionsId: vpc.dhcpOptionsId, servers: nameServers } }),
  };
}

/** `10.0.5.0/24` with number 7 is `240.7.5.0/24`: the low sixteen bits stay, so one rewrite serves every address. */
function fabricBlock(cidrBlock: string, fabricNumber: number): string {
  const [address, prefixLength] = cidrBlock.split('/') as [string, string];
  const first = 240 * 2 ** 24 + fabricNumber * 2 ** 16 + (addressNumber(address) % 2 ** 16);
  return `${formatAddress(first)}/${prefixLength}`;
}

function compileInterfaces(
  index: CloudIndex,
  vpc: Vpc,
  serviceInterfaces: ServiceInterfaceNode[],
  outboundResolvers: OutboundResolverNode[],
): NetworkInterfaceNode[] {
  const ownerOf = new Map(
    serviceInterfaces.map(({ networkInterfaceId, ownerId }) => [networkInterfaceId, ownerId]),
  );
  const resolverOf = new Map(outboundResolvers.map((node) => [node.networkInterfaceId, node]));
  const endpointOf = new Map(
    (index.endpointsOf.get(vpc.vpcId) ?? []).flatMap((vpcEndpoint) =>
      vpcEndpoint.legs.map((leg) => [leg.networkInterfaceId, vpcEndpoint.vpcEndpointId] as const),
    ),
  );
  const loadBalancerOf = new Map(
    (index.loadBalancersOf.get(vpc.vpcId) ?? []).flatMap((loadBalancer) =>
      loadBalancer.nodes.map((node) => [node.networkInterfaceId, loadBalancer.loadBalancerArn] as const),
    ),
  );
  const natGateways = index.natGatewaysOf.get(vpc.vpcId) ?? [];
  const behind = ({ networkInterfaceId, attachment }: NetworkInterface): NetworkInterfaceNode['behind'] => {
    const vpcEndpointId = endpointOf.get(networkInterfaceId);
    if (vpcEndpointId) return { kind: 'vpc-endpoint', vpcEndpointId };
    const ownerId = ownerOf.get(networkInterfaceId);
    if (ownerId) return { kind: 'service', ownerId };
    const loadBalancerArn = loadBalancerOf.get(networkInterfaceId);
    if (loadBalancerArn) return { kind: 'network-load-balancer', loadBalancerArn };
    const natGateway = natGateways.find((gateway) => gateway.networkInterfaceId === networkInterfaceId);
    if (natGateway) return { kind: 'nat-gateway', natGatewayId: natGateway.natGatewayId };
    const resolver = resolverOf.get(networkInterfaceId);
    if (resolver) return { kind: 'outbound-resolver', resolverEndpointId: resolver.resolverEndpointId };
    if (!attachment?.instanceId) return { kind: 'nothing' };
    const { instanceId, deviceIndex } = attachment;
    const instance = index.cloud.instances.find(instanceId);
    // AWS: the interface of a stopped instance keeps its address, and nobody answers there.
    if (instance && instance.desiredState !== 'running')
      return { kind: 'nothing', stopped: { instanceId, deviceIndex } };
    const bootNumber = instance?.bootNumber ?? 0;
    return { kind: 'instance', instanceId, deviceIndex, bootNumber };
  };
  const subnets = new Map((index.subnetsOf.get(vpc.vpcId) ?? []).map((subnet) => [subnet.subnetId, subnet]));
  return (index.networkInterfacesOf.get(vpc.vpcId) ?? []).map((networkInterface) => {
    const subnet = subnets.get(networkInterface.subnetId)!;
    const { networkInterfaceId, subnetId, availabilityZone, availabilityZoneId } = networkInterface;
    const { privateIpAddress, macAddress, groupIds, sourceDestCheck } = networkInterface;
    return {
      ...{
        networkInterfaceId,
        subnetId,
        subnetCidrBlock: subnet.cidrBlock,
        availabilityZone,
        availabilityZoneId,
      },
      routeTableId: findRouteTable(index, subnet).routeTableId,
      ...{ privateIpAddress, macAddress, groupIds, sourceDestCheck },
      behind: behind(networkInterface),
    };
  });
}
