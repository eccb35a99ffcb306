// The hidden zones of a VPC: by them the own names of AWS's services lead to its interface endpoints with private DNS.
// AWS: they work as long as the VPC has both its DNS attributes.

import { endpointZones } from '../cloud/endpoint-zone.ts';
import type { Vpc } from '../cloud/vpc.ts';
import type { CloudIndex } from './cloud-index.ts';
import { endpointTtlSeconds } from './names.ts';
import type { PrivateZone } from './network.ts';

export function compileEndpointZones(index: CloudIndex, vpc: Vpc): PrivateZone[] {
  const { vpcId, enableDnsSupport, enableDnsHostnames } = vpc;
  if (!enableDnsSupport || !enableDnsHostnames) return [];
  return (index.awsServiceEndpointsOf.get(vpcId) ?? [])
    .filter(({ privateDnsEnabled }) => privateDnsEnabled)
    .flatMap((vpcEndpoint) => {
      const { vpcEndpointId, legs, privateDnsOnlyForInboundResolverEndpoint: isOnly = false } = vpcEndpoint;
      const addresses = legs.flatMap(
        ({ networkInterfaceId }) =>
          index.cloud.networkInterfaces.find(networkInterfaceId)?.privateIpAddress ?? [],
      );
      return endpointZones(vpcEndpoint).map(({ zoneName, names }): PrivateZone => {
        const record = { type: 'A', ttlSeconds: endpointTtlSeconds, addresses } as const;
        const recordSets = new Map(names.map((name) => [name, [record]]));
        return { zoneName, by: vpcEndpointId, isForInboundOnly: isOnly, recordSets };
      });
    });
}
