// What CreateNetworkInsightsPath is given: both ends by id or by ARN, addresses, ports, and filters that say the same more narrowly.

import type { CreateNetworkInsightsPathRequest, PathRequestFilter } from '@aws-sdk/client-ec2';
import {
  type NetworkInsightsPath,
  type PathEnd,
  type PathFilter,
  type PortRange,
  pathEndKindOf,
  pathEndKinds,
} from '../../cloud/network-insights.ts';
import { findOrganizationOf } from '../../cloud/organization.ts';
import type { Owned } from '../../cloud/vpc.ts';
import { arnOf, parseArn } from '../../lib/arn.ts';
import { type Ipv4, parseAddress } from '../../lib/cidr.ts';
import { findResource } from '../access/ec2-resource.ts';
import type { OperationContext } from '../operation.ts';
import { notBuilt } from '../parameters.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  networkInsightsEndNotFound,
} from './errors.ts';

type ReadPath = Omit<NetworkInsightsPath, keyof Owned | 'networkInsightsPathId' | 'createdDate'>;
type End = 'source' | 'destination';

export function readPath(context: OperationContext, input: CreateNetworkInsightsPathRequest): ReadPath {
  const { Source, Destination, DestinationPort: destinationPort } = input;
  const protocol = readProtocol(input.Protocol);
  if (!Source) throw missingParameter('Source');
  refuseTwice(input);
  const source = readEnd(context, 'source', Source);
  const destination = Destination ? readEnd(context, 'destination', Destination) : undefined;
  const sourceIp = readAddress('sourceIp', input.SourceIp);
  const destinationIp = readAddress('destinationIp', input.DestinationIp);
  if (destinationPort !== undefined) checkPort('destinationPort', destinationPort);
  const filterAtSource = readFilter('filterAtSource', input.FilterAtSource);
  const filterAtDestination = readFilter('filterAtDestination', input.FilterAtDestination);
  // AWS: without a resource it is an address that is meant.
  if (!destination && !destinationIp && !filterAtSource?.destinationAddress)
    throw missingParameter('Destination');
  return {
    ...{ source, protocol },
    ...(destination ? { destination } : {}),
    ...(sourceIp ? { sourceIp } : {}),
    ...(destinationIp ? { destinationIp } : {}),
    ...(destinationPort === undefined ? {} : { destinationPort }),
    ...(filterAtSource ? { filterAtSource } : {}),
    ...(filterAtDestination ? { filterAtDestination } : {}),
  };
}

function readProtocol(protocol: string | undefined): 'tcp' | 'udp' {
  if (!protocol) throw missingParameter('Protocol');
  // AWS: its own guide writes TCP.
  const name = protocol.toLowerCase();
  if (name === 'tcp' || name === 'udp') return name;
  throw invalidParameterValue(
    `Value (${protocol}) for parameter protocol is invalid. It must be tcp or udp.`,
  );
}

function refuseTwice(input: CreateNetworkInsightsPathRequest): void {
  const { FilterAtSource, FilterAtDestination, SourceIp, DestinationPort, DestinationIp } = input;
  if (FilterAtSource && (SourceIp !== undefined || DestinationPort !== undefined))
    throw invalidParameterCombination(
      'The parameter FilterAtSource cannot be used with the parameters SourceIp and DestinationPort',
    );
  if (FilterAtDestination && DestinationIp !== undefined)
    throw invalidParameterCombination(
      'The parameter FilterAtDestination cannot be used with the parameter DestinationIp',
    );
}

/** AWS: of another account by its ARN alone, and both accounts in one organization. */
function readEnd(context: OperationContext, end: End, text: string): PathEnd {
  const { accountId, region, cloud } = context;
  const arn = text.startsWith('arn:') ? parseArn(text) : undefined;
  if (text.startsWith('arn:') && arn?.service !== 'ec2') throw networkInsightsEndNotFound(end, text);
  if (arn && arn.region !== region)
    throw invalidParameterValue(
      `Value (${text}) for parameter ${end} is invalid. It must be in the region ${region}.`,
    );
  const resourceId = arn ? arn.resource.slice(arn.resource.indexOf('/') + 1) : text;
  const owner = arn?.accountId ?? accountId;
  const kind = pathEndKindOf(resourceId);
  if (!/^[a-z]+(-[a-z]+)*-[0-9a-f]+$/.test(resourceId)) throw networkInsightsEndNotFound(end, text);
  if (!kind || !pathEndKinds[kind][end])
    throw notBuilt(`a network insights path whose ${end} is ${resourceId}`);
  const isOne = owner === accountId || isInOrganization(context, owner);
  const found = isOne && findOwnerOf(context, resourceId, owner);
  if (!found) throw networkInsightsEndNotFound(end, text);
  const { type } = findResource(cloud, resourceId)!;
  return { resourceId, arn: arnOf('ec2', region, owner, `${type}/${resourceId}`) };
}

/** Also either side's of a peering, which has two owners. */
function findOwnerOf({ cloud, region }: OperationContext, id: string, accountId: string): boolean {
  const peering = cloud.vpcPeeringConnections.find(id);
  const owners = peering
    ? [peering.requester, peering.accepter]
    : [findResource(cloud, id)?.record].filter((record) => record !== undefined);
  return owners.some((owner) => owner.accountId === accountId && isInRegion(owner, region));
}

const isInRegion = (record: object, region: string) => !('region' in record) || record.region === region;

export function isInOrganization({ cloud, accountId }: OperationContext, other: string): boolean {
  return findOrganizationOf(cloud, accountId)?.members.some((member) => member.accountId === other) ?? false;
}

function readAddress(name: string, text: string | undefined): Ipv4 | undefined {
  if (text === undefined) return undefined;
  if (parseAddress(text) === undefined)
    throw invalidParameterValue(`Value (${text}) for parameter ${name} is invalid. Invalid IPv4 address.`);
  return text;
}

function checkPort(name: string, port: number): void {
  if (Number.isInteger(port) && 0 <= port && port <= 65535) return;
  throw invalidParameterValue(
    `Value (${port}) for parameter ${name} is invalid. It must be from 0 to 65535.`,
  );
}

function readFilter(name: string, filter: PathRequestFilter | undefined): PathFilter | undefined {
  if (!filter) return undefined;
  const sourceAddress = readAddress(`${name}.sourceAddress`, filter.SourceAddress);
  const destinationAddress = readAddress(`${name}.destinationAddress`, filter.DestinationAddress);
  const destinationPortRange = readRange(`${name}.destinationPortRange`, filter.DestinationPortRange);
  const sourcePorts = readRange(`${name}.sourcePortRange`, filter.SourcePortRange);
  // Which port a client takes is its own affair here: every one is as good as another.
  if (sourcePorts && (sourcePorts.from > 0 || sourcePorts.to < 65535))
    throw notBuilt(`source ports in the filters of CreateNetworkInsightsPath`);
  return {
    ...(sourceAddress ? { sourceAddress } : {}),
    ...(destinationAddress ? { destinationAddress } : {}),
    ...(destinationPortRange ? { destinationPortRange } : {}),
  };
}

function readRange(
  name: string,
  range: { FromPort?: number | undefined; ToPort?: number | undefined } | undefined,
): PortRange | undefined {
  if (!range) return undefined;
  const from = range.FromPort ?? 0;
  const to = range.ToPort ?? 65535;
  checkPort(`${name}.fromPort`, from);
  checkPort(`${name}.toPort`, to);
  if (from > to)
    throw invalidParameterValue(
      `Value (${from}-${to}) for parameter ${name} is invalid. From must not exceed to.`,
    );
  return { from, to };
}
