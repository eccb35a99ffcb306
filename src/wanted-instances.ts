// Cloud and network → what the sandbox runtime is asked for: every instance and every host of a site by name, for those
// not named lose their disks.

import type { Cloud } from './cloud/cloud.ts';
import { dhcpAnswer, hostDomain, noDhcpOptions } from './cloud/dhcp-options.ts';
import type { SandboxId } from './cloud/id.ts';
import type { Instance } from './cloud/instance.ts';
import { privateDomain, privateHostName } from './cloud/private-name.ts';
import { homeRegion } from './cloud/service-name.ts';
import { type Site, type SiteHost, siteDomain, siteRouterAddresses } from './cloud/site.ts';
import type { WantedInstance } from './instances/wanted-instance.ts';
import { namespaceName, namespacePath, userNamespacePath } from './linux/link-name.ts';
import type { CloudMark } from './linux/namespace-state.ts';
import { linkLocalResolver } from './network/compile.ts';
import type { Network } from './network/network.ts';

export interface InstanceSurroundings {
  mark: CloudMark;
  /** What all instances trust besides the world's authorities, as PEM. */
  certificateAuthority: string;
  /** Whether the sandbox of an instance runs: one whose wire is in trouble is left alone, a new one waits for its wire. */
  isAlive: (instanceId: SandboxId) => boolean;
  /** Whether the kernel has what the VPC was as of that generation: before, an instance has no place to start in. */
  isApplied: (routerId: string, generation: number) => boolean;
}

export function listWantedInstances(
  cloud: Cloud,
  network: Network,
  surroundings: InstanceSurroundings,
): WantedInstance[] {
  const instances = [...cloud.instances.all()].map((instance) => {
    const wanted = wantInstance(cloud, network, surroundings, instance);
    const isAlive = surroundings.isAlive(instance.instanceId);
    const hasPlace =
      hasWire(network, instance) && surroundings.isApplied(instance.vpcId, instance.generation);
    if (wanted.desiredState !== 'running' || hasPlace || isAlive) return wanted;
    return { ...wanted, desiredState: 'stopped' as const };
  });
  const hosts = [...cloud.sites.all()].flatMap((site) => {
    const hasPlace = surroundings.isApplied(site.siteId, site.generation);
    return site.hosts.map((host) => {
      const wanted = wantHost(surroundings, site, host);
      return hasPlace || surroundings.isAlive(host.hostId)
        ? wanted
        : { ...wanted, desiredState: 'stopped' as const };
    });
  });
  return [...instances, ...hosts];
}

/** Somebody in a site is a machine like an instance, without AWS around it: no metadata service, no role, no user data. */
function wantHost(
  { mark, certificateAuthority }: InstanceSurroundings,
  site: Site,
  { hostId, name, bootNumber }: SiteHost,
): WantedInstance {
  const namespace = namespaceName(mark, hostId);
  const domain = siteDomain(site);
  return {
    ...{ instanceId: hostId, desiredState: 'running', bootNumber, hostname: name, domain },
    region: homeRegion,
    dhcp: { searchDomains: [domain], nameServers: [siteRouterAddresses(site)[0]!], configurations: [] },
    networkNamespacePath: namespacePath(namespace),
    userNamespacePath: userNamespacePath(namespace),
    certificateAuthority,
    // The tools would look for credentials there first, and wait.
    environment: { AWS_EC2_METADATA_DISABLED: 'true' },
  };
}

function wantInstance(
  cloud: Cloud,
  network: Network,
  { mark, certificateAuthority }: InstanceSurroundings,
  instance: Instance,
): WantedInstance {
  const { instanceId, desiredState, bootNumber, region, userData } = instance;
  const address = cloud.networkInterfaces.find(instance.networkInterfaceIds[0] ?? '')?.privateIpAddress;
  const name = namespaceName(mark, instanceId);
  const vpc = cloud.vpcs.find(instance.vpcId);
  const resolver = network.vpcs.get(instance.vpcId)?.resolver.addresses[0] ?? linkLocalResolver;
  return {
    ...{ instanceId, desiredState, bootNumber, region },
    hostname: address ? privateHostName(address) : instanceId,
    domain: vpc ? hostDomain(cloud, vpc) : privateDomain(region),
    dhcp: dhcpAnswer(cloud, vpc ?? { dhcpOptionsId: noDhcpOptions, region }, resolver),
    networkNamespacePath: namespacePath(name),
    userNamespacePath: userNamespacePath(name),
    certificateAuthority,
    ...(userData === undefined ? {} : { userData }),
  };
}

function hasWire(network: Network, { instanceId, vpcId }: Instance): boolean {
  const interfaces = network.vpcs.get(vpcId)?.interfaces ?? [];
  return interfaces.some(({ behind }) => behind.kind === 'instance' && behind.instanceId === instanceId);
}
