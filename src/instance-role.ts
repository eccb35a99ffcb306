// The role an instance has through its profile, and the credentials it reads for it at 169.254.169.254.
// AWS: EC2 itself assumes the role, in a session named for the instance, and has new credentials ready before the old ones end.

import type { IssueCredentials, TemporaryCredentials } from './aws/identity.ts';
import type { Cloud } from './cloud/cloud.ts';
import type { IamRole } from './cloud/iam.ts';
import type { Instance } from './cloud/instance.ts';
import type { InstanceRole } from './dataplane/metadata-tree.ts';

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
}: InstanceRoleOptions): (instance: Instance) => InstanceRole | undefined {
  /** By instance, role and the role's own making: one that was made anew under its name is another. */
  const issued = new Map<string, Issued>();

  function getCredentials(instance: Instance, role: IamRole): Issued {
    const key = `${instance.instanceId} ${role.roleId}`;
    const date = now();
    const known = issued.get(key);
    if (known && Date.parse(known.credentials.expiration) - date.getTime() > renewalMs) return known;
    for (const [other, { credentials }] of issued)
      if (Date.parse(credentials.expiration) <= date.getTime()) issued.delete(other);
    const issuedAt = date.toISOString();
    const credentials = issue({
      accountId: role.accountId,
      roleArn: role.arn,
      roleId: role.roleId,
      sessionName: instance.instanceId,
      sessionPolicies: [],
      tags: {},
      issuedAt,
      expiresAt: new Date(date.getTime() + lifetimeMs).toISOString(),
    });
    const fresh = { credentials, issuedAt };
    issued.set(key, fresh);
    return fresh;
  }

  return (instance) => {
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
      trustsEc2(role) ? describeCredentials(getCredentials(instance, role)) : describeRefusal(role, now());
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

interface TrustStatement {
  Effect?: string;
  Principal?: string | { Service?: string | string[] };
  Action?: string | string[];
}

/** DIFFERS: conditions-of-service-trust a trust policy's conditions are not asked when EC2 assumes the role; its Principal and Action are. */
function trustsEc2({ assumeRolePolicyDocument }: IamRole): boolean {
  const { Statement = [] } = JSON.parse(assumeRolePolicyDocument) as {
    Statement?: TrustStatement | TrustStatement[];
  };
  const concerned = [Statement].flat().filter(isAboutEc2);
  return concerned.length > 0 && concerned.every(({ Effect }) => Effect === 'Allow');
}

function isAboutEc2({ Principal, Action = [] }: TrustStatement): boolean {
  const services = typeof Principal === 'object' ? [Principal.Service ?? []].flat() : [];
  const isNamed = Principal === '*' || services.some((name) => name === '*' || name === servicePrincipal);
  return isNamed && [Action].flat().some((action) => /^(\*|sts:(\*|assumerole))$/i.test(action));
}
