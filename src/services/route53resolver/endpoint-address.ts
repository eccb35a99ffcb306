// The addresses of a Resolver endpoint: in each subnet that was named an interface, which the service made for itself.

import { findFreeAddress, isAssignable, putNetworkInterface, usedAddresses } from '../../cloud/address.ts';
import type { SecurityGroupId, VpcId } from '../../cloud/id.ts';
import type { ResolverEndpoint, ResolverEndpointAddress } from '../../cloud/resolver-endpoint.ts';
import type { Subnet } from '../../cloud/vpc.ts';
import { type Ipv4, parseAddress } from '../../lib/cidr.ts';
import { requireMember, text } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { addressExists, addressOutside, invalidParameter, invalidRequest } from './errors.ts';

/** AWS's own account that holds these interfaces. */
const requesterId = '681922106146';

export const ipAddressMembers = { SubnetId: text, Ip: text };

export interface AddressRequest {
  SubnetId?: string;
  Ip?: string;
}

/** An address that has been checked and not yet been taken. */
export interface PlannedAddress {
  subnet: Subnet;
  privateIpAddress: Ipv4;
}

/**
 * Checks every subnet and finds its address. Writes nothing.
 * @param vpcId absent: the first subnet says which it is
 */
export function planAddresses(
  context: JsonContext,
  requests: AddressRequest[],
  vpcId?: VpcId,
): PlannedAddress[] {
  const subnets = requests.map(({ SubnetId }) => getSubnet(context, requireMember('subnetId', SubnetId)));
  const inVpc = vpcId ?? subnets[0]?.vpcId;
  const stranger = subnets.find((subnet) => subnet.vpcId !== inVpc);
  if (stranger)
    throw invalidRequest(
      `The subnet "${stranger.subnetId}" is not in the same VPC as the others: "${inVpc}".`,
    );
  // ORDER: those that are asked for by name come first, so that none of them is given to another.
  const taken = new Set<Ipv4>();
  for (const [index, { Ip }] of requests.entries()) {
    if (Ip === undefined) continue;
    checkAddress(context, subnets[index]!, Ip);
    if (taken.has(Ip)) throw addressExists(Ip);
    taken.add(Ip);
  }
  return requests.map(({ Ip }, index) => {
    const subnet = subnets[index]!;
    const privateIpAddress = Ip ?? findFreeAddress(context.cloud, subnet, taken);
    if (privateIpAddress === undefined)
      throw invalidRequest(`There is no free IP address in the subnet "${subnet.subnetId}".`);
    taken.add(privateIpAddress);
    return { subnet, privateIpAddress };
  });
}

/** Takes the address: its interface is made. AWS names it after the endpoint and the address' own id. */
export function putAddress(
  context: JsonContext,
  owner: { resolverEndpointId: ResolverEndpoint['resolverEndpointId']; groupIds: SecurityGroupId[] },
  { subnet, privateIpAddress }: PlannedAddress,
): ResolverEndpointAddress {
  const ipId = context.newId('rni');
  const creationTime = context.now.toISOString();
  const { networkInterfaceId } = putNetworkInterface(context.cloud, context.newId, subnet, {
    accountId: context.accountId,
    description: `Route 53 Resolver: ${owner.resolverEndpointId}:${ipId}`,
    privateIpAddress,
    groupIds: owner.groupIds,
    interfaceType: 'interface',
    requesterManaged: true,
    requesterId,
    attachment: {
      attachmentId: context.newId('ela-attach'),
      instanceOwnerId: 'amazon-aws',
      deviceIndex: 1,
      attachTime: creationTime,
      deleteOnTermination: false,
    },
  });
  return { ipId, subnetId: subnet.subnetId, networkInterfaceId, creationTime };
}

export function dropAddress(
  { cloud }: JsonContext,
  { networkInterfaceId }: Pick<ResolverEndpointAddress, 'networkInterfaceId'>,
): void {
  cloud.networkInterfaces.delete(networkInterfaceId);
  cloud.tagSets.delete(networkInterfaceId);
}

function getSubnet({ cloud, accountId, region }: JsonContext, subnetId: string): Subnet {
  const subnet = cloud.subnets.find(subnetId);
  if (subnet?.accountId === accountId && subnet.region === region) return subnet;
  throw invalidParameter('SubnetId', `The subnet ID '${subnetId}' does not exist`);
}

function checkAddress({ cloud }: JsonContext, subnet: Subnet, ip: string): void {
  if (parseAddress(ip) === undefined) throw invalidParameter('Ip', `Invalid IP address: "${ip}"`);
  if (!isAssignable(subnet, ip)) throw addressOutside(ip);
  if (usedAddresses(cloud, subnet).has(ip)) throw addressExists(ip);
}
