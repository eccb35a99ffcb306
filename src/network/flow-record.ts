// From what the kernel has counted to what a flow log says: per interface, direction and five-tuple what was accepted
// and what was rejected, with the addresses as AWS shows them.

import { findFrontEnd, publicAddressPool } from '../cloud/public-range.ts';
import { regionNames } from '../cloud/region.ts';
import { cidrContains, type Ipv4 } from '../lib/cidr.ts';
import type { NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { chooseWay } from './route-choice.ts';

/** One counter. What an interface sent includes what was then refused on its own side; what it received does not. */
export interface FlowCount {
  /** As `numberInterfaces` has numbered them. */
  interfaceNumber: number;
  direction: 'ingress' | 'egress';
  isRefused: boolean;
  sourceAddress: Ipv4;
  destinationAddress: Ipv4;
  /** IANA's number. */
  protocol: number;
  /** 0 for protocols without ports. */
  sourcePort: number;
  destinationPort: number;
  /** Of these packets each had: FIN 1, SYN 2, RST 4, SYN-ACK 18. */
  tcpFlags: number;
  packets: number;
  bytes: number;
}

export interface FlowRecord extends Omit<FlowCount, 'interfaceNumber' | 'isRefused'> {
  node: NetworkInterfaceNode;
  action: 'ACCEPT' | 'REJECT';
}

/** @param nodes by their numbers; counts of others, which are forgotten, are left out */
export function formRecords(counts: readonly FlowCount[], nodes: ReadonlyMap<number, NetworkInterfaceNode>) {
  const accepted = new Map<string, FlowRecord>();
  const rejected = new Map<string, FlowRecord>();
  const add = (count: FlowCount, node: NetworkInterfaceNode, { packets, bytes }: Amount) => {
    const records = count.isRefused ? rejected : accepted;
    const key = keyOf(count);
    const record = records.get(key);
    const { interfaceNumber: _number, isRefused, ...flow } = count;
    const action = isRefused ? 'REJECT' : 'ACCEPT';
    if (!record) records.set(key, { ...flow, node, action, packets, bytes });
    else {
      record.packets += packets;
      record.bytes += bytes;
      record.tcpFlags |= count.tcpFlags;
    }
  };
  const refusedOnTheWayOut = new Map(
    counts
      .filter(({ direction, isRefused }) => direction === 'egress' && isRefused)
      .map((count) => [`${keyOf(count)} ${count.tcpFlags}`, count]),
  );
  for (const count of counts) {
    const node = nodes.get(count.interfaceNumber);
    if (!node) continue;
    // What has no wire of its own is counted as sent once it is judged.
    const isSent = count.direction === 'egress' && !count.isRefused && !isCountedLate(node);
    const refused = isSent ? refusedOnTheWayOut.get(`${keyOf(count)} ${count.tcpFlags}`) : undefined;
    const amount = subtract(count, refused);
    if (amount.packets > 0) add(count, node, amount);
  }
  return [...accepted.values(), ...rejected.values()];
}

const isCountedLate = ({ behind }: NetworkInterfaceNode) =>
  behind.kind === 'vpc-endpoint' || behind.kind === 'network-load-balancer';

type Amount = Pick<FlowCount, 'packets' | 'bytes'>;

/** A packet may be counted as refused in this interval and as sent in the one before; then there is nothing left. */
function subtract(sent: Amount, refused: Amount | undefined): Amount {
  if (!refused) return sent;
  return { packets: sent.packets - refused.packets, bytes: Math.max(0, sent.bytes - refused.bytes) };
}

function keyOf(count: FlowCount): string {
  const { interfaceNumber, direction, sourceAddress, destinationAddress, protocol } = count;
  const { sourcePort, destinationPort } = count;
  return [
    interfaceNumber,
    direction,
    sourceAddress,
    destinationAddress,
    protocol,
    sourcePort,
    destinationPort,
  ].join(' ');
}

/**
 * AWS: the number of the way that what leaves an interface takes; undefined for those that have none.
 * Every instance type here is one of the Nitro system's.
 */
export function trafficPath(
  vpc: VpcNetwork,
  { direction, action, node, destinationAddress }: FlowRecord,
  regionOf: (vpcId: string) => string | undefined,
): number | undefined {
  if (direction === 'ingress' || action === 'REJECT') return undefined;
  const target = chooseWay(vpc, node, destinationAddress)?.chosen.target;
  switch (target?.kind) {
    case 'local':
    case 'nat-gateway':
    case 'network-interface':
      return 1;
    case 'hub':
      return target.hubId.startsWith('vgw-') ? 3 : undefined;
    case 'vpc-peering-connection':
      return regionOf(target.peerVpcId) === vpc.region ? 4 : 5;
    case 'gateway-endpoint':
      return 7;
    case 'internet-gateway':
      return 8;
    default:
      return undefined;
  }
}

/** AWS: the name of the address ranges that an address is in: `S3`, `DYNAMODB`, `EC2` for public addresses of instances, `AMAZON` for the rest. */
export function awsServiceOf(address: Ipv4): string | undefined {
  const service = findFrontEnd(address)?.service;
  if (service === 's3' || service === 'dynamodb') return service.toUpperCase();
  if (service !== undefined) return 'AMAZON';
  return regionNames.some((region) => cidrContains(publicAddressPool(region), address)) ? 'EC2' : undefined;
}
