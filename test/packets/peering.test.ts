// What is within reach over a peering: addresses of the other VPC, endpoints among them; and nothing that lies beyond it.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import {
  type ExampleVpc,
  everywhere,
  putAwsServiceEndpoint,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import {
  deleteRoute,
  mainRouteTableId,
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putPeering,
  putRoute,
  putRouteTable,
} from '../networks/example-gateway.ts';
import { expectProbes, makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const silence = /^silence$/;

/** A visitor's VPC, peered with one that has everything. */
async function newCase(t: TestContext) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const here = putVpc(cloud, '111111111111', '10.1.0.0/16');
    const there = putVpc(cloud, '222222222222', '10.2.0.0/16');
    const vpcPeeringConnectionId = putPeering(cloud, here, there);
    const visitor = putInstance(cloud, here, 0, '10.1.1.10');
    const host = putInstance(cloud, there, 1, '10.2.2.10');
    return { here, there, vpcPeeringConnectionId, from: visitor.instanceId, host: host.instanceId };
  });
  for (const id of [made.from, made.host]) world.serve(id, 443, id);
  const pcx = {
    kind: 'vpc-peering-connection',
    vpcPeeringConnectionId: made.vpcPeeringConnectionId,
  } as const;
  return { world, ...made, pcx };
}

function routeAll(cloud: Cloud, vpc: ExampleVpc, cidrBlock: string, target: Parameters<typeof putRoute>[3]) {
  putRoute(cloud, mainRouteTableId(cloud, vpc), cidrBlock, target);
}

test('each side needs its route, and what has no peering any more leads nowhere', options, async (t) => {
  const { world, here, there, from, host, vpcPeeringConnectionId, pcx } = await newCase(t);
  const probe = { from, to: '10.2.2.10', port: 443 };
  await expectProbes(world, [
    { ...probe, want: new RegExp(`^${host} 10.1.1.10`), because: /answers return by route 10.1.0.0\/16/ },
    { from: host, to: '10.1.1.10', port: 443, want: new RegExp(`^${from}`), because: /10.1.0.0\/16 → pcx/ },
  ]);
  await world.change((cloud) => deleteRoute(cloud, mainRouteTableId(cloud, there), '10.1.0.0/16'));
  await expectProbes(world, [
    { ...probe, want: silence, because: /answers to 10.1.1.10 have no route back to vpc-/ },
  ]);
  await world.change((cloud) => {
    routeAll(cloud, there, '10.1.0.0/16', pcx);
    deleteRoute(cloud, mainRouteTableId(cloud, here), '10.2.0.0/16');
  });
  await expectProbes(world, [{ ...probe, want: silence, because: /no route to 10.2.2.10/ }]);
  await world.change((cloud) => {
    routeAll(cloud, here, '10.2.0.0/16', pcx);
    const peering = cloud.vpcPeeringConnections.find(vpcPeeringConnectionId)!;
    cloud.vpcPeeringConnections.put({ ...peering, status: 'deleted', endedAt: '2026-01-31T12:34:56.000Z' });
  });
  await expectProbes(world, [
    { ...probe, want: silence, because: /10.2.0.0\/16 is a blackhole: pcx-\S+ is not active/ },
  ]);
  assert.ok(
    (await world.drops(here.vpcId)).some(({ text }) => /has a blackhole for 10.2.0.0\/16: pcx-/.test(text)),
  );
});

test(
  'a peering leads no further: not to a third VPC, nor out by the other side’s gateways',
  options,
  async (t) => {
    const { world, here, there, from, host, pcx } = await newCase(t);
    const { third, endpoint } = await world.change((cloud) => {
      const beyond = putVpc(cloud, '333333333333', '10.3.0.0/16');
      putPeering(cloud, there, beyond);
      const { internetGatewayId } = putInternetGateway(cloud, there);
      const { natGatewayId } = putNatGateway(cloud, there, 0, '10.2.1.30');
      routeAll(cloud, there, '0.0.0.0/0', { kind: 'internet-gateway', internetGatewayId });
      const behindNat = putRouteTable(cloud, there, there.subnetIds[1]!);
      putRoute(cloud, behindNat, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId });
      putRoute(cloud, behindNat, '10.1.0.0/16', pcx);
      const gatewayEndpoint = putGatewayEndpoint(cloud, there, 's3', [
        mainRouteTableId(cloud, there),
        behindNat,
      ]);
      for (const cidrBlock of ['10.3.0.0/16', '0.0.0.0/0', '52.216.0.0/15'])
        routeAll(cloud, here, cidrBlock, pcx);
      return {
        third: putInstance(cloud, beyond, 0, '10.3.1.10').instanceId,
        endpoint: gatewayEndpoint.vpcEndpointId,
      };
    });
    for (const id of [third, endpoint, 'internet']) world.serve(id, 443, id);
    const noFurther = /a peering leads no further/;
    await expectProbes(world, [
      { from, to: '10.3.1.10', port: 443, want: silence, because: noFurther },
      { from, to: '52.46.13.10', port: 443, want: silence, because: noFurther },
      {
        from,
        to: '52.216.0.10',
        port: 443,
        want: silence,
        because: new RegExp(`${endpoint} there serves interfaces of ${there.vpcId} alone`),
      },
      { from: host, to: '52.216.0.10', port: 443, want: new RegExp(`^${endpoint}`), because: /S3 front end/ },
      { from: host, to: '52.46.13.10', port: 443, want: /^internet/, because: /nat-/ },
    ]);
    const drops = await world.drops(there.vpcId);
    for (const to of ['10.3.1.10', '52.46.13.10', '52.216.0.10'])
      assert.ok(
        drops.some(({ destinationAddress, reason }) => destinationAddress === to && reason === 'no-route'),
        to,
      );
  },
);

test(
  'interface endpoints are addresses of the other VPC: those to services and those to AWS',
  options,
  async (t) => {
    const { world, there, from } = await newCase(t);
    const { target, ec2 } = await world.change((cloud) => {
      const provider = putVpc(cloud, '333333333333', '10.1.0.0/16');
      const behind = putInstance(cloud, provider, 0, '10.1.1.11');
      const service = putEndpointService(cloud, provider, 443, [behind.instanceId]);
      putEndpoint(cloud, there, service, '10.2.1.50');
      const toAws = putAwsServiceEndpoint(cloud, there, 'ec2', ['10.2.1.60']);
      return { target: behind.instanceId, ec2: toAws.vpcEndpointId };
    });
    for (const id of [target, ec2]) world.serve(id, 443, id);
    await expectProbes(world, [
      { from, to: '10.2.1.50', port: 443, want: new RegExp(`^${target}`), because: /leads to vpce-svc-/ },
      { from, to: '10.2.1.60', port: 443, want: new RegExp(`^${ec2} 10.1.1.10`), because: /arrives at EC2/ },
    ]);
    // The endpoint's group judges the visitor's own address.
    await world.change((cloud) => {
      const group = cloud.securityGroups.find(there.groupId)!;
      const rules = [{ ...everywhere(false), cidrIpv4: '10.2.0.0/16' }, everywhere(true)];
      cloud.securityGroups.put({ ...group, rules });
    });
    await expectProbes(world, [
      {
        from,
        to: '10.2.1.50',
        port: 443,
        want: silence,
        because: /no inbound rule of sg-\S+ .* allows tcp 443 from 10.1.1.10/,
      },
      { from, to: '10.2.1.60', port: 443, want: silence, because: /no inbound rule of sg-/ },
    ]);
  },
);

test('a load balancer answers visitors by the route table of its node’s subnet', options, async (t) => {
  for (const preserves of ['true', 'false']) {
    const { world, there, from } = await newCase(t);
    const target = await world.change((cloud) => {
      const behind = putInstance(cloud, there, 1, '10.2.2.11');
      const { targetGroupArn } = putEndpointService(cloud, there, 80, [behind.instanceId]);
      const group = cloud.targetGroups.find(targetGroupArn)!;
      const attributes = {
        'preserve_client_ip.enabled': preserves,
        'load_balancing.cross_zone.enabled': 'true',
      };
      cloud.targetGroups.put({ ...group, attributes });
      // The target's own subnet knows no way to the visitor.
      putRouteTable(cloud, there, there.subnetIds[1]!);
      return behind.instanceId;
    });
    world.serve(target, 80, target);
    const seen = preserves === 'true' ? '10.1.1.10' : '10.2.1.20';
    await expectProbes(world, [
      {
        from,
        to: '10.2.1.20',
        port: 80,
        want: new RegExp(`^${target} ${seen}`),
        because: /answers return by route 10.1.0.0\/16/,
      },
      { from, to: '10.2.2.20', port: 80, want: silence, because: /answers to 10.1.1.10 have no route back/ },
      { from, to: '10.2.2.11', port: 80, want: silence, because: /answers to 10.1.1.10 have no route back/ },
    ]);
  }
});

test(
  'a group of the other side, and account, is its interfaces while the peering is active',
  options,
  async (t) => {
    const { world, here, there, from, vpcPeeringConnectionId } = await newCase(t);
    await world.change((cloud) => {
      const group = cloud.securityGroups.find(there.groupId)!;
      const { cidrIpv4: _, ...rule } = everywhere(false, 'tcp', 443);
      const referencedGroup = { groupId: here.groupId, userId: '111111111111', vpcPeeringConnectionId };
      cloud.securityGroups.put({ ...group, rules: [{ ...rule, referencedGroup }] });
    });
    const probe = { from, to: '10.2.2.10', port: 443 };
    await expectProbes(world, [{ ...probe, want: /^i-/, because: /allowed by sgr-/ }]);
    await world.change((cloud) => {
      const other = {
        ...cloud.securityGroups.find(here.groupId)!,
        groupId: `${here.groupId.slice(0, -4)}beef` as const,
      };
      cloud.securityGroups.put(other as typeof other & { groupId: `sg-${string}` });
      for (const one of cloud.networkInterfaces.where(({ vpcId }) => vpcId === here.vpcId))
        cloud.networkInterfaces.put({ ...one, groupIds: [other.groupId as `sg-${string}`] });
    });
    await expectProbes(world, [{ ...probe, want: silence, because: /no inbound rule/ }]);
    await world.change((cloud) => {
      for (const one of cloud.networkInterfaces.where(({ vpcId }) => vpcId === here.vpcId))
        cloud.networkInterfaces.put({ ...one, groupIds: [here.groupId] });
      // The peering ends and another begins: a rule that names the old one is stale.
      const old = cloud.vpcPeeringConnections.find(vpcPeeringConnectionId)!;
      cloud.vpcPeeringConnections.put({ ...old, status: 'deleted', endedAt: '2026-01-31T12:34:56.000Z' });
      putPeering(cloud, here, there);
    });
    await expectProbes(world, [{ ...probe, want: silence, because: /no inbound rule/ }]);
    assert.ok(
      (await world.drops(there.vpcId)).some(
        ({ reason, refusedBy }) => reason === 'ingress' && refusedBy === there.groupId,
      ),
    );
  },
);
