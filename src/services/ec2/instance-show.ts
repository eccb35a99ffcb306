// Instances as AWS shows them. Their state is never stored: it is what was asked for against what the sandbox does.

import type { Instance as InstanceShape, InstanceState, Reservation } from '@aws-sdk/client-ec2';
import type { Cloud } from '../../cloud/cloud.ts';
import { type Instance, metadataOptionsOf, type NetworkInterface } from '../../cloud/instance.ts';
import { privateDnsName } from '../../cloud/private-name.ts';
import type { OperationContext } from '../operation.ts';
import type { FilterFields } from './filter.ts';
import { showMetadataOptions } from './instance-metadata-options.ts';
import { showInstanceProfile } from './instance-profile.ts';
import { showGroups, showInstanceInterface } from './network-interface-show.ts';
import { findPublicAssociation } from './public-address.ts';
import { showTags } from './tag.ts';

const stateCodes = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

export type InstanceStateName = keyof typeof stateCodes;

export function instanceStateOf({ world }: OperationContext, instance: Instance): InstanceStateName {
  const { sandbox } = world.observeInstance(instance.instanceId);
  switch (instance.desiredState) {
    case 'running':
      return sandbox === 'running' ? 'running' : 'pending';
    case 'stopped':
      return sandbox === 'absent' ? 'stopped' : 'stopping';
    case 'terminated':
      return sandbox === 'absent' ? 'terminated' : 'shutting-down';
  }
}

export function showState(name: InstanceStateName): InstanceState {
  return { Name: name, Code: stateCodes[name] };
}

/** Device 0 comes first. */
export function interfacesOf({ cloud }: OperationContext, instance: Instance): NetworkInterface[] {
  return instance.networkInterfaceIds.flatMap((id) => cloud.networkInterfaces.find(id) ?? []);
}

/** Instances that were started by the same request belong together. */
export function showReservations(context: OperationContext, instances: Instance[]): Reservation[] {
  const byReservation = Map.groupBy(instances, (instance) => instance.reservationId);
  return [...byReservation].map(([ReservationId, members]) => ({
    ReservationId,
    OwnerId: members[0]!.accountId,
    Groups: [],
    Instances: members.map((instance) => showInstance(context, instance)),
  }));
}

function showInstance(context: OperationContext, instance: Instance): InstanceShape {
  const state = instanceStateOf(context, instance);
  const { stateReason, keyName, clientToken, iamInstanceProfile } = instance;
  return {
    InstanceId: instance.instanceId,
    ImageId: instance.imageId,
    InstanceType: instance.instanceType as NonNullable<InstanceShape['InstanceType']>,
    State: showState(state),
    StateTransitionReason: instance.stateTransitionReason,
    ...(stateReason && { StateReason: { Code: stateReason.code, Message: stateReason.message } }),
    LaunchTime: new Date(instance.launchTime),
    AmiLaunchIndex: instance.amiLaunchIndex,
    ...(keyName && { KeyName: keyName }),
    ClientToken: clientToken ?? '',
    ...(iamInstanceProfile && { IamInstanceProfile: showInstanceProfile(context, iamInstanceProfile.arn) }),
    MetadataOptions: showMetadataOptions(instance),
    Tags: showTags(context.cloud, instance.instanceId),
    ...showPlace(context, instance),
    ...hardware,
  };
}

/** AWS: a terminated instance has no addresses any more. */
function showPlace(context: OperationContext, instance: Instance): InstanceShape {
  const interfaces = interfacesOf(context, instance);
  const primary = interfaces[0];
  const association = primary && findPublicAssociation(context.cloud, primary);
  const zone = context.cloud.subnets.find(instance.subnetId);
  return {
    Placement: {
      ...(zone && { AvailabilityZone: zone.availabilityZone, AvailabilityZoneId: zone.availabilityZoneId }),
      GroupName: '',
      Tenancy: 'default',
    },
    PrivateDnsName: primary ? privateDnsName(primary.privateIpAddress, instance.region) : '',
    PublicDnsName: association?.PublicDnsName ?? '',
    ...(association && { PublicIpAddress: association.PublicIp }),
    ...(primary && {
      VpcId: instance.vpcId,
      SubnetId: instance.subnetId,
      PrivateIpAddress: primary.privateIpAddress,
      SourceDestCheck: primary.sourceDestCheck,
    }),
    SecurityGroups: showGroups(context.cloud, primary?.groupIds ?? []),
    NetworkInterfaces: interfaces.map((networkInterface) => showInstanceInterface(context, networkInterface)),
  };
}

/** DIFFERS: instance-has-no-volumes the root disk lives as an EBS volume does, but there is no volume to describe. */
const hardware: InstanceShape = {
  Architecture: 'x86_64',
  VirtualizationType: 'hvm',
  RootDeviceName: '/dev/xvda',
  RootDeviceType: 'ebs',
  BlockDeviceMappings: [],
  ProductCodes: [],
  EbsOptimized: false,
  // AWS: says xen of Nitro instances too.
  Hypervisor: 'xen',
  Monitoring: { State: 'disabled' },
  PrivateDnsNameOptions: {
    HostnameType: 'ip-name',
    EnableResourceNameDnsARecord: false,
    EnableResourceNameDnsAAAARecord: false,
  },
};

export function instanceFields(context: OperationContext): FilterFields<Instance> {
  const { cloud } = context;
  const primaryOf = (instance: Instance) => interfacesOf(context, instance)[0];
  const groupIds = (instance: Instance) => primaryOf(instance)?.groupIds ?? [];
  const publicOf = (instance: Instance) =>
    primaryOf(instance) && findPublicAssociation(cloud, primaryOf(instance)!);
  const profileOf = ({ iamInstanceProfile }: Instance) =>
    iamInstanceProfile && showInstanceProfile(context, iamInstanceProfile.arn);
  return {
    architecture: () => hardware.Architecture,
    'availability-zone': (instance) => cloud.subnets.find(instance.subnetId)?.availabilityZone,
    'availability-zone-id': (instance) => cloud.subnets.find(instance.subnetId)?.availabilityZoneId,
    'client-token': (instance) => instance.clientToken,
    'dns-name': (instance) => publicOf(instance)?.PublicDnsName || undefined,
    'ebs-optimized': () => String(hardware.EbsOptimized),
    'group-id': groupIds,
    'group-name': (instance) => groupNamesOf(cloud, groupIds(instance)),
    hypervisor: () => hardware.Hypervisor,
    'iam-instance-profile.arn': (instance) => instance.iamInstanceProfile?.arn,
    'iam-instance-profile.id': (instance) => profileOf(instance)?.Id,
    'iam-instance-profile.name': (instance) => instance.iamInstanceProfile?.arn.split('/').at(-1),
    'image-id': (instance) => instance.imageId,
    'instance-id': (instance) => instance.instanceId,
    'instance-lifecycle': () => undefined,
    'instance-state-code': (instance) => String(stateCodes[instanceStateOf(context, instance)]),
    'instance-state-name': (instance) => instanceStateOf(context, instance),
    'instance-type': (instance) => instance.instanceType,
    'instance.group-id': groupIds,
    'instance.group-name': (instance) => groupNamesOf(cloud, groupIds(instance)),
    'ip-address': (instance) => publicOf(instance)?.PublicIp,
    'key-name': (instance) => instance.keyName,
    'launch-index': (instance) => String(instance.amiLaunchIndex),
    'launch-time': (instance) => instance.launchTime,
    'metadata-options.http-endpoint': (instance) => metadataOptionsOf(instance).httpEndpoint,
    'metadata-options.http-tokens': (instance) => metadataOptionsOf(instance).httpTokens,
    'metadata-options.instance-metadata-tags': (instance) => metadataOptionsOf(instance).instanceMetadataTags,
    'monitoring-state': () => hardware.Monitoring!.State,
    ...interfaceFields(context),
    'owner-id': (instance) => instance.accountId,
    platform: () => undefined,
    'private-dns-name': (instance) => primaryOf(instance) && privateNameOf(primaryOf(instance)!),
    'private-ip-address': (instance) => primaryOf(instance)?.privateIpAddress,
    'reservation-id': (instance) => instance.reservationId,
    'root-device-name': () => hardware.RootDeviceName,
    'root-device-type': () => hardware.RootDeviceType,
    'source-dest-check': (instance) => primaryOf(instance) && String(primaryOf(instance)!.sourceDestCheck),
    'state-reason-code': (instance) => instance.stateReason?.code,
    'subnet-id': (instance) => primaryOf(instance) && instance.subnetId,
    tenancy: () => 'default',
    'virtualization-type': () => hardware.VirtualizationType,
    'vpc-id': (instance) => primaryOf(instance) && instance.vpcId,
  };
}

/** What filters ask of the interfaces of an instance: of any of them. */
function interfaceFields(context: OperationContext): FilterFields<Instance> {
  const { cloud } = context;
  const every = (pick: (eni: NetworkInterface) => string | string[] | undefined) => (instance: Instance) =>
    interfacesOf(context, instance).flatMap((eni) => pick(eni) ?? []);
  const publicIp = every((eni) => findPublicAssociation(cloud, eni)?.PublicIp);
  return {
    'network-interface.addresses.association.public-ip': publicIp,
    'network-interface.addresses.private-ip-address': every((eni) => eni.privateIpAddress),
    'network-interface.association.public-ip': publicIp,
    'network-interface.attachment.attachment-id': every((eni) => eni.attachment?.attachmentId),
    'network-interface.attachment.device-index': every((eni) => String(eni.attachment?.deviceIndex)),
    'network-interface.availability-zone': every((eni) => eni.availabilityZone),
    'network-interface.description': every((eni) => eni.description),
    'network-interface.group-id': every((eni) => eni.groupIds),
    'network-interface.group-name': every((eni) => groupNamesOf(cloud, eni.groupIds)),
    'network-interface.mac-address': every((eni) => eni.macAddress),
    'network-interface.network-interface-id': every((eni) => eni.networkInterfaceId),
    'network-interface.private-dns-name': every(privateNameOf),
    'network-interface.source-dest-check': every((eni) => String(eni.sourceDestCheck)),
    'network-interface.status': every(() => 'in-use'),
    'network-interface.subnet-id': every((eni) => eni.subnetId),
    'network-interface.vpc-id': every((eni) => eni.vpcId),
  };
}

function groupNamesOf(cloud: Cloud, groupIds: string[]): string[] {
  return showGroups(cloud, groupIds).map((group) => group.GroupName!);
}

function privateNameOf({ privateIpAddress, region }: NetworkInterface): string {
  return privateDnsName(privateIpAddress, region);
}
