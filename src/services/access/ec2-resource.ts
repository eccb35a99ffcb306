// The resources that a call of EC2 names: by their ids, and by the ids of what ties two of them together.

import type { Cloud } from '../../cloud/cloud.ts';
import type { GuardedCall } from './access-check.ts';

/** Fields that records of several tables have; each is a condition key of those that have it. */
export interface ResourceRecord {
  accountId: string;
  vpcId?: string;
  subnetId?: string;
  availabilityZone?: string;
  instanceType?: string;
  iamInstanceProfile?: { arn: string };
  serviceName?: string;
}

export interface NamedResource {
  /** As it stands in an ARN: `natgateway`. */
  type: string;
  id: string;
  /** Undefined when there is none of this id, or when it is no record but a fact, as an image is. */
  record: ResourceRecord | undefined;
}

interface Kind {
  type: string;
  find(cloud: Cloud, id: string): ResourceRecord | undefined;
}

const fact = () => undefined;

/** By the id's prefix. */
const kinds: Record<string, Kind> = {
  vpc: { type: 'vpc', find: ({ vpcs }, id) => vpcs.find(id) },
  subnet: { type: 'subnet', find: ({ subnets }, id) => subnets.find(id) },
  rtb: { type: 'route-table', find: ({ routeTables }, id) => routeTables.find(id) },
  sg: { type: 'security-group', find: ({ securityGroups }, id) => securityGroups.find(id) },
  sgr: {
    type: 'security-group-rule',
    find: ({ securityGroups }, id) =>
      securityGroups.all().find(({ rules }) => rules.some((rule) => rule.securityGroupRuleId === id)),
  },
  eni: { type: 'network-interface', find: ({ networkInterfaces }, id) => networkInterfaces.find(id) },
  i: { type: 'instance', find: ({ instances }, id) => instances.find(id) },
  igw: { type: 'internet-gateway', find: ({ internetGateways }, id) => internetGateways.find(id) },
  nat: { type: 'natgateway', find: ({ natGateways }, id) => natGateways.find(id) },
  eipalloc: { type: 'elastic-ip', find: ({ elasticIps }, id) => elasticIps.find(id) },
  cgw: { type: 'customer-gateway', find: ({ customerGateways }, id) => customerGateways.find(id) },
  vgw: { type: 'vpn-gateway', find: ({ vpnGateways }, id) => vpnGateways.find(id) },
  vpn: { type: 'vpn-connection', find: ({ vpnConnections }, id) => vpnConnections.find(id) },
  vpce: { type: 'vpc-endpoint', find: ({ vpcEndpoints }, id) => vpcEndpoints.find(id) },
  'vpce-svc': { type: 'vpc-endpoint-service', find: ({ endpointServices }, id) => endpointServices.find(id) },
  tgw: { type: 'transit-gateway', find: ({ transitGateways }, id) => transitGateways.find(id) },
  'tgw-attach': {
    type: 'transit-gateway-attachment',
    find: ({ transitGatewayAttachments }, id) => transitGatewayAttachments.find(id),
  },
  'tgw-rtb': {
    type: 'transit-gateway-route-table',
    find: ({ transitGatewayRouteTables }, id) => transitGatewayRouteTables.find(id),
  },
  // Either side's own: AWS writes it with the account of the caller.
  pcx: { type: 'vpc-peering-connection', find: fact },
  fl: { type: 'vpc-flow-log', find: ({ flowLogs }, id) => flowLogs.find(id) },
  ami: { type: 'image', find: fact },
  pl: { type: 'prefix-list', find: ({ managedPrefixLists }, id) => managedPrefixLists.find(id) },
  acl: { type: 'network-acl', find: ({ networkAcls }, id) => networkAcls.find(id) },
  nip: {
    type: 'network-insights-path',
    find: ({ networkInsightsPaths }, id) => networkInsightsPaths.find(id),
  },
  nia: {
    type: 'network-insights-analysis',
    find: ({ networkInsightsAnalyses }, id) => networkInsightsAnalyses.find(id),
  },
  dopt: { type: 'dhcp-options', find: ({ dhcpOptions }, id) => dhcpOptions.find(id) },
};

/** Of an id that names no record: undefined. */
export function findResource(
  cloud: Cloud,
  id: string,
): { type: string; record: ResourceRecord | undefined } | undefined {
  const prefix = id.slice(0, Math.max(0, id.lastIndexOf('-')));
  const kind = Object.hasOwn(kinds, prefix) ? kinds[prefix] : undefined;
  return kind && { type: kind.type, record: kind.find(cloud, id) };
}

/** Ids of ties, and what is tied. */
const ties: Record<string, (cloud: Cloud, id: string) => (string | undefined)[]> = {
  rtbassoc: ({ routeTables }, id) => {
    for (const { routeTableId, associations } of routeTables.all()) {
      const found = associations.find(({ routeTableAssociationId }) => routeTableAssociationId === id);
      if (found) return [routeTableId, found.subnetId];
    }
    return [];
  },
  aclassoc: ({ networkAcls }, id) => {
    for (const { associations } of networkAcls.all()) {
      const found = associations.find(({ networkAclAssociationId }) => networkAclAssociationId === id);
      if (found) return [found.subnetId];
    }
    return [];
  },
  eipassoc: ({ elasticIps }, id) => {
    const found = elasticIps.all().find(({ association }) => association?.associationId === id);
    return [found?.allocationId, found?.association?.networkInterfaceId];
  },
  'eni-attach': ({ networkInterfaces }, id) => {
    const found = networkInterfaces.all().find(({ attachment }) => attachment?.attachmentId === id);
    return [found?.networkInterfaceId, found?.attachment?.instanceId];
  },
  'iip-assoc': ({ instances }, id) => [
    instances.all().find(({ iamInstanceProfile }) => iamInstanceProfile?.associationId === id)?.instanceId,
  ],
};

/** What is said about a resource and is not one itself: the group a rule lets in, the other side's VPC. */
const aside = new Set([
  'Filters',
  'IpPermissions',
  'PeerVpcId',
  'SecurityGroupRules',
  'TagSpecifications',
  'Tags',
]);
/** Names of members that hold ids. In any other an id would only be text. */
const holdsIds = /(Ids?|Groups|Resources)$/;

export function namedResources({ operation, input, cloud, accountId }: GuardedCall): NamedResource[] {
  const ids = new Set<string>();
  const add = (id: string | undefined) => {
    if (id === undefined || ids.has(id)) return;
    const prefix = id.slice(0, id.lastIndexOf('-'));
    if (Object.hasOwn(ties, prefix)) for (const tied of ties[prefix]!(cloud, id)) add(tied);
    else ids.add(id);
  };
  for (const id of idsIn(input)) add(id);
  if (operation === 'ModifySecurityGroupRules') for (const id of ruleIds(input)) add(id);
  if (operation === 'AcceptVpcPeeringConnection') {
    add(cloud.vpcPeeringConnections.find(String(input.VpcPeeringConnectionId))?.accepter.vpcId);
  }
  if (operation === 'RunInstances') for (const id of launchDefaults(cloud, [...ids])) add(id);
  if (typeof input.PublicIp === 'string') {
    add(
      cloud.elasticIps.all().find((ip) => ip.publicIp === input.PublicIp && ip.accountId === accountId)
        ?.allocationId,
    );
  }
  return [...ids].flatMap((id) => {
    const found = findResource(cloud, id);
    return found ? [{ ...found, id }] : [];
  });
}

/** AWS: a launch that names no group is a permission on the VPC's default group; one into an interface, on where that is. */
function launchDefaults({ networkInterfaces, subnets, securityGroups }: Cloud, ids: string[]): string[] {
  const interfaces = ids.flatMap((id) => networkInterfaces.find(id) ?? []);
  const held = interfaces.flatMap(({ subnetId, groupIds }) => [subnetId, ...groupIds]);
  if (interfaces.length > 0 || ids.some((id) => id.startsWith('sg-'))) return held;
  const vpcIds = new Set(ids.map((id) => subnets.find(id)?.vpcId));
  return securityGroups
    .where(({ groupName, vpcId }) => groupName === 'default' && vpcIds.has(vpcId))
    .map(({ groupId }) => groupId);
}

function idsIn(input: unknown, member = ''): string[] {
  if (typeof input === 'string') return holdsIds.test(member) ? [input] : [];
  if (Array.isArray(input)) return input.flatMap((item) => idsIn(item, member));
  if (typeof input !== 'object' || input === null) return [];
  return Object.entries(input).flatMap(([name, value]) => (aside.has(name) ? [] : idsIn(value, name)));
}

function ruleIds({ SecurityGroupRules: updates }: GuardedCall['input']): string[] {
  const rules = (updates ?? []) as { SecurityGroupRuleId?: string }[];
  return rules.flatMap(({ SecurityGroupRuleId: id }) => (id === undefined ? [] : [id]));
}
