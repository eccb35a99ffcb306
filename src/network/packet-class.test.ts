import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everywhere, putVpc } from '../../test/networks/example-cloud.ts';
import { addressNumber } from '../lib/cidr.ts';
import { openStore } from '../store.ts';
import { compileNetwork } from './compile.ts';
import { addressClasses, contains, isPublic, portClasses } from './packet-class.ts';

function compileVpc(...rules: ReturnType<typeof everywhere>[]) {
  const store = openStore(':memory:');
  const { vpcId, groupId } = store.change((cloud) => putVpc(cloud, '111111111111'));
  store.change((cloud) => cloud.securityGroups.put({ ...cloud.securityGroups.find(groupId)!, rules }));
  return compileNetwork(store.cloud, { isHealthy: () => true }).vpcs.get(vpcId)!;
}

test('ports are told apart where a rule begins and behind where it ends, within what is asked', () => {
  const vpc = compileVpc({ ...everywhere(false, 'tcp', 8000), toPort: 8099 }, everywhere(true));
  const every = portClasses([vpc], 'tcp', { from: 1, to: 65535 });
  for (const port of [1, 8000, 8100]) assert.ok(every.includes(port), String(port));
  assert.deepEqual(portClasses([vpc], 'tcp', { from: 8050, to: 8200 }), [8050, 8100]);
  assert.deepEqual(portClasses([vpc], 'tcp', { from: 8050, to: 8050 }), [8050]);
});

test('addresses are told apart in the same way, and only those that are meant are asked about', () => {
  const vpc = compileVpc({ ...everywhere(false), cidrIpv4: '203.0.113.0/24' });
  const classes = addressClasses([vpc], ['198.51.100.0/25'], isPublic);
  for (const address of ['203.0.113.0', '203.0.114.0', '198.51.100.0', '198.51.100.128'])
    assert.ok(classes.includes(address), address);
  for (const address of classes) assert.ok(isPublic(addressNumber(address)), address);
  const inside = addressClasses([vpc], [], (address) => contains('203.0.113.0/24', address));
  assert.deepEqual(inside, ['203.0.113.0']);
});
