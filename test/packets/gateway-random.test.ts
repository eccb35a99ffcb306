// explain against packets on random networks: whatever routes, endpoints, gateways and addresses there are,
// both say the same of every probe, and the service sees the source that explain names.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { RouteTableId } from '../../src/cloud/id.ts';
import type { RouteTarget } from '../../src/cloud/vpc.ts';
import {
  type ExampleVpc,
  everywhere,
  exampleId,
  putAwsServiceEndpoint,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import {
  mainRouteTableId,
  putElasticIp,
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putPeering,
  putRoute,
  putRouteTable,
} from '../networks/example-gateway.ts';
import { makePacketWorld } from './packet-world.ts';
import { randomNumbers } from './random-numbers.ts';
import { watchRefusals } from './refusal-watch.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const destinations = [
  ...['0.0.0.0/0', '52.216.0.0/15', '52.216.0.10/32', '52.218.128.0/17', '52.94.0.0/22'],
  ...['10.50.0.0/16', '3.141.0.0/16', '3.0.0.0/8'],
];
const services = ['52.216.0.10', '54.231.7.7', '52.218.128.10', '52.94.0.10', '52.46.13.10', '3.141.0.200'];

/** Everything there is to choose from, and of it something. */
function fillCloud(cloud: Cloud, random: () => number) {
  const maybe = (share = 0.5) => random() < share;
  const choose = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const vpcs = ['10.0.0.0/16', '10.0.0.0/16', '10.50.0.0/16'].map((block, i) =>
    putVpc(cloud, `${i + 1}`.repeat(12), block),
  );
  const vpcPeeringConnectionId = putPeering(cloud, vpcs[0]!, vpcs[2]!);
  const clients: string[] = [];
  const endpoints: string[] = [];
  const addresses: string[] = [];
  const fill = (vpc: ExampleVpc, prefix: string, isPeer: boolean) => {
    const tables: RouteTableId[] = [
      mainRouteTableId(cloud, vpc),
      putRouteTable(cloud, vpc, vpc.subnetIds[0]!),
    ];
    const targets: RouteTarget[] = [
      { kind: 'nat-gateway', natGatewayId: exampleId('nat', 0xdead) },
      ...(isPeer ? [{ kind: 'vpc-peering-connection', vpcPeeringConnectionId } as const] : []),
    ];
    if (maybe(0.8)) {
      const { internetGatewayId } = putInternetGateway(cloud, vpc);
      targets.push(...Array<RouteTarget>(3).fill({ kind: 'internet-gateway', internetGatewayId }));
    }
    for (const zone of [0, 1])
      if (maybe(0.6)) {
        const address = `${prefix}.${zone + 1}.30`;
        const nat = putNatGateway(cloud, vpc, zone, address, maybe(0.7) ? 'public' : 'private');
        targets.push(...Array<RouteTarget>(2).fill({ kind: 'nat-gateway', natGatewayId: nat.natGatewayId }));
        addresses.push(address, ...(nat.publicIp ? [nat.publicIp] : []));
      }
    for (const table of tables) {
      if (maybe(0.8)) putRoute(cloud, table, '0.0.0.0/0', choose(targets));
      for (const destination of destinations)
        if (maybe(0.2)) putRoute(cloud, table, destination, choose(targets));
    }
    for (const service of ['s3', 'dynamodb'] as const)
      if (maybe(0.7))
        endpoints.push(
          putGatewayEndpoint(
            cloud,
            vpc,
            service,
            tables.filter(() => maybe(0.6)),
          ).vpcEndpointId,
        );
    if (maybe(0.7)) {
      const own = [1, 2].slice(0, maybe() ? 1 : 2).map((third) => `${prefix}.${third}.40`);
      const groupIds = maybe(0.8) ? [vpc.groupId] : [];
      endpoints.push(putAwsServiceEndpoint(cloud, vpc, 'ec2', own, { groupIds }).vpcEndpointId);
      addresses.push(...own);
    }
    for (const zone of [0, 1]) {
      const { instanceId, networkInterface } = putInstance(cloud, vpc, zone, `${prefix}.${zone + 1}.10`);
      clients.push(instanceId);
      addresses.push(networkInterface.privateIpAddress);
      if (maybe(0.6)) addresses.push(putElasticIp(cloud, networkInterface.networkInterfaceId).publicIp);
    }
    if (maybe(0.3)) {
      const group = cloud.securityGroups.find(vpc.groupId)!;
      const { cidrIpv4: _, ...rule } = everywhere(true, 'tcp', 443);
      const only = maybe() ? { ...rule, prefixListId: 'pl-63a5400a' as const } : everywhere(true, 'tcp', 443);
      cloud.securityGroups.put({
        ...group,
        rules: [...group.rules.filter(({ isEgress }) => !isEgress), only],
      });
    }
  };
  vpcs.forEach((vpc, i) => {
    fill(vpc, i === 2 ? '10.50' : '10.0', i !== 1);
  });
  return { clients, endpoints, addresses: [...new Set([...services, ...addresses])] };
}

async function compareOnce(t: TestContext, seed: number): Promise<{ arrived: number; stopped: number }> {
  const world = await makePacketWorld(t);
  const random = randomNumbers(seed);
  const { clients, endpoints, addresses } = await world.change((cloud) => fillCloud(cloud, random));
  for (const id of [...clients, ...endpoints]) world.serve(id, 443, id);
  if (world.hasNamespace('internet')) world.serve('internet', 443, 'internet');
  const counts = { arrived: 0, stopped: 0 };
  const probes = clients.flatMap((client) => addresses.map((address) => ({ client, address })));
  const refusals = await watchRefusals(world);
  await Promise.all(
    probes.map(async ({ client, address }) => {
      const got = await world.probe(client, address, 443);
      const explained = world.explains(client, `${address}:443`);
      const { arrives, arrivesAt, text } = explained;
      const what = `seed ${seed}: ${client} to ${address}: ${got}\n${text}`;
      assert.equal(arrives, got !== 'silence', what);
      if (arrivesAt) {
        const [server, source] = got.split(' ');
        assert.equal(server, arrivesAt.endpoint?.vpcEndpointId ?? 'internet', what);
        assert.equal(source, arrivesAt.sourceAddress, what);
      }
      counts[arrives ? 'arrived' : 'stopped'] += 1;
      refusals.note({ from: client, to: address, port: 443 }, got, explained);
    }),
  );
  await refusals.check();
  return counts;
}

for (const seed of [1, 2, 3, 4, 5, 6])
  test(`explain and packets agree on a random network (${seed})`, { skip: skipWithoutRoot }, async (t) => {
    const { arrived, stopped } = await compareOnce(t, seed);
    assert.ok(arrived > 5 && stopped > 5, `${arrived} arrived, ${stopped} stopped`);
  });
