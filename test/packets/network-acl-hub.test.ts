// Borders where packets come from and go to beyond the VPC: a transit gateway, whose attachment is in a subnet, a site,
// and an AWS service behind an interface endpoint.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putAwsServiceEndpoint, putInstance, putVpc } from '../networks/example-cloud.ts';
import { mainRouteTableId, putRoute, putRouteTable } from '../networks/example-gateway.ts';
import {
  entry,
  ephemeral,
  everythingIn,
  everythingOut,
  putNetworkAcl,
  setEntries,
} from '../networks/example-network-acl.ts';
import { propagateInto, putSite, putVpn, putVpnGateway } from '../networks/example-site.ts';
import { joinTransitGateway, putTransitGateway } from '../networks/example-transit-gateway.ts';
import { expectProbes, makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const silence = /^silence$/;

test(
  'a transit gateway’s attachment is in a subnet, whose border packets cross there and back',
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const made = await world.change((cloud) => {
      const gateway = putTransitGateway(cloud);
      const [here, there] = [1, 2].map((second) => putVpc(cloud, '111111111111', `10.${second}.0.0/16`));
      for (const vpc of [here!, there!]) joinTransitGateway(cloud, gateway, vpc);
      return {
        ...{ here: here!, there: there! },
        from: putInstance(cloud, here!, 1, '10.1.2.10').instanceId,
        beside: putInstance(cloud, here!, 0, '10.1.1.10').instanceId,
        server: putInstance(cloud, there!, 1, '10.2.2.10').instanceId,
      };
    });
    world.serve(made.server, 80, 'web');
    const { from, beside } = made;
    const to = { to: '10.2.2.10', port: 80 };
    const [doorway, own] = made.here.subnetIds as [`subnet-${string}`, `subnet-${string}`];
    const { networkAclId } = await world.change((cloud) =>
      putNetworkAcl(cloud, [doorway], [entry(100, 'in', { cidrBlock: '10.1.2.0/24' })]),
    );
    await expectProbes(world, [
      {
        from,
        ...to,
        want: silence,
        because: new RegExp(`answers out of ${doorway}: .* to 10.1.2.10 denied by rule 32767`),
      },
      // In the attachment's own subnet there is no border to it.
      { from: beside, ...to, want: /^web 10.1.1.10/, because: /arrives at 10.2.2.10/ },
    ]);
    assert.ok((await world.drops(made.here.vpcId)).some(({ refusedBy }) => refusedBy === networkAclId));
    await world.change((cloud) =>
      setEntries(cloud, networkAclId, [entry(100, 'in', { cidrBlock: '10.1.2.0/24' }), everythingOut]),
    );
    await expectProbes(world, [
      { from, ...to, want: /^web/, because: new RegExp(`into ${doorway}: tcp 80 from 10.1.2.10 allowed`) },
    ]);
    await world.change((cloud) => putNetworkAcl(cloud, [own], [everythingOut]));
    await expectProbes(world, [
      { from, ...to, want: silence, because: new RegExp(`answers into ${own}: .* from 10.2.2.10 denied`) },
    ]);
    await world.change((cloud) => {
      for (const acl of cloud.networkAcls.all().toArray()) cloud.networkAcls.delete(acl.networkAclId);
      // On the far side: in by the attachment's subnet, into the server's.
      putNetworkAcl(
        cloud,
        [made.there.subnetIds[0]!],
        [everythingIn, entry(100, 'out', { cidrBlock: '10.2.9.0/24' })],
      );
    });
    await expectProbes(world, [
      {
        from,
        ...to,
        want: silence,
        because: new RegExp(`out of ${made.there.subnetIds[0]}: tcp 80 to 10.2.2.10 denied`),
      },
    ]);
  },
);

test(
  'what comes by a transit gateway is led to an appliance by the route table of the attachment’s subnet',
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const made = await world.change((cloud) => {
      const gateway = putTransitGateway(cloud);
      const [here, there] = [1, 2].map((second) => putVpc(cloud, '111111111111', `10.${second}.0.0/16`));
      for (const vpc of [here!, there!]) joinTransitGateway(cloud, gateway, vpc);
      const appliance = putInstance(cloud, there!, 1, '10.2.2.9');
      cloud.networkInterfaces.put({ ...appliance.networkInterface, sourceDestCheck: false });
      // The server's and the appliance's subnet has a table of its own, since the main one leads to the appliance.
      const table = putRouteTable(cloud, there!, there!.subnetIds[1]!);
      const main = cloud.routeTables.find(mainRouteTableId(cloud, there!))!;
      putRoute(cloud, table, '10.1.0.0/16', main.routes[0]!.target);
      const { networkInterfaceId } = appliance.networkInterface;
      putRoute(cloud, main.routeTableId, '10.2.2.0/24', { kind: 'network-interface', networkInterfaceId });
      return {
        from: putInstance(cloud, here!, 0, '10.1.1.10').instanceId,
        server: putInstance(cloud, there!, 1, '10.2.2.10').instanceId,
        appliance: appliance.instanceId,
      };
    });
    world.serve(made.server, 80, 'web');
    const forward = (isOn: number) =>
      world.inside(made.appliance, 'sh', '-c', `echo ${isOn} > /proc/sys/net/ipv4/ip_forward`);
    await forward(0);
    assert.equal(await world.probe(made.from, '10.2.2.10', 80), 'silence');
    await forward(1);
    await expectProbes(world, [
      { from: made.from, to: '10.2.2.10', port: 80, want: /^web 10.1.1.10/, because: /10.2.2.0\/24 → eni-/ },
    ]);
  },
);

test('a site’s packets cross the border of the subnet they come to', options, async (t) => {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const web = putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
    const gateway = putVpnGateway(cloud, vpc);
    const site = putSite(cloud, 'berlin', '192.168.0.0/16', { hasInternet: false });
    putVpn(cloud, gateway, site);
    propagateInto(cloud, mainRouteTableId(cloud, vpc), gateway);
    const acl = putNetworkAcl(
      cloud,
      [vpc.subnetIds[0]!],
      [entry(100, 'in', { protocol: 'tcp', ports: 80, cidrBlock: '192.168.0.0/16' })],
    );
    return { vpc, web, desk: site.hosts[0]!.hostId, ...acl };
  });
  world.serve(made.web, 80, 'web');
  world.serve(made.desk, 80, 'desk');
  const probe = { from: made.desk, to: '10.0.1.10', port: 80 };
  await expectProbes(world, [
    { ...probe, want: silence, because: /answers out of subnet-.* to 192.168.0.10 denied/ },
  ]);
  const answers = entry(100, 'out', { protocol: 'tcp', ports: ephemeral, cidrBlock: '192.168.0.0/16' });
  await world.change((cloud) =>
    setEntries(cloud, made.networkAclId, [entry(100, 'in', { protocol: 'tcp', ports: 80 }), answers]),
  );
  await expectProbes(world, [
    { ...probe, want: /^web 192.168.0.10/, because: /into subnet-.* from 192.168.0.10 allowed by rule 100/ },
    {
      from: made.web,
      to: '192.168.0.10',
      port: 80,
      want: silence,
      because: /out of subnet-.*: tcp 80 to 192.168.0.10 denied/,
    },
  ]);
});

test(
  'an interface endpoint to an AWS service is in its subnet, and its answers cross the border too',
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const made = await world.change((cloud) => {
      const vpc = putVpc(cloud, '111111111111');
      const endpoint = putAwsServiceEndpoint(cloud, vpc, 'ec2', ['10.0.1.60']);
      const [near, far] = [putInstance(cloud, vpc, 0, '10.0.1.10'), putInstance(cloud, vpc, 1, '10.0.2.10')];
      const acl = putNetworkAcl(
        cloud,
        [vpc.subnetIds[0]!],
        [entry(100, 'in', { protocol: 'tcp', ports: 443 })],
      );
      return { vpc, endpoint: endpoint.vpcEndpointId, near: near.instanceId, far: far.instanceId, ...acl };
    });
    world.serve(made.endpoint, 443, 'ec2');
    const probe = { to: '10.0.1.60', port: 443 };
    await expectProbes(world, [
      { from: made.near, ...probe, want: /^ec2 10.0.1.10/, because: /arrives at EC2/ },
      {
        from: made.far,
        ...probe,
        want: silence,
        because: /answers out of subnet-.* to 10.0.2.10 denied by rule 32767/,
      },
    ]);
    await world.change((cloud) =>
      setEntries(cloud, made.networkAclId, [
        entry(100, 'in', { protocol: 'tcp', ports: 443 }),
        everythingOut,
      ]),
    );
    await expectProbes(world, [
      { from: made.far, ...probe, want: /^ec2 10.0.2.10/, because: /answers out of .* allowed by rule 100/ },
    ]);
    await world.restart();
    await world.change((cloud) => setEntries(cloud, made.networkAclId, [everythingOut]));
    await expectProbes(world, [
      { from: made.far, ...probe, want: silence, because: /into subnet-.*: tcp 443 from 10.0.2.10 denied/ },
    ]);
  },
);
