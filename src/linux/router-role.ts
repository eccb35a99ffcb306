// What a VPC takes part in decides which base chains and rules its router has: those that only others need are left out.

export interface RouterRole {
  /** It has endpoints into other VPCs. */
  isConsumer: boolean;
  /** It has interfaces behind which a service of ours answers. */
  hasServiceInterfaces: boolean;
  /** Clients from beyond the VPC may use its endpoints. */
  hasForeignClients: boolean;
  /** It has load balancers, which its own clients and those of other VPCs may use. */
  isProvider: boolean;
  /** It has load balancers, and it matters by which route table their packets go. */
  routesNodes: boolean;
  hasLoadBalancerGroups: boolean;
  hasGatewayEndpoints: boolean;
  hasInternetGateway: boolean;
  hasTransitGateway: boolean;
  /** Routes lead to interfaces, which may not have the address that a packet goes to. */
  hasAppliances: boolean;
  /** Peerings or hubs lead into it. */
  hasNeighbours: boolean;
  /** Some network ACL may refuse something. */
  hasNetworkAcls: boolean;
  /** It has interfaces in zones where an attachment to a transit gateway has no subnet. */
  hasUnservedZones: boolean;
  /** Packets of some of its interfaces are counted for flow logs. */
  hasFlowLogs: boolean;
}
