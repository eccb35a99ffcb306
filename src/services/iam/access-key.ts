// Access keys: what a user, or the root user, signs with. The secret is told once, when the key is made.

import type {
  AccessKeyMetadata,
  CreateAccessKeyRequest,
  CreateAccessKeyResponse,
  DeleteAccessKeyRequest,
  GetAccessKeyLastUsedRequest,
  GetAccessKeyLastUsedResponse,
  ListAccessKeysRequest,
  ListAccessKeysResponse,
  UpdateAccessKeyRequest,
} from '@aws-sdk/client-iam';
import type { IamAccessKey, IamUser } from '../../cloud/iam.ts';
import type { OperationContext } from '../operation.ts';
import { accessKeyNotFound, checkQuota } from './errors.ts';
import { getNamedOrCallingUser, globalRegion, newUniqueId } from './lookup.ts';
import { paginate } from './pagination.ts';
import { acceptInput } from './parameter.ts';

export const keysPerUser = 2;
const secretAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Who the keys of a request are of: a user, or the root user of the account. */
interface KeyOwner {
  user: IamUser | undefined;
  arn: string;
}

export function createAccessKey(
  input: CreateAccessKeyRequest,
  context: OperationContext,
): CreateAccessKeyResponse {
  acceptInput('CreateAccessKey', input, 'UserName');
  const { cloud, accountId, now, randomText } = context;
  const owner = getKeyOwner(context, input.UserName);
  checkQuota('AccessKeysPerUser', keysPerUser, listKeys(context, owner).length + 1);
  const key = cloud.iamAccessKeys.put({
    accountId,
    region: globalRegion,
    accessKeyId: newUniqueId(context, 'AKIA', 16),
    secretAccessKey: randomText(40, secretAlphabet),
    userArn: owner.arn,
    status: 'Active',
    createDate: now.toISOString(),
  });
  return { AccessKey: { ...showKey(key, owner), SecretAccessKey: key.secretAccessKey } as never };
}

export function listAccessKeys(
  input: ListAccessKeysRequest,
  context: OperationContext,
): ListAccessKeysResponse {
  acceptInput('ListAccessKeys', input, 'UserName', 'Marker', 'MaxItems');
  const owner = getKeyOwner(context, input.UserName);
  const { page, rest } = paginate(listKeys(context, owner), input, ({ accessKeyId }) => accessKeyId);
  return { AccessKeyMetadata: page.map((key) => showKey(key, owner)), ...rest };
}

export function updateAccessKey(input: UpdateAccessKeyRequest, context: OperationContext): object {
  acceptInput('UpdateAccessKey', input, 'UserName', 'AccessKeyId', 'Status');
  const key = getKey(context, input.UserName, input.AccessKeyId!);
  context.cloud.iamAccessKeys.put({ ...key, status: input.Status as IamAccessKey['status'] });
  return {};
}

export function deleteAccessKey(input: DeleteAccessKeyRequest, context: OperationContext): object {
  acceptInput('DeleteAccessKey', input, 'UserName', 'AccessKeyId');
  context.cloud.iamAccessKeys.delete(getKey(context, input.UserName, input.AccessKeyId!).accessKeyId);
  return {};
}

/** DIFFERS: last-used that a key is used is not written down, so that reading a cloud does not change it. */
export function getAccessKeyLastUsed(
  input: GetAccessKeyLastUsedRequest,
  { cloud, accountId }: OperationContext,
): GetAccessKeyLastUsedResponse {
  acceptInput('GetAccessKeyLastUsed', input, 'AccessKeyId');
  const key = cloud.iamAccessKeys.find(input.AccessKeyId!);
  if (key?.accountId !== accountId) throw accessKeyNotFound(input.AccessKeyId!);
  const userName = cloud.iamUsers.find(key.userArn)?.userName;
  const { date, region = 'N/A', serviceName = 'N/A' } = key.lastUsed ?? {};
  return {
    ...(userName === undefined ? {} : { UserName: userName }),
    AccessKeyLastUsed: {
      LastUsedDate: date === undefined ? undefined : new Date(date),
      ServiceName: serviceName,
      Region: region,
    },
  };
}

function getKeyOwner(context: OperationContext, userName: string | undefined): KeyOwner {
  const user = getNamedOrCallingUser(context, userName);
  return { user, arn: user?.arn ?? `arn:aws:iam::${context.accountId}:root` };
}

function listKeys({ cloud }: OperationContext, { arn }: KeyOwner): IamAccessKey[] {
  return cloud.iamAccessKeys.where(({ userArn }) => userArn === arn);
}

function getKey(context: OperationContext, userName: string | undefined, accessKeyId: string): IamAccessKey {
  const owner = getKeyOwner(context, userName);
  const key = context.cloud.iamAccessKeys.find(accessKeyId);
  if (key?.userArn !== owner.arn) throw accessKeyNotFound(accessKeyId);
  return key;
}

/** A key of the root user has no user's name. */
function showKey(key: IamAccessKey, { user }: KeyOwner): AccessKeyMetadata {
  return {
    ...(user ? { UserName: user.userName } : {}),
    AccessKeyId: key.accessKeyId,
    Status: key.status,
    CreateDate: new Date(key.createDate),
  };
}
