// The options of a new set, read and checked: each key once, and values that a host can make something of.

import type { NewDhcpConfiguration } from '@aws-sdk/client-ec2';
import type { AwsError } from '../../aws/aws-error.ts';
import {
  amazonProvidedDns,
  type DhcpConfiguration,
  type DhcpOptionKey,
  dhcpOptionKeys,
} from '../../cloud/dhcp-options.ts';
import { findNameFault } from '../../cloud/dns-name.ts';
import { parseAddress } from '../../lib/cidr.ts';
import { notBuilt } from '../parameters.ts';
import { invalidParameterValue, missingParameter } from './errors.ts';

export function readDhcpConfigurations(given: NewDhcpConfiguration[] | undefined): DhcpConfiguration[] {
  if (!given || given.length === 0) throw missingParameter('DhcpConfigurations');
  const configurations = given.map(readConfiguration);
  const doubled = configurations.find(
    ({ key }, index) => configurations.findIndex((one) => one.key === key) < index,
  );
  if (doubled) throw invalidParameterValue(`The DHCP option '${doubled.key}' is given more than once.`);
  return configurations;
}

function readConfiguration({ Key, Values = [] }: NewDhcpConfiguration): DhcpConfiguration {
  const key = dhcpOptionKeys.find((one) => one === Key);
  if (!key)
    throw invalidParameterValue(`Value (${Key ?? ''}) for parameter key is invalid. Unknown DHCP option`);
  // AWS: addresses may be given in one value with commas, or in one each.
  const values = key === 'domain-name' ? Values : Values.flatMap((value) => value.split(','));
  const trimmed = values.map((value) => value.trim());
  if (trimmed.length === 0 || trimmed.includes(''))
    throw invalidParameterValue(`Value () for parameter ${key} is invalid. A value is required.`);
  checks[key](key, trimmed);
  return { key, values: trimmed };
}

type Check = (key: DhcpOptionKey, values: string[]) => void;

const mostAddresses = 4;
const longestDomain = 255;

const checks: Record<DhcpOptionKey, Check> = {
  'domain-name'(key, values) {
    const [value = ''] = values;
    const isDomain =
      value.length <= longestDomain && value.split(/\s+/).every((name) => !findNameFault(name));
    if (values.length > 1 || !isDomain) throw invalidValue(key, values, 'A domain name is expected.');
  },
  'domain-name-servers'(key, values) {
    if (values.length === 1 && values[0] === amazonProvidedDns) return;
    checkAddresses(key, values);
  },
  'ntp-servers': checkAddresses,
  'netbios-name-servers': checkAddresses,
  'netbios-node-type'(key, values) {
    if (values.length > 1 || !['1', '2', '4', '8'].includes(values[0]!))
      throw invalidValue(key, values, 'The NetBIOS node type is 1, 2, 4 or 8.');
  },
  'ipv6-address-preferred-lease-time'() {
    throw notBuilt('the DHCP option ipv6-address-preferred-lease-time, as all of IPv6');
  },
};

function checkAddresses(key: DhcpOptionKey, values: string[]): void {
  if (values.some((value) => value.includes(':'))) throw notBuilt(`IPv6 addresses in ${key}`);
  if (values.length > mostAddresses)
    throw invalidValue(key, values, `At most ${mostAddresses} addresses may be given.`);
  if (values.some((value) => parseAddress(value) === undefined))
    throw invalidValue(key, values, 'An IPv4 address is expected.');
}

function invalidValue(key: DhcpOptionKey, values: string[], because: string): AwsError {
  return invalidParameterValue(`Value (${values.join(', ')}) for parameter ${key} is invalid. ${because}`);
}
