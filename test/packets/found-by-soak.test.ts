// What random networks have shown to be wrong, each in the smallest network that showed it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { InstanceId } from '../../src/cloud/id.ts';
import type { SecurityGroupRule } from '../../src/cloud/vpc.ts';
import {
  type ExampleVpc,
  exampleId,
  nextNumber,
  putEndpoint,
  putEndpointService,
  putInstance,
  putInterface,
  putVpc,
} from '../networks/example-cloud.ts';
import {
  deleteRoute,
  mainRouteTableId,
  putGatewayEndpoint,
  putNatGateway,
  putPeering,
  putRoute,
  putRouteTable,
} from '../networks/example-gateway.ts';
import { everythingIn, putNetworkAcl } from '../networks/example-network-acl.ts';
import { joinTransitGateway, putTransitGateway } from '../networks/example-transit-gateway.ts';
import { expectProbes, makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };

function preserveClients(cloud: Cloud, targetGroupArn: string, isKept: boolean): void {
  const group = cloud.targetGroups.find(targetGroupArn)!;
  const attributes = { ...group.attributes, 'preserve_client_ip.enabled': String(isKept) };
  cloud.targetGroups.put({ ...group, attributes });
}

test(
  'a target in two groups sees the client by the one and the load balancer by the other',
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const { client, target } = await world.change((cloud) => {
      const vpc = putVpc(cloud, '111111111111');
      const client = putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
      const target = putInstance(cloud, vpc, 0, '10.0.1.11').instanceId;
      const { loadBalancerArn, targetGroupArn } = putEndpointService(cloud, vpc, 80, [target]);
      preserveClients(cloud, targetGroupArn, true);
      const kept = cloud.targetGroups.find(targetGroupArn)!;
      const masking = { ...kept, targetGroupArn: `${targetGroupArn}1`, targetGroupName: 'masking' };
      cloud.targetGroups.put(masking);
      preserveClients(cloud, masking.targetGroupArn, false);
      const listener = cloud.listeners.all().find((one) => one.loadBalancerArn === loadBalancerArn)!;
      const { targetGroupArn: masked } = masking;
      cloud.listeners.put({ ...listener, listenerArn: 'arn:other', port: 81, targetGroupArn: masked });
      return { client, target };
    });
    world.serve(target, 80, 'web');
    const probe = { from: client, to: '10.0.1.20', because: /arrives at 10\.0\.1\.11:80/ };
    await expectProbes(world, [
      { ...probe, port: 80, want: /^web 10\.0\.1\.10$/ },
      { ...probe, port: 81, want: /^web 10\.0\.1\.20$/ },
    ]);
  },
);

test(
  'a load balancer refuses clients of an endpoint that only its own group means, also in its own VPC',
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const client = await world.change((cloud) => {
      const vpc = putVpc(cloud, '111111111111');
      const groupId = exampleId('sg', nextNumber());
      const itself: SecurityGroupRule = {
        ...{ securityGroupRuleId: exampleId('sgr', nextNumber()), isEgress: false, ipProtocol: '-1' },
        ...{ fromPort: -1, toPort: -1, referencedGroup: { groupId, userId: '111111111111' } },
      };
      const open = cloud.securityGroups.find(vpc.groupId)!;
      const rules = [...open.rules.filter(({ isEgress }) => isEgress), itself];
      cloud.securityGroups.put({ ...open, groupId, groupName: 'itself', rules });
      const client = putInstance(cloud, vpc, 0, '10.0.1.10', [groupId]).instanceId;
      const service = putEndpointService(cloud, vpc, 80, [client]);
      const loadBalancer = cloud.loadBalancers.find(service.loadBalancerArn)!;
      cloud.loadBalancers.put({ ...loadBalancer, securityGroupIds: [groupId] });
      const endpoint = putEndpoint(cloud, vpc, service, '10.0.1.50');
      const [leg] = endpoint.legs;
      const networkInterface = cloud.networkInterfaces.find(leg!.networkInterfaceId)!;
      cloud.networkInterfaces.put({ ...networkInterface, groupIds: [groupId] });
      return client;
    });
    world.serve(client, 80, 'web');
    const because = /load balancer in: no inbound rule/;
    await expectProbes(world, [{ from: client, to: '10.0.1.50', port: 80, want: /silence/, because }]);
  },
);

test("a VPC with addresses out of S3's range reaches S3 by a gateway endpoint", options, async (t) => {
  const world = await makePacketWorld(t);
  const { client, endpoint } = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111', '52.217.0.0/16');
    const endpoint = putGatewayEndpoint(cloud, vpc, 's3', [mainRouteTableId(cloud, vpc)]).vpcEndpointId;
    return { client: putInstance(cloud, vpc, 0, '52.217.1.10').instanceId, endpoint };
  });
  world.serve(endpoint, 443, 's3');
  const probe = { from: client, port: 443 };
  await expectProbes(world, [
    { ...probe, to: '52.216.0.10', want: /^s3 52\.217\.1\.10$/, because: /S3 front end/ },
    // Its own range stays its own.
    { ...probe, to: '52.217.1.99', want: /silence/, because: /no network interface has 52\.217\.1\.99/ },
  ]);
});

test('answers to another VPC may go by an appliance of the own', options, async (t) => {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const here = putVpc(cloud, '111111111111', '10.1.0.0/16');
    const there = putVpc(cloud, '111111111111', '10.2.0.0/16');
    const vpcPeeringConnectionId = putPeering(cloud, here, there);
    const peering = { kind: 'vpc-peering-connection', vpcPeeringConnectionId } as const;
    putRoute(cloud, mainRouteTableId(cloud, here), '10.2.0.0/16', peering);
    putRoute(cloud, mainRouteTableId(cloud, there), '10.1.0.0/16', peering);
    const middle = putInstance(cloud, there, 0, '10.2.1.5');
    const { networkInterfaceId } = middle.networkInterface;
    cloud.networkInterfaces.put({ ...middle.networkInterface, sourceDestCheck: false });
    const behind = putRouteTable(cloud, there, there.subnetIds[1]!);
    putRoute(cloud, behind, '0.0.0.0/0', { kind: 'network-interface', networkInterfaceId });
    return {
      client: putInstance(cloud, here, 0, '10.1.1.10').instanceId,
      server: putInstance(cloud, there, 1, '10.2.2.10').instanceId,
      middle: middle.instanceId,
    };
  });
  const { client, server, middle } = made;
  world.serve(server, 80, 'web');
  await world.inside(middle, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  const probe = { from: client, to: '10.2.2.10', port: 80 };
  const because = /answers go by route 0\.0\.0\.0\/0[^\n]+\n[^\n]+answers return by route 10\.1\.0\.0\/16/;
  await expectProbes(world, [{ ...probe, want: /^web 10\.1\.1\.10$/, because }]);
  const checked = await world.change((cloud) => {
    const node = cloud.networkInterfaces
      .all()
      .find(({ privateIpAddress }) => privateIpAddress === '10.2.1.5')!;
    return cloud.networkInterfaces.put({ ...node, sourceDestCheck: true });
  });
  assert.equal(checked.sourceDestCheck, true);
  await expectProbes(world, [{ ...probe, want: /silence/, because: /source\/destination check/ }]);
});

test('answers that a transit gateway brings back go by the route table of its subnet', options, async (t) => {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const gateway = putTransitGateway(cloud);
    const here = putVpc(cloud, '111111111111', '10.1.0.0/16');
    const there = putVpc(cloud, '111111111111', '10.2.0.0/16');
    for (const vpc of [here, there]) joinTransitGateway(cloud, gateway, vpc);
    const table = mainRouteTableId(cloud, here);
    putRouteTable(cloud, here, here.subnetIds[1]!);
    const middle = putInstance(cloud, here, 1, '10.1.2.5').networkInterface;
    const { networkInterfaceId } = middle;
    // What leads to a subnet may lead to an appliance first, also what comes from beyond.
    putRoute(cloud, table, '10.1.1.0/24', { kind: 'network-interface', networkInterfaceId });
    return {
      client: putInstance(cloud, here, 0, '10.1.1.10').instanceId,
      server: putInstance(cloud, there, 0, '10.2.1.10').instanceId,
      middle,
    };
  });
  const { client, server, middle } = made;
  world.serve(server, 80, 'web');
  const probe = { from: client, to: '10.2.1.10', port: 80 };
  const because = /source\/destination check: 10\.1\.1\.10, where answers go, is not its address/;
  await expectProbes(world, [{ ...probe, want: /silence/, because }]);
  await world.change((cloud) => cloud.networkInterfaces.put({ ...middle, sourceDestCheck: false }));
  await world.inside(middle.attachment!.instanceId!, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  const forwarded = /answers go by route 10\.1\.1\.0\/24/;
  await expectProbes(world, [{ ...probe, want: /^web 10\.1\.1\.10$/, because: forwarded }]);
});

test(
  'answers are asked the network ACL of where they come in, also where the question left elsewhere',
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const { client, server, subnetId } = await world.change((cloud) => {
      const gateway = putTransitGateway(cloud);
      const here = putVpc(cloud, '111111111111', '10.1.0.0/16');
      const there = putVpc(cloud, '111111111111', '10.2.0.0/16');
      joinTransitGateway(cloud, gateway, here, [1]);
      joinTransitGateway(cloud, gateway, there);
      // There by the peering, back by the transit gateway, which brings them to the other subnet.
      putPeering(cloud, here, there);
      deleteRoute(cloud, mainRouteTableId(cloud, there), '10.1.0.0/16');
      return {
        client: putInstance(cloud, here, 0, '10.1.1.10').instanceId,
        server: putInstance(cloud, there, 0, '10.2.1.10').instanceId,
        subnetId: here.subnetIds[1]!,
      };
    });
    world.serve(server, 80, 'web');
    const probe = { from: client, to: '10.2.1.10', port: 80 };
    await expectProbes(world, [
      { ...probe, want: /^web /, because: /answers return by route 10\.0\.0\.0\/8/ },
    ]);
    await world.change((cloud) => putNetworkAcl(cloud, [subnetId], [everythingIn]));
    const because = new RegExp(`answers out of ${subnetId}: .* denied by rule 32767`);
    await expectProbes(world, [{ ...probe, want: /silence/, because }]);
  },
);

function addInterface(cloud: Cloud, vpc: ExampleVpc, instanceId: InstanceId, zone: number, address: string) {
  const attachment = {
    ...{ attachmentId: exampleId('eni-attach', nextNumber()), instanceId, instanceOwnerId: '111111111111' },
    ...{ deviceIndex: 1, attachTime: '2026-01-31T12:34:56.000Z', deleteOnTermination: true },
  };
  const added = putInterface(cloud, vpc, zone, address, { attachment });
  const instance = cloud.instances.find(instanceId)!;
  const networkInterfaceIds = [...instance.networkInterfaceIds, added.networkInterfaceId];
  cloud.instances.put({ ...instance, networkInterfaceIds });
  return added;
}

test('an instance is one system with all of its interfaces', options, async (t) => {
  const world = await makePacketWorld(t);
  const { client, double, second } = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const table = mainRouteTableId(cloud, vpc);
    putRouteTable(cloud, vpc, vpc.subnetIds[1]!);
    const double = putInstance(cloud, vpc, 1, '10.0.2.10').instanceId;
    const second = addInterface(cloud, vpc, double, 1, '10.0.2.11');
    // What is for one of its addresses is led to the interface that has the other.
    const { networkInterfaceId } = second;
    putRoute(cloud, table, '10.0.2.0/24', { kind: 'network-interface', networkInterfaceId });
    return { client: putInstance(cloud, vpc, 0, '10.0.1.10').instanceId, double, second };
  });
  world.serve(client, 80, 'web');
  world.serve(double, 80, 'double');
  const own = {
    from: double,
    to: '10.0.2.11',
    port: 80,
    want: /^double 10\.0\.2\.11$/,
    because: /its own address/,
  };
  const there = { from: client, to: '10.0.2.10', port: 80 };
  const expectBack = async (want: RegExp, because: RegExp) => {
    assert.match(await world.probe(double, '10.0.1.10', 80), want);
    assert.match(world.explains(double, '10.0.1.10:80').text, because);
  };
  const check = /source\/destination check: 10\.0\.2\.10 is not its address/;
  await expectProbes(world, [own, { ...there, want: /silence/, because: check }]);
  await expectBack(/silence/, /source\/destination check: 10\.0\.2\.10, where answers go/);
  await world.change((cloud) => cloud.networkInterfaces.put({ ...second, sourceDestCheck: false }));
  const arrives = /arrives at 10\.0\.2\.10:80/;
  await expectProbes(world, [own, { ...there, want: /^double 10\.0\.1\.10$/, because: arrives }]);
  await expectBack(/^web 10\.0\.2\.10$/, /arrives at 10\.0\.1\.10:80$/);
});

test(
  'a target that has been detached answers nobody, before its health checks say so',
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const client = await world.change((cloud) => {
      const vpc = putVpc(cloud, '111111111111');
      const { targetGroupArn } = putEndpointService(cloud, vpc, 80, []);
      const group = cloud.targetGroups.find(targetGroupArn)!;
      putInterface(cloud, vpc, 0, '10.0.1.11');
      cloud.targetGroups.put({ ...group, targetType: 'ip', targets: [{ id: '10.0.1.11', port: 80 }] });
      return putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
    });
    const because = /10\.0\.1\.11 belongs to an interface that is attached to nothing/;
    await expectProbes(world, [{ from: client, to: '10.0.1.20', port: 80, want: /silence/, because }]);
  },
);

test(
  'a target that is the client by another of its interfaces takes its own packet for a forgery',
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const client = await world.change((cloud) => {
      const vpc = putVpc(cloud, '111111111111');
      const { instanceId } = putInstance(cloud, vpc, 0, '10.0.1.10');
      addInterface(cloud, vpc, instanceId, 0, '10.0.1.11');
      const { targetGroupArn } = putEndpointService(cloud, vpc, 80, []);
      const group = cloud.targetGroups.find(targetGroupArn)!;
      cloud.targetGroups.put({ ...group, targetType: 'ip', targets: [{ id: '10.0.1.11', port: 80 }] });
      preserveClients(cloud, targetGroupArn, true);
      return instanceId;
    });
    world.serve(client, 80, 'web');
    const because = /is the client itself/;
    await expectProbes(world, [{ from: client, to: '10.0.1.20', port: 80, want: /silence/, because }]);
  },
);

test(
  "a VPC's endpoint to its own service leads to targets by no route of the client's subnet",
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const [client, web] = await world.change((cloud) => {
      const vpc = putVpc(cloud, '111111111111');
      const target = putInstance(cloud, vpc, 0, '10.0.1.11').instanceId;
      putEndpoint(cloud, vpc, putEndpointService(cloud, vpc, 80, [target]), '10.0.1.50');
      const { natGatewayId } = putNatGateway(cloud, vpc, 0, '10.0.1.60', 'private');
      const inner = { kind: 'nat-gateway', natGatewayId } as const;
      putRoute(cloud, mainRouteTableId(cloud, vpc), '10.0.1.0/24', inner);
      return [putInstance(cloud, vpc, 0, '10.0.1.10').instanceId, target] as const;
    });
    world.serve(web, 80, 'web');
    const because = /arrives at 10\.0\.1\.11:80, seen as coming from 10\.0\.1\.20/;
    await expectProbes(world, [
      { from: client, to: '10.0.1.50', port: 80, want: /^web 10\.0\.1\.20$/, because },
    ]);
  },
);
