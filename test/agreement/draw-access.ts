// Roles, buckets, tables and gateway endpoints, with policies that allow and deny by what is known of a request, and the
// requests that instances try.

import { type DraftVpc, type DraftWorld, regionOf } from './draft-world.ts';
import { ref } from './step.ts';

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

type Kind = 'identity' | 'resource' | 'endpoint';

/** A role in every account, given to instances by a profile. Gives the profile's name by account. */
export function drawRoles(world: DraftWorld): Map<string, string> {
  const { draft, random, accounts, changes } = world;
  const profiles = new Map<string, string>();
  for (const account of accounts) {
    const where = { account, region: 'us-east-1' };
    const profile = `profile_${account}`;
    const RoleName = `role-${account}`;
    const PolicyName = 'own';
    const InstanceProfileName = RoleName;
    const put = (statements: unknown[]) =>
      draft.call(where, 'iam:PutRolePolicy', { RoleName, PolicyName, PolicyDocument: document(statements) });
    draft.call(where, 'iam:CreateRole', { RoleName, AssumeRolePolicyDocument: trust });
    put([
      ...(random.maybe(0.6) ? [{ Effect: 'Allow', Action: '*', Resource: '*' }] : []),
      ...drawStatements(world, 'identity', random.count(1, 2)),
    ]);
    draft.call(
      where,
      'iam:CreateInstanceProfile',
      { InstanceProfileName },
      {
        [profile]: 'InstanceProfile.InstanceProfileName',
      },
    );
    draft.call(where, 'iam:AddRoleToInstanceProfile', { InstanceProfileName, RoleName });
    profiles.set(account, profile);
    changes.push(() => put(drawStatements(world, 'identity', 2)));
  }
  return profiles;
}

/** A bucket and a table, of one account or of two. */
export function drawStores(world: DraftWorld, seed: number): void {
  const { draft, random, accounts, requests, changes } = world;
  const where = { account: random.choose(accounts), region: 'us-east-1' };
  const bucket = `agreement-${seed}`;
  world.bucket = bucket;
  const Bucket = bucket;
  draft.call(where, 's3:CreateBucket', { Bucket });
  draft.call(where, 's3:PutObject', { Bucket, Key: 'open/one', Body: 'one' });
  draft.call(where, 's3:PutObject', { Bucket, Key: 'two', Body: 'two' });
  const put = () => {
    const statements = drawStatements(world, 'resource', random.count(1, 3), bucket);
    draft.call(where, 's3:PutBucketPolicy', { Bucket, Policy: document(statements) });
  };
  draft.call(where, 's3:DeletePublicAccessBlock', { Bucket });
  if (random.maybe(0.6)) put();
  changes.push(put, () => draft.call(where, 's3:DeleteBucketPolicy', { Bucket }));
  const host = `${bucket}.s3.us-east-1.amazonaws.com`;
  const s3 = { service: 's3', region: 'us-east-1' } as const;
  const objects = `arn:aws:s3:::${bucket}`;
  for (const Key of ['open/one', 'two'])
    requests.push(
      {
        host,
        request: {
          ...s3,
          operation: 'GetObject',
          input: { Bucket, Key },
          action: 's3:GetObject',
          resource: `${objects}/${Key}`,
        },
      },
      {
        host,
        request: {
          ...{ ...s3, operation: 'PutObject', input: { Bucket, Key, Body: 'new' }, action: 's3:PutObject' },
          resource: `${objects}/${Key}`,
        },
      },
    );
  requests.push(
    {
      host,
      request: {
        ...s3,
        operation: 'ListObjectsV2',
        input: { Bucket },
        action: 's3:ListBucket',
        resource: objects,
      },
    },
    {
      host: 's3.us-east-1.amazonaws.com',
      request: { ...s3, operation: 'ListBuckets', input: {}, action: 's3:ListAllMyBuckets' },
    },
  );
  drawTables(world);
  drawControlRequests(world);
}

/** One of the same name in every account: a request is about that of its own. */
function drawTables({ draft, accounts, requests }: DraftWorld): void {
  const TableName = 'ledger';
  const Key = { id: { S: 'a' } };
  const host = 'dynamodb.us-east-1.amazonaws.com';
  for (const account of accounts) {
    draft.call({ account, region: 'us-east-1' }, 'dynamodb:CreateTable', {
      ...{ TableName, BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    });
    const resource = `arn:aws:dynamodb:us-east-1:${account}:table/ledger`;
    const common = { service: 'dynamodb', region: 'us-east-1', resource } as const;
    const ask = (operation: string, input: Record<string, unknown>) =>
      requests.push({
        host,
        account,
        request: { ...common, operation, input, action: `dynamodb:${operation}` },
      });
    ask('GetItem', { TableName, Key });
    ask('PutItem', { TableName, Item: Key });
  }
}

function drawControlRequests({ requests }: DraftWorld): void {
  for (const region of ['us-east-1', 'eu-west-1'])
    requests.push({
      host: `ec2.${region}.amazonaws.com`,
      request: { service: 'ec2', region, operation: 'DescribeVpcs', input: {}, action: 'ec2:DescribeVpcs' },
    });
  requests.push({
    host: 'sts.us-east-1.amazonaws.com',
    request: {
      service: 'sts',
      region: 'us-east-1',
      operation: 'GetCallerIdentity',
      input: {},
      action: 'sts:GetCallerIdentity',
    },
  });
}

export function drawGatewayEndpoint(world: DraftWorld, vpc: DraftVpc): void {
  const { draft, random, changes, targets } = world;
  const where = regionOf(vpc);
  const name = draft.name('gateway_endpoint');
  const service = random.choose(['s3', 's3', 'dynamodb']);
  const tables = random.some(vpc.tables, 0.7).map(ref);
  const input = {
    ...{ VpcId: ref(vpc.name), ServiceName: `com.amazonaws.${vpc.region}.${service}` },
    ...(tables.length > 0 && { RouteTableIds: tables }),
    ...(random.maybe(0.5) && {
      PolicyDocument: document(drawStatements(world, 'endpoint', random.count(1, 3))),
    }),
  };
  draft.call(where, 'ec2:CreateVpcEndpoint', input, { [name]: 'VpcEndpoint.VpcEndpointId' });
  targets.push({ host: `${service}.${vpc.region}.amazonaws.com`, ports: [443, 80, 22] });
  const VpcEndpointId = ref(name);
  changes.push(
    () => draft.call(where, 'ec2:DeleteVpcEndpoints', { VpcEndpointIds: [VpcEndpointId] }),
    () => {
      const PolicyDocument = document(drawStatements(world, 'endpoint', 2));
      draft.call(where, 'ec2:ModifyVpcEndpoint', { VpcEndpointId, PolicyDocument });
    },
    () => {
      const [AddRouteTableIds, RemoveRouteTableIds] = [[ref(random.choose(vpc.tables))], tables.slice(0, 1)];
      draft.call(where, 'ec2:ModifyVpcEndpoint', { VpcEndpointId, AddRouteTableIds, RemoveRouteTableIds });
    },
  );
}

const document = (Statement: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement });

/** @param bucket whose policy it is; absent: of all */
export function drawStatements(world: DraftWorld, kind: Kind, count: number, bucket?: string): unknown[] {
  return Array.from({ length: count }, () => drawStatement(world, kind, bucket));
}

const actionsOfS3 = ['s3:*', 's3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:Get*'];
const otherActions = ['*', 'dynamodb:*', 'dynamodb:GetItem', 'ec2:*', 'ec2:Describe*'];

function drawStatement(world: DraftWorld, kind: Kind, bucket?: string): unknown {
  const { random, accounts } = world;
  const Action = random.choose(kind === 'resource' ? actionsOfS3 : [...actionsOfS3, ...otherActions]);
  const Resource = bucket
    ? [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/${random.choose(['*', '*', 'open/*'])}`].slice(
        Action === 's3:GetObject' || Action === 's3:PutObject' ? 1 : 0,
        Action === 's3:ListBucket' ? 1 : 2,
      )
    : random.choose(['*', '*', '*', 'arn:aws:s3:::agreement-*', 'arn:aws:dynamodb:*:*:table/ledger']);
  const principals = ['*', { AWS: '*' }, { AWS: random.choose(accounts) }];
  const account = random.choose(accounts);
  if (kind === 'resource') principals.push({ AWS: `arn:aws:iam::${account}:role/role-${account}` });
  return {
    Effect: random.maybe(0.75) ? 'Allow' : 'Deny',
    ...(kind !== 'identity' && {
      Principal: random.choose(kind === 'endpoint' ? principals.slice(0, 2) : principals),
    }),
    ...{ Action, Resource },
    ...(random.maybe(0.5) && { Condition: drawCondition(world) }),
  };
}

function drawCondition({ random, vpcs, accounts }: DraftWorld): unknown {
  const negated = random.maybe(0.4) ? 'Not' : '';
  const vpc = ref(random.choose(vpcs).name);
  const block = random.choose(vpcs).block;
  const account = random.choose(accounts);
  return random.choose([
    { [`String${negated}Equals`]: { 'aws:SourceVpc': vpc } },
    { [`String${negated}EqualsIfExists`]: { 'aws:SourceVpc': vpc } },
    { [`${negated}IpAddress`]: { 'aws:VpcSourceIp': block } },
    { [`${negated}IpAddress`]: { 'aws:SourceIp': ['54.0.0.0/8', block] } },
    { [`String${negated}Equals`]: { 'aws:PrincipalAccount': account } },
    { [`String${negated}Equals`]: { 'aws:ResourceAccount': account } },
    { Null: { 'aws:SourceVpce': random.choose(['true', 'false']) } },
    { Bool: { 'aws:SecureTransport': 'true' } },
    { [`Arn${negated}Like`]: { 'aws:PrincipalArn': `arn:aws:iam::*:role/role-${account}` } },
  ]);
}
