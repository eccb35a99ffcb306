// The role an instance has through its profile, and the credentials it reads for it at 169.254.169.254.
// AWS: EC2 itself assumes the role, in a session named for the instance, and has new credentials ready before the old ones end.

import type { IssueCredentials, TemporaryCredentials } from './aws/identity.ts';
import type { Cloud } from './cloud/cloud.ts';
import type { IamRole } from './cloud/iam.ts';
import type { Instance } from './cloud/instance.ts';
import type { InstanceRole } from './dataplane/metadata-tree.ts';
import { readPolicy } from './policy/document.ts';
import type { RoleDelivery } from './policy/principal.ts';
import { trustsService } from './policy/service-trust.ts';

export interface InstanceRoleOptions {
  cloud: Cloud;
  issue: IssueCredentials;
  now: () => Date;
}

const lifetimeMs = 6 * 60 * 60 * 1000;
/** AWS: at least five minutes before the end; clients begin to ask a quarter of an hour before it. */
const renewalMs = 30 * 60 * 1000;
const servicePrincipal = 'ec2.amazonaws.com';

interface Issued {
  credentials: TemporaryCredentials;
  issuedAt: string;
}

export function createFindInstanceRole({
  cloud,
  issue,
  now,
}: InstanceRoleOptions): (instance: Instance, roleDelivery: RoleDelivery) => InstanceRole | undefined {
  /** By instance, delivery, role and the role's own making: one that was made anew under its name is another. */
  const issued = new Map<string, Issued>();

  function getCredentials(instance: Instance, role: IamRole, roleDelivery: RoleDelivery): Issued {
    const key = `${instance.instanceId} ${roleDelivery} ${role.roleId}`;
    const date = now();
    const known = issued.get(key);
    if (known && Date.parse(known.credentials.expiration) - date.getTime() > renewalMs) return known;
    for (const [other, { credentials }] of issued)
      if (Date.parse(credentials.expiration) <= date.getTime()) issued.delete(other);
    const issuedAt = date.toISOString();
    const { privateIpAddress } = cloud.networkInterfaces.find(instance.networkInterfaceIds[0]!)!;
    const credentials = issue({
      accountId: role.accountId,
      roleArn: role.arn,
      roleId: role.roleId,
      sessionName: instance.instanceId,
      sessionPolicies: [],
      tags: {},
      sourceInstance: {
        instanceArn: instanceArn(instance),
        ...{ vpcId: instance.vpcId, privateIpAddress, roleDelivery },
      },
      issuedAt,
      expiresAt: new Date(date.getTime() + lifetimeMs).toISOString(),
    });
    const fresh = { credentials, issuedAt };
    issued.set(key, fresh);
    return fresh;
  }

  return (instance, roleDelivery) => {
    const { iamInstanceProfile } = instance;
    if (!iamInstanceProfile) return undefined;
    const profile = cloud.iamInstanceProfiles.find(iamInstanceProfile.arn);
    if (!profile) return { profileInfo: describeMissingProfile(iamInstanceProfile.arn, now()) };
    const profileInfo = show({
      Code: 'Success',
      LastUpdated: toSeconds(now().toISOString()),
      InstanceProfileArn: profile.arn,
      InstanceProfileId: profile.instanceProfileId,
    });
    const role = profile.roleArn === undefined ? undefined : cloud.iamRoles.find(profile.roleArn);
    if (!role) return { profileInfo };
    const credentials = () =>
      trustsEc2(role, instance)
        ? describeCredentials(getCredentials(instance, role, roleDelivery))
        : describeRefusal(role, now());
    return { profileInfo, roleName: role.roleName, credentials };
  };
}

function describeCredentials({ credentials, issuedAt }: Issued): string {
  return show({
    Code: 'Success',
    LastUpdated: toSeconds(issuedAt),
    Type: 'AWS-HMAC',
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: toSeconds(credentials.expiration),
  });
}

function describeMissingProfile(arn: string, now: Date): string {
  return show({
    Code: 'InstanceProfileNotFound',
    Message: `The instance profile ${arn} cannot be found.`,
    LastUpdated: toSeconds(now.toISOString()),
  });
}

function describeRefusal({ roleName }: IamRole, now: Date): string {
  return show({
    Code: 'AssumeRoleUnauthorizedAccess',
    Message: `EC2 cannot assume the role ${roleName}. Its trust policy does not let ${servicePrincipal} do so.`,
    LastUpdated: toSeconds(now.toISOString()),
  });
}

/** As AWS lays it out: a space before each colon. */
function show(fields: Record<string, string>): string {
  const lines = Object.entries(fields).map(
    ([name, value]) => `  ${JSON.stringify(name)} : ${JSON.stringify(value)}`,
  );
  return `{\n${lines.join(',\n')}\n}`;
}

const toSeconds = (isoTime: string) => `${isoTime.slice(0, 19)}Z`;

/** AWS: the request is EC2's own, for an instance of this account. */
export function trustsEc2(role: IamRole, instance: Instance): boolean {
  const context = new Map([
    ['aws:sourceaccount', [instance.accountId]],
    ['aws:sourcearn', [instanceArn(instance)]],
    ['aws:requestedregion', [instance.region]],
  ]);
  return trustsService(readPolicy(role.assumeRolePolicyDocument), servicePrincipal, context);
}

function instanceArn({ accountId, region, instanceId }: Instance): string {
  return `arn:aws:ec2:${region}:${accountId}:instance/${instanceId}`;
}
