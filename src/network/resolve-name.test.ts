import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AliasRecord, NameTable, PrivateZone, RecordSet } from './network.ts';
import { nameSource, type RecordType, resolveName, type View } from './resolve-name.ts';

function zone(
  by: string,
  zoneName: string,
  records: Record<string, (RecordSet | AliasRecord)[]>,
  inbound = false,
): PrivateZone {
  return { by, zoneName, isForInboundOnly: inbound, recordSets: new Map(Object.entries(records)) };
}

const a = (...addresses: string[]): RecordSet => ({ type: 'A', ttlSeconds: 60, addresses });
const text = (type: Exclude<RecordType, 'A'>, ...values: string[]): RecordSet => ({
  type,
  ttlSeconds: 60,
  values,
});

function table(addresses: Record<string, string>): NameTable {
  return new Map(
    Object.entries(addresses).map(([name, address]) => [
      name,
      { type: 'A', ttlSeconds: 60, addresses: [address] },
    ]),
  );
}

const publicNames = table({
  'www.shop.example': '52.0.0.1',
  'api.us-east-1.example': '52.0.0.2',
  'nlb.example': '10.0.2.9',
});
const publicZones = [zone('Z9', 'world.example', { 'www.world.example': [a('52.9.9.9')] })];
const privateNames = table({ 'ip-10-0-1-5.ec2.internal': '10.0.1.5' });

function ask(zones: PrivateZone[], name: string, type: RecordType | 'ANY' = 'A', view: View = 'vpc') {
  const names = { privateNames, privateZones: zones, resolverRules: [], cidrBlocks: [] };
  const vpc = { vpcId: 'vpc-1' as const, region: 'us-east-1', ...names };
  const { outcome, records, by } = resolveName(
    nameSource({ publicNames, publicZones }, vpc, view),
    name,
    type,
  );
  const values = records.map(({ name, recordSet }) => {
    const data = recordSet.type === 'A' ? recordSet.addresses : recordSet.values;
    return `${name} ${recordSet.type} ${data.join(' ')}`;
  });
  return { outcome, values, by: typeof by === 'string' ? by : by.by };
}

const shop = zone('Z1', 'shop.example', {
  'shop.example': [text('SOA', 'ns. admin. 1 7200 900 1209600 86400')],
  'db.shop.example': [a('10.0.1.9'), text('TXT', '"main"')],
  'deep.a.b.shop.example': [a('10.0.1.10')],
  '*.apps.shop.example': [a('10.0.1.11')],
  'one.apps.shop.example': [a('10.0.1.12')],
});

test('a private zone answers for its name and all below it, and nobody is asked after it', () => {
  assert.deepEqual(ask([shop], 'db.shop.example'), {
    outcome: 'found',
    values: ['db.shop.example A 10.0.1.9'],
    by: 'Z1',
  });
  assert.deepEqual(ask([shop], 'www.shop.example'), { outcome: 'no-such-name', values: [], by: 'Z1' });
  assert.deepEqual(ask([], 'www.shop.example').values, ['www.shop.example A 52.0.0.1']);
  assert.deepEqual(ask([shop], 'shop.example').outcome, 'no-data');
  assert.deepEqual(ask([shop], '').outcome, 'no-data', 'the root exists');
  assert.deepEqual(ask([shop], 'othershop.example').by, 'public');
});

test('of several zones the most specific one answers alone, whoever made it', () => {
  const hidden = zone('vpce-1', 'api.shop.example', { 'api.shop.example': [a('10.0.1.30')] });
  assert.equal(ask([shop, hidden], 'api.shop.example').by, 'vpce-1');
  assert.deepEqual(ask([hidden, shop], 'v1.api.shop.example'), {
    outcome: 'no-such-name',
    values: [],
    by: 'vpce-1',
  });
  assert.equal(ask([hidden, shop], 'db.shop.example').by, 'Z1');
});

test('a private zone goes before the names of the VPC itself, and one of the root before everything', () => {
  const internal = zone('Z2', 'ec2.internal', { 'ip-10-0-1-5.ec2.internal': [a('10.0.7.7')] });
  assert.deepEqual(ask([internal], 'ip-10-0-1-5.ec2.internal').values, [
    'ip-10-0-1-5.ec2.internal A 10.0.7.7',
  ]);
  assert.equal(ask([], 'ip-10-0-1-5.ec2.internal').by, 'vpc');
  assert.equal(ask([zone('Z3', '', {})], 'www.shop.example').outcome, 'no-such-name');
});

test('a wildcard stands for every name below the nearest one that exists', () => {
  assert.deepEqual(ask([shop], 'two.apps.shop.example').values, ['two.apps.shop.example A 10.0.1.11']);
  assert.deepEqual(ask([shop], 'x.two.apps.shop.example').values, ['x.two.apps.shop.example A 10.0.1.11']);
  assert.deepEqual(ask([shop], 'one.apps.shop.example').values, ['one.apps.shop.example A 10.0.1.12']);
  assert.equal(ask([shop], 'x.one.apps.shop.example').outcome, 'no-such-name');
  assert.equal(ask([shop], 'two.apps.shop.example', 'TXT').outcome, 'no-data');
  assert.equal(ask([shop], 'apps.shop.example').outcome, 'no-data');
});

test('a name between others exists without records, one that is nowhere does not', () => {
  assert.equal(ask([shop], 'a.b.shop.example').outcome, 'no-data');
  assert.equal(ask([shop], 'b.shop.example').outcome, 'no-data');
  assert.equal(ask([shop], 'c.b.shop.example').outcome, 'no-such-name');
  assert.equal(ask([shop], 'db.shop.example', 'MX').outcome, 'no-data');
  assert.equal(ask([shop], 'db.shop.example', 'ANY').values.length, 2);
});

test('an alias is followed through the zones of the VPC and out to public names', () => {
  const zones = [
    shop,
    zone('Z4', 'corp.example', {
      'db.corp.example': [text('CNAME', 'DB.shop.example.')],
      'public.corp.example': [text('CNAME', 'nlb.example')],
      'gone.corp.example': [text('CNAME', 'nobody.shop.example')],
      '*.any.corp.example': [text('CNAME', 'db.corp.example')],
    }),
  ];
  assert.deepEqual(ask(zones, 'x.any.corp.example'), {
    outcome: 'found',
    values: [
      'x.any.corp.example CNAME db.corp.example',
      'db.corp.example CNAME DB.shop.example.',
      'db.shop.example A 10.0.1.9',
    ],
    by: 'Z1',
  });
  assert.deepEqual(ask(zones, 'public.corp.example').values.at(-1), 'nlb.example A 10.0.2.9');
  assert.deepEqual(ask(zones, 'gone.corp.example'), {
    outcome: 'no-such-name',
    values: ['gone.corp.example CNAME nobody.shop.example'],
    by: 'Z1',
  });
  assert.deepEqual(ask(zones, 'db.corp.example', 'CNAME').values, ['db.corp.example CNAME DB.shop.example.']);
  assert.equal(ask(zones, 'db.corp.example', 'MX').outcome, 'no-data');
});

test('aliases in a circle are given up', () => {
  const circle = zone('Z5', 'loop.example', {
    'a.loop.example': [text('CNAME', 'b.loop.example')],
    'b.loop.example': [text('CNAME', 'a.loop.example')],
  });
  assert.deepEqual(ask([circle], 'a.loop.example'), { outcome: 'endless', values: [], by: 'Z5' });
});

test('a zone for the inbound endpoint alone is not there for the VPC', () => {
  const zones = [zone('vpce-2', 's3.example', { 's3.example': [a('10.0.1.40')] }, true)];
  assert.equal(ask(zones, 's3.example').by, 'public');
  assert.deepEqual(ask(zones, 's3.example', 'A', 'inbound').values, ['s3.example A 10.0.1.40']);
});

test('a reverse zone of the user goes before the names EC2 gives', () => {
  const reverse = zone('Z6', '1.0.10.in-addr.arpa', {
    '7.1.0.10.in-addr.arpa': [text('PTR', 'db.shop.example')],
  });
  const pointers = (zones: PrivateZone[], name: string) => ask(zones, name, 'PTR').values;
  assert.deepEqual(pointers([], '5.1.0.10.in-addr.arpa'), [
    '5.1.0.10.in-addr.arpa PTR ip-10-0-1-5.ec2.internal',
  ]);
  assert.deepEqual(pointers([reverse], '5.1.0.10.in-addr.arpa'), []);
  assert.deepEqual(pointers([reverse], '7.1.0.10.in-addr.arpa'), [
    '7.1.0.10.in-addr.arpa PTR db.shop.example',
  ]);
});

test('an alias is answered with what it leads to, under its own name', () => {
  const alias = (target: string, isInZone: boolean, recordType: RecordType = 'A'): AliasRecord => ({
    type: 'alias',
    ...{ recordType, target, isInZone },
  });
  const zones = [
    zone('Z7', 'app.example', {
      'app.example': [alias('nlb.example', false), alias('text.app.example', true, 'TXT')],
      'text.app.example': [text('TXT', '"x"')],
      'again.app.example': [alias('app.example', true)],
      'gone.app.example': [alias('nobody.example', false)],
      'loop.app.example': [alias('loop.app.example', true)],
      'name.app.example': [alias('canonical.app.example', true, 'CNAME')],
      'canonical.app.example': [text('CNAME', 'nlb.example')],
    }),
  ];
  assert.deepEqual(ask(zones, 'app.example').values, ['app.example A 10.0.2.9']);
  assert.deepEqual(ask(zones, 'app.example', 'TXT').values, ['app.example TXT "x"']);
  assert.deepEqual(ask(zones, 'again.app.example').values, ['again.app.example A 10.0.2.9']);
  for (const name of ['gone.app.example', 'loop.app.example'])
    assert.equal(ask(zones, name).outcome, 'no-data', name);
  assert.deepEqual(ask(zones, 'name.app.example').values, [
    'name.app.example CNAME nlb.example',
    'nlb.example A 10.0.2.9',
  ]);
});

test('a public zone answers in every VPC, after private zones of the same name', () => {
  assert.deepEqual(ask([], 'www.world.example'), {
    outcome: 'found',
    values: ['www.world.example A 52.9.9.9'],
    by: 'Z9',
  });
  assert.deepEqual(ask([], 'other.world.example'), { outcome: 'no-such-name', values: [], by: 'Z9' });
  assert.equal(ask([zone('Z8', 'world.example', {})], 'www.world.example').outcome, 'no-such-name');
});
