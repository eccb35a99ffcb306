import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { userCredentials } from '../../test/aws/signed-request-fixture.ts';
import { readPayload } from './payload.ts';
import type { PayloadRule } from './signed-request.ts';
import { signingKey } from './signing-key.ts';

const scope = '20130524/us-east-1/s3/aws4_request';
const key = signingKey(userCredentials.secretAccessKey, scope);
const seedOf = (signature: string) => ({ signature, signingKey: key, dateTime: '20130524T000000Z', scope });
const letters = (count: number) => 'a'.repeat(count);

/** The example of AWS's manual, "Transferring Payload in Multiple Chunks": 66,560 letters. */
const manual = {
  rule: {
    kind: 'chunked',
    isSigned: true,
    hasTrailer: false,
    decodedLength: 66_560,
    seed: seedOf('4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'),
  } satisfies PayloadRule,
  body: [
    '10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n',
    `${letters(65_536)}\r\n`,
    '400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n',
    `${letters(1024)}\r\n`,
    '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n',
  ].join(''),
};

/** "…Including Trailing Headers": the same letters, with a checksum behind them that is signed too. */
const manualTrailer = {
  rule: {
    ...manual.rule,
    hasTrailer: true,
    seed: seedOf('106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'),
  } satisfies PayloadRule,
  body: [
    '10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n',
    `${letters(65_536)}\r\n`,
    '400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n',
    `${letters(1024)}\r\n`,
    '0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n',
    'x-amz-checksum-crc32c:sOO8/Q==\r\n',
    'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
  ].join(''),
};

const unsignedRule = (decodedLength: number): PayloadRule => ({
  kind: 'chunked',
  isSigned: false,
  hasTrailer: true,
  decodedLength,
});

async function decode(body: string | Buffer[], rule: PayloadRule) {
  const pieces = typeof body === 'string' ? [Buffer.from(body, 'latin1')] : body;
  const reader = readPayload(Readable.from(pieces), rule);
  const decoded: Buffer[] = [];
  for await (const piece of reader) decoded.push(piece);
  return { text: Buffer.concat(decoded).toString('latin1'), trailers: Object.fromEntries(reader.trailers) };
}

test("the signed frames of AWS's manual hold, with and without a trailer", async () => {
  assert.deepEqual(await decode(manual.body, manual.rule), { text: letters(66_560), trailers: {} });
  assert.deepEqual(await decode(manualTrailer.body, manualTrailer.rule), {
    text: letters(66_560),
    trailers: { 'x-amz-checksum-crc32c': 'sOO8/Q==' },
  });
});

test('one character that is another breaks signed frames, wherever it is', async () => {
  for (const { body, rule } of [manual, manualTrailer]) {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(body.length - 1),
        fc.constantFrom(...'bcdefghij0123456789'),
        async (at, letter) => {
          fc.pre(body[at]!.toLowerCase() !== letter);
          const changed = `${body.slice(0, at)}${letter}${body.slice(at + 1)}`;
          await assert.rejects(decode(changed, rule), { name: /./ }, `at ${at}`);
        },
      ),
      { numRuns: 60 },
    );
    for (let at = 65_600; at < body.length; at += 7) {
      const changed = `${body.slice(0, at)}${body[at] === 'z' ? 'y' : 'z'}${body.slice(at + 1)}`;
      await assert.rejects(decode(changed, rule), `at ${at}`);
    }
  }
});

test('a body that is cut anywhere does not end well', async () => {
  for (const { body, rule } of [manual, manualTrailer]) {
    const cuts = [
      0,
      1,
      4,
      86,
      1000,
      65_625,
      65_700,
      66_000,
      body.length - 5,
      body.length - 30,
      body.length - 90,
    ];
    for (const cut of cuts) await assert.rejects(decode(body.slice(0, cut), rule), `cut at ${cut}`);
  }
});

test('frames in pieces of any size give the same bytes and trailers', async () => {
  const texts = fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 300 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 50 }), async (frames, size) => {
      const text = frames.join('');
      const framed = frames.map((frame) => `${frame.length.toString(16)}\r\n${frame}\r\n`).join('');
      const whole = Buffer.from(`${framed}0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n`, 'latin1');
      const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
        whole.subarray(index * size, (index + 1) * size),
      );
      const trailers = { 'x-amz-checksum-crc32': 'AAAAAA==' };
      assert.deepEqual(await decode(pieces, unsignedRule(text.length)), { text, trailers });
    }),
    { numRuns: 200 },
  );
});

test('what is no frame, or not the length that was promised, is told apart', async () => {
  const trailer = '0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n';
  const cases: [body: string, length: number, kind: string][] = [
    [`5\r\nhello\r\n${trailer}`, 6, 'truncated'],
    [`5\r\nhello\r\n${trailer}`, 4, 'too-long'],
    [`ffffffffff\r\nhello`, 5, 'truncated'],
    [`ffffffffff\r\nhello!`, 5, 'too-long'],
    [`5\r\nhelloX\r\n${trailer}`, 5, 'malformed-chunk'],
    [`-5\r\nhello\r\n${trailer}`, 5, 'malformed-chunk'],
    [`0x5\r\nhello\r\n${trailer}`, 5, 'malformed-chunk'],
    [`5;${'x'.repeat(5000)}`, 5, 'malformed-chunk'],
    ['x'.repeat(5000), 5, 'malformed-chunk'],
    [`5\r\nhello\r\n0\r\nno trailer at all\r\n\r\n`, 5, 'malformed-chunk'],
    [`5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${'A'.repeat(9000)}\r\n\r\n`, 5, 'malformed-chunk'],
    [`5\r\nhello\r\n0\r\n${'a:b\r\n'.repeat(3000)}\r\n`, 5, 'malformed-chunk'],
    [`5\r\nhello\r\n${trailer}more`, 5, 'malformed-chunk'],
    ['5\r\nhello\r\n', 5, 'truncated'],
    ['5\r\nhello\r\n0\r\n\r\n', 5, 'truncated'],
    ['', 5, 'truncated'],
    ['', 0, 'truncated'],
  ];
  for (const [body, length, kind] of cases) {
    await assert.rejects(decode(body, unsignedRule(length)), { kind }, JSON.stringify(body.slice(0, 60)));
  }
});

test('frames must be signed when they were said to be, also by a key that is not verified', async () => {
  const { seed: _seed, ...rule } = manual.rule;
  assert.equal((await decode(manual.body.replaceAll(/=[0-9a-f]/g, '=0'), rule)).text.length, 66_560);
  await assert.rejects(decode('0\r\n\r\n', { ...rule, decodedLength: 0 }), { kind: 'malformed-chunk' });
});

test('of signed frames only the last may be short; of others any', async () => {
  const { seed: _seed, ...rule } = manual.rule;
  const frame = (size: number) =>
    `${size.toString(16)};chunk-signature=${'0'.repeat(64)}\r\n${letters(size)}\r\n`;
  const body = (sizes: number[]) => [...sizes, 0].map(frame).join('');
  const decodedLength = 8192 + 8191 + 1;
  await assert.rejects(decode(body([8192, 8191, 1]), { ...rule, decodedLength }), {
    kind: 'short-chunk',
    details: { Chunk: '2', BadChunkSizeInBytes: '8191' },
  });
  const last = { ...rule, decodedLength: 8192 + 8191 };
  assert.equal((await decode(body([8192, 8191]), last)).text.length, 8192 + 8191);
  const unsigned = body([8192, 8191, 1]).replaceAll(/;chunk-signature=0+/g, '');
  const unsignedFrames = { ...rule, isSigned: false, decodedLength };
  assert.equal((await decode(unsigned, unsignedFrames)).text.length, decodedLength);
});

test('a hash that was promised is the hash of the body', async () => {
  const sha256 = createHash('sha256').update('hello').digest('hex');
  assert.equal((await decode('hello', { kind: 'hash', sha256 })).text, 'hello');
  await assert.rejects(decode('hellp', { kind: 'hash', sha256 }), { kind: 'hash-mismatch' });
  await assert.rejects(decode('hell', { kind: 'hash', sha256 }), { kind: 'hash-mismatch' });
  assert.equal((await decode('anything', { kind: 'unsigned' })).text, 'anything');
});

test('a client that goes away ends the reader; a reader that fails leaves the client its connection', async () => {
  const gone = new PassThrough();
  const reader = readPayload(gone, unsignedRule(10));
  gone.write('5\r\nhel');
  gone.destroy();
  await assert.rejects(reader.toArray(), { kind: 'truncated' });

  const open = new PassThrough();
  const failing = readPayload(open, unsignedRule(10));
  open.write('nonsense\r\n');
  await assert.rejects(failing.toArray(), { kind: 'malformed-chunk' });
  assert.equal(open.destroyed, false);
});

test('a reader that nobody reads from holds back who sends', async () => {
  const sent = new PassThrough({ highWaterMark: 64 * 1024 });
  const reader = readPayload(sent, { kind: 'unsigned' });
  let written = 0;
  while (sent.write(Buffer.alloc(64 * 1024)) || written < 2 * 1024 * 1024) {
    written += 64 * 1024;
    if (written > 64 * 1024 * 1024) break;
    await new Promise(setImmediate);
    if (sent.writableNeedDrain) break;
  }
  assert.ok(written < 4 * 1024 * 1024, `${written} bytes were taken`);
  reader.destroy();
  sent.destroy();
});
