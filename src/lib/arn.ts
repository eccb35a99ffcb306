// Amazon Resource Names: `arn:aws:ec2:us-east-1:111111111111:vpc/vpc-0a1b…`.
// The resource part keeps its own separators; everything after the fifth colon belongs to it.

export interface Arn {
  partition: string;
  service: string;
  /** Empty for global services such as IAM. */
  region: string;
  /** Empty where a resource has no owner in its name, as S3 buckets have not. */
  accountId: string;
  resource: string;
}

export function parseArn(text: string): Arn | undefined {
  const match = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/.exec(text);
  if (!match) return undefined;
  const [, partition, service, region, accountId, resource] = match as unknown as string[];
  return {
    partition: partition!,
    service: service!,
    region: region!,
    accountId: accountId!,
    resource: resource!,
  };
}

export function arnOf(service: string, region: string, accountId: string, resource: string): string {
  return `arn:aws:${service}:${region}:${accountId}:${resource}`;
}
