// Which way a packet takes through hubs: transit gateways, virtual private gateways, Direct Connect gateways, the routers of
// sites. Each knows only by which port it came in and that port's table, so one walk serves them all, there and back.

import type { VpcId } from '../cloud/id.ts';
import { cidrContains, type Ipv4 } from '../lib/cidr.ts';
import type { Hub, HubAttachment, HubPort, HubRoute, Network, VpcNetwork } from './network.ts';
import type { PacketStopCode } from './stop-code.ts';

export interface HubStep {
  /** The table or the hub that decided. */
  at: string;
  text: string;
  hubId: string;
  /** By which port it came in. */
  cameBy: string;
  route: HubRoute;
}

export type HubEnd =
  /** It leaves the last hub into this VPC, by this attachment. */
  | { kind: 'vpc'; vpcId: VpcId; attachmentId: string }
  /** It is handed to somebody in a site. */
  | { kind: 'host'; hubId: string; attachmentId: string }
  /** It is for the router of a site itself. */
  | { kind: 'router'; hubId: string }
  /** It leaves a site under the site's public address. */
  | { kind: 'internet'; hubId: string; attachmentId: string; publicAddress: Ipv4 }
  | {
      kind: 'stop';
      hubId: string;
      at: string;
      code: PacketStopCode;
      because: string;
      cameBy: string;
      /** The blackhole. */
      route?: HubRoute;
    };

export interface HubWalk {
  steps: HubStep[];
  end: HubEnd;
}

/** Where a port leads that is not another hub. */
type Outside = Exclude<HubPort['leadsTo'], { kind: 'hub' }>;

/** Nobody connects more hubs in a row; routes that lead in a circle end here. */
const longestWay = 16;

/** @param attachmentId the port of the hub by which the packet comes in */
export function walkHubs(
  network: Pick<Network, 'hubs'>,
  hubId: string,
  attachmentId: string,
  to: Ipv4,
): HubWalk {
  const steps: HubStep[] = [];
  let [atHub, inPort] = [hubId, attachmentId];
  const stop = (at: string, code: PacketStopCode, because: string, route?: HubRoute): HubWalk => ({
    steps,
    end: { kind: 'stop', hubId: atHub, cameBy: inPort, at, code, because, ...(route ? { route } : {}) },
  });
  for (let hops = 0; hops < longestWay; hops++) {
    const hub = network.hubs.get(atHub);
    if (!hub) return stop(atHub, 'BAD_STATE', `${atHub} is gone`);
    const port = hub.ports.find((candidate) => candidate.attachmentId === inPort);
    if (!port) return stop(inPort, 'BAD_STATE_ATTACHMENT', `${inPort} is not attached to ${atHub}`);
    if (port.tableId === undefined)
      return stop(
        inPort,
        'TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION',
        `${inPort} is associated with no route table of ${atHub}: what comes by it is dropped`,
      );
    const at = tableOwner(hub, port.tableId);
    const name = nameTable(hub, port.tableId);
    const route = chooseHubRoute(hub, port.tableId, to);
    if (!route) return stop(at, codeOfNoRoute(hub), `${name} has no route to ${to}`);
    const { destination, target } = route;
    if (target.kind === 'self') return { steps, end: { kind: 'router', hubId: atHub } };
    if (target.kind === 'blackhole') {
      const because = `route ${destination} is a blackhole: ${target.because}`;
      return stop(at, codeOfBlackhole(hub), because, route);
    }
    const { attachmentId: outPort } = target;
    const out = hub.ports.find((candidate) => candidate.attachmentId === outPort);
    if (!out) return stop(outPort, 'BAD_STATE_ATTACHMENT', `${outPort} is not attached to ${atHub}`, route);
    // A site's way to the internet has no name of its own.
    const where = out.leadsTo.kind === 'internet' && outPort === atHub ? 'the internet' : outPort;
    const text = `${name}: route ${destination} → ${where}`;
    steps.push({ at, text, hubId: atHub, cameBy: inPort, route });
    if (out.leadsTo.kind !== 'hub') return { steps, end: describeEnd(hub, out, out.leadsTo) };
    [atHub, inPort] = [out.leadsTo.hubId, out.attachmentId];
  }
  return stop(atHub, 'ROUTE_LOOP', 'the routes lead in a circle');
}

/** AWS: has codes of their own for the route tables of transit gateways. */
export function codeOfNoRoute({ kind }: Hub): PacketStopCode {
  return kind === 'transit-gateway' ? 'TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT' : 'NO_ROUTE_TO_DESTINATION';
}

export function codeOfBlackhole({ kind }: Hub): PacketStopCode {
  return kind === 'transit-gateway' ? 'TGW_RTB_BAD_STATE_ROUTE' : 'BAD_STATE_ROUTE';
}

export function chooseHubRoute(hub: Hub, tableId: string, to: Ipv4): HubRoute | undefined {
  return hub.tables
    .find((table) => table.tableId === tableId)
    ?.routes.find(({ destination }) => cidrContains(destination, to));
}

/** AWS: what is in a zone where the attachment of a transit gateway has no subnet does not get out by it. */
export function servesZone(
  { availabilityZoneIds: zones }: HubAttachment,
  availabilityZoneId: string,
): boolean {
  return !zones || zones.includes(availabilityZoneId);
}

/** @returns the attachment that a route leads to, if it does not serve the zone */
export function findUnservingAttachment(
  { hubAttachments }: VpcNetwork,
  { attachmentId }: { attachmentId: string },
  availabilityZoneId: string,
): string | undefined {
  const attachment = hubAttachments.find((one) => one.attachmentId === attachmentId);
  return attachment && !servesZone(attachment, availabilityZoneId) ? attachmentId : undefined;
}

function describeEnd({ hubId }: Hub, { attachmentId }: HubPort, leadsTo: Outside): HubEnd {
  switch (leadsTo.kind) {
    case 'vpc':
      return { kind: 'vpc', vpcId: leadsTo.vpcId, attachmentId };
    case 'host':
      return { kind: 'host', hubId, attachmentId };
    case 'internet':
      return { kind: 'internet', hubId, attachmentId, publicAddress: leadsTo.publicAddress };
  }
}

/** Who decides by a table: a transit gateway's have ids, those of other hubs are the hub itself. */
export const tableOwner = ({ hubId }: Hub, tableId: string) => (tableId.endsWith(hubId) ? hubId : tableId);

function nameTable(hub: Hub, tableId: string): string {
  const owner = tableOwner(hub, tableId);
  return owner === hub.hubId ? owner : `${owner} of ${hub.hubId}`;
}

/** Somebody in a site, as a place to send from. */
export interface HostPlace {
  hub: Hub;
  hostId: string;
  address: Ipv4;
}

export function findHost({ hubs }: Pick<Network, 'hubs'>, hostId: string): HostPlace | undefined {
  for (const hub of hubs.values())
    for (const { attachmentId, leadsTo } of hub.ports)
      if (attachmentId === hostId && leadsTo.kind === 'host')
        return { hub, hostId, address: leadsTo.address };
  return undefined;
}

/** For sentences: where a way ends. */
export function nameEnd(end: Exclude<HubEnd, { kind: 'stop' }>): string {
  switch (end.kind) {
    case 'vpc':
      return end.vpcId;
    case 'host':
      return `${end.attachmentId} of ${end.hubId}`;
    case 'internet':
      return `the internet, by ${end.hubId}`;
    case 'router':
      return `the router of ${end.hubId}`;
  }
}
