// How much has gone over each way out of a VPC, as the kernel counts it: links for endpoints to AWS's services and the internet gateway,
// the NAT gateway's own counters, since both of its sides are on one link.

import type { VpcId } from '../cloud/id.ts';
import { namespaceName } from './link-name.ts';
import { listNamespaces, runInside } from './namespace.ts';
import type { CloudMark } from './namespace-state.ts';
import { natCounters } from './nat-gateway-program.ts';
import { tableName } from './router-program.ts';
import { run } from './run.ts';

export interface Way {
  /** `vpce-…`, `igw-…`, `nat-…` */
  id: string;
  kind: 'gateway-endpoint' | 'interface-endpoint' | 'internet-gateway' | 'nat-gateway';
  /** Out of the VPC, IP headers counted. */
  sentBytes: number;
  receivedBytes: number;
  sentPackets: number;
  receivedPackets: number;
}

interface Statistics {
  bytes: number;
  packets: number;
}
interface IpLink {
  ifname: string;
  altnames?: string[];
  stats64: { rx: Statistics; tx: Statistics };
}
interface NftCounter extends Statistics {
  name: string;
}

/** KERNEL: a veth counts the Ethernet header, too. */
const ethernetHeaderBytes = 14;

export async function readWays(mark: CloudMark, vpcId: VpcId): Promise<Way[]> {
  const router = namespaceName(mark, vpcId);
  const output = await run('ip', ['-n', router, '-s', '-j', 'link', 'show'], {
    doing: `reading what went over the gateways of ${vpcId}`,
  });
  const links = JSON.parse(output) as IpLink[];
  const present = new Set(listNamespaces(mark));
  const ways = links.map(async (link): Promise<Way[]> => {
    const altname = link.altnames?.[0] ?? '';
    const natGatewayId = /^eni-[0-9a-f]+\.(nat-[0-9a-f]+)$/.exec(altname)?.[1];
    if (natGatewayId && present.has(namespaceName(mark, natGatewayId)))
      return [await readNatGateway(mark, natGatewayId)];
    if (/^vpce-[0-9a-f]+$/.test(altname)) {
      const kind = link.ifname.startsWith('gwe') ? 'gateway-endpoint' : 'interface-endpoint';
      return [readLink(altname, kind, link)];
    }
    return /^igw-/.test(altname) ? [readLink(altname, 'internet-gateway', link)] : [];
  });
  return (await Promise.all(ways)).flat();
}

function readLink(id: string, kind: Way['kind'], { stats64: { rx, tx } }: IpLink): Way {
  return {
    ...{ id, kind, sentPackets: tx.packets, receivedPackets: rx.packets },
    sentBytes: tx.bytes - ethernetHeaderBytes * tx.packets,
    receivedBytes: rx.bytes - ethernetHeaderBytes * rx.packets,
  };
}

async function readNatGateway(mark: CloudMark, id: string): Promise<Way> {
  const list = ['-j', 'list', 'counters', 'table', ...tableName.split(' ')];
  const output = await runInside(namespaceName(mark, id), 'nft', list, {
    doing: `reading what went through ${id}`,
  });
  const { nftables } = JSON.parse(output) as { nftables: { counter?: NftCounter }[] };
  const count = (name: string) =>
    nftables.find(({ counter }) => counter?.name === name)?.counter ?? { bytes: 0, packets: 0 };
  const [sent, received] = [count(natCounters.sent), count(natCounters.received)];
  return {
    ...{ id, kind: 'nat-gateway', sentBytes: sent.bytes, receivedBytes: received.bytes },
    ...{ sentPackets: sent.packets, receivedPackets: received.packets },
  };
}
