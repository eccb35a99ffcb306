// A compilation that begins where the last one ended gives what one from nothing gives: the same clouds, changed at random,
// are compiled both ways.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Cloud, Table, TableName } from '../../src/cloud/cloud.ts';
import { keyFields } from '../../src/cloud/cloud.ts';
import type { SubnetId, VpcId } from '../../src/cloud/id.ts';
import { isToEndpointService } from '../../src/cloud/vpc-endpoint.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { createCompileMemory } from '../../src/network/compile-memory.ts';
import type { VpcNetwork } from '../../src/network/network.ts';
import { openStore } from '../../src/store.ts';
import {
  type ExampleVpc,
  exampleId,
  nextNumber,
  putAwsServiceEndpoint,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
  putZone,
} from './example-cloud.ts';
import {
  mainRouteTableId,
  putElasticIp,
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putRoute,
  putRouteTable,
} from './example-gateway.ts';
import { entry, putNetworkAcl } from './example-network-acl.ts';
import {
  propagateInto,
  putDirectConnectAssociation,
  putDirectConnectGateway,
  putSite,
  putVirtualInterface,
  putVpn,
  putVpnGateway,
} from './example-site.ts';
import { joinTransitGateway, putTransitGateway } from './example-transit-gateway.ts';

/** Two providers, three consumers, every way out; one of the consumers is peered with a provider. */
function fill(cloud: Cloud): ExampleVpc[] {
  const providers = ['10.1.0.0/16', '10.2.0.0/16'].map((cidr) => putVpc(cloud, '111111111111', cidr));
  const services = providers.map((vpc, index) => {
    const targets = [0, 1].map((zone) => putInstance(cloud, vpc, zone, `10.${index + 1}.${zone + 1}.11`));
    return putEndpointService(
      cloud,
      vpc,
      80,
      targets.map(({ instanceId }) => instanceId),
    );
  });
  const consumers = [0, 1, 2].map(() => putVpc(cloud, '222222222222'));
  for (const consumer of consumers) {
    putInstance(cloud, consumer, 0, '10.0.1.10');
    putAwsServiceEndpoint(cloud, consumer, 'ec2', ['10.0.1.60', '10.0.2.60'], { privateDnsEnabled: true });
    for (const [index, service] of services.entries())
      putEndpoint(cloud, consumer, service, `10.0.1.${50 + index}`);
  }
  const [vpc] = providers as [ExampleVpc];
  const { internetGatewayId } = putInternetGateway(cloud, vpc);
  const { natGatewayId } = putNatGateway(cloud, vpc, 1, '10.1.2.30');
  const table = putRouteTable(cloud, vpc, vpc.subnetIds[0]!);
  putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', { kind: 'internet-gateway', internetGatewayId });
  putRoute(cloud, table, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId });
  putGatewayEndpoint(cloud, vpc, 's3', [table]);
  const { networkInterface } = putInstance(cloud, vpc, 1, '10.1.2.40');
  putElasticIp(cloud, networkInterface.networkInterfaceId);
  for (const [index, { vpcId }] of [vpc, ...consumers].entries())
    putZone(cloud, `zone${index % 2}.example`, [{ vpcId, region: 'us-east-1' }]);
  putZone(cloud, 'world.example', []);
  const gateway = putTransitGateway(cloud);
  for (const attached of providers) joinTransitGateway(cloud, gateway, attached);
  connectSites(cloud, providers[1]!);
  for (const { vpcId, subnetIds } of [vpc, ...consumers]) putFlowLog(cloud, vpcId, subnetIds[0]!);
  return [...providers, ...consumers];
}

/** Two sites: one by a VPN and a virtual interface, one by a Direct Connect gateway, both told to the main table. */
function connectSites(cloud: Cloud, vpc: ExampleVpc): void {
  const vpnGateway = putVpnGateway(cloud, vpc);
  const { vpnGatewayId } = vpnGateway;
  propagateInto(cloud, mainRouteTableId(cloud, vpc), vpnGateway);
  const berlin = putSite(cloud, 'berlin', '192.168.0.0/16');
  putVpn(cloud, vpnGateway, berlin);
  putVirtualInterface(cloud, berlin, { kind: 'private', vpnGatewayId });
  const hub = putDirectConnectGateway(cloud);
  const { directConnectGatewayId } = hub;
  putVirtualInterface(cloud, putSite(cloud, 'paris', '172.20.0.0/16'), {
    kind: 'private',
    directConnectGatewayId,
  });
  putDirectConnectAssociation(cloud, hub, { kind: 'virtual-private-gateway', vpnGatewayId }, ['10.0.0.0/8']);
}

function putFlowLog(cloud: Cloud, vpcId: VpcId, resourceId: SubnetId): void {
  cloud.flowLogs.put({
    ...{ accountId: '111111111111', region: 'us-east-1', flowLogId: exampleId('fl', nextNumber()), vpcId },
    ...{ resource: { resourceType: 'Subnet', resourceId }, trafficType: 'ALL', maxAggregationInterval: 60 },
    ...{ logFormat: '', logDestination: 'arn:aws:s3:::flows', creationTime: '2026-01-31T12:34:56.000Z' },
  });
}

/** What may be taken away and leave records that still fit each other. */
const removable = [
  'vpcEndpoints',
  'elasticIps',
  'natGateways',
  'listeners',
  'endpointServices',
  'transitGatewayAssociations',
  'transitGatewayPropagations',
  'flowLogs',
  'sites',
  'customerGateways',
  'vpnConnections',
  'virtualInterfaces',
  'directConnectGatewayAssociations',
] as const;

type Step =
  | {
      kind:
        | 'rules'
        | 'routes'
        | 'acls'
        | 'decision'
        | 'health'
        | 'dns'
        | 'stop'
        | 'record'
        | 'zone'
        | 'attachment';
      pick: number;
    }
  | { kind: 'remove'; table: (typeof removable)[number]; pick: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      'rules',
      'routes',
      'acls',
      'decision',
      'health',
      'dns',
      'stop',
      'record',
      'zone',
      'attachment',
    ),
    pick: fc.nat(30),
  }),
  fc.record({ kind: fc.constant('remove'), table: fc.constantFrom(...removable), pick: fc.nat(30) }),
);

function pickOf<R extends object>(table: Table<R>, pick: number): R | undefined {
  const records = [...table.all()];
  return records[pick % records.length];
}

function take(cloud: Cloud, step: Step, unhealthy: Set<string>): void {
  const { pick } = step;
  switch (step.kind) {
    case 'rules': {
      const group = pickOf(cloud.securityGroups, pick)!;
      cloud.securityGroups.put({ ...group, rules: group.rules.slice(pick % 2) });
      break;
    }
    case 'routes': {
      const routeTable = pickOf(cloud.routeTables, pick)!;
      cloud.routeTables.put({ ...routeTable, routes: routeTable.routes.slice(1) });
      break;
    }
    case 'acls': {
      const { subnetId } = pickOf(cloud.subnets, pick)!;
      putNetworkAcl(cloud, [subnetId], [entry(100, pick % 2 ? 'in' : 'out')]);
      break;
    }
    case 'decision': {
      const endpoint = pickOf(cloud.vpcEndpoints, pick);
      if (endpoint && isToEndpointService(endpoint))
        cloud.vpcEndpoints.put({ ...endpoint, decision: pick % 2 ? 'rejected' : 'accepted' });
      break;
    }
    case 'health': {
      const { instanceId } = pickOf(cloud.instances, pick)!;
      if (!unhealthy.delete(instanceId)) unhealthy.add(instanceId);
      break;
    }
    case 'dns': {
      const vpc = pickOf(cloud.vpcs, pick)!;
      cloud.vpcs.put({ ...vpc, enableDnsHostnames: !vpc.enableDnsHostnames });
      break;
    }
    case 'stop': {
      const instance = pickOf(cloud.instances, pick)!;
      cloud.instances.put({ ...instance, desiredState: pick % 2 ? 'running' : 'stopped' });
      break;
    }
    case 'record': {
      const recordSet = pickOf(cloud.zoneRecordSets, pick)!;
      cloud.zoneRecordSets.put({ ...recordSet, values: [`10.9.9.${pick}`] });
      break;
    }
    case 'zone': {
      const zone = pickOf(cloud.hostedZones, pick)!;
      const { vpcId } = pickOf(cloud.vpcs, pick)!;
      cloud.hostedZones.put({ ...zone, vpcs: [{ vpcId, region: 'us-east-1' }] });
      break;
    }
    case 'attachment': {
      const attachment = pickOf(cloud.transitGatewayAttachments, pick)!;
      const decision = pick % 3 ? 'accepted' : 'deleted';
      cloud.transitGatewayAttachments.put({ ...attachment, decision });
      break;
    }
    case 'remove': {
      const record = pickOf(cloud[step.table] as unknown as Table<Record<string, string>>, pick);
      if (record) cloud[step.table].delete(record[keyFields[step.table as TableName]]!);
    }
  }
}

test('what is remembered changes no compilation, whatever has changed since', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 1, maxLength: 12 }), (sequence) => {
      const store = openStore(':memory:');
      const unhealthy = new Set<string>();
      const observed = { isHealthy: (_group: string, targetId: string) => !unhealthy.has(targetId) };
      store.change(fill);
      const memory = createCompileMemory();
      compileNetwork(store.cloud, observed, memory);
      for (const step of sequence) {
        store.change((cloud) => take(cloud, step, unhealthy));
        assert.deepEqual(
          compileNetwork(store.cloud, observed, memory),
          compileNetwork(store.cloud, observed),
          JSON.stringify(step),
        );
      }
      store.close();
    }),
    { numRuns: 60, seed: 20261129 },
  );
});

test('a change leaves the networks of VPCs it does not concern as they are', () => {
  const store = openStore(':memory:');
  const observed = { isHealthy: () => true };
  const vpcs = store.change(fill);
  const memory = createCompileMemory();
  const before = compileNetwork(store.cloud, observed, memory);
  const [changed] = vpcs as [ExampleVpc];
  store.change((cloud) => {
    const group = cloud.securityGroups.find(changed.groupId)!;
    cloud.securityGroups.put({ ...group, rules: [] });
  });
  const after = compileNetwork(store.cloud, observed, memory);
  const anew = (of: Map<unknown, VpcNetwork>) =>
    [...of].filter(([vpcId, network]) => before.vpcs.get(vpcId as never) !== network).map(([vpcId]) => vpcId);
  assert.deepEqual(anew(after.vpcs), [changed.vpcId]);
});
