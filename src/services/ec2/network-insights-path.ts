// Paths for the Reachability Analyzer: from where to where, by which protocol. Nothing is asked yet; that is an analysis.

import type {
  CreateNetworkInsightsPathRequest,
  CreateNetworkInsightsPathResult,
  DeleteNetworkInsightsPathRequest,
  DeleteNetworkInsightsPathResult,
  DescribeNetworkInsightsPathsRequest,
  DescribeNetworkInsightsPathsResult,
  NetworkInsightsPath as NetworkInsightsPathShape,
  PathFilter as PathFilterShape,
} from '@aws-sdk/client-ec2';
import type { NetworkInsightsPath, PathFilter, PortRange } from '../../cloud/network-insights.ts';
import { arnOf } from '../../lib/arn.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { analysisExists, checkId, networkInsightsPathNotFound, requireParameter } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { idempotent } from './idempotency.ts';
import { readPath } from './network-insights-path-parameter.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';

const resourceType = 'network-insights-path';
export const insightsLimits = { minimum: 1, maximum: 100 };

export function createNetworkInsightsPath(
  input: CreateNetworkInsightsPathRequest,
  context: OperationContext,
): CreateNetworkInsightsPathResult {
  acceptParameters(
    ...(['CreateNetworkInsightsPath', input, 'Source', 'Destination', 'SourceIp', 'DestinationIp'] as const),
    ...(['Protocol', 'DestinationPort', 'FilterAtSource', 'FilterAtDestination'] as const),
    'TagSpecifications',
  );
  const create = () => {
    const path = readPath(context, input);
    const tags = tagsFromSpecifications(input.TagSpecifications, resourceType);
    const { accountId, region } = context;
    const networkInsightsPathId = context.newId('nip');
    context.cloud.networkInsightsPaths.put({
      ...{ networkInsightsPathId, accountId, region, createdDate: context.now.toISOString() },
      ...path,
    });
    putTags(context, networkInsightsPathId, resourceType, tags);
    return [networkInsightsPathId];
  };
  return idempotent(context, 'CreateNetworkInsightsPath', input.ClientToken, input, create, ([id]) => ({
    NetworkInsightsPath: showPath(context, getNetworkInsightsPath(context, id!)),
  }));
}

const portRange = (range: PortRange | undefined) => range && `${range.from}-${range.to}`;

const fields: FilterFields<NetworkInsightsPath> = {
  source: ({ source }) => [source.resourceId, source.arn],
  destination: ({ destination }) => destination && [destination.resourceId, destination.arn],
  protocol: ({ protocol }) => protocol,
  'filter-at-source.source-address': (path) => path.filterAtSource?.sourceAddress,
  'filter-at-source.source-port-range': () => undefined,
  'filter-at-source.destination-address': (path) => path.filterAtSource?.destinationAddress,
  'filter-at-source.destination-port-range': (path) => portRange(path.filterAtSource?.destinationPortRange),
  'filter-at-destination.source-address': (path) => path.filterAtDestination?.sourceAddress,
  'filter-at-destination.source-port-range': () => undefined,
  'filter-at-destination.destination-address': (path) => path.filterAtDestination?.destinationAddress,
  'filter-at-destination.destination-port-range': (path) =>
    portRange(path.filterAtDestination?.destinationPortRange),
};

export function describeNetworkInsightsPaths(
  input: DescribeNetworkInsightsPathsRequest,
  context: OperationContext,
): DescribeNetworkInsightsPathsResult {
  const names = ['NetworkInsightsPathIds', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('DescribeNetworkInsightsPaths', input, ...names);
  const { NetworkInsightsPathIds: ids } = input;
  refuseIdsWithMaxResults('NetworkInsightsPathIds', ids, input.MaxResults);
  const { networkInsightsPaths } = context.cloud;
  const selected = selectOwn(
    ...([context, ids, (id: string) => getNetworkInsightsPath(context, id)] as const),
    () => networkInsightsPaths.all(),
  );
  const tagsOf = (path: NetworkInsightsPath) => findTags(context.cloud, path.networkInsightsPathId);
  const matching = applyFilters(selected, input.Filters, fields, tagsOf);
  const { page, nextToken } = paginate(matching, input, insightsLimits, (path) => path.networkInsightsPathId);
  return {
    NetworkInsightsPaths: page.map((path) => showPath(context, path)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

export function deleteNetworkInsightsPath(
  input: DeleteNetworkInsightsPathRequest,
  context: OperationContext,
): DeleteNetworkInsightsPathResult {
  acceptParameters('DeleteNetworkInsightsPath', input, 'NetworkInsightsPathId');
  const { cloud } = context;
  const id = requireParameter('NetworkInsightsPathId', input.NetworkInsightsPathId);
  const { networkInsightsPathId } = getNetworkInsightsPath(context, id);
  const isAnalyzed = cloud.networkInsightsAnalyses
    .all()
    .some((analysis) => analysis.networkInsightsPathId === networkInsightsPathId);
  if (isAnalyzed) throw analysisExists(networkInsightsPathId);
  cloud.networkInsightsPaths.delete(networkInsightsPathId);
  dropTags(cloud, networkInsightsPathId);
  return { NetworkInsightsPathId: networkInsightsPathId };
}

export function getNetworkInsightsPath(context: OperationContext, id: string): NetworkInsightsPath {
  checkId('nip', id, 'InvalidNetworkInsightsPathId.Malformed');
  const path = findOwn(context, context.cloud.networkInsightsPaths.find(id));
  if (!path) throw networkInsightsPathNotFound(id);
  return path;
}

function showPath({ cloud }: OperationContext, path: NetworkInsightsPath): NetworkInsightsPathShape {
  const { networkInsightsPathId, accountId, region, source, destination, sourceIp, destinationIp } = path;
  const { filterAtSource, filterAtDestination, destinationPort } = path;
  return {
    NetworkInsightsPathId: networkInsightsPathId,
    NetworkInsightsPathArn: arnOf('ec2', region, accountId, `${resourceType}/${networkInsightsPathId}`),
    CreatedDate: new Date(path.createdDate),
    Source: source.resourceId,
    SourceArn: source.arn,
    ...(destination ? { Destination: destination.resourceId, DestinationArn: destination.arn } : {}),
    ...(sourceIp ? { SourceIp: sourceIp } : {}),
    ...(destinationIp ? { DestinationIp: destinationIp } : {}),
    Protocol: path.protocol,
    ...(destinationPort === undefined ? {} : { DestinationPort: destinationPort }),
    ...(filterAtSource ? { FilterAtSource: showFilter(filterAtSource) } : {}),
    ...(filterAtDestination ? { FilterAtDestination: showFilter(filterAtDestination) } : {}),
    Tags: showTags(cloud, networkInsightsPathId),
  };
}

function showFilter({
  sourceAddress,
  destinationAddress,
  destinationPortRange,
}: PathFilter): PathFilterShape {
  return {
    ...(sourceAddress ? { SourceAddress: sourceAddress } : {}),
    ...(destinationAddress ? { DestinationAddress: destinationAddress } : {}),
    ...(destinationPortRange
      ? { DestinationPortRange: { FromPort: destinationPortRange.from, ToPort: destinationPortRange.to } }
      : {}),
  };
}
