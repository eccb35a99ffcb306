// What an instance may read about itself, as the tree that paths below /latest walk: folders list what is in them, leaves are
// text. AWS: a folder is listed with a slash, except at the top.

import type { Cloud } from '../cloud/cloud.ts';
import { hostDomain } from '../cloud/dhcp-options.ts';
import { type Instance, metadataOptionsOf, type NetworkInterface } from '../cloud/instance.ts';
import { privateHostName } from '../cloud/private-name.ts';
import { findPublicAddress } from '../cloud/public-address.ts';
import { publicDnsName } from '../cloud/public-name.ts';

export interface Folder {
  [name: string]: Folder | Leaf;
}
/** Functions are for what costs something to make. Undefined and empty folders are left out of lists and not found. */
type Leaf = string | Buffer | (() => string) | undefined;

/** The instance's role and what it is given for it. Absent members: as AWS answers with less. */
export interface InstanceRole {
  /** What `iam/info` says. */
  profileInfo: string;
  roleName?: string;
  /** What `iam/security-credentials/ROLE` says. */
  credentials?: () => string;
}

export function describeInstance(cloud: Cloud, instance: Instance, role: InstanceRole | undefined): Folder {
  const userData = instance.userData === undefined ? undefined : Buffer.from(instance.userData, 'base64');
  return {
    dynamic: { 'instance-identity': { document: () => describeIdentity(cloud, instance) } },
    'meta-data': describeMetadata(cloud, instance, role),
    'user-data': userData?.length ? userData : undefined,
  };
}

/** @param path without the version, such as `meta-data/placement/`; a slash at the end makes no difference */
export function findMetadata(root: Folder, path: string): string | Buffer | undefined {
  let found: Folder | Leaf = root;
  for (const name of path.split('/').filter(Boolean)) {
    if (!isFolder(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  if (!isFolder(found)) return typeof found === 'function' ? found() : found;
  const entries = Object.entries(found).filter(([, entry]) => isThere(entry));
  if (entries.length === 0) return undefined;
  const isTop = found === root;
  return entries.map(([name, entry]) => (isFolder(entry) && !isTop ? `${name}/` : name)).join('\n');
}

/** AWS: the same device twice; that of the image, and that of the root volume. */
const rootDevice = '/dev/xvda';

function describeMetadata(cloud: Cloud, instance: Instance, role: InstanceRole | undefined): Folder {
  const interfaces = instance.networkInterfaceIds.flatMap((id) => cloud.networkInterfaces.find(id) ?? []);
  const primary = interfaces[0]!;
  const { availabilityZone, availabilityZoneId, region, privateIpAddress } = primary;
  const hostname = localHostName(cloud, primary);
  const macs = interfaces.map((networkInterface) => [
    networkInterface.macAddress,
    describeInterface(cloud, networkInterface),
  ]);
  return {
    'ami-id': instance.imageId,
    'ami-launch-index': String(instance.amiLaunchIndex),
    'ami-manifest-path': '(unknown)',
    'block-device-mapping': { ami: rootDevice, root: rootDevice },
    // AWS: nothing is planned, and nothing was.
    events: { maintenance: { history: '[]', scheduled: '[]' } },
    hostname,
    iam: role && describeRole(role),
    'identity-credentials': { ec2: { info: describeOwner(instance) } },
    'instance-action': 'none',
    'instance-id': instance.instanceId,
    'instance-life-cycle': 'on-demand',
    'instance-type': instance.instanceType,
    'local-hostname': hostname,
    'local-ipv4': privateIpAddress,
    mac: primary.macAddress,
    network: { interfaces: { macs: Object.fromEntries(macs) } },
    placement: {
      'availability-zone': availabilityZone,
      'availability-zone-id': availabilityZoneId,
      region,
    },
    profile: 'default-hvm',
    'public-hostname': findPublicName(cloud, primary),
    'public-ipv4': findPublicAddress(cloud, primary),
    'reservation-id': instance.reservationId,
    'security-groups': groupNames(cloud, primary),
    services: { domain: 'amazonaws.com', partition: 'aws' },
    system: 'nitro',
    tags: { instance: describeTags(cloud, instance) },
  };
}

/** AWS: with the domain of the VPC's DHCP options, as the host calls itself; the resolver may know it by another. */
function localHostName(cloud: Cloud, { privateIpAddress, vpcId }: NetworkInterface): string {
  return `${privateHostName(privateIpAddress)}.${hostDomain(cloud, cloud.vpcs.find(vpcId)!)}`;
}

/** Whose instance it is, in the layout of credentials. */
function describeOwner({ accountId, launchTime }: Instance): string {
  const owner = { Code: 'Success', LastUpdated: `${launchTime.slice(0, 19)}Z`, AccountId: accountId };
  return JSON.stringify(owner, undefined, 2).replaceAll('": ', '" : ');
}

function describeRole({ profileInfo, roleName, credentials }: InstanceRole): Folder {
  return {
    info: profileInfo,
    'security-credentials': roleName && credentials ? { [roleName]: credentials } : undefined,
  };
}

function describeInterface(cloud: Cloud, networkInterface: NetworkInterface): Folder {
  const { accountId, attachment, groupIds, macAddress, networkInterfaceId, privateIpAddress } =
    networkInterface;
  const publicIp = findPublicAddress(cloud, networkInterface);
  const blocks = cloud.vpcs
    .find(networkInterface.vpcId)!
    .cidrBlockAssociations.map(({ cidrBlock }) => cidrBlock);
  return {
    'device-number': String(attachment?.deviceIndex ?? 0),
    'interface-id': networkInterfaceId,
    'ipv4-associations': publicIp === undefined ? undefined : { [publicIp]: privateIpAddress },
    'local-hostname': localHostName(cloud, networkInterface),
    'local-ipv4s': privateIpAddress,
    mac: macAddress,
    'owner-id': accountId,
    'public-hostname': findPublicName(cloud, networkInterface),
    'public-ipv4s': publicIp,
    'security-group-ids': groupIds.join('\n'),
    'security-groups': groupNames(cloud, networkInterface),
    'subnet-id': networkInterface.subnetId,
    'subnet-ipv4-cidr-block': cloud.subnets.find(networkInterface.subnetId)!.cidrBlock,
    'vpc-id': networkInterface.vpcId,
    'vpc-ipv4-cidr-block': blocks[0],
    'vpc-ipv4-cidr-blocks': blocks.join('\n'),
  };
}

/** AWS: only where the VPC gives public names. */
function findPublicName(cloud: Cloud, networkInterface: NetworkInterface): string | undefined {
  const publicIp = findPublicAddress(cloud, networkInterface);
  const vpc = cloud.vpcs.find(networkInterface.vpcId)!;
  if (!publicIp || !vpc.enableDnsSupport || !vpc.enableDnsHostnames) return undefined;
  return publicDnsName(publicIp, networkInterface.region);
}

function groupNames(cloud: Cloud, { groupIds }: NetworkInterface): string {
  return groupIds.map((groupId) => cloud.securityGroups.find(groupId)?.groupName ?? groupId).join('\n');
}

function describeTags(cloud: Cloud, instance: Instance): Folder {
  if (metadataOptionsOf(instance).instanceMetadataTags !== 'enabled') return {};
  return { ...cloud.tagSets.find(instance.instanceId)?.tags };
}

/** AWS signs it as well; what would prove that to others (`signature`, `pkcs7`, `rsa2048`) is not here, as nobody could verify it. */
function describeIdentity(cloud: Cloud, instance: Instance): string {
  const primary = cloud.networkInterfaces.find(instance.networkInterfaceIds[0]!)!;
  const identity = {
    accountId: instance.accountId,
    architecture: 'x86_64',
    availabilityZone: primary.availabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: instance.imageId,
    instanceId: instance.instanceId,
    instanceType: instance.instanceType,
    kernelId: null,
    pendingTime: `${instance.launchTime.slice(0, 19)}Z`,
    privateIp: primary.privateIpAddress,
    ramdiskId: null,
    region: instance.region,
    version: '2017-09-30',
  };
  return JSON.stringify(identity, undefined, 2).replaceAll('": ', '" : ');
}

function isFolder(entry: Folder | Leaf): entry is Folder {
  return typeof entry === 'object' && !Buffer.isBuffer(entry);
}

function isThere(entry: Folder | Leaf): boolean {
  return isFolder(entry) ? Object.values(entry).some(isThere) : entry !== undefined;
}
