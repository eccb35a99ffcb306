// Becoming a role for a while: the role's trust policy, and between accounts the caller's own too, must let the caller.

import type { AssumeRoleRequest, AssumeRoleResponse, Tag } from '@aws-sdk/client-sts';
import type { IamRole } from '../../cloud/iam.ts';
import { parseArn } from '../../lib/arn.ts';
import { type AssumeRoleQuestion, decideAssumeRole } from '../authorization.ts';
import { checkConstraints } from '../constraint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { accessDenied, validationError } from './errors.ts';
import { packedPolicySize, parseSessionPolicies } from './session-policy.ts';

const usualDuration = 3600;
/** AWS: of a session that is assumed out of a session. */
const longestChained = 3600;

export function assumeRole(input: AssumeRoleRequest, context: OperationContext): AssumeRoleResponse {
  acceptParameters(
    'AssumeRole',
    input,
    ...(['RoleArn', 'RoleSessionName', 'DurationSeconds', 'Policy', 'PolicyArns'] as const),
    ...(['Tags', 'TransitiveTagKeys', 'ExternalId'] as const),
  );
  checkInput(input);
  const { cloud, now, issueCredentials } = context;
  const { RoleArn: roleArn = '', RoleSessionName: sessionName = '' } = input;
  const tags = parseTags(input.Tags);
  const role = authorize(input, tags, context);
  const durationSeconds = input.DurationSeconds ?? usualDuration;
  checkDuration(role, durationSeconds, context);
  const sessionPolicies = parseSessionPolicies(cloud, role, input);
  const packedSize = packedPolicySize(input);
  const { accountId, roleId, roleName } = role;
  const credentials = issueCredentials({
    ...{ accountId, roleArn, roleId, sessionName, sessionPolicies, tags },
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + durationSeconds * 1000).toISOString(),
  });
  return {
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: new Date(credentials.expiration),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${roleId}:${sessionName}`,
      Arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
    },
    ...(packedSize === undefined ? {} : { PackedPolicySize: packedSize }),
  };
}

function checkInput(input: AssumeRoleRequest): void {
  const tagField = (index: number, name: string) => `tags.${index + 1}.member.${name}`;
  const tagCharacters = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]';
  checkConstraints([
    { field: 'roleArn', value: input.RoleArn, min: 20, max: 2048 },
    {
      field: 'roleSessionName',
      value: input.RoleSessionName,
      ...{ min: 2, max: 64, pattern: '[\\w+=,.@-]*' },
    },
    { field: 'durationSeconds', value: input.DurationSeconds, min: 900, max: 43_200 },
    { field: 'externalId', value: input.ExternalId, min: 2, max: 1224, pattern: '[\\w+=,.@:\\/-]*' },
    { field: 'policy', value: input.Policy, min: 1, max: 2048, pattern: '[\\t\\n\\r\\u0020-\\u00FF]+' },
    { field: 'policyArns', value: input.PolicyArns?.map(({ arn }) => arn), max: 10 },
    ...(input.PolicyArns ?? []).map(({ arn }, index) => {
      return { field: `policyArns.${index + 1}.member.arn`, value: arn, min: 20, max: 2048 };
    }),
    { field: 'tags', value: input.Tags?.map(({ Key }) => Key), max: 50 },
    ...(input.Tags ?? []).flatMap(({ Key, Value }, index) => [
      { field: tagField(index, 'key'), value: Key, min: 1, max: 128, pattern: `${tagCharacters}+` },
      { field: tagField(index, 'value'), value: Value, max: 256, pattern: `${tagCharacters}*` },
    ]),
  ]);
  const arn = parseArn(input.RoleArn!);
  if (arn?.service !== 'iam' || !arn.resource.startsWith('role/')) {
    throw validationError(`${input.RoleArn} is invalid`);
  }
  if (input.TransitiveTagKeys?.length) throw notBuilt('TransitiveTagKeys of AssumeRole');
}

function parseTags(tags: Tag[] = []): Record<string, string> {
  const seen = new Set<string>();
  for (const { Key: key = '' } of tags) {
    if (/^aws:/i.test(key)) throw validationError(`Tag keys beginning with aws: are reserved: ${key}`);
    if (seen.has(key.toLowerCase())) {
      throw validationError('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    }
    seen.add(key.toLowerCase());
  }
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key!, Value!]));
}

/** @returns the role, when the caller may become it */
function authorize(
  { RoleArn: roleArn = '', RoleSessionName: sessionName, ExternalId: externalId }: AssumeRoleRequest,
  tags: Record<string, string>,
  { cloud, principal, arrival, now, region }: OperationContext,
): IamRole {
  if (principal.kind === 'root') throw accessDenied('Roles may not be assumed by root accounts.');
  const role = cloud.iamRoles.find(roleArn);
  // AWS: a role that is not there is refused like one that does not trust the caller.
  if (!role) throw refusal(principal.arn, 'sts:AssumeRole', roleArn);
  const tagKeys = Object.keys(tags);
  const question: AssumeRoleQuestion = {
    ...{ role, principal, arrival, now, region },
    context: {
      'sts:RoleSessionName': sessionName,
      'sts:ExternalId': externalId,
      ...Object.fromEntries(tagKeys.map((key) => [`aws:RequestTag/${key}`, tags[key]])),
      'aws:TagKeys': tagKeys.length > 0 ? tagKeys : undefined,
    },
  };
  const actions = ['sts:AssumeRole', ...(tagKeys.length > 0 ? ['sts:TagSession' as const] : [])] as const;
  for (const action of actions) {
    const verdict = decideAssumeRole(cloud, { ...question, action });
    if (verdict.allow) continue;
    // AWS: who is of another account is not told why.
    if (principal.accountId !== role.accountId) throw refusal(principal.arn, action, roleArn);
    const because =
      verdict.decidedBy.kind === 'resource'
        ? verdict.because.replace(/(a )?resource-based policy/, (_, article) =>
            article ? 'the role trust policy' : 'role trust policy',
          )
        : verdict.because;
    throw refusal(principal.arn, action, roleArn, because);
  }
  return role;
}

function refusal(callerArn: string, action: string, roleArn: string, because?: string) {
  const text = `User: ${callerArn} is not authorized to perform: ${action} on resource: ${roleArn}`;
  return accessDenied(because === undefined ? text : `${text} ${because}`);
}

function checkDuration(role: IamRole, durationSeconds: number, { principal }: OperationContext): void {
  if (principal.kind === 'assumed-role' && durationSeconds > longestChained) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (durationSeconds > role.maxSessionDurationSeconds) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
}
