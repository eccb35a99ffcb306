// Interfaces behind which a service of ours answers: those of interface endpoints to AWS's services, and of a resolver's inbound
// endpoints. What listens there is a door, with a socket on each of the node's ports.

import { namesToVouchFor, regionalName, zonalName } from '../cloud/endpoint-name.ts';
import type { NetworkInterface } from '../cloud/instance.ts';
import { serviceNames } from '../cloud/service-name.ts';
import type { AwsServiceVpcEndpoint } from '../cloud/vpc-endpoint.ts';
import type { CloudIndex } from './cloud-index.ts';
import { dnsListeners, interfaceEndpointListeners, type Listener } from './listener.ts';
import type { ServiceInterfaceNode, VpcNetwork } from './network.ts';

export function compileServiceInterfaces(index: CloudIndex, vpcId: string): ServiceInterfaceNode[] {
  return [
    ...(index.awsServiceEndpointsOf.get(vpcId) ?? []).flatMap((vpcEndpoint) => {
      const { vpcEndpointId, awsService: service, region, legs } = vpcEndpoint;
      const interfaces = findInterfaces(index, legs);
      const names = listNames(vpcEndpoint, interfaces);
      return interfaces.map((one) =>
        nodeOf(one, vpcEndpointId, interfaceEndpointListeners(service), {
          ...{ kind: 'aws-service', service, region, names },
        }),
      );
    }),
    ...(index.inboundEndpointsOf.get(vpcId) ?? []).flatMap(({ resolverEndpointId, addresses }) =>
      findInterfaces(index, addresses).map((one) =>
        nodeOf(one, resolverEndpointId, dnsListeners, { kind: 'inbound-resolver' }),
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
  listeners: readonly Listener[],
  behind: ServiceInterfaceNode['behind'],
): ServiceInterfaceNode {
  return { ownerId, networkInterfaceId, privateIpAddress, listeners, behind };
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

/** The interfaces of a VPC by whose door they lead to. */
export function serviceOwners(vpc: VpcNetwork): Map<ServiceInterfaceNode['ownerId'], ServiceInterfaceNode[]> {
  return Map.groupBy(vpc.serviceInterfaces, ({ ownerId }) => ownerId);
}
