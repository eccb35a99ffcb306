// IPv4 addresses and CIDR blocks as text outside and as unsigned numbers inside.
// Strict on purpose: `010.0.0.1` and `1/8` are refused, where most libraries read them as something else.

export type Ipv4 = string;
/** `10.0.0.0/16`: an address without host bits, a slash, a prefix length of 0 to 32. */
export type Cidr = string;

export interface CidrRange {
  first: number;
  last: number;
  prefixLength: number;
}

const octet = '(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])';
const addressPattern = new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}$`);

/** The address as a number of 0 to 2³²−1, or undefined when the text is not a plain dotted quad. */
export function parseAddress(text: string): number | undefined {
  const match = addressPattern.exec(text);
  if (!match) return undefined;
  return (
    Number(match[1]) * 0x1000000 + Number(match[2]) * 0x10000 + Number(match[3]) * 0x100 + Number(match[4])
  );
}

export function formatAddress(address: number): Ipv4 {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** The range a CIDR names. Host bits are dropped, as AWS does: `100.68.0.18/18` is `100.68.0.0/18`. */
export function parseCidr(text: string): CidrRange | undefined {
  const match = /^([0-9.]+)\/(0|[1-9]|[12][0-9]|3[0-2])$/.exec(text);
  const address = match && parseAddress(match[1]!);
  if (address === undefined || address === null) return undefined;
  const prefixLength = Number(match![2]);
  const size = 2 ** (32 - prefixLength);
  const first = address - (address % size);
  return { first, last: first + size - 1, prefixLength };
}

/** For CIDRs that were checked when they came in. */
export function cidrRange(cidr: Cidr): CidrRange {
  const range = parseCidr(cidr);
  if (!range) throw new Error(`not an IPv4 CIDR: ${cidr}`);
  return range;
}

export function formatCidr(range: CidrRange): Cidr {
  return `${formatAddress(range.first)}/${range.prefixLength}`;
}

/** For addresses that were checked when they came in. */
export function addressNumber(address: Ipv4): number {
  const number = parseAddress(address);
  if (number === undefined) throw new Error(`not an IPv4 address: ${address}`);
  return number;
}

export function cidrContains(cidr: Cidr, address: Ipv4): boolean {
  const range = cidrRange(cidr);
  const number = addressNumber(address);
  return range.first <= number && number <= range.last;
}

export function cidrCovers(outer: Cidr, inner: Cidr): boolean {
  const a = cidrRange(outer);
  const b = cidrRange(inner);
  return a.first <= b.first && b.last <= a.last;
}

export function cidrsOverlap(left: Cidr, right: Cidr): boolean {
  const a = cidrRange(left);
  const b = cidrRange(right);
  return a.first <= b.last && b.first <= a.last;
}

/** The address `offset` places into the block: `addressAt('10.0.0.0/16', 2)` is `10.0.0.2`. */
export function addressAt(cidr: Cidr, offset: number): Ipv4 {
  return formatAddress(cidrRange(cidr).first + offset);
}

const privateRanges: Cidr[] = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'];

/** RFC 1918 and RFC 6598: nobody's on the internet. */
export function isPrivateAddress(address: Ipv4): boolean {
  addressNumber(address);
  return privateRanges.some((range) => cidrContains(range, address));
}
