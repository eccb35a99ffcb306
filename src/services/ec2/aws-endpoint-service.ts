// AWS's own services as endpoints can lead to them: their names in a region and the kinds of endpoint AWS has for each.
// DIFFERS: aws-services-as-endpoints gateway endpoints to S3 and DynamoDB are built; those that are not are refused by name.

import type { ServiceDetail } from '@aws-sdk/client-ec2';
import type { Region } from '../../cloud/id.ts';
import { zonesOf } from '../../cloud/region.ts';
import type { GatewayService } from '../../cloud/vpc-endpoint.ts';

export interface AwsEndpointService {
  serviceName: string;
  /** The kinds of endpoint that AWS has for it. */
  endpointTypes: string[];
  /** What its gateway endpoints lead to. Absent: no endpoint to it is built. */
  gatewayService?: GatewayService;
}

const gatewayServices: GatewayService[] = ['s3', 'dynamodb'];

/** Some of the many; a name that is not among them is answered as AWS answers a name it does not know. */
const otherServices = new Set(
  `access-analyzer acm-pca application-autoscaling appmesh athena autoscaling backup batch bedrock bedrock-
  runtime cloudformation cloudtrail codebuild codecommit codedeploy codepipeline config ebs ec2 ec2messages
  ecr.api ecr.dkr ecs ecs-agent ecs-telemetry eks eks-auth elasticache elasticfilesystem
  elasticloadbalancing elasticmapreduce email-smtp events execute-api firehose glue guardduty-data
  imagebuilder kinesis-firehose kinesis-streams kms lambda logs monitoring rds rds-data redshift redshift-
  data sagemaker.api sagemaker.runtime secretsmanager servicecatalog servicediscovery sns sqs ssm ssm-
  contacts ssm-incidents ssmmessages states storagegateway sts synthetics textract transcribe transfer xray`.split(
    /\s+/,
  ),
);

/** Undefined: there is no such service, or it is another region's. */
export function findAwsService(region: Region, serviceName: string): AwsEndpointService | undefined {
  const prefix = `com.amazonaws.${region}.`;
  if (!serviceName.startsWith(prefix)) return undefined;
  const name = serviceName.slice(prefix.length);
  const gatewayService = gatewayServices.find((service) => service === name);
  if (gatewayService) return { serviceName, endpointTypes: ['Gateway', 'Interface'], gatewayService };
  if (name === 's3express') return { serviceName, endpointTypes: ['Gateway'] };
  return otherServices.has(name) ? { serviceName, endpointTypes: ['Interface'] } : undefined;
}

/** The services that endpoints can be made to here, as a consumer sees them. */
export function showGatewayServices(region: Region): ServiceDetail[] {
  const zones = zonesOf(region);
  return gatewayServices.map((service) => ({
    ServiceName: `com.amazonaws.${region}.${service}`,
    ServiceType: [{ ServiceType: 'Gateway' }],
    ServiceRegion: region,
    AvailabilityZoneIds: zones.map(({ zoneId }) => zoneId),
    AvailabilityZones: zones.map(({ zoneName }) => zoneName),
    Owner: 'amazon',
    BaseEndpointDnsNames: [`${service}.${region}.amazonaws.com`],
    PrivateDnsNames: [],
    VpcEndpointPolicySupported: true,
    AcceptanceRequired: false,
    ManagesVpcEndpoints: false,
    Tags: [],
    PrivateDnsNameVerificationState: 'verified',
    SupportedIpAddressTypes: ['ipv4'],
  }));
}
