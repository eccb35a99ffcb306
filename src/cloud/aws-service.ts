// AWS's services that interface endpoints can lead to and that are not ours: what each is called by clients, in signatures and in
// policies. Isthmus has none of them; their front ends and names are there as on AWS, and who has put an upstream behind one,
// a server of his own, is answered by that. S3, EC2 and the others that are ours are not here.

export interface AwsService {
  /** What follows the region in the name of its endpoint service: `sqs`, `ecr.api`. */
  name: string;
  /** What stands before the region in its own name: `sqs`, `api.ecr`. */
  host: string;
  /** Which names are the service's: its own, those below it (`ACCOUNT.dkr.ecr.us-east-1.amazonaws.com`), or both. */
  names: 'own' | 'below' | 'both';
  /** Where its own name ends: most of them in `amazonaws.com`. */
  domain: 'amazonaws.com' | 'api.aws';
  /** The service in a signature's scope. */
  signingName: string;
  /** What its actions begin with in policies: `cloudwatch` for `monitoring`. */
  actionPrefix: string;
  /** Absent: HTTP. */
  speaks?: 'SMTP';
  /** Absent: AWS's signatures, and whoever does not sign is refused. Otherwise the service knows its callers in a way of its own. */
  signIn?: 'own';
}

/** ORDER: the place of a name is the last part of its address, so new ones come at the end. */
const names = `access-analyzer acm-pca application-autoscaling appmesh athena autoscaling backup batch bedrock
  bedrock-runtime cloudformation cloudtrail codebuild codecommit codedeploy codepipeline config ebs ec2messages ecr.api
  ecr.dkr ecs ecs-agent ecs-telemetry eks eks-auth elasticache elasticfilesystem elasticmapreduce email-smtp events
  execute-api glue guardduty-data imagebuilder kinesis-firehose kinesis-streams kms lambda logs monitoring rds rds-data
  redshift redshift-data sagemaker.api sagemaker.runtime secretsmanager servicecatalog servicediscovery sns sqs ssm
  ssm-contacts ssm-incidents ssmmessages states storagegateway synthetics textract transcribe transfer xray
  appconfig appconfigdata aps aps-workspaces bedrock-agent bedrock-agent-runtime cassandra cloudhsmv2 comprehend databrew
  datasync dms ds elasticbeanstalk emr-containers emr-serverless fis fsx git-codecommit guardduty inspector2 kafka kendra
  lakeformation license-manager macie2 memory-db mgn polly rekognition rolesanywhere sagemaker.featurestore-runtime
  sagemaker.metrics scheduler schemas securityhub sync-states transcribestreaming translate verifiedpermissions
  workspaces`.split(/\s+/);

/** Signed and named in policies under one name, which is not their own. */
const partOf: Record<string, string> = {
  appconfigdata: 'appconfig',
  'aps-workspaces': 'aps',
  'bedrock-agent': 'bedrock',
  'bedrock-agent-runtime': 'bedrock',
  'bedrock-runtime': 'bedrock',
  cloudhsmv2: 'cloudhsm',
  'ecr.api': 'ecr',
  'ecr.dkr': 'ecr',
  'ecs-agent': 'ecs',
  'ecs-telemetry': 'ecs',
  'email-smtp': 'ses',
  'git-codecommit': 'codecommit',
  'guardduty-data': 'guardduty',
  'kinesis-firehose': 'firehose',
  'kinesis-streams': 'kinesis',
  'memory-db': 'memorydb',
  'sagemaker.api': 'sagemaker',
  'sagemaker.featurestore-runtime': 'sagemaker',
  'sagemaker.metrics': 'sagemaker',
  'sagemaker.runtime': 'sagemaker',
  'sync-states': 'states',
  transcribestreaming: 'transcribe',
};

/** What else is not as its name says. */
const exceptions: Record<string, Partial<AwsService>> = {
  'ecr.dkr': { names: 'below', signIn: 'own' },
  'ecs-agent': { host: 'ecs-a' },
  'ecs-telemetry': { host: 'ecs-t' },
  'eks-auth': { domain: 'api.aws' },
  'email-smtp': { speaks: 'SMTP' },
  'execute-api': { names: 'both', signIn: 'own' },
  'git-codecommit': { signIn: 'own' },
  'kinesis-firehose': { host: 'firehose' },
  'kinesis-streams': { host: 'kinesis' },
  monitoring: { actionPrefix: 'cloudwatch' },
};

export const awsServices: readonly AwsService[] = names.map((name) => ({
  name,
  // AWS: a part of a service has the service's name behind its own.
  host: name.split('.').reverse().join('.'),
  names: 'own',
  domain: 'amazonaws.com',
  signingName: partOf[name] ?? name,
  actionPrefix: partOf[name] ?? name,
  ...exceptions[name],
}));

/** Those that Isthmus has itself, by the same kind of name. */
export const ourServices: readonly string[] = [
  ...['s3', 'dynamodb', 'ec2', 'elasticloadbalancing', 'sts', 'iam', 'organizations'],
  ...['route53', 'route53resolver', 'directconnect'],
];

const byName = new Map(awsServices.map((service) => [service.name, service]));

/** Undefined for services that are ours, and for what AWS has no endpoints to. */
export function findForeignService(name: string): AwsService | undefined {
  return byName.get(name);
}
