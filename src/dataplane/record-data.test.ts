// What is written here is read by dns-packet, which shares nothing with the code under test.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import dnsPacket from 'dns-packet';
import type { PrivateZone, RecordSet, VpcNetwork } from '../network/network.ts';
import { nameSource } from '../network/resolve-name.ts';
import { answerQuery } from './answer.ts';

const recordSets: RecordSet[] = [
  { type: 'A', ttlSeconds: 300, addresses: ['10.0.1.9', '10.0.1.10'] },
  { type: 'AAAA', ttlSeconds: 60, values: ['2001:db8::a', '::ffff:10.0.0.1', '::'] },
  { type: 'MX', ttlSeconds: 60, values: ['10 Mail.shop.example.', '20 mail2.shop.example'] },
  { type: 'TXT', ttlSeconds: 60, values: ['"v=spf1 -all"', '"one" "a \\"b\\" \\101"', 'bare'] },
  { type: 'SRV', ttlSeconds: 60, values: ['1 2 8443 web.shop.example'] },
  { type: 'PTR', ttlSeconds: 60, values: ['host.shop.example'] },
  { type: 'NS', ttlSeconds: 60, values: ['ns-0.awsdns-00.com.'] },
  { type: 'CAA', ttlSeconds: 60, values: ['0 issue "ca.example"'] },
];
const zone: PrivateZone = {
  zoneName: 'shop.example',
  by: 'Z1',
  isForInboundOnly: false,
  recordSets: new Map<string, RecordSet[]>([
    [
      'shop.example',
      [{ type: 'SOA', ttlSeconds: 900, values: ['ns.example. admin.shop.example. 1 7200 900 1209600 300'] }],
    ],
    ['all.shop.example', recordSets],
    ['alias.shop.example', [{ type: 'CNAME', ttlSeconds: 60, values: ['all.shop.example'] }]],
  ]),
};

function ask(name: string, type: string) {
  const names: Pick<VpcNetwork, 'privateNames' | 'privateZones' | 'resolverRules' | 'cidrBlocks'> = {
    privateNames: new Map(),
    privateZones: [zone],
    resolverRules: [],
    cidrBlocks: [],
  };
  const vpc = { vpcId: 'vpc-1', region: 'us-east-1', ...names } as const;
  const query = dnsPacket.encode({ type: 'query', id: 1, questions: [{ type: type as 'A', name }] });
  const source = nameSource({ publicNames: new Map(), publicZones: [] }, vpc, 'vpc');
  return dnsPacket.decode(answerQuery(query, source, 0) as Buffer);
}

const dataOf = (name: string, type: string) =>
  ask(name, type).answers?.map((answer) => (answer as { data: unknown }).data);

test('every type of record is read as it was written', () => {
  const of = (type: string) => dataOf('all.shop.example', type);
  assert.deepEqual(of('A'), ['10.0.1.9', '10.0.1.10']);
  assert.deepEqual(of('AAAA'), ['2001:db8::a', '::ffff:a00:1', '::']);
  assert.deepEqual(of('MX'), [
    { preference: 10, exchange: 'Mail.shop.example' },
    { preference: 20, exchange: 'mail2.shop.example' },
  ]);
  assert.deepEqual(
    of('TXT')!.map((strings) => (strings as Buffer[]).map(String)),
    [['v=spf1 -all'], ['one', 'a "b" A'], ['bare']],
  );
  assert.deepEqual(of('SRV'), [{ priority: 1, weight: 2, port: 8443, target: 'web.shop.example' }]);
  assert.deepEqual(of('PTR'), ['host.shop.example']);
  assert.deepEqual(of('NS'), ['ns-0.awsdns-00.com']);
  const [authority] = of('CAA') as { tag: string; value: string; flags: number }[];
  assert.deepEqual([authority?.flags, authority?.tag, authority?.value], [0, 'issue', 'ca.example']);
});

test('an alias comes before what it leads to, each under its own name', () => {
  const { answers } = ask('alias.shop.example', 'A');
  assert.deepEqual(
    answers?.map(({ name, type }) => `${name} ${type}`),
    ['alias.shop.example CNAME', 'all.shop.example A', 'all.shop.example A'],
  );
});

test('a zone says no by its own start of authority, for as long as that says', () => {
  const { authorities, answers } = ask('nobody.shop.example', 'A');
  assert.deepEqual(answers, []);
  const [soa] = authorities as { name: string; ttl: number; data: { mname: string; minimum: number } }[];
  assert.deepEqual(
    [soa?.name, soa?.ttl, soa?.data.mname, soa?.data.minimum],
    ['shop.example', 300, 'ns.example', 300],
  );
});
