import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleId, putInstance, putVpc } from '../../test/networks/example-cloud.ts';
import {
  mainRouteTableId,
  putGatewayEndpoint,
  putInternetGateway,
  putPeering,
} from '../../test/networks/example-gateway.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { PrefixListId } from '../cloud/id.ts';
import type { Route, RouteTarget, Vpc } from '../cloud/vpc.ts';
import { openStore } from '../store.ts';
import { compileNetwork } from './compile.ts';
import { chooseWay, describeChoice } from './route-choice.ts';

function putPrefixList(cloud: Cloud, number: number, ...cidrs: string[]): PrefixListId {
  const prefixListId = exampleId('pl', number);
  cloud.managedPrefixLists.put({
    ...{ accountId: '111111111111', region: 'us-east-1', prefixListId, prefixListName: 'a' },
    ...{ addressFamily: 'IPv4', maxEntries: 10, version: 1, lastChange: 'create' },
    entries: cidrs.map((cidr) => ({ cidr })),
  });
  return prefixListId;
}

/** A VPC 10.0.0.0/16 with two targets to choose from, and what `fill` adds to its main table. */
function newCase(fill: (cloud: Cloud, igw: RouteTarget, pcx: RouteTarget) => Route[]) {
  const store = openStore(':memory:');
  const { vpc, subnetCidrBlock } = store.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const { internetGatewayId } = putInternetGateway(cloud, vpc);
    const vpcPeeringConnectionId = putPeering(cloud, vpc, putVpc(cloud, '111111111111', '10.9.0.0/16'));
    putInstance(cloud, vpc, 0, '10.0.1.10');
    const table = cloud.routeTables.find(mainRouteTableId(cloud, vpc))!;
    const igw = { kind: 'internet-gateway', internetGatewayId } as const;
    const pcx = { kind: 'vpc-peering-connection', vpcPeeringConnectionId } as const;
    cloud.routeTables.put({ ...table, routes: fill(cloud, igw, pcx) });
    return { vpc, subnetCidrBlock: '10.0.1.0/24' };
  });
  const compiled = compileNetwork(store.cloud, { isHealthy: () => true }).vpcs.get(vpc.vpcId)!;
  const { routeTableId } = compiled.routeTables[0]!;
  const way = (to: string) => {
    const choice = chooseWay(compiled, { routeTableId, subnetCidrBlock }, to);
    return choice ? describeChoice(choice) : 'none';
  };
  return { way, store, vpc };
}

test('the longest prefix wins, whatever it is written as', () => {
  const { way } = newCase((cloud, igw, pcx) => [
    { destinationCidrBlock: '0.0.0.0/0', target: igw },
    { destinationCidrBlock: '10.9.0.0/16', target: igw },
    { destinationPrefixListId: putPrefixList(cloud, 1, '10.9.1.0/24', '10.0.0.0/8'), target: pcx },
  ]);
  assert.match(
    way('10.9.1.5'),
    /^route 10.9.1.0\/24 \(pl-\S+1\) → pcx-.*10.9.0.0\/16 → igw-\S+ \(shorter prefix\)/,
  );
  assert.match(way('10.9.2.5'), /^route 10.9.0.0\/16 → igw-/);
  assert.match(way('10.8.0.1'), /^route 10.0.0.0\/8 \(pl-/);
  assert.match(way('8.8.8.8'), /^route 0.0.0.0\/0 → igw-\S+$/);
  assert.match(way('10.0.2.7'), /^route 10.0.0.0\/16 → local/);
});

test('of equal prefixes: a route by CIDR, then the user’s list, then an endpoint’s', () => {
  const lists = (cloud: Cloud) => [
    putPrefixList(cloud, 1, '10.9.0.0/16'),
    putPrefixList(cloud, 2, '10.9.0.0/16', '52.216.0.0/15'),
  ];
  const { way } = newCase((cloud, igw, pcx) => {
    const [first, second] = lists(cloud) as [PrefixListId, PrefixListId];
    const [{ vpcId }] = cloud.vpcs.all().toArray() as [Vpc];
    const vpc = { vpcId, subnetIds: [], groupId: 'sg-1' as const };
    putGatewayEndpoint(cloud, vpc, 's3', [mainRouteTableId(cloud, vpc)]);
    return [
      { destinationPrefixListId: first, target: pcx },
      { destinationPrefixListId: second, target: igw },
      { destinationCidrBlock: '10.9.0.0/16', target: igw },
    ];
  });
  assert.match(
    way('10.9.0.1'),
    /^route 10.9.0.0\/16 → igw-\S+; also matched: .*\(same prefix: a route by CIDR goes before a prefix list\)/,
  );
  assert.match(
    way('52.216.0.10'),
    /^route 52.216.0.0\/15 \(pl-0\S+2\) → igw-.*\(same prefix: the first of two lists counts\)/,
  );
  assert.match(way('54.231.0.10'), /→ vpce-/);
});

test('a dead route of a longer prefix is taken all the same', () => {
  const { way } = newCase((_cloud, igw) => [
    { destinationCidrBlock: '0.0.0.0/0', target: igw },
    { destinationCidrBlock: '8.8.0.0/16', target: { kind: 'nat-gateway', natGatewayId: 'nat-0' } },
  ]);
  assert.match(way('8.8.8.8'), /^route 8.8.0.0\/16 → blackhole: nat-0 is gone; also matched: 0.0.0.0\/0/);
});

test('a list leads nothing away from the VPC itself or from the services beside instances', () => {
  const { way } = newCase((cloud, igw) => [
    {
      destinationPrefixListId: putPrefixList(cloud, 1, '10.0.2.0/24', '10.0.0.0/16', '169.254.169.0/24'),
      target: igw,
    },
  ]);
  assert.match(way('10.0.2.7'), /^route 10.0.0.0\/16 → local$/);
  assert.equal(way('169.254.169.254'), 'none');
});
