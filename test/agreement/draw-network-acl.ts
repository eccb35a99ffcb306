// Network ACLs: a few entries that allow and deny, on some of the subnets, and the port range that answers need or not.

import { type DraftVpc, type DraftWorld, knownRanges, regionOf } from './draft-world.ts';
import { ref } from './step.ts';

/** Once all subnets of the VPC are there, and before any has another ACL. */
export function drawNetworkAcl(world: DraftWorld, vpc: DraftVpc): void {
  const { draft, random, changes } = world;
  const where = regionOf(vpc);
  const name = draft.name('acl');
  draft.call(where, 'ec2:CreateNetworkAcl', { VpcId: ref(vpc.name) }, { [name]: 'NetworkAcl.NetworkAclId' });
  for (const isEgress of [false, true]) drawEntries(world, vpc, name, isEgress);
  for (const index of vpc.subnets.keys()) {
    if (!random.maybe(0.6)) continue;
    const association = draft.name('acl_association');
    const Filters = [
      { Name: 'vpc-id', Values: [ref(vpc.name)] },
      { Name: 'default', Values: ['true'] },
    ];
    // Those that are still the default's, in the order of the subnets.
    const path = `NetworkAcls.0.Associations.${random.maybe(0.8) ? 0 : index}.NetworkAclAssociationId`;
    draft.call(
      where,
      'ec2:DescribeNetworkAcls',
      { Filters },
      { [association]: path, [`${name}_default`]: 'NetworkAcls.0.NetworkAclId' },
    );
    const replace = (acl: string, from: string, to: string) => {
      const input = { NetworkAclId: ref(acl), AssociationId: ref(from) };
      draft.call(where, 'ec2:ReplaceNetworkAclAssociation', input, { [to]: 'NewAssociationId' });
    };
    replace(name, association, `${association}_own`);
    changes.push(() => replace(`${name}_default`, `${association}_own`, `${association}_back`));
  }
}

function drawEntries(world: DraftWorld, vpc: DraftVpc, acl: string, isEgress: boolean): void {
  const { draft, random, changes } = world;
  const where = regionOf(vpc);
  const key = (RuleNumber: number) => ({ NetworkAclId: ref(acl), RuleNumber, Egress: isEgress });
  for (let number = random.count(0, 3); number > 0; number--) {
    const entry = key(number * 10);
    draft.call(where, 'ec2:CreateNetworkAclEntry', { ...entry, ...drawEntry(world) });
    changes.push(
      () => draft.call(where, 'ec2:DeleteNetworkAclEntry', entry),
      () => draft.call(where, 'ec2:ReplaceNetworkAclEntry', { ...entry, ...drawEntry(world) }),
    );
  }
  if (random.maybe(0.85)) {
    const everything = { Protocol: '-1', RuleAction: 'allow', CidrBlock: '0.0.0.0/0' };
    draft.call(where, 'ec2:CreateNetworkAclEntry', { ...key(100), ...everything });
  }
}

function drawEntry(world: DraftWorld): Record<string, unknown> {
  const { random } = world;
  const RuleAction = random.maybe(0.6) ? 'deny' : 'allow';
  const CidrBlock = random.maybe(0.4) ? '0.0.0.0/0' : random.choose(knownRanges(world));
  const flow = random.choose([
    { Protocol: '-1' },
    { Protocol: '6', PortRange: { From: 80, To: 80 } },
    { Protocol: '6', PortRange: { From: 443, To: 443 } },
    { Protocol: '6', PortRange: { From: 1024, To: 65535 } },
    { Protocol: '6', PortRange: { From: 32768, To: 60999 } },
    { Protocol: '6', PortRange: { From: 0, To: 65535 } },
    { Protocol: '17', PortRange: { From: 53, To: 80 } },
    { Protocol: '1', IcmpTypeCode: { Type: -1, Code: -1 } },
    { Protocol: '1', IcmpTypeCode: { Type: 0, Code: -1 } },
  ]);
  return { ...flow, RuleAction, CidrBlock };
}
