// A VPC with everything that a site may or may not reach, and a site. How the two are connected is the test's own;
// what then reaches what is the same for every way.

import type { TestContext } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { Site } from '../../src/cloud/site.ts';
import type { SecurityGroupRule } from '../../src/cloud/vpc.ts';
import {
  type ExampleVpc,
  everywhere,
  exampleId,
  nextNumber,
  putAwsServiceEndpoint,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import { mainRouteTableId, putGatewayEndpoint } from '../networks/example-gateway.ts';
import { putSite } from '../networks/example-site.ts';
import { expectProbes, makePacketWorld, type PacketWorld } from './packet-world.ts';

/** One of S3's addresses. */
export const s3 = '52.216.0.10';

function putGroup(cloud: Cloud, { vpcId }: ExampleVpc, rules: SecurityGroupRule[]) {
  const { accountId, region } = cloud.vpcs.find(vpcId)!;
  const groupId = exampleId('sg', nextNumber());
  const name = { groupName: groupId, description: groupId };
  cloud.securityGroups.put({ accountId, region, groupId, ...name, vpcId, rules });
  return groupId;
}

/** The VPC is 10.0.0.0/16, the site 192.168.0.0/16 with a desk at .10. */
export async function makeOnPremises(t: TestContext, fields: Partial<Site> = { hasInternet: false }) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const provider = putVpc(cloud, '222222222222', '172.31.0.0/16');
    const vpc = putVpc(cloud, '111111111111', '10.0.0.0/16');
    const target = putInstance(cloud, provider, 0, '172.31.1.11').instanceId;
    const service = putEndpointService(cloud, provider, 80, [target]);
    const endpoint = putEndpoint(cloud, vpc, service, '10.0.1.50');
    const ec2Endpoint = putAwsServiceEndpoint(cloud, vpc, 'ec2', ['10.0.1.60', '10.0.2.60']);
    const web = putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
    const fromSite = { ...everywhere(false), cidrIpv4: '192.168.0.10/32' };
    const guarded = putInstance(cloud, vpc, 0, '10.0.1.11', [putGroup(cloud, vpc, [fromSite])]).instanceId;
    const closed = putInstance(cloud, vpc, 0, '10.0.1.12', [putGroup(cloud, vpc, [])]).instanceId;
    const table = mainRouteTableId(cloud, vpc);
    const gatewayEndpoint = putGatewayEndpoint(cloud, vpc, 's3', [table]);
    const site = putSite(cloud, 'berlin', '192.168.0.0/16', fields);
    return {
      ...{ vpc, target, endpoint, ec2Endpoint, web, guarded, closed, table, gatewayEndpoint, site },
      ...{ siteId: site.siteId, desk: site.hosts[0]!.hostId },
    };
  });
  for (const id of [made.target, made.web, made.guarded, made.closed, made.desk]) world.serve(id, 80, id);
  world.serve(made.gatewayEndpoint.vpcEndpointId, 443, 's3');
  world.serve(made.ec2Endpoint.vpcEndpointId, 443, 'ec2');
  return { world, ...made };
}

type OnPremises = Omit<Awaited<ReturnType<typeof makeOnPremises>>, 'world'>;

/**
 * AWS: instances and interface endpoints are reached, both ways and as groups allow; a gateway endpoint is not.
 * @param line by which the site knows the VPC
 */
export async function expectPrivateWay(world: PacketWorld, made: OnPremises, line: string): Promise<void> {
  const { desk, web, guarded, target, endpoint } = made;
  const name = `${endpoint.vpcEndpointId}-k3x9q2ab.${endpoint.serviceId}.us-east-1.vpce.amazonaws.com`;
  await expectProbes(world, [
    {
      ...{ from: desk, to: '10.0.1.10', port: 80, want: new RegExp(`^${web} 192\\.168\\.0\\.10$`) },
      because: new RegExp(`route 10\\.0\\.0\\.0/\\d+ → ${line}\n`),
    },
    { from: desk, to: '10.0.1.11', port: 80, want: new RegExp(guarded), because: /tcp 80 allowed by sgr-/ },
    { from: desk, to: '10.0.1.12', port: 80, want: /silence/, because: /no inbound rule of sg-/ },
    { from: web, to: '10.0.1.11', port: 80, want: /silence/, because: /no inbound rule of sg-/ },
    {
      ...{ from: web, to: '192.168.0.10', port: 80, want: new RegExp(`^${desk} 10\\.0\\.1\\.10$`) },
      because: /route 192\.168\.0\.0\/16/,
    },
    { from: desk, to: '10.0.1.50', port: 80, want: new RegExp(target), because: /vpce-/ },
    // A service behind an interface endpoint sees the client's own address.
    { from: desk, to: '10.0.1.60', port: 443, want: /^ec2 192\.168\.0\.10$/, because: /vpce-/ },
    { from: web, to: s3, port: 443, want: /^s3 10\.0\.1\.10/, because: /vpce-/ },
    { from: desk, to: s3, port: 443, want: /silence/, because: /has no route to 52\.216\.0\.10/ },
  ]);
  const byName = world.explains(desk, `${name}:80`);
  if (!byName.arrives || !/is 10\.0\.1\.50 \(a public name\)/.test(byName.text)) throw new Error(byName.text);
}
