import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  everywhere,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../../test/networks/example-cloud.ts';
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

test('an endpoint that refused while it was shut is told as it is now', () => {
  const store = openStore(':memory:');
  const { consumer, endpoint } = store.change((cloud) => {
    const provider = putVpc(cloud, '222222222222');
    const { instanceId } = putInstance(cloud, provider, 0, '10.0.1.10');
    const service = putEndpointService(cloud, provider, 80, [instanceId]);
    const consumer = putVpc(cloud, '111111111111');
    return { consumer, endpoint: putEndpoint(cloud, consumer, service, '10.0.1.4', 'rejected') };
  });
  const told = () => {
    const { vpcs } = compileNetwork(store.cloud, { isHealthy: () => true });
    const { refusedBy, why } = nameDrop(vpcs.get(consumer.vpcId)!, {
      ...{ reason: 'endpoint-closed', sourceAddress: '10.0.1.77', destinationAddress: '10.0.1.4' },
      ...{ protocol: 'tcp', destinationPort: 80, packets: 1, bytes: 60 },
      ...{ lastTime: '2026-01-31T12:34:56.000Z', recent: [] },
    });
    return [refusedBy, why];
  };
  assert.deepEqual(told(), [endpoint.vpcEndpointId, 'is rejected']);
  store.change((cloud) => cloud.vpcEndpoints.put({ ...endpoint, decision: 'accepted' }));
  assert.deepEqual(told(), [endpoint.vpcEndpointId, 'was closed; now it is open']);
  store.change((cloud) => cloud.vpcEndpoints.delete(endpoint.vpcEndpointId));
  assert.deepEqual(told(), [consumer.vpcId, 'had a closed endpoint at 10.0.1.4']);
});
