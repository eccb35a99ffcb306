// The table of contents of IAM: every operation Isthmus answers, by AWS's name. What is not here is not built.

import type { OperationTable } from '../operation.ts';
import {
  getLoginProfile,
  listGroupsForUser,
  listMFADevices,
  listServiceSpecificCredentials,
  listSigningCertificates,
  listSSHPublicKeys,
} from './absent-resource.ts';
import {
  createAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
  listAccessKeys,
  updateAccessKey,
} from './access-key.ts';
import { getAccountAuthorizationDetails, getAccountSummary, listAccountAliases } from './account.ts';
import {
  attachRolePolicy,
  attachUserPolicy,
  detachRolePolicy,
  detachUserPolicy,
  listAttachedRolePolicies,
  listAttachedUserPolicies,
  listEntitiesForPolicy,
} from './attached-policy.ts';
import {
  deleteRolePolicy,
  deleteUserPolicy,
  getRolePolicy,
  getUserPolicy,
  listRolePolicies,
  listUserPolicies,
  putRolePolicy,
  putUserPolicy,
} from './inline-policy.ts';
import {
  addRoleToInstanceProfile,
  createInstanceProfile,
  deleteInstanceProfile,
  getInstanceProfile,
  listInstanceProfiles,
  listInstanceProfilesForRole,
  removeRoleFromInstanceProfile,
} from './instance-profile.ts';
import { createPolicy, deletePolicy, getPolicy, listPolicies } from './managed-policy.ts';
import {
  deleteRolePermissionsBoundary,
  deleteUserPermissionsBoundary,
  putRolePermissionsBoundary,
  putUserPermissionsBoundary,
} from './permissions-boundary.ts';
import {
  createPolicyVersion,
  deletePolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from './policy-version.ts';
import {
  createRole,
  deleteRole,
  getRole,
  listRoles,
  updateAssumeRolePolicy,
  updateRole,
  updateRoleDescription,
} from './role.ts';
import { simulateCustomPolicy, simulatePrincipalPolicy } from './simulation.ts';
import {
  listInstanceProfileTags,
  listPolicyTags,
  listRoleTags,
  listUserTags,
  tagInstanceProfile,
  tagPolicy,
  tagRole,
  tagUser,
  untagInstanceProfile,
  untagPolicy,
  untagRole,
  untagUser,
} from './tag.ts';
import { createUser, deleteUser, getUser, listUsers, updateUser } from './user.ts';

export const iamOperations = {
  // Users
  CreateUser: createUser,
  DeleteUser: deleteUser,
  GetUser: getUser,
  ListUsers: listUsers,
  UpdateUser: updateUser,

  // Access keys
  CreateAccessKey: createAccessKey,
  DeleteAccessKey: deleteAccessKey,
  GetAccessKeyLastUsed: getAccessKeyLastUsed,
  ListAccessKeys: listAccessKeys,
  UpdateAccessKey: updateAccessKey,

  // Roles
  CreateRole: createRole,
  DeleteRole: deleteRole,
  GetRole: getRole,
  ListRoles: listRoles,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  UpdateRole: updateRole,
  UpdateRoleDescription: updateRoleDescription,

  // Instance profiles
  AddRoleToInstanceProfile: addRoleToInstanceProfile,
  CreateInstanceProfile: createInstanceProfile,
  DeleteInstanceProfile: deleteInstanceProfile,
  GetInstanceProfile: getInstanceProfile,
  ListInstanceProfiles: listInstanceProfiles,
  ListInstanceProfilesForRole: listInstanceProfilesForRole,
  RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,

  // Inline policies
  DeleteRolePolicy: deleteRolePolicy,
  DeleteUserPolicy: deleteUserPolicy,
  GetRolePolicy: getRolePolicy,
  GetUserPolicy: getUserPolicy,
  ListRolePolicies: listRolePolicies,
  ListUserPolicies: listUserPolicies,
  PutRolePolicy: putRolePolicy,
  PutUserPolicy: putUserPolicy,

  // Managed policies
  AttachRolePolicy: attachRolePolicy,
  AttachUserPolicy: attachUserPolicy,
  CreatePolicy: createPolicy,
  CreatePolicyVersion: createPolicyVersion,
  DeletePolicy: deletePolicy,
  DeletePolicyVersion: deletePolicyVersion,
  DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary,
  DeleteUserPermissionsBoundary: deleteUserPermissionsBoundary,
  DetachRolePolicy: detachRolePolicy,
  DetachUserPolicy: detachUserPolicy,
  GetPolicy: getPolicy,
  GetPolicyVersion: getPolicyVersion,
  ListAttachedRolePolicies: listAttachedRolePolicies,
  ListAttachedUserPolicies: listAttachedUserPolicies,
  ListEntitiesForPolicy: listEntitiesForPolicy,
  ListPolicies: listPolicies,
  ListPolicyVersions: listPolicyVersions,
  PutRolePermissionsBoundary: putRolePermissionsBoundary,
  PutUserPermissionsBoundary: putUserPermissionsBoundary,
  SetDefaultPolicyVersion: setDefaultPolicyVersion,

  // Tags
  ListInstanceProfileTags: listInstanceProfileTags,
  ListPolicyTags: listPolicyTags,
  ListRoleTags: listRoleTags,
  ListUserTags: listUserTags,
  TagInstanceProfile: tagInstanceProfile,
  TagPolicy: tagPolicy,
  TagRole: tagRole,
  TagUser: tagUser,
  UntagInstanceProfile: untagInstanceProfile,
  UntagPolicy: untagPolicy,
  UntagRole: untagRole,
  UntagUser: untagUser,

  // The account
  GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
  GetAccountSummary: getAccountSummary,
  ListAccountAliases: listAccountAliases,

  // What policies would say
  SimulateCustomPolicy: simulateCustomPolicy,
  SimulatePrincipalPolicy: simulatePrincipalPolicy,

  // What there is none of
  GetLoginProfile: getLoginProfile,
  ListGroupsForUser: listGroupsForUser,
  ListMFADevices: listMFADevices,
  ListSSHPublicKeys: listSSHPublicKeys,
  ListServiceSpecificCredentials: listServiceSpecificCredentials,
  ListSigningCertificates: listSigningCertificates,
} satisfies OperationTable;
