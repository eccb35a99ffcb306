// Names with everything a resolver has to follow: records of all types, wildcards, aliases in chains and in circles, long answers.

import type { AliasRecord, PrivateZone, RecordSet, VpcNetwork } from '../src/network/network.ts';
import { type NameSource, nameSource } from '../src/network/resolve-name.ts';

const many = Array.from({ length: 200 }, (_, index) => `10.0.9.${index}`);
const text = (type: Exclude<RecordSet['type'], 'A'>, ...values: string[]): RecordSet => ({
  ...{ type, ttlSeconds: 60, values },
});
const address = (...addresses: string[]): RecordSet => ({ type: 'A', ttlSeconds: 60, addresses });
const alias = (target: string): AliasRecord => ({ type: 'alias', recordType: 'A', target, isInZone: true });
const longLabel = 'l'.repeat(63);

const records: Record<string, (RecordSet | AliasRecord)[]> = {
  'shop.example': [
    text('SOA', 'ns.example. admin.example. 1 7200 900 1209600 86400'),
    text('TXT', `"${'x'.repeat(255)}" "${'y'.repeat(255)}"`),
    text('MX', '10 mail.shop.example', '20 mail2.shop.example'),
  ],
  'many.shop.example': [address(...many)],
  'one.shop.example': [address('10.0.0.1'), text('AAAA', '2001:db8::1')],
  '_ldap._tcp.shop.example': [text('SRV', '1 2 389 one.shop.example')],
  'chain.shop.example': [text('CNAME', 'many.shop.example')],
  'loop.shop.example': [text('CNAME', 'pool.shop.example')],
  'pool.shop.example': [text('CNAME', 'loop.shop.example')],
  'alias.shop.example': [alias('many.shop.example')],
  'self.shop.example': [alias('self.shop.example')],
  '*.apps.shop.example': [text('CNAME', `${longLabel}.${longLabel}.shop.example`)],
  [`${longLabel}.${longLabel}.shop.example`]: [address('10.0.0.2')],
};

export const noisyNames = [
  ...Object.keys(records).map((name) => name.replace('*', 'any')),
  'nobody.shop.example',
  'ip-10-0-1-5.ec2.internal',
  '5.1.0.10.in-addr.arpa',
  'bucket.s3.us-east-1.amazonaws.com',
  'ec2-3-128-0-10.compute-1.amazonaws.com',
];

export const noisyZone: PrivateZone = {
  ...{ zoneName: 'shop.example', by: 'Z1', isForInboundOnly: false },
  recordSets: new Map(Object.entries(records)),
};

export const noisyNetwork: Pick<VpcNetwork, 'privateNames' | 'privateZones'> = {
  privateNames: new Map([
    ['ip-10-0-1-5.ec2.internal', { type: 'A', ttlSeconds: 60, addresses: ['10.0.1.5'] }],
  ]),
  privateZones: [noisyZone],
};

export function noisySource(): NameSource {
  const vpc = { vpcId: 'vpc-1', region: 'us-east-1', ...noisyNetwork };
  return nameSource({ publicNames: new Map(), publicZones: [] }, vpc, 'vpc');
}
