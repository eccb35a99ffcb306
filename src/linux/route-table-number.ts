// The numbers by which the route tables of a VPC or a hub are known to the kernel: of the routing table and of the packet mark alike.
//
//   mark N       a packet of a subnet that uses the table
//   mark N+2^30  the same, but not by way of an appliance: what a load balancer sends and is sent
//   table N      the table's routes, asked after those to the VPC's own addresses
//   table N+2^29 its routes inside the VPC, by way of an appliance, asked before them

import type { RouteTableId } from '../cloud/id.ts';
import { numberIds } from '../lib/stable-number.ts';
import type { VpcNetwork } from '../network/network.ts';
import { isInnerRoute } from '../network/route-choice.ts';

export const numberTables = <Id extends string>(tableIds: Id[]) =>
  numberIds(tableIds, { digits: 7, first: 1000 });

export const innerTable = (number: number) => number + 2 ** 29;
export const straightMark = (number: number) => number + 2 ** 30;

/** The tables that lead packets for a part of the VPC to an appliance first. */
export function tablesWithInnerRoutes(vpc: VpcNetwork): Set<RouteTableId> {
  const tables = vpc.routeTables.filter(({ routes }) => routes.some((route) => isInnerRoute(vpc, route)));
  return new Set(tables.map(({ routeTableId }) => routeTableId));
}
