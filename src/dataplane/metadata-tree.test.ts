import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putInstance, putVpc } from '../../test/networks/example-cloud.ts';
import { openStore } from '../store.ts';
import { describeInstance, findMetadata } from './metadata-tree.ts';

test('an instance reads of its devices, its events, its kind and its owner', () => {
  const store = openStore(':memory:');
  const { instanceId } = store.change((cloud) =>
    putInstance(cloud, putVpc(cloud, '111111111111'), 0, '10.0.1.4'),
  );
  const tree = describeInstance(store.cloud, store.cloud.instances.find(instanceId)!, undefined);
  const read = (path: string) => findMetadata(tree, `meta-data/${path}`);
  assert.equal(read('block-device-mapping/'), 'ami\nroot');
  assert.equal(read('block-device-mapping/root'), '/dev/xvda');
  assert.equal(read('profile'), 'default-hvm');
  assert.equal(read('system'), 'nitro');
  assert.equal(read('events/'), 'maintenance/');
  assert.equal(read('events/maintenance/'), 'history\nscheduled');
  assert.equal(read('events/maintenance/history'), '[]');
  assert.deepEqual(JSON.parse(String(read('identity-credentials/ec2/info'))), {
    Code: 'Success',
    LastUpdated: '2026-01-31T12:34:56Z',
    AccountId: '111111111111',
  });
});

test('a host is called by the domain of its VPC’s DHCP options', () => {
  const store = openStore(':memory:');
  const { instanceId, vpcId } = store.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    return { ...vpc, ...putInstance(cloud, vpc, 0, '10.0.1.4') };
  });
  const read = () => {
    const tree = describeInstance(store.cloud, store.cloud.instances.find(instanceId)!, undefined);
    return findMetadata(tree, 'meta-data/local-hostname');
  };
  assert.equal(read(), 'ip-10-0-1-4.ec2.internal');
  store.change((cloud) => {
    const configurations = [{ key: 'domain-name' as const, values: ['corp.example lab.example'] }];
    const owned = { accountId: '111111111111', region: 'us-east-1', isDefault: false };
    const { dhcpOptionsId } = cloud.dhcpOptions.put({ ...owned, dhcpOptionsId: 'dopt-1', configurations });
    cloud.vpcs.put({ ...cloud.vpcs.find(vpcId)!, dhcpOptionsId });
  });
  assert.equal(read(), 'ip-10-0-1-4.corp.example');
});
