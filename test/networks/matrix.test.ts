// Who is in the matrix, what is asked of each, what is answered, and what they are called.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { drawMatrix, type Matrix, type MatrixRequest } from '../../src/matrix.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { openStore } from '../../src/store.ts';
import {
  everywhere,
  putAwsServiceEndpoint,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from './example-cloud.ts';
import { mainRouteTableId, putGatewayEndpoint } from './example-gateway.ts';
import { putSite } from './example-site.ts';

function nameIt(cloud: Cloud, resourceId: string, Name: string): void {
  const owner = { accountId: '111111111111', region: 'us-east-1', resourceType: '' };
  cloud.tagSets.put({ ...owner, resourceId, tags: { Name } });
}

/** A consumer with every kind of endpoint, a provider with a named server, a site. */
function fill(cloud: Cloud) {
  const consumer = putVpc(cloud, '111111111111');
  const provider = putVpc(cloud, '222222222222');
  const client = putInstance(cloud, consumer, 0, '10.0.1.10').instanceId;
  const server = putInstance(cloud, provider, 0, '10.0.1.10').instanceId;
  const service = putEndpointService(cloud, provider, 8443, [server]);
  const orders = putEndpoint(cloud, consumer, service, '10.0.1.50').vpcEndpointId;
  const ec2 = putAwsServiceEndpoint(cloud, consumer, 'ec2', ['10.0.1.60']).vpcEndpointId;
  const s3 = putGatewayEndpoint(cloud, consumer, 's3', [mainRouteTableId(cloud, consumer)]).vpcEndpointId;
  const desk = putSite(cloud, 'berlin', '192.168.0.0/16').hosts[0]!.hostId;
  for (const [id, name] of [
    [consumer.vpcId, 'shop'],
    [client, 'client'],
    [server, 'client'],
    [orders, 'orders'],
  ])
    nameIt(cloud, id!, name!);
  return { consumer, provider, client, server, orders, ec2, s3, desk };
}

async function draw(cloud: Cloud, asked: Partial<MatrixRequest> = {}): Promise<Matrix> {
  const network = compileNetwork(cloud, { isHealthy: () => true });
  const request = { vpcs: [], flows: [], more: new Map(), isProbed: false, ...asked };
  const answer = await drawMatrix(cloud, () => network, String, request);
  if ('error' in answer) assert.fail(answer.error);
  return answer;
}

const flowsTo = ({ cells }: Matrix, id: string) => [
  ...new Set(cells.filter(({ to }) => to === id).map(({ flow }) => flow)),
];
const whatArrives = ({ cells }: Matrix, from: string, to: string) =>
  cells.filter((cell) => cell.from === from && cell.to === to && cell.arrives).map(({ flow }) => flow);

test('instances and hosts are asked about everybody, by what groups and listeners speak of', async () => {
  const store = openStore(':memory:');
  const { client, server, orders, ec2, s3, desk, provider } = store.change(fill);
  store.change((cloud) => {
    const group = cloud.securityGroups.find(provider.groupId)!;
    const rules = [everywhere(true), everywhere(false, 'tcp', 5432), everywhere(false, 'udp', 514)];
    cloud.securityGroups.put({ ...group, rules });
  });
  const matrix = await draw(store.cloud);
  assert.deepEqual([...new Set(matrix.cells.map(({ from }) => from))], [client, server, desk]);
  assert.deepEqual(flowsTo(matrix, client), ['ping', '22', '80', '443']);
  assert.deepEqual(flowsTo(matrix, server), ['ping', '22', '80', '443', '5432', '8443', '514/udp']);
  assert.deepEqual(flowsTo(matrix, orders), ['8443']);
  assert.deepEqual(flowsTo(matrix, ec2), ['443']);
  assert.deepEqual(flowsTo(matrix, s3), ['443']);
});

test('what is answered is what explain says, and of a gateway endpoint whether it is the way', async () => {
  const store = openStore(':memory:');
  const { client, server, orders, ec2, s3, desk } = store.change(fill);
  const matrix = await draw(store.cloud);
  assert.deepEqual(whatArrives(matrix, client, orders), ['8443']);
  assert.deepEqual(whatArrives(matrix, client, ec2), ['443']);
  assert.deepEqual(whatArrives(matrix, client, s3), ['443']);
  assert.deepEqual(whatArrives(matrix, client, server), []);
  const byInternet = matrix.cells.find(({ from, to }) => from === desk && to === s3)!;
  assert.equal(byInternet.arrives, false);
  assert.match(
    byInternet.because,
    /^s3\.us-east-1\.amazonaws\.com is reached over the internet, not by vpce-/,
  );
  const sameAddress = matrix.cells.find(({ from, to }) => from === client && to === server)!;
  assert.match(sameAddress.because, /own address|does not lead|has the same address/);
});

test('everybody is called by the shortest name that is only his', async () => {
  const store = openStore(':memory:');
  const { client, server, orders, ec2, desk, provider } = store.change(fill);
  const { members } = await draw(store.cloud);
  const labels = new Map(members.map(({ id, label }) => [id, label]));
  assert.equal(labels.get(client), 'shop/client');
  assert.equal(labels.get(server), `${provider.vpcId}/client`);
  assert.equal(labels.get(orders), 'orders');
  assert.equal(labels.get(ec2), ec2);
  assert.equal(labels.get(desk), 'berlin/desk');
});

test('VPCs and ports can be chosen, and more asked of somebody by name', async () => {
  const store = openStore(':memory:');
  const { client, server, orders } = store.change(fill);
  const ofShop = await draw(store.cloud, { vpcs: ['shop'], flows: ['22', 'ping'] });
  assert.ok(!ofShop.members.some(({ id }) => id === server));
  assert.deepEqual(flowsTo(ofShop, orders), ['ping', '22']);
  const more = new Map([
    ['orders', ['9']],
    ['*', ['53/udp']],
  ]);
  const asked = await draw(store.cloud, { more });
  assert.deepEqual(flowsTo(asked, orders), ['9', '8443', '53/udp']);
  assert.deepEqual(flowsTo(asked, client), ['ping', '22', '80', '443', '53/udp']);
  for (const wrong of [{ vpcs: ['nowhere'] }, { flows: ['http'] }, { more: new Map([['orders', ['0']]]) }])
    await assert.rejects(draw(store.cloud, wrong), /there is no VPC|cannot read/);
});
