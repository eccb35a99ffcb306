// Permissions of EC2's calls, derived from what a call names: an id says by its prefix what kind of resource it is,
// and an operation that makes something needs the permission for the kind it makes.

import { type Cloud, keyFields, type TableName } from '../../cloud/cloud.ts';
import type { Owned } from '../../cloud/vpc.ts';
import { type AccessCheck, type GuardedCall, tagKeys, textsOf } from './access-check.ts';

interface Kind {
  /** As it stands in an ARN. */
  type: string;
  /** Absent: a fact, not a record. */
  table?: TableName;
}

const kinds: Record<string, Kind> = {
  vpc: { type: 'vpc', table: 'vpcs' },
  subnet: { type: 'subnet', table: 'subnets' },
  rtb: { type: 'route-table', table: 'routeTables' },
  sg: { type: 'security-group', table: 'securityGroups' },
  eni: { type: 'network-interface', table: 'networkInterfaces' },
  i: { type: 'instance', table: 'instances' },
  igw: { type: 'internet-gateway', table: 'internetGateways' },
  nat: { type: 'natgateway', table: 'natGateways' },
  eipalloc: { type: 'elastic-ip', table: 'elasticIps' },
  vpce: { type: 'vpc-endpoint', table: 'vpcEndpoints' },
  'vpce-svc': { type: 'vpc-endpoint-service', table: 'endpointServices' },
  pcx: { type: 'vpc-peering-connection', table: 'vpcPeeringConnections' },
  ami: { type: 'image' },
  pl: { type: 'prefix-list' },
  acl: { type: 'network-acl' },
  dopt: { type: 'dhcp-options' },
};

/** What these operations make. */
const created: Record<string, string[]> = {
  CreateVpc: ['vpc'],
  CreateSubnet: ['subnet'],
  CreateRouteTable: ['route-table'],
  CreateSecurityGroup: ['security-group'],
  CreateNetworkInterface: ['network-interface'],
  CreateInternetGateway: ['internet-gateway'],
  CreateNatGateway: ['natgateway'],
  CreateVpcEndpoint: ['vpc-endpoint'],
  CreateVpcEndpointServiceConfiguration: ['vpc-endpoint-service'],
  CreateVpcPeeringConnection: ['vpc-peering-connection'],
  AllocateAddress: ['elastic-ip'],
  RunInstances: ['instance', 'network-interface', 'volume'],
};

export function listEc2Checks(call: GuardedCall): AccessCheck[] {
  const { operation } = call;
  const action = `ec2:${operation}`;
  // AWS: describing knows no resources.
  if (/^(Describe|Get|Search)/.test(operation))
    return [{ action, resource: '*', context: commonContext(call) }];
  const makes = (created[operation] ?? []).map((type) => ({
    action,
    resource: arnOf(call, type, '*'),
    context: { ...commonContext(call), ...requestContext(call) },
  }));
  const checks = [...makes, ...namedResources(call, action), ...tagOnCreate(call), ...passRole(call)];
  return checks.length > 0 ? checks : [{ action, resource: '*', context: commonContext(call) }];
}

function namedResources(call: GuardedCall, action: string): AccessCheck[] {
  const ids = new Set(textsOf(call.input).map(({ text }) => text));
  return [...ids].flatMap((id) => {
    const kind = kinds[/^([a-z-]+)-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.exec(id)?.[1] ?? ''];
    if (!kind) return [];
    const record = kind.table && findRecord(call.cloud, kind.table, id);
    const owner = record?.accountId ?? call.accountId;
    return [
      {
        action,
        resource: arnOf({ ...call, accountId: id.startsWith('ami-') ? '' : owner }, kind.type, id),
        context: { ...commonContext(call), ...requestContext(call), ...resourceContext(call, id, record) },
      },
    ];
  });
}

function findRecord(cloud: Cloud, table: TableName, id: string): (Owned & { vpcId?: string }) | undefined {
  // Only tables whose records belong to an account are named above.
  return keyFields[table] ? (cloud[table].find(id) as unknown as Owned & { vpcId?: string }) : undefined;
}

/** AWS: tags given at creation need ec2:CreateTags too. */
function tagOnCreate(call: GuardedCall): AccessCheck[] {
  const specifications = (call.input.TagSpecifications ?? []) as { ResourceType?: string }[];
  return specifications.map(({ ResourceType }) => ({
    action: 'ec2:CreateTags',
    resource: arnOf(call, ResourceType ?? '*', '*'),
    context: {
      ...commonContext(call),
      ...requestContext(call),
      'ec2:CreateAction': call.operation,
    },
  }));
}

/** AWS: who gives an instance a role must be allowed to pass that role. */
function passRole({ cloud, input, accountId }: GuardedCall): AccessCheck[] {
  const profile = input.IamInstanceProfile as { Arn?: string; Name?: string } | undefined;
  if (!profile) return [];
  const found = cloud.iamInstanceProfiles
    .all()
    .find((candidate) =>
      profile.Arn
        ? candidate.arn === profile.Arn
        : candidate.accountId === accountId && candidate.instanceProfileName === profile.Name,
    );
  if (!found?.roleArn) return [];
  const context = { 'iam:PassedToService': 'ec2.amazonaws.com' };
  return [{ action: 'iam:PassRole', resource: found.roleArn, context }];
}

function arnOf(
  { region, accountId }: { region: string; accountId: string },
  type: string,
  id: string,
): string {
  return `arn:aws:ec2:${region}:${accountId}:${type}/${id}`;
}

const commonContext = ({ region }: GuardedCall) => ({ 'ec2:Region': region });

function requestContext({ input }: GuardedCall): AccessCheck['context'] {
  const specifications = (input.TagSpecifications ?? []) as { Tags?: Tag[] }[];
  const list = [...specifications.flatMap(({ Tags }) => Tags ?? []), ...((input.Tags ?? []) as Tag[])];
  const tags = Object.fromEntries(list.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  return {
    ...tagKeys('aws:RequestTag', tags),
    ...(list.length > 0 ? { 'aws:TagKeys': Object.keys(tags) } : {}),
    'ec2:InstanceType': typeof input.InstanceType === 'string' ? input.InstanceType : undefined,
    'ec2:VpceServiceName': typeof input.ServiceName === 'string' ? input.ServiceName : undefined,
  };
}

interface Tag {
  Key?: string;
  Value?: string;
}

function resourceContext(call: GuardedCall, id: string, record: { vpcId?: string } | undefined) {
  const tags = call.cloud.tagSets.find(id)?.tags ?? {};
  return {
    ...tagKeys('aws:ResourceTag', tags),
    ...tagKeys('ec2:ResourceTag', tags),
    'ec2:Vpc':
      record?.vpcId === undefined || id === record.vpcId ? undefined : arnOf(call, 'vpc', record.vpcId),
  };
}
