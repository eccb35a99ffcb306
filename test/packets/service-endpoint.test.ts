// Interface endpoints through the whole cloud: an instance without a way out works with EC2, Elastic Load Balancing, STS, S3,
// DynamoDB, IAM and Route 53 by their endpoints, with its tools as they are; policies of the endpoints refuse in each service's words, and explain
// says both before.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EC2, type VpcEndpoint, waitUntilInstanceRunning } from '@aws-sdk/client-ec2';
import { IAM } from '@aws-sdk/client-iam';
import { startDaemon } from '../../src/daemon.ts';
import { execPrefix } from '../../src/instances/exec.ts';
import type { LinuxError } from '../../src/linux/linux-error.ts';
import { run } from '../../src/linux/run.ts';
import { eventually, skipWithoutRoot } from './test-namespace.ts';

const accountId = '111111111111';
const services = ['ec2', 'elasticloadbalancing', 'sts', 's3', 'dynamodb', 'iam', 'route53'] as const;
const worldServices: readonly string[] = ['iam', 'route53'];
type Service = (typeof services)[number];

async function startCloud(t: TestContext) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-service-endpoint-'));
  const daemon = await startDaemon({ dataFolder, port: 0, log: 'silent' });
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
  const admin = async <T>(path: string, body?: object): Promise<T> => {
    const about = body && { method: 'POST', headers: { 'x-isthmus': '1' }, body: JSON.stringify(body) };
    return (await (await fetch(`${daemon.apiEndpoint}/_isthmus/${path}`, about)).json()) as T;
  };
  return { ec2, iam, admin };
}

/** A VPC that leads nowhere, in it an instance whose role may do everything. */
async function makeInstance(t: TestContext) {
  const cloud = await startCloud(t);
  const { ec2, iam, admin } = cloud;
  const VpcId = (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc!.VpcId!;
  await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
  const SubnetId = (await ec2.createSubnet({ VpcId, CidrBlock: '10.0.1.0/24' })).Subnet!.SubnetId!;
  const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const version = { Version: '2012-10-17' };
  await iam.createRole({
    RoleName: 'app',
    AssumeRolePolicyDocument: JSON.stringify({ ...version, Statement: trust }),
  });
  const mayAll = { ...version, Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  await iam.putRolePolicy({ RoleName: 'app', PolicyName: 'all', PolicyDocument: JSON.stringify(mayAll) });
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
    const { pid } = await admin<{ pid: number }>(`instances/${instanceId}`);
    const { program, args } = execPrefix(pid);
    return await run(program, [...args, ...command], { doing: `running ${command[0]}`, timeoutMs: 60_000 });
  };
  const sh = (script: string) => inside('sh', '-c', `export AWS_MAX_ATTEMPTS=1; ${script}`);
  /** What a command that must fail says. */
  const failure = (script: string) =>
    sh(script).then(
      (output) => assert.fail(`it did not fail: ${script}\n${output}`),
      (error: LinuxError) => error.stderr,
    );
  const explain = (service: Service, action: string, resource = '*', host?: string) =>
    admin<{ arrives: boolean; text: string }>('explain', {
      ...{ from: instanceId, to: `${host ?? `${service}.us-east-1.amazonaws.com`}:443`, action },
      ...(resource === '*' ? {} : { resource }),
    });
  return { ...cloud, VpcId, SubnetId, instanceId, sh, failure, explain };
}

type Made = Awaited<ReturnType<typeof makeInstance>>;

async function makeEndpoints({ ec2, VpcId, SubnetId }: Made): Promise<Record<Service, VpcEndpoint>> {
  const made = services.map(async (service) => {
    const { VpcEndpoint } = await ec2.createVpcEndpoint({
      ...{ VpcEndpointType: 'Interface', VpcId, SubnetIds: [SubnetId] },
      ServiceName: `com.amazonaws.${worldServices.includes(service) ? '' : 'us-east-1.'}${service}`,
      ...(service === 's3' ? { DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: false } } : {}),
    });
    return [service, VpcEndpoint!] as const;
  });
  const endpoints = Object.fromEntries(await Promise.all(made)) as Record<Service, VpcEndpoint>;
  const VpcEndpointIds = services.map((service) => endpoints[service].VpcEndpointId!);
  await eventually('the endpoints are available', async () => {
    const { VpcEndpoints } = await ec2.describeVpcEndpoints({ VpcEndpointIds });
    return VpcEndpoints!.every(({ State }) => String(State) === 'available');
  });
  return endpoints;
}

const nameOf = ({ DnsEntries }: VpcEndpoint) => DnsEntries![0]!.DnsName!;

test('every service works by its endpoint, and each endpoint’s policy refuses in its service’s words', {
  skip: skipWithoutRoot,
}, async (t) => {
  const made = await makeInstance(t);
  const { sh, failure, ec2, explain, admin, instanceId } = made;
  await assert.rejects(sh('aws ec2 describe-vpcs --cli-connect-timeout 1'), /Connect timeout/);
  const before = await explain('ec2', 'ec2:DescribeVpcs');
  assert.ok(!before.arrives && /no route to 52\.46\./.test(before.text), before.text);
  const endpoints = await makeEndpoints(made);
  const dynamodbHost = nameOf(endpoints.dynamodb);
  const { interfaceName } = await admin<{ interfaceName: string }>(`capture/${endpoints.ec2.VpcEndpointId}`);
  assert.equal(interfaceName, `ife${endpoints.ec2.VpcEndpointId!.slice(-12)}`);

  await t.test('EC2, Elastic Load Balancing and STS by their own names', async () => {
    const resolved = await sh(
      'for s in ec2 elasticloadbalancing sts s3; do dig +short $s.us-east-1.amazonaws.com; done',
    );
    assert.match(resolved, /^(10\.0\.1\.\d+\n){4}$/);
    assert.match(await sh('aws ec2 describe-instances --query Reservations[].Instances[].InstanceId'), /i-/);
    assert.equal(await sh('aws elbv2 describe-load-balancers --query "length(LoadBalancers)"'), '0\n');
    const identity = await sh('AWS_STS_REGIONAL_ENDPOINTS=regional aws sts get-caller-identity --query Arn');
    assert.equal(identity.trim(), `"arn:aws:sts::${accountId}:assumed-role/app/${instanceId}"`);
    await sh(
      'aws ec2 create-vpc --cidr-block 10.77.0.0/16 --tag-specifications "ResourceType=vpc,Tags=[{Key=Name,Value=inner}]"',
    );
    const { Vpcs } = await ec2.describeVpcs({ Filters: [{ Name: 'tag:Name', Values: ['inner'] }] });
    assert.equal(Vpcs![0]!.CidrBlock, '10.77.0.0/16');
  });

  await t.test('S3 by its own names and by the endpoint’s, in the path and in the host', async () => {
    const url = `https://${nameOf(endpoints.s3).replace('*', 'bucket')}`;
    await sh(
      'aws s3 mb s3://inner-bucket && echo hello > /tmp/a && aws s3 cp --only-show-errors /tmp/a s3://inner-bucket/a',
    );
    assert.equal(await sh('curl --silent "$(aws s3 presign s3://inner-bucket/a)"'), 'hello\n');
    assert.match(await sh(`aws s3 ls --endpoint-url ${url}`), /inner-bucket/);
    const copy = `aws s3 cp --endpoint-url ${url} s3://inner-bucket/a -`;
    for (const style of ['path', 'virtual'])
      assert.equal(await sh(`aws configure set s3.addressing_style ${style} && ${copy}`), 'hello\n', style);
    await sh('aws configure set s3.addressing_style auto');
    const [zonal] = [endpoints.s3.DnsEntries![1]!.DnsName!.replace('*', 'inner-bucket.bucket')];
    assert.equal(
      await sh(`curl --silent --output /dev/null --write-out '%{http_code}' https://${zonal}/a`),
      '403',
    );
  });

  await t.test('DynamoDB by the endpoint’s name alone', async () => {
    const timeout = await failure('aws dynamodb list-tables --cli-connect-timeout 1');
    assert.match(timeout, /Connect timeout/);
    const table = `--endpoint-url https://${dynamodbHost} --table-name items`;
    await sh(
      `aws dynamodb create-table ${table} --billing-mode PAY_PER_REQUEST --key-schema AttributeName=k,KeyType=HASH \
        --attribute-definitions AttributeName=k,AttributeType=S && aws dynamodb wait table-exists ${table}`,
    );
    await sh(`aws dynamodb put-item ${table} --item '{"k": {"S": "1"}}'`);
    assert.match(await sh(`aws dynamodb scan ${table} --query Count`), /1/);
  });

  const setPolicy = (service: Service, statement: object) =>
    ec2.modifyVpcEndpoint({
      VpcEndpointId: endpoints[service].VpcEndpointId!,
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statement }),
    });
  const table = `arn:aws:dynamodb:us-east-1:${accountId}:table/items`;
  const cases: [Service, command: string, action: string, resource: string, refusal: RegExp][] = [
    ['ec2', 'ec2 create-vpc --cidr-block 10.78.0.0/16', 'ec2:CreateVpc', '*', /\(UnauthorizedOperation\)/],
    [
      'elasticloadbalancing',
      'elbv2 describe-target-groups',
      'elasticloadbalancing:DescribeTargetGroups',
      '*',
      /\(AccessDenied\)/,
    ],
    ['sts', 'sts get-caller-identity', 'sts:GetCallerIdentity', '*', /\(AccessDenied\)/],
    [
      's3',
      's3api get-object --bucket inner-bucket --key a /tmp/b',
      's3:GetObject',
      'arn:aws:s3:::inner-bucket/a',
      /\(AccessDenied\)/,
    ],
    [
      'dynamodb',
      `dynamodb scan --table-name items --endpoint-url https://${dynamodbHost}`,
      'dynamodb:Scan',
      table,
      /\(AccessDeniedException\)/,
    ],
    [
      'iam',
      'iam get-role --role-name app',
      'iam:GetRole',
      `arn:aws:iam::${accountId}:role/app`,
      /\(AccessDenied\)/,
    ],
    ['route53', 'route53 list-hosted-zones', 'route53:ListHostedZones', '*', /\(AccessDenied\)/],
  ];
  const hosts: Partial<Record<Service, string>> = {
    ...{ dynamodb: dynamodbHost, iam: 'iam.amazonaws.com', route53: 'route53.amazonaws.com' },
  };
  const open = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
  for (const [service, command, action, resource, refusal] of cases)
    await t.test(
      `${service}: a policy that allows nothing else, one that denies, and the way the call came`,
      async () => {
        const ask = `AWS_STS_REGIONAL_ENDPOINTS=regional aws ${command}`;
        const explained = () => explain(service, action, resource, hosts[service]);
        const refused = async (sentence: RegExp) => {
          const said = await failure(ask);
          assert.match(said, refusal);
          assert.match(said, sentence);
          const { arrives, text } = await explained();
          assert.ok(!arrives, text);
          assert.match(text, sentence);
          assert.match(text, new RegExp(endpoints[service].VpcEndpointId!));
        };
        await setPolicy(service, { ...open, Action: `${action.split(':')[0]}:Nothing` });
        await refused(new RegExp(`because no VPC endpoint policy allows the ${action} action`));
        await setPolicy(service, [open, { ...open, Effect: 'Deny', Action: action }]);
        await refused(/with an explicit deny in a VPC endpoint policy/);
        await setPolicy(service, {
          ...open,
          Principal: { AWS: accountId },
          Condition: {
            StringEquals: {
              'aws:SourceVpce': endpoints[service].VpcEndpointId,
              'aws:SourceVpc': made.VpcId,
              'aws:VpcSourceIp': '10.0.1.10',
            },
            Null: { 'aws:SourceIp': 'true' },
          },
        });
        await sh(ask);
        const { arrives, text } = await explained();
        assert.ok(arrives, text);
        await setPolicy(service, { ...open, Principal: { AWS: '222222222222' } });
        await refused(/no VPC endpoint policy allows/);
      },
    );
});
