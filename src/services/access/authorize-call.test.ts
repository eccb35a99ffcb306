import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putAwsServiceEndpoint, putVpc } from '../../../test/networks/example-cloud.ts';
import { newHarness } from '../../../test/operation-harness.ts';
import type { ServiceName } from '../../aws/model.ts';
import { findDenial } from './authorize-call.ts';

const accountId = '111111111111';
const arn = `arn:aws:iam::${accountId}:user/ann`;
const ann = { kind: 'user', accountId, arn, userId: 'AIDA1', userName: 'ann', tags: {} } as const;
const arrival = { sourceAddress: '127.0.0.1', isSecure: false };

test('IAM is in us-east-1 for policies that keep to regions, whichever region the client signed for', () => {
  const { store, clock } = newHarness();
  const onlyHome = {
    Effect: 'Allow',
    Action: '*',
    Resource: '*',
    Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } },
  };
  store.change(({ iamUsers }) =>
    iamUsers.put({
      ...{ accountId, region: 'aws-global', arn, path: '/', createDate: '', tags: {} },
      ...{ userName: 'ann', userId: 'AIDA1', attachedPolicyArns: [] },
      inlinePolicies: { home: JSON.stringify({ Version: '2012-10-17', Statement: onlyHome }) },
    }),
  );
  const deny = (service: ServiceName, operation: string, region: string) =>
    findDenial(
      service,
      { operation, input: {}, cloud: store.cloud, principal: ann, accountId, region },
      arrival,
      clock.now,
    );
  assert.equal(deny('iam', 'ListUsers', 'eu-west-1'), undefined);
  assert.equal(deny('ec2', 'DescribeVpcs', 'us-east-1'), undefined);
  assert.match(
    deny('ec2', 'DescribeVpcs', 'eu-west-1')!.text,
    /no identity-based policy allows the ec2:DescribeVpcs action$/,
  );
});

/** Ann, who may do everything, by an interface endpoint with this policy. */
function throughEndpoint(policyDocument: string, awsService = 'ec2') {
  const { store, clock } = newHarness();
  const { vpcEndpointId, vpcId } = store.change((cloud) => {
    cloud.iamUsers.put({
      ...{ accountId, region: 'aws-global', arn, path: '/', createDate: '', tags: {} },
      ...{ userName: 'ann', userId: 'AIDA1', attachedPolicyArns: [] },
      inlinePolicies: { all: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}' },
    });
    return putAwsServiceEndpoint(cloud, putVpc(cloud, accountId), awsService, [], { policyDocument });
  });
  const endpoint = { vpcEndpointId, vpcId, endpointType: 'interface' as const };
  const root = `arn:aws:iam::${accountId}:root`;
  const asRoot = { kind: 'root', accountId, arn: root, userId: accountId } as const;
  return (service: ServiceName, operation: string, { input = {}, isRoot = false } = {}) =>
    findDenial(
      service,
      {
        ...{ operation, input, cloud: store.cloud, principal: isRoot ? asRoot : ann, accountId },
        region: 'us-east-1',
      },
      { sourceAddress: '10.0.1.5', isSecure: true, endpoint },
      clock.now,
    )?.text;
}

test('an interface endpoint’s policy must let a call pass, the root user’s too', () => {
  const deny = throughEndpoint(
    '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ec2:Describe*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"ec2:DescribeSubnets","Resource":"*"}]}',
  );
  assert.equal(deny('ec2', 'DescribeVpcs'), undefined);
  assert.equal(
    deny('ec2', 'DeleteVpc', { input: { VpcId: 'vpc-0123456789abcdef0' } }),
    `User: ${arn} is not authorized to perform: ec2:DeleteVpc because no VPC endpoint policy allows the ec2:DeleteVpc action`,
  );
  assert.match(deny('ec2', 'DeleteVpc', { isRoot: true })!, /:root is not .* no VPC endpoint policy allows/);
  assert.match(
    deny('ec2', 'DescribeSubnets')!,
    /DescribeSubnets with an explicit deny in a VPC endpoint policy$/,
  );
});

test('an interface endpoint’s policy may name accounts, users and the way a call came', () => {
  const allow = (more: string) =>
    throughEndpoint(`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*",${more}}]}`)(
      'ec2',
      'DescribeVpcs',
    );
  for (const more of [
    `"Principal":{"AWS":"${accountId}"}`,
    `"Principal":{"AWS":"arn:aws:iam::${accountId}:root"}`,
    `"Principal":{"AWS":"${arn}"}`,
    `"Principal":"*","Condition":{"IpAddress":{"aws:VpcSourceIp":"10.0.1.0/24"}}`,
    `"Principal":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"${accountId}"}}`,
  ])
    assert.equal(allow(more), undefined, more);
  for (const more of [
    `"Principal":{"AWS":"222222222222"}`,
    `"Principal":{"AWS":"arn:aws:iam::${accountId}:user/bob"}`,
    `"Principal":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.1.0/24"}}`,
  ])
    assert.match(allow(more)!, /no VPC endpoint policy allows/, more);
});

test('what needs no permission still needs the endpoint’s leave', () => {
  const open = throughEndpoint(
    '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
    'sts',
  );
  assert.equal(open('sts', 'GetCallerIdentity'), undefined);
  const shut = throughEndpoint('{"Statement":[]}', 'sts');
  assert.match(
    shut('sts', 'GetCallerIdentity')!,
    /no VPC endpoint policy allows the sts:GetCallerIdentity action/,
  );
  assert.match(shut('elasticloadbalancing', 'DescribeLoadBalancers')!, /no VPC endpoint policy allows/);
});
