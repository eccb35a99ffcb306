// Flow logs of real packets: what each interface sent and received, what was refused and on whose side.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import { makeFlowLogWorld, summarize } from './flow-log-fixture.ts';
import { makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };

/** A client and a web server in two subnets. */
async function newCase(t: TestContext) {
  const world = await makePacketWorld(t);
  const logs = makeFlowLogWorld(t, world);
  const made = await logs.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const [client, server] = [
      putInstance(cloud, vpc, 0, '10.0.1.10'),
      putInstance(cloud, vpc, 1, '10.0.2.20'),
    ];
    return { vpc, client, server };
  });
  world.serve(made.server.instanceId, 80, 'web');
  const shortOf = ({ networkInterface }: typeof made.client) => networkInterface.networkInterfaceId.slice(-4);
  return { world, logs, ...made, client4: shortOf(made.client), server4: shortOf(made.server) };
}

test(
  'a connection is accepted at both ends, in both directions, with its flags, packets and bytes',
  options,
  async (t) => {
    const { world, logs, vpc, client, client4, server4, server } = await newCase(t);
    const flowLog = await logs.log(vpc.vpcId, { resourceType: 'VPC', resourceId: vpc.vpcId });
    assert.equal(await world.probe(client.instanceId, '10.0.2.20', 80), 'web 10.0.1.10');
    const records = await logs.records(flowLog);
    assert.deepEqual(summarize(records, [80]), [
      `${client4} egress ACCEPT 10.0.1.10:* > 10.0.2.20:80 6 flags 3`,
      `${client4} ingress ACCEPT 10.0.2.20:80 > 10.0.1.10:* 6 flags 19`,
      `${server4} egress ACCEPT 10.0.2.20:80 > 10.0.1.10:* 6 flags 19`,
      `${server4} ingress ACCEPT 10.0.1.10:* > 10.0.2.20:80 6 flags 3`,
    ]);
    const sent = records.find(
      (record) => record['interface-id']!.endsWith(client4) && record.dstport === '80',
    )!;
    const received = records.find(
      (record) => record['interface-id']!.endsWith(server4) && record.dstport === '80',
    )!;
    assert.ok(Number(sent.packets) >= 3);
    assert.deepEqual([sent.packets, sent.bytes], [received.packets, received.bytes]);
    const expected = {
      ...{ version: '5', 'account-id': '111111111111', 'vpc-id': vpc.vpcId, 'subnet-id': vpc.subnetIds[1] },
      ...{ 'instance-id': server.instanceId, type: 'IPv4', region: 'us-east-1', 'az-id': 'use1-az2' },
      ...{ start: '1769860800', end: '1769860860', 'traffic-path': '-', 'pkt-dst-aws-service': '-' },
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(received[name], value, name);
    assert.equal(sent['traffic-path'], '1');
    const idle = await logs.records(flowLog);
    assert.deepEqual(
      idle.map((record) => [record['log-status'], record.srcaddr, record.packets, record.start]),
      [
        ['NODATA', '-', '-', '1769860860'],
        ['NODATA', '-', '-', '1769860860'],
      ],
    );
  },
);
