// Users: a name with keys and policies, for someone who calls from outside.

import type {
  CreateUserRequest,
  CreateUserResponse,
  DeleteUserRequest,
  GetUserRequest,
  GetUserResponse,
  ListUsersRequest,
  ListUsersResponse,
  UpdateUserRequest,
  User,
} from '@aws-sdk/client-iam';
import type { IamUser } from '../../cloud/iam.ts';
import type { OperationContext } from '../operation.ts';
import { checkQuota, deleteConflict, userExists } from './errors.ts';
import {
  compareNames,
  findUser,
  getNamedOrCallingUser,
  getUserRecord,
  globalRegion,
  iamArn,
  newUniqueId,
} from './lookup.ts';
import { paginate } from './pagination.ts';
import { acceptInput } from './parameter.ts';
import { parseBoundary, showBoundary } from './permissions-boundary.ts';
import { replacePrincipal } from './principal-reference.ts';
import { parseTags, showTagsOf } from './tag.ts';

export const usersPerAccount = 5000;

export function createUser(input: CreateUserRequest, context: OperationContext): CreateUserResponse {
  acceptInput('CreateUser', input, 'Path', 'UserName', 'PermissionsBoundary', 'Tags');
  const { Path: path = '/', UserName: userName } = input;
  const tags = parseTags(input.Tags);
  const { accountId, cloud, now } = context;
  if (findUser(context, userName!)) throw userExists(userName!);
  const boundary = parseBoundary(context, input.PermissionsBoundary);
  const count = cloud.iamUsers.where((user) => user.accountId === accountId).length;
  checkQuota('UsersPerAccount', usersPerAccount, count + 1);
  const user = cloud.iamUsers.put({
    accountId,
    region: globalRegion,
    arn: iamArn(accountId, 'user', path, userName!),
    userName: userName!,
    userId: newUniqueId(context, 'AIDA'),
    path,
    createDate: now.toISOString(),
    inlinePolicies: {},
    attachedPolicyArns: [],
    ...boundary,
    tags,
  });
  return { User: describeUser(user) };
}

export function getUser(input: GetUserRequest, context: OperationContext): GetUserResponse {
  acceptInput('GetUser', input, 'UserName');
  const user = getNamedOrCallingUser(context, input.UserName);
  return { User: user ? describeUser(user) : showRoot(context) };
}

/** DIFFERS: accounts-without-date an account is there without having been made, so that its root user has no date of its own. */
function showRoot({ accountId }: OperationContext): User {
  return {
    Path: undefined,
    UserName: undefined,
    UserId: accountId,
    Arn: `arn:aws:iam::${accountId}:root`,
    CreateDate: new Date(0),
  };
}

export function listUsers(input: ListUsersRequest, context: OperationContext): ListUsersResponse {
  acceptInput('ListUsers', input, 'PathPrefix', 'Marker', 'MaxItems');
  const { cloud, accountId } = context;
  const users = cloud.iamUsers
    .where((user) => user.accountId === accountId && user.path.startsWith(input.PathPrefix ?? '/'))
    .sort((a, b) => compareNames(a.userName, b.userName));
  const { page, rest } = paginate(users, input, ({ userName }) => userName);
  return { Users: page.map(showUser), ...rest };
}

export function updateUser(input: UpdateUserRequest, context: OperationContext): object {
  acceptInput('UpdateUser', input, 'UserName', 'NewPath', 'NewUserName');
  const { cloud, accountId } = context;
  const user = getUserRecord(context, input.UserName!);
  const { NewPath: path = user.path, NewUserName: userName = user.userName } = input;
  const holder = findUser(context, userName);
  if (holder && holder.arn !== user.arn) throw userExists(userName);
  const arn = iamArn(accountId, 'user', path, userName);
  if (arn === user.arn) return {};
  cloud.iamUsers.delete(user.arn);
  cloud.iamUsers.put({ ...user, arn, path, userName });
  for (const key of cloud.iamAccessKeys.where(({ userArn }) => userArn === user.arn)) {
    cloud.iamAccessKeys.put({ ...key, userArn: arn });
  }
  replacePrincipal(cloud, user.arn, arn);
  return {};
}

export function deleteUser(input: DeleteUserRequest, context: OperationContext): object {
  acceptInput('DeleteUser', input, 'UserName');
  const { cloud } = context;
  const user = getUserRecord(context, input.UserName!);
  if (user.attachedPolicyArns.length > 0) {
    throw deleteConflict('Cannot delete entity, must detach all policies first.');
  }
  if (Object.keys(user.inlinePolicies).length > 0) {
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  }
  if (cloud.iamAccessKeys.all().some(({ userArn }) => userArn === user.arn)) {
    throw deleteConflict('Cannot delete entity, must delete access keys first.');
  }
  cloud.iamUsers.delete(user.arn);
  replacePrincipal(cloud, user.arn, user.userId);
  return {};
}

/** As in lists, where AWS shows neither tags nor the boundary. */
export function showUser(user: IamUser): User {
  return {
    Path: user.path,
    UserName: user.userName,
    UserId: user.userId,
    Arn: user.arn,
    CreateDate: new Date(user.createDate),
  };
}

function describeUser(user: IamUser): User {
  return { ...showUser(user), ...showBoundary(user), ...showTagsOf(user) };
}
