// Requests and policies at random, over an alphabet so small that statements often meet the request.
// Only what both we and the oracle can be asked: no wildcards in the request, keys that its tables know for the action.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like that.
import fc from 'fast-check';
import type { Principal } from '../../src/policy/principal.ts';

export type StatementText = Record<string, unknown>;
export type PolicyText = { Version: string; Statement: StatementText[] };

export interface RandomAccess {
  principal: Principal;
  action: string;
  resource: string;
  resourceAccountId: string;
  context: Record<string, string[]>;
  identity: PolicyText[];
  boundary: PolicyText | undefined;
  session: PolicyText | undefined;
  resourcePolicy: PolicyText | undefined;
  endpoint: PolicyText | undefined;
}

const [own, other] = ['111111111111', '222222222222'];

const ada: Principal = {
  kind: 'user',
  accountId: own,
  arn: `arn:aws:iam::${own}:user/staff/ada`,
  userId: 'AIDAADAADAADAADAADAAD',
  userName: 'ada',
  tags: {},
};
const app: Principal = {
  kind: 'assumed-role',
  accountId: own,
  arn: `arn:aws:sts::${own}:assumed-role/app/i-1`,
  userId: 'AROAAPPAPPAPPAPPAPPAP:i-1',
  roleArn: `arn:aws:iam::${own}:role/app`,
  roleName: 'app',
  sessionName: 'i-1',
  tags: {},
  sessionPolicies: [],
  issuedAt: '2026-01-31T11:00:00Z',
};
const root: Principal = {
  kind: 'root',
  accountId: own,
  arn: `arn:aws:iam::${own}:root`,
  userId: own,
};
const principals = fc.constantFrom<Principal>(ada, ada, app, app, root, { kind: 'anonymous' });

const targets = [
  { action: 's3:GetObject', resource: 'arn:aws:s3:::data/a/b.txt' },
  { action: 's3:GetObject', resource: 'arn:aws:s3:::data/ada/x:y' },
  { action: 's3:PutObject', resource: 'arn:aws:s3:::data/A/b.txt' },
  { action: 's3:DeleteObject', resource: 'arn:aws:s3:::other/a/b' },
  { action: 's3:ListBucket', resource: 'arn:aws:s3:::data' },
  { action: 'dynamodb:GetItem', resource: `arn:aws:dynamodb:us-east-1:${own}:table/orders` },
  { action: 'dynamodb:Query', resource: `arn:aws:dynamodb:us-east-1:${own}:table/orders` },
  { action: 's3:ListAllMyBuckets', resource: '*' },
  { action: 'sts:AssumeRole', resource: `arn:aws:iam::${own}:role/target` },
] as const;

const actionPattern = fc.constantFrom(
  '*',
  's3:*',
  's3:Get*',
  'S3:getobject',
  's3:?etObject',
  's3:PutObject',
  's3:List*',
  's3:*t*b*',
  'dynamodb:*Item',
  'dynamodb:Query',
  'sts:AssumeRole',
  'sts:*',
  's3:*Object',
);

const resourcePattern = fc.constantFrom(
  '*',
  'arn:aws:s3:::*',
  'arn:aws:s3:::data',
  'arn:aws:s3:::data/*',
  'arn:aws:s3:::data/?/b.txt',
  'arn:aws:s3:::data/${aws:username}/*',
  "arn:aws:s3:::data/${aws:PrincipalTag/team, 'a'}/*",
  'arn:aws:s3:::*/b*',
  'arn:aws:s3:::data/a${*}',
  'arn:aws:s3:::*a/*/*b*',
  `arn:aws:dynamodb:*:${own}:table/orders`,
  'arn:aws:dynamodb:us-east-1:*:table/o*s',
  `arn:aws:iam::${own}:role/*`,
  `arn:aws:iam::${own}:role/target`,
);

const principalNames = fc.constantFrom(
  '*',
  own,
  `arn:aws:iam::${own}:root`,
  other,
  ada.arn,
  app.roleArn,
  app.arn,
  `arn:aws:iam::${own}:role/else`,
);

/** Who with all that must be listed to be left out of a Deny. */
const exceptions = fc.constantFrom(
  [ada.arn, `arn:aws:iam::${own}:root`],
  [app.arn, app.roleArn, `arn:aws:iam::${own}:root`],
  [`arn:aws:iam::${other}:root`],
);

const texts = ['ada', 'Ada', 'a', 'a*', '*', 'a?a', '${aws:username}', "${aws:userid, 'none'}x", 'a/b', ''];
/** No text that is not a number: AWS does not say what `NumericNotEquals` makes of it. */
const numbers = ['1', '10', '010', '1.5', '-3'];
const dates = ['2026-01-31T12:00:00Z', '2026-01-31T13:00:00+01:00', '2027-01-01', '2025-06-30T00:00:00.5Z'];
/** No `0.0.0.0/0`: the oracle finds no address in it. */
const addresses = ['10.0.1.7', '10.0.0.0/16', '10.0.1.0/24', '203.0.113.9/32', '2001:db8::/32', '0.0.0.0/1'];
const arns = [ada.arn, app.roleArn, `arn:aws:iam::${own}:user/*`, `arn:aws:iam::*:role/a?p`, 'arn:*:*:*:*:*'];
const words = ['true', 'false'];

/** Operators with the keys that make sense of them and what the policy may say. */
const families: { operators: string[]; keys: string[]; values: string[] }[] = [
  {
    operators: ['Equals', 'NotEquals', 'EqualsIgnoreCase', 'NotEqualsIgnoreCase', 'Like', 'NotLike'].map(
      (name) => `String${name}`,
    ),
    keys: ['aws:username', 'aws:PrincipalTag/team', 'aws:SourceVpce', 's3:prefix'],
    values: texts,
  },
  {
    operators: ['Equals', 'NotEquals', 'EqualsIgnoreCase', 'Like', 'NotLike'].map((name) => `String${name}`),
    keys: ['aws:PrincipalOrgPaths'],
    values: texts,
  },
  {
    operators: ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
      (name) => `Numeric${name}`,
    ),
    keys: ['aws:MultiFactorAuthAge', 's3:max-keys'],
    values: numbers,
  },
  {
    operators: ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
      (name) => `Date${name}`,
    ),
    keys: ['aws:CurrentTime', 'aws:TokenIssueTime'],
    values: dates,
  },
  { operators: ['IpAddress', 'NotIpAddress'], keys: ['aws:SourceIp', 'aws:VpcSourceIp'], values: addresses },
  {
    operators: ['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'],
    keys: ['aws:PrincipalArn'],
    values: arns,
  },
  { operators: ['Bool'], keys: ['aws:SecureTransport', 'aws:ViaAWSService'], values: words },
  {
    operators: ['Null'],
    keys: ['aws:SourceVpce', 'aws:SourceIp', 'aws:PrincipalOrgPaths', 's3:prefix'],
    values: words,
  },
];

const isManyValued = (key: string) => key === 'aws:PrincipalOrgPaths';

const condition = fc.constantFrom(...families).chain(({ operators, keys, values }) =>
  fc
    .record({
      operator: fc.constantFrom(...operators),
      key: fc.constantFrom(...keys),
      values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }),
      ifExists: fc.boolean(),
      quantifier: fc.constantFrom('ForAllValues:', 'ForAnyValue:'),
      isPlain: fc.boolean(),
    })
    .map(({ operator, key, values: wanted, ifExists, quantifier, isPlain }) => {
      const isNull = operator === 'Null';
      const many = isManyValued(key) || (!isPlain && ifExists);
      return {
        operator: `${many && !isNull ? quantifier : ''}${operator}${ifExists && !isNull ? 'IfExists' : ''}`,
        key,
        values: isNull ? wanted.slice(0, 1) : wanted,
      };
    }),
);

const conditions = fc.array(condition, { maxLength: 2 }).map((list) => {
  const element: Record<string, Record<string, string[]>> = {};
  for (const { operator, key, values } of list) element[operator] = { ...element[operator], [key]: values };
  return element;
});

const few = <T>(one: fc.Arbitrary<T>) => fc.uniqueArray(one, { minLength: 1, maxLength: 2 });

const baseStatement = fc
  .record({
    effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
    actions: few(actionPattern),
    resources: few(resourcePattern),
    isNotAction: fc.nat(9).map((n) => n === 0),
    isNotResource: fc.nat(9).map((n) => n === 0),
    condition: fc.oneof(fc.constant({}), conditions),
  })
  .map(
    ({ effect, actions, resources, isNotAction, isNotResource, condition: element }): StatementText => ({
      Effect: effect,
      [isNotAction ? 'NotAction' : 'Action']: actions,
      [isNotResource ? 'NotResource' : 'Resource']: resources,
      ...(Object.keys(element).length > 0 ? { Condition: element } : {}),
    }),
  );

const policyOf = (statement: fc.Arbitrary<StatementText>): fc.Arbitrary<PolicyText> =>
  fc
    .array(statement, { minLength: 1, maxLength: 3 })
    .map((Statement) => ({ Version: '2012-10-17', Statement }));

const openDoor: PolicyText = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
};
const closedTrust: PolicyText = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: other }, Action: 'sts:AssumeRole' }],
};
const wholeStatement: StatementText = { Effect: 'Allow', Action: '*', Resource: '*' };
const identityPolicy = policyOf(fc.oneof(baseStatement, baseStatement, fc.constant(wholeStatement)));

const withPrincipal = fc
  .record({
    statement: fc.oneof(baseStatement, fc.constant(wholeStatement)),
    names: few(principalNames),
    except: fc.option(exceptions, { freq: 8 }),
  })
  .map(({ statement, names, except }): StatementText => {
    if (except && statement.Effect === 'Deny') return { ...statement, NotPrincipal: { AWS: except } };
    return { ...statement, Principal: names.includes('*') ? '*' : { AWS: names } };
  });
const resourcePolicy = policyOf(withPrincipal);
/** The oracle, like gateway endpoints, wants everyone as the principal here. */
const endpointPolicy = policyOf(baseStatement.map((statement) => ({ ...statement, Principal: '*' })));

/** Trust policies have no Resource. */
function toTrustPolicy({ Version, Statement }: PolicyText): PolicyText {
  const cut = Statement.map(({ Resource: _one, NotResource: _other, NotAction, ...rest }) => ({
    ...rest,
    ...(NotAction ? { Action: 'sts:*' } : {}),
  }));
  return { Version, Statement: cut };
}

const one = (values: string[]) =>
  fc.option(
    fc.constantFrom(...values).map((value) => [value]),
    { nil: undefined },
  );

const requestContext = fc.record({
  'aws:PrincipalTag/team': one(['ada', 'a', 'a*', 'A']),
  'aws:SourceVpce': one(['a', 'ada', 'a?a']),
  'aws:PrincipalOrgPaths': fc.option(
    fc.uniqueArray(fc.constantFrom('ada', 'a', 'Ada', 'a/b'), { minLength: 1, maxLength: 3 }),
    { nil: undefined },
  ),
  'aws:MultiFactorAuthAge': one(['1', '10', '2', '-3']),
  'aws:CurrentTime': fc.constantFrom(...dates.slice(0, 3)).map((value) => [value]),
  'aws:SourceIp': one(['10.0.1.7', '203.0.113.9', '10.0.200.1', '2001:db8::7']),
  'aws:VpcSourceIp': one(['10.0.1.7', '10.0.200.1']),
  'aws:SecureTransport': fc.constantFrom(...words).map((value) => [value]),
  'aws:ViaAWSService': one(['false']),
  's3:prefix': one(['ada', '', 'a/b']),
  's3:max-keys': one(['1', '10']),
});

const wholeAccess: fc.Arbitrary<RandomAccess> = fc
  .record({
    principal: principals,
    target: fc.constantFrom(...targets),
    resourceAccountId: fc.constantFrom(own, own, other),
    requestContext,
    identity: fc.array(identityPolicy, { maxLength: 2 }),
    boundary: fc.option(identityPolicy, { nil: undefined, freq: 2 }),
    session: fc.option(identityPolicy, { nil: undefined, freq: 2 }),
    resourcePolicy: fc.option(resourcePolicy, { nil: undefined, freq: 3 }),
    endpoint: fc.option(fc.oneof(endpointPolicy, fc.constant(openDoor)), { nil: undefined, freq: 2 }),
  })
  .map(({ principal, target: { action, resource }, requestContext: keys, ...rest }) => {
    const isAnonymous = principal.kind === 'anonymous';
    const isIam = action === 'sts:AssumeRole';
    const carries = principal.kind === 'user' || principal.kind === 'assumed-role';
    const context: Record<string, string[]> = {};
    const isList = action === 's3:ListBucket';
    for (const [key, values] of Object.entries({ ...keys, ...contextOf(principal) })) {
      const isKnown = isList || !key.startsWith('s3:');
      if (values && isKnown && !(isAnonymous && /Principal|Multi/.test(key))) context[key] = values;
    }
    return {
      principal,
      action,
      resource,
      context,
      resourceAccountId: resource === '*' ? own : rest.resourceAccountId,
      identity: carries ? rest.identity : [],
      boundary: carries ? rest.boundary : undefined,
      session: principal.kind === 'assumed-role' ? rest.session : undefined,
      resourcePolicy: isIam ? toTrustPolicy(rest.resourcePolicy ?? closedTrust) : rest.resourcePolicy,
      endpoint: rest.endpoint,
    };
  });

function contextOf(principal: Principal): Record<string, string[]> {
  if (principal.kind === 'anonymous') return {};
  const arn = principal.kind === 'assumed-role' ? principal.roleArn : principal.arn;
  return {
    'aws:PrincipalArn': [arn],
    'aws:PrincipalAccount': [principal.accountId],
    'aws:userid': [principal.userId],
    ...(principal.kind === 'user' ? { 'aws:username': [principal.userName] } : {}),
    ...(principal.kind === 'assumed-role' ? { 'aws:TokenIssueTime': [principal.issuedAt] } : {}),
  };
}

/** One policy with one statement, so that one pattern or one condition is all that decides. */
const narrowAccess: fc.Arbitrary<RandomAccess> = fc
  .record({
    access: wholeAccess.filter(
      ({ principal, action }) =>
        (principal.kind === 'user' || principal.kind === 'assumed-role') && action !== 'sts:AssumeRole',
    ),
    statement: fc.oneof(
      conditions.map((Condition): StatementText => ({ ...wholeStatement, Condition })),
      resourcePattern.map((Resource): StatementText => ({ ...wholeStatement, Resource })),
      actionPattern.map((Action): StatementText => ({ ...wholeStatement, Action })),
    ),
  })
  .map(({ access, statement }) => ({
    ...access,
    resourceAccountId: own,
    identity: [{ Version: '2012-10-17', Statement: [statement] }],
    boundary: undefined,
    session: undefined,
    resourcePolicy: undefined,
    endpoint: undefined,
  }));

export const randomAccess: fc.Arbitrary<RandomAccess> = fc.oneof(wholeAccess, narrowAccess);
