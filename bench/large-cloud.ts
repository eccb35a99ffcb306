// A cloud of a size that nobody draws by hand, as plain records: providers with a service each; consumers with instances, a
// gateway endpoint, one to EC2 and many to the services; among them a dozen that a transit gateway connects, and a site.

import type { Cloud } from '../src/cloud/cloud.ts';
import type { SecurityGroupId } from '../src/cloud/id.ts';
import {
  type ExampleVpc,
  everywhere,
  exampleId,
  nextNumber,
  putAwsServiceEndpoint,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../test/networks/example-cloud.ts';
import {
  mainRouteTableId,
  putElasticIp,
  putGatewayEndpoint,
  putInternetGateway,
  putPeering,
  putRoute,
} from '../test/networks/example-gateway.ts';
import { propagateInto, putSite, putVpn, putVpnGateway } from '../test/networks/example-site.ts';
import { joinTransitGateway, putTransitGateway } from '../test/networks/example-transit-gateway.ts';

export interface LargeCloudSize {
  vpcs: number;
  instances: number;
  endpoints: number;
}

export interface LargeConsumer {
  vpc: ExampleVpc;
  /** The second lets in HTTPS alone. */
  instances: { instanceId: string; address: string }[];
  serviceEndpointIds: string[];
  ec2EndpointId: string;
}

export interface LargeCloud {
  /** The first dozen have ranges of their own and a transit gateway; the first two are peered, and a VPN leads to the first. */
  consumers: LargeConsumer[];
  hostId: string;
}

const connected = 12;
const servicePort = 443;

export function putLargeCloud(cloud: Cloud, size: LargeCloudSize): LargeCloud {
  const instancesPerVpc = size.instances / size.vpcs;
  const providers = Array.from({ length: Math.ceil(size.vpcs / 10) }, () => {
    const vpc = putVpc(cloud, '111111111111');
    const ids = Array.from(
      { length: instancesPerVpc },
      (_, index) => putInstance(cloud, vpc, index % 2, `10.0.${(index % 2) + 1}.${30 + index}`).instanceId,
    );
    return putEndpointService(cloud, vpc, servicePort, ids.slice(0, 4));
  });
  const count = size.vpcs - providers.length;
  const consumers = Array.from({ length: count }, (_, index) => putConsumer(cloud, index, instancesPerVpc));
  // Each has a gateway endpoint and one to EC2 already.
  for (let index = 0; index < size.endpoints - 2 * count; index++) {
    const { vpc, serviceEndpointIds } = consumers[index % count]!;
    const address = `${prefixOf(index % count)}.1.${100 + serviceEndpointIds.length}`;
    const service = providers[index % providers.length]!;
    serviceEndpointIds.push(putEndpoint(cloud, vpc, service, address).vpcEndpointId);
  }
  return { consumers, hostId: connect(cloud, consumers.slice(0, connected)) };
}

const prefixOf = (index: number) => (index < connected ? `10.${index + 1}` : '10.0');

function putConsumer(cloud: Cloud, index: number, instanceCount: number): LargeConsumer {
  const prefix = prefixOf(index);
  const vpc = putVpc(cloud, '222222222222', `${prefix}.0.0/16`);
  const narrow = putNarrowGroup(cloud, vpc);
  const instances = Array.from({ length: instanceCount }, (_, number) => {
    const address = `${prefix}.${(number % 2) + 1}.${30 + number}`;
    const groupIds = number === 1 ? [narrow] : [vpc.groupId];
    const { instanceId, networkInterface } = putInstance(cloud, vpc, number % 2, address, groupIds);
    return { instanceId, address, networkInterfaceId: networkInterface.networkInterfaceId };
  });
  const table = mainRouteTableId(cloud, vpc);
  putGatewayEndpoint(cloud, vpc, 's3', [table]);
  if (index % 10 === 0) {
    const { internetGatewayId } = putInternetGateway(cloud, vpc);
    putRoute(cloud, table, '0.0.0.0/0', { kind: 'internet-gateway', internetGatewayId });
    putElasticIp(cloud, instances[0]!.networkInterfaceId);
  }
  const ec2EndpointId = putAwsServiceEndpoint(cloud, vpc, 'ec2', [`${prefix}.1.90`], {
    privateDnsEnabled: true,
  }).vpcEndpointId;
  return { vpc, instances, serviceEndpointIds: [], ec2EndpointId };
}

/** As groups of a grown network are: some rules by group and range, of which one lets HTTPS in. */
function putNarrowGroup(cloud: Cloud, vpc: ExampleVpc): SecurityGroupId {
  const group = cloud.securityGroups.find(vpc.groupId)!;
  const groupId = exampleId('sg', nextNumber());
  const ports = [5432, 6379, 8080, 8443, 9000, 9090, 9200, 11211].map((port) => ({
    ...everywhere(false, 'tcp', port),
    cidrIpv4: '172.16.0.0/12',
  }));
  const rules = [...ports, everywhere(false, 'tcp', 443), everywhere(true)];
  cloud.securityGroups.put({ ...group, groupId, groupName: 'narrow', rules });
  return groupId;
}

function connect(cloud: Cloud, consumers: LargeConsumer[]): string {
  const gateway = putTransitGateway(cloud);
  const { transitGatewayId } = gateway;
  for (const { vpc } of consumers) {
    joinTransitGateway(cloud, gateway, vpc);
    const table = mainRouteTableId(cloud, vpc);
    putRoute(cloud, table, '10.0.0.0/8', { kind: 'transit-gateway', transitGatewayId });
  }
  const [{ vpc: left }, { vpc: right }] = consumers as [LargeConsumer, LargeConsumer];
  const vpcPeeringConnectionId = putPeering(cloud, left, right);
  for (const [vpc, destination] of [
    [left, '10.2.0.0/16'],
    [right, '10.1.0.0/16'],
  ] as const)
    putRoute(cloud, mainRouteTableId(cloud, vpc), destination, {
      kind: 'vpc-peering-connection',
      vpcPeeringConnectionId,
    });
  const vpnGateway = putVpnGateway(cloud, left);
  propagateInto(cloud, mainRouteTableId(cloud, left), vpnGateway);
  const site = putSite(cloud, 'berlin', '192.168.0.0/16');
  putVpn(cloud, vpnGateway, site);
  return site.hosts[0]!.hostId;
}
