// Flow logs against explain: instances in three subnets with random groups and network ACLs. Where explain says that a packet
// stops, or its answer, the flow log of the VPC has the REJECT, on that side and in that direction, and an ACCEPT everywhere before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { SecurityGroupId } from '../../src/cloud/id.ts';
import { explain } from '../../src/network/explain.ts';
import { everywhere, exampleId, nextNumber, putInstance, putVpc } from '../networks/example-cloud.ts';
import {
  entry,
  ephemeral,
  everythingIn,
  everythingOut,
  putNetworkAcl,
} from '../networks/example-network-acl.ts';
import { makeFlowLogWorld } from './flow-log-fixture.ts';
import { makePacketWorld } from './packet-world.ts';
import { randomNumbers } from './random-numbers.ts';
import { skipWithoutRoot } from './test-namespace.ts';

/** Each network has a port of its own: servers go on answering what was asked of them before. */
const firstPort = 400;
const rounds = 30;
const addresses = ['10.0.1.10', '10.0.1.11', '10.0.2.10', '10.0.2.11'];

/** The records that a connection leaves behind, in the order in which its packets meet them. */
const steps = ['client egress', 'server ingress', 'server egress', 'client ingress'] as const;
type Step = (typeof steps)[number];

/** At which of them explain says that it stops; undefined: it does not. */
function stopOf(hops: { verdict: string; text: string }[]): Step | undefined {
  const last = hops.at(-1)!;
  if (last.verdict === 'pass') return undefined;
  const { text } = last;
  if (/^answers out of /.test(text)) return 'server egress';
  if (/^answers into /.test(text)) return 'client ingress';
  if (/^(eni-\S+ out:|out of )/.test(text)) return 'client egress';
  if (/^(eni-\S+ in:|into )/.test(text)) return 'server ingress';
  assert.fail(`where is that? ${text}`);
}

function fillGroups(
  cloud: Cloud,
  groupId: SecurityGroupId,
  port: number,
  maybe: (share?: number) => boolean,
): void {
  const group = cloud.securityGroups.find(groupId)!;
  const ranges = ['10.0.1.0/24', '10.0.2.10/32', '0.0.0.0/0'];
  const rules = ranges.flatMap((cidrIpv4) =>
    [true, false]
      .filter(() => maybe(0.6))
      .map((isEgress) => ({ ...everywhere(isEgress, maybe() ? 'tcp' : '-1', port), cidrIpv4 })),
  );
  cloud.securityGroups.put({ ...group, rules });
}

test('thirty networks: each stop is where explain says it is', { skip: skipWithoutRoot }, async (t) => {
  const random = randomNumbers(20260131);
  const maybe = (share = 0.5) => random() < share;
  const world = await makePacketWorld(t);
  const logs = makeFlowLogWorld(t, world);
  const { vpc, instances, groupIds } = await logs.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const groupIds = addresses.map((): SecurityGroupId => {
      const groupId = exampleId('sg', nextNumber());
      cloud.securityGroups.put({ ...cloud.securityGroups.find(vpc.groupId)!, groupId, groupName: groupId });
      return groupId;
    });
    const instances = addresses.map((address, i) =>
      putInstance(cloud, vpc, address.startsWith('10.0.2.') ? 1 : 0, address, [groupIds[i]!]),
    );
    return { vpc, instances, groupIds };
  });
  for (const { instanceId } of instances)
    for (let i = 0; i < rounds; i++) world.serve(instanceId, firstPort + i, 'web');
  const flowLog = await logs.log(vpc.vpcId, { resourceType: 'VPC', resourceId: vpc.vpcId });
  const idOf = new Map(
    instances.map(({ networkInterface }, i) => [addresses[i]!, networkInterface.networkInterfaceId]),
  );
  const seen: Record<string, number> = {};

  for (let round = 0; round < rounds; round++) {
    const port = firstPort + round;
    await logs.change((cloud) => {
      for (const groupId of groupIds) fillGroups(cloud, groupId, port, maybe);
      for (const { networkAclId } of [...cloud.networkAcls.all()]) cloud.networkAcls.delete(networkAclId);
      for (const subnetId of vpc.subnetIds) {
        const shut = (['in', 'out'] as const).flatMap((way) =>
          [port, ephemeral].flatMap((ports, i) =>
            maybe(0.3) ? [entry(10 + i, way, { action: 'deny', protocol: 'tcp', ports })] : [],
          ),
        );
        putNetworkAcl(cloud, [subnetId], [...shut, everythingIn, everythingOut]);
      }
    });
    const pairs = instances.flatMap((client, i) =>
      addresses.filter((to) => to !== addresses[i]).map((to) => ({ client, from: addresses[i]!, to })),
    );
    await Promise.all(pairs.map(({ client, to }) => world.probe(client.instanceId, to, port)));
    const records = await logs.records(flowLog);
    for (const { client, from, to } of pairs) {
      const answer = explain(world.network(), client.instanceId, `${to}:${port}`);
      if ('error' in answer) assert.fail(answer.error);
      const stop = stopOf(answer.hops);
      seen[stop ?? 'none'] = (seen[stop ?? 'none'] ?? 0) + 1;
      const actionsOf = (step: Step) => {
        const [who, direction] = step.split(' ') as ['client' | 'server', string];
        const isRequest = step === 'client egress' || step === 'server ingress';
        const [src, dst] = isRequest ? [from, to] : [to, from];
        const found = records.filter(
          (record) =>
            record['interface-id'] === idOf.get(who === 'client' ? from : to) &&
            record['flow-direction'] === direction &&
            record.srcaddr === src &&
            record.dstaddr === dst &&
            record[isRequest ? 'dstport' : 'srcport'] === String(port),
        );
        return [...new Set(found.map(({ action }) => action))];
      };
      const end = stop === undefined ? steps.length : steps.indexOf(stop);
      for (const [i, step] of steps.entries()) {
        const want = i < end ? ['ACCEPT'] : i === end ? ['REJECT'] : [];
        const text = answer.hops.map((hop) => hop.text).join('\n');
        assert.deepEqual(actionsOf(step), want, `round ${round}: ${from} to ${to}: ${step}\n${text}`);
      }
    }
  }
  for (const step of [...steps, 'none']) assert.ok((seen[step] ?? 0) > 5, JSON.stringify(seen));
});
