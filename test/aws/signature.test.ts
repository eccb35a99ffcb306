// Signatures against those who make them: what official clients sign holds, and no byte of it can be changed.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EC2 } from '@aws-sdk/client-ec2';
import { GetObjectCommand, PutObjectCommand, S3 } from '@aws-sdk/client-s3';
import { STS } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import fc from 'fast-check';
import { readPayload } from '../../src/aws/payload.ts';
import { verifySignature } from '../../src/aws/signature.ts';
import { SignatureFailure, type SignedRequest } from '../../src/aws/signed-request.ts';
import {
  type CapturedRequest,
  findIdentity,
  sessionCredentials,
  startListener,
  user,
  userCredentials,
} from './signed-request-fixture.ts';

const listener = await startListener();
after(() => listener.close());
const { endpoint } = listener;

const clientOptions = (credentials: object = userCredentials) => ({
  endpoint,
  region: 'us-east-1',
  credentials: credentials as typeof userCredentials,
  maxAttempts: 1,
});
const s3 = new S3({ ...clientOptions(), forcePathStyle: true });
const sessionS3 = new S3({ ...clientOptions(sessionCredentials), forcePathStyle: true });
after(() => {
  s3.destroy();
  sessionS3.destroy();
});

function verify(request: CapturedRequest, service: string, now = new Date()): SignedRequest {
  const { body, ...head } = request;
  return verifySignature(service === 's3' ? head : { ...head, body }, { service, findIdentity, now });
}

const minutes = (count: number) => new Date(Date.now() + count * 60_000);

function assertFails(
  request: CapturedRequest,
  service: string,
  kind: SignatureFailure['kind'],
  now = new Date(),
) {
  assert.throws(() => verify(request, service, now), { kind });
}

/** Requests of many forms, each with the service it is for. */
const specimens: Record<string, { service: string; send: () => Promise<unknown> }> = {
  'an EC2 form': {
    service: 'ec2',
    send: () =>
      new EC2(clientOptions()).createTags({ Resources: ['vpc-1'], Tags: [{ Key: 'a +&=', Value: 'ü' }] }),
  },
  'an STS form of a session': {
    service: 'sts',
    send: () => new STS(clientOptions(sessionCredentials)).getCallerIdentity({}),
  },
  'an item': {
    service: 'dynamodb',
    send: () => new DynamoDB(clientOptions()).getItem({ TableName: 't', Key: { k: { S: 'v' } } }),
  },
  'an object with a strange key': {
    service: 's3',
    send: () => s3.getObject({ Bucket: 'bucket', Key: "a b/+é*'(x)~!.txt//b/../c%2F", VersionId: 'a=b&c' }),
  },
  'a list with many parameters': {
    service: 's3',
    send: () =>
      s3.listObjectsV2({ Bucket: 'bucket', Prefix: 'a/ b+c', Delimiter: '/', StartAfter: '', MaxKeys: 7 }),
  },
  'an upload with metadata, by a session': {
    service: 's3',
    send: () =>
      sessionS3.putObject({
        Bucket: 'b',
        Key: 'k',
        Body: 'hello',
        Metadata: { note: '  two   blanks ' },
        ContentType: 'text/plain',
      }),
  },
};

for (const [name, { service, send }] of Object.entries(specimens)) {
  test(`${name} holds as the SDK signed it`, async () => {
    const signed = verify(await listener.capture(send), service);
    assert.equal(signed.authType, 'REST-HEADER');
    assert.deepEqual({ ...signed.scope, date: '' }, { date: '', region: 'us-east-1', service });
    if (name.includes('session')) assert.equal(signed.principal.kind, 'assumed-role');
    else assert.deepEqual(signed.principal, user);
  });
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Another letter, which is not the same in capitals: the case of an escape has no meaning. */
function changeAt(text: string, position: number, letter: string): string {
  const old = text[position]!.toLowerCase();
  const other = letter === old ? letters[(letters.indexOf(letter) + 1) % letters.length] : letter;
  return `${text.slice(0, position)}${other}${text.slice(position + 1)}`;
}

/** Every place where one character can be changed: of the method, the URL, a header that is signed or signs, the body. */
function placesOf({ method, url, headers, body }: CapturedRequest, service: string): [string, number][] {
  const signedNames = /SignedHeaders=([^,]+)/.exec(headers.authorization!)![1]!.split(';');
  const isText = (character: string) => character !== ' ';
  const places = (name: string, text: string): [string, number][] =>
    [...text].flatMap((character, index): [string, number][] => (isText(character) ? [[name, index]] : []));
  return [
    ...places('method', method),
    ...places('url', url),
    ...['authorization', ...signedNames].flatMap((name) => places(name, String(headers[name]))),
    ...(service === 's3' ? [] : places('body', body.toString('latin1'))),
  ];
}

function tamper(
  request: CapturedRequest,
  [where, position]: [string, number],
  letter: string,
): CapturedRequest {
  const change = (text: string) => changeAt(text, position, letter);
  if (where === 'method' || where === 'url') return { ...request, [where]: change(request[where]) };
  if (where === 'body')
    return { ...request, body: Buffer.from(change(request.body.toString('latin1')), 'latin1') };
  return { ...request, headers: { ...request.headers, [where]: change(String(request.headers[where])) } };
}

for (const [name, { service, send }] of Object.entries(specimens)) {
  test(`${name} does not hold when one character of it is another`, async () => {
    const request = await listener.capture(send);
    const places = placesOf(request, service);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.constantFrom(...letters), (place, letter) => {
        assert.throws(
          () => verify(tamper(request, place, letter), service),
          SignatureFailure,
          place.join(' '),
        );
      }),
      { numRuns: 400 },
    );
  });
}

test('a header of S3 that was added on the way is refused, as is one that was taken away', async () => {
  const request = await listener.capture(specimens['an upload with metadata, by a session']!.send);
  const added = { ...request, headers: { ...request.headers, 'x-amz-acl': 'public-read' } };
  assertFails(added, 's3', 'unsigned-headers');
  const { 'x-amz-meta-note': _note, ...fewer } = request.headers;
  assertFails({ ...request, headers: fewer }, 's3', 'mismatch');
  assertFails({ ...request, url: `${request.url}&acl` }, 's3', 'mismatch');
});

test('a request of more than a quarter of an hour ago, or ahead, does not hold', async () => {
  const request = await listener.capture(specimens['an EC2 form']!.send);
  verify(request, 'ec2', minutes(14));
  assertFails(request, 'ec2', 'skewed', minutes(16));
  assertFails(request, 'ec2', 'skewed', minutes(-16));
});

test('a request is for one service and one region', async () => {
  const request = await listener.capture(specimens['an EC2 form']!.send);
  assertFails(request, 'sts', 'wrong-service');
  const rules = { service: 'ec2', findIdentity, now: new Date(), expectedRegion: 'eu-west-1' };
  assert.throws(() => verifySignature(request, rules), {
    kind: 'wrong-region',
    details: { Region: 'eu-west-1' },
  });
});

test('a session needs its own token', async () => {
  const request = await listener.capture(specimens['an STS form of a session']!.send);
  const { 'x-amz-security-token': _token, ...bare } = request.headers;
  assertFails({ ...request, headers: bare }, 'sts', 'unknown-key');
  const foreign = { ...request.headers, 'x-amz-security-token': Buffer.alloc(200).toString('base64') };
  assertFails({ ...request, headers: foreign }, 'sts', 'bad-token');
});

test('a presigned URL holds until it expires, and for nothing else', async () => {
  const command = new GetObjectCommand({ Bucket: 'bucket', Key: 'a b+c.txt', ResponseContentType: 'a/b' });
  for (const client of [s3, sessionS3]) {
    const url = await getSignedUrl(client, command, { expiresIn: 600 });
    const request = await listener.capture(() => fetch(url));
    const signed = verify(request, 's3', minutes(9));
    assert.equal(signed.authType, 'REST-QUERY-STRING');
    assert.ok(signed.signatureAgeMs! > 530_000 && signed.signatureAgeMs! < 545_000);
    assert.deepEqual(signed.payload, { kind: 'unsigned' });
    assertFails(request, 's3', 'expired-request', minutes(11));
    assertFails(request, 's3', 'skewed', minutes(-16));
    assertFails({ ...request, method: 'PUT' }, 's3', 'mismatch');
    assertFails({ ...request, url: request.url.replace('a%20b', 'a%20c') }, 's3', 'mismatch');
    assertFails({ ...request, url: request.url.replace('=600', '=601') }, 's3', 'mismatch');
    assertFails({ ...request, url: request.url.replace('=600', '=604801') }, 's3', 'malformed');
    assertFails({ ...request, url: `${request.url}&versionId=1` }, 's3', 'mismatch');
    assertFails(
      { ...request, headers: { ...request.headers, 'x-amz-acl': 'private' } },
      's3',
      'unsigned-headers',
    );
    assertFails({ ...request, headers: { ...request.headers, host: 'elsewhere' } }, 's3', 'mismatch');
  }
});

test('a presigned upload may say what its body is to be', async () => {
  const command = new PutObjectCommand({ Bucket: 'bucket', Key: 'k', ContentType: 'text/plain' });
  const url = await getSignedUrl(s3, command, { expiresIn: 60 });
  const request = await listener.capture(() => fetch(url, { method: 'PUT', body: 'hello' }));
  assert.deepEqual(verify(request, 's3').payload, { kind: 'unsigned' });
});

test('the signature of a convenience key is not verified, but its presigned URLs expire', async () => {
  const credentials = { accessKeyId: '222222222222', secretAccessKey: 'anything' };
  const client = new S3({ ...clientOptions(credentials), forcePathStyle: true });
  const request = await listener.capture(() => client.listBuckets({}));
  const changed = { ...request, url: '/other?acl', headers: { ...request.headers, 'x-amz-acl': 'private' } };
  assert.equal(
    (verify(changed, 's3', minutes(999)).principal as { accountId: string }).accountId,
    '222222222222',
  );
  const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'b', Key: 'k' }), { expiresIn: 60 });
  const presigned = await listener.capture(() => fetch(url));
  verify(presigned, 's3');
  assertFails(presigned, 's3', 'expired-request', minutes(2));
  client.destroy();
});

test('what the SDK streams in frames is decoded, with its checksum behind it', async () => {
  const text = 'hello '.repeat(40_000);
  // A stream has no length that could be hashed before it is sent.
  const request = await listener.capture(() =>
    s3.putObject({
      Bucket: 'b',
      Key: 'k',
      Body: Readable.from([text.slice(0, 70_001), text.slice(70_001)]),
      ContentLength: text.length,
    }),
  );
  const { payload } = verify(request, 's3');
  assert.equal(payload.kind, 'chunked');
  const reader = readPayload(Readable.from([request.body]), payload);
  const pieces: Buffer[] = [];
  for await (const piece of reader) pieces.push(piece);
  assert.equal(Buffer.concat(pieces).toString(), text);
  assert.match(reader.trailers.get('x-amz-checksum-crc32')!, /^[A-Za-z0-9+/]{6}==$/);
});
