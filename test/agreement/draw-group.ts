// Security groups, their rules by range, group and prefix list, and customers' prefix lists.

import { type DraftVpc, type DraftWorld, knownRanges, regionOf } from './draft-world.ts';
import { ref } from './step.ts';

export function drawGroup(world: DraftWorld, vpc: DraftVpc): void {
  const { draft } = world;
  const name = draft.name('group');
  const input = { VpcId: ref(vpc.name), GroupName: name, Description: name };
  draft.call(regionOf(vpc), 'ec2:CreateSecurityGroup', input, { [name]: 'GroupId' });
  vpc.groups.push(name);
}

/** Once all VPCs are there: rules may name what is in another. */
export function drawRules(world: DraftWorld, vpc: DraftVpc): void {
  const { draft, random } = world;
  for (const group of vpc.groups) {
    if (random.maybe(0.6))
      drawRule(world, vpc, group, 'Ingress', { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] });
    for (let rules = random.count(0, 2); rules > 0; rules--) drawRule(world, vpc, group, 'Ingress');
    if (!random.maybe(0.07)) continue;
    const everything = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    draft.call(regionOf(vpc), 'ec2:RevokeSecurityGroupEgress', {
      GroupId: ref(group),
      IpPermissions: [everything],
    });
    for (let rules = random.count(1, 2); rules > 0; rules--) drawRule(world, vpc, group, 'Egress');
  }
}

function drawRule(
  world: DraftWorld,
  vpc: DraftVpc,
  group: string,
  direction: 'Ingress' | 'Egress',
  given?: Record<string, unknown>,
) {
  const { draft, changes } = world;
  const where = regionOf(vpc);
  const permission = given ?? { ...drawFlow(world), ...drawPeer(world, vpc) };
  const input = { GroupId: ref(group), IpPermissions: [permission] };
  draft.call(where, `ec2:AuthorizeSecurityGroup${direction}`, input);
  changes.push(
    () => draft.call(where, `ec2:RevokeSecurityGroup${direction}`, input),
    () => drawRule(world, vpc, group, direction),
  );
}

function drawFlow({ random }: DraftWorld): Record<string, unknown> {
  return random.choose([
    { IpProtocol: '-1' },
    { IpProtocol: '-1' },
    { IpProtocol: 'tcp', FromPort: 80, ToPort: 80 },
    { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 },
    { IpProtocol: 'tcp', FromPort: 0, ToPort: 65535 },
    { IpProtocol: 'udp', FromPort: 53, ToPort: 80 },
    { IpProtocol: 'icmp', FromPort: -1, ToPort: -1 },
    { IpProtocol: 'icmp', FromPort: 8, ToPort: -1 },
  ]);
}

function drawPeer(world: DraftWorld, vpc: DraftVpc): Record<string, unknown> {
  const { random, vpcs, prefixLists } = world;
  const lists = prefixLists.filter(({ account, region }) => account === vpc.account && region === vpc.region);
  const kind = random.next();
  if (kind < 0.25) {
    const [group, owner] = random.maybe(0.7)
      ? [random.choose(vpc.groups), vpc]
      : (({ groups, account }) => [random.choose(groups), { account }] as const)(random.choose(vpcs));
    return { UserIdGroupPairs: [{ GroupId: ref(group), UserId: owner.account }] };
  }
  if (kind < 0.4 && lists.length > 0)
    return { PrefixListIds: [{ PrefixListId: ref(random.choose(lists).name) }] };
  if (kind < 0.45) return { PrefixListIds: [{ PrefixListId: 'pl-63a5400a' }] };
  return { IpRanges: [{ CidrIp: random.choose(knownRanges(world)) }] };
}

export function drawPrefixList(world: DraftWorld, vpc: DraftVpc): void {
  const { draft, random, prefixLists, changes } = world;
  const where = regionOf(vpc);
  const name = draft.name('list');
  const draw = () =>
    [...new Set([1, 2].map(() => random.choose(knownRanges(world))))].map((Cidr) => ({ Cidr }));
  const version = `${name}_version`;
  const input = { PrefixListName: name, AddressFamily: 'IPv4', MaxEntries: 5, Entries: draw() };
  draft.call(where, 'ec2:CreateManagedPrefixList', input, { [name]: 'PrefixList.PrefixListId' });
  prefixLists.push({ name, ...where });
  changes.push(() => {
    const ids = { PrefixListIds: [ref(name)] };
    draft.call(where, 'ec2:DescribeManagedPrefixLists', ids, { [version]: 'PrefixLists.0.Version' });
    const entries = random.maybe(0.5)
      ? { AddEntries: draw() }
      : { RemoveEntries: input.Entries.slice(0, 1).map(({ Cidr }) => ({ Cidr })) };
    draft.call(where, 'ec2:ModifyManagedPrefixList', {
      PrefixListId: ref(name),
      CurrentVersion: ref(version),
      ...entries,
    });
  });
}
