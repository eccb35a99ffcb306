// What IAM's parameters may be, by name: the same parameter has the same bounds in every operation.
// AWS tells all that is too long or too short at once, and then what has characters it does not take.

import { type Constraint, checkConstraints } from '../constraint.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidInput, validationError } from './errors.ts';

const arn = { min: 20, max: 2048 };
const name = { min: 1, max: 128 };
const document = { min: 1, max: 131_072 };

const constraints: Record<string, Constraint> = {
  UserName: name,
  NewUserName: { min: 1, max: 64 },
  RoleName: { min: 1, max: 64 },
  InstanceProfileName: name,
  PolicyName: name,
  Path: { min: 1, max: 512 },
  NewPath: { min: 1, max: 512 },
  PathPrefix: { min: 1, max: 512 },
  PolicyArn: arn,
  PermissionsBoundary: arn,
  PolicySourceArn: arn,
  PolicyDocument: document,
  AssumeRolePolicyDocument: document,
  Description: { max: 1000 },
  AccessKeyId: { min: 16, max: 128 },
  MaxItems: { min: 1, max: 1000 },
  Marker: { min: 1 },
  MaxSessionDuration: { min: 3600, max: 43_200 },
  Status: { values: ['Active', 'Inactive'] },
  Scope: { values: ['All', 'AWS', 'Local'] },
  PolicyUsageFilter: { values: ['PermissionsPolicy', 'PermissionsBoundary'] },
  EntityFilter: { values: ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] },
};

/** Refuses parameters that are not named, and values that AWS does not take. */
export function acceptInput<I extends object>(
  operation: string,
  input: I,
  ...names: (keyof I & string)[]
): void {
  acceptParameters(operation, input, ...names);
  const given = Object.entries(input);
  checkConstraints(
    given.flatMap(([parameter, value]) => {
      const isName = operation === 'CreateUser' && parameter === 'UserName';
      const constraint = constraints[isName ? 'NewUserName' : parameter];
      return constraint ? [{ field: fieldOf(parameter), value, ...constraint }] : [];
    }),
  );
  for (const [parameter, value] of given) checkCharacters(parameter, value);
}

const nameParameters = ['UserName', 'NewUserName', 'RoleName', 'InstanceProfileName', 'PolicyName'];
const documentParameters = ['PolicyDocument', 'AssumeRolePolicyDocument'];

function checkCharacters(parameter: string, value: unknown): void {
  if (typeof value !== 'string') return;
  const field = fieldOf(parameter);
  const refuse = (rule: string) =>
    validationError(`The specified value for ${field} is invalid. It must ${rule}`);
  if (nameParameters.includes(parameter) && !/^[\w+=,.@-]+$/.test(value)) {
    throw refuse('contain only alphanumeric characters and/or the following: +=,.@_-');
  }
  if (/^(New)?Path$/.test(parameter) && !/^\/([\x21-\x7E]+\/)?$/.test(value)) {
    throw refuse('begin and end with / and contain only alphanumeric characters and/or / characters.');
  }
  if (parameter === 'PathPrefix' && !/^\/[\x21-\x7F]*$/.test(value)) {
    throw refuse('begin with / and contain only alphanumeric characters and/or / characters.');
  }
  if (parameter === 'AccessKeyId' && !/^\w+$/.test(value)) {
    throw refuse('contain only alphanumeric characters.');
  }
  if (documentParameters.includes(parameter) && !/^[\t\n\r\x20-\u00FF]+$/.test(value)) {
    throw refuse('contain only printable ASCII characters.');
  }
  if (parameter === 'Description' && !/^[\t\n\r\x20-\x7E\u00A1-\u00FF]*$/.test(value)) {
    throw refuse('contain only printable ASCII characters.');
  }
}

/** AWS: of a policy's ARN; one that is well formed and of nobody is not found. */
export function checkPolicyArn(policyArn: string): void {
  if (!/^arn:aws:iam::(\d{12}|aws):policy\/[\x21-\x7E]+$/.test(policyArn)) {
    throw invalidInput(`ARN ${policyArn} is not valid.`);
  }
}

function fieldOf(parameter: string): string {
  return parameter.charAt(0).toLowerCase() + parameter.slice(1);
}
