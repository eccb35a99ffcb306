import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everywhere, putInstance, putVpc } from '../../test/networks/example-cloud.ts';
import { openStore } from '../store.ts';
import { compileNetwork } from './compile.ts';
import { type Drop, nameDrop } from './drop.ts';

function makeCase() {
  const store = openStore(':memory:');
  const { vpc, server } = store.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    putInstance(cloud, vpc, 0, '10.0.1.10');
    return { vpc, server: putInstance(cloud, vpc, 1, '10.0.2.20').networkInterface };
  });
  const letIn = (isAllowed: boolean) =>
    store.change((cloud) => {
      const group = cloud.securityGroups.find(vpc.groupId)!;
      cloud.securityGroups.put({ ...group, rules: isAllowed ? [everywhere(true), everywhere(false)] : [] });
    });
  const name = (drop: Partial<Drop>) => {
    const network = compileNetwork(store.cloud, { isHealthy: () => true });
    const { refusedBy, text } = nameDrop(network.vpcs.get(vpc.vpcId)!, {
      reason: 'ingress',
      sourceAddress: '10.0.1.10',
      destinationAddress: '10.0.2.20',
      protocol: 'tcp',
      destinationPort: 80,
      packets: 1,
      bytes: 60,
      lastTime: '2026-01-31T12:34:56.000Z',
      recent: [],
      ...drop,
    });
    return { refusedBy, text };
  };
  return { vpc, server: server.networkInterfaceId, letIn, name };
}

test('a group is named as the one that refused only while it would refuse again', () => {
  const { vpc, server, letIn, name } = makeCase();
  letIn(false);
  assert.equal(name({}).refusedBy, vpc.groupId);
  assert.match(name({}).text, new RegExp(`has no inbound rule for it \\(${server}\\)$`));
  letIn(true);
  assert.equal(name({}).refusedBy, server);
  assert.match(name({}).text, /had no inbound rule for it; now there is sgr-\S+/);
});

test('an address that nobody has any more, or nobody had, is told as explain tells it', () => {
  const { vpc, name } = makeCase();
  const gone = name({ destinationAddress: '10.0.2.99' });
  assert.equal(gone.refusedBy, vpc.vpcId);
  assert.match(
    gone.text,
    /has no network interface 10\.0\.2\.99 any more, whose groups had no inbound rule for it$/,
  );
  const nobody = `${vpc.vpcId} had no network interface with 10.0.2.99`;
  const missed = { reason: 'no-route', destinationAddress: '10.0.2.99' } as const;
  assert.ok(name(missed).text.endsWith(nobody));
  assert.ok(name({ ...missed, sourceAddress: '192.168.0.10' }).text.endsWith(nobody));
  assert.match(name({ ...missed, destinationAddress: '8.8.8.8' }).text, /rtb-\S+ has no way there$/);
});
