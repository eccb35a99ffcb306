// Interface endpoints to AWS's own services: private DNS or not, policies, groups; and requests by each of their names.

import { type DraftVpc, type DraftWorld, regionOf } from './draft-world.ts';
import { drawStatements } from './draw-access.ts';
import { type Request, ref } from './step.ts';

const services = ['ec2', 'ec2', 'sts', 's3', 's3', 'dynamodb'] as const;

export function drawServiceEndpoint(world: DraftWorld, vpc: DraftVpc): void {
  const { draft, random, targets, changes } = world;
  const where = regionOf(vpc);
  const name = draft.name('service_endpoint');
  const service = random.choose(services);
  const subnets = [random.choose(vpc.subnets)];
  const other = vpc.subnets.find(({ zone }) => zone !== subnets[0]!.zone);
  if (other && random.maybe(0.5)) subnets.push(other);
  const groups = random.some(vpc.groups, 0.5);
  const hasPrivateDns = service !== 'dynamodb' && random.maybe(0.6);
  const input = {
    ...{
      VpcEndpointType: 'Interface',
      VpcId: ref(vpc.name),
      ServiceName: `com.amazonaws.${vpc.region}.${service}`,
    },
    ...{ SubnetIds: subnets.map((subnet) => ref(subnet.name)), PrivateDnsEnabled: hasPrivateDns },
    ...(groups.length > 0 && { SecurityGroupIds: groups.map(ref) }),
    ...(hasPrivateDns &&
      service === 's3' && { DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: random.maybe(0.5) } }),
    ...(random.maybe(0.5) && { PolicyDocument: drawPolicy(world) }),
  };
  draft.call(where, 'ec2:CreateVpcEndpoint', input, {
    [name]: 'VpcEndpoint.VpcEndpointId',
    [`${name}_dns`]: 'VpcEndpoint.DnsEntries.0.DnsName',
    [`${name}_zonal`]: 'VpcEndpoint.DnsEntries.1.DnsName',
  });
  const Filters = [{ Name: 'description', Values: [`VPC Endpoint Interface ${ref(name)}`] }];
  draft.call(
    where,
    'ec2:DescribeNetworkInterfaces',
    { Filters },
    {
      [`${name}_address0`]: 'NetworkInterfaces.0.PrivateIpAddress',
      [`${name}_address1`]: 'NetworkInterfaces.1.PrivateIpAddress',
    },
  );
  for (const host of ['dns', 'zonal', 'address0', 'address1'])
    targets.push({
      host: `${service === 's3' && !host.startsWith('address') ? 'bucket.' : ''}${ref(`${name}_${host}`)}`,
      ports: [443, 443, 80, 22],
    });
  targets.push({ host: `${service}.${vpc.region}.amazonaws.com`, ports: [443, 80] });
  drawRequests(world, vpc, name, service);
  changeLater(world, vpc, name, hasPrivateDns);
  changes.push(() => draft.call(where, 'ec2:DeleteVpcEndpoints', { VpcEndpointIds: [ref(name)] }));
}

function changeLater(
  { draft, random, changes, ...world }: DraftWorld,
  vpc: DraftVpc,
  name: string,
  hasPrivateDns: boolean,
): void {
  const modify = (change: object) =>
    draft.call(regionOf(vpc), 'ec2:ModifyVpcEndpoint', { VpcEndpointId: ref(name), ...change });
  changes.push(
    () => modify({ PrivateDnsEnabled: !hasPrivateDns }),
    () => modify({ PolicyDocument: drawPolicy({ draft, random, changes, ...world }) }),
    () => modify({ AddSubnetIds: [ref(random.choose(vpc.subnets).name)] }),
    () => modify({ RemoveSubnetIds: [ref(random.choose(vpc.subnets).name)] }),
    () =>
      modify({
        AddSecurityGroupIds: [ref(random.choose(vpc.groups))],
        RemoveSecurityGroupIds: [ref(random.choose(vpc.groups))],
      }),
  );
}

const drawPolicy = (world: DraftWorld) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: drawStatements(world, 'endpoint', world.random.count(1, 3)),
  });

/** By the endpoint's own name; by the service's own they are asked anyhow. */
function drawRequests(
  { requests, bucket }: DraftWorld,
  vpc: DraftVpc,
  name: string,
  service: (typeof services)[number],
): void {
  const endpoint = ref(`${name}_dns`);
  const { region } = vpc;
  const ask = (host: string, request: Omit<Request, 'region'>) =>
    void requests.push({ host, account: vpc.account, request: { ...request, region } });
  if (service === 'ec2')
    ask(endpoint, { service, endpoint, operation: 'DescribeVpcs', input: {}, action: 'ec2:DescribeVpcs' });
  if (service === 'sts')
    ask(endpoint, {
      ...{ service, endpoint, operation: 'GetCallerIdentity', input: {} },
      action: 'sts:GetCallerIdentity',
    });
  if (service === 'dynamodb' && region === 'us-east-1')
    ask(endpoint, {
      ...{ service, endpoint, operation: 'GetItem', action: 'dynamodb:GetItem' },
      input: { TableName: 'ledger', Key: { id: { S: 'a' } } },
      resource: `arn:aws:dynamodb:${region}:${vpc.account}:table/ledger`,
    });
  if (service === 's3' && bucket && region === 'us-east-1')
    drawBucketRequests(ask, bucket, `bucket.${endpoint}`);
}

/** AWS: `bucket` stands for the star that the name begins with, and a bucket's own name before that. */
function drawBucketRequests(
  ask: (host: string, request: Omit<Request, 'region'>) => void,
  bucket: string,
  endpoint: string,
): void {
  const common = { service: 's3', endpoint } as const;
  const Bucket = bucket;
  const arn = `arn:aws:s3:::${bucket}`;
  ask(`${bucket}.${endpoint}`, {
    ...{ ...common, operation: 'GetObject', input: { Bucket, Key: 'two' } },
    ...{ action: 's3:GetObject', resource: `${arn}/two` },
  });
  ask(`${bucket}.${endpoint}`, {
    ...{ ...common, operation: 'ListObjectsV2', input: { Bucket } },
    ...{ action: 's3:ListBucket', resource: arn },
  });
}
