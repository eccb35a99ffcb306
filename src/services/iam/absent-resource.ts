// What users can have on AWS and cannot have here: groups, passwords, MFA devices, SSH keys and the like. Tools ask
// for them before they read or delete a user, and are told the truth: there are none. None can be made (501).

import type {
  GetLoginProfileRequest,
  GetLoginProfileResponse,
  ListGroupsForUserRequest,
  ListGroupsForUserResponse,
  ListMFADevicesRequest,
  ListMFADevicesResponse,
  ListServiceSpecificCredentialsRequest,
  ListServiceSpecificCredentialsResponse,
  ListSigningCertificatesRequest,
  ListSigningCertificatesResponse,
  ListSSHPublicKeysRequest,
  ListSSHPublicKeysResponse,
} from '@aws-sdk/client-iam';
import type { OperationContext } from '../operation.ts';
import { loginProfileNotFound } from './errors.ts';
import { getNamedOrCallingUser, getUserRecord } from './lookup.ts';
import { acceptInput } from './parameter.ts';

export function getLoginProfile(
  input: GetLoginProfileRequest,
  context: OperationContext,
): GetLoginProfileResponse {
  acceptInput('GetLoginProfile', input, 'UserName');
  const user = getNamedOrCallingUser(context, input.UserName);
  throw loginProfileNotFound(user?.userName ?? context.accountId);
}

export function listGroupsForUser(
  input: ListGroupsForUserRequest,
  context: OperationContext,
): ListGroupsForUserResponse {
  acceptInput('ListGroupsForUser', input, 'UserName', 'Marker', 'MaxItems');
  getUserRecord(context, input.UserName!);
  return { Groups: [], IsTruncated: false };
}

export function listMFADevices(
  input: ListMFADevicesRequest,
  context: OperationContext,
): ListMFADevicesResponse {
  acceptInput('ListMFADevices', input, 'UserName', 'Marker', 'MaxItems');
  getNamedOrCallingUser(context, input.UserName);
  return { MFADevices: [], IsTruncated: false };
}

export function listServiceSpecificCredentials(
  input: ListServiceSpecificCredentialsRequest,
  context: OperationContext,
): ListServiceSpecificCredentialsResponse {
  acceptInput('ListServiceSpecificCredentials', input, 'UserName', 'ServiceName');
  getNamedOrCallingUser(context, input.UserName);
  return { ServiceSpecificCredentials: [] };
}

export function listSigningCertificates(
  input: ListSigningCertificatesRequest,
  context: OperationContext,
): ListSigningCertificatesResponse {
  acceptInput('ListSigningCertificates', input, 'UserName', 'Marker', 'MaxItems');
  getNamedOrCallingUser(context, input.UserName);
  return { Certificates: [], IsTruncated: false };
}

export function listSSHPublicKeys(
  input: ListSSHPublicKeysRequest,
  context: OperationContext,
): ListSSHPublicKeysResponse {
  acceptInput('ListSSHPublicKeys', input, 'UserName', 'Marker', 'MaxItems');
  getNamedOrCallingUser(context, input.UserName);
  return { SSHPublicKeys: [], IsTruncated: false };
}
