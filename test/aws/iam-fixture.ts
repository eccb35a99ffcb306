// A cloud for the tests of IAM and STS: the account 111111111111 with its root user, and policy documents in few words.

import { after } from 'node:test';
import type { IAM } from '@aws-sdk/client-iam';
import { type Caller, startSdkCloud } from './sdk-cloud.ts';

export const accountId = '111111111111';
export const otherAccountId = '222222222222';
export const cloud = await startSdkCloud();
/** The root users of the two accounts. */
export const root = cloud.iam(accountId);
export const otherRoot = cloud.iam(otherAccountId);
after(() => cloud.close());

interface StatementText {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource?: string | string[];
  Principal?: unknown;
  Condition?: unknown;
}

export function documentOf(...statements: StatementText[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

export const allow = (Action: string | string[], Resource: string | string[] = '*'): string =>
  documentOf({ Effect: 'Allow', Action, Resource });

/** `trust('111111111111')`, `trust({ Service: 'ec2.amazonaws.com' })` */
export const trust = (principal: string | object, condition?: object): string =>
  documentOf({
    Effect: 'Allow',
    Principal: typeof principal === 'string' ? { AWS: principal } : principal,
    Action: 'sts:AssumeRole',
    ...(condition ? { Condition: condition } : {}),
  });

export const trustEc2 = trust({ Service: 'ec2.amazonaws.com' });

/** A valid document of so many characters. */
export function documentOfSize(size: number): string {
  const empty = allow('s3:GetObject', 'arn:aws:s3:::');
  return allow('s3:GetObject', `arn:aws:s3:::${'x'.repeat(size - empty.length)}`);
}

/** A user with a key, and what to call with as that user. */
export async function createUserWithKey(userName: string, policy?: string, iam: IAM = root) {
  const { User: user } = await iam.createUser({ UserName: userName });
  const { AccessKey: key } = await iam.createAccessKey({ UserName: userName });
  if (policy !== undefined) {
    await iam.putUserPolicy({ UserName: userName, PolicyName: 'own', PolicyDocument: policy });
  }
  const caller: Caller = { accessKeyId: key!.AccessKeyId!, secretAccessKey: key!.SecretAccessKey! };
  return { user: user!, caller };
}

export async function createRole(roleName: string, trustPolicy: string, iam: IAM = root) {
  const { Role: role } = await iam.createRole({ RoleName: roleName, AssumeRolePolicyDocument: trustPolicy });
  return role!;
}

/** What AWS answers, for a table: the code and, where the promise is about it, the text. */
export type Refusal = [name: string, message?: string | RegExp];
