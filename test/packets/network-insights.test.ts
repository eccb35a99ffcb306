// What the Reachability Analyzer finds of resources, held against packets between them: a yes, and several kinds of no.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Explanation } from '@aws-sdk/client-ec2';
import {
  everywhere,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import {
  deleteRoute,
  mainRouteTableId,
  putElasticIp,
  putInternetGateway,
  putPeering,
  putRoute,
} from '../networks/example-gateway.ts';
import {
  entry,
  ephemeral,
  everythingIn,
  putNetworkAcl,
  setEntries,
} from '../networks/example-network-acl.ts';
import { analyzerOf } from '../operation-harness.ts';
import { makePacketWorld, type PacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

/** Somebody on the internet. */
const frontEnd = '52.216.0.10';

interface Question {
  from: string;
  to: string;
  port: number;
  /** Where the packet goes. */
  address: string;
  /** Absent: it gets there. */
  code?: string;
}

async function expectFinding(world: PacketWorld, { from, to, port, address, code }: Question): Promise<void> {
  const finding = analyzerOf(world.cloud)({
    ...{ additionalAccounts: ['222222222222'], filterInArns: [], filterOutArns: [] },
    path: {
      ...{ networkInsightsPathId: 'nip-1', createdDate: '', accountId: '111111111111', region: 'us-east-1' },
      ...{ protocol: 'tcp', destinationPort: port },
      ...{ source: { resourceId: from, arn: '' }, destination: { resourceId: to, arn: '' } },
    },
  });
  assert.ok(finding.status === 'succeeded');
  const [explanation] = finding.explanations as Explanation[];
  const said = `${from} to ${to}:${port}: ${JSON.stringify(explanation)}`;
  assert.equal(explanation?.ExplanationCode, code, said);
  assert.equal(finding.pathFound, code === undefined, said);
  const arrives = from.startsWith('igw-')
    ? await world.dial('internet', address, port, frontEnd).then(
        () => true,
        () => false,
      )
    : (await world.probe(from, address, port)) !== 'silence';
  assert.equal(arrives, finding.pathFound, said);
}

test('an analysis and a packet agree about instances, peerings, endpoints and the internet', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const here = putVpc(cloud, '111111111111', '10.1.0.0/16');
    const there = putVpc(cloud, '222222222222', '10.2.0.0/16');
    putPeering(cloud, here, there);
    const client = putInstance(cloud, here, 0, '10.1.1.10');
    const server = putInstance(cloud, here, 1, '10.1.2.20');
    const host = putInstance(cloud, there, 0, '10.2.1.10');
    const service = putEndpointService(cloud, there, 80, [host.instanceId]);
    const endpoint = putEndpoint(cloud, here, service, '10.1.1.80', 'pendingAcceptance');
    const igw = putInternetGateway(cloud, here).internetGatewayId;
    const { publicIp } = putElasticIp(cloud, server.networkInterface.networkInterfaceId);
    putRoute(cloud, mainRouteTableId(cloud, here), '0.0.0.0/0', {
      ...{ kind: 'internet-gateway', internetGatewayId: igw },
    });
    const ids = { client: client.instanceId, server: server.instanceId, host: host.instanceId };
    return { here, there, ...ids, service, endpoint, igw, publicIp };
  });
  const { here, there, client, server, host, endpoint, service } = made;
  for (const id of [server, host]) world.serve(id, 80, id);
  const within = { from: client, to: server, port: 80, address: '10.1.2.20' };
  await expectFinding(world, within);
  const acl = await world.change((cloud) =>
    putNetworkAcl(
      cloud,
      [here.subnetIds[1]!],
      [everythingIn, entry(100, 'out', { ports: { from: 1, to: 1023 }, protocol: 'tcp' })],
    ),
  );
  await expectFinding(world, { ...within, code: 'SUBNET_ACL_RESTRICTION' });
  await world.change((cloud) =>
    setEntries(cloud, acl.networkAclId, [
      everythingIn,
      entry(100, 'out', { ports: ephemeral, protocol: 'tcp' }),
    ]),
  );
  await expectFinding(world, within);

  const over = { from: client, to: host, port: 80, address: '10.2.1.10' };
  await expectFinding(world, over);
  await world.change((cloud) => deleteRoute(cloud, mainRouteTableId(cloud, there), '10.1.0.0/16'));
  await expectFinding(world, { ...over, code: 'NO_ROUTE_TO_DESTINATION' });
  await world.change((cloud) => deleteRoute(cloud, mainRouteTableId(cloud, here), '10.2.0.0/16'));
  await expectFinding(world, { ...over, code: 'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS' });

  const by = { from: client, to: service.serviceId, port: 80, address: '10.1.1.80' };
  await expectFinding(world, { ...by, code: 'BAD_STATE' });
  await expectFinding(world, { ...by, to: endpoint.vpcEndpointId, code: 'BAD_STATE' });
  await world.change((cloud) => cloud.vpcEndpoints.put({ ...endpoint, decision: 'accepted' }));
  await expectFinding(world, by);
  await expectFinding(world, { ...by, port: 81, code: 'ELBV2_LISTENERS_MISMATCH' });

  await expectFinding(world, { from: made.igw, to: server, port: 80, address: made.publicIp });
  await world.change((cloud) => deleteRoute(cloud, mainRouteTableId(cloud, here), '0.0.0.0/0'));
  const fromOutside = { from: made.igw, to: server, port: 80, address: made.publicIp };
  await expectFinding(world, { ...fromOutside, code: 'NO_ROUTE_TO_DESTINATION' });

  await world.change((cloud) =>
    cloud.securityGroups.put({ ...cloud.securityGroups.find(here.groupId)!, rules: [everywhere(true)] }),
  );
  await expectFinding(world, { ...within, code: 'ENI_SG_RULES_MISMATCH' });
});
