// Which way a packet takes through hubs: transit gateways, virtual private gateways, Direct Connect gateways, the routers of
// sites. Each knows only by which port it came in and that port's table, so one walk serves them all, there and back.

import type { VpcId } from '../cloud/id.ts';
import { cidrContains, type Ipv4 } from '../lib/cidr.ts';
import type { Hub, HubPort, HubRoute, Network } from './network.ts';

export interface HubStep {
  /** The table or the hub that decided. */
  at: string;
  text: string;
}

export type HubEnd =
  /** It leaves the last hub into this VPC, by this attachment. */
  | { kind: 'vpc'; vpcId: VpcId; attachmentId: string }
  /** It is handed to somebody in a site. */
  | { kind: 'host'; hubId: string; attachmentId: string }
  | { kind: 'stop'; at: string; because: string };

export interface HubWalk {
  steps: HubStep[];
  end: HubEnd;
}

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
  for (let hops = 0; hops < longestWay; hops++) {
    const hub = network.hubs.get(atHub);
    if (!hub) return stop(steps, atHub, 'is gone');
    const port = hub.ports.find((candidate) => candidate.attachmentId === inPort);
    if (!port) return stop(steps, inPort, `is not attached to ${atHub}`);
    if (port.tableId === undefined)
      return stop(
        steps,
        inPort,
        `is associated with no route table of ${atHub}: what comes by it is dropped`,
      );
    const route = chooseHubRoute(hub, port.tableId, to);
    if (!route) return stop(steps, port.tableId, `${nameTable(hub, port.tableId)} has no route to ${to}`);
    const { destination, target } = route;
    if (target.kind === 'blackhole')
      return stop(steps, port.tableId, `route ${destination} is a blackhole: ${target.because}`);
    steps.push({
      at: port.tableId,
      text: `${nameTable(hub, port.tableId)}: route ${destination} → ${target.attachmentId}`,
    });
    const out = hub.ports.find((candidate) => candidate.attachmentId === target.attachmentId);
    if (!out) return stop(steps, target.attachmentId, `is not attached to ${atHub}`);
    if (out.leadsTo.kind !== 'hub') return { steps, end: describeEnd(hub, out) };
    [atHub, inPort] = [out.leadsTo.hubId, out.attachmentId];
  }
  return stop(steps, atHub, 'the routes lead in a circle');
}

export function chooseHubRoute(hub: Hub, tableId: string, to: Ipv4): HubRoute | undefined {
  return hub.tables
    .find((table) => table.tableId === tableId)
    ?.routes.find(({ destination }) => cidrContains(destination, to));
}

function describeEnd({ hubId }: Hub, { attachmentId, leadsTo }: HubPort): HubEnd {
  return leadsTo.kind === 'vpc'
    ? { kind: 'vpc', vpcId: leadsTo.vpcId, attachmentId }
    : { kind: 'host', hubId, attachmentId };
}

function stop(steps: HubStep[], at: string, because: string): HubWalk {
  return { steps, end: { kind: 'stop', at, because } };
}

/** A hub with one table is named by its own id alone. */
const nameTable = ({ hubId }: Hub, tableId: string) => (tableId === hubId ? hubId : `${tableId} of ${hubId}`);
