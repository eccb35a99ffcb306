import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Explanation, PathComponent } from '@aws-sdk/client-ec2';
import {
  everywhere,
  putAwsServiceEndpoint,
  putEndpoint,
  putEndpointService,
  putInstance,
  putInterface,
  putVpc,
} from '../test/networks/example-cloud.ts';
import {
  mainRouteTableId,
  putElasticIp,
  putGatewayEndpoint,
  putInternetGateway,
  putPeering,
  putRoute,
} from '../test/networks/example-gateway.ts';
import { entry, putNetworkAcl } from '../test/networks/example-network-acl.ts';
import { propagateInto, putSite, putVpn, putVpnGateway } from '../test/networks/example-site.ts';
import {
  joinTransitGateway,
  putAttachment,
  putTransitGateway,
} from '../test/networks/example-transit-gateway.ts';
import type { Cloud } from './cloud/cloud.ts';
import type { NetworkInsightsPath } from './cloud/network-insights.ts';
import { compileNetwork } from './network/compile.ts';
import { analyzeReachability } from './reachability.ts';
import { openStore } from './store.ts';

type Asked = Partial<Omit<NetworkInsightsPath, 'source' | 'destination'>>;

function newCase() {
  const store = openStore(':memory:');
  const change = <T>(operate: (cloud: Cloud) => T): T => store.change(operate);
  const vpc = change((cloud) => putVpc(cloud, '111111111111', '10.1.0.0/16'));
  const client = change((cloud) => putInstance(cloud, vpc, 0, '10.1.1.10'));
  const server = change((cloud) => putInstance(cloud, vpc, 1, '10.1.2.20'));
  const end = (resourceId: string) => ({
    resourceId,
    arn: `arn:aws:ec2:us-east-1:111111111111:x/${resourceId}`,
  });
  function analyze(from: string, to: string | undefined, asked: Asked = {}, more: object = {}) {
    const path = {
      ...{ networkInsightsPathId: 'nip-1' as const, createdDate: '', accountId: '111111111111' },
      ...{ region: 'us-east-1', protocol: 'tcp' as const, source: end(from) },
      ...(to ? { destination: end(to) } : {}),
      ...asked,
    };
    const question = { path, additionalAccounts: [], filterInArns: [], filterOutArns: [], ...more };
    const network = compileNetwork(store.cloud, { isHealthy: () => true });
    const finding = analyzeReachability(store.cloud, network, question);
    if (finding.status === 'failed') return { ...nothing, message: finding.message };
    const ids = (parts: object[]) => (parts as PathComponent[]).map(({ Component }) => Component!.Id!);
    const [explanation] = finding.explanations as Explanation[];
    return {
      found: finding.pathFound,
      code: explanation?.ExplanationCode,
      explanation,
      forward: ids(finding.forwardPathComponents),
      back: ids(finding.returnPathComponents),
      parts: finding.forwardPathComponents as PathComponent[],
      suggested: finding.suggestedAccounts,
      message: '',
    };
  }
  const setRules = (groupId: string, ...rules: ReturnType<typeof everywhere>[]) =>
    change((cloud) =>
      cloud.securityGroups.put({ ...cloud.securityGroups.find(groupId as `sg-${string}`)!, rules }),
    );
  return { store, change, vpc, client, server, analyze, setRules };
}

const nothing = {
  ...{ found: undefined, code: undefined, explanation: undefined, forward: [] as string[] },
  ...{ back: [] as string[], parts: [] as PathComponent[], suggested: [] as string[] },
};

const ofTcp = (port: number, cidrIpv4 = '0.0.0.0/0') => {
  const { cidrIpv4: _any, ...rule } = everywhere(false, 'tcp', port);
  return { ...rule, cidrIpv4 };
};

test('within a VPC: from the instance by its group, the route and the other’s group, and back', () => {
  const { vpc, client, server, analyze, setRules } = newCase();
  const { forward, back, found } = analyze(client.instanceId, server.instanceId, { destinationPort: 80 });
  assert.equal(found, true);
  const [mine, its] = [
    client.networkInterface.networkInterfaceId,
    server.networkInterface.networkInterfaceId,
  ];
  const { groupId } = vpc;
  const table = forward.find((id) => id.startsWith('rtb-'));
  assert.deepEqual(forward, [client.instanceId, mine, groupId, table, groupId, its, server.instanceId]);
  assert.deepEqual(back, [server.instanceId, its, mine, client.instanceId]);

  setRules(groupId, everywhere(true), ofTcp(443));
  const refused = analyze(mine, its, { destinationPort: 80 });
  assert.equal(refused.found, false);
  assert.equal(refused.code, 'ENI_SG_RULES_MISMATCH');
  assert.equal(refused.explanation!.Direction, 'ingress');
  assert.equal(refused.explanation!.NetworkInterface!.Id, its);
  assert.deepEqual(
    refused.explanation!.SecurityGroups!.map(({ Id }) => Id),
    [groupId],
  );
  // Without a port any will do, and there is one.
  const any = analyze(mine, its);
  assert.equal(any.found, true);
  assert.deepEqual(any.parts[0]!.OutboundHeader!.DestinationPortRanges, [{ From: 443, To: 443 }]);
  assert.equal(any.parts[0]!.Component!.Id, mine, 'of an interface nobody asked about the instance');
  const udp = analyze(mine, its, { protocol: 'udp' });
  assert.equal(udp.code, 'ENI_SG_RULES_MISMATCH');
});

test('a network ACL that keeps the answers back stops tcp and not udp', () => {
  const { change, vpc, client, server, analyze } = newCase();
  const acl = change(
    (cloud) =>
      putNetworkAcl(cloud, [vpc.subnetIds[1]!], [entry(100, 'in'), entry(90, 'out', { action: 'deny' })])
        .networkAclId,
  );
  const tcp = analyze(client.instanceId, server.instanceId, { destinationPort: 80 });
  assert.equal(tcp.code, 'SUBNET_ACL_RESTRICTION');
  const { Acl, AclRule, Subnet, Direction } = tcp.explanation!;
  assert.deepEqual([Acl!.Id, AclRule!.RuleNumber, AclRule!.Egress], [acl, 90, true]);
  assert.deepEqual([Subnet!.Id, Direction], [vpc.subnetIds[1], 'egress']);
  const udp = analyze(client.instanceId, server.instanceId, { destinationPort: 80, protocol: 'udp' });
  assert.equal(udp.found, true);
  assert.deepEqual(udp.back, []);
});

test('an internet gateway as source: to who has a public address, from any address that the group lets in', () => {
  const { change, vpc, client, analyze, setRules } = newCase();
  const igw = change((cloud) => putInternetGateway(cloud, vpc).internetGatewayId);
  const none = analyze(igw, client.instanceId, { destinationPort: 22 });
  assert.equal(none.code, 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS');
  assert.equal(none.explanation!.InternetGateway!.Id, igw);
  change((cloud) => putElasticIp(cloud, client.networkInterface.networkInterfaceId));
  const noWay = analyze(igw, client.instanceId, { destinationPort: 22 });
  assert.equal(noWay.code, 'NO_ROUTE_TO_DESTINATION', 'the answers have none');
  change((cloud) =>
    putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', {
      ...{ kind: 'internet-gateway', internetGatewayId: igw },
    }),
  );
  setRules(vpc.groupId, everywhere(true), ofTcp(22, '203.0.113.0/24'));
  const found = analyze(igw, client.instanceId, { destinationPort: 22 });
  assert.equal(found.found, true);
  assert.equal(found.forward[0], igw);
  assert.deepEqual(found.parts[0]!.InboundHeader!.SourceAddresses, ['203.0.113.0/32']);
  assert.deepEqual(found.back.slice(-2), [mainOf(found.back), igw]);
  const other = analyze(igw, client.instanceId, { destinationPort: 22, sourceIp: '198.51.100.7' });
  assert.equal(other.code, 'ENI_SG_RULES_MISMATCH');
});

const mainOf = (ids: string[]) => ids.find((id) => id.startsWith('rtb-'))!;

test('an internet gateway as destination: as far as the gateway, and no further', () => {
  const { change, vpc, client, analyze } = newCase();
  const igw = change((cloud) => putInternetGateway(cloud, vpc).internetGatewayId);
  const away = analyze(client.instanceId, igw, { destinationPort: 443 });
  assert.equal(away.code, 'NO_ROUTE_TO_DESTINATION');
  assert.match(away.explanation!.RouteTable!.Id!, /^rtb-/);
  change((cloud) =>
    putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', {
      ...{ kind: 'internet-gateway', internetGatewayId: igw },
    }),
  );
  const unnamed = analyze(client.instanceId, igw, { destinationPort: 443 });
  assert.equal(unnamed.code, 'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS');
  change((cloud) => putElasticIp(cloud, client.networkInterface.networkInterfaceId));
  assert.equal(analyze(client.instanceId, igw, { destinationPort: 443 }).found, true);
  const exact = analyze(client.instanceId, igw, { destinationPort: 443, destinationIp: '8.8.8.8' });
  assert.deepEqual(exact.parts.at(-1)!.InboundHeader!.DestinationAddresses, ['8.8.8.8/32']);
  const privately = analyze(client.instanceId, igw, { destinationPort: 443, destinationIp: '172.20.1.1' });
  assert.equal(privately.code, 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS');
  assert.equal(privately.explanation!.InternetGateway!.Id, igw);
  const shared = analyze(client.instanceId, undefined, { destinationPort: 443, destinationIp: '100.64.1.1' });
  assert.equal(shared.code, 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS');
  // An address that nobody has is not reached, though the gateway is.
  const nobody = analyze(client.instanceId, undefined, { destinationPort: 443, destinationIp: '8.8.8.8' });
  assert.equal(nobody.code, 'NO_POSSIBLE_DESTINATION');
});

test('over a peering: what is another account’s is told to who asks about that account too', () => {
  const { change, vpc, client, analyze, setRules } = newCase();
  const { there, host, pcx } = change((cloud) => {
    const there = putVpc(cloud, '222222222222', '10.2.0.0/16');
    const pcx = putPeering(cloud, vpc, there);
    const target = { kind: 'vpc-peering-connection', vpcPeeringConnectionId: pcx } as const;
    putRoute(cloud, mainRouteTableId(cloud, vpc), '10.2.0.0/16', target);
    putRoute(cloud, mainRouteTableId(cloud, there), '10.1.0.0/16', target);
    return { there, pcx, host: putInstance(cloud, there, 0, '10.2.1.10') };
  });
  const asked = { destinationPort: 80 };
  const open = analyze(client.instanceId, host.instanceId, asked);
  assert.equal(open.found, true);
  assert.equal(open.forward.at(-1), pcx);
  assert.deepEqual(open.suggested, ['222222222222']);
  const whole = analyze(client.instanceId, host.instanceId, asked, { additionalAccounts: ['222222222222'] });
  assert.equal(whole.forward.at(-1), host.instanceId);
  assert.deepEqual(whole.suggested, []);
  assert.equal(analyze(client.instanceId, pcx, asked).forward.at(-1), pcx);
  assert.equal(analyze(pcx, client.instanceId, asked).found, true);
  setRules(there.groupId, everywhere(true));
  const refused = analyze(client.instanceId, host.instanceId, asked);
  assert.deepEqual([refused.code, refused.suggested], ['NO_POSSIBLE_DESTINATION', ['222222222222']]);
  assert.equal(refused.explanation!.SecurityGroups, undefined);
  const told = analyze(client.instanceId, host.instanceId, asked, { additionalAccounts: ['222222222222'] });
  assert.equal(told.code, 'ENI_SG_RULES_MISMATCH');
  assert.equal(analyze(client.instanceId, pcx, asked).found, true, 'the peering is reached all the same');
});

test('by a transit gateway: attachments, route table and route are components', () => {
  const { change, vpc, client, analyze } = newCase();
  const { tgw, there, mine, host } = change((cloud) => {
    const there = putVpc(cloud, '111111111111', '10.2.0.0/16');
    const { transitGatewayId: tgw, tableId } = putTransitGateway(cloud);
    const mine = joinTransitGateway(cloud, { transitGatewayId: tgw, tableId }, vpc);
    joinTransitGateway(cloud, { transitGatewayId: tgw, tableId }, there);
    for (const [one, other] of [
      [vpc, '10.2.0.0/16'],
      [there, '10.1.0.0/16'],
    ] as const)
      putRoute(cloud, mainRouteTableId(cloud, one), other, {
        kind: 'transit-gateway',
        transitGatewayId: tgw,
      });
    return { tgw, there, mine, host: putInstance(cloud, there, 0, '10.2.1.10') };
  });
  const found = analyze(client.instanceId, host.instanceId, { destinationPort: 80 });
  assert.equal(found.found, true, JSON.stringify(found.explanation));
  const kinds = found.forward.map((id) => id.slice(0, id.lastIndexOf('-')));
  assert.deepEqual(kinds, ['i', 'eni', 'sg', 'rtb', 'tgw-attach', 'tgw-rtb', 'tgw-attach', 'sg', 'eni', 'i']);
  const table = found.parts.find(({ Component }) => Component!.Id!.startsWith('tgw-rtb-'))!;
  assert.equal(table.TransitGateway!.Id, tgw);
  assert.equal(table.TransitGatewayRouteTableRoute!.DestinationCidr, '10.2.0.0/16');
  assert.equal(table.TransitGatewayRouteTableRoute!.ResourceId, there.vpcId);
  assert.equal(analyze(client.instanceId, tgw).found, true);
  assert.equal(analyze(mine, host.instanceId).found, true);
  change((cloud) => {
    for (const one of [...cloud.transitGatewayPropagations.all()])
      cloud.transitGatewayPropagations.delete(one.propagationKey);
  });
  const lost = analyze(client.instanceId, host.instanceId, { destinationPort: 80 });
  assert.equal(lost.code, 'TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT');
  assert.equal(lost.explanation!.TransitGateway!.Id, tgw);
  change((cloud) => {
    for (const one of [...cloud.transitGatewayAssociations.all()])
      cloud.transitGatewayAssociations.delete(one.transitGatewayAttachmentId);
  });
  const unassociated = analyze(client.instanceId, host.instanceId, { destinationPort: 80 });
  assert.equal(unassociated.code, 'TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION');
  assert.equal(unassociated.explanation!.TransitGatewayAttachment!.Id, mine);
});

test('a transit gateway without a subnet in the client’s zone: the explanation names the zone', () => {
  const { change, vpc, client, analyze } = newCase();
  const attachment = change((cloud) => {
    const { transitGatewayId } = putTransitGateway(cloud);
    putRoute(cloud, mainRouteTableId(cloud, vpc), '10.2.0.0/16', {
      ...{ kind: 'transit-gateway', transitGatewayId },
    });
    return putAttachment(cloud, transitGatewayId, vpc, [1]);
  });
  const asked = { destinationIp: '10.2.1.10', destinationPort: 80 };
  const { code, explanation } = analyze(client.instanceId, undefined, asked);
  assert.equal(code, 'TGW_ROUTE_AZ_RESTRICTION');
  assert.deepEqual(explanation!.AvailabilityZones, ['us-east-1a']);
  assert.equal(explanation!.TransitGatewayAttachment!.Id, attachment);
  assert.equal(explanation!.Vpc!.Id, vpc.vpcId);
});

test('a virtual private gateway: from it into its VPC, and as far as to it', () => {
  const { change, vpc, client, analyze } = newCase();
  const vgw = change((cloud) => {
    const site = putSite(cloud, 'berlin', '192.168.0.0/16');
    const gateway = putVpnGateway(cloud, vpc);
    putVpn(cloud, gateway, site);
    propagateInto(cloud, mainRouteTableId(cloud, vpc), gateway);
    return gateway.vpnGatewayId;
  });
  assert.equal(analyze(vgw, client.instanceId, { destinationPort: 22 }).found, true);
  const to = analyze(client.instanceId, vgw, { destinationPort: 22 });
  assert.equal(to.found, true, JSON.stringify(to.explanation));
});

test('endpoints: as far as the endpoint; a service as far as every target', () => {
  const { change, vpc, client, analyze } = newCase();
  const { service, endpoint, target } = change((cloud) => {
    const provider = putVpc(cloud, '111111111111', '10.1.0.0/16');
    const target = putInstance(cloud, provider, 0, '10.1.1.50');
    const service = putEndpointService(cloud, provider, 80, [target.instanceId]);
    return { service, target, endpoint: putEndpoint(cloud, vpc, service, '10.1.1.80', 'pendingAcceptance') };
  });
  const pending = analyze(client.instanceId, endpoint.vpcEndpointId, { destinationPort: 80 });
  assert.deepEqual([pending.code, pending.explanation!.State], ['BAD_STATE', 'pendingAcceptance']);
  assert.equal(pending.explanation!.VpcEndpoint!.Id, endpoint.vpcEndpointId);
  change((cloud) => cloud.vpcEndpoints.put({ ...endpoint, decision: 'accepted' }));
  const there = analyze(client.instanceId, endpoint.vpcEndpointId, { destinationPort: 81 });
  assert.equal(there.found, true);
  assert.equal(there.forward.at(-1), endpoint.vpcEndpointId);
  const deaf = analyze(client.instanceId, service.serviceId, { destinationPort: 81 });
  assert.deepEqual(
    [deaf.code, deaf.explanation!.LoadBalancerArn],
    ['ELBV2_LISTENERS_MISMATCH', service.loadBalancerArn],
  );
  const whole = analyze(client.instanceId, service.serviceId);
  assert.equal(whole.found, true);
  assert.deepEqual(whole.parts.at(-1)!.InboundHeader!.DestinationAddresses, ['10.1.1.50/32']);
  assert.equal(whole.forward.at(-1), target.instanceId);
  const filtered = analyze(client.instanceId, service.serviceId, {
    filterAtDestination: { destinationAddress: '10.1.1.51' },
  });
  assert.equal(filtered.code, 'FILTER_AT_DESTINATION_DESTINATION_ADDRESS');
});

test('endpoints to AWS’s services: one with an address, and one that routes lead to', () => {
  const { change, vpc, client, analyze } = newCase();
  const { byAddress, byRoute } = change((cloud) => ({
    byAddress: putAwsServiceEndpoint(cloud, vpc, 'ec2', ['10.1.1.100']).vpcEndpointId,
    byRoute: putGatewayEndpoint(cloud, vpc, 's3', []).vpcEndpointId,
  }));
  const open = analyze(client.instanceId, byAddress);
  assert.equal(open.found, true);
  assert.deepEqual(open.parts[0]!.OutboundHeader!.DestinationPortRanges, [{ From: 443, To: 443 }]);
  const port = analyze(client.instanceId, byAddress, { destinationPort: 80 });
  assert.equal(port.code, 'SERVICE_PORT_RESTRICTION');
  const missed = analyze(client.instanceId, byRoute);
  assert.equal(missed.code, 'NO_ROUTE_TO_DESTINATION');
  change((cloud) => {
    const endpoint = cloud.vpcEndpoints.find(byRoute)!;
    cloud.vpcEndpoints.put({ ...endpoint, routeTableIds: [mainRouteTableId(cloud, vpc)] } as typeof endpoint);
  });
  const led = analyze(client.instanceId, byRoute);
  assert.equal(led.found, true);
  assert.equal(led.forward.at(-1), byRoute);
  const route = led.parts.find(({ RouteTableRoute }) => RouteTableRoute)!.RouteTableRoute!;
  assert.deepEqual([route.DestinationPrefixListId, route.GatewayId], ['pl-63a5400a', byRoute]);
});

test('what the way must go by, and what it must not', () => {
  const { client, server, vpc, analyze } = newCase();
  const arn = (id: string) => [`arn:aws:ec2:us-east-1:111111111111:x/${id}`];
  const by = (filterInArns: string[], filterOutArns: string[] = []) =>
    analyze(client.instanceId, server.instanceId, { destinationPort: 80 }, { filterInArns, filterOutArns });
  assert.equal(by(arn(vpc.vpcId)).found, true);
  const missing = by(arn('nat-00000000000000001'));
  assert.equal(missing.code, 'COMPONENT_FILTER_RESTRICTION');
  assert.equal(by([], arn(vpc.subnetIds[1]!)).code, 'COMPONENT_FILTER_RESTRICTION');
});

test('where nothing is, the code says so; what cannot be known is a failure and no finding', () => {
  const { change, vpc, client, server, analyze } = newCase();
  assert.equal(analyze(client.instanceId, 'i-000000000000dead1').code, 'NO_SOURCE_OR_DESTINATION');
  const igw = change((cloud) => putInternetGateway(cloud, vpc).internetGatewayId);
  change((cloud) =>
    cloud.internetGateways.put({ ...cloud.internetGateways.find(igw)!, vpcId: undefined } as never),
  );
  assert.equal(analyze(client.instanceId, igw).code, 'UNASSOCIATED_COMPONENT');
  const idle = change((cloud) => putInterface(cloud, vpc, 1, '10.1.2.99')).networkInterfaceId;
  assert.equal(analyze(client.instanceId, idle, { destinationPort: 80 }).code, 'ENI_NOT_ATTACHED');
  const forged = { sourceIp: '10.1.1.99' };
  assert.equal(
    analyze(client.instanceId, server.instanceId, forged).code,
    'ENI_SOURCE_DEST_CHECK_RESTRICTION',
  );
  change((cloud) => {
    const { networkInterfaceId } = client.networkInterface;
    cloud.networkInterfaces.put({
      ...cloud.networkInterfaces.find(networkInterfaceId)!,
      sourceDestCheck: false,
    });
  });
  assert.match(analyze(client.instanceId, server.instanceId, forged).message!, /is not the address of eni-/);
  change((cloud) =>
    cloud.instances.put({ ...cloud.instances.find(server.instanceId)!, desiredState: 'stopped' }),
  );
  const stopped = analyze(server.instanceId, client.instanceId);
  assert.deepEqual([stopped.code, stopped.explanation!.State], ['BAD_STATE', 'stopped']);
});

test('more kinds of packets than can be tried are a failure that says what to name', () => {
  const { change, vpc, client, analyze, setRules } = newCase();
  const igw = change((cloud) => putInternetGateway(cloud, vpc).internetGatewayId);
  change((cloud) => putElasticIp(cloud, client.networkInterface.networkInterfaceId));
  const rules = Array.from({ length: 60 }, (_, number) => ofTcp(1000 + 2 * number, `203.${number}.113.0/24`));
  setRules(
    vpc.groupId,
    ...rules,
    ...rules.map((rule) => ({ ...rule, fromPort: rule.fromPort + 500, toPort: rule.toPort + 500 })),
  );
  assert.match(analyze(igw, client.instanceId).message, /too many kinds of packets/);
  assert.equal(analyze(igw, client.instanceId, { destinationPort: 1002 }).code, 'NO_ROUTE_TO_DESTINATION');
});
