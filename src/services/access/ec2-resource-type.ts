// Which kinds of resources each EC2 action is a permission on, from AWS's Service Authorization Reference, as far as
// Isthmus has them. `*`: the call is always about one; `+`: the call makes one; bare: if the call names one. What is not here is on `*`.

const actions: Record<string, string> = {
  // VPCs and subnets
  CreateVpc: 'vpc+',
  DeleteVpc: 'vpc*',
  ModifyVpcAttribute: 'vpc*',
  DescribeVpcAttribute: 'vpc*',
  CreateSubnet: 'subnet+ vpc*',
  DeleteSubnet: 'subnet*',
  ModifySubnetAttribute: 'subnet*',

  // Routing
  CreateRouteTable: 'route-table+ vpc*',
  DeleteRouteTable: 'route-table*',
  AssociateRouteTable: 'route-table* subnet internet-gateway',
  DisassociateRouteTable: 'route-table subnet internet-gateway',
  ReplaceRouteTableAssociation: 'route-table* subnet internet-gateway',
  CreateRoute: 'route-table*',
  ReplaceRoute: 'route-table*',
  DeleteRoute: 'route-table*',
  CreateManagedPrefixList: 'prefix-list+',
  ModifyManagedPrefixList: 'prefix-list*',
  RestoreManagedPrefixListVersion: 'prefix-list*',
  DeleteManagedPrefixList: 'prefix-list*',
  GetManagedPrefixListEntries: 'prefix-list*',
  GetManagedPrefixListAssociations: 'prefix-list*',

  // Network ACLs
  CreateNetworkAcl: 'network-acl+ vpc*',
  DeleteNetworkAcl: 'network-acl*',
  CreateNetworkAclEntry: 'network-acl*',
  ReplaceNetworkAclEntry: 'network-acl*',
  DeleteNetworkAclEntry: 'network-acl*',
  ReplaceNetworkAclAssociation: 'network-acl* subnet',

  // Flow logs
  CreateFlowLogs: 'vpc-flow-log+ network-interface subnet transit-gateway transit-gateway-attachment vpc',
  DeleteFlowLogs: 'vpc-flow-log*',

  // Network Insights
  CreateNetworkInsightsPath: 'network-insights-path+',
  DeleteNetworkInsightsPath: 'network-insights-path*',
  StartNetworkInsightsAnalysis: 'network-insights-analysis+ network-insights-path*',
  DeleteNetworkInsightsAnalysis: 'network-insights-analysis*',

  // Ways out
  CreateInternetGateway: 'internet-gateway+',
  DeleteInternetGateway: 'internet-gateway*',
  AttachInternetGateway: 'internet-gateway* vpc*',
  DetachInternetGateway: 'internet-gateway* vpc*',
  CreateNatGateway: 'natgateway+ subnet elastic-ip',
  DeleteNatGateway: 'natgateway*',
  AllocateAddress: 'elastic-ip+',
  ReleaseAddress: 'elastic-ip',
  AssociateAddress: 'elastic-ip instance network-interface',
  DisassociateAddress: 'elastic-ip network-interface',

  // VPN
  CreateCustomerGateway: 'customer-gateway+',
  DeleteCustomerGateway: 'customer-gateway*',
  CreateVpnGateway: 'vpn-gateway+',
  DeleteVpnGateway: 'vpn-gateway*',
  AttachVpnGateway: 'vpc* vpn-gateway*',
  DetachVpnGateway: 'vpc* vpn-gateway*',
  CreateVpnConnection: 'customer-gateway* vpn-connection+ transit-gateway vpn-gateway',
  DeleteVpnConnection: 'vpn-connection*',
  CreateVpnConnectionRoute: 'vpn-connection*',
  DeleteVpnConnectionRoute: 'vpn-connection*',
  EnableVgwRoutePropagation: 'route-table* vpn-gateway*',
  DisableVgwRoutePropagation: 'route-table* vpn-gateway*',

  // Security groups
  CreateSecurityGroup: 'security-group+ vpc',
  DeleteSecurityGroup: 'security-group*',
  AuthorizeSecurityGroupIngress: 'security-group*',
  AuthorizeSecurityGroupEgress: 'security-group*',
  RevokeSecurityGroupIngress: 'security-group*',
  RevokeSecurityGroupEgress: 'security-group*',
  ModifySecurityGroupRules: 'security-group* security-group-rule*',
  UpdateSecurityGroupRuleDescriptionsIngress: 'security-group*',
  UpdateSecurityGroupRuleDescriptionsEgress: 'security-group*',

  // DHCP
  CreateDhcpOptions: 'dhcp-options+',
  AssociateDhcpOptions: 'dhcp-options* vpc*',
  DeleteDhcpOptions: 'dhcp-options*',

  // Peering
  CreateVpcPeeringConnection: 'vpc* vpc-peering-connection+',
  AcceptVpcPeeringConnection: 'vpc* vpc-peering-connection*',
  RejectVpcPeeringConnection: 'vpc-peering-connection*',
  DeleteVpcPeeringConnection: 'vpc-peering-connection*',
  ModifyVpcPeeringConnectionOptions: 'vpc-peering-connection*',

  // Transit gateways
  CreateTransitGateway: 'transit-gateway+',
  ModifyTransitGateway: 'transit-gateway* transit-gateway-route-table',
  DeleteTransitGateway: 'transit-gateway*',
  CreateTransitGatewayVpcAttachment: 'subnet* transit-gateway* transit-gateway-attachment+ vpc*',
  ModifyTransitGatewayVpcAttachment: 'transit-gateway-attachment* subnet',
  DeleteTransitGatewayVpcAttachment: 'transit-gateway-attachment*',
  AcceptTransitGatewayVpcAttachment: 'transit-gateway-attachment*',
  RejectTransitGatewayVpcAttachment: 'transit-gateway-attachment*',
  CreateTransitGatewayRouteTable: 'transit-gateway* transit-gateway-route-table+',
  DeleteTransitGatewayRouteTable: 'transit-gateway-route-table*',
  AssociateTransitGatewayRouteTable: 'transit-gateway-attachment* transit-gateway-route-table*',
  DisassociateTransitGatewayRouteTable: 'transit-gateway-attachment* transit-gateway-route-table*',
  EnableTransitGatewayRouteTablePropagation: 'transit-gateway-route-table* transit-gateway-attachment',
  DisableTransitGatewayRouteTablePropagation: 'transit-gateway-route-table* transit-gateway-attachment',
  CreateTransitGatewayRoute: 'transit-gateway-route-table* transit-gateway-attachment',
  ReplaceTransitGatewayRoute: 'transit-gateway-route-table* transit-gateway-attachment',
  DeleteTransitGatewayRoute: 'transit-gateway-route-table*',
  GetTransitGatewayAttachmentPropagations: 'transit-gateway-attachment*',
  GetTransitGatewayRouteTableAssociations: 'transit-gateway-route-table*',
  GetTransitGatewayRouteTablePropagations: 'transit-gateway-route-table*',
  SearchTransitGatewayRoutes: 'transit-gateway-route-table*',
  CreateTransitGatewayPrefixListReference:
    'prefix-list* transit-gateway-route-table* transit-gateway-attachment',
  ModifyTransitGatewayPrefixListReference:
    'prefix-list* transit-gateway-route-table* transit-gateway-attachment',
  DeleteTransitGatewayPrefixListReference: 'prefix-list* transit-gateway-route-table*',
  GetTransitGatewayPrefixListReferences: 'transit-gateway-route-table*',

  // Instances
  RunInstances: 'image* instance+ network-interface+ security-group* subnet* volume+',
  StartInstances: 'instance*',
  StopInstances: 'instance*',
  RebootInstances: 'instance*',
  TerminateInstances: 'instance*',
  GetConsoleOutput: 'instance*',
  DescribeInstanceAttribute: 'instance*',
  ModifyInstanceAttribute: 'instance* security-group',
  ModifyInstanceMetadataOptions: 'instance*',
  AssociateIamInstanceProfile: 'instance*',
  DisassociateIamInstanceProfile: 'instance*',
  ReplaceIamInstanceProfileAssociation: 'instance*',

  // Network interfaces
  CreateNetworkInterface: 'network-interface+ security-group subnet*',
  DeleteNetworkInterface: 'network-interface*',
  ModifyNetworkInterfaceAttribute: 'instance network-interface* security-group',
  AttachNetworkInterface: 'instance* network-interface*',
  DetachNetworkInterface: 'instance* network-interface*',

  // PrivateLink
  AcceptVpcEndpointConnections: 'vpc-endpoint-service*',
  CreateVpcEndpoint: 'vpc* vpc-endpoint+ route-table security-group subnet',
  CreateVpcEndpointServiceConfiguration: 'vpc-endpoint-service+',
  DeleteVpcEndpoints: 'vpc-endpoint*',
  DeleteVpcEndpointServiceConfigurations: 'vpc-endpoint-service*',
  DescribeVpcEndpointServicePermissions: 'vpc-endpoint-service*',
  ModifyVpcEndpoint: 'vpc-endpoint* route-table security-group subnet',
  ModifyVpcEndpointServiceConfiguration: 'vpc-endpoint-service*',
  ModifyVpcEndpointServicePayerResponsibility: 'vpc-endpoint-service*',
  ModifyVpcEndpointServicePermissions: 'vpc-endpoint-service*',
  RejectVpcEndpointConnections: 'vpc-endpoint-service*',
};

export interface ResourceType {
  type: string;
  need: 'always' | 'made' | 'if named';
}

/** Tags may be put on whatever can be named. */
const anyType = ['CreateTags', 'DeleteTags'];

/** Empty: a permission on `*`. `any`: on each resource that is named, of whichever type. */
export function resourceTypesOf(operation: string): ResourceType[] | 'any' {
  if (anyType.includes(operation)) return 'any';
  if (!Object.hasOwn(actions, operation)) return [];
  return actions[operation]!.split(' ').map((text) => {
    const type = text.replace(/[*+]$/, '');
    return { type, need: text.endsWith('*') ? 'always' : text.endsWith('+') ? 'made' : 'if named' };
  });
}
