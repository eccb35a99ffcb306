// By what DescribeInstances lets instances be chosen: every filter that AWS documents, each answered as the instance is shown.

import type { Cloud } from '../../cloud/cloud.ts';
import type { Instance, NetworkInterface } from '../../cloud/instance.ts';
import { privateDnsName } from '../../cloud/private-name.ts';
import type { OperationContext } from '../operation.ts';
import type { FilterFields } from './filter.ts';
import { showMetadataOptions } from './instance-metadata-options.ts';
import { showInstanceProfile } from './instance-profile.ts';
import { hardware, instanceStateOf, interfacesOf, stateCodes } from './instance-show.ts';
import { showGroups } from './network-interface-show.ts';
import { findPublicAssociation } from './public-address.ts';
import { findTags } from './tag.ts';

export function instanceFields(context: OperationContext): FilterFields<Instance> {
  const { cloud } = context;
  const primaryOf = (instance: Instance) => interfacesOf(context, instance)[0];
  const groupIds = (instance: Instance) => primaryOf(instance)?.groupIds ?? [];
  const publicOf = (instance: Instance) =>
    primaryOf(instance) && findPublicAssociation(cloud, primaryOf(instance)!);
  const profileOf = ({ iamInstanceProfile }: Instance) =>
    iamInstanceProfile && showInstanceProfile(context, iamInstanceProfile.arn);
  return {
    'availability-zone': (instance) => cloud.subnets.find(instance.subnetId)?.availabilityZone,
    'availability-zone-id': (instance) => cloud.subnets.find(instance.subnetId)?.availabilityZoneId,
    'client-token': (instance) => instance.clientToken,
    'dns-name': (instance) => publicOf(instance)?.PublicDnsName || undefined,
    'group-id': groupIds,
    'group-name': (instance) => groupNamesOf(cloud, groupIds(instance)),
    'iam-instance-profile.arn': (instance) => instance.iamInstanceProfile?.arn,
    'iam-instance-profile.id': (instance) => profileOf(instance)?.Id,
    'iam-instance-profile.name': (instance) => instance.iamInstanceProfile?.arn.split('/').at(-1),
    'image-id': (instance) => instance.imageId,
    'instance-id': (instance) => instance.instanceId,
    'instance-state-code': (instance) => String(stateCodes[instanceStateOf(context, instance)]),
    'instance-state-name': (instance) => instanceStateOf(context, instance),
    'instance-type': (instance) => instance.instanceType,
    'instance.group-id': groupIds,
    'instance.group-name': (instance) => groupNamesOf(cloud, groupIds(instance)),
    'ip-address': (instance) => publicOf(instance)?.PublicIp,
    'key-name': (instance) => instance.keyName,
    'launch-index': (instance) => String(instance.amiLaunchIndex),
    'launch-time': (instance) => instance.launchTime,
    ...fixedFields,
    ...absentFields,
    ...metadataFields,
    ...interfaceFields(context),
    ...associationFields(context),
    'owner-id': (instance) => instance.accountId,
    'private-dns-name': (instance) => primaryOf(instance) && privateNameOf(primaryOf(instance)!),
    'private-ip-address': (instance) => primaryOf(instance)?.privateIpAddress,
    'reservation-id': (instance) => instance.reservationId,
    'source-dest-check': (instance) => primaryOf(instance) && String(primaryOf(instance)!.sourceDestCheck),
    reason: (instance) => instance.stateTransitionReason,
    'state-reason-code': (instance) => instance.stateReason?.code,
    'state-reason-message': (instance) => instance.stateReason?.message,
    'state-transition-reason': (instance) => instance.stateTransitionReason,
    'subnet-id': (instance) => primaryOf(instance) && instance.subnetId,
    'vpc-id': (instance) => primaryOf(instance) && instance.vpcId,
  };
}

/** The same of every instance here. */
const fixedFields: FilterFields<Instance> = {
  architecture: () => hardware.Architecture,
  'ebs-optimized': () => String(hardware.EbsOptimized),
  hypervisor: () => hardware.Hypervisor,
  'maintenance-options.auto-recovery': () => hardware.MaintenanceOptions.AutoRecovery,
  'monitoring-state': () => hardware.Monitoring.State,
  'platform-details': () => hardware.PlatformDetails,
  'private-dns-name-options.enable-resource-name-dns-a-record': () => 'false',
  'private-dns-name-options.enable-resource-name-dns-aaaa-record': () => 'false',
  'private-dns-name-options.hostname-type': () => hardware.PrivateDnsNameOptions.HostnameType,
  'root-device-name': () => hardware.RootDeviceName,
  'root-device-type': () => hardware.RootDeviceType,
  tenancy: () => 'default',
  'usage-operation': () => hardware.UsageOperation,
  'virtualization-type': () => hardware.VirtualizationType,
};

/** What no instance here has. */
const absentFields: FilterFields<Instance> = Object.fromEntries(
  [
    ...['attach-time', 'delete-on-termination', 'device-name', 'status', 'volume-id'].map(
      (name) => `block-device-mapping.${name}`,
    ),
    ...['affinity', 'capacity-reservation-id', 'host-id', 'instance-lifecycle', 'ipv6-address', 'kernel-id'],
    ...['network-interface.ipv6-address', 'network-interface.ipv6-addresses.ipv6-address'],
    ...['network-interface.outpost-arn', 'network-interface.requester-id', 'outpost-arn'],
    ...['placement-group-name', 'placement-partition-number', 'platform', 'product-code'],
    ...['product-code.type', 'ramdisk-id', 'requester-id', 'spot-instance-request-id'],
  ].map((name) => [name, () => undefined]),
);

const metadataFields: FilterFields<Instance> = {
  'metadata-options.http-endpoint': (instance) => showMetadataOptions(instance).HttpEndpoint,
  'metadata-options.http-protocol-ipv6': (instance) => showMetadataOptions(instance).HttpProtocolIpv6,
  'metadata-options.http-put-response-hop-limit': (instance) =>
    String(showMetadataOptions(instance).HttpPutResponseHopLimit),
  'metadata-options.http-tokens': (instance) => showMetadataOptions(instance).HttpTokens,
  'metadata-options.instance-metadata-tags': (instance) => showMetadataOptions(instance).InstanceMetadataTags,
  'metadata-options.state': (instance) => showMetadataOptions(instance).State,
};

type OfInterface = (eni: NetworkInterface) => string | string[] | undefined;

/** What filters ask of the interfaces of an instance: of any of them. */
function interfaceFields(context: OperationContext): FilterFields<Instance> {
  const { cloud } = context;
  const every = (pick: OfInterface) => (instance: Instance) =>
    interfacesOf(context, instance).flatMap((eni) => pick(eni) ?? []);
  return {
    'network-interface.addresses.primary': every(() => 'true'),
    'network-interface.addresses.private-dns-name': every(privateNameOf),
    'network-interface.addresses.private-ip-address': every((eni) => eni.privateIpAddress),
    'network-interface.attachment.attach-time': every((eni) => eni.attachment?.attachTime),
    'network-interface.attachment.attachment-id': every((eni) => eni.attachment?.attachmentId),
    'network-interface.attachment.delete-on-termination': every((eni) =>
      String(eni.attachment?.deleteOnTermination),
    ),
    'network-interface.attachment.device-index': every((eni) => String(eni.attachment?.deviceIndex)),
    'network-interface.attachment.instance-id': every((eni) => eni.attachment?.instanceId),
    'network-interface.attachment.instance-owner-id': every((eni) => eni.attachment?.instanceOwnerId),
    'network-interface.attachment.network-card-index': every(() => '0'),
    'network-interface.attachment.status': every(() => 'attached'),
    'network-interface.availability-zone': every((eni) => eni.availabilityZone),
    'network-interface.description': every((eni) => eni.description),
    'network-interface.group-id': every((eni) => eni.groupIds),
    'network-interface.group-name': every((eni) => groupNamesOf(cloud, eni.groupIds)),
    'network-interface.mac-address': every((eni) => eni.macAddress),
    'network-interface.network-interface-id': every((eni) => eni.networkInterfaceId),
    'network-interface.owner-id': every((eni) => eni.accountId),
    'network-interface.private-dns-name': every(privateNameOf),
    'network-interface.private-ip-address': every((eni) => eni.privateIpAddress),
    'network-interface.requester-managed': every((eni) => String(eni.requesterManaged)),
    'network-interface.source-dest-check': every((eni) => String(eni.sourceDestCheck)),
    'network-interface.status': every(() => 'in-use'),
    'network-interface.subnet-id': every((eni) => eni.subnetId),
    'network-interface.tag-key': every((eni) => Object.keys(findTags(cloud, eni.networkInterfaceId))),
    'network-interface.tag-value': every((eni) => Object.values(findTags(cloud, eni.networkInterfaceId))),
    'network-interface.vpc-id': every((eni) => eni.vpcId),
  };
}

/** Of public addresses; AWS has each of these by two names. */
function associationFields(context: OperationContext): FilterFields<Instance> {
  const parts = {
    'allocation-id': 'AllocationId',
    'association-id': 'AssociationId',
    'ip-owner-id': 'IpOwnerId',
    'public-dns-name': 'PublicDnsName',
    'public-ip': 'PublicIp',
  } as const;
  const fields: FilterFields<Instance> = {};
  for (const [name, part] of Object.entries(parts)) {
    const field = (instance: Instance) =>
      interfacesOf(context, instance).flatMap(
        (eni) => findPublicAssociation(context.cloud, eni)?.[part] || [],
      );
    fields[`network-interface.addresses.association.${name}`] = field;
    fields[`network-interface.association.${name}`] = field;
  }
  return fields;
}

function groupNamesOf(cloud: Cloud, groupIds: string[]): string[] {
  return showGroups(cloud, groupIds).map((group) => group.GroupName!);
}

function privateNameOf({ privateIpAddress, region }: NetworkInterface): string {
  return privateDnsName(privateIpAddress, region);
}
