// AWS's identifiers: a prefix that names the kind and 17 lower-case hexadecimal digits.
// Eight-digit ids are legacy and still legal on input.

export type AccountId = string;
export type Region = string;

export type VpcId = `vpc-${string}`;
export type SubnetId = `subnet-${string}`;
export type RouteTableId = `rtb-${string}`;
export type SecurityGroupId = `sg-${string}`;
export type SecurityGroupRuleId = `sgr-${string}`;
export type NetworkInterfaceId = `eni-${string}`;
export type InstanceId = `i-${string}`;
export type VpcEndpointId = `vpce-${string}`;
export type EndpointServiceId = `vpce-svc-${string}`;
export type VpcPeeringConnectionId = `pcx-${string}`;
export type InternetGatewayId = `igw-${string}`;
export type NatGatewayId = `nat-${string}`;
export type ElasticIpAllocationId = `eipalloc-${string}`;
export type PrefixListId = `pl-${string}`;
export type NetworkAclId = `acl-${string}`;
export type FlowLogId = `fl-${string}`;
export type TransitGatewayId = `tgw-${string}`;
export type TransitGatewayAttachmentId = `tgw-attach-${string}`;
export type TransitGatewayRouteTableId = `tgw-rtb-${string}`;
export type VpnGatewayId = `vgw-${string}`;
export type CustomerGatewayId = `cgw-${string}`;
/** Eight characters after the prefix, as all of Direct Connect's. */
export type DirectConnectConnectionId = `dxcon-${string}`;
export type VirtualInterfaceId = `dxvif-${string}`;
/** Without a prefix: `5f294f92-bafb-4011-916d-9b0b1c2d3e4f`. */
export type DirectConnectGatewayId = string;
export type VpnConnectionId = `vpn-${string}`;
/** An on-premises network; Isthmus's own, AWS has no such thing. */
export type SiteId = `site-${string}`;
/** Somebody in a site. */
export type SiteHostId = `host-${string}`;
/** Whoever runs programs on this machine. */
export type SandboxId = InstanceId | SiteHostId;
/** Of a Route 53 Resolver inbound endpoint. */
export type ResolverEndpointId = `rslvr-in-${string}`;
export type OutboundEndpointId = `rslvr-out-${string}`;
export type ResolverRuleId = `rslvr-rr-${string}`;

/** `newId('vpc')` is `vpc-0123456789abcdef0`. Handed in, so that the pure middle stays pure. */
export type NewId = <P extends string>(prefix: P) => `${P}-${string}`;

export function isIdOf(prefix: string, text: string): boolean {
  const digits = text.startsWith(`${prefix}-`) ? text.slice(prefix.length + 1) : '';
  return /^([0-9a-f]{8}|[0-9a-f]{17})$/.test(digits);
}
