// Network interfaces as AWS shows them: on their own, and inside the instance that has them.

import type {
  GroupIdentifier,
  InstanceNetworkInterface,
  NetworkInterfaceAttachment,
  NetworkInterface as NetworkInterfaceShape,
  NetworkInterfaceType,
} from '@aws-sdk/client-ec2';
import type { Cloud } from '../../cloud/cloud.ts';
import type { NetworkInterface } from '../../cloud/instance.ts';
import { privateDnsName } from '../../cloud/private-name.ts';
import type { OperationContext } from '../operation.ts';
import type { FilterFields } from './filter.ts';
import { findPublicAssociation } from './public-address.ts';
import { showTags } from './tag.ts';

type Attachment = NonNullable<NetworkInterface['attachment']>;

export function showGroups(cloud: Cloud, groupIds: string[]): GroupIdentifier[] {
  return groupIds.map((GroupId) => ({
    GroupId,
    GroupName: cloud.securityGroups.find(GroupId)?.groupName ?? '',
  }));
}

function statusOf(networkInterface: NetworkInterface): 'in-use' | 'available' {
  return networkInterface.attachment ? 'in-use' : 'available';
}

export function showNetworkInterface(
  { cloud }: OperationContext,
  networkInterface: NetworkInterface,
): NetworkInterfaceShape {
  const { networkInterfaceId, attachment, requesterId } = networkInterface;
  const privateName = findPrivateName(cloud, networkInterface);
  const Association = findPublicAssociation(cloud, networkInterface);
  return {
    NetworkInterfaceId: networkInterfaceId,
    VpcId: networkInterface.vpcId,
    SubnetId: networkInterface.subnetId,
    AvailabilityZone: networkInterface.availabilityZone,
    AvailabilityZoneId: networkInterface.availabilityZoneId,
    OwnerId: networkInterface.accountId,
    Description: networkInterface.description,
    // AWS: writes `nat_gateway` where the SDK's type has `natGateway`.
    InterfaceType: networkInterface.interfaceType as NetworkInterfaceType,
    RequesterManaged: networkInterface.requesterManaged,
    ...(requesterId && { RequesterId: requesterId }),
    Status: statusOf(networkInterface),
    ...(attachment && { Attachment: showAttachment(attachment) }),
    MacAddress: networkInterface.macAddress,
    PrivateIpAddress: networkInterface.privateIpAddress,
    ...privateName,
    ...(Association && { Association }),
    PrivateIpAddresses: [
      {
        Primary: true,
        PrivateIpAddress: networkInterface.privateIpAddress,
        ...privateName,
        ...(Association && { Association }),
      },
    ],
    Ipv6Addresses: [],
    Groups: showGroups(cloud, networkInterface.groupIds),
    SourceDestCheck: networkInterface.sourceDestCheck,
    TagSet: showTags(cloud, networkInterfaceId),
  };
}

/** AWS: an interface has a name only where the VPC gives out host names; an instance always has one. */
function findPrivateName(
  cloud: Cloud,
  { vpcId, privateIpAddress, region }: NetworkInterface,
): { PrivateDnsName?: string } {
  if (!cloud.vpcs.find(vpcId)?.enableDnsHostnames) return {};
  return { PrivateDnsName: privateDnsName(privateIpAddress, region) };
}

function showAttachment(attachment: Attachment): NetworkInterfaceAttachment {
  return {
    AttachmentId: attachment.attachmentId,
    AttachTime: new Date(attachment.attachTime),
    DeleteOnTermination: attachment.deleteOnTermination,
    DeviceIndex: attachment.deviceIndex,
    NetworkCardIndex: 0,
    InstanceOwnerId: attachment.instanceOwnerId,
    ...(attachment.instanceId && { InstanceId: attachment.instanceId }),
    Status: 'attached',
  };
}

/** The shorter form that DescribeInstances has. */
export function showInstanceInterface(
  context: OperationContext,
  networkInterface: NetworkInterface,
): InstanceNetworkInterface {
  const shown = showNetworkInterface(context, networkInterface);
  const attachment = networkInterface.attachment;
  const Association = showShortAssociation(shown.Association);
  return {
    NetworkInterfaceId: networkInterface.networkInterfaceId,
    VpcId: networkInterface.vpcId,
    SubnetId: networkInterface.subnetId,
    OwnerId: networkInterface.accountId,
    Description: networkInterface.description,
    InterfaceType: networkInterface.interfaceType as NetworkInterfaceType,
    Status: statusOf(networkInterface),
    MacAddress: networkInterface.macAddress,
    PrivateIpAddress: networkInterface.privateIpAddress,
    ...(shown.PrivateDnsName && { PrivateDnsName: shown.PrivateDnsName }),
    ...(Association && { Association }),
    PrivateIpAddresses: (shown.PrivateIpAddresses ?? []).map(({ Association: _longer, ...address }) => ({
      ...address,
      ...(Association && { Association }),
    })),
    Ipv6Addresses: [],
    Groups: shown.Groups ?? [],
    SourceDestCheck: networkInterface.sourceDestCheck,
    ...(attachment && {
      Attachment: {
        AttachmentId: attachment.attachmentId,
        AttachTime: new Date(attachment.attachTime),
        DeleteOnTermination: attachment.deleteOnTermination,
        DeviceIndex: attachment.deviceIndex,
        NetworkCardIndex: 0,
        Status: 'attached',
      },
    }),
  };
}

function showShortAssociation(
  association: NetworkInterfaceShape['Association'],
): InstanceNetworkInterface['Association'] {
  if (!association) return undefined;
  const { PublicIp, PublicDnsName, IpOwnerId } = association;
  return { PublicIp, PublicDnsName, IpOwnerId };
}

export const networkInterfaceFields = ({ cloud }: OperationContext): FilterFields<NetworkInterface> => ({
  'addresses.association.owner-id': (eni) => findPublicAssociation(cloud, eni)?.IpOwnerId,
  'addresses.association.public-ip': (eni) => findPublicAssociation(cloud, eni)?.PublicIp,
  'addresses.primary': () => 'true',
  'addresses.private-ip-address': (eni) => eni.privateIpAddress,
  'association.allocation-id': (eni) => findPublicAssociation(cloud, eni)?.AllocationId,
  'association.association-id': (eni) => findPublicAssociation(cloud, eni)?.AssociationId,
  'association.ip-owner-id': (eni) => findPublicAssociation(cloud, eni)?.IpOwnerId,
  'association.public-dns-name': (eni) => findPublicAssociation(cloud, eni)?.PublicDnsName,
  'association.public-ip': (eni) => findPublicAssociation(cloud, eni)?.PublicIp,
  'attachment.attach-time': (eni) => eni.attachment && showTime(eni.attachment.attachTime),
  'attachment.attachment-id': (eni) => eni.attachment?.attachmentId,
  'attachment.delete-on-termination': (eni) => eni.attachment && String(eni.attachment.deleteOnTermination),
  'attachment.device-index': (eni) => eni.attachment && String(eni.attachment.deviceIndex),
  'attachment.instance-id': (eni) => eni.attachment?.instanceId,
  'attachment.instance-owner-id': (eni) => eni.attachment?.instanceOwnerId,
  'attachment.status': (eni) => eni.attachment && 'attached',
  'availability-zone': (eni) => eni.availabilityZone,
  'availability-zone-id': (eni) => eni.availabilityZoneId,
  description: (eni) => eni.description,
  'group-id': (eni) => eni.groupIds,
  'group-name': (eni) => showGroups(cloud, eni.groupIds).map((group) => group.GroupName!),
  'interface-type': (eni) => eni.interfaceType,
  'ipv6-addresses.ipv6-address': () => undefined,
  'mac-address': (eni) => eni.macAddress,
  'network-interface-id': (eni) => eni.networkInterfaceId,
  // AWS: means other companies' services that were let in, which there are none of.
  'operator.managed': () => 'false',
  'operator.principal': () => undefined,
  'owner-id': (eni) => eni.accountId,
  'private-dns-name': (eni) => findPrivateName(cloud, eni).PrivateDnsName,
  'private-ip-address': (eni) => eni.privateIpAddress,
  'requester-id': (eni) => eni.requesterId,
  'requester-managed': (eni) => String(eni.requesterManaged),
  'source-dest-check': (eni) => String(eni.sourceDestCheck),
  status: statusOf,
  'subnet-id': (eni) => eni.subnetId,
  'vpc-id': (eni) => eni.vpcId,
});

function showTime(time: string): string {
  return time.replace(/\.\d+Z$/, '.000Z');
}
