import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findManagedPolicy, managedPolicies } from './aws-managed-policy.ts';
import { readPolicy } from './document.ts';
import { evaluate } from './evaluate.ts';
import { checkPolicy } from './validate.ts';

test('every managed policy is a good document', () => {
  assert.ok(managedPolicies.length >= 16);
  for (const { document, policyName, arn } of managedPolicies) {
    assert.equal(checkPolicy(document, 'identity', { isManaged: true }), undefined, policyName);
    assert.equal(findManagedPolicy(arn)?.policyName, policyName);
  }
  assert.equal(findManagedPolicy('arn:aws:iam::aws:policy/Nothing'), undefined);
});

test('they allow what their names say', () => {
  const table: [policy: string, action: string, want: boolean][] = [
    ['AdministratorAccess', 'iam:CreateUser', true],
    ['PowerUserAccess', 'iam:CreateUser', false],
    ['PowerUserAccess', 'ec2:CreateVpc', true],
    ['PowerUserAccess', 'iam:ListRoles', true],
    ['ReadOnlyAccess', 's3:GetObject', true],
    ['ReadOnlyAccess', 's3:PutObject', false],
    ['ReadOnlyAccess', 'dynamodb:Scan', true],
    ['AmazonS3FullAccess', 's3:DeleteBucket', true],
    ['AmazonS3FullAccess', 'ec2:DescribeVpcs', false],
    ['AmazonS3ReadOnlyAccess', 's3:ListBucket', true],
    ['AmazonS3ReadOnlyAccess', 's3:PutObject', false],
    ['AmazonDynamoDBReadOnlyAccess', 'dynamodb:BatchGetItem', true],
    ['AmazonDynamoDBReadOnlyAccess', 'dynamodb:PutItem', false],
    ['AmazonEC2ReadOnlyAccess', 'ec2:DescribeVpcs', true],
    ['AmazonEC2ReadOnlyAccess', 'ec2:RunInstances', false],
    ['AmazonVPCFullAccess', 'ec2:CreateVpcEndpoint', true],
    ['AmazonVPCFullAccess', 'ec2:RunInstances', false],
    ['AmazonVPCReadOnlyAccess', 'ec2:DescribeVpcEndpoints', true],
    ['AmazonVPCReadOnlyAccess', 'ec2:CreateVpcEndpoint', false],
    ['ElasticLoadBalancingReadOnly', 'elasticloadbalancing:DescribeLoadBalancers', true],
    ['AmazonRoute53ResolverFullAccess', 'route53resolver:CreateResolverEndpoint', true],
    ['AmazonRoute53ResolverReadOnlyAccess', 'route53resolver:ListResolverRules', true],
    ['AmazonRoute53ResolverReadOnlyAccess', 'route53resolver:CreateResolverRule', false],
    ['AWSDirectConnectFullAccess', 'directconnect:CreateConnection', true],
    ['AWSDirectConnectReadOnlyAccess', 'directconnect:DescribeConnections', true],
    ['AWSDirectConnectReadOnlyAccess', 'directconnect:CreateConnection', false],
    ['ReadOnlyAccess', 'directconnect:DescribeLocations', true],
    ['IAMReadOnlyAccess', 'iam:GetUser', true],
    ['IAMReadOnlyAccess', 'iam:CreateUser', false],
  ];
  for (const [policyName, action, want] of table) {
    const { document } = findManagedPolicy(`arn:aws:iam::aws:policy/${policyName}`)!;
    const verdict = evaluate(
      {
        principal: {
          kind: 'user',
          accountId: '111111111111',
          arn: 'arn:aws:iam::111111111111:user/ada',
          userId: 'AIDAADAADAADAADAADAAD',
          userName: 'ada',
          tags: {},
        },
        action,
        resource: 'arn:aws:s3:::any/thing',
        context: new Map(),
      },
      { identity: [{ name: policyName, document: readPolicy(document) }], session: [] },
    );
    assert.equal(verdict.allow, want, `${policyName} ${action}`);
  }
});
