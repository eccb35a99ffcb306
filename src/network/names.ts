// What the resolvers answer. Endpoint and load balancer names are public: every VPC resolves them, to private addresses.
// AWS: a zone that cannot serve leaves the regional name; its zonal name stays.

import { regionalName, zonalName } from '../cloud/endpoint-name.ts';
import { privateDnsName } from '../cloud/private-name.ts';
import type { Vpc } from '../cloud/vpc.ts';
import type { InterfaceVpcEndpoint } from '../cloud/vpc-endpoint.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import type { CloudIndex } from './cloud-index.ts';
import type {
  LoadBalancerNodes,
  NameTable,
  NetworkInterfaceNode,
  TargetPool,
  VpcNetwork,
} from './network.ts';

const endpointTtlSeconds = 60;

export function compilePublicNames(index: CloudIndex, vpcs: Map<string, VpcNetwork>): NameTable {
  const names: NameTable = new Map();
  for (const vpcEndpoint of index.cloud.vpcEndpoints.all())
    if (vpcEndpoint.vpcEndpointType === 'Interface') nameEndpoint(index, vpcs, vpcEndpoint, names);
  for (const vpc of vpcs.values()) {
    for (const loadBalancer of vpc.loadBalancers) nameLoadBalancer(index, vpc, loadBalancer, names);
  }
  return names;
}

/** `ip-10-0-1-5.ec2.internal` for every interface of the VPC that somebody lives behind. */
export function compilePrivateNames(vpc: Vpc, interfaces: NetworkInterfaceNode[]): NameTable {
  return new Map(
    interfaces.map(({ privateIpAddress }) => [
      privateDnsName(privateIpAddress, vpc.region),
      { type: 'A', addresses: [privateIpAddress], ttlSeconds: endpointTtlSeconds },
    ]),
  );
}

function nameEndpoint(
  index: CloudIndex,
  vpcs: Map<string, VpcNetwork>,
  vpcEndpoint: InterfaceVpcEndpoint,
  names: NameTable,
): void {
  const legs = vpcEndpoint.legs.flatMap((leg) => {
    const networkInterface = index.cloud.networkInterfaces.find(leg.networkInterfaceId);
    const provider = vpcs.get(index.cloud.loadBalancers.find(leg.loadBalancerArn)?.vpcId ?? 'vpc-');
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

function nameLoadBalancer(
  index: CloudIndex,
  vpc: VpcNetwork,
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
function canServe(vpc: VpcNetwork, loadBalancer: LoadBalancerNodes, zone: string): boolean {
  const { listeners } = loadBalancer;
  return (
    listeners.length > 0 &&
    listeners.every(({ poolIdByZone }) => findPool(vpc, poolIdByZone[zone])?.targets.length)
  );
}

export function findPool(vpc: VpcNetwork, poolId: string | undefined): TargetPool | undefined {
  return vpc.targetPools.find((pool) => pool.poolId === poolId);
}
