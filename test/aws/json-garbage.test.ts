// Whatever comes in a body, the services of JSON 1.1 refuse it in their own words: nothing of it is a mistake of ours, and
// nothing of what is refused remains.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { directConnectService } from '../../src/services/directconnect/directconnect.ts';
import { createSecurityGroup } from '../../src/services/ec2/security-group.ts';
import { attachVpnGateway, createVpnGateway } from '../../src/services/ec2/vpn-gateway.ts';
import type { JsonService } from '../../src/services/json-service.ts';
import { organizationsService } from '../../src/services/organizations/organizations.ts';
import { route53ResolverService } from '../../src/services/route53resolver/route53resolver.ts';
import { newHarness } from '../operation-harness.ts';
import { makeVpc } from '../vpc-fixture.ts';
import { startJsonService } from './json-service-fixture.ts';

const ec2 = newHarness();
const { VpcId, SubnetId } = makeVpc(ec2);
const GroupId = ec2.run(createSecurityGroup, { VpcId, GroupName: 'dns', Description: 'dns' }).GroupId!;
const { VpnGatewayId } = ec2.run(createVpnGateway, { Type: 'ipsec.1' }).VpnGateway!;
ec2.run(attachVpnGateway, { VpnGatewayId: VpnGatewayId!, VpcId });
ec2.store.change((cloud) =>
  cloud.sites.put({
    ...{ siteId: 'site-00000000000000001', name: 'berlin', cidrBlocks: ['192.168.0.0/16'] },
    ...{ publicAddress: '203.0.113.10', hasInternet: true, hosts: [], forwards: [], routes: [] },
  }),
);

/** Names that mean something somewhere, so that more than the first check is met. */
const names =
  `AccountId ChildId Config ConnectionId CreatorRequestId Direction DomainName Filters HandshakeId Ip IpAddress
  IpAddresses IpId Key MaxResults Name NextToken Port Protocol Protocols ResolverEndpointId ResolverRuleAssociationId
  ResolverRuleId ResourceArn RuleType SecurityGroupIds SubnetId TagKeys Tags Target TargetIps Type VPCId Value Values
  addAllowedPrefixesToDirectConnectGateway amazonAddress amazonSideAsn asn asnLong associationId authKey bandwidth cidr
  connectionId connectionName customerAddress directConnectGatewayId directConnectGatewayName gatewayId key location
  maxResults mtu newPrivateVirtualInterface newPublicVirtualInterface newTransitVirtualInterface nextToken
  removeAllowedPrefixesToDirectConnectGateway resourceArn resourceArns routeFilterPrefixes tagKeys tags value
  virtualGatewayId virtualInterfaceId virtualInterfaceName vlan __proto__ constructor toString`.split(/\s+/);
const words = [
  ...[VpcId, SubnetId, GroupId, VpnGatewayId!, 'INBOUND', 'OUTBOUND', 'FORWARD', 'SYSTEM', 'berlin', '1Gbps'],
  ...[
    '10.0.1.9',
    '169.254.1.1/30',
    '169.254.1.2/30',
    '10.0.0.0/16',
    'corp.example',
    '.',
    'ipv4',
    'one',
    '111111111111',
  ],
];
const leaf = fc.oneof(
  fc.constantFrom<unknown>(...words, null, true, 0, 1, 101, 1500, 65_000, -1, 2 ** 53, 1.5),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
  ),
})).value;
const body = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 8 });

for (const service of [organizationsService, route53ResolverService, directConnectService])
  test(`${service.name} refuses garbage in its own words`, () => throwGarbage(service));

async function throwGarbage(service: JsonService): Promise<void> {
  const { call, lines } = await startJsonService(service, ec2.store);
  const operation = fc.constantFrom(...Object.keys(service.operations));
  await fc.assert(
    fc.asyncProperty(operation, body, async (name, input) => {
      const answer = await call('111111111111', name, {}, { rawBody: JSON.stringify(input) });
      const said = JSON.stringify([name, input, answer.body, lines.at(-1)]);
      assert.ok([200, 400, 501].includes(answer.status), said);
      lines.length = 0;
    }),
    { numRuns: 1500 },
  );
}
