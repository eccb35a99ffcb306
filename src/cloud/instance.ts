// Network interfaces and instances. An ENI is what has an address, groups and a wire; an instance is who lives behind it.
// Only decisions are stored (`desiredState`); pending, running, stopping… are what is observed of the sandbox.

import type { Ipv4 } from '../lib/cidr.ts';
import type { AccountId, InstanceId, NetworkInterfaceId, SecurityGroupId, SubnetId, VpcId } from './id.ts';
import type { Owned } from './vpc.ts';

export interface NetworkInterface extends Owned {
  networkInterfaceId: NetworkInterfaceId;
  vpcId: VpcId;
  subnetId: SubnetId;
  availabilityZone: string;
  availabilityZoneId: string;
  description: string;
  privateIpAddress: Ipv4;
  macAddress: string;
  groupIds: SecurityGroupId[];
  sourceDestCheck: boolean;
  interfaceType: 'interface' | 'vpc_endpoint' | 'network_load_balancer' | 'nat_gateway' | 'transit_gateway';
  /** Given for as long as the instance runs; an Elastic IP takes its place (cloud/public-address.ts). */
  autoAssignedPublicIp?: Ipv4;
  /** Set: it is to have a public address whenever its instance runs, as was decided at launch. */
  associatesPublicIp?: true;
  /** Made by a service for itself: the user may tag it but not delete, detach or re-address it. */
  requesterManaged: boolean;
  requesterId?: string;
  /** Absent: nothing holds the interface and its status is `available`. */
  attachment?: {
    attachmentId: string;
    /** Absent for service-managed interfaces. */
    instanceId?: InstanceId;
    instanceOwnerId: AccountId;
    deviceIndex: number;
    attachTime: string;
    deleteOnTermination: boolean;
  };
}

/** What the instance may ask of 169.254.169.254. */
export interface MetadataOptions {
  httpEndpoint: 'enabled' | 'disabled';
  /** `required`: only with a token (IMDSv2). */
  httpTokens: 'optional' | 'required';
  /** IP hops a token's answer survives: 1 to 64. */
  httpPutResponseHopLimit: number;
  instanceMetadataTags: 'enabled' | 'disabled';
}

/** AWS's own choice where nobody made another: open to both versions. */
const defaultMetadataOptions: MetadataOptions = {
  httpEndpoint: 'enabled',
  httpTokens: 'optional',
  httpPutResponseHopLimit: 1,
  instanceMetadataTags: 'disabled',
};

/** What holds for an instance, whether it was ever asked for or not. */
export function metadataOptionsOf({ metadataOptions }: Pick<Instance, 'metadataOptions'>): MetadataOptions {
  return metadataOptions ?? defaultMetadataOptions;
}

export interface Instance extends Owned {
  instanceId: InstanceId;
  reservationId: string;
  amiLaunchIndex: number;
  imageId: string;
  instanceType: string;
  vpcId: VpcId;
  subnetId: SubnetId;
  /** Device 0 comes first. Empty once the instance is terminated. */
  networkInterfaceIds: NetworkInterfaceId[];
  /** Base64, as it came. */
  userData?: string;
  keyName?: string;
  /** Absent: the instance has no role. */
  iamInstanceProfile?: { associationId: `iip-assoc-${string}`; arn: string; associatedAt: string };
  /** Absent: as it comes (`metadataOptionsOf`). */
  metadataOptions?: MetadataOptions;
  clientToken?: string;
  launchTime: string;
  desiredState: 'running' | 'stopped' | 'terminated';
  /** Counts starts and reboots: the sandbox is started anew when this grows. */
  bootNumber: number;
  disableApiTermination: boolean;
  shutdownBehavior: 'stop' | 'terminate';
  /** As AWS words it: `User initiated (2026-01-31 12:34:56 GMT)`; empty while nothing ended it. */
  stateTransitionReason: string;
  stateReason?: { code: string; message: string };
  /** When a terminated instance stops being listed. */
  forgetAfter?: string;
}
