// The ways out of a VPC: gateway endpoints, its internet gateway, its NAT gateways; and the internet they lead to.

import { prefixListOf, serviceRanges } from '../cloud/public-range.ts';
import type { Vpc } from '../cloud/vpc.ts';
import type { CloudIndex } from './cloud-index.ts';
import type {
  GatewayEndpointNode,
  Hub,
  Internet,
  InternetGatewayNode,
  NatGatewayNode,
  VpcNetwork,
} from './network.ts';

type Gateways = Pick<VpcNetwork, 'gatewayEndpoints' | 'internetGateway' | 'natGateways'>;

export function compileGateways(index: CloudIndex, vpc: Vpc): Gateways {
  const internetGateway = compileInternetGateway(index, vpc);
  return {
    gatewayEndpoints: compileGatewayEndpoints(index, vpc),
    ...(internetGateway ? { internetGateway } : {}),
    natGateways: compileNatGateways(index, vpc),
  };
}

export function compileInternet(vpcs: Map<string, VpcNetwork>, hubs: Map<string, Hub>): Internet {
  const publicAddresses: Internet['publicAddresses'] = new Map();
  for (const { vpcId, internetGateway } of vpcs.values())
    for (const { publicIpAddress } of internetGateway?.publicAddresses ?? [])
      publicAddresses.set(publicIpAddress, vpcId);
  const siteAddresses: Internet['siteAddresses'] = new Map();
  for (const { hubId, ports } of hubs.values())
    for (const { attachmentId, leadsTo } of ports)
      if (leadsTo.kind === 'internet' && !siteAddresses.has(leadsTo.publicAddress))
        siteAddresses.set(leadsTo.publicAddress, { hubId, attachmentId });
  return { publicAddresses, siteAddresses, serviceRanges };
}

function compileGatewayEndpoints(index: CloudIndex, vpc: Vpc): GatewayEndpointNode[] {
  return (index.gatewayEndpointsOf.get(vpc.vpcId) ?? []).map((vpcEndpoint) => {
    const { vpcEndpointId, gatewayService: service, region, routeTableIds } = vpcEndpoint;
    const { prefixListId, cidrBlocks } = prefixListOf(region, service);
    return { vpcEndpointId, service, region, prefixListId, cidrBlocks, routeTableIds };
  });
}

function compileInternetGateway(index: CloudIndex, { vpcId }: Vpc): InternetGatewayNode | undefined {
  const gateway = index.internetGatewayOf.get(vpcId);
  if (!gateway) return undefined;
  const publicAddresses = (index.networkInterfacesOf.get(vpcId) ?? []).flatMap(
    ({ networkInterfaceId, privateIpAddress }) => {
      const publicIpAddress = index.publicAddressOf.get(networkInterfaceId);
      return publicIpAddress === undefined ? [] : [{ networkInterfaceId, privateIpAddress, publicIpAddress }];
    },
  );
  return { internetGatewayId: gateway.internetGatewayId, publicAddresses };
}

function compileNatGateways(index: CloudIndex, { vpcId }: Vpc): NatGatewayNode[] {
  const subnets = index.subnetsOf.get(vpcId) ?? [];
  return (index.natGatewaysOf.get(vpcId) ?? []).map((natGateway) => {
    const { natGatewayId, networkInterfaceId, privateIpAddress, subnetId } = natGateway;
    const subnetCidrBlock = subnets.find((subnet) => subnet.subnetId === subnetId)!.cidrBlock;
    return { natGatewayId, networkInterfaceId, privateIpAddress, subnetCidrBlock };
  });
}
