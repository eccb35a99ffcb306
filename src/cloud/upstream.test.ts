import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findMeant, readUpstream, UpstreamFault } from './upstream.ts';

test('a service, a URL and what is to be said of it', () => {
  assert.deepEqual(readUpstream('sqs=http://127.0.0.1:9324'), {
    service: 'sqs',
    origin: 'http://127.0.0.1:9324',
  });
  assert.deepEqual(readUpstream('ecr.api=https://localhost/,host=upstream'), {
    ...{ service: 'ecr.api', origin: 'https://localhost', host: 'localhost' },
  });
  assert.deepEqual(readUpstream('sqs=http://[::1]:80,host=a.b:1'), {
    ...{ service: 'sqs', origin: 'http://[::1]', host: 'a.b:1' },
  });
  assert.deepEqual(readUpstream('kms=http://10.0.0.5:4000,remote'), {
    ...{ service: 'kms', origin: 'http://10.0.0.5:4000' },
  });
  assert.deepEqual(readUpstream('sqs=none'), { service: 'sqs', origin: undefined });
});

test('what is wrong is told with what mends it', () => {
  const faults: [string, RegExp, RegExp][] = [
    ['sqs', /is not NAME=URL/, /isthmus up --service/],
    ['=http://127.0.0.1', /is not NAME=URL/, /./],
    ['ec2=http://127.0.0.1', /a service of Isthmus itself/, /./],
    ['email-smtp=http://127.0.0.1', /speaks SMTP/, /./],
    ['sqz=http://127.0.0.1', /no service that AWS has interface endpoints to/, /docs\/upstream-services\.md/],
    ['kinesis=http://127.0.0.1', /no service/, /^kinesis-streams$/],
    ['ecr=http://127.0.0.1', /no service/, /^ecr\.api or ecr\.dkr$/],
    ['com.amazonaws.us-east-1.sqs=http://127.0.0.1', /no service/, /^sqs$/],
    ['sqs=', /nothing is not a URL/, /--service sqs=http:/],
    ['sqs=127.0.0.1:9324', /not a(n http or https)? URL/, /--service sqs=http:/],
    ['sqs=ftp://127.0.0.1', /not an http or https URL/, /./],
    ['sqs=http://a:b@127.0.0.1:1', /a user and a password/, /--service sqs=http:\/\/127.0.0.1:1$/],
    ['sqs=http://127.0.0.1:1/path', /more than scheme, host and port/, /--service sqs=http:\/\/127.0.0.1:1$/],
    ['sqs=http://127.0.0.1:99999', /not a URL/, /./],
    ['sqs=http://example.com', /example\.com is not this machine/, /,remote$/],
    ['sqs=http://127.0.0.1.example.com', /is not this machine/, /./],
    ['sqs=http://127.0.0.1,fast', /fast is no option/, /host=upstream/],
    ['sqs=http://127.0.0.1,host=a b', /is no option/, /./],
    ['sqs=none,remote', /none is not a URL/, /./],
  ];
  for (const [text, message, hint] of faults) {
    const check = (error: unknown) => {
      assert.ok(error instanceof UpstreamFault, String(error));
      assert.match(error.message, message);
      assert.match(error.hint, hint);
      return true;
    };
    assert.throws(() => readUpstream(text), check, text);
  }
});

test('a request says whose it is: by its front end, its signature, its name', () => {
  const all = ['sqs', 'ecr.api', 'ecr.dkr', 'execute-api'].map((service) => ({ service }));
  const meant = (about: Parameters<typeof findMeant>[1]) => findMeant(all, about)?.service;
  assert.equal(meant({ frontEnd: { service: 'sqs' }, signingName: 'ecr' }), 'sqs');
  assert.equal(meant({ frontEnd: { service: 'ec2' }, signingName: 'sqs' }), undefined);
  assert.equal(meant({ signingName: 'ecr', host: '127.0.0.1:4566' }), 'ecr.api');
  assert.equal(meant({ signingName: 'ecr', host: '1.dkr.ecr.us-east-1.amazonaws.com' }), 'ecr.dkr');
  assert.equal(meant({ host: 'abc.execute-api.us-east-1.amazonaws.com' }), 'execute-api');
  assert.equal(meant({ host: 'SQS.us-east-1.amazonaws.com' }), 'sqs');
  assert.equal(meant({ host: '127.0.0.1:4566' }), undefined);
  assert.equal(meant({ signingName: 'kms' }), undefined);
});
