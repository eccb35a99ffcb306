// What may be asked for of a VPN's two tunnels, and what they get. IPsec itself is not there: its parameters are checked,
// kept and shown, the inside addresses and keys are made as on AWS, and packets go as they are.

import type { VpnTunnelOptionsSpecification } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { takePublicAddress } from '../../cloud/public-address.ts';
import type { VpnTunnel } from '../../cloud/vpn.ts';
import { type Cidr, cidrRange, formatCidr, parseCidr } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { invalidParameterValue } from './errors.ts';

/** AWS: these are in use elsewhere. */
const reservedInside: readonly Cidr[] = [
  ...[0, 1, 2, 3, 4, 5].map((third) => `169.254.${third}.0/30`),
  '169.254.169.252/30',
];

type Choice = readonly (string | number)[];
const encryption: Choice = ['AES128', 'AES256', 'AES128-GCM-16', 'AES256-GCM-16'];
const integrity: Choice = ['SHA1', 'SHA2-256', 'SHA2-384', 'SHA2-512'];
const laterGroups = [14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24];

/** By AWS's names, which lists take which values. */
const lists = {
  Phase1EncryptionAlgorithms: encryption,
  Phase2EncryptionAlgorithms: encryption,
  Phase1IntegrityAlgorithms: integrity,
  Phase2IntegrityAlgorithms: integrity,
  Phase1DHGroupNumbers: [2, ...laterGroups],
  Phase2DHGroupNumbers: [2, 5, ...laterGroups],
  IKEVersions: ['ikev1', 'ikev2'],
} satisfies Partial<Record<keyof VpnTunnelOptionsSpecification, Choice>>;

const numbers = {
  Phase1LifetimeSeconds: [900, 28800],
  Phase2LifetimeSeconds: [900, 3600],
  RekeyMarginTimeSeconds: [60, 1800],
  RekeyFuzzPercentage: [0, 100],
  ReplayWindowSize: [64, 2048],
  DPDTimeoutSeconds: [30, 28800],
} satisfies Partial<Record<keyof VpnTunnelOptionsSpecification, [number, number]>>;

const words = {
  DPDTimeoutAction: ['clear', 'none', 'restart'],
  StartupAction: ['add', 'start'],
} satisfies Partial<Record<keyof VpnTunnelOptionsSpecification, string[]>>;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._';
const insideDigits = '0123456789abcdef';

/** Both tunnels of a new connection. Throws before anything is written, but for the addresses it takes. */
export function makeTunnels(
  context: OperationContext,
  asked: VpnTunnelOptionsSpecification[] | undefined,
): [VpnTunnel, VpnTunnel] {
  if (asked && asked.length > 2)
    throw invalidParameterValue('A VPN connection has two tunnels: options of more than two were given.');
  const options = [0, 1].map((index) => checkTunnelOptions(asked?.[index] ?? {}));
  const insides = options.map(({ TunnelInsideCidr: cidr }) => cidr && readInside(cidr));
  if (insides[0] && insides[0] === insides[1])
    throw invalidParameterValue(`The tunnel inside CIDR ${insides[0]} was given for both tunnels.`);
  const taken = new Set(insides.filter((cidr) => cidr !== undefined));
  const tunnels: VpnTunnel[] = [];
  for (const [index, option] of options.entries()) {
    const { PreSharedKey, TunnelInsideCidr: _inside, ...rest } = option;
    const tunnelInsideCidr = insides[index] || makeInside(context, taken);
    taken.add(tunnelInsideCidr);
    tunnels.push({
      outsideIpAddress: takeOutside(context, tunnels),
      tunnelInsideCidr,
      preSharedKey: PreSharedKey ?? makeKey(context),
      options: rest,
    });
  }
  return [tunnels[0]!, tunnels[1]!];
}

function checkTunnelOptions(option: VpnTunnelOptionsSpecification): VpnTunnelOptionsSpecification {
  const simple = ['TunnelInsideCidr', 'PreSharedKey', 'LogOptions', 'EnableTunnelLifecycleControl'] as const;
  const known = [lists, numbers, words].flatMap((table) => Object.keys(table));
  acceptParameters('CreateVpnConnection', option, ...simple, ...(known as (keyof typeof lists)[]));
  if (option.LogOptions?.CloudWatchLogOptions?.LogEnabled) throw notBuilt('logs of VPN tunnels');
  if (option.EnableTunnelLifecycleControl) throw notBuilt('EnableTunnelLifecycleControl of VPN tunnels');
  const { PreSharedKey: key } = option;
  if (key !== undefined && !/^[A-Za-z1-9._][A-Za-z0-9._]{7,63}$/.test(key)) {
    throw invalidParameterValue(
      'Invalid pre-shared key: it must have 8 to 64 characters, be of letters, digits, periods and underscores, and not begin with 0.',
    );
  }
  for (const [name, allowed] of Object.entries(lists)) {
    const given = (option[name as keyof typeof lists] ?? []) as { Value?: string | number }[];
    for (const { Value: value } of given)
      if (!(allowed as Choice).includes(value as never)) throw invalidOption(name, value);
  }
  for (const [name, [first, last]] of Object.entries(numbers)) {
    const value = option[name as keyof typeof numbers];
    if (value !== undefined && (value < first! || last! < value)) throw invalidOption(name, value);
  }
  for (const [name, allowed] of Object.entries(words)) {
    const value = option[name as keyof typeof words];
    if (value !== undefined && !allowed.includes(value)) throw invalidOption(name, value);
  }
  return option;
}

function invalidOption(name: string, value: unknown): AwsError {
  return invalidParameterValue(`Value (${value}) for parameter ${name} is invalid.`);
}

function readInside(text: string): Cidr {
  const range = parseCidr(text);
  const cidr = range && formatCidr(range);
  const isRight = cidr === text && range!.prefixLength === 30 && text.startsWith('169.254.');
  if (!isRight || reservedInside.includes(cidr)) {
    throw invalidParameterValue(
      `The tunnel inside CIDR ${text} is invalid: it must be a /30 of 169.254.0.0/16 that is not reserved.`,
    );
  }
  return cidr;
}

/** One that no tunnel of the region has: on AWS they are unique at one gateway. */
function makeInside(context: OperationContext, taken: ReadonlySet<Cidr>): Cidr {
  const inUse = new Set(
    context.cloud.vpnConnections
      .all()
      .flatMap(({ tunnels }) => tunnels.map(({ tunnelInsideCidr }) => tunnelInsideCidr)),
  );
  const first = cidrRange('169.254.0.0/16').first;
  const blocks = 2 ** 14;
  const start = Number.parseInt(context.randomText(4, insideDigits), 16) % blocks;
  for (let turn = 0; turn < blocks; turn += 1) {
    const network = first + ((start + turn) % blocks) * 4;
    const cidr = formatCidr({ first: network, last: network + 3, prefixLength: 30 });
    if (!inUse.has(cidr) && !taken.has(cidr) && !reservedInside.includes(cidr)) return cidr;
  }
  throw invalidParameterValue('There is no free tunnel inside CIDR left.');
}

function takeOutside({ cloud, region }: OperationContext, others: VpnTunnel[]): string {
  const address = takePublicAddress(cloud, region);
  if (address === undefined || others.some(({ outsideIpAddress }) => outsideIpAddress === address)) {
    throw new AwsError('InsufficientAddressCapacity', 'There are no public addresses left in this region.');
  }
  return address;
}

/** AWS: 32 characters, not beginning with 0. */
function makeKey({ randomText }: OperationContext): string {
  return randomText(1, alphabet.replace('0', '')) + randomText(31, alphabet);
}
