// Routes inside the VPC: an appliance between two subnets sees what goes from one to the other, and nothing else.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { NetworkInterfaceId } from '../../src/cloud/id.ts';
import {
  type ExampleVpc,
  exampleId,
  nextNumber,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import { deleteRoute, putNatGateway, putRoute, putRouteTable } from '../networks/example-gateway.ts';
import { entry, everythingOut, putNetworkAcl } from '../networks/example-network-acl.ts';
import { expectProbes, makePacketWorld, type PacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const silence = /^silence$/;

/** A third subnet for the appliance, with the VPC's main table. */
function putApplianceSubnet(cloud: Cloud, vpc: ExampleVpc): void {
  const like = cloud.subnets.find(vpc.subnetIds[0]!)!;
  const subnetId = exampleId('subnet', nextNumber());
  cloud.subnets.put({ ...like, subnetId, cidrBlock: '10.0.9.0/24' });
  vpc.subnetIds.push(subnetId);
}

/** An instance there that forwards. */
function putAppliance(cloud: Cloud, vpc: ExampleVpc) {
  const { instanceId, networkInterface } = putInstance(cloud, vpc, 2, '10.0.9.9');
  cloud.networkInterfaces.put({ ...networkInterface, sourceDestCheck: false });
  return { appliance: instanceId, networkInterfaceId: networkInterface.networkInterfaceId };
}

async function newCase(t: TestContext) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    putApplianceSubnet(cloud, vpc);
    const tables = [0, 1].map((zone) => putRouteTable(cloud, vpc, vpc.subnetIds[zone]!));
    const client = putInstance(cloud, vpc, 0, '10.0.1.10');
    const neighbour = putInstance(cloud, vpc, 0, '10.0.1.11');
    const server = putInstance(cloud, vpc, 1, '10.0.2.21');
    return {
      ...{ vpc, clientTable: tables[0]!, serverTable: tables[1]!, ...putAppliance(cloud, vpc) },
      ...{ from: client.instanceId, beside: neighbour.instanceId, server: server.instanceId },
    };
  });
  for (const id of [made.from, made.beside, made.server]) world.serve(id, 80, id);
  await forwards(world, made.appliance, true);
  return { world, ...made };
}

const forwards = (world: PacketWorld, id: string, isOn: boolean) =>
  world.inside(id, 'sh', '-c', `echo ${isOn ? 1 : 0} > /proc/sys/net/ipv4/ip_forward`);

const by = (networkInterfaceId: NetworkInterfaceId) =>
  ({ kind: 'network-interface', networkInterfaceId }) as const;

test('a route for one subnet leads there by the appliance, and back straight', options, async (t) => {
  const { world, clientTable, networkInterfaceId, from, beside, server, appliance } = await newCase(t);
  await world.change((cloud) => putRoute(cloud, clientTable, '10.0.2.0/24', by(networkInterfaceId)));
  const through = { from, to: '10.0.2.21', port: 80 };
  await expectProbes(world, [
    {
      ...through,
      want: new RegExp(`^${server} 10.0.1.10`),
      because: /10.0.2.0\/24 → eni-.*also matched: 10.0.0.0\/16 → local/,
    },
    { from, to: '10.0.1.11', port: 80, want: new RegExp(beside), because: /route local/ },
    { from: server, to: '10.0.1.10', port: 80, want: new RegExp(from), because: /route local/ },
  ]);
  // What does not forward shows that packets really came there.
  await forwards(world, appliance, false);
  assert.equal(await world.probe(from, '10.0.2.21', 80), 'silence');
  assert.equal(await world.probe(server, '10.0.1.10', 80), 'silence', 'the client answers by the appliance');
  await world.change((cloud) => deleteRoute(cloud, clientTable, '10.0.2.0/24'));
  assert.match(await world.probe(from, '10.0.2.21', 80), new RegExp(server));
});

test(
  'an appliance is reached by the route to it, with the source/destination check on',
  options,
  async (t) => {
    const { world, clientTable, networkInterfaceId, from, appliance } = await newCase(t);
    await world.change((cloud) => {
      const networkInterface = cloud.networkInterfaces.find(networkInterfaceId)!;
      cloud.networkInterfaces.put({ ...networkInterface, sourceDestCheck: true });
      putRoute(cloud, clientTable, '10.0.9.0/24', by(networkInterfaceId));
    });
    world.serve(appliance, 80, appliance);
    await expectProbes(world, [
      { from, to: '10.0.9.9', port: 80, want: new RegExp(appliance), because: /arrives at 10.0.9.9:80/ },
      { from, to: '10.0.9.8', port: 80, want: silence, because: /check: 10.0.9.8 is not its address/ },
    ]);
  },
);

test('a client that answers are led to by a route gets them', options, async (t) => {
  const { world, serverTable, from, server } = await newCase(t);
  await world.change((cloud) => {
    const client = cloud.networkInterfaces.all().find(({ attachment }) => attachment?.instanceId === from)!;
    putRoute(cloud, serverTable, '10.0.1.0/24', by(client.networkInterfaceId));
  });
  await expectProbes(world, [
    { from, to: '10.0.2.21', port: 80, want: new RegExp(server), because: /arrives at 10.0.2.21:80/ },
  ]);
});

test('after a restart the way is the same', options, async (t) => {
  const { world, clientTable, networkInterfaceId, from, appliance } = await newCase(t);
  await world.change((cloud) => putRoute(cloud, clientTable, '10.0.0.0/16', by(networkInterfaceId)));
  await forwards(world, appliance, false);
  await world.restart();
  assert.equal(await world.probe(from, '10.0.2.21', 80), 'silence');
  await world.change((cloud) => deleteRoute(cloud, clientTable, '10.0.0.0/16'));
  assert.notEqual(await world.probe(from, '10.0.2.21', 80), 'silence');
});

test(
  'in place of local, all but the own subnet goes by the appliance, answers by the other table',
  options,
  async (t) => {
    const { world, vpc, clientTable, serverTable, networkInterfaceId, from, beside, server } =
      await newCase(t);
    await world.change((cloud) => {
      putRoute(cloud, clientTable, '10.0.0.0/16', by(networkInterfaceId));
      putRoute(cloud, serverTable, '10.0.1.0/24', by(networkInterfaceId));
    });
    await expectProbes(world, [
      {
        from,
        to: '10.0.2.21',
        port: 80,
        want: new RegExp(server),
        because: /answers go by route 10.0.1.0\/24/,
      },
      { from, to: '10.0.1.11', port: 80, want: new RegExp(beside), because: /route local/ },
      {
        from: server,
        to: '10.0.1.10',
        port: 80,
        want: new RegExp(from),
        because: /answers go by route 10.0.0.0\/16/,
      },
    ]);
    // The appliance's group and both its borders have a say.
    await world.change((cloud) =>
      putNetworkAcl(
        cloud,
        [vpc.subnetIds[2]!],
        [entry(100, 'in', { cidrBlock: '10.0.1.0/24' }), everythingOut],
      ),
    );
    await expectProbes(world, [
      {
        from,
        to: '10.0.2.21',
        port: 80,
        want: silence,
        because: /answers into subnet-\S+: .* from 10.0.2.21 denied by rule 32767/,
      },
    ]);
    await world.change((cloud) => {
      for (const { networkAclId } of cloud.networkAcls.all().toArray())
        cloud.networkAcls.delete(networkAclId);
      const checked = cloud.networkInterfaces.find(networkInterfaceId)!;
      cloud.networkInterfaces.put({ ...checked, sourceDestCheck: true });
    });
    await expectProbes(world, [
      {
        from,
        to: '10.0.2.21',
        port: 80,
        want: silence,
        because: /source\/destination check: 10.0.2.21 is not its address/,
      },
    ]);
    const drops = await world.drops(vpc.vpcId);
    assert.ok(
      drops.some(({ reason, refusedBy }) => reason === 'source-check' && refusedBy === networkInterfaceId),
    );
    await world.change((cloud) => putRoute(cloud, clientTable, '10.0.0.0/16', by('eni-0000000000000dead')));
    await expectProbes(world, [
      {
        from,
        to: '10.0.2.21',
        port: 80,
        want: silence,
        because: /10.0.0.0\/16 is a blackhole: eni-0000000000000dead is gone/,
      },
      { from, to: '10.0.1.11', port: 80, want: new RegExp(beside), because: /route local/ },
    ]);
  },
);

test('an answer that is led to a checked interface ends there', options, async (t) => {
  const { world, vpc, serverTable, networkInterfaceId, from } = await newCase(t);
  await world.change((cloud) => {
    const appliance = cloud.networkInterfaces.find(networkInterfaceId)!;
    cloud.networkInterfaces.put({ ...appliance, sourceDestCheck: true });
    putRoute(cloud, serverTable, '10.0.1.0/24', by(networkInterfaceId));
  });
  await expectProbes(world, [
    {
      from,
      to: '10.0.2.21',
      port: 80,
      want: silence,
      because: /source\/destination check: 10.0.1.10, where answers go/,
    },
  ]);
  assert.ok((await world.drops(vpc.vpcId)).length > 0);
});

test('a private NAT gateway inside the VPC hides the client', options, async (t) => {
  const { world, vpc, clientTable, from, server } = await newCase(t);
  await world.change((cloud) => {
    const { natGatewayId } = putNatGateway(cloud, vpc, 2, '10.0.9.30', 'private');
    putRoute(cloud, clientTable, '10.0.2.0/24', { kind: 'nat-gateway', natGatewayId });
  });
  await expectProbes(world, [
    {
      from,
      to: '10.0.2.21',
      port: 80,
      want: new RegExp(`^${server} 10.0.9.30`),
      because: /becomes its private address 10.0.9.30/,
    },
  ]);
});

test(
  'to endpoints packets are led by the appliance, to and from load balancers straight',
  options,
  async (t) => {
    const { world, vpc, clientTable, serverTable, networkInterfaceId, from, server, appliance } =
      await newCase(t);
    const theirs = await world.change((cloud) => {
      const service = putEndpointService(cloud, vpc, 80, [server]);
      const group = cloud.targetGroups.find(service.targetGroupArn)!;
      cloud.targetGroups.put({ ...group, attributes: { 'load_balancing.cross_zone.enabled': 'true' } });
      const consumer = putVpc(cloud, '222222222222');
      putApplianceSubnet(cloud, consumer);
      putEndpoint(cloud, consumer, service, '10.0.1.50');
      const table = putRouteTable(cloud, consumer, consumer.subnetIds[1]!);
      const made = putAppliance(cloud, consumer);
      putRoute(cloud, table, '10.0.1.0/24', by(made.networkInterfaceId));
      return { ...made, client: putInstance(cloud, consumer, 1, '10.0.2.10').instanceId };
    });
    const probe = { from: theirs.client, to: '10.0.1.50', port: 80 };
    await forwards(world, theirs.appliance, false);
    assert.equal(await world.probe(probe.from, probe.to, 80), 'silence');
    await forwards(world, theirs.appliance, true);
    await expectProbes(world, [{ ...probe, want: new RegExp(`^${server}`), because: /10.0.1.0\/24 → eni-/ }]);
    await world.change((cloud) => {
      putRoute(cloud, clientTable, '10.0.0.0/16', by(networkInterfaceId));
      putRoute(cloud, serverTable, '10.0.0.0/16', by(networkInterfaceId));
    });
    await forwards(world, appliance, false);
    await expectProbes(
      world,
      ['10.0.1.20', '10.0.2.20'].map((to) => ({
        ...{ from, to, port: 80, want: new RegExp(`^${server}`), because: /route local/ },
      })),
    );
  },
);

test('a namespace’s rules name what they are for', options, async (t) => {
  const { world, vpc, clientTable, networkInterfaceId } = await newCase(t);
  await world.change((cloud) => putRoute(cloud, clientTable, '10.0.0.0/16', by(networkInterfaceId)));
  const rules = await world.inside(vpc.vpcId, 'ip', 'rule', 'show');
  assert.match(rules, /100:\tfrom all to 10.0.1.0\/24 iif eni\S+ lookup main/);
});
