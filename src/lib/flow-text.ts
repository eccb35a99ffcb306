// What is asked of a destination, as people write it: `443`, `53/udp`, `ping`.

export interface AskedFlow {
  protocol: 'tcp' | 'udp' | 'icmp';
  /** Absent: a ping. */
  port?: number;
}

/** `443/tcp` is `443`, `icmp` is `ping`. Undefined when it cannot be read. */
export function parseFlow(text: string): AskedFlow | undefined {
  if (text === 'ping' || text === 'icmp') return { protocol: 'icmp' };
  const match = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(text);
  if (!match) return undefined;
  const port = Number(match[1]);
  return port >= 1 && port <= 65535
    ? { protocol: (match[2] ?? 'tcp') as AskedFlow['protocol'], port }
    : undefined;
}

export function formatFlow({ protocol, port }: AskedFlow): string {
  if (port === undefined) return 'ping';
  return protocol === 'udp' ? `${port}/udp` : String(port);
}

/** Ping, then TCP by port, then UDP; each once. */
export function sortFlows(flows: AskedFlow[]): AskedFlow[] {
  const rank = ({ protocol, port = 0 }: AskedFlow) => ['icmp', 'tcp', 'udp'].indexOf(protocol) * 65536 + port;
  const byRank = new Map(flows.map((flow) => [rank(flow), flow]));
  return [...byRank].toSorted(([left], [right]) => left - right).map(([, flow]) => flow);
}
