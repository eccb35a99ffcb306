// Private hosted zones with records that lead somewhere or nowhere, resolver endpoints, and rules by which names are asked
// elsewhere.

import { addressAt } from '../../src/lib/cidr.ts';
import { type DraftSite, type DraftVpc, type DraftWorld, regionOf } from './draft-world.ts';
import { ref } from './step.ts';

const zoneNames = [
  'corp.example',
  'corp.example',
  'inner.corp.example',
  's3.us-east-1.amazonaws.com',
  'example',
];

export function drawZone(world: DraftWorld, vpcs: DraftVpc[]): void {
  const { draft, random, changes, targets } = world;
  const [first, ...others] = vpcs;
  if (!first) return;
  const where = regionOf(first);
  const zone = draft.name('zone');
  const Name = random.choose(zoneNames);
  const vpcOf = (vpc: DraftVpc) => ({ VPCRegion: vpc.region, VPCId: ref(vpc.name) });
  draft.call(
    where,
    'route53:CreateHostedZone',
    { Name, CallerReference: zone, VPC: vpcOf(first) },
    {
      [zone]: 'HostedZone.Id',
    },
  );
  const HostedZoneId = ref(zone);
  for (const vpc of others.filter(({ account }) => account === first.account)) {
    const association = { HostedZoneId, VPC: vpcOf(vpc) };
    draft.call(where, 'route53:AssociateVPCWithHostedZone', association);
    changes.push(() => draft.call(where, 'route53:DisassociateVPCFromHostedZone', association));
  }
  for (let records = random.count(1, 3); records > 0; records--) drawRecord(world, where, zone, Name);
  for (const host of [`web.${Name}`, `api.${Name}`, `no.${Name}`]) targets.push({ host });
}

function drawRecord(
  world: DraftWorld,
  where: { account: string; region: string },
  zone: string,
  zoneName: string,
): void {
  const { draft, random, changes, hosts, targets } = world;
  const named = targets.flatMap(({ host }) => (/_(dns|zonal)\}$/.test(host) ? [host] : []));
  const name = `${random.choose(['web', 'api', '*', 'www.web'])}.${zoneName}`;
  const address = random.choose(hosts).address;
  const [Type, Value] = random.choose([
    ['A', address],
    ['A', address],
    ['CNAME', named.length > 0 ? random.choose(named) : `web.${zoneName}`],
    ['CNAME', `api.${zoneName}`],
    ['TXT', '"text"'],
  ] as const);
  const change = (Action: string) => {
    const ResourceRecordSet = { Name: name, Type, TTL: 60, ResourceRecords: [{ Value }] };
    draft.call(where, 'route53:ChangeResourceRecordSets', {
      ...{ HostedZoneId: ref(zone), ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] } },
    });
  };
  change('UPSERT');
  changes.push(
    () => change('DELETE'),
    () => drawRecord(world, where, zone, zoneName),
  );
}

/** Whoever reaches it may ask the VPC's resolver; a site may send it the questions of a domain. */
export function drawInboundEndpoint(world: DraftWorld, vpc: DraftVpc, sites: DraftSite[]): void {
  const { draft, random, changes, targets } = world;
  const where = regionOf(vpc);
  const name = draft.name('inbound');
  const addresses = placeAddresses(world, vpc);
  const input = {
    ...{ CreatorRequestId: name, Direction: 'INBOUND', SecurityGroupIds: [ref(random.choose(vpc.groups))] },
    IpAddresses: addresses,
  };
  draft.call(where, 'route53resolver:CreateResolverEndpoint', input, { [name]: 'ResolverEndpoint.Id' });
  const ips = addresses.map(({ Ip }) => Ip);
  for (const host of ips) targets.push({ host, ports: [53, 80] });
  changes.push(() =>
    draft.call(where, 'route53resolver:DeleteResolverEndpoint', { ResolverEndpointId: ref(name) }),
  );
  for (const site of sites) {
    const domain = random.choose(['corp.example', 'example', 'us-east-1.amazonaws.com', 'ec2.internal']);
    const body = { domain, addresses: ips };
    const words = ['forward', site.name, domain, ips.join(',')];
    draft.steps.push({ kind: 'site', path: `${site.name}/forward`, body, words, gives: {} });
  }
}

/** A rule that sends the questions of a domain elsewhere: to an inbound endpoint, a site's DNS, or where nobody answers. */
export function drawOutboundRule(world: DraftWorld, vpc: DraftVpc, sites: DraftSite[]): void {
  const { draft, random, changes, targets } = world;
  const where = regionOf(vpc);
  const [name, rule, association] = [
    draft.name('outbound'),
    draft.name('rule'),
    draft.name('rule_association'),
  ];
  const groups = { SecurityGroupIds: [ref(random.choose(vpc.groups))] };
  const input = {
    CreatorRequestId: name,
    Direction: 'OUTBOUND',
    ...groups,
    IpAddresses: placeAddresses(world, vpc),
  };
  draft.call(where, 'route53resolver:CreateResolverEndpoint', input, { [name]: 'ResolverEndpoint.Id' });
  const askable = [
    ...targets.flatMap(({ host, ports }) => (ports?.includes(53) ? [host] : [])),
    ...sites.map(({ block }) => block.replace(/\d+\/\d+$/, '1')),
    '10.0.0.99',
  ];
  const DomainName = random.choose([
    'corp.example',
    'example',
    ...sites.map((site) => `${site.name}.internal`),
  ]);
  const TargetIps = [{ Ip: random.choose(askable), Port: 53 }];
  draft.call(
    where,
    'route53resolver:CreateResolverRule',
    { CreatorRequestId: rule, RuleType: 'FORWARD', DomainName, ResolverEndpointId: ref(name), TargetIps },
    { [rule]: 'ResolverRule.Id' },
  );
  const pair = { ResolverRuleId: ref(rule), VPCId: ref(vpc.name) };
  draft.call(where, 'route53resolver:AssociateResolverRule', pair, {
    [association]: 'ResolverRuleAssociation.Id',
  });
  changes.push(() => draft.call(where, 'route53resolver:DisassociateResolverRule', pair));
  for (const site of sites) targets.push({ host: `desk.${site.name}.internal` });
}

/** AWS: two at least, in different zones where there are some. */
function placeAddresses({ random }: DraftWorld, vpc: DraftVpc): { SubnetId: string; Ip: string }[] {
  const subnets = [random.choose(vpc.subnets), random.choose(vpc.subnets)];
  return subnets.map((subnet) => {
    const Ip = addressAt(subnet.block, subnet.nextOffset++);
    return { SubnetId: ref(subnet.name), Ip };
  });
}
