// A server of the user's own behind an interface endpoint: an instance without a way out reaches it by the service's own name,
// over TLS, as its role; what the endpoint's policy does not allow never gets there; and explain says so before.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EC2, waitUntilInstanceRunning } from '@aws-sdk/client-ec2';
import { IAM } from '@aws-sdk/client-iam';
import type { UpstreamChange } from '../../src/cloud/upstream.ts';
import { startDaemon } from '../../src/daemon.ts';
import { execPrefix } from '../../src/instances/exec.ts';
import { run } from '../../src/linux/run.ts';
import { eventually, skipWithoutRoot } from './test-namespace.ts';

const accountId = '111111111111';

interface Received {
  headers: IncomingHttpHeaders;
  size: number;
}

/** Answers what SQS answers, in the older and the newer protocol, and says of anything else how long it was. */
async function startQueueServer(t: TestContext) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let size = 0;
    for await (const chunk of request) size += chunk.length;
    received.push({ headers: request.headers, size });
    const url = `https://${request.headers.host}/${accountId}/orders`;
    if (request.method === 'PUT') return void response.end(String(size));
    if (request.headers['x-amz-target']) {
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      return void response.end(JSON.stringify({ QueueUrls: [url] }));
    }
    response.setHeader('content-type', 'text/xml');
    response.end(
      `<ListQueuesResponse><ListQueuesResult><QueueUrl>${url}</QueueUrl></ListQueuesResult></ListQueuesResponse>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

async function startCloud(t: TestContext, services: UpstreamChange[]) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-upstream-'));
  const daemon = await startDaemon({ dataFolder, port: 0, log: 'silent', services });
  const credentials = { accessKeyId: accountId, secretAccessKey: 'test' };
  const options = { endpoint: daemon.apiEndpoint, region: 'us-east-1', credentials };
  const [ec2, iam] = [new EC2(options), new IAM(options)];
  t.after(async () => {
    ec2.destroy();
    iam.destroy();
    await daemon.stop({ keepRunning: false });
    rmSync(dataFolder, { recursive: true, force: true });
  });
  await daemon.ready;
  const admin = async (path: string, body?: object) => {
    const about = body && { method: 'POST', headers: { 'x-isthmus': '1' }, body: JSON.stringify(body) };
    return (await (await fetch(`${daemon.apiEndpoint}/_isthmus/${path}`, about)).json()) as never;
  };
  return { ec2, iam, admin };
}

type Running = Awaited<ReturnType<typeof startCloud>>;

/** A VPC that leads nowhere, in it an instance whose role may do everything with queues. */
async function makeInstance({ ec2, iam, admin }: Running) {
  const { Vpc } = await ec2.createVpc({ CidrBlock: '10.0.0.0/16' });
  const VpcId = Vpc!.VpcId!;
  await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
  const { Subnet } = await ec2.createSubnet({ VpcId, CidrBlock: '10.0.1.0/24' });
  const SubnetId = Subnet!.SubnetId!;
  const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
  await iam.createRole({
    RoleName: 'app',
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: trust }),
  });
  const mayAll = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'sqs:*', Resource: '*' } };
  await iam.putRolePolicy({ RoleName: 'app', PolicyName: 'queues', PolicyDocument: JSON.stringify(mayAll) });
  await iam.createInstanceProfile({ InstanceProfileName: 'app' });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: 'app', RoleName: 'app' });
  const { Images } = await ec2.describeImages({});
  const { Instances } = await ec2.runInstances({
    ...{ ImageId: Images![0]!.ImageId!, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
    ...{ SubnetId, PrivateIpAddress: '10.0.1.10', IamInstanceProfile: { Name: 'app' } },
  });
  const instanceId = Instances![0]!.InstanceId!;
  const limits = { client: ec2, maxWaitTime: 180, minDelay: 1, maxDelay: 1 };
  await waitUntilInstanceRunning(limits, { InstanceIds: [instanceId] });
  const inside = async (...command: string[]) => {
    const { pid } = (await admin(`instances/${instanceId}`)) as { pid: number };
    const { program, args } = execPrefix(pid);
    return await run(program, [...args, ...command], { doing: `running ${command[0]}`, timeoutMs: 60_000 });
  };
  return { VpcId, SubnetId, instanceId, inside };
}

const policy = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: '*',
    Action: ['sqs:ListQueues', 'sqs:SendMessage'],
    Resource: '*',
  },
};

test('a server of the user’s own is a service behind an endpoint, its policy and the service’s own name', {
  skip: skipWithoutRoot,
}, async (t) => {
  const server = await startQueueServer(t);
  const cloud = await startCloud(t, [{ service: 'sqs', origin: server.origin }]);
  const { ec2, admin } = cloud;
  const { VpcId, SubnetId, instanceId, inside } = await makeInstance(cloud);
  const ServiceName = 'com.amazonaws.us-east-1.sqs';
  const { ServiceDetails } = await ec2.describeVpcEndpointServices({ ServiceNames: [ServiceName] });
  assert.equal(ServiceDetails![0]!.PrivateDnsName, 'sqs.us-east-1.amazonaws.com');
  const { VpcEndpoint } = await ec2.createVpcEndpoint({
    ...{ VpcEndpointType: 'Interface', VpcId, ServiceName, SubnetIds: [SubnetId] },
    ...{ PrivateDnsEnabled: true, PolicyDocument: JSON.stringify(policy) },
  });
  const vpcEndpointId = VpcEndpoint!.VpcEndpointId!;
  const { NetworkInterfaces } = await ec2.describeNetworkInterfaces({
    NetworkInterfaceIds: VpcEndpoint!.NetworkInterfaceIds!,
  });
  const address = NetworkInterfaces![0]!.PrivateIpAddress!;
  await eventually('the name leads to the endpoint', async () => {
    return (await inside('dig', '+short', 'sqs.us-east-1.amazonaws.com')).trim() === address;
  });

  assert.match(
    await inside('aws', 'sqs', 'list-queues'),
    /https:\/\/sqs\.us-east-1\.amazonaws\.com\/111111111111\/orders/,
  );
  const { headers } = server.received.at(-1)!;
  assert.equal(headers.host, 'sqs.us-east-1.amazonaws.com');
  assert.equal(
    headers['x-isthmus-principal-arn'],
    `arn:aws:sts::${accountId}:assumed-role/app/${instanceId}`,
  );
  assert.equal(headers['x-isthmus-source-vpce'], vpcEndpointId);
  assert.equal(headers['x-isthmus-source-vpc'], VpcId);
  assert.equal(headers['x-isthmus-source-ip'], '10.0.1.10');

  const before = server.received.length;
  const queue = `https://sqs.us-east-1.amazonaws.com/${accountId}/orders`;
  await assert.rejects(
    inside('aws', 'sqs', 'receive-message', '--queue-url', queue),
    /AccessDenied.*perform: sqs:receivemessage because no VPC endpoint policy allows the sqs:receivemessage action/s,
  );
  assert.equal(server.received.length, before);

  const ask = (action: string) =>
    admin('explain', { from: instanceId, to: 'sqs.us-east-1.amazonaws.com:443', action }) as Promise<{
      arrives: boolean;
      text: string;
    }>;
  const sending = await ask('sqs:SendMessage');
  assert.ok(sending.arrives, sending.text);
  assert.match(sending.text, new RegExp(`goes on to ${server.origin}, which answers`));
  const receiving = await ask('sqs:ReceiveMessage');
  assert.ok(!receiving.arrives);
  assert.match(receiving.text, /no VPC endpoint policy allows the sqs:receivemessage action/);
  assert.match((await ask('kms:Encrypt')).text, /kms:Encrypt is not an action of sqs/);

  await sendLongBody(inside, server.received);
});

/** Signed with the account's convenience key. */
async function sendLongBody(inside: (...command: string[]) => Promise<string>, received: Received[]) {
  const url = 'https://sqs.us-east-1.amazonaws.com/';
  const answer = await inside(
    'sh',
    '-c',
    `head -c 100000000 /dev/zero | curl --silent --show-error --max-time 60 --aws-sigv4 aws:amz:us-east-1:sqs --user ${accountId}:x -H 'X-Amz-Target: AmazonSQS.SendMessage' -T - ${url}`,
  );
  assert.equal(answer, '100000000');
  assert.equal(received.at(-1)!.size, 100_000_000);
}
