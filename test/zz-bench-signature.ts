import { verifySignature } from '/work/main/src/aws/signature.ts';
import { readPayload } from '/work/main/src/aws/payload.ts';
import { startListener, findIdentity, userCredentials, sessionCredentials } from '/work/main/test/aws/signed-request-fixture.ts';
import { S3 } from '@aws-sdk/client-s3'; import { EC2 } from '@aws-sdk/client-ec2';
import { Readable } from 'node:stream'; import { createHash, createHmac } from 'node:crypto';
const l = await startListener();
for (const [n, c] of [['user', userCredentials], ['session', sessionCredentials]] as const) {
  const o = { endpoint: l.endpoint, region: 'us-east-1', credentials: c, maxAttempts: 1 };
  const s3 = new S3({ ...o, forcePathStyle: true });
  const r = await l.capture(() => s3.getObject({ Bucket: 'bucket', Key: 'a/key with blanks.txt' }));
  const e = await l.capture(() => new EC2(o).describeVpcs({ Filters: [{ Name: 'vpc-id', Values: ['vpc-1'] }] }));
  for (const [what, req, service] of [['s3 get', { method: r.method, url: r.url, headers: r.headers }, 's3'], ['ec2', e, 'ec2']] as const) {
    const now = new Date(); const t = performance.now(); const N = 20000;
    for (let i = 0; i < N; i++) verifySignature(req as never, { service, findIdentity, now });
    console.log(n, what, Math.round(N / (performance.now() - t) * 1000), 'verifications/s');
  }
}
const data = Buffer.alloc(64 * 1024, 97);
async function flow(name: string, frames: () => Generator<Buffer>, rule: never, total: number) {
  const t = performance.now(); let n = 0; for await (const p of readPayload(Readable.from(frames(), { objectMode: false } as never), rule)) n += (p as Buffer).length;
  console.log(name, Math.round(total / 1e6 / ((performance.now() - t) / 1000)), 'MB/s', n === total);
}
const count = 8192, total = count * data.length;
const key = Buffer.alloc(32, 3);
const sig: string[] = []; { let prev = 'f'.repeat(64); const h = createHash('sha256').update(data).digest('hex'); const empty = createHash('sha256').digest('hex');
 for (let i = 0; i <= count; i++) { prev = createHmac('sha256', key).update(['AWS4-HMAC-SHA256-PAYLOAD', 'd', 's', prev, empty, i === count ? empty : h].join('\n')).digest('hex'); sig.push(prev); } }
function* unsigned() { for (let i = 0; i < count; i++) yield Buffer.concat([Buffer.from('10000\r\n'), data, Buffer.from('\r\n')]); yield Buffer.from('0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'); }
function* unsignedBig() { yield Buffer.from(`${total.toString(16)}\r\n`); for (let i = 0; i < count; i++) yield data; yield Buffer.from('\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'); }
function* signed() { for (let i = 0; i < count; i++) { yield Buffer.from(`10000;chunk-signature=${sig[i]}\r\n`); yield data; yield Buffer.from('\r\n'); } yield Buffer.from(`0;chunk-signature=${sig[count]}\r\n\r\n`); }
function* plain() { for (let i = 0; i < count; i++) yield data; }
for (let k = 0; k < 2; k++) {
await flow('unsigned frames of 64 KiB', unsigned, { kind: 'chunked', isSigned: false, hasTrailer: true, decodedLength: total } as never, total);
await flow('one unsigned frame', unsignedBig, { kind: 'chunked', isSigned: false, hasTrailer: true, decodedLength: total } as never, total);
await flow('signed frames', signed, { kind: 'chunked', isSigned: true, hasTrailer: false, decodedLength: total, seed: { signature: 'f'.repeat(64), signingKey: key, dateTime: 'd', scope: 's' } } as never, total);
await flow('plain', plain, { kind: 'unsigned' } as never, total);
const h = createHash('sha256'); for (let i = 0; i < count; i++) h.update(data);
await flow('hashed', plain, { kind: 'hash', sha256: h.digest('hex') } as never, total);
}
l.close(); process.exit();
