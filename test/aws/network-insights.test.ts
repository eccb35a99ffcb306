// The Reachability Analyzer through the official SDK, by the calls that Terraform's aws_ec2_network_insights_path and
// aws_ec2_network_insights_analysis make, and through the AWS CLI of this machine.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { run } from '../../src/linux/run.ts';
import { accountId, allow, cloud, createUserWithKey } from './iam-fixture.ts';
import { createVpc, failure } from './sdk-cloud.ts';

const ec2 = cloud.ec2(accountId);
after(() => ec2.destroy());

/** Two interfaces that are attached to nothing, and an internet gateway without a route to it. */
async function makeEnds() {
  const { vpcId, subnetIds } = await createVpc(ec2, ['a', 'b']);
  const create = async (SubnetId: string | undefined) =>
    (await ec2.createNetworkInterface({ SubnetId })).NetworkInterface!.NetworkInterfaceId!;
  const { InternetGatewayId } = (await ec2.createInternetGateway({})).InternetGateway!;
  await ec2.attachInternetGateway({ VpcId: vpcId, InternetGatewayId });
  return {
    vpcId,
    source: await create(subnetIds[0]),
    destination: await create(subnetIds[1]),
    InternetGatewayId,
  };
}

test('Terraform makes a path and an analysis, waits for it, tags both and takes them down', async () => {
  const { source: Source, destination: Destination } = await makeEnds();
  const tags = (ResourceType: 'network-insights-path' | 'network-insights-analysis') => [
    { ResourceType, Tags: [{ Key: 'Name', Value: 'acceptance' }] },
  ];
  const made = await ec2.createNetworkInsightsPath({
    ...{ Source, Destination, Protocol: 'tcp', DestinationPort: 443 },
    ClientToken: 'terraform-20260131120000000000000001',
    TagSpecifications: tags('network-insights-path'),
  });
  const NetworkInsightsPathId = made.NetworkInsightsPath!.NetworkInsightsPathId!;
  const readPath = async () =>
    (await ec2.describeNetworkInsightsPaths({ NetworkInsightsPathIds: [NetworkInsightsPathId] }))
      .NetworkInsightsPaths![0]!;
  const path = await readPath();
  assert.deepEqual(
    [path.Source, path.Destination, path.DestinationPort, path.Protocol, path.FilterAtSource],
    [Source, Destination, 443, 'tcp', undefined],
  );
  assert.match(
    path.SourceArn!,
    new RegExp(`^arn:aws:ec2:us-east-1:${accountId}:network-interface/${Source}$`),
  );
  assert.ok(path.CreatedDate instanceof Date);

  const started = await ec2.startNetworkInsightsAnalysis({
    ...{ NetworkInsightsPathId, ClientToken: 'terraform-20260131120000000000000002' },
    TagSpecifications: tags('network-insights-analysis'),
  });
  const NetworkInsightsAnalysisId = started.NetworkInsightsAnalysis!.NetworkInsightsAnalysisId!;
  const NetworkInsightsAnalysisIds = [NetworkInsightsAnalysisId];
  const [analysis] = (await ec2.describeNetworkInsightsAnalyses({ NetworkInsightsAnalysisIds }))
    .NetworkInsightsAnalyses!;
  // Terraform waits from `running` to `succeeded`.
  assert.deepEqual([analysis!.Status, analysis!.NetworkPathFound], ['succeeded', false]);
  assert.equal(analysis!.Explanations![0]!.ExplanationCode, 'ENI_NOT_ATTACHED');
  assert.equal(analysis!.Explanations![0]!.NetworkInterface!.Id, Source);
  assert.deepEqual(analysis!.Tags, [{ Key: 'Name', Value: 'acceptance' }]);

  await ec2.createTags({ Resources: [NetworkInsightsPathId], Tags: [{ Key: 'Stage', Value: 'test' }] });
  assert.equal((await readPath()).Tags!.length, 2);
  await assert.rejects(
    ec2.deleteNetworkInsightsPath({ NetworkInsightsPathId }),
    failure('AnalysisExistsForNetworkInsightsPath'),
  );
  await ec2.deleteNetworkInsightsAnalysis({ NetworkInsightsAnalysisId });
  await assert.rejects(
    ec2.describeNetworkInsightsAnalyses({ NetworkInsightsAnalysisIds }),
    failure('InvalidNetworkInsightsAnalysisId.NotFound'),
  );
  await ec2.deleteNetworkInsightsPath({ NetworkInsightsPathId });
  await assert.rejects(readPath(), failure('InvalidNetworkInsightsPathId.NotFound'));
});

test('filters at both ends are given back, and a dry run makes nothing', async () => {
  const { source: Source, InternetGatewayId: Destination } = await makeEnds();
  const filters = {
    FilterAtSource: { DestinationAddress: '8.8.8.8', DestinationPortRange: { FromPort: 80, ToPort: 443 } },
    FilterAtDestination: { SourceAddress: '3.128.0.1' },
  };
  const input = { ...{ Source, Destination, Protocol: 'udp' as const, ...filters }, ClientToken: 'filters' };
  await assert.rejects(ec2.createNetworkInsightsPath({ ...input, DryRun: true }), failure('DryRunOperation'));
  const path = (await ec2.createNetworkInsightsPath(input)).NetworkInsightsPath!;
  assert.deepEqual(
    { FilterAtSource: path.FilterAtSource, FilterAtDestination: path.FilterAtDestination },
    filters,
  );
});

test('who may analyze a path must be allowed to on the path and on what is made', async () => {
  const { source: Source, destination: Destination } = await makeEnds();
  const { NetworkInsightsPath: path } = await ec2.createNetworkInsightsPath({
    ...{ Source, Destination, Protocol: 'tcp', ClientToken: 'access' },
  });
  const { caller } = await createUserWithKey(
    'analyst',
    allow('ec2:StartNetworkInsightsAnalysis', [
      path!.NetworkInsightsPathArn!,
      `arn:aws:ec2:us-east-1:${accountId}:network-insights-analysis/*`,
    ]),
  );
  const analyst = cloud.ec2(caller);
  const { NetworkInsightsPathId } = path!;
  const { NetworkInsightsAnalysis } = await analyst.startNetworkInsightsAnalysis({
    ...{ NetworkInsightsPathId, ClientToken: 'access-1' },
  });
  assert.equal(NetworkInsightsAnalysis!.Status, 'succeeded');
  await assert.rejects(
    analyst.deleteNetworkInsightsPath({ NetworkInsightsPathId }),
    failure('UnauthorizedOperation'),
  );
  await assert.rejects(analyst.describeNetworkInsightsPaths({}), failure('UnauthorizedOperation'));
  analyst.destroy();
});

const aws = async (...args: string[]) =>
  (
    await run('aws', ['ec2', ...args, '--endpoint-url', cloud.endpoint, '--output', 'text'], {
      doing: `running aws ec2 ${args[0]}`,
      env: {
        ...{ AWS_ACCESS_KEY_ID: accountId, AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' },
        ...{ AWS_DEFAULT_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true', AWS_MAX_ATTEMPTS: '1' },
        ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
      },
    })
  ).trim();

test('the AWS CLI reads what stops a packet, and after the mend every component of the way', async () => {
  const { vpcId: VpcId, subnetIds } = await createVpc(ec2, ['a', 'b']);
  const { ImageId } = (await ec2.describeImages({})).Images![0]!;
  const { GroupId } = await ec2.createSecurityGroup({ VpcId, GroupName: 'web', Description: 'web' });
  const launch = async (SubnetId: string, SecurityGroupIds: string[] = []) => {
    const { Instances } = await ec2.runInstances({
      ...{ ImageId, SubnetId, MinCount: 1, MaxCount: 1, InstanceType: 't3.micro' },
      ...(SecurityGroupIds.length > 0 ? { SecurityGroupIds } : {}),
    });
    return Instances![0]!.InstanceId!;
  };
  const client = await launch(subnetIds[0]!);
  const server = await launch(subnetIds[1]!, [GroupId!]);
  const path = await aws(
    ...['create-network-insights-path', '--source', client, '--destination', server],
    ...[
      '--protocol',
      'TCP',
      '--destination-port',
      '80',
      '--query',
      'NetworkInsightsPath.NetworkInsightsPathId',
    ],
  );
  const analyze = async (query: string) => {
    const id = await aws(
      ...['start-network-insights-analysis', '--network-insights-path-id', path],
      ...['--query', 'NetworkInsightsAnalysis.NetworkInsightsAnalysisId'],
    );
    const found = ['describe-network-insights-analyses', '--network-insights-analysis-ids', id];
    return aws(...found, '--query', `NetworkInsightsAnalyses[0].${query}`);
  };
  const stopped = '[NetworkPathFound,Explanations[0].[ExplanationCode,Direction,SecurityGroups[0].Id][]][]';
  const told = await analyze(stopped);
  assert.deepEqual(told.split(/\s+/), ['False', 'ENI_SG_RULES_MISMATCH', 'ingress', GroupId]);
  await ec2.authorizeSecurityGroupIngress({
    ...{ GroupId, IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIp: '10.0.0.0/8' },
  });
  const way = (await analyze('ForwardPathComponents[].Component.Id')).split(/\s+/);
  const kinds = way.map((id) => id.slice(0, id.indexOf('-')));
  assert.deepEqual(kinds, ['i', 'eni', 'sg', 'acl', 'rtb', 'acl', 'sg', 'eni', 'i']);
  assert.deepEqual([way[0], way.at(-1)], [client, server]);
  const entries = 'ForwardPathComponents[].AclRule.[Egress,RuleNumber,RuleAction,Protocol,Cidr][]';
  const entry = ['100', 'allow', 'all', '0.0.0.0/0'];
  assert.deepEqual((await analyze(entries)).split(/\s+/), ['True', ...entry, 'False', ...entry]);
  const rule =
    'ForwardPathComponents[?SecurityGroupRule.Direction==`ingress`].SecurityGroupRule.[Cidr,Protocol,PortRange.From][]';
  assert.deepEqual((await analyze(rule)).split(/\s+/), ['10.0.0.0/8', 'tcp', '80']);
  assert.equal(await analyze('ReturnPathComponents[-1].Component.Id'), client);
});
