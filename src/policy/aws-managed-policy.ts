// AWS's own managed policies, those that lessons about networks, storage and identities attach. Facts, not records:
// every account has them and none can change them.

export interface ManagedPolicy {
  arn: string;
  policyName: string;
  /** `/`, `/job-function/`, `/service-role/` */
  path: string;
  /** As JSON text. */
  document: string;
}

interface StatementText {
  Sid?: string;
  Effect: 'Allow';
  Action?: string | string[];
  NotAction?: string[];
  Resource: string;
  Condition?: Record<string, Record<string, string | string[]>>;
}

const allow = (...actions: string[]): StatementText => ({
  Effect: 'Allow',
  Action: actions,
  Resource: '*',
});

const serviceLinkedRole = (...services: string[]): StatementText => ({
  Effect: 'Allow',
  Action: 'iam:CreateServiceLinkedRole',
  Resource: '*',
  Condition: { StringEquals: { 'iam:AWSServiceName': services } },
});

const readAlarms = ['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricStatistics', 'cloudwatch:ListMetrics'];

/** Get, List and Describe of a service. */
const reads = (...services: string[]) =>
  services.flatMap((service) => ['Describe', 'Get', 'List'].map((verb) => `${service}:${verb}*`));

const describesOfVpc = [
  'Addresses',
  'AvailabilityZones',
  'DhcpOptions',
  'EgressOnlyInternetGateways',
  'FlowLogs',
  'InternetGateways',
  'ManagedPrefixLists',
  'NatGateways',
  'NetworkAcls',
  'NetworkInterface*',
  'PrefixLists',
  'RouteTables',
  'SecurityGroup*',
  'Subnets',
  'Tags',
  'Vpc*',
  'VpnConnections',
  'VpnGateways',
].map((noun) => `ec2:Describe${noun}`);

const verbsOfVpc = [
  'AcceptVpc*',
  'AllocateAddress',
  'AssignPrivateIpAddresses',
  'Associate*',
  'AttachInternetGateway',
  'AttachNetworkInterface',
  'AttachVpnGateway',
  'AuthorizeSecurityGroup*',
  ...['Create', 'Delete'].flatMap((verb) =>
    [
      'DhcpOptions',
      'EgressOnlyInternetGateway',
      'FlowLogs',
      'InternetGateway',
      'ManagedPrefixList',
      'NatGateway',
      'NetworkAcl*',
      'NetworkInterface*',
      'Route*',
      'SecurityGroup',
      'Subnet*',
      'Tags',
      'Vpc*',
    ].map((noun) => `${verb}${noun}`),
  ),
  'CreateDefaultSubnet',
  'CreateDefaultVpc',
  'Detach*Gateway',
  'DetachNetworkInterface',
  'Disassociate*',
  'ModifyManagedPrefixList',
  'ModifyNetworkInterfaceAttribute',
  'ModifySecurityGroupRules',
  'ModifySubnetAttribute',
  'ModifyVpc*',
  'RejectVpc*',
  'ReleaseAddress',
  'ReplaceNetworkAcl*',
  'ReplaceRoute*',
  'RevokeSecurityGroup*',
  'StartVpcEndpointServicePrivateDnsVerification',
  'UnassignPrivateIpAddresses',
  'UpdateSecurityGroupRuleDescriptions*',
].map((action) => `ec2:${action}`);

const readsOfDynamoDb = [
  'BatchGetItem',
  'ConditionCheckItem',
  'Describe*',
  'GetAbacStatus',
  'GetItem',
  'GetRecords',
  'GetResourcePolicy',
  'GetShardIterator',
  'List*',
  'PartiQLSelect',
  'Query',
  'Scan',
].map((action) => `dynamodb:${action}`);

/**
 * Each with AWS's name and AWS's meaning for the services that are here.
 * DIFFERS: managed-policy-text AmazonVPCFullAccess, AmazonVPCReadOnlyAccess and ReadOnlyAccess are shorter than AWS's
 * lists of actions, by wildcards; the others leave out services that are not here.
 */
const statementsOf: Record<string, StatementText[]> = {
  AdministratorAccess: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  PowerUserAccess: [
    { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    allow(
      'account:GetAccountInformation',
      'account:GetPrimaryEmail',
      'account:ListRegions',
      'iam:CreateServiceLinkedRole',
      'iam:DeleteServiceLinkedRole',
      'iam:ListRoles',
      'organizations:DescribeOrganization',
    ),
  ],
  ReadOnlyAccess: [
    allow(
      ...reads('ec2', 'elasticloadbalancing', 'iam', 's3', 'sts', 'directconnect', 'route53resolver'),
      'ec2:SearchTransitGatewayRoutes',
      'iam:Generate*',
      'iam:SimulateCustomPolicy',
      'iam:SimulatePrincipalPolicy',
      ...readsOfDynamoDb,
    ),
  ],
  AmazonS3FullAccess: [allow('s3:*', 's3-object-lambda:*')],
  AmazonS3ReadOnlyAccess: [
    allow('s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'),
  ],
  AmazonDynamoDBFullAccess: [allow('dynamodb:*', 'dax:*')],
  AmazonDynamoDBReadOnlyAccess: [allow(...readsOfDynamoDb)],
  AmazonEC2FullAccess: [
    allow('ec2:*'),
    allow('elasticloadbalancing:*'),
    allow('cloudwatch:*'),
    allow('autoscaling:*'),
    serviceLinkedRole(
      'autoscaling.amazonaws.com',
      'ec2scheduled.amazonaws.com',
      'elasticloadbalancing.amazonaws.com',
      'spot.amazonaws.com',
      'spotfleet.amazonaws.com',
      'transitgateway.amazonaws.com',
    ),
  ],
  AmazonEC2ReadOnlyAccess: [
    allow('ec2:Describe*', 'ec2:GetSecurityGroupsForVpc'),
    allow('elasticloadbalancing:Describe*'),
    allow(...readAlarms, 'cloudwatch:Describe*'),
    allow('autoscaling:Describe*'),
  ],
  AmazonVPCFullAccess: [allow(...describesOfVpc, ...verbsOfVpc)],
  AmazonVPCReadOnlyAccess: [allow(...describesOfVpc)],
  ElasticLoadBalancingFullAccess: [
    allow('elasticloadbalancing:*'),
    allow(
      'ec2:DescribeAccountAttributes',
      'ec2:DescribeAddresses',
      'ec2:DescribeInternetGateways',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
      'ec2:DescribeVpcClassicLink',
      'ec2:DescribeInstances',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeClassicLinkInstances',
      'ec2:DescribeRouteTables',
      'ec2:DescribeCoipPools',
      'ec2:GetCoipPoolUsage',
      'ec2:DescribeVpcPeeringConnections',
      'cognito-idp:DescribeUserPoolClient',
    ),
    serviceLinkedRole('elasticloadbalancing.amazonaws.com'),
  ],
  ElasticLoadBalancingReadOnly: [
    allow('elasticloadbalancing:Describe*', 'elasticloadbalancing:Get*'),
    allow('ec2:DescribeInstances', 'ec2:DescribeClassicLinkInstances', 'ec2:DescribeSecurityGroups'),
    allow('arc-zonal-shift:GetManagedResource'),
  ],
  IAMFullAccess: [
    allow(
      'iam:*',
      'organizations:DescribeAccount',
      'organizations:DescribeOrganization',
      'organizations:DescribeOrganizationalUnit',
      'organizations:DescribePolicy',
      'organizations:ListChildren',
      'organizations:ListParents',
      'organizations:ListPoliciesForTarget',
      'organizations:ListRoots',
      'organizations:ListPolicies',
      'organizations:ListTargetsForPolicy',
    ),
  ],
  IAMReadOnlyAccess: [
    allow(
      'iam:GenerateCredentialReport',
      'iam:GenerateServiceLastAccessedDetails',
      'iam:Get*',
      'iam:List*',
      'iam:SimulateCustomPolicy',
      'iam:SimulatePrincipalPolicy',
    ),
  ],
  AmazonRoute53ResolverFullAccess: [
    allow(
      'route53resolver:*',
      'ec2:DescribeSubnets',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:ModifyNetworkInterfaceAttribute',
      'ec2:DescribeNetworkInterfaces',
      'ec2:CreateNetworkInterfacePermission',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeVpcs',
      'ec2:DescribeAvailabilityZones',
    ),
  ],
  AmazonRoute53ResolverReadOnlyAccess: [
    allow(
      'route53resolver:Get*',
      'route53resolver:List*',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeVpcs',
      'ec2:DescribeSubnets',
    ),
  ],
  AWSDirectConnectFullAccess: [
    allow('directconnect:*', 'ec2:DescribeVpnGateways', 'ec2:DescribeTransitGateways'),
  ],
  AWSDirectConnectReadOnlyAccess: [
    allow(
      'directconnect:Describe*',
      'directconnect:List*',
      'ec2:DescribeVpnGateways',
      'ec2:DescribeTransitGateways',
    ),
  ],
  AmazonSSMManagedInstanceCore: [
    allow(
      'ssm:DescribeAssociation',
      'ssm:GetDeployablePatchSnapshotForInstance',
      'ssm:GetDocument',
      'ssm:DescribeDocument',
      'ssm:GetManifest',
      'ssm:GetParameter',
      'ssm:GetParameters',
      'ssm:ListAssociations',
      'ssm:ListInstanceAssociations',
      'ssm:PutInventory',
      'ssm:PutComplianceItems',
      'ssm:PutConfigurePackageResult',
      'ssm:UpdateAssociationStatus',
      'ssm:UpdateInstanceAssociationStatus',
      'ssm:UpdateInstanceInformation',
    ),
    allow(
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ),
    allow(
      'ec2messages:AcknowledgeMessage',
      'ec2messages:DeleteMessage',
      'ec2messages:FailMessage',
      'ec2messages:GetEndpoint',
      'ec2messages:GetMessages',
      'ec2messages:SendReply',
    ),
  ],
};

export const managedPolicies: readonly ManagedPolicy[] = Object.entries(statementsOf).map(
  ([policyName, statements]) => ({
    arn: `arn:aws:iam::aws:policy/${policyName}`,
    policyName,
    path: '/',
    document: JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2),
  }),
);

const byArn = new Map(managedPolicies.map((policy) => [policy.arn, policy]));

export function findManagedPolicy(arn: string): ManagedPolicy | undefined {
  return byArn.get(arn);
}
