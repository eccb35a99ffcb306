// Instances as AWS shows them. Their state is never stored: it is what was asked for against what the sandbox does.

import type { Instance as InstanceShape, InstanceState, Reservation } from '@aws-sdk/client-ec2';
import type { Instance, NetworkInterface } from '../../cloud/instance.ts';
import { privateDnsName } from '../../cloud/private-name.ts';
import type { OperationContext } from '../operation.ts';
import { isEnding } from './instance-end.ts';
import { showMetadataOptions } from './instance-metadata-options.ts';
import { showInstanceProfile } from './instance-profile.ts';
import { showGroups, showInstanceInterface } from './network-interface-show.ts';
import { findPublicAssociation } from './public-address.ts';
import { showTags } from './tag.ts';

export const stateCodes = {
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
      return sandbox === 'absent' && !isEnding(instance) ? 'terminated' : 'shutting-down';
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
export const hardware = {
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
  PlatformDetails: 'Linux/UNIX',
  UsageOperation: 'RunInstances',
  // AWS: moves an instance off hardware that breaks. Here there is one machine, and nothing to decide.
  MaintenanceOptions: { AutoRecovery: 'default' },
  PrivateDnsNameOptions: {
    HostnameType: 'ip-name',
    EnableResourceNameDnsARecord: false,
    EnableResourceNameDnsAAAARecord: false,
  },
} satisfies InstanceShape;
