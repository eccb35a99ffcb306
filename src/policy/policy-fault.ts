// What can be wrong with a policy document, in the words of the service that was handed it: IAM and STS say
// `MalformedPolicyDocument`, S3 `MalformedPolicy`, EC2 `InvalidPolicyDocument`. IAM says little, EC2 only where.

export type FaultKind =
  | 'size'
  | 'json'
  | 'unknown-element'
  | 'wrong-type'
  | 'version'
  | 'old-version'
  | 'missing-element'
  | 'prohibited-element'
  | 'effect'
  | 'effect-case'
  | 'sid'
  | 'duplicate-sid'
  | 'principal'
  | 'action'
  | 'resource'
  | 'action-and-resource'
  | 'condition'
  | 'condition-value'
  | 'wildcard';

export interface PolicyFault {
  kind: FaultKind;
  message: string;
  line: number;
  column: number;
}

/** A fault as it is found: before it is put in a service's words. */
export interface FoundFault {
  kind: FaultKind;
  /** Where in the text. */
  at: number;
  /** The element, value or operator that it is about. */
  what: string;
  /** The whole sentence, where it is the same for every service that would say it. */
  sentence?: string;
}

export type Dialect = 'iam' | 'trust' | 's3' | 'ec2';

export function describeFault(fault: FoundFault, dialect: Dialect, position: string): string {
  if (dialect === 'ec2') return describeForEc2(fault, position);
  if (dialect === 's3') return describeForS3(fault);
  return describeForIam(fault, dialect);
}

const syntax = 'Syntax errors in policy.';

function describeForIam({ kind, what, sentence }: FoundFault, dialect: 'iam' | 'trust'): string {
  if (kind === 'json' && dialect === 'trust') return 'This policy contains invalid Json';
  if (kind === 'prohibited-element') {
    return dialect === 'iam'
      ? 'Policy document should not specify a principal.'
      : `Has prohibited field ${what}`;
  }
  if (kind === 'missing-element') {
    if (dialect === 'trust') return `Missing required field ${what}`;
    if (what === 'Action') return 'Policy statement must contain actions.';
    if (what === 'Resource') return 'Policy statement must contain resources.';
    return syntax;
  }
  if (kind === 'principal') return `Invalid principal in policy: ${what}`;
  if (kind === 'old-version') return 'Policy document must be version 2012-10-17 or greater.';
  if (kind === 'effect-case' || kind === 'condition-value') return 'The policy failed legacy parsing';
  if (kind === 'duplicate-sid') return 'Statement IDs (SID) in a single policy must be unique.';
  return sentence ?? syntax;
}

function describeForS3({ kind, what }: FoundFault): string {
  const sentences: Partial<Record<FaultKind, string>> = {
    json: "Policies must be valid JSON and the first byte must be '{'",
    'unknown-element': `Unknown field ${what}`,
    version: 'The policy must contain a valid version string',
    'missing-element': `Missing required field ${what}`,
    effect: `Invalid effect: ${what}`,
    'effect-case': `Invalid effect: ${what}`,
    'duplicate-sid': 'Statement IDs (SID) in a single policy must be unique.',
    principal: 'Invalid principal in policy',
    action: 'Policy has invalid action',
    resource: 'Policy has invalid resource',
    'action-and-resource': 'Action does not apply to any resource(s) in statement',
    condition: what.includes(':')
      ? 'Policy has an invalid condition key'
      : `Invalid Condition type : ${what}`,
    'condition-value': `Invalid value in condition: ${what}`,
  };
  return sentences[kind] ?? 'Invalid policy syntax.';
}

/** DIFFERS: policy-fault-texts AWS's words for the limits of wildcards are not published; these are its documentation's. */
function describeForEc2({ kind, sentence }: FoundFault, position: string): string {
  const detail =
    (kind === 'wildcard' || kind === 'size') && sentence ? sentence : `Syntax error at position ${position}`;
  return `The Policy Document is not valid. ${detail}`;
}
