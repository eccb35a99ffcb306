// Direct Connect's table of contents: each operation, and what its policies are asked about. What AWS has and we do not is
// known by name, so that it is refused as not built and not as unknown.

import type { JsonOperation } from '../json-service.ts';
import {
  createConnection,
  deleteConnection,
  describeConnections,
  describeLocations,
  updateConnection,
} from './connection.ts';
import {
  createDirectConnectGateway,
  deleteDirectConnectGateway,
  describeDirectConnectGatewayAttachments,
  describeDirectConnectGateways,
  updateDirectConnectGateway,
} from './gateway.ts';
import {
  createDirectConnectGatewayAssociation,
  deleteDirectConnectGatewayAssociation,
  describeDirectConnectGatewayAssociations,
  updateDirectConnectGatewayAssociation,
} from './gateway-association.ts';
import {
  associationResource,
  connectionResource,
  gatewayResource,
  virtualInterfaceResource,
} from './resource.ts';
import { describedResources, describeTags, taggedResource, tagResource, untagResource } from './tag.ts';
import { describeVirtualGateways } from './virtual-gateway.ts';
import {
  createPrivateVirtualInterface,
  createPublicVirtualInterface,
  createTransitVirtualInterface,
  deleteVirtualInterface,
  describeVirtualInterfaces,
  updateVirtualInterfaceAttributes,
} from './virtual-interface.ts';

export const directConnectOperations: Record<string, JsonOperation> = {
  CreateConnection: { run: createConnection },
  CreateDirectConnectGateway: { run: createDirectConnectGateway },
  CreateDirectConnectGatewayAssociation: {
    run: createDirectConnectGatewayAssociation,
    resourceArn: gatewayResource,
  },
  CreatePrivateVirtualInterface: { run: createPrivateVirtualInterface, resourceArn: connectionResource },
  CreatePublicVirtualInterface: { run: createPublicVirtualInterface, resourceArn: connectionResource },
  CreateTransitVirtualInterface: { run: createTransitVirtualInterface, resourceArn: connectionResource },
  DeleteConnection: { run: deleteConnection, resourceArn: connectionResource },
  DeleteDirectConnectGateway: { run: deleteDirectConnectGateway, resourceArn: gatewayResource },
  DeleteDirectConnectGatewayAssociation: {
    run: deleteDirectConnectGatewayAssociation,
    resourceArn: associationResource,
  },
  DeleteVirtualInterface: { run: deleteVirtualInterface, resourceArn: virtualInterfaceResource },
  DescribeConnections: { run: describeConnections, resourceArn: connectionResource },
  DescribeDirectConnectGatewayAssociations: {
    run: describeDirectConnectGatewayAssociations,
    resourceArn: associationResource,
  },
  DescribeDirectConnectGatewayAttachments: {
    run: describeDirectConnectGatewayAttachments,
    resourceArn: gatewayResource,
  },
  DescribeDirectConnectGateways: { run: describeDirectConnectGateways, resourceArn: gatewayResource },
  DescribeLocations: { run: describeLocations },
  DescribeTags: { run: describeTags, resourceArn: describedResources },
  DescribeVirtualGateways: { run: describeVirtualGateways },
  DescribeVirtualInterfaces: { run: describeVirtualInterfaces, resourceArn: virtualInterfaceResource },
  TagResource: { run: tagResource, resourceArn: taggedResource },
  UntagResource: { run: untagResource, resourceArn: taggedResource },
  UpdateConnection: { run: updateConnection, resourceArn: connectionResource },
  UpdateDirectConnectGateway: { run: updateDirectConnectGateway, resourceArn: gatewayResource },
  UpdateDirectConnectGatewayAssociation: {
    run: updateDirectConnectGatewayAssociation,
    resourceArn: associationResource,
  },
  UpdateVirtualInterfaceAttributes: {
    run: updateVirtualInterfaceAttributes,
    resourceArn: virtualInterfaceResource,
  },
};

export const directConnectNotBuilt = new Set(
  `AcceptDirectConnectGatewayAssociationProposal AllocateConnectionOnInterconnect AllocateHostedConnection
  AllocatePrivateVirtualInterface AllocatePublicVirtualInterface AllocateTransitVirtualInterface
  AssociateConnectionWithLag AssociateHostedConnection AssociateMacSecKey AssociateVirtualInterface ConfirmConnection
  ConfirmCustomerAgreement ConfirmPrivateVirtualInterface ConfirmPublicVirtualInterface ConfirmTransitVirtualInterface
  CreateBGPPeer CreateDirectConnectGatewayAssociationProposal CreateInterconnect CreateLag DeleteBGPPeer
  DeleteDirectConnectGatewayAssociationProposal DeleteInterconnect DeleteLag DescribeConnectionLoa
  DescribeConnectionsOnInterconnect DescribeCustomerMetadata DescribeDirectConnectGatewayAssociationProposals
  DescribeHostedConnections DescribeInterconnectLoa DescribeInterconnects DescribeLags DescribeLoa
  DescribeRouterConfiguration DisassociateConnectionFromLag DisassociateMacSecKey ListVirtualInterfaceTestHistory
  StartBgpFailoverTest StopBgpFailoverTest UpdateLag`.split(/\s+/),
);
