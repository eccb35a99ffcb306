// The BGP session of a virtual interface: who its two ends are. What is not given is made up, as on AWS.

import { addressAt, addressNumber, type Cidr, cidrContains, formatCidr, parseCidr } from '../../lib/cidr.ts';
import { integer, text } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { notBuilt } from '../parameters.ts';
import { clientError, missing } from './errors.ts';

export const sessionMembers = {
  ...{ asn: integer, asnLong: integer, authKey: text },
  ...{ amazonAddress: text, customerAddress: text, addressFamily: text },
};

export interface SessionRequest {
  asn?: number;
  asnLong?: number;
  authKey?: string;
  amazonAddress?: string;
  customerAddress?: string;
  addressFamily?: string;
}

export interface BgpSession {
  asn: number;
  authKey: string;
  amazonAddress: string;
  customerAddress: string;
}

/** Where sessions have their addresses that were not given any, four for each. */
const linkLocalPool: Cidr = '169.254.192.0/18';
const sessionsInPool = 2 ** 12;
const privateRanges: Cidr[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '100.64.0.0/10',
];
const keyAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function readSession(
  context: JsonContext,
  wanted: SessionRequest,
  kind: 'private' | 'transit' | 'public',
): BgpSession {
  const { addressFamily = 'ipv4', authKey } = wanted;
  if (addressFamily === 'ipv6') throw notBuilt('virtual interfaces of the address family ipv6');
  if (addressFamily !== 'ipv4') throw clientError(`Address family ${addressFamily} is invalid.`);
  if (authKey !== undefined && (authKey.length < 6 || authKey.length > 80))
    throw clientError('The BGP authentication key must have 6 to 80 characters.');
  return {
    asn: readAsn(wanted),
    ...readAddresses(context, wanted, kind === 'public'),
    authKey: authKey ?? context.randomText(24, keyAlphabet),
  };
}

/** AWS: when both are given the long one counts. */
function readAsn({ asn, asnLong }: SessionRequest): number {
  const number = asnLong ?? asn;
  if (number === undefined) throw missing('asn');
  const largest = asnLong === undefined ? 2_147_483_646 : 4_294_967_294;
  if (number < 1 || number > largest) throw clientError(`ASN ${number} is invalid. Use 1 to ${largest}.`);
  return number;
}

function readAddresses(
  context: JsonContext,
  { amazonAddress, customerAddress }: SessionRequest,
  isPublic: boolean,
): Pick<BgpSession, 'amazonAddress' | 'customerAddress'> {
  if (amazonAddress === undefined && customerAddress === undefined && !isPublic)
    return takeAddresses(context);
  if (amazonAddress === undefined) throw missing('amazonAddress');
  if (customerAddress === undefined) throw missing('customerAddress');
  const amazon = readAddress('Amazon Address', amazonAddress, isPublic);
  const customer = readAddress('Customer Address', customerAddress, isPublic);
  if (amazon !== customer) throw clientError('Amazon Address and Customer Address must be in the same CIDR');
  if (amazonAddress === customerAddress)
    throw clientError('Amazon Address and Customer Address must be different.');
  return { amazonAddress, customerAddress };
}

/** The network that the address with its prefix length is in. */
function readAddress(name: string, text: string, isPublic: boolean): Cidr {
  const range = parseCidr(text);
  if (!range) throw clientError(`${name} ${text} is invalid.`);
  const address = addressNumber(text.split('/')[0]!);
  // Networks of two addresses and of one have neither.
  if (range.prefixLength < 31 && address === range.first)
    throw clientError(`${name} is address 0 on its subnet.`);
  if (range.prefixLength < 31 && address === range.last)
    throw clientError(`${name} is the broadcast address on its subnet.`);
  if (isPublic && privateRanges.some((one) => cidrContains(one, text.split('/')[0]!)))
    throw clientError(`${name} is not allowed to contain a private IP`);
  return formatCidr(range);
}

/** AWS's end comes first. */
function takeAddresses({ cloud }: JsonContext): Pick<BgpSession, 'amazonAddress' | 'customerAddress'> {
  const taken = new Set(cloud.virtualInterfaces.all().map(({ amazonAddress }) => amazonAddress));
  for (let session = 0; session < sessionsInPool; session++) {
    const amazonAddress = `${addressAt(linkLocalPool, session * 4 + 1)}/30`;
    if (taken.has(amazonAddress)) continue;
    return { amazonAddress, customerAddress: `${addressAt(linkLocalPool, session * 4 + 2)}/30` };
  }
  throw clientError('There are no more addresses for BGP sessions.');
}
