// explain against packets on random on-premises networks: whatever lines there are, with whatever ranges and routes, both say the
// same of every probe. Each world is wired anew several times, so changes are tried as well.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cloud, TableName } from '../../src/cloud/cloud.ts';
import type { Site } from '../../src/cloud/site.ts';
import type { VpnGateway } from '../../src/cloud/vpn.ts';
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
  putRoute,
} from '../networks/example-gateway.ts';
import {
  propagateInto,
  putDirectConnectAssociation,
  putDirectConnectGateway,
  putSite,
  putVirtualInterface,
  putVpn,
  putVpnGateway,
} from '../networks/example-site.ts';
import {
  associate,
  propagate,
  putAttachment,
  putTransitGateway,
  putTransitRoute,
} from '../networks/example-transit-gateway.ts';
import { makePacketWorld, type PacketWorld } from './packet-world.ts';
import { randomNumbers } from './random-numbers.ts';
import { watchRefusals } from './refusal-watch.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const s3Address = '52.216.0.10';

type Random = ReturnType<typeof chances>;
function chances(seed: number) {
  const random = randomNumbers(seed);
  return {
    maybe: (share = 0.5) => random() < share,
    choose: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!,
  };
}

/** What stays: two VPCs, three sites of which one has a VPC's very range, and the gateways between them. */
function build(cloud: Cloud) {
  const vpcs = ['10.1.0.0/16', '10.2.0.0/16'].map((block) => putVpc(cloud, '111111111111', block));
  const [first] = vpcs as [ExampleVpc, ExampleVpc];
  const provider = putVpc(cloud, '222222222222', '172.31.0.0/16');
  const target = putInstance(cloud, provider, 0, '172.31.1.11').instanceId;
  const instances = vpcs.map((vpc, i) => putInstance(cloud, vpc, 0, `10.${i + 1}.1.10`));
  putEndpoint(cloud, first, putEndpointService(cloud, provider, 443, [target]), '10.1.1.4');
  const { vpcEndpointId: ec2 } = putAwsServiceEndpoint(cloud, first, 'ec2', ['10.1.1.5']);
  const s3 = putGatewayEndpoint(cloud, first, 's3', [mainRouteTableId(cloud, first)]).vpcEndpointId;
  const { internetGatewayId } = putInternetGateway(cloud, first);
  const { publicIp } = putElasticIp(cloud, instances[0]!.networkInterface.networkInterfaceId);
  const sites = [
    putSite(cloud, 'berlin', '192.168.0.0/16'),
    putSite(cloud, 'paris', '172.20.0.0/16'),
    putSite(cloud, 'rome', '10.2.0.0/16'),
  ];
  const vpnGateways = vpcs.map((vpc) => putVpnGateway(cloud, vpc));
  const transit = putTransitGateway(cloud);
  const transitAttachments = vpcs.map((vpc) => putAttachment(cloud, transit.transitGatewayId, vpc));
  const hub = putDirectConnectGateway(cloud);
  const clients = [
    ...instances.map(({ instanceId }) => instanceId),
    ...sites.map(({ hosts }) => hosts[0]!.hostId),
  ];
  const addresses = [
    ...instances.map(({ networkInterface }) => networkInterface.privateIpAddress),
    ...sites.map(({ hosts }) => hosts[0]!.address),
    ...sites.map(({ publicAddress }) => publicAddress),
    ...['10.1.1.4', '10.1.1.5', '10.1.9.9', '10.9.9.9', '192.168.0.1', '172.20.9.9', publicIp, s3Address],
  ];
  const made = {
    vpcs,
    sites,
    vpnGateways,
    transit,
    transitAttachments,
    hub,
    internetGatewayId,
    ec2,
    s3,
    target,
  };
  return { ...made, clients, addresses };
}

type Built = ReturnType<typeof build>;

const ranges = ['192.168.0.0/16', '192.168.0.0/24', '172.20.0.0/16', '10.0.0.0/8', '0.0.0.0/0'];
const lines: TableName[] = [
  'vpnConnections',
  'customerGateways',
  'virtualInterfaces',
  'directConnectConnections',
  'directConnectGatewayAssociations',
  'transitGatewayAssociations',
  'transitGatewayPropagations',
];

/** Everything that connects, anew. */
function rewire(cloud: Cloud, built: Built, random: Random): void {
  for (const table of lines) for (const key of cloud[table].keys()) cloud[table].delete(key);
  for (const attachment of cloud.transitGatewayAttachments.where((one) => one.resourceType !== 'vpc'))
    cloud.transitGatewayAttachments.delete(attachment.transitGatewayAttachmentId);
  for (const site of built.sites) rewireSite(cloud, built, site, random);
  associateHub(cloud, built, random);
  const { maybe, choose } = random;
  for (const [index, vpc] of built.vpcs.entries()) {
    const gateway: VpnGateway = { ...cloud.vpnGateways.find(built.vpnGateways[index]!.vpnGatewayId)! };
    cloud.vpnGateways.put({
      ...gateway,
      attachment: { vpcId: vpc.vpcId, ...(maybe(0.1) ? { detachTime: '2026-02-01T00:00:00.000Z' } : {}) },
    });
    rewireRoutes(cloud, built, index, random);
  }
  const { tableId } = built.transit;
  cloud.transitGatewayRouteTables.put({ ...cloud.transitGatewayRouteTables.find(tableId)!, routes: [] });
  for (const { transitGatewayAttachmentId: id } of [...cloud.transitGatewayAttachments.all()]) {
    if (maybe(0.9)) associate(cloud, id, tableId);
    if (maybe(0.9)) propagate(cloud, id, tableId);
    if (maybe(0.1)) putTransitRoute(cloud, tableId, choose(ranges), maybe(0.3) ? undefined : id);
  }
}

function rewireSite(cloud: Cloud, built: Built, { siteId }: Site, { maybe, choose }: Random): void {
  const site = cloud.sites.put({ ...cloud.sites.find(siteId)!, hasInternet: maybe(0.7), routes: [] });
  const { vpnGateways, transit, hub } = built;
  const names: string[] = [];
  for (const gateway of [...vpnGateways, { transitGatewayId: transit.transitGatewayId }]) {
    if (!maybe(0.45)) continue;
    const vpn = putVpn(
      cloud,
      gateway,
      site,
      maybe(0.3) ? [choose(ranges), choose(site.cidrBlocks)] : undefined,
    );
    names.push(vpn.vpnConnectionId);
  }
  const { directConnectGatewayId } = hub;
  const { vpnGatewayId } = choose(vpnGateways);
  const announced = choose([`${site.publicAddress}/32`, '198.51.100.64/28']);
  for (const leadsTo of [
    { kind: 'private', vpnGatewayId },
    { kind: 'private', directConnectGatewayId },
    { kind: 'public', routeFilterPrefixes: [announced] },
  ] as const)
    if (maybe(0.25))
      names.push(putVirtualInterface(cloud, site, structuredClone(leadsTo) as never).virtualInterfaceId);
  if (names.length > 0 && maybe(0.3)) {
    const routes = [
      { destination: choose(['52.216.0.0/15', '10.1.0.0/16', '10.9.0.0/16']), attachmentId: choose(names) },
    ];
    cloud.sites.put({ ...site, routes });
  }
}

function associateHub(cloud: Cloud, { hub, vpnGateways, transit }: Built, { maybe }: Random): void {
  for (const { vpnGatewayId } of vpnGateways)
    if (maybe(0.6))
      putDirectConnectAssociation(cloud, hub, { kind: 'virtual-private-gateway', vpnGatewayId }, [
        maybe(0.8) ? '10.0.0.0/8' : '10.1.0.0/17',
      ]);
  const { transitGatewayId } = transit;
  if (maybe(0.4))
    putDirectConnectAssociation(cloud, hub, { kind: 'transit-gateway', transitGatewayId }, ['10.0.0.0/8']);
}

function rewireRoutes(cloud: Cloud, built: Built, index: number, { maybe, choose }: Random): void {
  const routeTableId = mainRouteTableId(cloud, built.vpcs[index]!);
  const { propagatingVpnGatewayIds: _before, ...table } = cloud.routeTables.find(routeTableId)!;
  cloud.routeTables.put({ ...table, routes: [] });
  const gateway = built.vpnGateways[index]!;
  if (maybe(0.75)) propagateInto(cloud, routeTableId, gateway);
  const targets = [
    { kind: 'vpn-gateway', vpnGatewayId: gateway.vpnGatewayId },
    { kind: 'transit-gateway', transitGatewayId: built.transit.transitGatewayId },
    ...(index === 0
      ? [{ kind: 'internet-gateway', internetGatewayId: built.internetGatewayId } as const]
      : []),
  ] as const;
  for (const range of ranges) if (maybe(0.35)) putRoute(cloud, routeTableId, range, choose(targets));
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
      if (arrives && /: route .* → (vpn|dxvif|tgw-attach)-/.test(text)) counts.crossed += 1;
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
  for (const id of [...built.clients, built.target]) world.serve(id, 443, id);
  world.serve(built.ec2, 443, 'ec2');
  world.serve(built.s3, 443, 's3');
  world.serve('internet', 443, 'internet');
  let crossed = 0;
  for (let round = 1; round <= 6; round++) {
    const counts = await compare(world, built, `seed ${seed}, round ${round}`);
    crossed += counts.crossed;
    await world.change((cloud) => rewire(cloud, built, random));
  }
  assert.ok(crossed > 10, `${crossed} came over a line`);
}

for (const seed of [1, 2, 3, 4])
  test(`explain and packets agree on random sites (${seed})`, { skip: skipWithoutRoot }, (t) =>
    compareSeed(t, seed),
  );
