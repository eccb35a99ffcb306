// The front door over real HTTP: the official SDK's clients on one side, a few operations of our own on the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateTagsCommand,
  CreateVpcEndpointCommand,
  DeleteVpcCommand,
  DescribeTagsCommand,
  type EC2ServiceException,
} from '@aws-sdk/client-ec2';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import {
  authorization,
  call,
  callEc2,
  clientOptions,
  ec2,
  frontDoor,
  logged,
  store,
  sts,
} from './front-door-fixture.ts';

test('GetCallerIdentity names the account whose number is the access key id', async () => {
  const { UserId, Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
  assert.deepEqual(
    [UserId, Account, Arn],
    ['111111111111', '111111111111', 'arn:aws:iam::111111111111:root'],
  );
  const other = new STSClient(clientOptions('test', 'eu-west-1'));
  assert.equal((await other.send(new GetCallerIdentityCommand({}))).Account, '000000000000');
  other.destroy();
});

test('what the EC2 client sends arrives, and what is answered it reads', async () => {
  const { VpcEndpoint, $metadata } = await ec2.send(
    new CreateVpcEndpointCommand({
      VpcId: 'vpc-1',
      ServiceName: 'a&b<c>',
      SubnetIds: ['subnet-1', 'subnet-2'],
      TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags: [{ Key: 'ü', Value: '' }] }],
    }),
  );
  assert.match(VpcEndpoint!.VpcEndpointId!, /^vpce-[0-9a-f]{17}$/);
  assert.match($metadata.requestId!, /^[0-9a-f-]{36}$/);
  assert.deepEqual(
    { ...VpcEndpoint, VpcEndpointId: undefined },
    {
      VpcEndpointId: undefined,
      VpcId: 'vpc-1',
      ServiceName: 'a&b<c>',
      SubnetIds: ['subnet-1', 'subnet-2'],
      RouteTableIds: [],
      OwnerId: '111111111111',
      PrivateDnsEnabled: false,
      CreationTimestamp: new Date('2026-01-31T12:34:56Z'),
      Tags: [{ Key: 'ü', Value: '' }],
    },
  );
  await ec2.send(new DeleteVpcCommand({ VpcId: 'vpc-1' }));
});

test('a dry run says that it would have succeeded, and changes nothing', async () => {
  const before = store.cloud.generation;
  const tags = { Resources: ['vpc-dry'], Tags: [{ Key: 'a', Value: 'b' }] };
  await assert.rejects(
    ec2.send(new CreateTagsCommand({ ...tags, DryRun: true })),
    (error: EC2ServiceException) => {
      assert.equal(error.name, 'DryRunOperation');
      assert.equal(error.message, 'Request would have succeeded, but DryRun flag is set.');
      assert.equal(error.$metadata.httpStatusCode, 412);
      return true;
    },
  );
  assert.equal(store.cloud.tagSets.find('vpc-dry'), undefined);
  assert.equal(store.cloud.generation, before);
});

test('what AWS has and Isthmus has not is refused as not implemented', async () => {
  const { status, text } = await callEc2('Action=CreateTransitGateway&Version=2016-11-15');
  assert.equal(status, 501);
  assert.match(text, /<Response><Errors><Error><Code>NotImplemented<.*ec2:CreateTransitGateway/s);
  const elbv2 = new ElasticLoadBalancingV2Client(clientOptions());
  await assert.rejects(elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn: 'a' })), {
    name: 'NotImplemented',
    message: /elasticloadbalancing:DescribeTargetHealth/,
  });
  elbv2.destroy();
  const getToken = new GetSessionTokenCommand({});
  await assert.rejects(sts.send(getToken), { name: 'NotImplemented', message: /sts:GetSessionToken/ });
});

test('actions and versions that AWS does not have are refused in its words', async () => {
  const cases: [service: string, body: string, status: number, words: RegExp][] = [
    [
      'ec2',
      'Action=Fly&Version=2016-11-15',
      400,
      /<Code>InvalidAction<.*The action Fly is not valid for this web/s,
    ],
    ['ec2', 'Action=__proto__&Version=2016-11-15', 400, /<Code>InvalidAction</],
    ['ec2', 'Action=constructor&Version=2016-11-15', 400, /<Code>InvalidAction</],
    ['ec2', 'Action=DeleteVpc&Version=2006-01-01&VpcId=a', 400, /<Code>NoSuchVersion</],
    ['ec2', 'Version=2016-11-15', 400, /<Code>MissingAction</],
    ['ec2', '', 400, /<Code>MissingAction</],
    [
      'sts',
      'Action=Fly&Version=2011-06-15',
      400,
      /InvalidAction<.*Could not find operation Fly for version 2011-06-15/s,
    ],
    ['sts', 'Action=GetCallerIdentity', 400, /<ErrorResponse xmlns="https:.*<Code>InvalidAction</s],
    ['sts', 'Action=GetCallerIdentity&Version=2011-06-15&A=b', 400, /<Code>UnknownParameter</],
  ];
  for (const [service, body, status, words] of cases) {
    const answer = await call({ body, headers: { authorization: authorization(service) } });
    assert.equal(answer.status, status, body);
    assert.match(answer.text, words, body);
  }
});

test('callers who are not known are refused in the form of the service they meant', async () => {
  const ec2Form = 'Action=DeleteVpc&Version=2016-11-15&VpcId=a';
  const stsForm = 'Action=GetCallerIdentity&Version=2011-06-15';
  const cases: [headers: Record<string, string>, body: string, status: number, words: RegExp][] = [
    [
      {},
      ec2Form,
      401,
      /<Response>.*<Code>AuthFailure<.*not able to validate the provided access credentials/s,
    ],
    [{}, stsForm, 403, /<ErrorResponse.*<Code>MissingAuthenticationToken</s],
    [{ host: 'ec2.us-east-1.amazonaws.com' }, '', 401, /<Response>.*<Code>AuthFailure</s],
    [{}, '', 403, /<ErrorResponse>.*<Code>MissingAuthenticationToken</s],
    [{ authorization: authorization('ec2', 'AKIAIOSFODNN7EXAMPLE') }, ec2Form, 401, /<Code>AuthFailure</],
    [
      { authorization: authorization('sts', 'AKIAIOSFODNN7EXAMPLE') },
      stsForm,
      403,
      /<Code>InvalidClientTokenId</,
    ],
    [{ authorization: authorization('ec2', 'test', 'mars-1') }, ec2Form, 401, /<Code>AuthFailure</],
    [{ authorization: authorization('sts', 'test', 'mars-1') }, stsForm, 403, /<Code>SignatureDoesNotMatch</],
    [{ authorization: 'AWS4-HMAC-SHA256 <&>' }, ec2Form, 400, /<Code>IncompleteSignature<.*&lt;&amp;&gt;/s],
  ];
  for (const [headers, body, status, words] of cases) {
    const answer = await call({ headers, body });
    assert.equal(answer.status, status, JSON.stringify(headers));
    assert.match(answer.text, words, JSON.stringify(headers));
  }
});

test('a presigned GET is a call like any other', async () => {
  const presign = (dateTime: string) =>
    '/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256' +
    `&X-Amz-Credential=333333333333%2F${dateTime.slice(0, 8)}%2Fus-east-1%2Fsts%2Faws4_request` +
    `&X-Amz-Date=${dateTime}&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00`;
  const now = new Date().toISOString().replace(/-|:|\.\d+/g, '');
  const { status, text, headers } = await call({ method: 'GET', path: presign(now) });
  assert.equal(status, 200);
  assert.match(text, /<Account>333333333333<\/Account>/);
  assert.equal(headers['content-type'], 'text/xml;charset=UTF-8');
  assert.match(text, new RegExp(`<RequestId>${headers['x-amzn-requestid']}</RequestId>`));

  const late = await call({ method: 'GET', path: presign('20260131T000000Z') });
  assert.equal(late.status, 403);
  assert.match(
    late.text,
    /<Code>SignatureDoesNotMatch<.*Signature expired: it was good until 2026-01-31T00:01:00Z/s,
  );
});

test('other methods than POST and GET are refused', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const { status } = await call({ method, headers: { authorization: authorization('ec2') } });
    assert.equal(status, 405, method);
  }
});

test('services that Isthmus has not are refused in words that their clients read', async () => {
  const iam = await call({ headers: { authorization: authorization('iam') }, body: 'Action=ListUsers' });
  assert.equal(iam.status, 501);
  assert.match(iam.text, /<ErrorResponse><Error><Type>Receiver<.*the service iam/s);
  const queue = await call({
    headers: {
      authorization: authorization('sqs'),
      'x-amz-target': 'AmazonSQS.ListQueues',
      'content-type': 'application/x-amz-json-1.0',
    },
    body: '{}',
  });
  assert.equal(queue.headers['content-type'], 'application/x-amz-json-1.0');
  assert.equal(JSON.parse(queue.text).__type, 'NotImplemented');
});

test('a mistake of ours answers 500, is in the log with its stack, and leaves no change behind', async () => {
  logged.length = 0;
  const thrown = await callEc2('Action=DescribeVpcs&Version=2016-11-15');
  assert.equal(thrown.status, 500);
  assert.match(thrown.text, /<Code>InternalError</);
  assert.doesNotMatch(thrown.text, /mistake of ours/);
  assert.equal(logged[0]!.requestId, thrown.headers['x-amzn-requestid']);
  assert.match((logged[0]!.err as Error).stack!, /a mistake of ours/);

  const unrenderable = await callEc2('Action=DescribeSubnets&Version=2016-11-15');
  assert.equal(unrenderable.status, 500);
  assert.equal(store.cloud.tagSets.find('leak'), undefined);
});

test('each call has one line in the log', async () => {
  logged.length = 0;
  const { headers } = await callEc2('Action=DeleteVpc&Version=2016-11-15');
  assert.equal(logged.length, 1);
  const { durationMs, ...line } = JSON.parse(JSON.stringify(logged[0]!));
  assert.equal(typeof durationMs, 'number');
  assert.deepEqual(line, {
    requestId: headers['x-amzn-requestid'],
    service: 'ec2',
    action: 'DeleteVpc',
    accountId: '000000000000',
    principal: 'arn:aws:iam::000000000000:root',
    region: 'us-east-1',
    sourceAddress: '127.0.0.1',
    status: 400,
    code: 'MissingParameter',
  });
});

test('behind a front end there are one service and one region', () => {
  const ask = (service: string, region: string, frontEnd: { service: string; region: string }) => {
    const headers = {
      host: `${frontEnd.service}.${frontEnd.region}.amazonaws.com`,
      'x-amz-date': '20260131T000000Z',
      authorization: authorization(service, 'test', region),
    };
    const body = Buffer.from('Action=DeleteVpc&Version=2016-11-15&VpcId=vpc-1');
    const arrival = { sourceAddress: '203.0.113.7', isSecure: true, frontEnd };
    return frontDoor({ method: 'POST', url: '/', headers, body, arrival });
  };
  const here = { service: 'ec2', region: 'us-east-1' };
  assert.equal(ask('ec2', 'us-east-1', here).status, 200);
  const elsewhere = ask('ec2', 'eu-west-1', here);
  assert.equal(elsewhere.status, 401);
  assert.match(
    String(elsewhere.body),
    /<Code>AuthFailure<.*Credential should be scoped to a valid region\.</s,
  );
  const otherService = ask('sts', 'us-east-1', here);
  assert.equal(otherService.status, 401);
  assert.match(
    String(otherService.body),
    /<Response>.*<Code>AuthFailure<.*scoped to correct service: &apos;ec2&apos;/s,
  );
});

test('what came by an endpoint is subject to its policy, the root user too, and the log says which refused', () => {
  logged.length = 0;
  const answer = frontDoor({
    method: 'POST',
    url: '/',
    headers: { 'x-amz-date': '20260131T000000Z', authorization: authorization('ec2') },
    body: Buffer.from('Action=DeleteVpc&Version=2016-11-15&VpcId=vpc-00000000000000001'),
    arrival: {
      sourceAddress: '10.0.0.5',
      isSecure: true,
      endpoint: { vpcEndpointId: 'vpce-gone', vpcId: 'vpc-1', endpointType: 'interface' },
    },
  });
  assert.equal(answer.status, 403);
  assert.match(
    String(answer.body),
    /<Code>UnauthorizedOperation<.*because no VPC endpoint policy allows the ec2:DeleteVpc action\./s,
  );
  const { sourceAddress, vpcEndpointId, deniedBy } = logged[0]!;
  assert.deepEqual(
    [sourceAddress, vpcEndpointId, deniedBy],
    ['10.0.0.5', 'vpce-gone', 'the policy of vpce-gone'],
  );
});

test('a hundred calls at once are each answered with their own answer', async () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  await Promise.all(
    numbers.map(async (index) => {
      const id = `vpc-${index}`;
      await ec2.send(
        new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'number', Value: String(index) }] }),
      );
      const { VpcEndpoint } = await ec2.send(new CreateVpcEndpointCommand({ VpcId: id, ServiceName: 's' }));
      assert.equal(VpcEndpoint!.VpcId, id);
    }),
  );
  const { Tags } = await ec2.send(new DescribeTagsCommand({}));
  const found = Tags!
    .filter(({ Key }) => Key === 'number')
    .map(({ ResourceId, Value }) => [ResourceId, Value]);
  assert.deepEqual(found.sort(), numbers.map((index) => [`vpc-${index}`, String(index)]).sort());
});
