// AWS lets an interface send 1,024 packets a second to the services of its VPC. What is above is dropped in silence, and told.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import dnsPacket from 'dns-packet';
import { bindUdp } from '../../src/dataplane/door.ts';
import { createResolver } from '../../src/dataplane/resolver.ts';
import { namespacePath } from '../../src/linux/link-name.ts';
import { compileNetwork, metadataAddress } from '../../src/network/compile.ts';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import { makePacketWorld } from './packet-world.ts';
import { eventually, skipWithoutRoot } from './test-namespace.ts';

const resolverAddress = '10.0.0.2';
const question = dnsPacket.encode({
  type: 'query',
  id: 7,
  questions: [{ type: 'A', name: 'ip-10-0-1-10.ec2.internal' }],
});

test('an interface that asks too much hears nothing for a while, and others do', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const { vpcId, loud, quiet } = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const [loud, quiet] = ['10.0.1.10', '10.0.1.11'].map(
      (address) => putInstance(cloud, vpc, 0, address).instanceId,
    );
    return { vpcId: vpc.vpcId, loud: loud!, quiet: quiet! };
  });
  const resolver = createResolver({ onError: (_vpcId, error) => assert.fail(error) });
  after(() => resolver.close());
  const pathOf = (id: string) => namespacePath(world.namespaceOf(id));
  resolver.set(compileNetwork(world.cloud, { isHealthy: () => true }), pathOf);
  const clientOf = (instanceId: string) => {
    const socket = bindUdp(pathOf(instanceId), '0.0.0.0', 0);
    after(() => socket.close());
    const state = {
      answers: 0,
      ask: () => socket.send(question, 53, resolverAddress),
      askMetadata: () => socket.send(question, 80, metadataAddress),
    };
    socket.on('message', () => state.answers++);
    return state;
  };
  const [loudClient, quietClient] = [clientOf(loud), clientOf(quiet)];
  loudClient.ask();
  await eventually('the first answer', () => loudClient.answers === 1);

  const sent = 6000;
  const startMs = performance.now();
  for (let index = 0; index < sent; index++) loudClient.ask();
  quietClient.ask();
  await eventually('the other interface is answered', () => quietClient.answers === 1);
  const elapsedSeconds = (performance.now() - startMs) / 1000;
  const refused = (await world.drops(vpcId)).filter(({ reason }) => reason === 'service-limit');
  assert.equal(refused.length, 1);
  const [{ packets, text, refusedBy, protocol, destinationPort }] = refused as [(typeof refused)[0]];
  // A bucket of one second's worth, and what has flown into it meanwhile.
  const most = 1024 * (1 + elapsedSeconds);
  assert.ok(
    sent - packets >= 1000 && sent - packets <= most + 50,
    `${packets} refused in ${elapsedSeconds} s`,
  );
  assert.deepEqual([protocol, destinationPort], ['udp', 53]);
  assert.match(refusedBy, /^eni-/);
  assert.match(
    text,
    /^udp 10\.0\.1\.10 → 10\.0\.0\.2:53 in vpc-\S+: eni-\S+ sent more than 1,024 packets in a second/,
  );

  // The same measure holds for the metadata service.
  for (let index = 0; index < sent; index++) loudClient.askMetadata();
  await eventually('the metadata service is out of reach for a while', async () =>
    (await world.drops(vpcId)).some(
      (drop) => drop.reason === 'service-limit' && drop.destinationAddress === metadataAddress,
    ),
  );
  assert.equal(await world.probe(quiet, metadataAddress, 80), 'ECONNREFUSED');

  const before = loudClient.answers;
  await eventually('it is answered again', () => {
    loudClient.ask();
    return loudClient.answers > before + 1;
  });
});
