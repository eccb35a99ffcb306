// What the members of a matrix are called: a person writes names into a file and reads ids off the machine, and both mean the same.

import type { Cloud } from './cloud/cloud.ts';
import type { VpcId } from './cloud/id.ts';
import type { MatrixMember } from './network/matrix.ts';
import type { Network } from './network/network.ts';

export interface MemberName {
  id: string;
  kind: MatrixMember['kind'];
  /** The shortest of its names that means nobody else. */
  label: string;
  /** Its id, its Name tag, its VPC's name and its own; of a host its site's name and its own. Others may have the same. */
  names: string[];
  address?: string;
  vpcId?: VpcId;
  vpcName?: string;
  accountId?: string;
}

/** In the order of their VPCs, those of sites last; in a VPC by name. */
export function nameMembers(
  cloud: Cloud,
  network: Network,
  members: MatrixMember[],
): { member: MatrixMember; name: MemberName }[] {
  const hosts = new Map<string, string>(
    cloud.sites
      .all()
      .flatMap((site) => site.hosts.map(({ hostId, name }) => [hostId, `${site.name}/${name}`])),
  );
  const named = members.map((member) => {
    const { id, vpcId } = member;
    const own = nameTagOf(cloud, id);
    const host = hosts.get(id);
    const names = [own, own && vpcId && `${nameVpc(cloud, vpcId)}/${own}`, host, id];
    return { member, names: names.filter((name) => name !== undefined) };
  });
  const bearers = new Map<string, number>();
  for (const { names } of named) for (const name of names) bearers.set(name, (bearers.get(name) ?? 0) + 1);
  const isItsOwn = (name: string) => bearers.get(name) === 1;
  return named
    .map(({ member, names }) => ({
      member,
      name: { ...describe(cloud, network, member), names, label: names.find(isItsOwn) ?? member.id },
    }))
    .toSorted((left, right) => compareText(sortKey(left.name), sortKey(right.name)));
}

function describe(cloud: Cloud, network: Network, { id, kind, vpcId, address }: MatrixMember) {
  const where = address === undefined ? {} : { address };
  if (vpcId === undefined) return { id, kind, ...where };
  const { accountId } = network.vpcs.get(vpcId)!;
  return { id, kind, ...where, vpcId, vpcName: nameVpc(cloud, vpcId), accountId };
}

const kindOrder = { instance: 0, endpoint: 1, host: 2 };
const sortKey = ({ kind, vpcId, vpcName, label }: MemberName) =>
  [vpcId ? '0' : '1', vpcName, vpcId, kindOrder[kind], label].join('\n');

const compareText = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);

const nameVpc = (cloud: Cloud, vpcId: VpcId) => nameTagOf(cloud, vpcId) ?? vpcId;

/** `*` is nobody's name: it means all. */
export function nameTagOf(cloud: Cloud, id: string): string | undefined {
  const name = cloud.tagSets.find(id)?.tags.Name;
  return name === '' || name === '*' ? undefined : name;
}

/** By id or Name tag, which several may have. */
export function findVpcIds(cloud: Cloud, text: string): VpcId[] {
  return cloud.vpcs
    .where(({ vpcId }) => vpcId === text || nameTagOf(cloud, vpcId) === text)
    .map(({ vpcId }) => vpcId);
}
