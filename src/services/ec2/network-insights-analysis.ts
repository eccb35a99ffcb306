// Analyses of the Reachability Analyzer. What is found is found when it is started, of the network as it is then, and stays.
// DIFFERS: network-insights AWS takes a while and says `running` until then; here the answer to the start has the result.

import type {
  DeleteNetworkInsightsAnalysisRequest,
  DeleteNetworkInsightsAnalysisResult,
  DescribeNetworkInsightsAnalysesRequest,
  DescribeNetworkInsightsAnalysesResult,
  Explanation,
  NetworkInsightsAnalysis as NetworkInsightsAnalysisShape,
  PathComponent,
  StartNetworkInsightsAnalysisRequest,
  StartNetworkInsightsAnalysisResult,
} from '@aws-sdk/client-ec2';
import type { NetworkInsightsAnalysis } from '../../cloud/network-insights.ts';
import { arnOf, parseArn } from '../../lib/arn.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import {
  checkId,
  invalidParameterValue,
  networkInsightsAnalysisNotFound,
  requireParameter,
} from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { idempotent } from './idempotency.ts';
import { getNetworkInsightsPath, insightsLimits } from './network-insights-path.ts';
import { isInOrganization } from './network-insights-path-parameter.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';

const resourceType = 'network-insights-analysis';

export function startNetworkInsightsAnalysis(
  input: StartNetworkInsightsAnalysisRequest,
  context: OperationContext,
): StartNetworkInsightsAnalysisResult {
  acceptParameters(
    ...(['StartNetworkInsightsAnalysis', input, 'NetworkInsightsPathId', 'AdditionalAccounts'] as const),
    ...(['FilterInArns', 'FilterOutArns', 'TagSpecifications'] as const),
  );
  const create = () => {
    const id = requireParameter('NetworkInsightsPathId', input.NetworkInsightsPathId);
    const path = getNetworkInsightsPath(context, id);
    const tags = tagsFromSpecifications(input.TagSpecifications, resourceType);
    const additionalAccounts = readAccounts(context, input.AdditionalAccounts);
    const filterInArns = readArns('filterInArn', input.FilterInArns);
    const filterOutArns = readArns('filterOutArn', input.FilterOutArns);
    const asked = { additionalAccounts, filterInArns, filterOutArns };
    // ORDER: before anything is written: the network is that of the cloud as it stands.
    const finding = context.world.analyzeReachability({ path, ...asked });
    const { accountId, region, now } = context;
    const networkInsightsAnalysisId = context.newId('nia');
    context.cloud.networkInsightsAnalyses.put({
      ...{ networkInsightsAnalysisId, networkInsightsPathId: path.networkInsightsPathId, accountId, region },
      ...{ startDate: now.toISOString(), ...asked, finding },
    });
    putTags(context, networkInsightsAnalysisId, resourceType, tags);
    return [networkInsightsAnalysisId];
  };
  return idempotent(context, 'StartNetworkInsightsAnalysis', input.ClientToken, input, create, ([id]) => ({
    NetworkInsightsAnalysis: showAnalysis(context, getNetworkInsightsAnalysis(context, id!)),
  }));
}

/** AWS: members of the caller's own organization. */
function readAccounts(context: OperationContext, accounts: string[] = []): string[] {
  for (const accountId of accounts)
    if (!isInOrganization(context, accountId))
      throw invalidParameterValue(
        `Value (${accountId}) for parameter additionalAccount is invalid. The account is not a member of your organization.`,
      );
  return accounts;
}

function readArns(name: string, arns: string[] = []): string[] {
  for (const arn of arns)
    if (!parseArn(arn))
      throw invalidParameterValue(`Value (${arn}) for parameter ${name} is invalid. Invalid ARN.`);
  return arns;
}

const fields: FilterFields<NetworkInsightsAnalysis> = {
  'path-found': ({ finding }) => (finding.status === 'succeeded' ? String(finding.pathFound) : undefined),
  status: ({ finding }) => finding.status,
};

export function describeNetworkInsightsAnalyses(
  input: DescribeNetworkInsightsAnalysesRequest,
  context: OperationContext,
): DescribeNetworkInsightsAnalysesResult {
  acceptParameters(
    ...(['DescribeNetworkInsightsAnalyses', input, 'NetworkInsightsAnalysisIds'] as const),
    ...(['NetworkInsightsPathId', 'AnalysisStartTime', 'AnalysisEndTime'] as const),
    ...(['Filters', 'MaxResults', 'NextToken'] as const),
  );
  const { NetworkInsightsAnalysisIds: ids, NetworkInsightsPathId: pathId } = input;
  refuseIdsWithMaxResults('NetworkInsightsAnalysisIds', ids, input.MaxResults);
  if (pathId) getNetworkInsightsPath(context, pathId);
  const selected = selectOwn(
    ...([context, ids, (id: string) => getNetworkInsightsAnalysis(context, id)] as const),
    () => context.cloud.networkInsightsAnalyses.all(),
  );
  const from = input.AnalysisStartTime?.getTime() ?? -Infinity;
  const to = input.AnalysisEndTime?.getTime() ?? Infinity;
  const meant = selected.filter(({ networkInsightsPathId, startDate }) => {
    const startedAt = Date.parse(startDate);
    return (!pathId || networkInsightsPathId === pathId) && from <= startedAt && startedAt <= to;
  });
  const tagsOf = (one: NetworkInsightsAnalysis) => findTags(context.cloud, one.networkInsightsAnalysisId);
  const matching = applyFilters(meant, input.Filters, fields, tagsOf);
  const keyOf = (one: NetworkInsightsAnalysis) => one.networkInsightsAnalysisId;
  const { page, nextToken } = paginate(matching, input, insightsLimits, keyOf);
  return {
    NetworkInsightsAnalyses: page.map((analysis) => showAnalysis(context, analysis)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

export function deleteNetworkInsightsAnalysis(
  input: DeleteNetworkInsightsAnalysisRequest,
  context: OperationContext,
): DeleteNetworkInsightsAnalysisResult {
  acceptParameters('DeleteNetworkInsightsAnalysis', input, 'NetworkInsightsAnalysisId');
  const id = requireParameter('NetworkInsightsAnalysisId', input.NetworkInsightsAnalysisId);
  const { networkInsightsAnalysisId } = getNetworkInsightsAnalysis(context, id);
  context.cloud.networkInsightsAnalyses.delete(networkInsightsAnalysisId);
  dropTags(context.cloud, networkInsightsAnalysisId);
  return { NetworkInsightsAnalysisId: networkInsightsAnalysisId };
}

function getNetworkInsightsAnalysis(context: OperationContext, id: string): NetworkInsightsAnalysis {
  checkId('nia', id, 'InvalidNetworkInsightsAnalysisId.Malformed');
  const analysis = findOwn(context, context.cloud.networkInsightsAnalyses.find(id));
  if (!analysis) throw networkInsightsAnalysisNotFound(id);
  return analysis;
}

function showAnalysis(
  { cloud }: OperationContext,
  analysis: NetworkInsightsAnalysis,
): NetworkInsightsAnalysisShape {
  const { networkInsightsAnalysisId, accountId, region, additionalAccounts, finding } = analysis;
  const { filterInArns, filterOutArns } = analysis;
  return {
    NetworkInsightsAnalysisId: networkInsightsAnalysisId,
    NetworkInsightsAnalysisArn: arnOf(
      'ec2',
      region,
      accountId,
      `${resourceType}/${networkInsightsAnalysisId}`,
    ),
    NetworkInsightsPathId: analysis.networkInsightsPathId,
    ...(additionalAccounts.length > 0 ? { AdditionalAccounts: additionalAccounts } : {}),
    ...(filterInArns.length > 0 ? { FilterInArns: filterInArns } : {}),
    ...(filterOutArns.length > 0 ? { FilterOutArns: filterOutArns } : {}),
    StartDate: new Date(analysis.startDate),
    Status: finding.status,
    ...showFinding(finding),
    Tags: showTags(cloud, networkInsightsAnalysisId),
  };
}

function showFinding(finding: NetworkInsightsAnalysis['finding']): NetworkInsightsAnalysisShape {
  if (finding.status === 'failed') return { StatusMessage: finding.message };
  return {
    NetworkPathFound: finding.pathFound,
    ForwardPathComponents: finding.forwardPathComponents as PathComponent[],
    ReturnPathComponents: finding.returnPathComponents as PathComponent[],
    Explanations: finding.explanations as Explanation[],
    ...(finding.suggestedAccounts.length > 0 ? { SuggestedAccounts: finding.suggestedAccounts } : {}),
  };
}
