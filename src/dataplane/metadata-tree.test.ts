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
