// Permissions that a call of EC2 needs: its own action on every resource that it names or makes, tags at creation,
// and the role that an instance is given. AWS refuses the call if one of them is missing.

import { readBucketArn } from '../../cloud/flow-log.ts';
import type { IamInstanceProfile } from '../../cloud/iam.ts';
import { takesLogs } from '../log-delivery.ts';
import {
  type AccessCheck,
  type GuardedCall,
  requestTags,
  type Tag,
  tagKeys,
  tagsOf,
} from './access-check.ts';
import { type NamedResource, namedResources, type ResourceRecord } from './ec2-resource.ts';
import { type ResourceType, resourceTypesOf } from './ec2-resource-type.ts';

export function listEc2Checks(call: GuardedCall): AccessCheck[] {
  const action = `ec2:${call.operation}`;
  const types = resourceTypesOf(call.operation);
  const named = types === 'any' || types.length > 0 ? namedResources(call) : [];
  const checks =
    types === 'any'
      ? named.map((found) => checkNamed(call, found))
      : types.flatMap((type) => checksOf(call, type, named));
  if (checks.length === 0) checks.push({ action, resource: '*', context: { 'ec2:Region': call.region } });
  return [...checks, ...tagOnCreate(call), ...passRole(call), ...deliverLogs(call)];
}

function checksOf(call: GuardedCall, { type, need }: ResourceType, named: NamedResource[]): AccessCheck[] {
  const found = named.filter((resource) => resource.type === type);
  if (found.length > 0) return found.map((resource) => checkNamed(call, resource));
  if (need === 'if named') return [];
  const context = { ...baseContext(call, type), ...(need === 'made' ? madeContext(call, type, named) : {}) };
  return [{ action: `ec2:${call.operation}`, resource: arnOf(call, call.accountId, type, '*'), context }];
}

function checkNamed(call: GuardedCall, { type, id, record }: NamedResource): AccessCheck {
  // AWS: an image's ARN has no account.
  const owner = type === 'image' ? '' : (record?.accountId ?? call.accountId);
  const tags = call.cloud.tagSets.find(id)?.tags ?? {};
  return {
    action: `ec2:${call.operation}`,
    resource: arnOf(call, owner, type, id),
    context: {
      ...tagKeys('aws:ResourceTag', tags),
      ...tagKeys('ec2:ResourceTag', tags),
      ...idContext(type, id),
      ...recordContext(call, type, record),
      ...baseContext(call, type),
      ...(type === 'vpc-peering-connection' ? peeringContext(call, id) : {}),
    },
  };
}

function arnOf({ region }: GuardedCall, accountId: string, type: string, id: string): string {
  return `arn:aws:ec2:${region}:${accountId}:${type}/${id}`;
}

/** What is so of any resource in this call. */
function baseContext(call: GuardedCall, type: string): AccessCheck['context'] {
  return { 'ec2:Region': call.region, ...requestTags(tagsFor(call, type)) };
}

/** AWS: tags of a request belong to the kinds of resources they are for. */
function tagsFor({ input }: GuardedCall, type: string): Tag[] {
  return [
    ...specificationsOf(input)
      .filter(({ ResourceType }) => ResourceType === type)
      .flatMap(({ Tags }) => Tags ?? []),
    ...tagsOf(input.Tags),
  ];
}

const idKeys: Record<string, string> = {
  vpc: 'ec2:VpcID',
  subnet: 'ec2:SubnetID',
  'route-table': 'ec2:RouteTableID',
  'security-group': 'ec2:SecurityGroupID',
  'network-acl': 'ec2:NetworkAclID',
  'network-interface': 'ec2:NetworkInterfaceID',
  instance: 'ec2:InstanceID',
  'internet-gateway': 'ec2:InternetGatewayID',
  'elastic-ip': 'ec2:AllocationId',
  image: 'ec2:ImageID',
};

function idContext(type: string, id: string): AccessCheck['context'] {
  return Object.hasOwn(idKeys, type) ? { [idKeys[type]!]: id } : {};
}

function recordContext(
  call: GuardedCall,
  type: string,
  record: ResourceRecord | undefined,
): AccessCheck['context'] {
  if (!record) return {};
  const { vpcId, subnetId, accountId, availabilityZone, instanceType, iamInstanceProfile, serviceName } =
    record;
  return {
    'ec2:Vpc': vpcId === undefined || type === 'vpc' ? undefined : arnOf(call, accountId, 'vpc', vpcId),
    'ec2:Subnet':
      subnetId === undefined || type === 'subnet' ? undefined : arnOf(call, accountId, 'subnet', subnetId),
    'ec2:AvailabilityZone': availabilityZone,
    'ec2:InstanceType': instanceType,
    'ec2:InstanceProfile': iamInstanceProfile?.arn,
    ...serviceContext(serviceName),
  };
}

/** AWS: `amazon` owns what is named com.amazonaws.region.service; whose an endpoint service is stands in no name. */
function serviceContext(serviceName: string | undefined): AccessCheck['context'] {
  if (serviceName === undefined) return {};
  const isAmazons = /^com\.amazonaws\.(?!vpce\.)/.test(serviceName);
  return { 'ec2:VpceServiceName': serviceName, 'ec2:VpceServiceOwner': isAmazons ? 'amazon' : undefined };
}

/** What is known of a resource before it is made: where it is to be and what it is to be like. */
function madeContext(call: GuardedCall, type: string, named: NamedResource[]): AccessCheck['context'] {
  const { input, cloud, accountId } = call;
  const subnet = named.find((resource) => resource.type === 'subnet');
  const vpc = named.find((resource) => resource.type === 'vpc');
  const vpcId = vpc?.id ?? subnet?.record?.vpcId;
  const context: AccessCheck['context'] = {
    'ec2:Vpc':
      vpcId === undefined || type === 'vpc'
        ? undefined
        : arnOf(call, vpc?.record?.accountId ?? accountId, 'vpc', vpcId),
    'ec2:AvailabilityZone': subnet?.record?.availabilityZone ?? textOf(input.AvailabilityZone),
  };
  if (subnet && type === 'network-interface') {
    context['ec2:Subnet'] = arnOf(call, subnet.record?.accountId ?? accountId, 'subnet', subnet.id);
  }
  if (type === 'instance') Object.assign(context, launchContext(call));
  if (type === 'vpc-endpoint') {
    const serviceName = textOf(input.ServiceName);
    Object.assign(context, serviceContext(serviceName));
    const service = cloud.endpointServices.find(serviceName?.split('.').at(-1) ?? '');
    if (service) context['ec2:VpceServiceOwner'] = service.accountId;
  }
  if (type === 'vpc-peering-connection' && vpcId !== undefined) {
    context['ec2:RequesterVpc'] = arnOf(call, accountId, 'vpc', vpcId);
    const peer = textOf(input.PeerVpcId);
    const owner = textOf(input.PeerOwnerId) ?? accountId;
    if (peer)
      context['ec2:AccepterVpc'] =
        `arn:aws:ec2:${textOf(input.PeerRegion) ?? call.region}:${owner}:vpc/${peer}`;
  }
  return context;
}

/** AWS: of a launch that names no type. */
const defaultInstanceType = 'm1.small';

function launchContext(call: GuardedCall): AccessCheck['context'] {
  const { input } = call;
  const metadata = (input.MetadataOptions ?? {}) as Record<string, unknown>;
  const hops = metadata.HttpPutResponseHopLimit;
  return {
    'ec2:InstanceType': textOf(input.InstanceType) ?? defaultInstanceType,
    'ec2:InstanceProfile': findProfile(call)?.arn,
    'ec2:MetadataHttpTokens': textOf(metadata.HttpTokens),
    'ec2:MetadataHttpEndpoint': textOf(metadata.HttpEndpoint),
    'ec2:MetadataHttpPutResponseHopLimit': hops === undefined ? undefined : String(hops),
  };
}

function peeringContext({ cloud }: GuardedCall, id: string): AccessCheck['context'] {
  const connection = cloud.vpcPeeringConnections.find(id);
  if (!connection) return {};
  const arn = ({ region, accountId, vpcId }: (typeof connection)['requester']) =>
    `arn:aws:ec2:${region}:${accountId}:vpc/${vpcId}`;
  return { 'ec2:RequesterVpc': arn(connection.requester), 'ec2:AccepterVpc': arn(connection.accepter) };
}

interface TagSpecification {
  ResourceType?: string;
  Tags?: Tag[];
}

const specificationsOf = (input: GuardedCall['input']) =>
  (input.TagSpecifications ?? []) as TagSpecification[];

/** AWS: tags given at creation need ec2:CreateTags too, on what is made. */
function tagOnCreate(call: GuardedCall): AccessCheck[] {
  const specifications = specificationsOf(call.input).filter(({ Tags }) => Tags && Tags.length > 0);
  return specifications.map(({ ResourceType: type = '*' }) => ({
    action: 'ec2:CreateTags',
    resource: arnOf(call, call.accountId, type, '*'),
    context: { ...baseContext(call, type), 'ec2:CreateAction': call.operation },
  }));
}

/** AWS: who gives an instance a role must be allowed to pass that role. */
function passRole(call: GuardedCall): AccessCheck[] {
  const roleArn = findProfile(call)?.roleArn;
  if (roleArn === undefined) return [];
  return [
    { action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  ];
}

function findProfile({ cloud, input, accountId }: GuardedCall): IamInstanceProfile | undefined {
  const { Arn, Name } = (input.IamInstanceProfile ?? {}) as { Arn?: string; Name?: string };
  if (Arn !== undefined) return cloud.iamInstanceProfiles.find(Arn);
  if (Name === undefined) return undefined;
  return cloud.iamInstanceProfiles
    .all()
    .find(
      (profile) =>
        profile.accountId === accountId && profile.instanceProfileName.toLowerCase() === Name.toLowerCase(),
    );
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** AWS: who has logs delivered must be allowed that, and to open the bucket for it where it is not open. */
function deliverLogs({ operation, input, cloud, accountId, region }: GuardedCall): AccessCheck[] {
  if (operation === 'DeleteFlowLogs')
    return [{ action: 'logs:DeleteLogDelivery', resource: '*', context: {} }];
  if (operation !== 'CreateFlowLogs') return [];
  const { bucketName = '', prefix = '' } = readBucketArn(String(input.LogDestination)) ?? {};
  const bucket = cloud.buckets.find(bucketName);
  const isClosed =
    bucket?.accountId === accountId && !takesLogs(bucket, { accountId, region }, `${prefix}AWSLogs/x`);
  const resource = `arn:aws:s3:::${bucketName}`;
  return [
    { action: 'logs:CreateLogDelivery', resource: '*', context: {} },
    ...(isClosed
      ? ['s3:GetBucketPolicy', 's3:PutBucketPolicy'].map((action) => ({ action, resource, context: {} }))
      : []),
  ];
}
