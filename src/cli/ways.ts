// `isthmus ways [--vpc ID]`: how many bytes each way out of a VPC has carried: gateway endpoints, NAT gateways, the internet gateway.

import { type CloudChoice, getEndpoint, getJson } from './cloud-client.ts';
import { exitCode, note, say } from './exit.ts';

interface WayLine {
  vpcId: string;
  /** `vpce-…`, `nat-…`, `igw-…` */
  id: string;
  /** As the VPC sees them. */
  sentBytes: number;
  sentPackets: number;
  receivedBytes: number;
  receivedPackets: number;
}

export async function ways(options: CloudChoice & { vpc?: string; json?: boolean }): Promise<number> {
  const { ways: all } = await getJson<{ ways: WayLine[] }>(getEndpoint(options), 'ways');
  const lines = all.filter(({ vpcId }) => options.vpc === undefined || options.vpc === vpcId);
  if (options.json) for (const line of lines) say(JSON.stringify(line));
  else if (lines.length > 0) say(renderTable(lines));
  else note('There is no way out: no gateway endpoint, no NAT gateway, no attached internet gateway.');
  return exitCode.good;
}

function renderTable(lines: WayLine[]): string {
  const header = `${'SENT'.padStart(14)} ${'RECEIVED'.padStart(14)}  WAY`;
  const rows = lines.map(
    ({ sentBytes, receivedBytes, id, vpcId }) =>
      `${String(sentBytes).padStart(14)} ${String(receivedBytes).padStart(14)}  ${id} of ${vpcId}`,
  );
  return [header, ...rows].join('\n');
}
