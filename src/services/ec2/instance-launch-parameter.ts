// What RunInstances may be asked for. Everything is checked here, so that nothing has been written when it is refused.

import type {
  InstanceNetworkInterfaceSpecification,
  RunInstancesRequest,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { SecurityGroupId } from '../../cloud/id.ts';
import type { Instance, NetworkInterface } from '../../cloud/instance.ts';
import type { Subnet } from '../../cloud/vpc.ts';
import type { Ipv4 } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { invalidParameterCombination, invalidParameterValue, requireParameter } from './errors.ts';
import { keyPairNotFound } from './key-pair.ts';
import { getOwnInterface } from './network-interface.ts';
import { checkFreeInterface } from './network-interface-attachment.ts';
import {
  checkAddress,
  readDescription,
  readGroups,
  readWantedAddress,
} from './network-interface-parameter.ts';
import { getSubnet } from './subnet.ts';
import { tagsFromSpecifications } from './tag.ts';

/** An interface of the instances to come: one that is there already, or one to be made for each of them. */
export type PlannedInterface = {
  deviceIndex: number;
  deleteOnTermination: boolean;
  subnet: Subnet;
  /** It is to have a public address whenever its instance runs. */
  associatesPublicIp: boolean;
} & (
  | { existing: NetworkInterface }
  | { existing?: undefined; groupIds: SecurityGroupId[]; wantedAddress?: Ipv4; description: string }
);

const mostUserDataBytes = 16_384;
const mostAtOnce = 1000;

export function readCounts({ MinCount, MaxCount }: RunInstancesRequest): {
  minimum: number;
  maximum: number;
} {
  const minimum = requireParameter('MinCount', MinCount);
  const maximum = requireParameter('MaxCount', MaxCount);
  if (minimum < 1)
    throw invalidParameterValue(`Value (${minimum}) for parameter minCount is invalid. Expected at least 1.`);
  if (maximum < minimum) {
    throw invalidParameterValue(
      `Value (${maximum}) for parameter maxCount is invalid. maxCount must be equal or greater than minCount`,
    );
  }
  if (minimum > mostAtOnce) {
    throw new AwsError(
      'InstanceLimitExceeded',
      `Your quota allows for ${mostAtOnce} more running instance(s). You requested at least ${minimum}`,
    );
  }
  return { minimum, maximum: Math.min(maximum, mostAtOnce) };
}

/** The user data as it will be kept, or undefined. @param text base64 */
export function readUserData(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) {
    throw new AwsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  }
  return checkUserData(Buffer.from(text, 'base64'));
}

export function checkUserData(bytes: Uint8Array): string {
  if (bytes.length > mostUserDataBytes) {
    throw invalidParameterValue(`User data is limited to ${mostUserDataBytes} bytes`);
  }
  return Buffer.from(bytes).toString('base64');
}

export function readShutdownBehavior(text: string | undefined): Instance['shutdownBehavior'] {
  if (text === undefined || text === 'stop' || text === 'terminate') return text ?? 'stop';
  throw invalidParameterValue(`Value (${text}) for parameter InstanceInitiatedShutdownBehavior is invalid.`);
}

/** Tag specifications of the two things a launch makes. Those of volumes are checked; no launch here makes one. */
export function splitTagSpecifications(specifications: TagSpecification[] | undefined): {
  ofInstance: TagSpecification[];
  ofInterface: TagSpecification[];
} {
  const all = specifications ?? [];
  const ofInterface = all.filter((specification) => specification.ResourceType === 'network-interface');
  const ofVolumes = all.filter((specification) => specification.ResourceType === 'volume');
  tagsFromSpecifications(ofVolumes, 'volume');
  const others = new Set([...ofInterface, ...ofVolumes]);
  return { ofInstance: all.filter((specification) => !others.has(specification)), ofInterface };
}

/** Accepted where they ask for what is so anyway, refused where they ask for more. */
export function refuseExtras(input: RunInstancesRequest, availabilityZone: string): void {
  if (input.KeyName) {
    throw keyPairNotFound(input.KeyName);
  }
  if (input.Monitoring?.Enabled) throw notBuilt('detailed monitoring');
  if (input.EbsOptimized) throw notBuilt('the parameter EbsOptimized of RunInstances');
  if (input.DisableApiStop) throw notBuilt('the parameter DisableApiStop of RunInstances');
  const { Placement: placement } = input;
  if (!placement) return;
  acceptParameters('RunInstances.Placement', placement, 'AvailabilityZone', 'Tenancy');
  if (placement.Tenancy && placement.Tenancy !== 'default') throw notBuilt('dedicated tenancy');
  const wantedZone = placement.AvailabilityZone;
  if (wantedZone && wantedZone !== availabilityZone) {
    throw invalidParameterValue(
      `The availability zone ${wantedZone} does not match the subnet's zone ${availabilityZone}.`,
    );
  }
}

/** Device 0 comes first. */
export function planInterfaces(input: RunInstancesRequest, context: OperationContext): PlannedInterface[] {
  const specifications = input.NetworkInterfaces ?? [];
  const planned =
    specifications.length === 0
      ? [planFromInstance(input, context)]
      : planFromSpecifications(input, specifications, context);
  const several = requireParameter('MaxCount', input.MaxCount) > 1;
  const isFixed = planned.some((plan) => plan.existing || plan.wantedAddress !== undefined);
  if (several && isFixed) {
    throw invalidParameterCombination(
      'A network interface or a private address may not be specified for more than one instance',
    );
  }
  if (planned.some(({ subnet }) => subnet.vpcId !== planned[0]!.subnet.vpcId)) {
    throw notBuilt('an instance with interfaces in several VPCs');
  }
  return planned;
}

function planFromInstance(input: RunInstancesRequest, context: OperationContext): PlannedInterface {
  if (!input.SubnetId) throw noDefaultVpc();
  const subnet = getSubnet(context, input.SubnetId);
  if (input.SecurityGroups && input.SecurityGroups.length > 0) {
    throw invalidParameterCombination('The parameter groupName cannot be used with the parameter subnet');
  }
  const { PrivateIpAddress: wantedAddress } = input;
  return {
    deviceIndex: 0,
    deleteOnTermination: true,
    subnet,
    associatesPublicIp: subnet.mapPublicIpOnLaunch,
    groupIds: readGroups(context, input.SecurityGroupIds, subnet),
    ...(wantedAddress && { wantedAddress: checkAddress(context, subnet, wantedAddress) }),
    description: '',
  };
}

// DIFFERS: no-default-vpc no account has a default VPC, so that a subnet must be named.
function noDefaultVpc(): AwsError {
  const message =
    'No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.';
  return new AwsError('VPCIdNotSpecified', message);
}

function planFromSpecifications(
  input: RunInstancesRequest,
  specifications: InstanceNetworkInterfaceSpecification[],
  context: OperationContext,
): PlannedInterface[] {
  const refused = input.SubnetId
    ? 'subnet ID'
    : input.SecurityGroupIds?.length || input.SecurityGroups?.length
      ? 'security groups'
      : input.PrivateIpAddress && 'private address';
  if (refused) {
    const message = `Network interfaces and an instance-level ${refused} may not be specified on the same request`;
    throw invalidParameterCombination(message);
  }
  checkPublicAddress(specifications);
  const isOnly = specifications.length === 1;
  const planned = specifications.map((specification) =>
    planFromSpecification(specification, context, isOnly),
  );
  planned.sort((a, b) => a.deviceIndex - b.deviceIndex);
  if (new Set(planned.map(({ deviceIndex }) => deviceIndex)).size < planned.length) {
    throw invalidParameterValue('Each network interface requires a unique device index.');
  }
  if (planned[0]!.deviceIndex !== 0) {
    throw invalidParameterValue('A network interface with the device index 0 must be specified.');
  }
  return planned;
}

/** AWS: a public address comes with the one new interface of an instance. */
function checkPublicAddress(specifications: InstanceNetworkInterfaceSpecification[]): void {
  const wanting = specifications.find(
    (specification) => specification.AssociatePublicIpAddress !== undefined,
  );
  if (!wanting?.AssociatePublicIpAddress) return;
  const parameter = 'The associatePublicIPAddress parameter';
  if (specifications.length > 1) {
    throw invalidParameterCombination(
      `${parameter} cannot be specified when launching with multiple network interfaces`,
    );
  }
  if (wanting.NetworkInterfaceId) {
    throw invalidParameterCombination(`${parameter} cannot be specified with a network interface ID`);
  }
}

const makes = [
  'SubnetId',
  'Groups',
  'PrivateIpAddress',
  'PrivateIpAddresses',
  'Description',
  'AssociatePublicIpAddress',
  'InterfaceType',
] as const;

function planFromSpecification(
  specification: InstanceNetworkInterfaceSpecification,
  context: OperationContext,
  isOnly: boolean,
): PlannedInterface {
  const { DeviceIndex: deviceIndex, NetworkInterfaceId: existingId, DeleteOnTermination } = specification;
  const always = ['DeviceIndex', 'NetworkInterfaceId', 'DeleteOnTermination'] as const;
  acceptParameters('RunInstances.NetworkInterfaces', specification, ...always, ...makes);
  const index = requireParameter('NetworkInterface.DeviceIndex', deviceIndex);
  if (existingId) {
    const isMixed = makes.some(
      (name) => specification[name] !== undefined && name !== 'AssociatePublicIpAddress',
    );
    if (isMixed) {
      throw invalidParameterCombination(
        'A network interface may not specify a network interface ID and other attributes',
      );
    }
    const existing = getOwnInterface(context, existingId);
    checkFreeInterface(existing);
    const subnet = getSubnet(context, existing.subnetId);
    const deleteOnTermination = DeleteOnTermination ?? false;
    return { deviceIndex: index, deleteOnTermination, subnet, associatesPublicIp: false, existing };
  }
  if (!specification.SubnetId) throw noDefaultVpc();
  const subnet = getSubnet(context, specification.SubnetId);
  const wanted = readWantedAddress(
    'RunInstances',
    specification.PrivateIpAddress,
    specification.PrivateIpAddresses,
  );
  return {
    deviceIndex: index,
    deleteOnTermination: DeleteOnTermination ?? true,
    subnet,
    associatesPublicIp: specification.AssociatePublicIpAddress ?? (isOnly && subnet.mapPublicIpOnLaunch),
    groupIds: readGroups(context, specification.Groups, subnet),
    ...(wanted && { wantedAddress: checkAddress(context, subnet, wanted) }),
    description: readDescription(specification.Description),
  };
}
