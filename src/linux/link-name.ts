// How AWS's ids become names Linux accepts: fifteen characters for a link, so three say what it is and twelve are the id's last digits.
// The whole id is the link's altname; namespaces have room for whole ids.

import type { CloudMark } from './namespace-state.ts';

/** The veth of an interface in its VPC's router. */
export const interfaceLink = (networkInterfaceId: string) => `eni${networkInterfaceId.slice(-12)}`;
/** In a consumer's router, towards the VPC of a provider. */
export const serviceLink = (providerVpcId: string) => `svc${providerVpcId.slice(-12)}`;
/** In a provider's router, from the VPC of a consumer. */
export const consumerLink = (consumerVpcId: string) => `con${consumerVpcId.slice(-12)}`;
/** In either router of a peering. */
export const peeringLink = (vpcPeeringConnectionId: string) => `pcx${vpcPeeringConnectionId.slice(-12)}`;

/** In a VPC's router, towards the door of a gateway endpoint. */
export const gatewayEndpointLink = (vpcEndpointId: string) => `gwe${vpcEndpointId.slice(-12)}`;
/** In a VPC's router, towards the door behind interfaces: of an interface endpoint to an AWS service, of an inbound resolver endpoint. */
export const serviceDoorLink = (ownerId: string) => `ife${ownerId.slice(-12)}`;
/** In a VPC's router, towards the internet. */
export const internetGatewayLink = (internetGatewayId: string) => `igw${internetGatewayId.slice(-12)}`;
/** In the internet, towards a VPC. */
export const vpcLink = (vpcId: string) => `vpc${vpcId.slice(-12)}`;

/**
 * In a VPC's router towards a hub: `tga…` of a transit gateway attachment, `vgw…` of a virtual private gateway.
 * In a hub, every port: `vpn…`, `dxv…`, or as in the VPC.
 */
export const hubLink = (attachmentId: string) =>
  `${attachmentId.startsWith('tgw-attach-') ? 'tga' : attachmentId.slice(0, 3)}${attachmentId.slice(-12)}`;

/** Links to other networks: what leadsToAnotherNetwork says of a route's target. */
export const otherNetworkLinks = ['pcx*', 'tga*', 'vgw*'];

/** What namespaceName takes for the one internet of a cloud. */
export const internetId = 'internet';

/** `isthmus-3f9a-vpc-0a1b…`: the mark tells two clouds of one machine apart. */
export const namespaceName = (mark: CloudMark, id: string) => `isthmus-${mark}-${id}`;
export const namespacePath = (name: string) => `/run/netns/${name}`;
/** Where the user namespace of an instance is held; it owns the instance's network namespace. */
export const userNamespacePath = (name: string) => `/run/isthmus/user/${name}`;
