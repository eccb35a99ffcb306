// Whether a bucket policy is public, as S3's public access block means it: it lets in principals that it does not name,
// and no condition with a fixed value holds it to known ones.

type Json = unknown;

/** AWS: conditions on these, with values without wildcards, make a statement for everybody one that is not public. */
const narrowingKeys = new Set(
  [
    'aws:SourceIp',
    'aws:SourceArn',
    'aws:SourceVpc',
    'aws:SourceVpce',
    'aws:SourceOwner',
    'aws:SourceAccount',
    'aws:PrincipalOrgID',
    'aws:PrincipalOrgPaths',
    'aws:PrincipalAccount',
    'aws:PrincipalArn',
    'aws:VpceAccount',
    'aws:VpceOrgID',
    'aws:userid',
    's3:DataAccessPointArn',
    's3:DataAccessPointAccount',
    's3:x-amz-server-side-encryption-aws-kms-key-id',
  ].map((key) => key.toLowerCase()),
);
const narrowingOperator =
  /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike|IpAddress)$/i;

const known = new Map<string, boolean>();

export function isPublicPolicy(text: string): boolean {
  let answer = known.get(text);
  if (answer === undefined) {
    answer = listOf((JSON.parse(text) as Record<string, Json>).Statement).some(isPublicStatement);
    if (known.size >= 1000) known.clear();
    known.set(text, answer);
  }
  return answer;
}

function isPublicStatement(value: Json): boolean {
  const statement = value as Record<string, Json>;
  if (statement.Effect !== 'Allow') return false;
  if (statement.NotPrincipal === undefined && !isEverybody(statement.Principal)) return false;
  const conditions = Object.entries((statement.Condition ?? {}) as Record<string, Record<string, Json>>);
  return !conditions.some(
    ([operator, keys]) =>
      narrowingOperator.test(operator) &&
      Object.entries(keys).some(
        ([key, values]) =>
          narrowingKeys.has(key.toLowerCase()) && listOf(values).every((one) => isFixed(key, String(one))),
      ),
  );
}

function isEverybody(principal: Json): boolean {
  if (principal === '*') return true;
  const byKind = Object.values((principal ?? {}) as Record<string, Json>);
  return byKind.some((values) => listOf(values).includes('*'));
}

/** AWS: `aws:SourceIp` counts unless its range is very wide; an ARN counts when its account is written out. */
function isFixed(key: string, value: string): boolean {
  if (/^aws:SourceIp$/i.test(key)) {
    const [address, length] = value.split('/');
    return Number(length ?? (address!.includes(':') ? 128 : 32)) >= (address!.includes(':') ? 32 : 8);
  }
  if (value.includes('${')) return false;
  if (/Arn$/i.test(key)) return /^arn:[^:*?]+:[^:*?]+:[^:]*:\d{12}:/.test(value) || !/[*?]/.test(value);
  return !/[*?]/.test(value);
}

function listOf(value: Json): Json[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
