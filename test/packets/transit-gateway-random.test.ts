// explain against packets on random networks of transit gateways: whatever tables, associations, propagations, zones and routes
// there are, both say the same of every probe. Each world is wired anew several times, so changes are tried as well.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { RouteTableId, TransitGatewayAttachmentId } from '../../src/cloud/id.ts';
import type { RouteTarget } from '../../src/cloud/vpc.ts';
import { cidrCovers } from '../../src/lib/cidr.ts';
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
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putPeering,
  putRoute,
  putRouteTable,
} from '../networks/example-gateway.ts';
import {
  associate,
  propagate,
  putAttachment,
  putTransitGateway,
  putTransitRoute,
  putTransitTable,
} from '../networks/example-transit-gateway.ts';
import { makePacketWorld, type PacketWorld } from './packet-world.ts';
import { randomNumbers } from './random-numbers.ts';
import { watchRefusals } from './refusal-watch.ts';
import { skipWithoutRoot } from './test-namespace.ts';

type Random = ReturnType<typeof chances>;
function chances(seed: number) {
  const random = randomNumbers(seed);
  return {
    maybe: (share = 0.5) => random() < share,
    choose: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!,
  };
}

const s3Address = '52.216.0.10';

/** What stays: three VPCs and one whose range is taken already, two instances in each, an endpoint, ways out of the third. */
function build(cloud: Cloud) {
  const vpcs = ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', '10.1.0.0/16'].map((block) =>
    putVpc(cloud, '111111111111', block),
  );
  const [, second, third, twin] = vpcs as [ExampleVpc, ExampleVpc, ExampleVpc, ExampleVpc];
  const instances = vpcs.flatMap((vpc, i) => {
    const prefix = i === 3 ? '10.1' : `10.${i + 1}`;
    // The twin's hosts are others than the first VPC's.
    return [0, 1].map((zone) => putInstance(cloud, vpc, zone, `${prefix}.${zone + 1}.${i === 3 ? 40 : 10}`));
  });
  const service = putEndpointService(cloud, twin, 443, [instances[6]!.instanceId]);
  putEndpoint(cloud, second, service, '10.2.1.4');
  const { vpcEndpointId: ec2 } = putAwsServiceEndpoint(cloud, second, 'ec2', ['10.2.1.5', '10.2.2.5']);
  const { internetGatewayId } = putInternetGateway(cloud, third);
  const nat = putNatGateway(cloud, third, 1, '10.3.2.30');
  const pcx = putPeering(cloud, second, third);
  const tables = vpcs.map((vpc) => [
    mainRouteTableId(cloud, vpc),
    putRouteTable(cloud, vpc, vpc.subnetIds[1]!),
  ]);
  putGatewayEndpoint(cloud, second, 's3', tables[1]!);
  const gateways = [putTransitGateway(cloud), putTransitGateway(cloud)].map(
    ({ transitGatewayId, tableId }) => ({
      ...{ transitGatewayId, tables: [tableId, putTransitTable(cloud, transitGatewayId)] },
      attachments: vpcs.map((vpc) => putAttachment(cloud, transitGatewayId, vpc)),
    }),
  );
  const targets: RouteTarget[][] = vpcs.map((_vpc, i) => [
    ...gateways.map(({ transitGatewayId }) => ({ kind: 'transit-gateway' as const, transitGatewayId })),
    ...(i === 1 || i === 2 ? [{ kind: 'vpc-peering-connection' as const, vpcPeeringConnectionId: pcx }] : []),
    ...(i === 2 ? [{ kind: 'nat-gateway' as const, natGatewayId: nat.natGatewayId }] : []),
    ...(i === 2 ? [{ kind: 'internet-gateway' as const, internetGatewayId }] : []),
  ]);
  const clients = instances.map(({ instanceId }) => instanceId);
  const addresses = [
    ...instances.map(({ networkInterface }) => networkInterface.privateIpAddress),
    ...['10.2.1.4', '10.2.1.5', '10.2.2.5', '10.1.1.20', '10.3.2.30', '10.9.9.9', s3Address],
  ];
  return { ec2, vpcs, gateways, tables, targets, clients, addresses };
}

type Built = ReturnType<typeof build>;

const ranges = ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', '10.2.1.0/24', '10.0.0.0/8', '0.0.0.0/0'];

/** Everything that is wired, anew. */
function rewire(cloud: Cloud, { vpcs, gateways, tables, targets }: Built, random: Random): void {
  const { maybe, choose } = random;
  for (const propagation of [...cloud.transitGatewayPropagations.all()])
    cloud.transitGatewayPropagations.delete(propagation.propagationKey);
  for (const gateway of gateways) {
    for (const tableId of gateway.tables) {
      cloud.transitGatewayRouteTables.put({ ...cloud.transitGatewayRouteTables.find(tableId)!, routes: [] });
      for (const range of ranges)
        if (maybe(0.15))
          putTransitRoute(cloud, tableId, range, maybe(0.2) ? undefined : choose(gateway.attachments));
      for (const id of gateway.attachments) if (maybe(0.85)) propagate(cloud, id, tableId);
    }
    for (const [i, id] of gateway.attachments.entries())
      rewireAttachment(cloud, vpcs[i]!, id, gateway.tables, random);
  }
  for (const [i, ofVpc] of tables.entries())
    for (const routeTableId of ofVpc as RouteTableId[]) {
      cloud.routeTables.put({ ...cloud.routeTables.find(routeTableId)!, routes: [] });
      for (const range of [...ranges, '52.216.0.0/16'])
        if (maybe(0.2) && !isOwn(cloud, vpcs[i]!, range))
          putRoute(cloud, routeTableId, range, choose(targets[i]!));
      // Mostly one transit gateway for all, so that most answers find their way.
      if (maybe(0.9)) putRoute(cloud, routeTableId, '10.0.0.0/8', targets[i]![maybe(0.8) ? 0 : 1]!);
    }
}

function isOwn(cloud: Cloud, { vpcId }: ExampleVpc, range: string): boolean {
  const { cidrBlock } = cloud.vpcs.find(vpcId)!.cidrBlockAssociations[0]!;
  return range !== '0.0.0.0/0' && cidrCovers(cidrBlock, range);
}

function rewireAttachment(
  cloud: Cloud,
  vpc: ExampleVpc,
  id: TransitGatewayAttachmentId,
  tableIds: Built['gateways'][number]['tables'],
  { maybe, choose }: Random,
): void {
  const attachment = cloud.transitGatewayAttachments.find(id)!;
  assert.ok(attachment.resourceType === 'vpc');
  const interfaces = cloud.networkInterfaces.where(
    (one) => one.vpcId === vpc.vpcId && one.interfaceType === 'transit_gateway',
  );
  const zones = choose([[0, 1], [1, 0], [0, 1], [0], [1]]);
  const subnets = zones.map((zone) => {
    const subnetId = vpc.subnetIds[zone]!;
    const { networkInterfaceId } = interfaces.find((one) => one.subnetId === subnetId)!;
    return { subnetId, networkInterfaceId };
  });
  cloud.transitGatewayAttachments.put({
    ...attachment,
    subnets,
    decision: maybe(0.9) ? 'accepted' : 'deleted',
  });
  cloud.transitGatewayAssociations.delete(id);
  if (maybe(0.9)) associate(cloud, id, choose(tableIds));
}

async function compare(world: PacketWorld, { clients, addresses }: Built, what: string) {
  const counts = { arrived: 0, stopped: 0, crossed: 0 };
  const probes = clients.flatMap((client) => addresses.map((address) => ({ client, address })));
  const refusals = await watchRefusals(world);
  await Promise.all(
    probes.map(async ({ client, address }) => {
      const got = await world.probe(client, address, 443);
      const explained = world.explains(client, `${address}:443`);
      const { arrives, arrivesAt, text } = explained;
      const said = `${what}: ${client} to ${address}: ${got}\n${text}`;
      assert.equal(arrives, got !== 'silence', said);
      if (arrivesAt) assert.equal(got.split(' ')[1], arrivesAt.sourceAddress, said);
      counts[arrives ? 'arrived' : 'stopped'] += 1;
      if (arrives && text.includes('tgw-rtb-')) counts.crossed += 1;
      refusals.note({ from: client, to: address, port: 443 }, got, explained);
    }),
  );
  await refusals.check();
  return counts;
}

async function compareSeed(t: TestContext, seed: number): Promise<void> {
  const world = await makePacketWorld(t);
  const random = chances(seed);
  const built = await world.change((cloud) => {
    const made = build(cloud);
    rewire(cloud, made, random);
    return made;
  });
  for (const id of built.clients) world.serve(id, 443, id);
  world.serve(built.ec2, 443, 'ec2');
  world.serve('internet', 443, 'internet');
  const [gatewayEndpoint] = world.cloud.vpcEndpoints.where((one) => one.vpcEndpointType === 'Gateway');
  world.serve(gatewayEndpoint!.vpcEndpointId, 443, 's3');
  let crossed = 0;
  for (let round = 1; round <= 6; round++) {
    const counts = await compare(world, built, `seed ${seed}, round ${round}`);
    crossed += counts.crossed;
    assert.ok(counts.arrived > 5 && counts.stopped > 5, JSON.stringify(counts));
    await world.change((cloud) => rewire(cloud, built, random));
  }
  assert.ok(crossed > 10, `${crossed} came through a transit gateway`);
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8])
  test(`explain and packets agree on random transit gateways (${seed})`, { skip: skipWithoutRoot }, (t) =>
    compareSeed(t, seed),
  );
