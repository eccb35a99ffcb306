// Flow logs of what goes a longer way: by NAT and internet gateways, by endpoints of all kinds, by load balancers, over a peering.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type ExampleVpc,
  putAwsServiceEndpoint,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import {
  mainRouteTableId,
  putElasticIp,
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putPeering,
  putRoute,
  putRouteTable,
} from '../networks/example-gateway.ts';
import { entry, everythingIn, everythingOut, putNetworkAcl } from '../networks/example-network-acl.ts';
import { type FlowLogWorld, makeFlowLogWorld } from './flow-log-fixture.ts';
import { makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const s3 = '52.216.0.10';
const westS3 = '52.218.128.10';
const everywhere = '0.0.0.0/0';

async function newWorld(t: TestContext) {
  const world = await makePacketWorld(t);
  return { world, logs: makeFlowLogWorld(t, world) };
}

const logVpc = (logs: FlowLogWorld, { vpcId }: ExampleVpc) =>
  logs.log(vpcId, { resourceType: 'VPC', resourceId: vpcId });

/** `NAME egress 10.0.1.10 > 52.216.0.10, packet 10.0.1.10 > 52.216.0.10, path 1, service S3`; NAME is the interface's address. */
function ways(records: Record<string, string>[], addressOf: Record<string, string>, port: number): string[] {
  return records
    .filter(({ srcport, dstport }) => [srcport, dstport].includes(String(port)))
    .map((record) => {
      const name = addressOf[record['interface-id']!] ?? record['interface-id'];
      const what = `${name} ${record['flow-direction']} ${record.action} ${record.srcaddr} > ${record.dstaddr}`;
      const packet = `${record['pkt-srcaddr']} > ${record['pkt-dstaddr']}`;
      const services = `${record['pkt-src-aws-service']} > ${record['pkt-dst-aws-service']}`;
      const shown = packet === `${record.srcaddr} > ${record.dstaddr}` ? '' : `, packet ${packet}`;
      return `${what}${shown}, ${services}, path ${record['traffic-path']}`;
    })
    .toSorted();
}

test('a NAT gateway shows its own address, and the packet’s beside it', options, async (t) => {
  const { world, logs } = await newWorld(t);
  const { vpc, client, nat } = await logs.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const { internetGatewayId } = putInternetGateway(cloud, vpc);
    const privateTable = putRouteTable(cloud, vpc, vpc.subnetIds[0]!);
    const nat = putNatGateway(cloud, vpc, 1, '10.0.2.30');
    putRoute(cloud, mainRouteTableId(cloud, vpc), everywhere, {
      kind: 'internet-gateway',
      internetGatewayId,
    });
    putRoute(cloud, privateTable, everywhere, { kind: 'nat-gateway', natGatewayId: nat.natGatewayId });
    return { vpc, nat, client: putInstance(cloud, vpc, 0, '10.0.1.10') };
  });
  world.serve('internet', 443, 'outside');
  const flowLog = await logVpc(logs, vpc);
  assert.match(await world.probe(client.instanceId, westS3, 443), /^outside 3\./);
  const names = { [client.networkInterface.networkInterfaceId]: 'client', [nat.networkInterfaceId]: 'nat' };
  assert.deepEqual(ways(await logs.records(flowLog), names, 443), [
    `client egress ACCEPT 10.0.1.10 > ${westS3}, - > S3, path 1`,
    `client ingress ACCEPT ${westS3} > 10.0.1.10, S3 > -, path -`,
    `nat egress ACCEPT 10.0.2.30 > 10.0.1.10, packet ${westS3} > 10.0.1.10, S3 > -, path 1`,
    `nat egress ACCEPT 10.0.2.30 > ${westS3}, - > S3, path 8`,
    `nat ingress ACCEPT 10.0.1.10 > 10.0.2.30, packet 10.0.1.10 > ${westS3}, - > S3, path -`,
    `nat ingress ACCEPT ${westS3} > 10.0.2.30, S3 > -, path -`,
  ]);
});

test(
  'a gateway endpoint is path 7; the internet gateway 8, and the address stays private',
  options,
  async (t) => {
    const { world, logs } = await newWorld(t);
    const { vpc, client } = await logs.change((cloud) => {
      const vpc = putVpc(cloud, '111111111111');
      const { internetGatewayId } = putInternetGateway(cloud, vpc);
      const table = mainRouteTableId(cloud, vpc);
      putRoute(cloud, table, everywhere, { kind: 'internet-gateway', internetGatewayId });
      putGatewayEndpoint(cloud, vpc, 's3', [table]);
      const client = putInstance(cloud, vpc, 0, '10.0.1.10');
      putElasticIp(cloud, client.networkInterface.networkInterfaceId);
      return { vpc, client };
    });
    const endpoint = world.cloud.vpcEndpoints.all().toArray()[0]!;
    world.serve(endpoint.vpcEndpointId, 443, 's3');
    world.serve('internet', 443, 'outside');
    const flowLog = await logVpc(logs, vpc);
    assert.equal(await world.probe(client.instanceId, s3, 443), 's3 10.0.1.10');
    assert.match(await world.probe(client.instanceId, westS3, 443), /^outside 3\./);
    const names = { [client.networkInterface.networkInterfaceId]: 'client' };
    assert.deepEqual(ways(await logs.records(flowLog), names, 443), [
      `client egress ACCEPT 10.0.1.10 > ${s3}, - > S3, path 7`,
      `client egress ACCEPT 10.0.1.10 > ${westS3}, - > S3, path 8`,
      `client ingress ACCEPT ${s3} > 10.0.1.10, S3 > -, path -`,
      `client ingress ACCEPT ${westS3} > 10.0.1.10, S3 > -, path -`,
    ]);
  },
);

test(
  'the interface of an endpoint to an AWS service has records of its own, and what its group refuses',
  options,
  async (t) => {
    const { world, logs } = await newWorld(t);
    const { vpc, client, endpoint } = await logs.change((cloud) => {
      const vpc = putVpc(cloud, '111111111111');
      const endpoint = putAwsServiceEndpoint(cloud, vpc, 'ec2', ['10.0.1.53']);
      return { vpc, endpoint, client: putInstance(cloud, vpc, 0, '10.0.1.10') };
    });
    world.serve(endpoint.vpcEndpointId, 443, 'ec2');
    const { networkInterfaceId } = endpoint.legs[0]!;
    const flowLog = await logs.log(vpc.vpcId, {
      resourceType: 'NetworkInterface',
      resourceId: networkInterfaceId,
    });
    assert.equal(await world.probe(client.instanceId, '10.0.1.53', 443), 'ec2 10.0.1.10');
    const names = { [networkInterfaceId]: 'endpoint' };
    assert.deepEqual(ways(await logs.records(flowLog), names, 443), [
      'endpoint egress ACCEPT 10.0.1.53 > 10.0.1.10, - > -, path 1',
      'endpoint ingress ACCEPT 10.0.1.10 > 10.0.1.53, - > -, path -',
    ]);
    await logs.change(({ networkInterfaces, securityGroups }) => {
      const groupId = 'sg-0000000000000ffff';
      securityGroups.put({ ...securityGroups.find(vpc.groupId)!, groupId, rules: [] });
      networkInterfaces.put({ ...networkInterfaces.find(networkInterfaceId)!, groupIds: [groupId] });
    });
    assert.equal(await world.probe(client.instanceId, '10.0.1.53', 443), 'silence');
    const refused = ways(await logs.records(flowLog), names, 443);
    assert.ok(
      refused.includes('endpoint ingress REJECT 10.0.1.10 > 10.0.1.53, - > -, path -'),
      refused.join('\n'),
    );
  },
);

/** A consumer's client and endpoint, a provider's load balancer and target, both VPCs of the same range; both logged. */
async function newService(t: TestContext) {
  const { world, logs } = await newWorld(t);
  const made = await logs.change((cloud) => {
    const provider = putVpc(cloud, '111111111111');
    const consumer = putVpc(cloud, '222222222222');
    const target = putInstance(cloud, provider, 0, '10.0.1.11');
    const service = putEndpointService(cloud, provider, 80, [target.instanceId]);
    const client = putInstance(cloud, consumer, 0, '10.0.1.10');
    const insider = putInstance(cloud, provider, 1, '10.0.2.10');
    const endpoint = putEndpoint(cloud, consumer, service, '10.0.1.50');
    return { provider, consumer, target, service, client, insider, endpoint };
  });
  world.serve(made.target.instanceId, 80, 'web');
  const [node, otherNode] = world.cloud.loadBalancers.find(made.service.loadBalancerArn)!.nodes;
  const { networkInterfaceId: idOfEndpoint } = made.endpoint.legs[0]!;
  const names = {
    [made.client.networkInterface.networkInterfaceId]: 'client',
    [made.insider.networkInterface.networkInterfaceId]: 'insider',
    [made.target.networkInterface.networkInterfaceId]: 'target',
    ...{
      [idOfEndpoint]: 'endpoint',
      [node!.networkInterfaceId]: 'node',
      [otherNode!.networkInterfaceId]: 'node b',
    },
  };
  const [atConsumer, atProvider] = [await logVpc(logs, made.consumer), await logVpc(logs, made.provider)];
  return { world, logs, ...made, names, atConsumer, atProvider };
}

test(
  'over PrivateLink: client, endpoint, node and target each have theirs, and between endpoint and node there is nothing',
  options,
  async (t) => {
    const { world, logs, client, names, atConsumer, atProvider } = await newService(t);
    assert.equal(await world.probe(client.instanceId, '10.0.1.50', 80), 'web 10.0.1.20');
    assert.deepEqual(ways(await logs.records(atConsumer), names, 80), [
      'client egress ACCEPT 10.0.1.10 > 10.0.1.50, - > -, path 1',
      'client ingress ACCEPT 10.0.1.50 > 10.0.1.10, - > -, path -',
      'endpoint egress ACCEPT 10.0.1.50 > 10.0.1.10, - > -, path 1',
      'endpoint ingress ACCEPT 10.0.1.10 > 10.0.1.50, - > -, path -',
    ]);
    assert.deepEqual(ways(await logs.written(atProvider), names, 80), [
      'node egress ACCEPT 10.0.1.20 > 10.0.1.11, - > -, path 1',
      'node ingress ACCEPT 10.0.1.11 > 10.0.1.20, - > -, path -',
      'target egress ACCEPT 10.0.1.11 > 10.0.1.20, - > -, path 1',
      'target ingress ACCEPT 10.0.1.20 > 10.0.1.11, - > -, path -',
    ]);
  },
);

test('what the load balancer’s groups refuse, the endpoint’s interface has accepted', options, async (t) => {
  const { world, logs, client, consumer, names, service, atConsumer } = await newService(t);
  await logs.change(({ securityGroups, loadBalancers }) => {
    const loadBalancer = loadBalancers.find(service.loadBalancerArn)!;
    const groupId = 'sg-0000000000000ffff';
    const { vpcId, accountId, region } = loadBalancer;
    const about = {
      groupId,
      groupName: 'shut',
      description: 'shut',
      vpcId,
      accountId,
      region,
      rules: [],
    } as const;
    securityGroups.put({ ...about, rules: [] });
    loadBalancers.put({ ...loadBalancer, securityGroupIds: [groupId] });
  });
  assert.equal(await world.probe(client.instanceId, '10.0.1.50', 80), 'silence');
  assert.deepEqual(ways(await logs.records(atConsumer), names, 80), [
    'client egress ACCEPT 10.0.1.10 > 10.0.1.50, - > -, path 1',
    'endpoint ingress ACCEPT 10.0.1.10 > 10.0.1.50, - > -, path -',
  ]);
  assert.match((await world.drops(consumer.vpcId))[0]!.text, /80/);
});

const preserve = (logs: FlowLogWorld, targetGroupArn: string, isOn: boolean) =>
  logs.change(({ targetGroups }) => {
    const group = targetGroups.find(targetGroupArn)!;
    const attributes = { ...group.attributes, 'preserve_client_ip.enabled': String(isOn) };
    targetGroups.put({ ...group, attributes });
  });

test(
  'a load balancer’s own clients: the node is between them, with the client’s address behind it or its own',
  options,
  async (t) => {
    const { world, logs, insider, names, service, atProvider } = await newService(t);
    await preserve(logs, service.targetGroupArn, false);
    assert.equal(await world.probe(insider.instanceId, '10.0.1.20', 80), 'web 10.0.1.20');
    assert.deepEqual(ways(await logs.records(atProvider), names, 80), [
      'insider egress ACCEPT 10.0.2.10 > 10.0.1.20, - > -, path 1',
      'insider ingress ACCEPT 10.0.1.20 > 10.0.2.10, - > -, path -',
      'node egress ACCEPT 10.0.1.20 > 10.0.1.11, - > -, path 1',
      'node egress ACCEPT 10.0.1.20 > 10.0.2.10, - > -, path 1',
      'node ingress ACCEPT 10.0.1.11 > 10.0.1.20, - > -, path -',
      'node ingress ACCEPT 10.0.2.10 > 10.0.1.20, - > -, path -',
      'target egress ACCEPT 10.0.1.11 > 10.0.1.20, - > -, path 1',
      'target ingress ACCEPT 10.0.1.20 > 10.0.1.11, - > -, path -',
    ]);
    await preserve(logs, service.targetGroupArn, true);
    await logs.records(atProvider);
    assert.equal(await world.probe(insider.instanceId, '10.0.1.20', 80), 'web 10.0.2.10');
    assert.deepEqual(ways(await logs.records(atProvider), names, 80), [
      'insider egress ACCEPT 10.0.2.10 > 10.0.1.20, - > -, path 1',
      'insider ingress ACCEPT 10.0.1.20 > 10.0.2.10, - > -, path -',
      'node egress ACCEPT 10.0.1.20 > 10.0.1.11, packet 10.0.2.10 > 10.0.1.11, - > -, path 1',
      'node egress ACCEPT 10.0.1.20 > 10.0.2.10, - > -, path 1',
      'node ingress ACCEPT 10.0.1.11 > 10.0.1.20, packet 10.0.1.11 > 10.0.2.10, - > -, path -',
      'node ingress ACCEPT 10.0.2.10 > 10.0.1.20, - > -, path -',
      'target egress ACCEPT 10.0.1.11 > 10.0.2.10, - > -, path 1',
      'target ingress ACCEPT 10.0.2.10 > 10.0.1.11, - > -, path -',
    ]);
    // Nobody listens there.
    assert.equal(await world.probe(insider.instanceId, '10.0.1.20', 81), 'silence');
    assert.deepEqual(ways(await logs.records(atProvider), names, 81), [
      'insider egress ACCEPT 10.0.2.10 > 10.0.1.20, - > -, path 1',
      'node ingress ACCEPT 10.0.2.10 > 10.0.1.20, - > -, path -',
    ]);
  },
);

test('at a node: its group’s refusal, and its subnet’s', options, async (t) => {
  const { world, logs, insider, names, service, provider, atProvider } = await newService(t);
  const shut = 'sg-0000000000000ffff';
  const setGroups = (groupIds: `sg-${string}`[]) =>
    logs.change(({ securityGroups, loadBalancers }) => {
      securityGroups.put({ ...securityGroups.find(provider.groupId)!, groupId: shut, rules: [] });
      const loadBalancer = loadBalancers.find(service.loadBalancerArn)!;
      loadBalancers.put({ ...loadBalancer, securityGroupIds: groupIds });
    });
  const refused = [
    'insider egress ACCEPT 10.0.2.10 > 10.0.1.20, - > -, path 1',
    'node ingress REJECT 10.0.2.10 > 10.0.1.20, - > -, path -',
  ];
  await setGroups([shut]);
  assert.equal(await world.probe(insider.instanceId, '10.0.1.20', 80), 'silence');
  assert.deepEqual(ways(await logs.records(atProvider), names, 80), refused);
  await setGroups([provider.groupId]);
  await logs.change((cloud) =>
    putNetworkAcl(
      cloud,
      [provider.subnetIds[0]!],
      [entry(90, 'in', { action: 'deny', protocol: 'tcp', ports: 80 }), ...[everythingIn, everythingOut]],
    ),
  );
  assert.equal(await world.probe(insider.instanceId, '10.0.1.20', 80), 'silence');
  assert.deepEqual(ways(await logs.records(atProvider), names, 80), refused);
});

test('over a peering each side logs its own, and says by which path', options, async (t) => {
  const { world, logs } = await newWorld(t);
  const { left, right, client, server } = await logs.change((cloud) => {
    const left = putVpc(cloud, '111111111111');
    const right = putVpc(cloud, '222222222222', '10.1.0.0/16');
    putPeering(cloud, left, right);
    const client = putInstance(cloud, left, 0, '10.0.1.10');
    return { left, right, client, server: putInstance(cloud, right, 0, '10.1.1.20') };
  });
  world.serve(server.instanceId, 80, 'web');
  const [atLeft, atRight] = [await logVpc(logs, left), await logVpc(logs, right)];
  assert.equal(await world.probe(client.instanceId, '10.1.1.20', 80), 'web 10.0.1.10');
  const names = {
    [client.networkInterface.networkInterfaceId]: 'client',
    [server.networkInterface.networkInterfaceId]: 'server',
  };
  assert.deepEqual(ways(await logs.records(atLeft), names, 80), [
    'client egress ACCEPT 10.0.1.10 > 10.1.1.20, - > -, path 4',
    'client ingress ACCEPT 10.1.1.20 > 10.0.1.10, - > -, path -',
  ]);
  assert.deepEqual(ways(await logs.written(atRight), names, 80), [
    'server egress ACCEPT 10.1.1.20 > 10.0.1.10, - > -, path 4',
    'server ingress ACCEPT 10.0.1.10 > 10.1.1.20, - > -, path -',
  ]);
});
