// Public addresses of network interfaces: the one given for as long as an instance runs, and the Elastic IP that takes its place.

import { AwsError } from '../../aws/aws-error.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import type { NetworkInterfaceId, Region } from '../../cloud/id.ts';
import type { Instance, NetworkInterface } from '../../cloud/instance.ts';
import type { ElasticIp } from '../../cloud/internet.ts';
import { findPublicAddress, takePublicAddress } from '../../cloud/public-address.ts';
import { publicDnsName } from '../../cloud/public-name.ts';
import type { Ipv4 } from '../../lib/cidr.ts';

export function findElasticIpOf(cloud: Cloud, networkInterfaceId: NetworkInterfaceId): ElasticIp | undefined {
  return cloud.elasticIps
    .all()
    .find(({ association }) => association?.networkInterfaceId === networkInterfaceId);
}

/** A free address of the region, or AWS's refusal. */
export function takeAddressOf(cloud: Cloud, region: Region): Ipv4 {
  const address = takePublicAddress(cloud, region);
  if (address !== undefined) return address;
  throw new AwsError(
    'InsufficientAddressCapacity',
    'There are not enough free public addresses to satisfy your request.',
  );
}

/** Gives an instance that starts its public address, if it is to have one and no Elastic IP stands there. */
export function assignPublicAddress(cloud: Cloud, { networkInterfaceIds }: Instance): void {
  const [primaryId] = networkInterfaceIds;
  const primary = primaryId && cloud.networkInterfaces.find(primaryId);
  if (!primary?.associatesPublicIp || findPublicAddress(cloud, primary)) return;
  const autoAssignedPublicIp = takeAddressOf(cloud, primary.region);
  cloud.networkInterfaces.put({ ...primary, autoAssignedPublicIp });
}

/** AWS: an instance that stops or ends loses the address that was given to it. */
export function releasePublicAddress(cloud: Cloud, { networkInterfaceIds }: Instance): void {
  for (const id of networkInterfaceIds) {
    const networkInterface = cloud.networkInterfaces.find(id);
    if (networkInterface?.autoAssignedPublicIp) {
      cloud.networkInterfaces.put(withoutPublicAddress(networkInterface));
    }
  }
}

export function withoutPublicAddress(networkInterface: NetworkInterface): NetworkInterface {
  const { autoAssignedPublicIp: _released, ...rest } = networkInterface;
  return rest;
}

/** For an interface that is deleted: its Elastic IP stays allocated, attached to nothing. */
export function dropElasticIpAssociation(cloud: Cloud, networkInterfaceId: NetworkInterfaceId): void {
  const elasticIp = findElasticIpOf(cloud, networkInterfaceId);
  if (!elasticIp) return;
  const { association: _gone, ...free } = elasticIp;
  cloud.elasticIps.put(free);
}

/** How a public address is shown beside the private one it stands for. */
export interface PublicAssociation {
  PublicIp: Ipv4;
  PublicDnsName: string;
  IpOwnerId: string;
  /** Both absent of an address that was given automatically. */
  AllocationId?: string;
  AssociationId?: string;
}

/** AWS: an address that was given automatically is `amazon`'s; the name is empty where the VPC gives out none. */
export function findPublicAssociation(
  cloud: Cloud,
  networkInterface: NetworkInterface,
): PublicAssociation | undefined {
  const elasticIp = findElasticIpOf(cloud, networkInterface.networkInterfaceId);
  const PublicIp = elasticIp?.publicIp ?? networkInterface.autoAssignedPublicIp;
  if (!PublicIp) return undefined;
  const vpc = cloud.vpcs.find(networkInterface.vpcId);
  const hasName = vpc?.enableDnsHostnames && vpc.enableDnsSupport;
  return {
    PublicIp,
    PublicDnsName: hasName ? publicDnsName(PublicIp, networkInterface.region) : '',
    IpOwnerId: elasticIp ? elasticIp.accountId : 'amazon',
    ...(elasticIp && {
      AllocationId: elasticIp.allocationId,
      AssociationId: elasticIp.association!.associationId,
    }),
  };
}
