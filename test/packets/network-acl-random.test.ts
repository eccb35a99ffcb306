// explain against packets with random network ACLs: six networks with ten sets of ACLs each. Subnets, a NAT gateway, a gateway
// endpoint, the internet, a peering, a load balancer, an endpoint to it and one to EC2: wherever a packet goes, both say the same.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { NetworkAclEntry } from '../../src/cloud/network-acl.ts';
import {
  type ExampleVpc,
  putAwsServiceEndpoint,
  putEndpoint,
  putEndpointService,
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
import { entry, ephemeral, putNetworkAcl } from '../networks/example-network-acl.ts';
import { makePacketWorld, type PacketWorld } from './packet-world.ts';
import { randomNumbers } from './random-numbers.ts';
import { watchRefusals } from './refusal-watch.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const port = 443;

interface Place {
  vpcs: ExampleVpc[];
  clients: string[];
  doors: string[];
  addresses: string[];
}

/** A provider and a consumer with the same range, and a VPC that is peered with the consumer. */
function fillCloud(cloud: Cloud, maybe: (share?: number) => boolean): Place {
  const [provider, consumer, peer] = ['10.0.0.0/16', '10.0.0.0/16', '10.50.0.0/16'].map((block, i) =>
    putVpc(cloud, `${i + 1}`.repeat(12), block),
  ) as [ExampleVpc, ExampleVpc, ExampleVpc];
  putPeering(cloud, consumer, peer);
  const target = putInstance(cloud, provider, maybe() ? 1 : 0, '10.0.2.11');
  const service = putEndpointService(cloud, provider, port, [target.instanceId]);
  const group = cloud.targetGroups.find(service.targetGroupArn)!;
  const attributes = {
    'load_balancing.cross_zone.enabled': 'true',
    'preserve_client_ip.enabled': String(maybe()),
  };
  cloud.targetGroups.put({ ...group, attributes });
  putEndpoint(cloud, consumer, service, '10.0.1.50');
  const ec2 = putAwsServiceEndpoint(cloud, consumer, 'ec2', ['10.0.1.60', '10.0.2.60']);
  const clients = [
    putInstance(cloud, provider, 0, '10.0.1.10'),
    putInstance(cloud, provider, 1, '10.0.2.10'),
    putInstance(cloud, consumer, 0, '10.0.1.10'),
    putInstance(cloud, consumer, 1, '10.0.2.10'),
    putInstance(cloud, peer, 0, '10.50.1.10'),
  ];
  const publicIp = putElasticIp(cloud, clients[4]!.networkInterface.networkInterfaceId).publicIp;
  for (const vpc of [consumer, peer]) {
    const { internetGatewayId } = putInternetGateway(cloud, vpc);
    const way = { kind: 'internet-gateway', internetGatewayId } as const;
    putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', way);
  }
  const { natGatewayId } = putNatGateway(
    cloud,
    consumer,
    maybe() ? 1 : 0,
    maybe() ? '10.0.2.30' : '10.0.1.30',
  );
  const table = putRouteTable(cloud, consumer, consumer.subnetIds[0]!);
  putRoute(cloud, table, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId });
  const s3 = putGatewayEndpoint(
    cloud,
    consumer,
    's3',
    maybe() ? [table] : [mainRouteTableId(cloud, consumer)],
  );
  return {
    vpcs: [provider, consumer, peer],
    clients: [target, ...clients].map(({ instanceId }) => instanceId),
    doors: [s3.vpcEndpointId, ec2.vpcEndpointId],
    addresses: [
      ...[
        '10.0.1.10',
        '10.0.2.10',
        '10.0.2.11',
        '10.0.1.20',
        '10.0.2.20',
        '10.0.1.50',
        '10.0.1.60',
        '10.50.1.10',
      ],
      ...['52.216.0.10', '52.46.13.10', publicIp],
    ],
  };
}

const ranges = [
  ...['0.0.0.0/0', '10.0.0.0/16', '10.0.1.0/24', '10.0.2.0/24', '10.0.1.20/32', '10.50.0.0/16'],
  ...['52.216.0.0/15', '52.0.0.0/8', '3.0.0.0/8'],
];
const portRanges = [port, ephemeral, { from: 0, to: 1023 }, { from: 0, to: 65535 }];

function makeEntries(
  choose: <T>(list: readonly T[]) => T,
  maybe: (share?: number) => boolean,
): NetworkAclEntry[] {
  return (['in', 'out'] as const).flatMap((way) => [
    ...[10, 20, 30].flatMap((number) =>
      maybe(0.5)
        ? [
            entry(number, way, {
              action: choose(['allow', 'deny']),
              protocol: choose(['all', 'tcp', 'tcp', 'udp', 'icmp']),
              cidrBlock: choose(ranges),
              ports: choose(portRanges),
            }),
          ]
        : [],
    ),
    ...(maybe(0.75) ? [entry(100, way)] : []),
  ]);
}

async function compareAll(world: PacketWorld, { clients, addresses }: Place, what: string) {
  const counts = { arrived: 0, refused: 0 };
  const probes = clients.flatMap((client) => addresses.map((address) => ({ client, address })));
  const refusals = await watchRefusals(world);
  await Promise.all(
    probes.map(async ({ client, address }) => {
      const got = await world.probe(client, address, port);
      const explained = world.explains(client, `${address}:${port}`);
      const { arrives, text } = explained;
      assert.equal(arrives, got !== 'silence', `${what}: ${client} to ${address}: ${got}\n${text}`);
      if (arrives) counts.arrived += 1;
      else if (/denied by rule/.test(text)) counts.refused += 1;
      refusals.note({ from: client, to: address, port }, got, explained);
    }),
  );
  await refusals.check();
  return counts;
}

async function compareNetwork(t: TestContext, seed: number): Promise<void> {
  const random = randomNumbers(seed);
  const maybe = (share = 0.5) => random() < share;
  const choose = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const world = await makePacketWorld(t);
  const place = await world.change((cloud) => fillCloud(cloud, maybe));
  for (const id of [...place.clients, ...place.doors, 'internet']) world.serve(id, port, id);
  const total = { arrived: 0, refused: 0 };
  for (let round = 1; round <= 10; round++) {
    await world.change((cloud) => {
      for (const { networkAclId } of cloud.networkAcls.all().toArray())
        cloud.networkAcls.delete(networkAclId);
      for (const { subnetIds } of place.vpcs) {
        const groups = maybe(0.2) ? [subnetIds] : subnetIds.map((subnetId) => [subnetId]);
        for (const group of groups) if (maybe(0.6)) putNetworkAcl(cloud, group, makeEntries(choose, maybe));
      }
    });
    const { arrived, refused } = await compareAll(world, place, `seed ${seed}, round ${round}`);
    total.arrived += arrived;
    total.refused += refused;
  }
  assert.ok(total.arrived > 30 && total.refused > 30, JSON.stringify(total));
}

for (const seed of [1, 2, 3, 4, 5, 6])
  test(`explain and packets agree under random network ACLs (${seed})`, { skip: skipWithoutRoot }, (t) =>
    compareNetwork(t, seed),
  );
