// The part of EC2's table of contents that is about transit gateways.

import type { OperationTable } from '../operation.ts';
import { searchTransitGatewayRoutes } from './search-transit-gateway-routes.ts';
import {
  createTransitGateway,
  deleteTransitGateway,
  describeTransitGateways,
  modifyTransitGateway,
} from './transit-gateway.ts';
import {
  describeTransitGatewayConnects,
  describeTransitGatewayMulticastDomains,
  describeTransitGatewayPeeringAttachments,
} from './transit-gateway-absent.ts';
import {
  associateTransitGatewayRouteTable,
  disableTransitGatewayRouteTablePropagation,
  disassociateTransitGatewayRouteTable,
  enableTransitGatewayRouteTablePropagation,
  getTransitGatewayAttachmentPropagations,
  getTransitGatewayRouteTableAssociations,
  getTransitGatewayRouteTablePropagations,
} from './transit-gateway-association.ts';
import { describeTransitGatewayAttachments } from './transit-gateway-attachment.ts';
import {
  createTransitGatewayPrefixListReference,
  deleteTransitGatewayPrefixListReference,
  getTransitGatewayPrefixListReferences,
  modifyTransitGatewayPrefixListReference,
} from './transit-gateway-prefix-list.ts';
import {
  createTransitGatewayRoute,
  deleteTransitGatewayRoute,
  replaceTransitGatewayRoute,
} from './transit-gateway-route.ts';
import {
  createTransitGatewayRouteTable,
  deleteTransitGatewayRouteTable,
  describeTransitGatewayRouteTables,
} from './transit-gateway-route-table.ts';
import {
  acceptTransitGatewayVpcAttachment,
  createTransitGatewayVpcAttachment,
  deleteTransitGatewayVpcAttachment,
  describeTransitGatewayVpcAttachments,
  modifyTransitGatewayVpcAttachment,
  rejectTransitGatewayVpcAttachment,
} from './transit-gateway-vpc-attachment.ts';

export const transitGatewayOperations = {
  CreateTransitGateway: createTransitGateway,
  DescribeTransitGateways: describeTransitGateways,
  ModifyTransitGateway: modifyTransitGateway,
  DeleteTransitGateway: deleteTransitGateway,
  CreateTransitGatewayVpcAttachment: createTransitGatewayVpcAttachment,
  DescribeTransitGatewayVpcAttachments: describeTransitGatewayVpcAttachments,
  ModifyTransitGatewayVpcAttachment: modifyTransitGatewayVpcAttachment,
  DeleteTransitGatewayVpcAttachment: deleteTransitGatewayVpcAttachment,
  AcceptTransitGatewayVpcAttachment: acceptTransitGatewayVpcAttachment,
  RejectTransitGatewayVpcAttachment: rejectTransitGatewayVpcAttachment,
  DescribeTransitGatewayAttachments: describeTransitGatewayAttachments,
  DescribeTransitGatewayPeeringAttachments: describeTransitGatewayPeeringAttachments,
  DescribeTransitGatewayConnects: describeTransitGatewayConnects,
  DescribeTransitGatewayMulticastDomains: describeTransitGatewayMulticastDomains,
  CreateTransitGatewayRouteTable: createTransitGatewayRouteTable,
  DescribeTransitGatewayRouteTables: describeTransitGatewayRouteTables,
  DeleteTransitGatewayRouteTable: deleteTransitGatewayRouteTable,
  AssociateTransitGatewayRouteTable: associateTransitGatewayRouteTable,
  DisassociateTransitGatewayRouteTable: disassociateTransitGatewayRouteTable,
  GetTransitGatewayRouteTableAssociations: getTransitGatewayRouteTableAssociations,
  EnableTransitGatewayRouteTablePropagation: enableTransitGatewayRouteTablePropagation,
  DisableTransitGatewayRouteTablePropagation: disableTransitGatewayRouteTablePropagation,
  GetTransitGatewayRouteTablePropagations: getTransitGatewayRouteTablePropagations,
  GetTransitGatewayAttachmentPropagations: getTransitGatewayAttachmentPropagations,
  CreateTransitGatewayRoute: createTransitGatewayRoute,
  ReplaceTransitGatewayRoute: replaceTransitGatewayRoute,
  DeleteTransitGatewayRoute: deleteTransitGatewayRoute,
  SearchTransitGatewayRoutes: searchTransitGatewayRoutes,
  CreateTransitGatewayPrefixListReference: createTransitGatewayPrefixListReference,
  ModifyTransitGatewayPrefixListReference: modifyTransitGatewayPrefixListReference,
  DeleteTransitGatewayPrefixListReference: deleteTransitGatewayPrefixListReference,
  GetTransitGatewayPrefixListReferences: getTransitGatewayPrefixListReferences,
} satisfies OperationTable;
