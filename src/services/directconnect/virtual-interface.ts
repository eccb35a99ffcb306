// Virtual interfaces: a VLAN on a line, with a BGP session, that leads to a VPC's gateway, to a Direct Connect gateway, or to AWS's
// public addresses.

import type { DirectConnectConnection, VirtualInterface } from '../../cloud/direct-connect.ts';
import { publicAddressPool, serviceRanges } from '../../cloud/public-range.ts';
import { regionNames } from '../../cloud/region.ts';
import { type Cidr, cidrsOverlap } from '../../lib/cidr.ts';
import { putArnTags } from '../arn-tag.ts';
import { flag, type Input, integer, readInput, structure, text } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { notBuilt } from '../parameters.ts';
import { readSession, type SessionRequest, sessionMembers } from './bgp-session.ts';
import { clientError } from './errors.ts';
import { refuseOtherKind } from './gateway.ts';
import {
  paging,
  prefixList,
  readPrefixes,
  readTags,
  required,
  requireName,
  showPage,
  tagList,
} from './input.ts';
import {
  getConnection,
  getGateway,
  getVirtualInterface,
  listVirtualInterfaces,
  virtualInterfaceArn,
} from './resource.ts';
import { getVpnGateway } from './virtual-gateway.ts';
import { showVirtualInterface } from './virtual-interface-show.ts';

type Kind = VirtualInterface['leadsTo']['kind'];

const base36 = '0123456789abcdefghijklmnopqrstuvwxyz';
const largestVlan = 4094;
/** AWS: 9001 was the large one of private interfaces before 8500 was. */
const packetSizes: Record<Kind, number[]> = {
  private: [1500, 8500, 9001],
  transit: [1500, 8500],
  public: [1500],
};

const common = { virtualInterfaceName: text, vlan: integer, ...sessionMembers, tags: tagList };
const routed = { ...common, mtu: integer, enableSiteLink: flag, directConnectGatewayId: text };

export function createPrivateVirtualInterface(input: Input, context: JsonContext): object {
  const wanted = readInput('directconnect:CreatePrivateVirtualInterface', input, {
    connectionId: text,
    newPrivateVirtualInterface: structure({ ...routed, virtualGatewayId: text }),
  });
  const connection = getConnection(context, required('connectionId', wanted.connectionId));
  const about = required('newPrivateVirtualInterface', wanted.newPrivateVirtualInterface);
  const { directConnectGatewayId: gatewayId, virtualGatewayId } = about;
  if ((gatewayId === undefined) === (virtualGatewayId === undefined))
    throw clientError('Specify either a Virtual Gateway or a Direct Connect Gateway.');
  if (virtualGatewayId !== undefined) {
    const { vpnGatewayId } = getVpnGateway(context, virtualGatewayId);
    return putVirtualInterface(context, connection, about, { kind: 'private', vpnGatewayId });
  }
  const { directConnectGatewayId } = getGateway(context, gatewayId!);
  refuseOtherKind(context.cloud, directConnectGatewayId, 'private');
  return putVirtualInterface(context, connection, about, { kind: 'private', directConnectGatewayId });
}

export function createTransitVirtualInterface(input: Input, context: JsonContext): object {
  const wanted = readInput('directconnect:CreateTransitVirtualInterface', input, {
    connectionId: text,
    newTransitVirtualInterface: structure(routed),
  });
  const connection = getConnection(context, required('connectionId', wanted.connectionId));
  const about = required('newTransitVirtualInterface', wanted.newTransitVirtualInterface);
  const gatewayId = required('directConnectGatewayId', about.directConnectGatewayId);
  const { directConnectGatewayId } = getGateway(context, gatewayId);
  refuseOtherKind(context.cloud, directConnectGatewayId, 'transit');
  const leadsTo = { kind: 'transit', directConnectGatewayId } as const;
  return { virtualInterface: putVirtualInterface(context, connection, about, leadsTo) };
}

export function createPublicVirtualInterface(input: Input, context: JsonContext): object {
  const wanted = readInput('directconnect:CreatePublicVirtualInterface', input, {
    connectionId: text,
    newPublicVirtualInterface: structure({ ...common, routeFilterPrefixes: prefixList }),
  });
  const connection = getConnection(context, required('connectionId', wanted.connectionId));
  const about = required('newPublicVirtualInterface', wanted.newPublicVirtualInterface);
  const routeFilterPrefixes = readPrefixes(about.routeFilterPrefixes);
  if (routeFilterPrefixes.length === 0) throw clientError('At least one route filter prefix is required.');
  refuseOthersPrefixes(context, connection, routeFilterPrefixes);
  return putVirtualInterface(context, connection, about, { kind: 'public', routeFilterPrefixes });
}

/** AWS: who announces a prefix must own it: neither AWS's addresses, its customers' among them, nor another site's. */
function refuseOthersPrefixes(
  { cloud }: JsonContext,
  { siteId }: Pick<DirectConnectConnection, 'siteId'>,
  prefixes: Cidr[],
): void {
  const others = cloud.sites.where((site) => site.siteId !== siteId);
  const taken = [
    ...[...serviceRanges, ...regionNames.map(publicAddressPool)],
    ...others.map(({ publicAddress }) => `${publicAddress}/32`),
  ];
  const foreign = prefixes.find((prefix) => taken.some((range) => cidrsOverlap(prefix, range)));
  if (foreign !== undefined) throw clientError(`The prefix ${foreign} is not yours to announce.`);
}

export function describeVirtualInterfaces(input: Input, context: JsonContext): object {
  const about = { connectionId: text, virtualInterfaceId: text, ...paging };
  const { connectionId, virtualInterfaceId, ...wanted } = readInput(
    'directconnect:DescribeVirtualInterfaces',
    input,
    about,
  );
  // AWS: one that is not there is an empty list.
  const selected = listVirtualInterfaces(context)
    .filter((one) => connectionId === undefined || one.connectionId === connectionId)
    .filter((one) => virtualInterfaceId === undefined || one.virtualInterfaceId === virtualInterfaceId);
  const { page, rest } = showPage(selected, wanted, (one) => one.virtualInterfaceId);
  return { virtualInterfaces: page.map((one) => showVirtualInterface(one, context)), ...rest };
}

export function updateVirtualInterfaceAttributes(input: Input, context: JsonContext): object {
  const wanted = readInput('directconnect:UpdateVirtualInterfaceAttributes', input, {
    ...{ virtualInterfaceId: text, mtu: integer, enableSiteLink: flag, virtualInterfaceName: text },
  });
  const virtualInterface = getVirtualInterface(
    context,
    required('virtualInterfaceId', wanted.virtualInterfaceId),
  );
  refuseSiteLink(wanted.enableSiteLink);
  const { mtu = virtualInterface.mtu, virtualInterfaceName: name = virtualInterface.virtualInterfaceName } =
    wanted;
  checkMtu(mtu, virtualInterface.leadsTo.kind);
  const virtualInterfaceName = requireName('virtualInterfaceName', name);
  const changed = context.cloud.virtualInterfaces.put({ ...virtualInterface, mtu, virtualInterfaceName });
  return showVirtualInterface(changed, context);
}

export function deleteVirtualInterface(input: Input, context: JsonContext): object {
  const about = { virtualInterfaceId: text };
  const wanted = readInput('directconnect:DeleteVirtualInterface', input, about);
  const id = required('virtualInterfaceId', wanted.virtualInterfaceId);
  const { virtualInterfaceId } = getVirtualInterface(context, id);
  putArnTags(context, virtualInterfaceArn(context, virtualInterfaceId), {});
  context.cloud.virtualInterfaces.delete(virtualInterfaceId);
  return { virtualInterfaceState: 'deleting' };
}

interface Request extends SessionRequest {
  virtualInterfaceName?: string;
  vlan?: number;
  mtu?: number;
  enableSiteLink?: boolean;
  tags?: { key?: string; value?: string }[];
}

function putVirtualInterface(
  context: JsonContext,
  { connectionId }: DirectConnectConnection,
  wanted: Request,
  leadsTo: VirtualInterface['leadsTo'],
): object {
  const virtualInterfaceName = requireName('virtualInterfaceName', wanted.virtualInterfaceName);
  const vlan = required('vlan', wanted.vlan);
  checkVlan(context, connectionId, vlan);
  const { mtu = 1500 } = wanted;
  checkMtu(mtu, leadsTo.kind);
  refuseSiteLink(wanted.enableSiteLink);
  const session = readSession(context, wanted, leadsTo.kind);
  const tags = readTags(wanted.tags);

  const { accountId, region, cloud } = context;
  const virtualInterface = cloud.virtualInterfaces.put({
    ...{ virtualInterfaceId: `dxvif-${context.randomText(8, base36)}`, accountId, region },
    ...{ connectionId, virtualInterfaceName, vlan, mtu, leadsTo, ...session },
    bgpPeerId: `dxpeer-${context.randomText(8, base36)}`,
  });
  putArnTags(context, virtualInterfaceArn(context, virtualInterface.virtualInterfaceId), tags);
  return showVirtualInterface(virtualInterface, context);
}

function checkVlan({ cloud }: JsonContext, connectionId: string, vlan: number): void {
  if (vlan < 1 || vlan > largestVlan) throw clientError(`VLAN ${vlan} is invalid. Use 1 to ${largestVlan}.`);
  const isTaken = cloud.virtualInterfaces
    .all()
    .some((one) => one.connectionId === connectionId && one.vlan === vlan);
  if (isTaken) throw clientError(`VLAN ${vlan} is already in use on Connection ${connectionId}`);
}

function checkMtu(mtu: number, kind: Kind): void {
  if (!packetSizes[kind].includes(mtu))
    throw clientError(`MTU ${mtu} is invalid. Use one of ${packetSizes[kind].join(', ')}.`);
}

function refuseSiteLink(enableSiteLink: boolean | undefined): void {
  if (enableSiteLink) throw notBuilt('SiteLink of virtual interfaces');
}
