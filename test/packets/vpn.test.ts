// On-premises over a site-to-site VPN, on real packets: what reaches what, and what does not.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { run } from '../../src/linux/run.ts';
import { putElasticIp, putInternetGateway, putRoute } from '../networks/example-gateway.ts';
import { propagateInto, putSite, putVpn, putVpnGateway } from '../networks/example-site.ts';
import {
  associate,
  joinTransitGateway,
  propagate,
  putTransitGateway,
} from '../networks/example-transit-gateway.ts';
import { expectPrivateWay, makeOnPremises, s3 } from './on-premises.ts';
import { expectProbes, nextText } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };

async function makeThread(t: TestContext, fields: { hasInternet: boolean }) {
  const made = await makeOnPremises(t, fields);
  const { gateway, vpn } = await made.world.change((cloud) => {
    const gateway = putVpnGateway(cloud, made.vpc);
    propagateInto(cloud, made.table, gateway);
    return { gateway, vpn: putVpn(cloud, gateway, made.site) };
  });
  return { ...made, gateway, vpn };
}

test('a site and a VPC reach each other over a VPN, as routes and groups allow', options, async (t) => {
  const { world, ...made } = await makeThread(t, { hasInternet: false });
  const { desk, web, vpn, siteId, vpc } = made;
  await expectPrivateWay(world, made, vpn.vpnConnectionId);
  await expectProbes(world, [
    {
      ...{ from: web, to: '192.168.0.10', port: 80, want: new RegExp(desk) },
      because: /route 192\.168\.0\.0\/16 \(propagated\) → vgw-/,
    },
    {
      from: desk,
      to: '10.0.2.99',
      port: 80,
      want: /silence/,
      because: /no network interface has 10\.0\.2\.99/,
    },
    { from: desk, to: '10.9.0.1', port: 80, want: /silence/, because: /has no route to 10\.9\.0\.1/ },
    { from: desk, to: '192.168.7.7', port: 80, want: /silence/, because: /no host of berlin has it/ },
    { from: web, to: '192.168.7.7', port: 80, want: /silence/, because: /no host of berlin has it/ },
  ]);
  assert.equal(world.explains(desk, `${web}:80`).arrives, true);
  assert.equal(world.explains(web, `${desk}:80`).arrives, true);

  const drops = await world.drops(siteId);
  assert.match(drops.find((drop) => drop.destinationAddress === '10.9.0.1')!.text, /has no route there/);
  const refused = await world.drops(vpc.vpcId);
  const closed = refused.find((drop) => drop.destinationAddress === '10.0.1.12')!;
  assert.equal(closed.reason, 'ingress');
});

test('nobody in a site passes for somebody in the VPC', options, async (t) => {
  const { world, desk, vpc } = await makeThread(t, { hasInternet: false });
  const forged = '10.0.1.200';
  const add = ['ip', 'address', 'add', `${forged}/32`, 'dev', 'lo'];
  await run('ip', ['netns', 'exec', world.namespaceOf(desk), ...add], { doing: 'forging a source' });
  await assert.rejects(world.dial(desk, '10.0.1.10', 80, forged), { code: 'ETIMEDOUT' });
  const drops = await world.drops(vpc.vpcId);
  assert.equal(drops.find((drop) => drop.sourceAddress === forged)?.reason, 'source-check');
});

test('a VPN to a transit gateway leads to the VPCs that its table knows', options, async (t) => {
  const { world, ...made } = await makeOnPremises(t);
  const { vpc, table, site, desk, web } = made;
  const { attachmentId, tableId } = await world.change((cloud) => {
    const transit = putTransitGateway(cloud);
    const vpn = putVpn(cloud, transit, site);
    joinTransitGateway(cloud, transit, vpc);
    const { transitGatewayId } = transit;
    putRoute(cloud, table, '192.168.0.0/16', { kind: 'transit-gateway', transitGatewayId });
    const attachment = cloud.transitGatewayAttachments
      .all()
      .find((one) => one.resourceType === 'vpn' && one.vpnConnectionId === vpn.vpnConnectionId)!;
    associate(cloud, attachment.transitGatewayAttachmentId, transit.tableId);
    propagate(cloud, attachment.transitGatewayAttachmentId, transit.tableId);
    return { attachmentId: attachment.transitGatewayAttachmentId, tableId: transit.tableId };
  });
  await expectPrivateWay(world, made, attachmentId);
  await world.change((cloud) => cloud.transitGatewayPropagations.delete(`${tableId}/${attachmentId}`));
  await expectProbes(world, [
    { from: web, to: '192.168.0.10', port: 80, want: /silence/, because: /tgw-rtb-\w+ .*has no route to/ },
    { from: desk, to: '10.0.1.10', port: 80, want: /silence/, because: /answers to 192.* do not get back/ },
  ]);
  await world.change((cloud) => cloud.transitGatewayAssociations.delete(attachmentId));
  await expectProbes(world, [
    { from: desk, to: '10.0.1.10', port: 80, want: /silence/, because: /has no route to 10\.0\.1\.10/ },
  ]);
});

test('a gateway endpoint serves nobody beyond its VPC', options, async (t) => {
  const { world, desk, web, siteId, vpn, gatewayEndpoint } = await makeThread(t, { hasInternet: false });
  const to = { to: s3, port: 443 };
  await expectProbes(world, [
    { from: web, ...to, want: /^s3 10\.0\.1\.10/, because: /vpce-/ },
    { from: desk, ...to, want: /silence/, because: /has no route to 52\.216\.0\.10/ },
  ]);
  // Somebody sends S3's range over the VPN all the same.
  await world.change((cloud) => {
    const site = cloud.sites.find(siteId)!;
    const routes = [{ destination: '52.216.0.0/15', attachmentId: vpn.vpnConnectionId }];
    cloud.sites.put({ ...site, routes });
  });
  const because = new RegExp(
    `vgw-\\w+ has no route to 52\\.216\\.0\\.10; ${gatewayEndpoint.vpcEndpointId} there serves interfaces of`,
  );
  await expectProbes(world, [{ from: desk, ...to, want: /silence/, because }]);
});

test(
  'without a route back, attachment or connection nothing passes, and each is named',
  options,
  async (t) => {
    const { world, desk, web, table, gateway, vpn, vpc } = await makeThread(t, { hasInternet: false });
    const probe = { from: desk, to: '10.0.1.10', port: 80, want: /silence/ };
    await world.change((cloud) => {
      const { propagatingVpnGatewayIds: _none, ...rest } = cloud.routeTables.find(table)!;
      cloud.routeTables.put(rest);
    });
    await expectProbes(world, [
      { ...probe, because: /answers to 192\.168\.0\.10 have no route back to site-/ },
      { from: web, to: '192.168.0.10', port: 80, want: /silence/, because: /no route to 192\.168\.0\.10/ },
    ]);
    const target = { kind: 'vpn-gateway', vpnGatewayId: gateway.vpnGatewayId } as const;
    await world.change((cloud) => putRoute(cloud, table, '192.168.0.0/16', target));
    await expectProbes(world, [{ ...probe, want: new RegExp(web), because: /route 192\.168\.0\.0\/16/ }]);

    await world.change((cloud) => cloud.vpnGateways.put({ ...gateway, attachment: undefined as never }));
    await expectProbes(world, [
      { ...probe, because: /has no route to 10\.0\.1\.10/ },
      {
        from: web,
        to: '192.168.0.10',
        port: 80,
        want: /silence/,
        because: /blackhole: vgw-\w+ is not attached/,
      },
    ]);
    await world.change((cloud) => {
      cloud.vpnGateways.put({ ...gateway, attachment: { vpcId: vpc.vpcId } });
      cloud.vpnConnections.put({ ...vpn, deleteTime: '2026-02-01T00:00:00.000Z' });
    });
    await expectProbes(world, [
      { ...probe, because: /has no route to 10\.0\.1\.10/ },
      {
        from: web,
        to: '192.168.0.10',
        port: 80,
        want: /silence/,
        because: /vgw-\w+ has no route to 192\.168\.0\.10/,
      },
    ]);
  },
);

test('sites of one gateway reach each other, by static routes and by BGP', options, async (t) => {
  const { world, desk, web, gateway } = await makeThread(t, { hasInternet: false });
  const paris = await world.change((cloud) => {
    const site = putSite(cloud, 'paris', '172.20.0.0/16', { hasInternet: false });
    putVpn(cloud, gateway, site, ['172.20.0.0/24']);
    return site.hosts[0]!;
  });
  world.serve(paris.hostId, 80, 'paris');
  await expectProbes(world, [
    { from: desk, to: paris.address, port: 80, want: /^paris 192\.168\.0\.10/, because: /vgw-/ },
    { from: web, to: paris.address, port: 80, want: /^paris 10\.0\.1\.10/, because: /172\.20\.0\.0\/24/ },
    { from: paris.hostId, to: '10.0.1.10', port: 80, want: new RegExp(web), because: /vgw-/ },
    { from: desk, to: '172.20.1.10', port: 80, want: /silence/, because: /has no route to 172\.20\.1\.10/ },
  ]);
});

test('over the internet a site reaches what is public, and neither kind of endpoint', options, async (t) => {
  const { world, desk, web, table, vpc, siteId, vpn } = await makeThread(t, { hasInternet: true });
  const publicIp = await world.change((cloud) => {
    const { internetGatewayId } = putInternetGateway(cloud, vpc);
    putRoute(cloud, table, '0.0.0.0/0', { kind: 'internet-gateway', internetGatewayId });
    const own = cloud.networkInterfaces.all().find(({ attachment }) => attachment?.instanceId === web)!;
    cloud.vpnConnections.put({ ...vpn, deleteTime: '2026-02-01T00:00:00.000Z' });
    return putElasticIp(cloud, own.networkInterfaceId).publicIp;
  });
  world.serve('internet', 443, 'front');
  const siteAddress = world.cloud.sites.find(siteId)!.publicAddress;
  await expectProbes(world, [
    // S3 sees the site's address, and no endpoint.
    { from: desk, to: s3, port: 443, want: new RegExp(`^front ${siteAddress}`), because: /public address/ },
    { from: desk, to: publicIp, port: 80, want: new RegExp(`${web} ${siteAddress}`), because: /igw-/ },
    { from: desk, to: '10.0.1.50', port: 80, want: /silence/, because: /nobody has 10\.0\.1\.50/ },
    { from: desk, to: '10.0.1.10', port: 80, want: /silence/, because: /nobody has 10\.0\.1\.10/ },
    // Nobody gets in.
    { from: web, to: siteAddress, port: 80, want: /silence/, because: /lets answers in and nobody else/ },
  ]);
  const [refused] = await world.drops(siteId);
  assert.match(refused!.text, /nobody on the internet begin a flow/);
});

test('a VPN is narrow, and what is large goes through in smaller pieces', options, async (t) => {
  const { world, desk } = await makeThread(t, { hasInternet: false });
  const socket = await world.dial(desk, '10.0.1.10', 80);
  assert.match(await nextText(socket), /^i-/);
  const bytes = 1_000_000;
  let echoed = 0;
  socket.on('data', (data) => {
    echoed += data.length;
    if (echoed === bytes) socket.destroy();
  });
  socket.setTimeout(2_000, () => socket.destroy());
  socket.write(Buffer.alloc(bytes, 'x'));
  await new Promise((resolve) => socket.once('close', resolve));
  assert.equal(echoed, bytes);
  const segments = await world.inside(desk, 'ss', '-tin', 'state', 'all');
  assert.ok(!/mss:14[0-9][0-9]/.test(segments), segments);
});

test('a new daemon finds sites and gateways as they were, and what is gone goes', options, async (t) => {
  const { world, desk, web, siteId, gateway } = await makeThread(t, { hasInternet: true });
  const socket = await world.dial(desk, '10.0.1.10', 80);
  assert.match(await nextText(socket), /^i-/);
  await world.restart();
  socket.write('still there\n');
  assert.equal(await nextText(socket), 'still there\n');
  await expectProbes(world, [
    { from: desk, to: '10.0.1.10', port: 80, want: new RegExp(web), because: /vgw-/ },
  ]);
  await world.change((cloud) => {
    cloud.sites.delete(siteId);
    cloud.vpnGateways.put({
      ...gateway,
      deleteTime: '2026-02-01T00:00:00.000Z',
      attachment: undefined as never,
    });
  });
  for (const id of [desk, siteId, gateway.vpnGatewayId, 'internet'])
    assert.equal(world.hasNamespace(id), false);
});
