// On-premises sites, and what connects them: VPN to virtual private gateways and to transit gateways, Direct Connect lines with
// private, transit and public virtual interfaces.

import { addressAt } from '../../src/lib/cidr.ts';
import { type DraftSite, type DraftVpc, type DraftWorld, knownRanges, regionOf } from './draft-world.ts';
import { ref } from './step.ts';

const siteBlocks = ['192.168.0.0/16', '172.20.0.0/16', '10.0.64.0/20', '192.168.32.0/20'];

export function drawSite(world: DraftWorld): void {
  const { draft, random, hosts, targets, sites, vpcs } = world;
  const name = draft.name('site');
  const block = random.choose(siteBlocks);
  const address = addressAt(block, 10);
  const host = `${name}_host`;
  const internet = random.maybe(0.5);
  draft.steps.push({
    ...{ kind: 'site', path: '', resolver: addressAt(block, 1) },
    body: { name, cidrBlocks: [block], hosts: [{ name: 'desk', address }], internet },
    words: [
      'create',
      name,
      '--cidr',
      block,
      '--host',
      `desk=${address}`,
      ...(internet ? [] : ['--no-internet']),
    ],
    gives: { [`${name}_public`]: 'publicAddress', [host]: 'hosts.0.hostId' },
  });
  hosts.push({ name: host, address, hasRole: false });
  targets.push(
    { host: ref(host), address },
    { host: address },
    { host: `desk.${name}.internal` },
    { host: ref(`${name}_public`) },
  );
  const site: DraftSite = { name, block, lines: [] };
  sites.push(site);
  const [first, ...rest] = random.shuffle(vpcs);
  for (const vpc of [first!, ...random.some(rest, 0.3)]) drawGateway(world, vpc, site);
  if (world.transitGateway && random.maybe(0.4)) drawTransitVpn(world, site);
  if (world.transitGateway && random.maybe(0.25)) drawTransitLine(world, site);
  if (random.maybe(0.15)) drawPublicLine(world, site);
  drawSiteRoute(world, site);
}

/** A virtual private gateway, and one or more ways to it. */
function drawGateway(world: DraftWorld, vpc: DraftVpc, site: DraftSite): void {
  const { draft, random, changes } = world;
  const where = regionOf(vpc);
  const gateway = draft.name('vgw');
  draft.call(where, 'ec2:CreateVpnGateway', { Type: 'ipsec.1' }, { [gateway]: 'VpnGateway.VpnGatewayId' });
  const attachment = { VpnGatewayId: ref(gateway), VpcId: ref(vpc.name) };
  draft.call(where, 'ec2:AttachVpnGateway', attachment);
  for (const table of random.some(vpc.tables, 0.6)) {
    const propagation = { GatewayId: ref(gateway), RouteTableId: ref(table) };
    draft.call(where, 'ec2:EnableVgwRoutePropagation', propagation);
    changes.push(() => draft.call(where, 'ec2:DisableVgwRoutePropagation', propagation));
  }
  vpc.ways.push({ target: { GatewayId: ref(gateway) }, towards: [site.block, '0.0.0.0/0'] });
  changes.push(() => draft.call(where, 'ec2:DetachVpnGateway', attachment));
  const kind = random.next();
  if (kind < 0.7) drawVpn(world, where, site, { VpnGatewayId: ref(gateway) });
  if (kind > 0.55 && kind < 0.9) drawPrivateLine(world, where, site, { virtualGatewayId: ref(gateway) });
  if (kind > 0.85) drawGatewayLine(world, where, site, gateway, vpc);
}

type Where = { account: string; region: string };

function drawVpn(
  { draft, random, changes }: DraftWorld,
  where: Where,
  site: DraftSite,
  to: Record<string, string>,
): string {
  const [customer, vpn] = [draft.name('cgw'), draft.name('vpn')];
  const isStatic = random.maybe(0.5);
  const Type = 'ipsec.1';
  draft.call(
    where,
    'ec2:CreateCustomerGateway',
    { Type, BgpAsn: 65000, IpAddress: ref(`${site.name}_public`) },
    {
      [customer]: 'CustomerGateway.CustomerGatewayId',
    },
  );
  const Options = { StaticRoutesOnly: isStatic };
  draft.call(
    where,
    'ec2:CreateVpnConnection',
    { Type, CustomerGatewayId: ref(customer), ...to, Options },
    {
      [vpn]: 'VpnConnection.VpnConnectionId',
    },
  );
  site.lines.push(vpn);
  const route = { VpnConnectionId: ref(vpn), DestinationCidrBlock: site.block };
  if (isStatic && to.VpnGatewayId) {
    draft.call(where, 'ec2:CreateVpnConnectionRoute', route);
    changes.push(() => draft.call(where, 'ec2:DeleteVpnConnectionRoute', route));
  }
  changes.push(() => draft.call(where, 'ec2:DeleteVpnConnection', { VpnConnectionId: ref(vpn) }));
  return vpn;
}

function drawTransitVpn(world: DraftWorld, site: DraftSite): void {
  const { draft, random, transitGateway } = world;
  const { name, where, tables } = transitGateway!;
  const vpn = drawVpn(world, where, site, { TransitGatewayId: ref(name) });
  const attachment = `${vpn}_attachment`;
  const Filters = [{ Name: 'resource-id', Values: [ref(vpn)] }];
  draft.call(
    where,
    'ec2:DescribeTransitGatewayAttachments',
    { Filters },
    {
      [attachment]: 'TransitGatewayAttachments.0.TransitGatewayAttachmentId',
    },
  );
  const table = random.choose(tables);
  const key = { TransitGatewayRouteTableId: ref(table), TransitGatewayAttachmentId: ref(attachment) };
  draft.call(where, 'ec2:CreateTransitGatewayRoute', { ...key, DestinationCidrBlock: site.block });
  if (random.maybe(0.4)) draft.call(where, 'ec2:AssociateTransitGatewayRouteTable', key);
}

/** A line, and on it what a virtual interface leads to. Gives the interface's name. */
function drawInterface(
  { draft, changes }: DraftWorld,
  where: Where,
  site: DraftSite,
  kind: 'Private' | 'Transit' | 'Public',
  to: object,
): string {
  const [line, name] = [draft.name('line'), draft.name('vif')];
  draft.call(
    where,
    'directconnect:CreateConnection',
    { location: site.name, bandwidth: '1Gbps', connectionName: line },
    {
      [line]: 'connectionId',
    },
  );
  const about = { virtualInterfaceName: name, vlan: 101, asn: 65000, ...to };
  const input = { connectionId: ref(line), [`new${kind}VirtualInterface`]: about };
  const path = kind === 'Transit' ? 'virtualInterface.virtualInterfaceId' : 'virtualInterfaceId';
  draft.call(where, `directconnect:Create${kind}VirtualInterface`, input, { [name]: path });
  site.lines.push(name);
  changes.push(() =>
    draft.call(where, 'directconnect:DeleteVirtualInterface', { virtualInterfaceId: ref(name) }),
  );
  return name;
}

const drawPrivateLine = (world: DraftWorld, where: Where, site: DraftSite, to: object) =>
  drawInterface(world, where, site, 'Private', to);

function drawPublicLine(world: DraftWorld, site: DraftSite): void {
  const where = { account: world.accounts[0]!, region: 'us-east-1' };
  const routeFilterPrefixes = [{ cidr: ref(`${site.name}_public`).concat('/32') }];
  drawInterface(world, where, site, 'Public', { routeFilterPrefixes });
}

function drawDirectConnectGateway({ draft }: DraftWorld, where: Where): string {
  const name = draft.name('dxgw');
  draft.call(
    where,
    'directconnect:CreateDirectConnectGateway',
    { directConnectGatewayName: name, amazonSideAsn: 65100 },
    {
      [name]: 'directConnectGateway.directConnectGatewayId',
    },
  );
  return name;
}

function associate(
  { draft, changes }: DraftWorld,
  where: Where,
  gateway: string,
  to: string,
  prefixes: string[],
): void {
  const association = draft.name('dx_association');
  const allowed = prefixes.map((cidr) => ({ cidr }));
  draft.call(
    where,
    'directconnect:CreateDirectConnectGatewayAssociation',
    {
      ...{ directConnectGatewayId: ref(gateway), gatewayId: ref(to) },
      ...(allowed.length > 0 && { addAllowedPrefixesToDirectConnectGateway: allowed }),
    },
    { [association]: 'directConnectGatewayAssociation.associationId' },
  );
  changes.push(() =>
    draft.call(where, 'directconnect:DeleteDirectConnectGatewayAssociation', {
      associationId: ref(association),
    }),
  );
}

function drawGatewayLine(
  world: DraftWorld,
  where: Where,
  site: DraftSite,
  gateway: string,
  { block }: DraftVpc,
): void {
  const { random } = world;
  const directConnectGateway = drawDirectConnectGateway(world, where);
  drawPrivateLine(world, where, site, { directConnectGatewayId: ref(directConnectGateway) });
  associate(world, where, directConnectGateway, gateway, random.maybe(0.4) ? [block] : []);
}

function drawTransitLine(world: DraftWorld, site: DraftSite): void {
  const { random, transitGateway, vpcs } = world;
  const { name, where } = transitGateway!;
  const directConnectGateway = drawDirectConnectGateway(world, where);
  drawInterface(world, where, site, 'Transit', { directConnectGatewayId: ref(directConnectGateway) });
  associate(world, where, directConnectGateway, name, ['10.0.0.0/8', random.choose(vpcs).block]);
}

/** The site's own idea of where something is. */
function drawSiteRoute(world: DraftWorld, site: DraftSite): void {
  const { draft, random, changes } = world;
  const { name, lines } = site;
  const route = (destination: string, line?: string) => {
    const words = ['route', name, destination, ...(line ? [ref(line)] : [])];
    const body = { destination, ...(line && { line: ref(line) }) };
    draft.steps.push({ kind: 'site', path: `${name}/route`, body, words, gives: {} });
  };
  if (lines.length === 0 || !random.maybe(0.3)) return;
  const destination = random.choose(knownRanges(world));
  route(destination, random.choose(lines));
  changes.push(() => route(destination));
}
