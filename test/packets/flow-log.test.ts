// Flow logs of real packets: what each interface sent and received, what was refused and on whose side.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { FlowLog } from '../../src/cloud/flow-log.ts';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import { entry, putNetworkAcl } from '../networks/example-network-acl.ts';
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

/** The records that have this port at either end, shortened. */
async function seen(
  { logs }: Pick<Awaited<ReturnType<typeof newCase>>, 'logs'>,
  flowLog: FlowLog,
  ...ports: number[]
) {
  const lines = summarize(await logs.records(flowLog), ports);
  // Not what was sent again of an earlier probe.
  return lines.filter((line) => ports.some((port) => line.includes(`:${port} `)));
}

test('what a group refuses is rejected on its own side alone', options, async (t) => {
  const { world, logs, vpc, client, server, client4, server4 } = await newCase(t);
  const flowLog = await logs.log(vpc.vpcId, { resourceType: 'VPC', resourceId: vpc.vpcId });
  const close = (id: string, isEgress: boolean) =>
    logs.change(({ securityGroups, networkInterfaces }) => {
      const groupId = `${vpc.groupId.slice(0, -1)}${isEgress ? 'e' : 'f'}` as `sg-${string}`;
      const open = securityGroups.find(vpc.groupId)!;
      securityGroups.put({
        ...open,
        groupId,
        rules: open.rules.filter((rule) => rule.isEgress !== isEgress),
      });
      networkInterfaces.put({ ...networkInterfaces.find(id)!, groupIds: [groupId] });
    });
  await close(server.networkInterface.networkInterfaceId, false);
  assert.equal(await world.probe(client.instanceId, '10.0.2.20', 80), 'silence');
  assert.deepEqual(await seen({ logs }, flowLog, 80), [
    `${client4} egress ACCEPT 10.0.1.10:* > 10.0.2.20:80 6 flags 2`,
    `${server4} ingress REJECT 10.0.1.10:* > 10.0.2.20:80 6 flags 2`,
  ]);
  await close(client.networkInterface.networkInterfaceId, true);
  assert.equal(await world.probe(client.instanceId, '10.0.2.20', 80), 'silence');
  assert.deepEqual(await seen({ logs }, flowLog, 80), [
    `${client4} egress REJECT 10.0.1.10:* > 10.0.2.20:80 6 flags 2`,
  ]);
});

test(
  'a network ACL may refuse the answer to what it let in: ACCEPT one way, REJECT the other',
  options,
  async (t) => {
    const { world, logs, vpc, client, client4, server4 } = await newCase(t);
    const { networkAclId } = await logs.change((cloud) =>
      putNetworkAcl(
        cloud,
        [vpc.subnetIds[1]!],
        [
          entry(100, 'in', { protocol: 'tcp', ports: 80 }),
          entry(100, 'out', { protocol: 'tcp', ports: 443 }),
        ],
      ),
    );
    const flowLog = await logs.log(vpc.vpcId, { resourceType: 'VPC', resourceId: vpc.vpcId });
    assert.equal(await world.probe(client.instanceId, '10.0.2.20', 80), 'silence');
    assert.deepEqual(await seen({ logs }, flowLog, 80), [
      `${client4} egress ACCEPT 10.0.1.10:* > 10.0.2.20:80 6 flags 2`,
      `${server4} egress REJECT 10.0.2.20:80 > 10.0.1.10:* 6 flags 18`,
      `${server4} ingress ACCEPT 10.0.1.10:* > 10.0.2.20:80 6 flags 2`,
    ]);
    assert.match(
      (await world.drops(vpc.vpcId))[0]!.text,
      new RegExp(`${networkAclId} denies it on the way out`),
    );
    // And what it does not let in is rejected where it would have come in.
    assert.equal(await world.probe(client.instanceId, '10.0.2.20', 8080), 'silence');
    assert.deepEqual(await seen({ logs }, flowLog, 8080), [
      `${client4} egress ACCEPT 10.0.1.10:* > 10.0.2.20:8080 6 flags 2`,
      `${server4} ingress REJECT 10.0.1.10:* > 10.0.2.20:8080 6 flags 2`,
    ]);
  },
);

test(
  'what only a route drops is accepted; a source that is not its own is not logged',
  options,
  async (t) => {
    const { world, logs, vpc, client, client4 } = await newCase(t);
    const flowLog = await logs.log(vpc.vpcId, { resourceType: 'VPC', resourceId: vpc.vpcId });
    assert.equal(await world.probe(client.instanceId, '8.8.8.8', 443), 'silence');
    await world.inside(client.instanceId, 'ip', 'address', 'add', '10.0.1.99/32', 'dev', 'lo');
    await assert.rejects(world.dial(client.instanceId, '10.0.2.20', 80, '10.0.1.99'));
    assert.deepEqual(await seen({ logs }, flowLog, 80, 443), [
      `${client4} egress ACCEPT 10.0.1.10:* > 8.8.8.8:443 6 flags 2`,
    ]);
  },
);

test(
  'a subnet’s and an interface’s flow log have their own interfaces, each traffic type its own records',
  options,
  async (t) => {
    const { world, logs, vpc, client, server, client4, server4 } = await newCase(t);
    const [first, second] = vpc.subnetIds as [`subnet-${string}`, `subnet-${string}`];
    const { networkInterfaceId } = server.networkInterface;
    const ofClients = await logs.log(vpc.vpcId, { resourceType: 'Subnet', resourceId: first });
    const rejected = await logs.log(
      vpc.vpcId,
      { resourceType: 'NetworkInterface', resourceId: networkInterfaceId },
      { trafficType: 'REJECT', logDestination: 'arn:aws:s3:::flows/rejected' },
    );
    const accepted = await logs.log(
      vpc.vpcId,
      { resourceType: 'Subnet', resourceId: second },
      { trafficType: 'ACCEPT' },
    );
    assert.equal(await world.probe(client.instanceId, '10.0.2.20', 80), 'web 10.0.1.10');
    assert.deepEqual(await seen({ logs }, ofClients, 80), [
      `${client4} egress ACCEPT 10.0.1.10:* > 10.0.2.20:80 6 flags 3`,
      `${client4} ingress ACCEPT 10.0.2.20:80 > 10.0.1.10:* 6 flags 19`,
    ]);
    assert.deepEqual(await logs.written(rejected), [], 'there was traffic, so it is not NODATA either');
    assert.deepEqual(
      summarize(await logs.written(accepted), [80]).map((line) => line.slice(0, 4)),
      [server4, server4],
    );
  },
);

test(
  'the resolver, the metadata service and the router of the subnet are not logged; ICMP and UDP are',
  options,
  async (t) => {
    const { world, logs, vpc, client, client4, server4 } = await newCase(t);
    const flowLog = await logs.log(vpc.vpcId, { resourceType: 'VPC', resourceId: vpc.vpcId });
    const script = `
import socket
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for where in [('10.0.0.2', 53), ('169.254.169.253', 53), ('169.254.169.254', 80), ('169.254.169.123', 123), ('10.0.1.1', 9)]:
    udp.sendto(b'hello', where)
udp.sendto(b'hello', ('10.0.2.20', 4000))
ping = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
ping.sendto(bytes([8, 0, 0xf7, 0xff, 0, 0, 0, 0]), ('10.0.2.20', 0))
`;
    await world.inside(client.instanceId, 'python3', '-c', script);
    assert.deepEqual(await seen({ logs }, flowLog, 4000, 0), [
      `${client4} egress ACCEPT 10.0.1.10:* > 10.0.2.20:4000 17 flags 0`,
      `${client4} egress ACCEPT 10.0.1.10:0 > 10.0.2.20:0 1 flags 0`,
      `${client4} ingress ACCEPT 10.0.2.20:0 > 10.0.1.10:0 1 flags 0`,
      `${server4} egress ACCEPT 10.0.2.20:0 > 10.0.1.10:0 1 flags 0`,
      `${server4} ingress ACCEPT 10.0.1.10:* > 10.0.2.20:4000 17 flags 0`,
      `${server4} ingress ACCEPT 10.0.1.10:0 > 10.0.2.20:0 1 flags 0`,
    ]);
  },
);

test('a new daemon finds what was counted, and nothing twice', options, async (t) => {
  const { world, logs, vpc, client } = await newCase(t);
  const flowLog = await logs.log(vpc.vpcId, { resourceType: 'VPC', resourceId: vpc.vpcId });
  await world.probe(client.instanceId, '10.0.2.20', 80);
  await world.restart();
  assert.equal((await seen({ logs }, flowLog, 80)).length, 4);
  assert.deepEqual(await seen({ logs }, flowLog, 80), []);
  // A reading that was not written down is there for the next.
  await world.probe(client.instanceId, '10.0.2.20', 80);
  assert.ok(await world.readFlows(vpc.vpcId));
  await world.readFlows(vpc.vpcId).then((again) => assert.equal(again!.counts.length, 0));
  assert.ok((await seen({ logs }, flowLog, 80)).length >= 4);
});

test('what the sets have no room for is SKIPDATA', options, async (t) => {
  const { world, logs, vpc, client, client4, server4 } = await newCase(t);
  const flowLog = await logs.log(vpc.vpcId, { resourceType: 'VPC', resourceId: vpc.vpcId });
  const script = `
import socket
for sender in range(2):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for port in range(1, 40000):
        try: udp.sendto(b'', ('10.0.2.20', port))
        except OSError: pass
`;
  await world.inside(client.instanceId, 'python3', '-c', script);
  const records = await logs.records(flowLog);
  const skipped = records.filter((record) => record['log-status'] === 'SKIPDATA');
  assert.deepEqual(skipped.map((record) => record['interface-id']!.slice(-4)).toSorted(), [client4, server4]);
  assert.ok(records.length > 130_000);
  assert.equal(skipped[0]!.srcaddr, '-');
});

test('when the last flow log goes, nothing is counted any more, and what was is told', options, async (t) => {
  const { world, logs, vpc, client } = await newCase(t);
  const flowLog = await logs.log(vpc.vpcId, { resourceType: 'VPC', resourceId: vpc.vpcId });
  await world.probe(client.instanceId, '10.0.2.20', 80);
  await logs.change(({ flowLogs }) => flowLogs.delete(flowLog.flowLogId));
  assert.equal((await seen({ logs }, flowLog, 80)).length, 4);
  await world.probe(client.instanceId, '10.0.2.20', 80);
  assert.deepEqual((await world.readFlows(vpc.vpcId))!.counts, []);
  assert.match(logs.delivered[0]!.text, /^version account-id interface-id /);
});
