// The lines of a flow log: which fields there are, since which version, and what each says of a record.

import type { FlowLog } from '../cloud/flow-log.ts';
import { readLogFormat, versionOf } from '../cloud/flow-log-field.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import { awsServiceOf, type FlowRecord, trafficPath } from './flow-record.ts';
import type { NetworkInterfaceNode, VpcNetwork } from './network.ts';

/** The same for all lines of a reading. Times in Unix seconds. */
export interface FlowWindow {
  vpc: VpcNetwork;
  start: number;
  end: number;
  regionOf: (vpcId: string) => string | undefined;
  /** What has been found out about addresses: most lines are about the same few. */
  known: Map<string, string | number | undefined>;
}

export interface FlowLine {
  node: NetworkInterfaceNode;
  status: 'OK' | 'NODATA' | 'SKIPDATA';
  /** Of status OK alone. */
  record?: FlowRecord;
}

/** Undefined is written as `-`. */
type Show = (line: FlowLine, window: FlowWindow) => string | number | undefined;

const ofRecord =
  (show: (record: FlowRecord, window: FlowWindow) => string | number | undefined): Show =>
  ({ record }, window) =>
    record && show(record, window);
const ofInterface =
  (show: (node: NetworkInterfaceNode, vpc: VpcNetwork) => string | undefined): Show =>
  ({ node }, { vpc }) =>
    show(node, vpc);
const never: Show = () => undefined;

/** AWS: to or from an interface, its own address stands in srcaddr or dstaddr whatever the packet says, and that is in pkt-… */
const fields: Record<string, Show> = {
  version: never,
  'account-id': ofInterface((_node, { accountId }) => accountId),
  'interface-id': ofInterface(({ networkInterfaceId }) => networkInterfaceId),
  srcaddr: ofRecord(({ direction, node, sourceAddress }) =>
    direction === 'egress' ? node.privateIpAddress : sourceAddress,
  ),
  dstaddr: ofRecord(({ direction, node, destinationAddress }) =>
    direction === 'ingress' ? node.privateIpAddress : destinationAddress,
  ),
  srcport: ofRecord(({ sourcePort }) => sourcePort),
  dstport: ofRecord(({ destinationPort }) => destinationPort),
  protocol: ofRecord(({ protocol }) => protocol),
  packets: ofRecord(({ packets }) => packets),
  bytes: ofRecord(({ bytes }) => bytes),
  start: (_line, { start }) => start,
  end: (_line, { end }) => end,
  action: ofRecord(({ action }) => action),
  'log-status': ({ status }) => status,
  'vpc-id': ofInterface((_node, { vpcId }) => vpcId),
  'subnet-id': ofInterface(({ subnetId }) => subnetId),
  'instance-id': ofInterface(({ behind }) => (behind.kind === 'instance' ? behind.instanceId : undefined)),
  'tcp-flags': ofRecord(({ tcpFlags }) => tcpFlags),
  type: ofRecord(() => 'IPv4'),
  'pkt-srcaddr': ofRecord(({ sourceAddress }) => sourceAddress),
  'pkt-dstaddr': ofRecord(({ destinationAddress }) => destinationAddress),
  region: ofInterface((_node, { region }) => region),
  'az-id': ofInterface(({ availabilityZoneId }) => availabilityZoneId),
  'sublocation-type': never,
  'sublocation-id': never,
  'pkt-src-aws-service': ofRecord(({ sourceAddress }, window) => serviceOf(sourceAddress, window)),
  'pkt-dst-aws-service': ofRecord(({ destinationAddress }, window) => serviceOf(destinationAddress, window)),
  'flow-direction': ofRecord(({ direction }) => direction),
  'traffic-path': ofRecord((record, window) => {
    const { node, direction, action, destinationAddress } = record;
    const key = [node.networkInterfaceId, direction, action, destinationAddress].join(' ');
    return recall(window, key, () => trafficPath(window.vpc, record, window.regionOf));
  }),
};

function serviceOf(address: Ipv4, window: FlowWindow) {
  return recall(window, address, () => awsServiceOf(address));
}

function recall(
  { known }: FlowWindow,
  key: string,
  find: () => string | number | undefined,
): string | number | undefined {
  if (!known.has(key)) known.set(key, find());
  return known.get(key);
}

/** What turns records into lines of this flow log. */
export function createLineWriter({ logFormat }: Pick<FlowLog, 'logFormat'>) {
  const names = readLogFormat(logFormat) ?? [];
  const version = String(versionOf(names));
  const shows = names.map((name) => (name === 'version' ? () => version : fields[name]!));
  return {
    /** The first line of a file in S3: the names as they are. */
    header: names.join(' '),
    write: (line: FlowLine, window: FlowWindow) => shows.map((show) => show(line, window) ?? '-').join(' '),
  };
}
