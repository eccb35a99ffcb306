// Queries are written and answers read by dns-packet, which shares nothing with the code under test.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import dnsPacket, { type Packet, type RecordType } from 'dns-packet';
import fc from 'fast-check';
import type { NameRecord, NameTable } from '../network/network.ts';
import type { NameSource } from '../network/resolve-name.ts';
import { answerQuery, type DnsTransport } from './answer.ts';

const endpointName =
  'vpce-0a1b2c3d4e5f60718-abcdefgh.vpce-svc-0a1b2c3d4e5f60718.us-east-1.vpce.amazonaws.com';
const source: NameSource = {
  ownerId: 'vpc-1',
  region: 'us-east-1',
  zones: new Map(),
  publicZones: new Map(),
  ruleBook: { rules: [], ownDomains: [] },
  tables: [
    table({ 'ip-10-0-1-5.ec2.internal': ['10.0.1.5'], 'both.example.com': ['10.0.1.9'] }),
    table({
      [endpointName]: ['10.0.1.20', '10.0.2.20', '10.0.3.20'],
      'both.example.com': ['10.9.9.9'],
      'many.example.com': Array.from({ length: 100 }, (_, index) => `10.0.9.${index}`),
      'empty.example.com': [],
    }),
  ],
};

function table(names: Record<string, string[]>): NameTable {
  const record = (addresses: string[]): NameRecord => ({ type: 'A', addresses, ttlSeconds: 60 });
  return new Map(Object.entries(names).map(([name, addresses]) => [name, record(addresses)]));
}

interface Asked {
  type?: RecordType;
  rotation?: number;
  transport?: DnsTransport;
  edns?: { udpPayloadSize?: number; ednsVersion?: number; flags?: number };
  /** Bytes to write over the encoded query. */
  overwrite?: Record<number, number>;
}

function encodeQuery(name: string, asked: Asked = {}): Buffer {
  const opt = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1232,
    ednsVersion: 0,
    flags: 0,
    options: [],
    ...asked.edns,
  };
  const query: Packet = {
    type: 'query',
    id: 4711,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type: asked.type ?? 'A', name }],
    additionals: asked.edns ? [opt as never] : [],
  };
  const bytes = dnsPacket.encode(query);
  for (const [offset, byte] of Object.entries(asked.overwrite ?? {})) bytes[Number(offset)] = byte;
  return bytes;
}

/** Of a resolver that asks nobody. */
function answerBytes(...parameters: Parameters<typeof answerQuery>): Buffer | undefined {
  const answer = answerQuery(...parameters);
  assert.ok(answer === undefined || Buffer.isBuffer(answer));
  return answer;
}

function ask(name: string, asked: Asked = {}) {
  const response = answerBytes(encodeQuery(name, asked), source, asked.rotation ?? 0, asked.transport);
  assert.ok(response, 'an answer was expected');
  return { ...dnsPacket.decode(response), bytes: response };
}

type Decoded = ReturnType<typeof ask> & { rcode?: string };
const rcodeOf = (answer: Decoded) => answer.rcode;
const dataOf = (answer: Decoded) => answer.answers?.map((record) => (record as { data: unknown }).data);

test('an address record is answered with the id, the question and the wish for recursion it came with', () => {
  const answer = ask(endpointName);
  assert.equal(answer.id, 4711);
  assert.equal(answer.type, 'response');
  assert.equal(rcodeOf(answer), 'NOERROR');
  assert.equal(answer.flag_rd, true);
  assert.equal(answer.flag_ra, true);
  assert.equal(answer.flag_tc, false);
  assert.deepEqual(answer.questions, [{ name: endpointName, type: 'A', class: 'IN' }]);
  assert.deepEqual(dataOf(answer), ['10.0.1.20', '10.0.2.20', '10.0.3.20']);
  assert.deepEqual(
    answer.answers?.map((record) => [record.name, 'ttl' in record && record.ttl]),
    [
      [endpointName, 60],
      [endpointName, 60],
      [endpointName, 60],
    ],
  );
});

test('the addresses take turns in coming first', () => {
  const first = [0, 1, 2, 3].map((rotation) => dataOf(ask(endpointName, { rotation }))?.[0]);
  assert.deepEqual(first, ['10.0.1.20', '10.0.2.20', '10.0.3.20', '10.0.1.20']);
});

test('the case of a name does not matter and comes back as it was asked', () => {
  const answer = ask('IP-10-0-1-5.Ec2.InTeRnAl');
  assert.deepEqual(dataOf(answer), ['10.0.1.5']);
  assert.equal(answer.questions?.[0]?.name, 'IP-10-0-1-5.Ec2.InTeRnAl');
  assert.equal(answer.answers?.[0]?.name, 'IP-10-0-1-5.Ec2.InTeRnAl');
});

test("the VPC's own name wins over the public one", () => {
  assert.deepEqual(dataOf(ask('both.example.com')), ['10.0.1.9']);
});

test('an unknown name does not exist, and the zone above it says so', () => {
  const answer = ask('nobody.ec2.internal');
  assert.equal(rcodeOf(answer), 'NXDOMAIN');
  assert.deepEqual(answer.answers, []);
  assert.equal(answer.authorities?.length, 1);
  assert.equal(answer.authorities?.[0]?.type, 'SOA');
  assert.equal(answer.authorities?.[0]?.name, 'ec2.internal');
  const { data } = answer.authorities![0] as { data: { mname: string; minimum: number } };
  assert.equal(data.mname, 'ns-1536.awsdns-00.co.uk');
  assert.equal(data.minimum, 5);
});

test('a name that exists has no records of other types, which is not the same as not existing', () => {
  for (const type of ['AAAA', 'MX', 'HTTPS'] as RecordType[]) {
    const answer = ask(endpointName, type === ('HTTPS' as string) ? { overwrite: typeBytes(65) } : { type });
    assert.equal(rcodeOf(answer), 'NOERROR', type);
    assert.deepEqual(answer.answers, [], type);
    assert.equal(answer.authorities?.[0]?.type, 'SOA', type);
  }
  const answer = ask('empty.example.com');
  assert.equal(rcodeOf(answer), 'NOERROR');
  assert.equal(answer.authorities?.[0]?.type, 'SOA');
});

function typeBytes(type: number): Record<number, number> {
  const end = encodeQuery(endpointName).length;
  return { [end - 4]: type >> 8, [end - 3]: type & 0xff };
}

test('an address of the VPC leads back to its name', () => {
  const answer = ask('5.1.0.10.in-addr.arpa', { type: 'PTR' });
  assert.deepEqual(dataOf(answer), ['ip-10-0-1-5.ec2.internal']);
  assert.equal(rcodeOf(ask('5.1.0.10.in-addr.arpa')), 'NOERROR');
  for (const name of [
    '6.1.0.10.in-addr.arpa',
    '05.1.0.10.in-addr.arpa',
    '1.0.10.in-addr.arpa',
    'in-addr.arpa',
  ]) {
    assert.equal(rcodeOf(ask(name, { type: 'PTR' })), 'NXDOMAIN', name);
  }
});

test('a client that speaks EDNS hears our size and its own wish for DNSSEC; one that does not hears nothing of it', () => {
  const [opt] =
    ask(endpointName, { edns: { udpPayloadSize: 4096, flags: dnsPacket.DNSSEC_OK } }).additionals ?? [];
  assert.equal(opt?.type, 'OPT');
  assert.equal((opt as unknown as { udpPayloadSize: number }).udpPayloadSize, 1232);
  assert.equal((opt as unknown as { flags: number }).flags, dnsPacket.DNSSEC_OK);
  assert.deepEqual(ask(endpointName).additionals, []);
});

test('an EDNS version that does not exist yet is refused as BADVERS', () => {
  const answer = ask(endpointName, { edns: { ednsVersion: 1 } });
  const [opt] = answer.additionals ?? [];
  assert.equal((opt as unknown as { extendedRcode: number } | undefined)?.extendedRcode, 1);
  assert.equal(rcodeOf(answer), 'NOERROR'); // the lower four bits of 16
  assert.deepEqual(answer.answers, []);
});

test('an answer too long for a datagram is cut and marked, and complete by TCP', () => {
  const plain = ask('many.example.com');
  assert.equal(plain.flag_tc, true);
  assert.ok(plain.bytes.length <= 512 && plain.answers!.length > 20);
  const large = ask('many.example.com', { edns: { udpPayloadSize: 65535 } });
  assert.equal(large.flag_tc, true);
  assert.ok(large.bytes.length <= 1232 && large.answers!.length > plain.answers!.length);
  const tiny = ask('many.example.com', { edns: { udpPayloadSize: 1 } });
  assert.ok(tiny.bytes.length <= 512 && tiny.answers!.length > 20);
  const complete = ask('many.example.com', { transport: 'tcp' });
  assert.equal(complete.flag_tc, false);
  assert.equal(complete.answers?.length, 100);
});

test('what is not a query of the internet class gets the code for it', () => {
  const end = encodeQuery(endpointName).length;
  assert.equal(rcodeOf(ask(endpointName, { overwrite: { [end - 1]: 3 } })), 'REFUSED'); // class CHAOS
  assert.equal(rcodeOf(ask(endpointName, { overwrite: { 2: 5 << 3 } })), 'NOTIMP'); // opcode UPDATE
  assert.equal(rcodeOf(ask(endpointName, { overwrite: { 5: 0 } })), 'FORMERR'); // no question
  assert.equal(rcodeOf(ask(endpointName, { overwrite: { 5: 2 } })), 'FORMERR'); // two
});

test('scraps and responses are not answered at all', () => {
  const query = encodeQuery(endpointName);
  for (let length = 0; length < 12; length++)
    assert.equal(answerBytes(query.subarray(0, length), source, 0), undefined);
  assert.equal(answerBytes(encodeQuery(endpointName, { overwrite: { 2: 0x81 } }), source, 0), undefined);
});

test('a query cut off anywhere behind its header is malformed', () => {
  const query = encodeQuery(endpointName, { edns: {} });
  for (let length = 12; length < query.length; length++) {
    const answer = dnsPacket.decode(answerBytes(query.subarray(0, length), source, 0)!) as Decoded;
    assert.equal(rcodeOf(answer), 'FORMERR', `${length} bytes`);
  }
});

test('names that point at themselves, run on too long or hold dots inside a label find nothing', () => {
  assert.equal(rcodeOf(ask(endpointName, { overwrite: { 12: 0xc0, 13: 12 } })), 'FORMERR');
  const long = Buffer.concat([
    encodeQuery('').subarray(0, 12),
    ...Array(4).fill(Buffer.from(`\x3f${'a'.repeat(63)}`)),
  ]);
  const tooLong = Buffer.concat([long, Buffer.from([0, 0, 1, 0, 1])]);
  assert.equal(rcodeOf(dnsPacket.decode(answerBytes(tooLong, source, 0)!) as Decoded), 'FORMERR');
  const dotted = ask('both-example.com', { overwrite: { 17: 0x2e } }); // the label `both.example`
  assert.equal(rcodeOf(dotted), 'NXDOMAIN');
});

test('the longest name the rules allow is read', () => {
  const label = 'a'.repeat(63);
  const longest = `${label}.${label}.${label}.${'a'.repeat(61)}`;
  assert.equal(rcodeOf(ask(longest)), 'NXDOMAIN');
});

test('the root exists and has nothing to say', () => {
  const answer = ask('.');
  assert.equal(rcodeOf(answer), 'NOERROR');
  assert.equal(answer.answers?.length, 0);
  assert.equal(answer.authorities?.[0]?.name, '.');
});

test('an OPT record that is doubled, named or misplaced is malformed', () => {
  const query = encodeQuery(endpointName, { edns: {} });
  const opt = query.subarray(-11);
  const doubled = Buffer.concat([query, opt]);
  doubled[11] = 2;
  const misplaced = Buffer.from(query);
  misplaced[11] = 0;
  misplaced[7] = 1;
  for (const bytes of [doubled, misplaced]) {
    assert.equal(rcodeOf(dnsPacket.decode(answerBytes(bytes, source, 0)!) as Decoded), 'FORMERR');
  }
});

test('whatever bytes come in, what goes out can be read by another implementation', () => {
  const query = encodeQuery(endpointName, { edns: {} });
  const mutated = fc
    .array(fc.tuple(fc.nat(query.length - 1), fc.nat(255)), { maxLength: 6 })
    .map((changes) => {
      const bytes = Buffer.from(query);
      for (const [offset, byte] of changes) bytes[offset] = byte;
      return bytes;
    });
  const random = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(
      fc.oneof(mutated, random),
      fc.constantFrom('udp' as const, 'tcp' as const),
      (bytes, transport) => {
        const response = answerBytes(bytes, source, 1, transport);
        if (response === undefined) return bytes.length < 12 || bytes[2]! >= 0x80;
        const { type, id } = dnsPacket.decode(response);
        return type === 'response' && id === bytes.readUInt16BE(0);
      },
    ),
    { numRuns: 5000 },
  );
});

test('a name below a wildcard is its own, however deep, until one that exists stands between', () => {
  const star: NameSource = {
    ...source,
    tables: [
      table({ 'named.s3.example.com': ['10.0.0.7'] }),
      table({
        's3.example.com': ['52.216.0.10'],
        '*.s3.example.com': ['52.216.0.11'],
        '*.example.com': ['9.9.9.9'],
      }),
    ],
  };
  const cases: [string, string | undefined][] = [
    ['s3.example.com', '52.216.0.10'],
    ['bucket.s3.example.com', '52.216.0.11'],
    ['BUCKET.S3.example.com', '52.216.0.11'],
    ['a.bucket.with.dots.s3.example.com', '52.216.0.11'],
    [`${'a.'.repeat(100)}s3.example.com`, '52.216.0.11'],
    ['named.s3.example.com', '10.0.0.7'],
    ['below.named.s3.example.com', undefined],
    ['other.example.com', '9.9.9.9'],
    ['example.com', undefined],
    ['s3.example.org', undefined],
  ];
  for (const [name, want] of cases) {
    const answer = dnsPacket.decode(answerBytes(encodeQuery(name), star, 0)!);
    const addresses = answer.answers?.map((record) => 'data' in record && record.data);
    assert.deepEqual(addresses, want === undefined ? [] : [want], name);
  }
});

test('a public address has the name that EC2 gives it, whoever has it, and the name leads back', () => {
  const name = 'ec2-3-141-0-10.compute-1.amazonaws.com';
  assert.deepEqual(dataOf(ask('10.0.141.3.in-addr.arpa', { type: 'PTR' })), [name]);
  assert.deepEqual(dataOf(ask(name)), ['3.141.0.10']);
  for (const other of [
    'ec2-8-8-8-8.compute-1.amazonaws.com',
    'ec2-3-141-0-10.eu-west-1.compute.amazonaws.com',
    'ec2-3-141-00-10.compute-1.amazonaws.com',
    'ec2-3-141-0-256.compute-1.amazonaws.com',
  ])
    assert.equal(rcodeOf(ask(other)), 'NXDOMAIN', other);
  assert.equal(rcodeOf(ask('8.8.8.8.in-addr.arpa', { type: 'PTR' })), 'NXDOMAIN');
  assert.equal(rcodeOf(ask('256.0.141.3.in-addr.arpa', { type: 'PTR' })), 'NXDOMAIN');
});

test('a name above others exists and has no records', () => {
  for (const name of [
    'amazonaws.com',
    'us-east-1.amazonaws.com',
    'Compute-1.amazonaws.com',
    'ec2.internal',
  ]) {
    const answer = ask(name);
    assert.deepEqual([rcodeOf(answer), answer.answers], ['NOERROR', []], name);
  }
  for (const name of ['us-east-9.amazonaws.com', 'example.org', 'x.amazonaws.com'])
    assert.equal(rcodeOf(ask(name)), 'NXDOMAIN', name);
});
