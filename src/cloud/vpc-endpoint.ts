// PrivateLink's two halves: the consumer's VPC endpoint and the provider's endpoint service.
// The connection between them is the endpoint itself: its `decision` is what the provider said.

import type {
  EndpointServiceId,
  NetworkInterfaceId,
  RouteTableId,
  SecurityGroupId,
  SubnetId,
  VpcEndpointId,
  VpcId,
} from './id.ts';
import type { Owned } from './vpc.ts';

interface EndpointCommon extends Owned {
  vpcEndpointId: VpcEndpointId;
  vpcId: VpcId;
  serviceName: string;
  creationTimestamp: string;
  clientToken?: string;
}

/** A prefix-list route in some of the VPC's route tables, valid only for packets that come from an ENI of that VPC. */
export interface GatewayVpcEndpoint extends EndpointCommon {
  vpcEndpointType: 'Gateway';
  /** What `com.amazonaws.us-east-1.s3` leads to. */
  gatewayService: GatewayService;
  /** The route tables that hold its route; that is where those routes are kept. */
  routeTableIds: RouteTableId[];
  /** As it came, or the default: full access. */
  policyDocument: string;
}

export type GatewayService = 's3' | 'dynamodb';

/** Addresses in the consumer's subnets that lead to a service. */
interface InterfaceEndpointCommon extends EndpointCommon {
  vpcEndpointType: 'Interface';
  groupIds: SecurityGroupId[];
  privateDnsEnabled: boolean;
  /** Eight base-36 characters that follow the id in the endpoint's DNS names. */
  dnsSuffix: string;
}

/** To one of AWS's own services. Nobody has to accept it. */
export interface AwsServiceVpcEndpoint extends InterfaceEndpointCommon {
  /** `ec2`, `ecr.api`: what follows the region in the service's name. */
  awsService: string;
  serviceId?: undefined;
  /** One per subnet, at most one per zone; in the order the subnets were given. */
  legs: EndpointPlace[];
  /** As it came, or the default: full access. */
  policyDocument: string;
  /** Private DNS answers only those who ask by a resolver's inbound endpoint. Absent: it makes no difference for this service. */
  privateDnsOnlyForInboundResolverEndpoint?: boolean;
}

/** To an endpoint service, which is some account's. */
export interface ServiceVpcEndpoint extends InterfaceEndpointCommon {
  awsService?: undefined;
  serviceId: EndpointServiceId;
  /** One leg per subnet, at most one per zone; in the order the subnets were given. */
  legs: EndpointLeg[];
  /** `accepted` is shown as pending, then available, as the network catches up. */
  decision: 'pendingAcceptance' | 'accepted' | 'rejected';
  /** `vpce-con-…` */
  vpcEndpointConnectionId: string;
}

export type InterfaceVpcEndpoint = AwsServiceVpcEndpoint | ServiceVpcEndpoint;

export type VpcEndpoint = GatewayVpcEndpoint | InterfaceVpcEndpoint;

export function isToEndpointService(endpoint: VpcEndpoint): endpoint is ServiceVpcEndpoint {
  return endpoint.vpcEndpointType === 'Interface' && endpoint.serviceId !== undefined;
}

export function isToAwsService(endpoint: VpcEndpoint): endpoint is AwsServiceVpcEndpoint {
  return endpoint.vpcEndpointType === 'Interface' && endpoint.awsService !== undefined;
}

/** Where an interface endpoint has an address. */
export interface EndpointPlace {
  subnetId: SubnetId;
  networkInterfaceId: NetworkInterfaceId;
}

export interface EndpointLeg extends EndpointPlace {
  /** AWS: a leg is bound to one NLB of the service in its own zone when the endpoint first connects, and stays there. */
  loadBalancerArn: string;
  /** Conntrack mark of every flow of this leg: how a rejected connection is cut. 1 to 2³¹−1, never reused. */
  flowMark: number;
}

export interface EndpointService extends Owned {
  serviceId: EndpointServiceId;
  acceptanceRequired: boolean;
  networkLoadBalancerArns: string[];
  supportedIpAddressTypes: 'ipv4'[];
  allowedPrincipals: AllowedPrincipal[];
  payerResponsibility?: 'ServiceOwner';
  clientToken?: string;
}

export interface AllowedPrincipal {
  servicePermissionId: string;
  principalType: 'All' | 'Account' | 'User' | 'Role';
  principal: string;
}
