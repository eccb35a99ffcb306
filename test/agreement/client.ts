// Clients of every service, by the names of their operations: AWS's own, and for services of JSON 1.1 that have none among the
// project's packages the signed request itself.

import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAM } from '@aws-sdk/client-iam';
import { Route53 } from '@aws-sdk/client-route-53';
import { S3 } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../aws/node-sha256.ts';
import type { ServiceName } from './step.ts';

/** @param operation `CreateVpc` */
export type Call = (operation: string, input: object) => Promise<unknown>;

interface ClientOptions {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
}

const targets: Partial<Record<ServiceName, string>> = {
  route53resolver: 'Route53Resolver',
  directconnect: 'OvertureService',
};

export function createCall(endpoint: string, service: ServiceName, account: string, region: string): Call {
  const credentials = { accessKeyId: account, secretAccessKey: 'agreement' };
  const options = { endpoint, region, credentials, maxAttempts: 1 };
  const target = targets[service];
  if (target) return (operation, input) => callJson(options, service, `${target}.${operation}`, input);
  const client = makeClient(service, options);
  return (operation, input) => client[operation[0]!.toLowerCase() + operation.slice(1)]!(input);
}

function makeClient(
  service: ServiceName,
  options: ClientOptions,
): Record<string, (input: object) => Promise<unknown>> {
  const make: Partial<Record<ServiceName, () => unknown>> = {
    ec2: () => new EC2(options),
    elbv2: () => new ElasticLoadBalancingV2(options),
    iam: () => new IAM(options),
    s3: () => new S3({ ...options, forcePathStyle: true }),
    dynamodb: () => new DynamoDB(options),
    route53: () => new Route53(options),
  };
  return make[service]!() as never;
}

async function callJson(
  { endpoint, region, credentials }: ClientOptions,
  service: string,
  target: string,
  input: object,
): Promise<unknown> {
  const { hostname, port, host, protocol } = new URL(endpoint);
  const body = JSON.stringify(input);
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const request = {
    ...{ method: 'POST', protocol, hostname, port: Number(port), path: '/', query: {}, body },
    headers: { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
  };
  const { headers } = await signer.sign(request);
  const response = await fetch(endpoint, { method: 'POST', headers, body });
  const answer = (await response.json()) as { __type?: string; message?: string };
  if (response.ok) return answer;
  const error = new Error(answer.message);
  throw Object.assign(error, { name: answer.__type, $metadata: { httpStatusCode: response.status } });
}
