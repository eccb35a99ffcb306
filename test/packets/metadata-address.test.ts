// The address of the metadata service, in front of every security group: who gets through to it, and under whose address.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everywhere, putInstance, putVpc } from '../networks/example-cloud.ts';
import { putPeering } from '../networks/example-gateway.ts';
import { expectProbes, makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

test('every instance reaches it as itself, whatever its groups say; nobody under another address', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const { vpc, client, networkInterface } = await world.change((cloud) => {
    const made = putVpc(cloud, '111111111111');
    putPeering(cloud, made, putVpc(cloud, '222222222222', '10.50.0.0/16'));
    const { instanceId, networkInterface: eni } = putInstance(cloud, made, 0, '10.0.1.10');
    const group = cloud.securityGroups.find(made.groupId)!;
    cloud.securityGroups.put({ ...group, rules: [everywhere(true, 'udp', 9)] });
    return { vpc: made, client: instanceId, networkInterface: eni };
  });
  world.serve(vpc.vpcId, 80, 'metadata');
  await expectProbes(world, [
    {
      from: client,
      to: '169.254.169.254',
      port: 80,
      want: /^metadata 10\.0\.1\.10$/,
      because: /metadata service/,
    },
    { from: client, to: '169.254.169.254', port: 81, want: /^silence$/, because: /no outbound rule/ },
    { from: client, to: '10.0.1.1', port: 80, want: /^silence$/, because: /no outbound rule/ },
  ]);
  await world.change((cloud) => cloud.networkInterfaces.put({ ...networkInterface, sourceDestCheck: false }));
  await world.inside(client, 'ip', 'address', 'add', '10.0.1.99/32', 'dev', 'lo');
  await assert.rejects(world.dial(client, '169.254.169.254', 80, '10.0.1.99'), { code: 'ETIMEDOUT' });
  assert.equal(await world.probe(client, '169.254.169.254', 80), 'metadata 10.0.1.10');
});
