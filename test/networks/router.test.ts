// The whole of one consumer's and one provider's router as text: what a change does to the kernel is read in the diff of the golden.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { NamespaceState } from '../../src/linux/namespace-state.ts';
import { createRenderer } from '../../src/linux/render-network.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { openStore } from '../../src/store.ts';
import {
  putAwsServiceEndpoint,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
  restartIds,
} from './example-cloud.ts';
import {
  mainRouteTableId,
  putElasticIp,
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putPeering,
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
import { joinTransitGateway, putTransitGateway, putTransitRoute } from './example-transit-gateway.ts';

/** UPDATE_GOLDENS=1 rewrites the golden. */
function expectGolden(name: string, fill: (cloud: Cloud) => void): void {
  restartIds();
  const store = openStore(':memory:');
  store.change(fill);
  const network = compileNetwork(store.cloud, { isHealthy: () => true });
  const text = [...createRenderer('0000')(network).values()].map(renderState).join('\n');
  const golden = new URL(`./${name}.golden.txt`, import.meta.url);
  if (process.env.UPDATE_GOLDENS) writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, 'utf8'));
}

test('the ways out of a VPC compile to the router, door, NAT gateway and internet we know', () => {
  expectGolden('gateway', (cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const { internetGatewayId } = putInternetGateway(cloud, vpc);
    const { natGatewayId } = putNatGateway(cloud, vpc, 1, '10.0.2.30');
    const privateTable = putRouteTable(cloud, vpc, vpc.subnetIds[0]!);
    putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', {
      kind: 'internet-gateway',
      internetGatewayId,
    });
    putRoute(cloud, privateTable, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId });
    putRoute(cloud, privateTable, '52.216.0.11/32', { kind: 'nat-gateway', natGatewayId });
    putGatewayEndpoint(cloud, vpc, 's3', [privateTable]);
    putInstance(cloud, vpc, 0, '10.0.1.10');
    const { networkInterface } = putInstance(cloud, vpc, 1, '10.0.2.10');
    putElasticIp(cloud, networkInterface.networkInterfaceId);
  });
});

test('a transit gateway compiles to the hub and the routers we know', () => {
  expectGolden('transit-gateway', (cloud) => {
    const gateway = putTransitGateway(cloud);
    const [left, right] = ['10.1.0.0/16', '10.2.0.0/16'].map((block) => putVpc(cloud, '111111111111', block));
    const attachmentId = joinTransitGateway(cloud, gateway, left!);
    // Nothing gets out by it from the second zone.
    joinTransitGateway(cloud, gateway, right!, [0]);
    putTransitRoute(cloud, gateway.tableId, '0.0.0.0/0', attachmentId);
    putTransitRoute(cloud, gateway.tableId, '10.2.2.0/24');
    putInstance(cloud, left!, 0, '10.1.1.10');
    putInstance(cloud, right!, 0, '10.2.1.10');
    putInstance(cloud, right!, 1, '10.2.2.10');
  });
});

test('an endpoint service compiles to the routers we know', () => {
  expectGolden('endpoint-service', (cloud) => {
    const provider = putVpc(cloud, '111111111111');
    const consumer = putVpc(cloud, '222222222222');
    const targets = [
      putInstance(cloud, provider, 0, '10.0.1.11'),
      putInstance(cloud, provider, 1, '10.0.2.12'),
    ];
    const service = putEndpointService(
      cloud,
      provider,
      80,
      targets.map(({ instanceId }) => instanceId),
    );
    putInstance(cloud, consumer, 0, '10.0.1.10');
    putEndpoint(cloud, consumer, service, '10.0.1.50');
    putEndpoint(cloud, consumer, service, '10.0.1.51', 'pendingAcceptance');
  });
});

test('interface endpoints to AWS services compile to the router and doors we know', () => {
  expectGolden('service-interface', (cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    putInstance(cloud, vpc, 0, '10.0.1.10');
    putAwsServiceEndpoint(cloud, vpc, 'ec2', ['10.0.1.4', '10.0.2.4']);
    putAwsServiceEndpoint(cloud, vpc, 's3', ['10.0.1.5']);
    putPeering(cloud, vpc, putVpc(cloud, '222222222222', '10.50.0.0/16'));
  });
});

test('network ACLs compile to the borders we know', () => {
  expectGolden('network-acl', (cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    putInstance(cloud, vpc, 0, '10.0.1.10');
    const target = putInstance(cloud, vpc, 1, '10.0.2.11');
    const service = putEndpointService(cloud, vpc, 80, [target.instanceId]);
    putEndpoint(cloud, vpc, service, '10.0.1.50');
    const [, behind] = vpc.subnetIds;
    putNetworkAcl(
      cloud,
      [behind!],
      [
        entry(90, 'in', { action: 'deny', protocol: 'icmp', icmp: { type: 8, code: -1 } }),
        entry(100, 'in', { protocol: 'tcp', ports: 80, cidrBlock: '10.0.1.0/24' }),
        entry(100, 'out'),
      ],
    );
  });
});

function renderState(state: NamespaceState): string {
  const { name, links, addresses, routes, neighbours, rules, nft } = state;
  return [
    `== ${name}`,
    ...[...links.values()].map(
      ({ name, altname, mtu, peer }) =>
        `link ${name} (${altname}, mtu ${mtu}) to ${peer.name} in ${peer.namespace}`,
    ),
    ...[...addresses].map((address) => `address ${address}`),
    ...[...routes].map(([key, value]) => `route ${key}: ${value}`),
    ...[...neighbours].map(([key, value]) => `neighbour ${key}: ${value}`),
    ...[...rules].map((rule) => `rule ${rule}`),
    ...[...(nft?.sets ?? [])].map(([set, elements]) => `set ${set}: ${[...elements].join(', ')}`),
    ...[...(nft?.maps ?? [])].flatMap(([map, entries]) =>
      [...entries].map(([key, value]) => `map ${map}: ${key} → ${value}`),
    ),
    ...[...(nft?.program ?? [])].flatMap(([chain, lines]) =>
      lines.map((line) => `program ${chain}: ${line}`),
    ),
    ...[...(nft?.chains ?? [])].flatMap(([chain, lines]) => lines.map((line) => `chain ${chain}: ${line}`)),
    '',
  ].join('\n');
}

test('a VPC and its sites, over a VPN and by a Direct Connect gateway', () =>
  expectGolden('on-premises', (cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    putInstance(cloud, vpc, 0, '10.0.1.10');
    const gateway = putVpnGateway(cloud, vpc);
    const { vpnGatewayId } = gateway;
    propagateInto(cloud, mainRouteTableId(cloud, vpc), gateway);
    putVpn(cloud, gateway, putSite(cloud, 'berlin', '192.168.0.0/16'));
    const hub = putDirectConnectGateway(cloud);
    const { directConnectGatewayId } = hub;
    const paris = putSite(cloud, 'paris', '172.20.0.0/16', { hasInternet: false });
    putVirtualInterface(cloud, paris, { kind: 'private', directConnectGatewayId });
    putDirectConnectAssociation(cloud, hub, { kind: 'virtual-private-gateway', vpnGatewayId }, [
      '10.0.0.0/8',
    ]);
  }));
