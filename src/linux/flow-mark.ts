// What the kernel counts packets by for flow logs, beside addresses and ports, as one number: 24 bits say whose interface it was,
// eight what was done there.

// KERNEL: nft 1.0.6 concatenates no more than five things, so a packet's mark holds what would be five more. Before routing no
// mark is set yet, and after its last chain nobody reads it.
const bits = { received: 0x1, refused: 0x2, udp: 0x4, syn: 0x10, synAck: 0x20, fin: 0x40, rst: 0x80 };
type Bit = keyof typeof bits;

/** The mark of an interface that a rule begins with. */
export const markOf = (interfaceNumber: number) => String(interfaceNumber * 256);

/** The part of a rule that adds to it. */
export function note(...names: Bit[]): string {
  const added = names.reduce((sum, name) => sum + bits[name], 0);
  return `meta mark set meta mark | 0x${added.toString(16)}`;
}

/** …and that leaves only whose it was. */
export const noteNothing = 'meta mark set meta mark & 0xffffff00';

/** AWS: what each flag stands for. */
const awsFlags = { fin: 1, syn: 2, rst: 4, synAck: 18 } as const;

export const interfaceOf = (mark: number) => Math.floor(mark / 256);

export function readMark(mark: number) {
  const has = (name: Bit) => (mark & bits[name]) !== 0;
  const flags = Object.entries(awsFlags).filter(([name]) => has(name as keyof typeof awsFlags));
  return {
    interfaceNumber: interfaceOf(mark),
    direction: has('received') ? ('ingress' as const) : ('egress' as const),
    isRefused: has('refused'),
    isUdp: has('udp'),
    tcpFlags: flags.reduce((all, [, flag]) => all | flag, 0),
  };
}
