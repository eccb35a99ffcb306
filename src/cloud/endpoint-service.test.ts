import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isVisible } from './endpoint-service.ts';
import type { AllowedPrincipal, EndpointService } from './vpc-endpoint.ts';

const consumerId = '222222222222';

function serviceFor(principalType: AllowedPrincipal['principalType'], principal: string): EndpointService {
  return {
    serviceId: 'vpce-svc-0fedcba9876543210',
    accountId: '111111111111',
    region: 'us-east-1',
    generation: 1,
    acceptanceRequired: true,
    networkLoadBalancerArns: [],
    supportedIpAddressTypes: ['ipv4'],
    allowedPrincipals: [{ servicePermissionId: 'vpce-svc-perm-1', principalType, principal }],
  };
}

const root = `arn:aws:iam::${consumerId}:root`;
const role = `arn:aws:iam::${consumerId}:role/app`;
const session = `arn:aws:sts::${consumerId}:assumed-role/app/session-1`;

test('a permission shows a service to exactly whom it names', () => {
  const rows: [AllowedPrincipal['principalType'], string, callerArn: string, visible: boolean][] = [
    ['All', '*', root, true],
    ['Account', root, root, true],
    ['Account', root, session, true],
    ['Account', 'arn:aws:iam::333333333333:root', root, false],
    ['Role', role, session, true],
    ['Role', role, root, false],
    ['Role', `${role}2`, session, false],
    ['User', `arn:aws:iam::${consumerId}:user/ann`, `arn:aws:iam::${consumerId}:user/ann`, true],
    ['User', `arn:aws:iam::${consumerId}:user/ann`, root, false],
  ];
  for (const [type, principal, callerArn, visible] of rows) {
    const name = `${type} ${principal} for ${callerArn}`;
    assert.equal(isVisible(serviceFor(type, principal), consumerId, callerArn), visible, name);
  }
});

test('the owner sees his service without any permission', () => {
  const service = { ...serviceFor('All', '*'), allowedPrincipals: [] };
  assert.equal(isVisible(service, '111111111111', 'arn:aws:iam::111111111111:root'), true);
  assert.equal(isVisible(service, consumerId, root), false);
});
