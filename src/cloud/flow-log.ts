// A flow log: whose packets are written down, which of them, in which format and where to.
// It is on a VPC, a subnet or one network interface, and covers the interfaces that are there at each moment.

import type { FlowLogId, NetworkInterfaceId, SubnetId, VpcId } from './id.ts';
import type { Owned } from './vpc.ts';

export type FlowLogResource =
  | { resourceType: 'VPC'; resourceId: VpcId }
  | { resourceType: 'Subnet'; resourceId: SubnetId }
  | { resourceType: 'NetworkInterface'; resourceId: NetworkInterfaceId };

export interface FlowLog extends Owned {
  flowLogId: FlowLogId;
  creationTime: string;
  /** The VPC that the resource is in. */
  vpcId: VpcId;
  resource: FlowLogResource;
  trafficType: 'ACCEPT' | 'REJECT' | 'ALL';
  /** Seconds. */
  maxAggregationInterval: 60 | 600;
  /** `${version} ${account-id} …` */
  logFormat: string;
  /** As it came: `arn:aws:s3:::reports/flows/`. */
  logDestination: string;
  /** Absent: the defaults, and DescribeFlowLogs says nothing of them. */
  destinationOptions?: { hiveCompatiblePartitions: boolean; perHourPartition: boolean };
}

/** `arn:aws:s3:::reports/flows/` is bucket `reports`, prefix `flows/`; without one it is empty. Undefined: not a bucket's ARN. */
export function readBucketArn(arn: string): { bucketName: string; prefix: string } | undefined {
  const match = /^arn:aws[a-z-]*:s3:::([^/]+)(?:\/(.*))?$/.exec(arn);
  if (!match) return undefined;
  const prefix = (match[2] ?? '').replace(/\/+$/, '');
  return { bucketName: match[1]!, prefix: prefix === '' ? '' : `${prefix}/` };
}

export function coversInterface(
  { vpcId, resource }: FlowLog,
  node: { vpcId: VpcId; subnetId: SubnetId; networkInterfaceId: NetworkInterfaceId },
): boolean {
  if (vpcId !== node.vpcId) return false;
  switch (resource.resourceType) {
    case 'VPC':
      return true;
    case 'Subnet':
      return resource.resourceId === node.subnetId;
    case 'NetworkInterface':
      return resource.resourceId === node.networkInterfaceId;
  }
}

/** Those that a flow log of the VPC covers, in their order. */
export function findLoggedInterfaces(
  flowLogs: readonly FlowLog[],
  vpcId: VpcId,
  interfaces: readonly { subnetId: SubnetId; networkInterfaceId: NetworkInterfaceId }[],
): NetworkInterfaceId[] {
  if (flowLogs.length === 0) return [];
  return interfaces
    .filter((node) => flowLogs.some((flowLog) => coversInterface(flowLog, { vpcId, ...node })))
    .map(({ networkInterfaceId }) => networkInterfaceId);
}
