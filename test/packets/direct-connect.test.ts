// On-premises over Direct Connect, on real packets: private, transit and public virtual interfaces.

import { test } from 'node:test';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import { mainRouteTableId, putElasticIp, putInternetGateway, putRoute } from '../networks/example-gateway.ts';
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
  joinTransitGateway,
  propagate,
  putTransitGateway,
} from '../networks/example-transit-gateway.ts';
import { expectPrivateWay, makeOnPremises, s3 } from './on-premises.ts';
import { expectProbes } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };

test(
  'a private virtual interface leads to the VPC of its gateway, and goes before a VPN',
  options,
  async (t) => {
    const { world, ...made } = await makeOnPremises(t);
    const { vpn, line } = await world.change((cloud) => {
      const gateway = putVpnGateway(cloud, made.vpc);
      propagateInto(cloud, made.table, gateway);
      const { vpnGatewayId } = gateway;
      const leadsTo = { kind: 'private', vpnGatewayId } as const;
      return { vpn: putVpn(cloud, gateway, made.site), line: putVirtualInterface(cloud, made.site, leadsTo) };
    });
    await expectPrivateWay(world, made, line.virtualInterfaceId);
    await world.change((cloud) => cloud.virtualInterfaces.delete(line.virtualInterfaceId));
    await expectPrivateWay(world, made, vpn.vpnConnectionId);
  },
);

test(
  'a Direct Connect gateway leads from its sites to its VPCs, and not between either',
  options,
  async (t) => {
    const { world, ...made } = await makeOnPremises(t);
    const { desk, web, vpc, site } = made;
    const others = await world.change((cloud) => {
      const hub = putDirectConnectGateway(cloud);
      const { directConnectGatewayId } = hub;
      const line = putVirtualInterface(cloud, site, { kind: 'private', directConnectGatewayId });
      const paris = putSite(cloud, 'paris', '172.20.0.0/16', { hasInternet: false });
      putVirtualInterface(cloud, paris, { kind: 'private', directConnectGatewayId });
      const second = putVpc(cloud, '111111111111', '10.1.0.0/16');
      const other = putInstance(cloud, second, 0, '10.1.1.10').instanceId;
      for (const [one, prefixes] of [
        [vpc, ['10.0.0.0/8']],
        [second, ['10.1.0.0/16']],
      ] as const) {
        const gateway = putVpnGateway(cloud, one);
        const { vpnGatewayId } = gateway;
        putDirectConnectAssociation(cloud, hub, { kind: 'virtual-private-gateway', vpnGatewayId }, [
          ...prefixes,
        ]);
        propagateInto(cloud, mainRouteTableId(cloud, one), gateway);
        putRoute(cloud, mainRouteTableId(cloud, one), '10.0.0.0/8', { kind: 'vpn-gateway', vpnGatewayId });
      }
      const { vpnGatewayId } = cloud.vpnGateways
        .all()
        .find(({ attachment }) => attachment?.vpcId === vpc.vpcId)!;
      return { line, vpnGatewayId, other, paris: paris.hosts[0]! };
    });
    world.serve(others.other, 80, 'other');
    world.serve(others.paris.hostId, 80, 'paris');
    await expectPrivateWay(world, made, others.line.virtualInterfaceId);
    await expectProbes(world, [
      { from: desk, to: '10.1.1.10', port: 80, want: /^other 192\.168\.0\.10/, because: /vgw-/ },
      { from: others.paris.hostId, to: '10.0.1.10', port: 80, want: new RegExp(web), because: /vgw-/ },
      {
        from: web,
        to: others.paris.address,
        port: 80,
        want: /^paris 10\.0\.1\.10/,
        because: /\(propagated\)/,
      },
      // The site is not told of the other site, and the VPC's gateway not of the other VPC.
      { from: desk, to: others.paris.address, port: 80, want: /silence/, because: /has no route to 172\.20/ },
      {
        from: web,
        to: '10.1.1.10',
        port: 80,
        want: /silence/,
        because: /vgw-\w+ has no route to 10\.1\.1\.10/,
      },
    ]);
    // Nor is a VPN of the VPC's gateway a way between them.
    const rome = await world.change((cloud) => {
      const site = putSite(cloud, 'rome', '172.22.0.0/16', { hasInternet: false });
      putVpn(cloud, { vpnGatewayId: others.vpnGatewayId }, site);
      return site.hosts[0]!;
    });
    await expectProbes(world, [
      { from: rome.hostId, to: '10.0.1.10', port: 80, want: new RegExp(web), because: /vgw-/ },
      { from: rome.hostId, to: '192.168.0.10', port: 80, want: /silence/, because: /has no route to 192/ },
      { from: desk, to: rome.address, port: 80, want: /silence/, because: /has no route to 172\.22/ },
    ]);
    await world.change((cloud) => {
      const association = cloud.directConnectGatewayAssociations
        .all()
        .find((one) => one.allowedPrefixes[0] === '10.1.0.0/16')!;
      cloud.directConnectGatewayAssociations.put({ ...association, allowedPrefixes: ['10.9.0.0/16'] });
    });
    await expectProbes(world, [
      { from: desk, to: '10.1.1.10', port: 80, want: /silence/, because: /has no route to 10\.1\.1\.10/ },
    ]);
  },
);

test('a transit virtual interface leads to a transit gateway, which knows the VPCs', options, async (t) => {
  const { world, ...made } = await makeOnPremises(t);
  const { vpc, table, site, desk } = made;
  const line = await world.change((cloud) => {
    const hub = putDirectConnectGateway(cloud);
    const { directConnectGatewayId } = hub;
    const transit = putTransitGateway(cloud);
    const { transitGatewayId, tableId } = transit;
    putDirectConnectAssociation(cloud, hub, { kind: 'transit-gateway', transitGatewayId }, ['10.0.0.0/8']);
    joinTransitGateway(cloud, transit, vpc);
    putRoute(cloud, table, '192.168.0.0/16', { kind: 'transit-gateway', transitGatewayId });
    const attachment = cloud.transitGatewayAttachments
      .all()
      .find((one) => one.resourceType === 'direct-connect-gateway')!.transitGatewayAttachmentId;
    associate(cloud, attachment, tableId);
    propagate(cloud, attachment, tableId);
    return putVirtualInterface(cloud, site, { kind: 'transit', directConnectGatewayId });
  });
  await expectPrivateWay(world, made, line.virtualInterfaceId);
  // AWS: of a transit gateway the allowed prefixes are announced, whatever is there.
  await expectProbes(world, [
    {
      from: desk,
      to: '10.7.0.1',
      port: 80,
      want: /silence/,
      because: /tgw-rtb-\w+ .*has no route to 10\.7\.0\.1/,
    },
  ]);
});

test(
  "a public virtual interface leads to what is public at AWS, under the site's public address",
  options,
  async (t) => {
    const { world, desk, web, site, vpc, table } = await makeOnPremises(t);
    const { line, publicIp } = await world.change((cloud) => {
      const leadsTo = { kind: 'public', routeFilterPrefixes: [`${site.publicAddress}/32`] } as const;
      const { internetGatewayId } = putInternetGateway(cloud, vpc);
      putRoute(cloud, table, '0.0.0.0/0', { kind: 'internet-gateway', internetGatewayId });
      const own = cloud.networkInterfaces.all().find(({ attachment }) => attachment?.instanceId === web)!;
      const { publicIp } = putElasticIp(cloud, own.networkInterfaceId);
      return {
        line: putVirtualInterface(cloud, site, {
          ...leadsTo,
          routeFilterPrefixes: [...leadsTo.routeFilterPrefixes],
        }),
        publicIp,
      };
    });
    world.serve('internet', 443, 'front');
    const seen = site.publicAddress.replaceAll('.', '\\.');
    const byLine = new RegExp(`→ ${line.virtualInterfaceId}\n`);
    await expectProbes(world, [
      { from: desk, to: s3, port: 443, want: new RegExp(`^front ${seen}`), because: byLine },
      { from: desk, to: publicIp, port: 80, want: new RegExp(`^${web} ${seen}`), because: byLine },
      { from: desk, to: '10.0.1.10', port: 80, want: /silence/, because: /has no route to 10\.0\.1\.10/ },
      { from: desk, to: '10.0.1.50', port: 80, want: /silence/, because: /has no route to 10\.0\.1\.50/ },
      {
        from: web,
        to: site.publicAddress,
        port: 80,
        want: /silence/,
        because: /lets answers in and nobody else/,
      },
    ]);
    await world.change((cloud) => cloud.virtualInterfaces.delete(line.virtualInterfaceId));
    await expectProbes(world, [
      { from: desk, to: s3, port: 443, want: /silence/, because: /has no route to 52\.216\.0\.10/ },
    ]);
  },
);
