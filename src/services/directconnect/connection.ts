// Locations and the lines from them: each site of the cloud is a location, and a line is there as long as its site is.

import {
  type DirectConnectConnection,
  findSiteOfConnection,
  listLocations,
} from '../../cloud/direct-connect.ts';
import { findArnTags, putArnTags } from '../arn-tag.ts';
import { flag, type Input, readInput, text } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { notBuilt } from '../parameters.ts';
import { clientError } from './errors.ts';
import { paging, readTags, required, requireName, showPage, tagList } from './input.ts';
import { connectionArn, getConnection, listConnections, listVirtualInterfaces } from './resource.ts';
import { showTags } from './tag.ts';

const base36 = '0123456789abcdefghijklmnopqrstuvwxyz';
/** AWS: what a port of one's own can have. Slower ones are partners' to give. */
const bandwidths = ['1Gbps', '10Gbps', '100Gbps', '400Gbps'];
const portSpeeds = ['1G', '10G', '100G', '400G'];
const hostedBandwidths = /^(50|100|200|300|400|500)Mbps$|^(2|5|25)Gbps$/;

export function describeLocations(input: Input, { cloud, region }: JsonContext): object {
  readInput('directconnect:DescribeLocations', input, {});
  const locations = listLocations(cloud).map(({ name }) => ({
    locationCode: name,
    locationName: `Site ${name}`,
    region,
    availablePortSpeeds: portSpeeds,
    availableProviders: [],
    availableMacSecPortSpeeds: [],
  }));
  return { locations };
}

export function createConnection(input: Input, context: JsonContext): object {
  const wanted = readInput('directconnect:CreateConnection', input, {
    ...{ location: text, bandwidth: text, connectionName: text, providerName: text },
    ...{ requestMACSec: flag, tags: tagList },
  });
  const connectionName = requireName('connectionName', wanted.connectionName);
  const bandwidth = checkBandwidth(required('bandwidth', wanted.bandwidth));
  const location = required('location', wanted.location);
  const site = listLocations(context.cloud).find(({ name }) => name === location);
  if (!site) throw clientError(`Location ${location} is invalid.`);
  if (wanted.requestMACSec) throw notBuilt('MAC Security of connections');
  const tags = readTags(wanted.tags);

  const { accountId, region, cloud } = context;
  const connection = cloud.directConnectConnections.put({
    ...{ connectionId: `dxcon-${context.randomText(8, base36)}`, accountId, region },
    ...{ connectionName, location, siteId: site.siteId, bandwidth },
    ...(wanted.providerName !== undefined && { providerName: wanted.providerName }),
  });
  putArnTags(context, connectionArn(context, connection.connectionId), tags);
  return showConnection(connection, context);
}

export function describeConnections(input: Input, context: JsonContext): object {
  const about = { connectionId: text, ...paging };
  const { connectionId, ...wanted } = readInput('directconnect:DescribeConnections', input, about);
  const selected =
    connectionId === undefined ? listConnections(context) : [getConnection(context, connectionId)];
  const { page, rest } = showPage(selected, wanted, (one) => one.connectionId);
  return { connections: page.map((connection) => showConnection(connection, context)), ...rest };
}

export function updateConnection(input: Input, context: JsonContext): object {
  const about = { connectionId: text, connectionName: text, encryptionMode: text };
  const wanted = readInput('directconnect:UpdateConnection', input, about);
  const connection = getConnection(context, required('connectionId', wanted.connectionId));
  if (wanted.encryptionMode !== undefined) throw notBuilt('MAC Security of connections');
  const connectionName = requireName('connectionName', wanted.connectionName);
  return showConnection(
    context.cloud.directConnectConnections.put({ ...connection, connectionName }),
    context,
  );
}

/** AWS: virtual interfaces must go first. */
export function deleteConnection(input: Input, context: JsonContext): object {
  const wanted = readInput('directconnect:DeleteConnection', input, { connectionId: text });
  const connection = getConnection(context, required('connectionId', wanted.connectionId));
  const { connectionId } = connection;
  if (listVirtualInterfaces(context).some((one) => one.connectionId === connectionId))
    throw clientError(`Connection ${connectionId} has virtual interfaces. Delete them first.`);
  const shown = showConnection(connection, context);
  putArnTags(context, connectionArn(context, connectionId), {});
  context.cloud.directConnectConnections.delete(connectionId);
  return { ...shown, connectionState: 'deleted' };
}

export function showConnection(connection: DirectConnectConnection, context: JsonContext): object {
  const { connectionId, providerName } = connection;
  const arn = connectionArn(connection, connectionId);
  return {
    ownerAccount: connection.accountId,
    connectionId,
    connectionName: connection.connectionName,
    connectionState: stateOf(connection, context),
    region: connection.region,
    location: connection.location,
    bandwidth: connection.bandwidth,
    ...(providerName !== undefined && { providerName }),
    jumboFrameCapable: true,
    awsDeviceV2: awsDevice(connection),
    awsLogicalDeviceId: awsDevice(connection),
    hasLogicalRedundancy: 'no',
    macSecCapable: false,
    ...showTags(findArnTags(context.cloud, arn)),
  };
}

/** The router on AWS's side. */
export function awsDevice({ location }: DirectConnectConnection): string {
  return `${location}-1`;
}

function stateOf(connection: DirectConnectConnection, { cloud, world }: JsonContext): string {
  const site = findSiteOfConnection(cloud, connection);
  if (!site) return 'down';
  return world.isApplied(site.siteId, connection.generation) ? 'available' : 'pending';
}

function checkBandwidth(bandwidth: string): string {
  if (bandwidths.includes(bandwidth)) return bandwidth;
  if (hostedBandwidths.test(bandwidth)) throw notBuilt(`hosted connections, as those of ${bandwidth}`);
  throw clientError(`Bandwidth ${bandwidth} is invalid. Use one of ${bandwidths.join(', ')}.`);
}
