// RunInstances: as many instances as find room, each with its interfaces, all in one reservation.

import type { Reservation, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { putNetworkInterface } from '../../cloud/address.ts';
import type { IamInstanceProfile } from '../../cloud/iam.ts';
import type { InstanceId, NetworkInterfaceId } from '../../cloud/id.ts';
import type { Instance, NetworkInterface } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidParameterCombination, requireParameter } from './errors.ts';
import { idempotent } from './idempotency.ts';
import { checkImageId } from './image.ts';
import { forgetInstances, getInstance } from './instance.ts';
import {
  type PlannedInterface,
  planInterfaces,
  readCounts,
  readShutdownBehavior,
  readUserData,
  refuseExtras,
  splitTagSpecifications,
} from './instance-launch-parameter.ts';
import { readMetadataOptions } from './instance-metadata-options.ts';
import { associateProfile, readInstanceProfile } from './instance-profile.ts';
import { showReservations } from './instance-show.ts';
import { defaultInstanceType, getInstanceType } from './instance-type.ts';
import { putAttachment, tooManyInterfaces } from './network-interface-attachment.ts';
import { countRoom, takeAddress } from './network-interface-parameter.ts';
import { assignPublicAddress } from './public-address.ts';
import { putTags, tagsFromSpecifications } from './tag.ts';

const accepted = [
  ...['ImageId', 'InstanceType', 'MinCount', 'MaxCount', 'UserData', 'TagSpecifications', 'KeyName'],
  ...['SubnetId', 'PrivateIpAddress', 'SecurityGroupIds', 'SecurityGroups', 'NetworkInterfaces', 'Placement'],
  ...[
    'InstanceInitiatedShutdownBehavior',
    'DisableApiTermination',
    'DisableApiStop',
    'EbsOptimized',
    'Monitoring',
    'MetadataOptions',
    'IamInstanceProfile',
  ],
] as (keyof RunInstancesRequest & string)[];

export function runInstances(input: RunInstancesRequest, context: OperationContext): Reservation {
  acceptParameters('RunInstances', input, ...accepted);
  return idempotent(
    context,
    'RunInstances',
    input.ClientToken,
    input,
    () => launch(input, context),
    (instanceIds) =>
      showReservations(
        context,
        instanceIds.map((id) => getInstance(context, id)),
      )[0]!,
  );
}

/** What all instances of one request share. */
interface Launch {
  interfaces: PlannedInterface[];
  record: Omit<Instance, 'instanceId' | 'amiLaunchIndex' | 'networkInterfaceIds' | 'generation'>;
  profile: IamInstanceProfile | undefined;
  instanceTags: Record<string, string>;
  interfaceTags: Record<string, string>;
}

function launch(input: RunInstancesRequest, context: OperationContext): InstanceId[] {
  const { minimum, maximum } = readCounts(input);
  const plan = planLaunch(input, context);
  const count = plan.interfaces.reduce(
    (room, { existing, subnet }) => (existing ? room : countRoom(context, subnet, minimum, room)),
    maximum,
  );
  forgetInstances(context);
  return Array.from({ length: count }, (_, index) => putInstance(context, plan, index));
}

function planLaunch(input: RunInstancesRequest, context: OperationContext): Launch {
  const imageId = requireParameter('ImageId', input.ImageId);
  checkImageId(imageId);
  const interfaces = planInterfaces(input, context);
  const { subnet } = interfaces[0]!;
  const instanceType = input.InstanceType ?? defaultInstanceType;
  const { networkInterfaces } = getInstanceType(instanceType, subnet.availabilityZone);
  if (interfaces.length > networkInterfaces) throw tooManyInterfaces(interfaces.length, instanceType);
  refuseExtras(input, subnet.availabilityZone);
  if (interfaces.some((planned) => planned.subnet.availabilityZoneId !== subnet.availabilityZoneId)) {
    throw invalidParameterCombination('Network interfaces must be in the same availability zone');
  }
  const userData = readUserData(input.UserData);
  const metadataOptions = readMetadataOptions(input.MetadataOptions);
  const profile = input.IamInstanceProfile && readInstanceProfile(context, input.IamInstanceProfile);
  const { ofInstance, ofInterface } = splitTagSpecifications(input.TagSpecifications);
  const { accountId, region, now } = context;
  return {
    interfaces,
    profile,
    instanceTags: tagsFromSpecifications(ofInstance, 'instance'),
    interfaceTags: tagsFromSpecifications(ofInterface, 'network-interface'),
    record: {
      ...{ accountId, region, imageId, instanceType },
      ...{ vpcId: subnet.vpcId, subnetId: subnet.subnetId },
      reservationId: context.newId('r'),
      ...(userData !== undefined && { userData }),
      ...(metadataOptions && { metadataOptions }),
      ...(input.ClientToken && { clientToken: input.ClientToken }),
      launchTime: now.toISOString(),
      desiredState: 'running',
      bootNumber: 1,
      disableApiTermination: input.DisableApiTermination ?? false,
      shutdownBehavior: readShutdownBehavior(input.InstanceInitiatedShutdownBehavior),
      stateTransitionReason: '',
    },
  };
}

function putInstance(context: OperationContext, plan: Launch, amiLaunchIndex: number): InstanceId {
  const instanceId = context.newId('i');
  const networkInterfaceIds = plan.interfaces.map((planned) =>
    putInterface(context, plan, planned, instanceId),
  );
  const instance = context.cloud.instances.put({
    ...plan.record,
    ...{ instanceId, amiLaunchIndex, networkInterfaceIds },
    ...(plan.profile && { iamInstanceProfile: associateProfile(context, plan.profile) }),
  });
  assignPublicAddress(context.cloud, instance);
  putTags(context, instanceId, 'instance', plan.instanceTags);
  return instanceId;
}

function putInterface(
  context: OperationContext,
  plan: Launch,
  planned: PlannedInterface,
  instanceId: InstanceId,
): NetworkInterfaceId {
  const { accountId } = context;
  const networkInterface =
    planned.existing ??
    putNetworkInterface(context.cloud, context.newId, planned.subnet, {
      accountId,
      description: planned.description,
      groupIds: planned.groupIds,
      privateIpAddress: planned.wantedAddress ?? takeAddress(context, planned.subnet),
      interfaceType: 'interface',
      requesterManaged: false,
    });
  const { networkInterfaceId } = networkInterface;
  const { deviceIndex, deleteOnTermination } = planned;
  const attached: NetworkInterface = planned.associatesPublicIp
    ? { ...networkInterface, associatesPublicIp: true }
    : networkInterface;
  putAttachment(context, attached, { instanceId, accountId }, deviceIndex, deleteOnTermination);
  if (!planned.existing) putTags(context, networkInterfaceId, 'network-interface', plan.interfaceTags);
  return networkInterfaceId;
}
