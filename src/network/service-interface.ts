// Interfaces behind which a service of ours answers: those of interface endpoints to AWS's services, and of a resolver's inbound
// endpoints. What listens there is a door, and this says on which ports: the router lets nothing else through to it.

import { namesToVouchFor, regionalName, zonalName } from '../cloud/endpoint-name.ts';
import type { NetworkInterface } from '../cloud/instance.ts';
import { serviceNames } from '../cloud/service-name.ts';
import type { AwsServiceVpcEndpoint } from '../cloud/vpc-endpoint.ts';
import type { CloudIndex } from './cloud-index.ts';
import { nameFlow } from './gate.ts';
import type { ServiceInterfaceNode, VpcNetwork } from './network.ts';

export function compileServiceInterfaces(index: CloudIndex, vpcId: string): ServiceInterfaceNode[] {
  return [
    ...(index.awsServiceEndpointsOf.get(vpcId) ?? []).flatMap((vpcEndpoint) => {
      const { vpcEndpointId, awsService: service, region, legs } = vpcEndpoint;
      const interfaces = findInterfaces(index, legs);
      const names = listNames(vpcEndpoint, interfaces);
      return interfaces.map((one) =>
        nodeOf(one, vpcEndpointId, { kind: 'aws-service', service, region, names }),
      );
    }),
    ...(index.inboundEndpointsOf.get(vpcId) ?? []).flatMap(({ resolverEndpointId, addresses }) =>
      findInterfaces(index, addresses).map((one) =>
        nodeOf(one, resolverEndpointId, { kind: 'inbound-resolver' }),
      ),
    ),
  ];
}

function findInterfaces(
  { cloud }: CloudIndex,
  places: Pick<NetworkInterface, 'networkInterfaceId'>[],
): NetworkInterface[] {
  return places.flatMap(({ networkInterfaceId }) => cloud.networkInterfaces.find(networkInterfaceId) ?? []);
}

function nodeOf(
  { networkInterfaceId, privateIpAddress }: NetworkInterface,
  ownerId: ServiceInterfaceNode['ownerId'],
  behind: ServiceInterfaceNode['behind'],
): ServiceInterfaceNode {
  return { ownerId, networkInterfaceId, privateIpAddress, behind };
}

/** AWS: the certificate is good for the service's own names, whether they lead here or not, and for the endpoint's. */
function listNames(vpcEndpoint: AwsServiceVpcEndpoint, places: { availabilityZone: string }[]): string[] {
  const { awsService: service, region } = vpcEndpoint;
  const ofEndpoint = [
    regionalName(vpcEndpoint),
    ...places.map(({ availabilityZone }) => zonalName(vpcEndpoint, availabilityZone)),
  ];
  return [...serviceNames({ service, region }), ...ofEndpoint.flatMap(namesToVouchFor)];
}

export interface ServiceListener {
  protocol: 'tcp' | 'udp';
  port: number;
}

const https: ServiceListener = { protocol: 'tcp', port: 443 };
const http: ServiceListener = { protocol: 'tcp', port: 80 };
const dns: ServiceListener[] = [
  { protocol: 'udp', port: 53 },
  { protocol: 'tcp', port: 53 },
];

/** AWS: an endpoint has its service's own listeners alone, and that is HTTPS; S3 has HTTP too. */
export function serviceListeners(behind: ServiceInterfaceNode['behind']): ServiceListener[] {
  if (behind.kind === 'inbound-resolver') return dns;
  return behind.service === 's3' ? [https, http] : [https];
}

/** `tcp 443 and tcp 80` */
export function nameListeners(behind: ServiceInterfaceNode['behind']): string {
  return serviceListeners(behind).map(nameFlow).join(' and ');
}

/** The interfaces of a VPC by whose door they lead to. */
export function serviceOwners(vpc: VpcNetwork): Map<ServiceInterfaceNode['ownerId'], ServiceInterfaceNode[]> {
  return Map.groupBy(vpc.serviceInterfaces, ({ ownerId }) => ownerId);
}
