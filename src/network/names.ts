// What the resolvers answer. Endpoint and load balancer names are public: every VPC resolves them, to private addresses;
// the names of AWS's services are public too, and lead to public addresses, whichever way packets then take.
// AWS: a zone that cannot serve leaves the regional name; its zonal name stays.

import { regionalName, zonalName } from '../cloud/endpoint-name.ts';
import type { VpcId } from '../cloud/id.ts';
import { privateDnsName } from '../cloud/private-name.ts';
import { publicDnsName } from '../cloud/public-name.ts';
import { frontEnds } from '../cloud/public-range.ts';
import { regionNames } from '../cloud/region.ts';
import { globalBucketName, homeRegion, serviceNames } from '../cloud/service-name.ts';
import type { Vpc } from '../cloud/vpc.ts';
import type { AwsServiceVpcEndpoint, ServiceVpcEndpoint } from '../cloud/vpc-endpoint.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import { findPool } from './balancing.ts';
import type { CloudIndex } from './cloud-index.ts';
import type { Balancing, Sources } from './compile-memory.ts';
import type {
  LoadBalancerNodes,
  NameRecord,
  NameTable,
  Network,
  NetworkInterfaceNode,
  VpcNetwork,
} from './network.ts';
import { findPublicHost } from './public-host-name.ts';

export const endpointTtlSeconds = 60;
/** AWS: addresses of S3 and DynamoDB change from one answer to the next. */
const frontEndTtlSeconds = 5;

/** No wildcard stands below a name of more labels. */
const deepestWildcard = 6;

/** The names of AWS's services: the same for every VPC and every cloud. Keys that begin with `*.` stand for all below. */
const serviceNameTable: NameTable = new Map(
  frontEnds
    // ORDER: the home region last, so that names several regions serve lead there.
    .toSorted((a, b) => Number(a.region === homeRegion) - Number(b.region === homeRegion))
    .flatMap((frontEnd) => {
      const record = { type: 'A', addresses: frontEnd.addresses, ttlSeconds: frontEndTtlSeconds } as const;
      return serviceNames(frontEnd).map((name) => [name, record] as const);
    }),
);

/** Where a name of this VPC's resolver is looked for, in order. */
export function nameTables(
  network: Pick<Network, 'publicNames'>,
  vpc: Pick<VpcNetwork, 'privateNames'>,
): NameTable[] {
  return [vpc.privateNames, network.publicNames, serviceNameTable];
}

/**
 * The record of a name in lower case, or what stands for it: the wildcard at the nearest name above.
 * @param tables the first that has the name answers
 */
export function findName(tables: readonly NameTable[], name: string): NameRecord | undefined {
  const record = findExactly(tables, name);
  if (record) return record;
  for (const above of namesAbove(name)) {
    const wildcard = findExactly(tables, `*.${above}`);
    // DNS: a name that exists hides the wildcards above it.
    if (wildcard || findExactly(tables, above)) return wildcard;
  }
  const address = findPublicHost(name);
  if (address === undefined) return undefined;
  return { type: 'A', addresses: [address], ttlSeconds: endpointTtlSeconds };
}

/** DNS: a name exists when others stand below it, though it has no records of its own. */
export function hasNamesBelow(name: string): boolean {
  return namesOnTheWay.has(name);
}

/** The root, and what is above the names of AWS's services and those that instances, endpoints and load balancers are given. */
const namesOnTheWay = new Set<string>(['']);
for (const name of [
  ...serviceNameTable.keys(),
  ...regionNames.flatMap((region) => [
    publicDnsName('0.0.0.0', region),
    privateDnsName('0.0.0.0', region),
    `x.elb.${region}.amazonaws.com`,
    `x.${region}.vpce.amazonaws.com`,
  ]),
]) {
  for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
    const above = name.slice(dot + 1);
    if (namesOnTheWay.has(above)) break; // and so all above it
    namesOnTheWay.add(above);
  }
}

/** Nearest first; of long names only the last, so that a question of 127 labels costs no more than another. */
function namesAbove(name: string): string[] {
  const names: string[] = [];
  let dot = name.lastIndexOf('.');
  while (dot > 0 && names.length < deepestWildcard) {
    names.unshift(name.slice(dot + 1));
    dot = name.lastIndexOf('.', dot - 1);
  }
  return names;
}

function findExactly(tables: readonly NameTable[], name: string): NameRecord | undefined {
  for (const table of tables) {
    const record = table.get(name);
    if (record !== undefined) return record;
  }
  return undefined;
}

export function compilePublicNames(sources: Sources): NameTable {
  const names = nameBuckets(sources);
  for (const ofVpc of sources.names.values()) for (const [name, record] of ofVpc) names.set(name, record);
  return names;
}

/** What everybody may look up of a VPC: its endpoints, its load balancers, its interfaces with public addresses. */
export function nameVpc({ index, balancing }: Sources, vpcId: VpcId): NameTable {
  const names: NameTable = new Map();
  for (const vpcEndpoint of index.endpointsOf.get(vpcId) ?? [])
    nameEndpoint(index, balancing, vpcEndpoint, names);
  for (const vpcEndpoint of index.awsServiceEndpointsOf.get(vpcId) ?? [])
    nameServiceEndpoint(index, vpcEndpoint, names);
  const own = balancing.get(vpcId)!;
  for (const loadBalancer of own.loadBalancers) nameLoadBalancer(index, own, loadBalancer, names);
  const vpc = index.cloud.vpcs.find(vpcId)!;
  if (!hasPublicNames(vpc)) return names;
  for (const { networkInterfaceId } of index.networkInterfacesOf.get(vpcId) ?? []) {
    const publicIp = index.publicAddressOf.get(networkInterfaceId);
    if (publicIp) setName(names, publicDnsName(publicIp, vpc.region), [publicIp]);
  }
  return names;
}

/**
 * `ip-10-0-1-5.ec2.internal` for every interface of the VPC that somebody lives behind.
 * AWS: inside the VPC the public name too leads to the private address.
 */
export function compilePrivateNames(
  index: CloudIndex,
  vpc: Vpc,
  interfaces: NetworkInterfaceNode[],
): NameTable {
  const names: NameTable = new Map();
  // ORDER: the VPC's own names last, so that they stand where both have one.
  for (const peer of findOpenPeers(index, vpc))
    nameInterfaces(index, peer, index.networkInterfacesOf.get(peer.vpcId) ?? [], names);
  for (const neighbour of findNeighbours(index, vpc))
    namePublicAddresses(index, neighbour, index.networkInterfacesOf.get(neighbour.vpcId) ?? [], names);
  nameInterfaces(index, vpc, interfaces, names);
  return names;
}

type Named = Pick<NetworkInterfaceNode, 'networkInterfaceId' | 'privateIpAddress'>;

function nameInterfaces(index: CloudIndex, vpc: Vpc, interfaces: readonly Named[], names: NameTable): void {
  for (const { privateIpAddress } of interfaces)
    setName(names, privateDnsName(privateIpAddress, vpc.region), [privateIpAddress]);
  if (hasPublicNames(vpc)) namePublicAddresses(index, vpc, interfaces, names);
}

/** By the public name to the private address. */
function namePublicAddresses(
  index: CloudIndex,
  { region }: Vpc,
  interfaces: readonly Named[],
  names: NameTable,
): void {
  for (const { networkInterfaceId, privateIpAddress } of interfaces) {
    const publicIp = index.publicAddressOf.get(networkInterfaceId);
    if (publicIp) setName(names, publicDnsName(publicIp, region), [privateIpAddress]);
  }
}

/** AWS: VPCs at the other ends of peerings that let names of their hosts be resolved to private addresses from here. */
function findOpenPeers(index: CloudIndex, { vpcId }: Vpc): Vpc[] {
  return (index.peeringsOf.get(vpcId) ?? []).flatMap(({ requester, accepter }) => {
    const other = requester.vpcId === vpcId ? accepter : requester;
    const peer = other.allowDnsResolutionFromRemoteVpc ? index.cloud.vpcs.find(other.vpcId) : undefined;
    return peer?.enableDnsSupport ? [peer] : [];
  });
}

/**
 * VPCs on the same transit gateway that have public names. AWS: where the transit gateway and both attachments support DNS,
 * these names lead to private addresses. The private names stay unknown.
 */
function findNeighbours(index: CloudIndex, { vpcId }: Vpc): Vpc[] {
  return (index.transitGatewayAttachmentsOf.get(vpcId) ?? [])
    .filter(({ dnsSupport, transitGatewayId }) => {
      return dnsSupport && index.cloud.transitGateways.find(transitGatewayId)?.dnsSupport;
    })
    .flatMap(({ transitGatewayId }) => index.attachmentsOfTransitGateway.get(transitGatewayId) ?? [])
    .flatMap((other) => {
      if (other.resourceType !== 'vpc' || other.vpcId === vpcId || !other.dnsSupport) return [];
      const neighbour = index.internetGatewayOf.has(other.vpcId) && index.cloud.vpcs.find(other.vpcId);
      return neighbour && hasPublicNames(neighbour) ? [neighbour] : [];
    });
}

/** AWS: a public name is given where the VPC has both DNS attributes. */
function hasPublicNames({ enableDnsSupport, enableDnsHostnames }: Vpc): boolean {
  return enableDnsSupport && enableDnsHostnames;
}

/** Buckets of the home region are what the wildcard says. */
function nameBuckets({ index: { cloud } }: Sources): NameTable {
  const names: NameTable = new Map();
  for (const { bucketName, region } of cloud.buckets.all()) {
    const addresses =
      region === homeRegion ? undefined : serviceNameTable.get(`s3.${region}.amazonaws.com`)?.addresses;
    if (addresses)
      names.set(globalBucketName(bucketName), { type: 'A', addresses, ttlSeconds: frontEndTtlSeconds });
  }
  return names;
}

function nameEndpoint(
  index: CloudIndex,
  balancing: Sources['balancing'],
  vpcEndpoint: ServiceVpcEndpoint,
  names: NameTable,
): void {
  const legs = vpcEndpoint.legs.flatMap((leg) => {
    const networkInterface = index.cloud.networkInterfaces.find(leg.networkInterfaceId);
    const provider = balancing.get(index.cloud.loadBalancers.find(leg.loadBalancerArn)?.vpcId ?? 'vpc-');
    const loadBalancer = provider?.loadBalancers.find((lb) => lb.loadBalancerArn === leg.loadBalancerArn);
    if (!networkInterface) return [];
    const { privateIpAddress, availabilityZone, availabilityZoneId } = networkInterface;
    const serves = provider && loadBalancer ? canServe(provider, loadBalancer, availabilityZoneId) : false;
    return [{ privateIpAddress, availabilityZone, serves }];
  });
  for (const leg of legs)
    setName(names, zonalName(vpcEndpoint, leg.availabilityZone), [leg.privateIpAddress]);
  setName(names, regionalName(vpcEndpoint), addressesThatServe(legs));
}

/** DIFFERS: endpoint-zones-serve-together one door serves all its zones: it is there for every address or for none. */
function nameServiceEndpoint(
  { cloud }: CloudIndex,
  vpcEndpoint: AwsServiceVpcEndpoint,
  names: NameTable,
): void {
  const places = vpcEndpoint.legs.flatMap(
    (leg) => cloud.networkInterfaces.find(leg.networkInterfaceId) ?? [],
  );
  for (const { availabilityZone, privateIpAddress } of places)
    setName(names, zonalName(vpcEndpoint, availabilityZone), [privateIpAddress]);
  if (places.length > 0)
    setName(
      names,
      regionalName(vpcEndpoint),
      places.map(({ privateIpAddress }) => privateIpAddress),
    );
}

function nameLoadBalancer(
  index: CloudIndex,
  vpc: Balancing,
  loadBalancer: LoadBalancerNodes,
  names: NameTable,
): void {
  const record = index.cloud.loadBalancers.find(loadBalancer.loadBalancerArn);
  if (!record) return;
  const nodes = record.nodes.map(({ privateIpAddress, availabilityZone, availabilityZoneId }) => ({
    privateIpAddress,
    availabilityZone,
    serves: canServe(vpc, loadBalancer, availabilityZoneId),
  }));
  for (const node of nodes)
    setName(names, `${node.availabilityZone}.${record.dnsName}`, [node.privateIpAddress]);
  setName(names, record.dnsName, addressesThatServe(nodes));
}

function setName(names: NameTable, name: string, addresses: Ipv4[]): void {
  names.set(name.toLowerCase(), { type: 'A', addresses, ttlSeconds: endpointTtlSeconds });
}

/** AWS: when no zone can serve, the name answers all of them rather than nothing. */
function addressesThatServe(places: { privateIpAddress: Ipv4; serves: boolean }[]): Ipv4[] {
  const serving = places.filter(({ serves }) => serves);
  return (serving.length > 0 ? serving : places).map(({ privateIpAddress }) => privateIpAddress);
}

/** AWS: one target group without a usable target in a zone is enough for the zone to leave the name. */
function canServe(vpc: Balancing, loadBalancer: LoadBalancerNodes, zone: string): boolean {
  const { listeners } = loadBalancer;
  return listeners.length > 0 && listeners.every((listener) => findPool(vpc, listener, zone)?.targets.length);
}
