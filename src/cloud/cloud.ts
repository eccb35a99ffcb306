// Everything that was asked for, as tables of plain records. Records are replaced, never edited in place:
// a reader may keep one, and a failed change is undone by putting the old one back.

import type { Bucket } from './bucket.ts';
import type { DhcpOptions } from './dhcp-options.ts';
import type {
  DirectConnectConnection,
  DirectConnectGateway,
  DirectConnectGatewayAssociation,
  VirtualInterface,
} from './direct-connect.ts';
import type { FlowLog } from './flow-log.ts';
import type { HostedZone, ZoneChange, ZoneRecordSet } from './hosted-zone.ts';
import type { IamAccessKey, IamInstanceProfile, IamPolicy, IamRole, IamUser } from './iam.ts';
import type { Instance, NetworkInterface } from './instance.ts';
import type { ElasticIp, InternetGateway, NatGateway } from './internet.ts';
import type { Listener, LoadBalancer, TargetGroup } from './load-balancer.ts';
import type { NetworkAcl } from './network-acl.ts';
import type { NetworkInsightsAnalysis, NetworkInsightsPath } from './network-insights.ts';
import type { Organization } from './organization.ts';
import type { ManagedPrefixList, ManagedPrefixListVersion } from './prefix-list.ts';
import type { ResolverEndpoint } from './resolver-endpoint.ts';
import type { ResolverRule, ResolverRuleAssociation } from './resolver-rule.ts';
import type { Site } from './site.ts';
import type {
  TransitGateway,
  TransitGatewayAssociation,
  TransitGatewayAttachment,
  TransitGatewayPropagation,
  TransitGatewayRouteTable,
} from './transit-gateway.ts';
import type { RouteTable, SecurityGroup, Subnet, Vpc, VpcPeeringConnection } from './vpc.ts';
import type { EndpointService, VpcEndpoint } from './vpc-endpoint.ts';
import type { CustomerGateway, VpnConnection, VpnGateway } from './vpn.ts';

export interface TagSet {
  resourceId: string;
  accountId: string;
  region: string;
  /** As EC2's TagSpecification names it: `vpc`, `vpc-endpoint`; empty for ELBv2's ARNs. */
  resourceType: string;
  tags: Record<string, string>;
}

/** What a ClientToken bought, so that the same request gives the same thing again. */
export interface IdempotencyToken {
  /** account/region/operation/token */
  tokenKey: string;
  parameters: string;
  resourceIds: string[];
  createdAt: string;
}

/** Numbers that are handed out once and never again. */
export interface Counter {
  name: 'flowMark' | 'macAddress' | 'publicAddress';
  next: number;
}

export interface Cloud {
  /** Grows by one with each change that wrote something. */
  readonly generation: number;
  readonly vpcs: Table<Vpc>;
  readonly subnets: Table<Subnet>;
  readonly routeTables: Table<RouteTable>;
  readonly securityGroups: Table<SecurityGroup>;
  readonly networkInterfaces: Table<NetworkInterface>;
  readonly instances: Table<Instance>;
  readonly vpcPeeringConnections: Table<VpcPeeringConnection>;
  readonly networkAcls: Table<NetworkAcl>;
  readonly flowLogs: Table<FlowLog>;
  readonly managedPrefixLists: Table<ManagedPrefixList>;
  readonly managedPrefixListVersions: Table<ManagedPrefixListVersion>;
  readonly transitGateways: Table<TransitGateway>;
  readonly transitGatewayAttachments: Table<TransitGatewayAttachment>;
  readonly transitGatewayRouteTables: Table<TransitGatewayRouteTable>;
  readonly transitGatewayAssociations: Table<TransitGatewayAssociation>;
  readonly transitGatewayPropagations: Table<TransitGatewayPropagation>;
  readonly internetGateways: Table<InternetGateway>;
  readonly natGateways: Table<NatGateway>;
  readonly elasticIps: Table<ElasticIp>;
  readonly customerGateways: Table<CustomerGateway>;
  readonly vpnGateways: Table<VpnGateway>;
  readonly vpnConnections: Table<VpnConnection>;
  readonly directConnectConnections: Table<DirectConnectConnection>;
  readonly virtualInterfaces: Table<VirtualInterface>;
  readonly directConnectGateways: Table<DirectConnectGateway>;
  readonly directConnectGatewayAssociations: Table<DirectConnectGatewayAssociation>;
  /** On-premises networks: no account's. */
  readonly sites: Table<Site>;
  readonly vpcEndpoints: Table<VpcEndpoint>;
  readonly endpointServices: Table<EndpointService>;
  readonly resolverEndpoints: Table<ResolverEndpoint>;
  readonly resolverRules: Table<ResolverRule>;
  readonly resolverRuleAssociations: Table<ResolverRuleAssociation>;
  readonly loadBalancers: Table<LoadBalancer>;
  readonly targetGroups: Table<TargetGroup>;
  readonly listeners: Table<Listener>;
  readonly iamUsers: Table<IamUser>;
  readonly iamAccessKeys: Table<IamAccessKey>;
  readonly iamRoles: Table<IamRole>;
  readonly iamInstanceProfiles: Table<IamInstanceProfile>;
  readonly iamPolicies: Table<IamPolicy>;
  readonly organizations: Table<Organization>;
  readonly buckets: Table<Bucket>;
  readonly dhcpOptions: Table<DhcpOptions>;
  readonly networkInsightsPaths: Table<NetworkInsightsPath>;
  readonly networkInsightsAnalyses: Table<NetworkInsightsAnalysis>;
  readonly hostedZones: Table<HostedZone>;
  readonly zoneRecordSets: Table<ZoneRecordSet>;
  readonly zoneChanges: Table<ZoneChange>;
  readonly tagSets: Table<TagSet>;
  readonly idempotencyTokens: Table<IdempotencyToken>;
  readonly counters: Table<Counter>;
}

export type TableName = Exclude<keyof Cloud, 'generation'>;

/** The field of each table's records that is their key. */
export const keyFields: Record<TableName, string> = {
  vpcs: 'vpcId',
  networkInsightsPaths: 'networkInsightsPathId',
  networkInsightsAnalyses: 'networkInsightsAnalysisId',
  subnets: 'subnetId',
  routeTables: 'routeTableId',
  securityGroups: 'groupId',
  networkInterfaces: 'networkInterfaceId',
  instances: 'instanceId',
  vpcPeeringConnections: 'vpcPeeringConnectionId',
  networkAcls: 'networkAclId',
  flowLogs: 'flowLogId',
  managedPrefixLists: 'prefixListId',
  managedPrefixListVersions: 'versionKey',
  transitGateways: 'transitGatewayId',
  transitGatewayAttachments: 'transitGatewayAttachmentId',
  transitGatewayRouteTables: 'transitGatewayRouteTableId',
  transitGatewayAssociations: 'transitGatewayAttachmentId',
  transitGatewayPropagations: 'propagationKey',
  internetGateways: 'internetGatewayId',
  natGateways: 'natGatewayId',
  elasticIps: 'allocationId',
  customerGateways: 'customerGatewayId',
  vpnGateways: 'vpnGatewayId',
  vpnConnections: 'vpnConnectionId',
  directConnectConnections: 'connectionId',
  virtualInterfaces: 'virtualInterfaceId',
  directConnectGateways: 'directConnectGatewayId',
  directConnectGatewayAssociations: 'associationId',
  sites: 'siteId',
  vpcEndpoints: 'vpcEndpointId',
  endpointServices: 'serviceId',
  resolverEndpoints: 'resolverEndpointId',
  resolverRules: 'resolverRuleId',
  resolverRuleAssociations: 'associationId',
  loadBalancers: 'loadBalancerArn',
  targetGroups: 'targetGroupArn',
  listeners: 'listenerArn',
  iamUsers: 'arn',
  iamAccessKeys: 'accessKeyId',
  iamRoles: 'arn',
  iamInstanceProfiles: 'arn',
  iamPolicies: 'arn',
  organizations: 'organizationId',
  buckets: 'bucketName',
  dhcpOptions: 'dhcpOptionsId',
  hostedZones: 'hostedZoneId',
  zoneRecordSets: 'recordSetKey',
  zoneChanges: 'changeId',
  tagSets: 'resourceId',
  idempotencyTokens: 'tokenKey',
  counters: 'name',
};

/** Told before each write, so that the store can refuse it, undo it and put it on disk. */
export type WriteObserver = (table: TableName, key: string, before: unknown, after: unknown) => void;

/** What a caller hands to `put`: the store stamps the generation itself. */
export type Unstamped<R> = R extends unknown ? Omit<R, 'generation'> & { generation?: number } : never;

export class Table<R extends object> {
  readonly #records = new Map<string, R>();
  readonly #name: TableName;
  readonly #keyField: keyof R;
  readonly #onWrite: WriteObserver;
  readonly #stamp: () => number;
  /** No record has a later one. */
  #lastGeneration = 0;

  constructor(name: TableName, onWrite: WriteObserver, stamp: () => number) {
    this.#name = name;
    this.#keyField = keyFields[name] as keyof R;
    this.#onWrite = onWrite;
    this.#stamp = stamp;
  }

  get size(): number {
    return this.#records.size;
  }

  find(key: string): R | undefined {
    return this.#records.get(key);
  }

  has(key: string): boolean {
    return this.#records.has(key);
  }

  /** In the order of creation. */
  all(): IteratorObject<R> {
    return this.#records.values();
  }

  where(matches: (record: R) => boolean): R[] {
    return this.all().filter(matches).toArray();
  }

  /** Records of later generations. Where there is none, none is looked at. */
  writtenSince(generation: number): R[] {
    if (this.#lastGeneration <= generation) return [];
    return this.where((record) => generationOf(record) > generation);
  }

  put(record: Unstamped<R>): R {
    const stamped = { ...record, generation: this.#stamp() } as unknown as R;
    this.#lastGeneration = Math.max(this.#lastGeneration, generationOf(stamped));
    const key = String(stamped[this.#keyField]);
    this.#onWrite(this.#name, key, this.#records.get(key), stamped);
    this.#records.set(key, stamped);
    return stamped;
  }

  delete(key: string): void {
    const before = this.#records.get(key);
    if (before === undefined) return;
    this.#onWrite(this.#name, key, before, undefined);
    this.#records.delete(key);
  }

  /** For the store alone: every key in order. */
  keys(): string[] {
    return [...this.#records.keys()];
  }

  /** For the store alone: puts the records back into an earlier order; keys that are no longer there are left out. */
  reorder(keys: string[]): void {
    const records = new Map(this.#records);
    this.#records.clear();
    for (const key of keys) if (records.has(key)) this.#records.set(key, records.get(key)!);
  }

  /** For the store alone: sets a record back without telling anyone. `undefined` takes it away. */
  restore(key: string, record: R | undefined): void {
    if (record === undefined) this.#records.delete(key);
    else {
      this.#lastGeneration = Math.max(this.#lastGeneration, generationOf(record));
      this.#records.set(key, record);
    }
  }
}

const generationOf = (record: object) => (record as { generation: number }).generation;

/** The next number of a counter. */
export function takeNumber(cloud: Cloud, name: Counter['name']): number {
  const next = cloud.counters.find(name)?.next ?? 1;
  cloud.counters.put({ name, next: next + 1 });
  return next;
}
