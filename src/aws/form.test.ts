// Forms as SDKs send them, and as those who mean harm do: each is read or refused with AWS's error.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AwsError } from './aws-error.ts';
import { awsQuery } from './aws-query.ts';
import { ec2Query } from './ec2-query.ts';
import { formTree, parseForm } from './form.ts';
import { serviceModel } from './model.ts';

function readEc2(operation: string, form: string | Buffer) {
  const { input } = serviceModel('ec2').findOperation(operation)!;
  return ec2Query.readInput(input, formTree(parseForm(Buffer.from(form as string))));
}

function readElb(operation: string, form: string) {
  const { input } = serviceModel('elasticloadbalancing').findOperation(operation)!;
  return awsQuery.readInput(input, formTree(parseForm(Buffer.from(form))));
}

const refused = (code: string, message?: string | RegExp) => (error: unknown) => {
  assert.ok(error instanceof AwsError, String(error));
  assert.equal(error.code, code);
  if (typeof message === 'string') assert.equal(error.message, message);
  else if (message) assert.match(error.message, message);
  return true;
};

test('gaps in list numbers close up, and 10 comes after 2', () => {
  assert.deepEqual(readEc2('DescribeVpcs', 'VpcId.10=c&VpcId.2=b&VpcId.1=a'), { VpcIds: ['a', 'b', 'c'] });
});

test('an empty list may be sent as a name without a value', () => {
  assert.deepEqual(readEc2('DescribeVpcs', 'VpcId='), { VpcIds: [] });
  assert.deepEqual(readEc2('DescribeVpcs', 'VpcId'), { VpcIds: [] });
  assert.deepEqual(readElb('DescribeLoadBalancers', 'Names='), { Names: [] });
});

test('plus signs, escapes and empty parameters are read as browsers and SDKs write them', () => {
  const input = readEc2('CreateTags', '&&ResourceId.1=vpc-1&Tag.1.Key=a+b&Tag.1.Value=%C3%A9%2B&');
  assert.deepEqual(input, { Resources: ['vpc-1'], Tags: [{ Key: 'a b', Value: 'é+' }] });
});

test('a parameter that AWS does not have is named in the refusal', () => {
  const cases: [string, string][] = [
    ['Foo=1', 'Foo'],
    ['VpcId.1=a&Filter.1.Nmae=x', 'Filter.1.Nmae'],
    ['VpcId.member.1=a', 'VpcId.member'],
    ['VpcId.1.2=a', 'VpcId.1.2'],
    ['VpcId.-1=a', 'VpcId.-1'],
    ['VpcId.1e3=a', 'VpcId.1e3'],
    ['VpcId..1=a', 'VpcId.'],
    ['__proto__=1', '__proto__'],
    ['__proto__.polluted=1', '__proto__'],
    ['Filter.1.__proto__.polluted=1', 'Filter.1.__proto__'],
    ['Filter.__proto__.Name=1', 'Filter.__proto__'],
    ['constructor.prototype.polluted=1', 'constructor'],
    ['MaxResults.x=1', 'MaxResults.x'],
    ['vpcId.1=a', 'vpcId'],
  ];
  for (const [form, path] of cases) {
    assert.throws(
      () => readEc2('DescribeVpcs', form),
      refused('UnknownParameter', `The parameter ${path} is not recognized`),
      form,
    );
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test('the query services want `member` and refuse bare numbers', () => {
  assert.deepEqual(readElb('DescribeLoadBalancers', 'Names.member.1=a&Names.member.3=b'), {
    Names: ['a', 'b'],
  });
  assert.throws(
    () => readElb('DescribeLoadBalancers', 'Names.1=a'),
    refused('UnknownParameter', /Names\.1 /),
  );
});

test('a required parameter that is missing is named, also deep inside', () => {
  assert.throws(
    () => readEc2('CreateVpcEndpoint', ''),
    refused('MissingParameter', 'The request must contain the parameter VpcId'),
  );
  assert.throws(
    () => readElb('RegisterTargets', 'TargetGroupArn=a&Targets.member.1.Port=80'),
    refused(
      'ValidationError',
      "1 validation error detected: Value null at 'targets.1.member.id' failed to satisfy constraint: Member must not be null",
    ),
  );
});

test('values of the wrong kind are refused with their name', () => {
  const cases: [string, string, RegExp][] = [
    ['DescribeVpcs', 'DryRun=maybe', /'maybe' for DryRun\. It should be a boolean/],
    ['DescribeVpcs', 'MaxResults=1.5', /'1\.5' for MaxResults\. It should be an integer/],
    ['DescribeVpcs', 'MaxResults=', /MaxResults/],
    ['DescribeVpcs', 'MaxResults=0x10', /MaxResults/],
    ['DescribeVpcs', `MaxResults=${'9'.repeat(100_000)}`, /MaxResults/],
    ['DescribeVpcs', 'MaxResults=9007199254740993', /MaxResults/],
    ['DescribeVpcs', 'VpcId=vpc-1', /'vpc-1' for VpcId\. It should be a list/],
    ['ModifyVpcAttribute', 'VpcId=a&EnableDnsSupport=true', /EnableDnsSupport\. It should be a structure/],
    ['DescribeSpotPriceHistory', 'StartTime=yesterday', /StartTime\. It should be an ISO 8601/],
    ['DescribeSpotPriceHistory', 'StartTime=2026-13-41', /StartTime/],
    ['CreateTags', 'ResourceId.1=a&Tag.1.Key=%00', /Tag\.1\.Key\. It has a character/],
  ];
  for (const [operation, form, message] of cases) {
    assert.throws(
      () => readEc2(operation, form),
      refused('InvalidParameterValue', message),
      form.slice(0, 80),
    );
  }
});

test('times are UTC unless they say otherwise', () => {
  for (const time of [
    '2026-01-31',
    '2026-01-31T00:00:00',
    '2026-01-31T00:00:00.000Z',
    '2026-01-31T01:00:00%2B01:00',
  ]) {
    const input = readEc2('DescribeSpotPriceHistory', `StartTime=${time}`);
    assert.deepEqual(input, { StartTime: new Date('2026-01-31T00:00:00Z') }, time);
  }
});

test('a form that is no form is refused as malformed', () => {
  const cases: (string | Buffer)[] = [
    'VpcId.1=%zz',
    'VpcId.1=%',
    '%E0%A4=1',
    'VpcId.1=%FF',
    Buffer.from([0x56, 0x3d, 0xff, 0xfe]),
    'MaxResults=5&MaxResults=6',
    `${'A.'.repeat(500_000)}B=1`,
    'a=1&'.repeat(100_000),
  ];
  for (const form of cases)
    assert.throws(() => readEc2('DescribeVpcs', form), refused('MalformedQueryString'));
});

test('what is refused is quoted at a bounded length', () => {
  assert.throws(
    () => readEc2('DescribeVpcs', `${'x'.repeat(1_000_000)}=1`),
    (error: AwsError) => error.code === 'UnknownParameter' && error.message.length < 300,
  );
});

test('huge list numbers cost no more than small ones', () => {
  assert.deepEqual(readEc2('DescribeVpcs', 'VpcId.999999999=b&VpcId.1=a'), { VpcIds: ['a', 'b'] });
  assert.throws(() => readEc2('DescribeVpcs', 'VpcId.99999999999999999999=a'), refused('UnknownParameter'));
});

test('a map entry named __proto__ is only an entry', () => {
  const form =
    'LoadBalancerArn=a&DefaultActions.member.1.Type=authenticate-oidc&' +
    'DefaultActions.member.1.AuthenticateOidcConfig.Issuer=i&DefaultActions.member.1.AuthenticateOidcConfig.ClientId=c&' +
    'DefaultActions.member.1.AuthenticateOidcConfig.AuthorizationEndpoint=a&' +
    'DefaultActions.member.1.AuthenticateOidcConfig.TokenEndpoint=t&' +
    'DefaultActions.member.1.AuthenticateOidcConfig.UserInfoEndpoint=u&' +
    'DefaultActions.member.1.AuthenticateOidcConfig.AuthenticationRequestExtraParams.entry.1.key=__proto__&' +
    'DefaultActions.member.1.AuthenticateOidcConfig.AuthenticationRequestExtraParams.entry.1.value=polluted';
  const input = readElb('CreateListener', form) as {
    DefaultActions: { AuthenticateOidcConfig: { AuthenticationRequestExtraParams: object } }[];
  };
  const map = input.DefaultActions[0]!.AuthenticateOidcConfig.AuthenticationRequestExtraParams;
  assert.deepEqual(Object.entries(map), [['__proto__', 'polluted']]);
});

test('no form at all makes the reader fail other than by an AWS error', () => {
  const piece = fc.constantFrom(
    'VpcId',
    'Filter',
    '1',
    '2',
    'Name',
    'Value',
    '.',
    '.',
    '=',
    '=',
    '&',
    '&',
    '%',
    '%41',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(text, (form) => {
      try {
        readEc2('DescribeVpcs', form);
      } catch (error) {
        assert.ok(error instanceof AwsError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});
