// The flows that a namespace's connection tracking knows: of each both ends as who began it wrote them, and as who answers
// sees them after all translations here.

import type { FlowSide, OpenFlow } from '../network/open-flow.ts';
import { gatewayMarkBit } from './gateway-program.ts';
import { maskedBit } from './masked-listener.ts';
import { runInside } from './namespace.ts';

export async function readOpenFlows(namespace: string): Promise<OpenFlow[]> {
  const doing = `listing the flows of ${namespace}`;
  const list = await runInside(namespace, 'conntrack', ['-L'], { doing });
  return list.split('\n').flatMap((line) => parseFlow(line) ?? []);
}

/**
 * `tcp      6 349 ESTABLISHED src=10.0.1.7 dst=10.0.1.4 sport=40312 dport=80 packets=5 bytes=400 src=10.0.2.4 dst=10.0.1.5
 * sport=80 dport=40312 packets=4 bytes=900 [ASSURED] mark=7 use=1`: the second half is the way back. Undefined: no flow.
 */
export function parseFlow(line: string): OpenFlow | undefined {
  const match = /^(\S+) +(\d+) +(\d+) (?:([A-Z_0-9]+) )?(.*)$/.exec(line.trim());
  if (!match) return undefined;
  const [, name, number, timeout, state, rest] = match as unknown as [
    string,
    string,
    string,
    string,
    string?,
    string?,
  ];
  const values = new Map<string, string[]>();
  for (const [, key, value] of (rest ?? '').matchAll(/([a-z]+)=(\S+)/g))
    values.set(key!, [...(values.get(key!) ?? []), value!]);
  const [source, answering] = values.get('src') ?? [];
  const [destination, asking] = values.get('dst') ?? [];
  if (!source || !destination || !answering || !asking) return undefined;
  const [sourcePort, answeringPort] = portsOf(values.get('sport'));
  const [destinationPort, askingPort] = portsOf(values.get('dport'));
  const counts = countsOf(values);
  return {
    protocol: name === 'unknown' ? number : name,
    ...(state === undefined ? {} : { state }),
    isAnswered: !line.includes('[UNREPLIED]'),
    expiresSeconds: Number(timeout),
    asked: side(source, sourcePort, destination, destinationPort),
    seen: side(asking, askingPort, answering, answeringPort),
    ...readMark(Number(values.get('mark')?.[0] ?? 0)),
    ...(counts ? { counts } : {}),
  };
}

/** The two highest bits are our own notes; a connection's mark has neither. */
function readMark(mark: number): Pick<OpenFlow, 'connectionMark' | 'isByGatewayEndpoint'> {
  if (mark === 0) return {};
  if (mark < gatewayMarkBit) return { connectionMark: mark };
  return mark < gatewayMarkBit + maskedBit ? { isByGatewayEndpoint: true } : {};
}

const portsOf = (texts: string[] = []) => texts.map(Number);

function side(
  sourceAddress: string,
  sourcePort: number | undefined,
  destinationAddress: string,
  destinationPort: number | undefined,
): FlowSide {
  const ports =
    sourcePort === undefined || destinationPort === undefined ? {} : { sourcePort, destinationPort };
  return { sourceAddress, destinationAddress, ...ports };
}

/** Undefined where the kernel does not count. */
function countsOf(values: Map<string, string[]>): OpenFlow['counts'] {
  const [sentPackets, receivedPackets] = portsOf(values.get('packets'));
  const [sentBytes, receivedBytes] = portsOf(values.get('bytes'));
  if (sentBytes === undefined || receivedBytes === undefined) return undefined;
  return { sentPackets: sentPackets!, sentBytes, receivedPackets: receivedPackets!, receivedBytes };
}
