// Clouds for tests that begin below the API: a provider and consumers with the same 10.0.0.0/16, as plain records.

import { putNetworkInterface } from '../../src/cloud/address.ts';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { type HostedZoneId, recordSetKey, type ZoneVpc } from '../../src/cloud/hosted-zone.ts';
import type { SubnetId, VpcId } from '../../src/cloud/id.ts';
import type { SecurityGroupRule, Subnet } from '../../src/cloud/vpc.ts';
import type { AwsServiceVpcEndpoint, ServiceVpcEndpoint } from '../../src/cloud/vpc-endpoint.ts';

/** `exampleId('vpc', 7)` is `vpc-00000000000000007`: short to read in goldens. */
export const exampleId = <P extends string>(prefix: P, number: number): `${P}-${string}` =>
  `${prefix}-${number.toString(16).padStart(17, '0')}`;

export interface ExampleVpc {
  vpcId: VpcId;
  subnetIds: SubnetId[];
  groupId: `sg-${string}`;
}

let lastNumber = 0;
export const nextNumber = () => ++lastNumber;

/** Ids start from 1 again: call before a cloud whose compiled form is compared with a golden. */
export function restartIds(): void {
  lastNumber = 0;
}

export const everywhere = (isEgress: boolean, ipProtocol = '-1', port = -1): SecurityGroupRule => ({
  securityGroupRuleId: exampleId('sgr', nextNumber()),
  isEgress,
  ipProtocol,
  fromPort: port,
  toPort: port,
  cidrIpv4: '0.0.0.0/0',
});

/** A VPC 10.0.0.0/16 with a subnet in each of two zones and one group that lets everything through. */
export function putVpc(cloud: Cloud, accountId: string, cidrBlock = '10.0.0.0/16'): ExampleVpc {
  const owner = { accountId, region: 'us-east-1' };
  const number = nextNumber();
  const vpcId = exampleId('vpc', number);
  cloud.vpcs.put({
    ...owner,
    vpcId,
    cidrBlockAssociations: [
      { associationId: exampleId('vpc-cidr-assoc', number), cidrBlock, fabricNumber: number },
    ],
    enableDnsSupport: true,
    enableDnsHostnames: false,
    enableNetworkAddressUsageMetrics: false,
    instanceTenancy: 'default',
    dhcpOptionsId: 'dopt-00000000',
  });
  const main = { routeTableAssociationId: exampleId('rtbassoc', number) };
  cloud.routeTables.put({
    ...owner,
    routeTableId: exampleId('rtb', number),
    vpcId,
    routes: [],
    associations: [main],
  });
  const groupId = exampleId('sg', number);
  const rules = [everywhere(false), everywhere(true)];
  cloud.securityGroups.put({ ...owner, groupId, groupName: 'open', description: 'open', vpcId, rules });
  const prefix = cidrBlock.split('.').slice(0, 2).join('.');
  const subnetIds = ['a', 'b'].map((letter, i) => {
    const subnetId = exampleId('subnet', nextNumber());
    cloud.subnets.put({
      ...owner,
      subnetId,
      vpcId,
      cidrBlock: `${prefix}.${i + 1}.0/24`,
      availabilityZone: `us-east-1${letter}`,
      availabilityZoneId: `use1-az${i + 1}`,
      mapPublicIpOnLaunch: false,
    });
    return subnetId;
  });
  return { vpcId, subnetIds, groupId };
}

export function putInterface(
  cloud: Cloud,
  vpc: ExampleVpc,
  zone: number,
  privateIpAddress: string,
  fields: Partial<Parameters<typeof putNetworkInterface>[3]> = {},
) {
  const subnet = cloud.subnets.find(vpc.subnetIds[zone]!) as Subnet;
  return putNetworkInterface(cloud, (prefix) => exampleId(prefix, nextNumber()), subnet, {
    accountId: subnet.accountId,
    description: '',
    groupIds: [vpc.groupId],
    interfaceType: 'interface',
    requesterManaged: false,
    privateIpAddress,
    ...fields,
  });
}

export function putInstance(
  cloud: Cloud,
  vpc: ExampleVpc,
  zone: number,
  privateIpAddress: string,
  groupIds = [vpc.groupId],
) {
  const instanceId = exampleId('i', nextNumber());
  const { accountId, region } = cloud.vpcs.find(vpc.vpcId)!;
  const attachment = {
    attachmentId: exampleId('eni-attach', nextNumber()),
    instanceId,
    instanceOwnerId: accountId,
    deviceIndex: 0,
    attachTime: '2026-01-31T12:34:56.000Z',
    deleteOnTermination: true,
  };
  const networkInterface = putInterface(cloud, vpc, zone, privateIpAddress, { attachment, groupIds });
  cloud.instances.put({
    ...{ accountId, region, instanceId, reservationId: exampleId('r', nextNumber()), amiLaunchIndex: 0 },
    ...{
      imageId: 'ami-00000000',
      instanceType: 't3.micro',
      vpcId: vpc.vpcId,
      subnetId: vpc.subnetIds[zone]!,
    },
    networkInterfaceIds: [networkInterface.networkInterfaceId],
    ...{
      launchTime: '2026-01-31T12:34:56.000Z',
      desiredState: 'running',
      bootNumber: 1,
      disableApiTermination: false,
    },
    metadataOptions: {
      ...{ httpEndpoint: 'enabled', httpTokens: 'required' },
      ...{ httpPutResponseHopLimit: 2, instanceMetadataTags: 'disabled' },
    },
    ...{ shutdownBehavior: 'stop', stateTransitionReason: '' },
  });
  return { instanceId, networkInterface };
}

/** An NLB with a node in each zone, a listener on `port`, and the instances as its targets; and the service made of it. */
export function putEndpointService(cloud: Cloud, vpc: ExampleVpc, port: number, targetIds: string[]) {
  const { accountId, region } = cloud.vpcs.find(vpc.vpcId)!;
  const owner = { accountId, region };
  const arn = (kind: string) => `arn:aws:elasticloadbalancing:us-east-1:${accountId}:${kind}/${nextNumber()}`;
  const loadBalancerArn = arn('loadbalancer/net/web');
  const prefix = cloud.vpcs
    .find(vpc.vpcId)!
    .cidrBlockAssociations[0]!.cidrBlock.split('.')
    .slice(0, 2)
    .join('.');
  const nodes = [0, 1].map((zone) => {
    const fields = { interfaceType: 'network_load_balancer', requesterManaged: true, groupIds: [] } as const;
    const node = putInterface(cloud, vpc, zone, `${prefix}.${zone + 1}.20`, { ...fields, groupIds: [] });
    const { subnetId, availabilityZone, availabilityZoneId, networkInterfaceId, privateIpAddress } = node;
    return { subnetId, availabilityZone, availabilityZoneId, networkInterfaceId, privateIpAddress };
  });
  cloud.loadBalancers.put({
    ...{ ...owner, loadBalancerArn, loadBalancerName: 'web', scheme: 'internal', vpcId: vpc.vpcId, nodes },
    dnsName: `web-${nextNumber()}.elb.us-east-1.amazonaws.com`,
    ...{ securityGroupIds: [], enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on', attributes: {} },
    createdTime: '2026-01-31T12:34:56.000Z',
  });
  const targetGroupArn = arn('targetgroup/web');
  const healthCheck = {
    enabled: true,
    protocol: 'TCP' as const,
    port: 'traffic-port',
    intervalSeconds: 30,
    timeoutSeconds: 10,
  };
  cloud.targetGroups.put({
    ...{
      ...owner,
      targetGroupArn,
      targetGroupName: `web${nextNumber()}`,
      protocol: 'TCP',
      port,
      vpcId: vpc.vpcId,
    },
    ...{ targetType: 'instance', attributes: {}, targets: targetIds.map((id) => ({ id, port })) },
    healthCheck: { ...healthCheck, healthyThresholdCount: 5, unhealthyThresholdCount: 2 },
  });
  cloud.listeners.put({
    ...owner,
    listenerArn: arn('listener/net/web'),
    loadBalancerArn,
    protocol: 'TCP',
    port,
    targetGroupArn,
    attributes: {},
  });
  const serviceId = exampleId('vpce-svc', nextNumber());
  cloud.endpointServices.put({
    ...{ ...owner, serviceId, acceptanceRequired: true, networkLoadBalancerArns: [loadBalancerArn] },
    ...{ supportedIpAddressTypes: ['ipv4'], allowedPrincipals: [] },
  });
  return { serviceId, loadBalancerArn, targetGroupArn };
}

/** An interface endpoint with a leg in the first zone. */
export function putEndpoint(
  cloud: Cloud,
  vpc: ExampleVpc,
  service: { serviceId: `vpce-svc-${string}`; loadBalancerArn: string },
  privateIpAddress: string,
  decision: ServiceVpcEndpoint['decision'] = 'accepted',
): ServiceVpcEndpoint {
  const { accountId, region } = cloud.vpcs.find(vpc.vpcId)!;
  const number = nextNumber();
  const networkInterface = putInterface(cloud, vpc, 0, privateIpAddress, {
    interfaceType: 'vpc_endpoint',
    requesterManaged: true,
  });
  const { networkInterfaceId } = networkInterface;
  return cloud.vpcEndpoints.put({
    accountId,
    region,
    vpcEndpointId: exampleId('vpce', number),
    vpcEndpointType: 'Interface',
    vpcId: vpc.vpcId,
    serviceName: `com.amazonaws.vpce.us-east-1.${service.serviceId}`,
    serviceId: service.serviceId,
    legs: [
      {
        subnetId: vpc.subnetIds[0]!,
        networkInterfaceId,
        loadBalancerArn: service.loadBalancerArn,
        flowMark: number,
      },
    ],
    ...{ groupIds: [vpc.groupId], privateDnsEnabled: false, dnsSuffix: 'k3x9q2ab', decision },
    vpcEndpointConnectionId: exampleId('vpce-con', number),
    creationTimestamp: '2026-01-31T12:34:56.000Z',
  }) as ServiceVpcEndpoint;
}

/** An interface endpoint to an AWS service, with an address in each zone that one is given for. */
export function putAwsServiceEndpoint(
  cloud: Cloud,
  vpc: ExampleVpc,
  awsService: string,
  addresses: string[],
  fields: Partial<AwsServiceVpcEndpoint> = {},
): AwsServiceVpcEndpoint {
  const { accountId, region } = cloud.vpcs.find(vpc.vpcId)!;
  const number = nextNumber();
  const groupIds = fields.groupIds ?? [vpc.groupId];
  return cloud.vpcEndpoints.put({
    ...{ accountId, region, vpcEndpointId: exampleId('vpce', number), vpcId: vpc.vpcId },
    vpcEndpointType: 'Interface',
    ...{ awsService, serviceName: `com.amazonaws.${region}.${awsService}`, policyDocument: '{}' },
    legs: addresses.map((address, zone) => {
      const kind = { interfaceType: 'vpc_endpoint', requesterManaged: true } as const;
      const { networkInterfaceId } = putInterface(cloud, vpc, zone, address, { ...kind, groupIds });
      return { subnetId: vpc.subnetIds[zone]!, networkInterfaceId };
    }),
    ...{ groupIds, privateDnsEnabled: false, dnsSuffix: 'k3x9q2ab' },
    creationTimestamp: '2026-01-31T12:34:56.000Z',
    ...fields,
  }) as AwsServiceVpcEndpoint;
}

let zonesMade = 0;

/** With one record, `a.NAME`. @param vpcs empty: a public zone */
export function putZone(cloud: Cloud, zoneName: string, vpcs: ZoneVpc[]): HostedZoneId {
  const hostedZoneId: HostedZoneId = `Z${String(++zonesMade).padStart(20, '0')}`;
  cloud.hostedZones.put({
    ...{ hostedZoneId, zoneName, vpcs, accountId: '111111111111', callerReference: hostedZoneId },
    ...{ isPrivate: vpcs.length > 0, authorizedVpcs: [], nameServers: ['ns-0.awsdns-00.com.'] },
  });
  const name = `a.${zoneName}`;
  cloud.zoneRecordSets.put({
    recordSetKey: recordSetKey(hostedZoneId, name, 'A'),
    ...{ hostedZoneId, name, type: 'A', ttlSeconds: 60, values: ['10.0.1.9'] },
  });
  return hostedZoneId;
}
