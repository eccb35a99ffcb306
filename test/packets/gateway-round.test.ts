// More namespaces than one round makes: what can be done is done, what has to wait for a link comes in a later round, nothing fails.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { test } from 'node:test';
import { listenTcp } from '../../src/dataplane/door.ts';
import { namespaceName, namespacePath } from '../../src/linux/link-name.ts';
import { createMachine } from '../../src/linux/machine.ts';
import { run } from '../../src/linux/run.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { openStore } from '../../src/store.ts';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import {
  mainRouteTableId,
  putElasticIp,
  putGatewayEndpoint,
  putInternetGateway,
  putRoute,
} from '../networks/example-gateway.ts';
import { makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

test('many instances and gateways that come at once all have their ways', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) =>
    ['111111111111', '222222222222'].map((accountId) => {
      const vpc = putVpc(cloud, accountId);
      const { internetGatewayId } = putInternetGateway(cloud, vpc);
      putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', {
        kind: 'internet-gateway',
        internetGatewayId,
      });
      const instances = Array.from({ length: 6 }, (_, i) => putInstance(cloud, vpc, 0, `10.0.1.${10 + i}`));
      for (const { networkInterface } of instances) putElasticIp(cloud, networkInterface.networkInterfaceId);
      const { vpcEndpointId } = putGatewayEndpoint(cloud, vpc, 's3', [mainRouteTableId(cloud, vpc)]);
      return { vpcEndpointId, clients: instances.map(({ instanceId }) => instanceId) };
    }),
  );
  world.serve('internet', 443, 'outside');
  for (const { vpcEndpointId, clients } of made) {
    world.serve(vpcEndpointId, 443, vpcEndpointId);
    const probes = clients.flatMap((client) => [
      world.probe(client, '52.216.0.10', 443),
      world.probe(client, '52.94.0.10', 443),
    ]);
    const got = await Promise.all(probes);
    assert.ok(
      got.every((text) => text.startsWith(`${vpcEndpointId} 10.0.1.`) || text.startsWith('outside 3.')),
      got.join(),
    );
    assert.equal(new Set(got).size, 12);
  }
});

test('who listens behind an endpoint can begin before any route leads there', {
  skip: skipWithoutRoot,
}, async (t) => {
  const mark = randomBytes(4).toString('hex');
  const store = openStore(':memory:');
  const isRouted: boolean[] = [];
  const machine = createMachine(mark, ({ vpcs }) => {
    for (const { vpcId, gatewayEndpoints } of vpcs.values())
      for (const { vpcEndpointId } of gatewayEndpoints) {
        closeSync(listenTcp(namespacePath(namespaceName(mark, vpcEndpointId)), '0.0.0.0', 443));
        const args = ['-n', namespaceName(mark, vpcId), 'route', 'show', 'table', 'all'];
        isRouted.push(execFileSync('ip', args, { encoding: 'utf8' }).includes('52.216.0.0/15'));
      }
  });
  t.after(() => machine.removeAll());
  const apply = () => machine.set(compileNetwork(store.cloud, { isHealthy: () => true }));
  store.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    putGatewayEndpoint(cloud, vpc, 's3', [mainRouteTableId(cloud, vpc)]);
  });
  await apply();
  await apply();
  assert.deepEqual(isRouted, [false, true]);
});

test('what somebody else took away is made again: a namespace behind a gateway, an instance, the internet', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const { client, networkInterface, vpcEndpointId } = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const { internetGatewayId } = putInternetGateway(cloud, vpc);
    putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', {
      kind: 'internet-gateway',
      internetGatewayId,
    });
    const endpoint = putGatewayEndpoint(cloud, vpc, 's3', [mainRouteTableId(cloud, vpc)]);
    const instance = putInstance(cloud, vpc, 0, '10.0.1.10');
    putElasticIp(cloud, instance.networkInterface.networkInterfaceId);
    return { ...endpoint, client: instance.instanceId, networkInterface: instance.networkInterface };
  });
  const services = new Map([
    [vpcEndpointId, 's3'],
    ['internet', 'outside'],
  ]);
  for (const [id, name] of services) world.serve(id, 443, name);
  const probeAll = async () => {
    const probes = ['52.216.0.10', '52.94.0.10'].map((address) => world.probe(client, address, 443));
    return (await Promise.all(probes)).map((greeting) => greeting.split(' ')[0]);
  };
  for (const id of [vpcEndpointId, 'internet', client]) {
    await run('ip', ['netns', 'delete', world.namespaceOf(id)], { doing: 'taking it away' });
    await world.change((cloud) => cloud.networkInterfaces.put(networkInterface));
    if (services.has(id)) world.serve(id, 443, services.get(id)!);
    assert.deepEqual(await probeAll(), ['s3', 'outside'], id);
  }
});
