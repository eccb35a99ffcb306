// The table of contents of EC2: every operation Isthmus answers, by AWS's name. What is not here is not built.

import type { OperationTable } from '../operation.ts';
import { describeAccountAttributes } from './account-attribute.ts';
import { describeInstanceCreditSpecifications } from './credit-specification.ts';
import {
  createCustomerGateway,
  deleteCustomerGateway,
  describeCustomerGateways,
} from './customer-gateway.ts';
import { describeVpcEndpointServices } from './describe-vpc-endpoint-services.ts';
import {
  associateDhcpOptions,
  createDhcpOptions,
  deleteDhcpOptions,
  describeDhcpOptions,
} from './dhcp-options.ts';
import {
  allocateAddress,
  describeAddresses,
  describeAddressesAttribute,
  releaseAddress,
} from './elastic-ip.ts';
import { associateAddress, disassociateAddress } from './elastic-ip-association.ts';
import {
  acceptVpcEndpointConnections,
  describeVpcEndpointConnections,
  rejectVpcEndpointConnections,
} from './endpoint-connection.ts';
import {
  createVpcEndpointServiceConfiguration,
  deleteVpcEndpointServiceConfigurations,
  describeVpcEndpointServiceConfigurations,
  modifyVpcEndpointServiceConfiguration,
  modifyVpcEndpointServicePayerResponsibility,
} from './endpoint-service.ts';
import {
  describeVpcEndpointServicePermissions,
  modifyVpcEndpointServicePermissions,
} from './endpoint-service-permission.ts';
import { createFlowLogs, deleteFlowLogs, describeFlowLogs } from './flow-log.ts';
import { describeImages } from './image.ts';
import { describeInstances } from './instance.ts';
import { describeInstanceAttribute, modifyInstanceAttribute } from './instance-attribute.ts';
import { runInstances } from './instance-launch.ts';
import { modifyInstanceMetadataOptions } from './instance-metadata-options.ts';
import {
  associateIamInstanceProfile,
  describeIamInstanceProfileAssociations,
  disassociateIamInstanceProfile,
  replaceIamInstanceProfileAssociation,
} from './instance-profile-association.ts';
import { rebootInstances, startInstances, stopInstances, terminateInstances } from './instance-state.ts';
import { describeInstanceStatus, getConsoleOutput } from './instance-status.ts';
import { describeInstanceTypeOfferings, describeInstanceTypes } from './instance-type.ts';
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  describeInternetGateways,
  detachInternetGateway,
} from './internet-gateway.ts';
import { describeKeyPairs } from './key-pair.ts';
import { describeLaunchTemplates } from './launch-template.ts';
import {
  createManagedPrefixList,
  deleteManagedPrefixList,
  modifyManagedPrefixList,
  restoreManagedPrefixListVersion,
} from './managed-prefix-list.ts';
import { createNatGateway, deleteNatGateway, describeNatGateways } from './nat-gateway.ts';
import { createNetworkAcl, deleteNetworkAcl, describeNetworkAcls } from './network-acl.ts';
import { replaceNetworkAclAssociation } from './network-acl-association.ts';
import { createNetworkAclEntry, deleteNetworkAclEntry, replaceNetworkAclEntry } from './network-acl-entry.ts';
import {
  deleteNetworkInsightsAnalysis,
  describeNetworkInsightsAnalyses,
  startNetworkInsightsAnalysis,
} from './network-insights-analysis.ts';
import {
  createNetworkInsightsPath,
  deleteNetworkInsightsPath,
  describeNetworkInsightsPaths,
} from './network-insights-path.ts';
import {
  createNetworkInterface,
  deleteNetworkInterface,
  describeNetworkInterfaces,
} from './network-interface.ts';
import { attachNetworkInterface, detachNetworkInterface } from './network-interface-attachment.ts';
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
} from './network-interface-attribute.ts';
import {
  describeManagedPrefixLists,
  describePrefixLists,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
} from './prefix-list.ts';
import { describeAvailabilityZones, describeRegions } from './region.ts';
import { createRoute, deleteRoute, replaceRoute } from './route.ts';
import {
  associateRouteTable,
  createRouteTable,
  deleteRouteTable,
  describeRouteTables,
  disassociateRouteTable,
  replaceRouteTableAssociation,
} from './route-table.ts';
import { createSecurityGroup, deleteSecurityGroup, describeSecurityGroups } from './security-group.ts';
import { describeSecurityGroupReferences, describeStaleSecurityGroups } from './security-group-peering.ts';
import {
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  revokeSecurityGroupEgress,
  revokeSecurityGroupIngress,
} from './security-group-rule.ts';
import {
  modifySecurityGroupRules,
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
} from './security-group-rule-change.ts';
import { describeSecurityGroupRules } from './security-group-rule-show.ts';
import { createSubnet, deleteSubnet, describeSubnets, modifySubnetAttribute } from './subnet.ts';
import { createTags, deleteTags, describeTags } from './tag.ts';
import { transitGatewayOperations } from './transit-gateway-operations.ts';
import { describeVolumes } from './volume.ts';
import { createVpc, deleteVpc, describeVpcs } from './vpc.ts';
import { describeVpcAttribute, modifyVpcAttribute } from './vpc-attribute.ts';
import { createVpcEndpoint, deleteVpcEndpoints, describeVpcEndpoints } from './vpc-endpoint.ts';
import { modifyVpcEndpoint } from './vpc-endpoint-modify.ts';
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
  deleteVpcPeeringConnection,
  describeVpcPeeringConnections,
  rejectVpcPeeringConnection,
} from './vpc-peering-connection.ts';
import { modifyVpcPeeringConnectionOptions } from './vpc-peering-options.ts';

import { createVpnConnection, deleteVpnConnection, describeVpnConnections } from './vpn-connection.ts';
import { createVpnConnectionRoute, deleteVpnConnectionRoute } from './vpn-connection-route.ts';
import {
  attachVpnGateway,
  createVpnGateway,
  deleteVpnGateway,
  describeVpnGateways,
  detachVpnGateway,
} from './vpn-gateway.ts';
import { disableVgwRoutePropagation, enableVgwRoutePropagation } from './vpn-gateway-propagation.ts';

export const ec2Operations = {
  // Accounts, regions and zones
  DescribeAccountAttributes: describeAccountAttributes,
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeRegions: describeRegions,

  // Tags
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,

  // VPCs
  CreateVpc: createVpc,
  DescribeVpcs: describeVpcs,
  DeleteVpc: deleteVpc,
  ModifyVpcAttribute: modifyVpcAttribute,
  DescribeVpcAttribute: describeVpcAttribute,

  // DHCP
  CreateDhcpOptions: createDhcpOptions,
  DescribeDhcpOptions: describeDhcpOptions,
  AssociateDhcpOptions: associateDhcpOptions,
  DeleteDhcpOptions: deleteDhcpOptions,

  // Subnets
  CreateSubnet: createSubnet,
  DescribeSubnets: describeSubnets,
  DeleteSubnet: deleteSubnet,
  ModifySubnetAttribute: modifySubnetAttribute,

  // Routing
  CreateRouteTable: createRouteTable,
  DescribeRouteTables: describeRouteTables,
  DeleteRouteTable: deleteRouteTable,
  AssociateRouteTable: associateRouteTable,
  DisassociateRouteTable: disassociateRouteTable,
  ReplaceRouteTableAssociation: replaceRouteTableAssociation,
  CreateRoute: createRoute,
  ReplaceRoute: replaceRoute,
  DeleteRoute: deleteRoute,

  // Network ACLs
  CreateNetworkAcl: createNetworkAcl,
  DescribeNetworkAcls: describeNetworkAcls,
  DeleteNetworkAcl: deleteNetworkAcl,
  CreateNetworkAclEntry: createNetworkAclEntry,
  ReplaceNetworkAclEntry: replaceNetworkAclEntry,
  DeleteNetworkAclEntry: deleteNetworkAclEntry,
  ReplaceNetworkAclAssociation: replaceNetworkAclAssociation,

  // Flow logs
  CreateFlowLogs: createFlowLogs,
  DescribeFlowLogs: describeFlowLogs,
  DeleteFlowLogs: deleteFlowLogs,

  // Network Insights
  CreateNetworkInsightsPath: createNetworkInsightsPath,
  DescribeNetworkInsightsPaths: describeNetworkInsightsPaths,
  DeleteNetworkInsightsPath: deleteNetworkInsightsPath,
  StartNetworkInsightsAnalysis: startNetworkInsightsAnalysis,
  DescribeNetworkInsightsAnalyses: describeNetworkInsightsAnalyses,
  DeleteNetworkInsightsAnalysis: deleteNetworkInsightsAnalysis,

  // Prefix lists
  DescribePrefixLists: describePrefixLists,
  CreateManagedPrefixList: createManagedPrefixList,
  DescribeManagedPrefixLists: describeManagedPrefixLists,
  ModifyManagedPrefixList: modifyManagedPrefixList,
  RestoreManagedPrefixListVersion: restoreManagedPrefixListVersion,
  DeleteManagedPrefixList: deleteManagedPrefixList,
  GetManagedPrefixListEntries: getManagedPrefixListEntries,
  GetManagedPrefixListAssociations: getManagedPrefixListAssociations,

  // The ways out
  CreateInternetGateway: createInternetGateway,
  DescribeInternetGateways: describeInternetGateways,
  DeleteInternetGateway: deleteInternetGateway,
  AttachInternetGateway: attachInternetGateway,
  DetachInternetGateway: detachInternetGateway,
  CreateNatGateway: createNatGateway,
  DescribeNatGateways: describeNatGateways,
  DeleteNatGateway: deleteNatGateway,
  AllocateAddress: allocateAddress,
  DescribeAddresses: describeAddresses,
  DescribeAddressesAttribute: describeAddressesAttribute,
  ReleaseAddress: releaseAddress,
  AssociateAddress: associateAddress,
  DisassociateAddress: disassociateAddress,

  // VPN
  CreateCustomerGateway: createCustomerGateway,
  DescribeCustomerGateways: describeCustomerGateways,
  DeleteCustomerGateway: deleteCustomerGateway,
  CreateVpnGateway: createVpnGateway,
  DescribeVpnGateways: describeVpnGateways,
  DeleteVpnGateway: deleteVpnGateway,
  AttachVpnGateway: attachVpnGateway,
  DetachVpnGateway: detachVpnGateway,
  EnableVgwRoutePropagation: enableVgwRoutePropagation,
  DisableVgwRoutePropagation: disableVgwRoutePropagation,
  CreateVpnConnection: createVpnConnection,
  DescribeVpnConnections: describeVpnConnections,
  DeleteVpnConnection: deleteVpnConnection,
  CreateVpnConnectionRoute: createVpnConnectionRoute,
  DeleteVpnConnectionRoute: deleteVpnConnectionRoute,

  // Security groups
  CreateSecurityGroup: createSecurityGroup,
  DescribeSecurityGroups: describeSecurityGroups,
  DeleteSecurityGroup: deleteSecurityGroup,
  AuthorizeSecurityGroupIngress: authorizeSecurityGroupIngress,
  AuthorizeSecurityGroupEgress: authorizeSecurityGroupEgress,
  RevokeSecurityGroupIngress: revokeSecurityGroupIngress,
  RevokeSecurityGroupEgress: revokeSecurityGroupEgress,
  DescribeSecurityGroupRules: describeSecurityGroupRules,
  DescribeSecurityGroupReferences: describeSecurityGroupReferences,
  DescribeStaleSecurityGroups: describeStaleSecurityGroups,
  ModifySecurityGroupRules: modifySecurityGroupRules,
  UpdateSecurityGroupRuleDescriptionsIngress: updateSecurityGroupRuleDescriptionsIngress,
  UpdateSecurityGroupRuleDescriptionsEgress: updateSecurityGroupRuleDescriptionsEgress,

  // Peering
  CreateVpcPeeringConnection: createVpcPeeringConnection,
  DescribeVpcPeeringConnections: describeVpcPeeringConnections,
  AcceptVpcPeeringConnection: acceptVpcPeeringConnection,
  RejectVpcPeeringConnection: rejectVpcPeeringConnection,
  DeleteVpcPeeringConnection: deleteVpcPeeringConnection,
  ModifyVpcPeeringConnectionOptions: modifyVpcPeeringConnectionOptions,

  ...transitGatewayOperations,

  // Instances
  RunInstances: runInstances,
  DescribeInstances: describeInstances,
  StartInstances: startInstances,
  StopInstances: stopInstances,
  RebootInstances: rebootInstances,
  TerminateInstances: terminateInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  GetConsoleOutput: getConsoleOutput,
  DescribeInstanceAttribute: describeInstanceAttribute,
  ModifyInstanceAttribute: modifyInstanceAttribute,
  DescribeInstanceCreditSpecifications: describeInstanceCreditSpecifications,
  ModifyInstanceMetadataOptions: modifyInstanceMetadataOptions,
  AssociateIamInstanceProfile: associateIamInstanceProfile,
  DisassociateIamInstanceProfile: disassociateIamInstanceProfile,
  ReplaceIamInstanceProfileAssociation: replaceIamInstanceProfileAssociation,
  DescribeIamInstanceProfileAssociations: describeIamInstanceProfileAssociations,
  DescribeKeyPairs: describeKeyPairs,
  DescribeLaunchTemplates: describeLaunchTemplates,
  DescribeVolumes: describeVolumes,
  DescribeImages: describeImages,
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeInstanceTypeOfferings: describeInstanceTypeOfferings,

  // Network interfaces
  CreateNetworkInterface: createNetworkInterface,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  DeleteNetworkInterface: deleteNetworkInterface,
  DescribeNetworkInterfaceAttribute: describeNetworkInterfaceAttribute,
  ModifyNetworkInterfaceAttribute: modifyNetworkInterfaceAttribute,
  AttachNetworkInterface: attachNetworkInterface,
  DetachNetworkInterface: detachNetworkInterface,

  // PrivateLink
  AcceptVpcEndpointConnections: acceptVpcEndpointConnections,
  CreateVpcEndpoint: createVpcEndpoint,
  CreateVpcEndpointServiceConfiguration: createVpcEndpointServiceConfiguration,
  DeleteVpcEndpoints: deleteVpcEndpoints,
  DeleteVpcEndpointServiceConfigurations: deleteVpcEndpointServiceConfigurations,
  DescribeVpcEndpointConnections: describeVpcEndpointConnections,
  DescribeVpcEndpoints: describeVpcEndpoints,
  DescribeVpcEndpointServiceConfigurations: describeVpcEndpointServiceConfigurations,
  DescribeVpcEndpointServicePermissions: describeVpcEndpointServicePermissions,
  DescribeVpcEndpointServices: describeVpcEndpointServices,
  ModifyVpcEndpoint: modifyVpcEndpoint,
  ModifyVpcEndpointServiceConfiguration: modifyVpcEndpointServiceConfiguration,
  ModifyVpcEndpointServicePayerResponsibility: modifyVpcEndpointServicePayerResponsibility,
  ModifyVpcEndpointServicePermissions: modifyVpcEndpointServicePermissions,
  RejectVpcEndpointConnections: rejectVpcEndpointConnections,
} satisfies OperationTable;
