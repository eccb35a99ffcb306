import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Caller, newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeInterface, makeVpc } from '../../../test/vpc-fixture.ts';
import {
  deleteNetworkInsightsAnalysis,
  describeNetworkInsightsAnalyses,
  startNetworkInsightsAnalysis,
} from './network-insights-analysis.ts';
import {
  createNetworkInsightsPath,
  deleteNetworkInsightsPath,
  describeNetworkInsightsPaths,
} from './network-insights-path.ts';
import { createTags, describeTags } from './tag.ts';
import { createVpcPeeringConnection } from './vpc-peering-connection.ts';

function newCase() {
  const harness = newHarness();
  const { SubnetId } = makeVpc(harness);
  const source = makeInterface(harness, SubnetId).networkInterfaceId as string;
  const destination = makeInterface(harness, SubnetId).networkInterfaceId as string;
  const create = (fields: object = {}, caller: Caller = {}) =>
    harness.run(
      createNetworkInsightsPath,
      {
        ...{ Source: source, Destination: destination, Protocol: 'tcp' as const, ClientToken: '' },
        ...fields,
      },
      caller,
    ).NetworkInsightsPath!;
  const start = (pathId: string, fields: object = {}, caller: Caller = {}) =>
    harness.run(
      startNetworkInsightsAnalysis,
      { NetworkInsightsPathId: pathId, ClientToken: '', ...fields },
      caller,
    ).NetworkInsightsAnalysis!;
  const paths = (fields: object = {}, caller: Caller = {}) =>
    harness.run(describeNetworkInsightsPaths, fields, caller);
  const analyses = (fields: object = {}, caller: Caller = {}) =>
    harness.run(describeNetworkInsightsAnalyses, fields, caller);
  return { harness, source, destination, create, start, paths, analyses };
}

test('a path is shown as it was asked for, with ARNs of both ends and its tags', () => {
  const { create, paths, source, destination } = newCase();
  const filter = { SourceAddress: '10.0.1.4', DestinationPortRange: { FromPort: 80, ToPort: 90 } };
  const path = create({
    ...{ Protocol: 'TCP', FilterAtSource: filter, FilterAtDestination: { DestinationAddress: '10.0.1.5' } },
    TagSpecifications: [{ ResourceType: 'network-insights-path', Tags: [{ Key: 'Name', Value: 'web' }] }],
  });
  assert.match(path.NetworkInsightsPathId!, /^nip-[0-9a-f]{17}$/);
  assert.deepEqual(path, {
    NetworkInsightsPathId: path.NetworkInsightsPathId,
    NetworkInsightsPathArn: `arn:aws:ec2:us-east-1:111111111111:network-insights-path/${path.NetworkInsightsPathId}`,
    CreatedDate: new Date('2026-01-31T12:00:00.000Z'),
    Source: source,
    SourceArn: `arn:aws:ec2:us-east-1:111111111111:network-interface/${source}`,
    Destination: destination,
    DestinationArn: `arn:aws:ec2:us-east-1:111111111111:network-interface/${destination}`,
    Protocol: 'tcp',
    FilterAtSource: filter,
    FilterAtDestination: { DestinationAddress: '10.0.1.5' },
    Tags: [{ Key: 'Name', Value: 'web' }],
  });
  assert.deepEqual(paths({ NetworkInsightsPathIds: [path.NetworkInsightsPathId] }).NetworkInsightsPaths, [
    path,
  ]);
  const byArn = create({
    Source: path.SourceArn,
    Destination: undefined,
    DestinationIp: '10.0.1.9',
    DestinationPort: 0,
  });
  assert.deepEqual([byArn.Source, byArn.DestinationIp, byArn.DestinationPort], [source, '10.0.1.9', 0]);
});

test('what a path is not made of', () => {
  const { harness, create, source } = newCase();
  const missing = 'eni-0123456789abcdef0';
  const refused: [fields: object, code: string, message?: RegExp][] = [
    [{ Source: '' }, 'MissingParameter', /Source/],
    [{ Protocol: undefined }, 'MissingParameter', /Protocol/],
    [{ Destination: undefined }, 'MissingParameter', /Destination/],
    [{ Protocol: 'icmp' }, 'InvalidParameterValue'],
    [{ Source: missing }, 'NetworkInsightsSource.NotFound'],
    [{ Destination: missing }, 'NetworkInsightsDestination.NotFound'],
    [{ Source: 'web server' }, 'NetworkInsightsSource.NotFound'],
    [{ Source: 'arn:aws:s3:::bucket' }, 'NetworkInsightsSource.NotFound'],
    [{ Source: `arn:aws:ec2:eu-west-1:111111111111:network-interface/${source}` }, 'InvalidParameterValue'],
    [
      { Source: `arn:aws:ec2:us-east-1:222222222222:network-interface/${source}` },
      'NetworkInsightsSource.NotFound',
    ],
    [{ Source: 'tgw-0123456789abcdef0' }, 'NotImplemented', /whose source is tgw-/],
    [{ Source: 'vpce-0123456789abcdef0' }, 'NotImplemented'],
    [{ Destination: 'subnet-0123456789abcdef0' }, 'NotImplemented', /whose destination is subnet-/],
    [{ SourceIp: 'here' }, 'InvalidParameterValue'],
    [{ DestinationPort: 65536 }, 'InvalidParameterValue'],
    [{ FilterAtSource: {}, DestinationPort: 80 }, 'InvalidParameterCombination'],
    [{ FilterAtDestination: {}, DestinationIp: '10.0.1.5' }, 'InvalidParameterCombination'],
    [
      { FilterAtSource: { SourcePortRange: { FromPort: 1024, ToPort: 2048 } } },
      'NotImplemented',
      /source ports/,
    ],
    [{ FilterAtSource: { DestinationPortRange: { FromPort: 9, ToPort: 8 } } }, 'InvalidParameterValue'],
  ];
  for (const [fields, code, message] of refused) assert.throws(() => create(fields), refusal(code, message));
  assert.throws(() => create({}, { accountId: '222222222222' }), refusal('NetworkInsightsSource.NotFound'));
  const { VpcId } = makeVpc(harness, 1);
  const { VpcId: other } = makeVpc(harness, 2, { accountId: '222222222222' });
  const peering = harness.run(createVpcPeeringConnection, {
    ...{ VpcId, PeerVpcId: other, PeerOwnerId: '222222222222' },
  }).VpcPeeringConnection!.VpcPeeringConnectionId!;
  assert.match(create({ Source: peering }).SourceArn!, /:111111111111:vpc-peering-connection\/pcx-/);
});

test('an end in another account is named by its ARN, within one organization', () => {
  const { harness, create, start, source } = newCase();
  const other = '222222222222';
  const theirs = { accountId: other };
  const { SubnetId } = makeVpc(harness, 1, theirs);
  const id = makeInterface(harness, SubnetId).networkInterfaceId;
  const arn = `arn:aws:ec2:us-east-1:${other}:network-interface/${id}`;
  assert.throws(() => create({ Destination: arn }), refusal('NetworkInsightsDestination.NotFound'));
  const joined = { joinedAt: '2026-01-01T00:00:00.000Z', joinedMethod: 'CREATED' } as const;
  harness.store.change((cloud) =>
    cloud.organizations.put({
      ...{ organizationId: 'o-exampleorg1', rootId: 'r-exam', featureSet: 'ALL', masterAccountId: other },
      ...{ createdAt: joined.joinedAt, handshakes: [] },
      members: ['111111111111', other].map((accountId) => ({ accountId, ...joined })),
    }),
  );
  const path = create({ Destination: arn });
  assert.deepEqual([path.Source, path.Destination, path.DestinationArn], [source, id, arn]);
  assert.throws(() => create({ Destination: id }), refusal('NetworkInsightsDestination.NotFound'));
  const analysis = start(path.NetworkInsightsPathId!, { AdditionalAccounts: [other] });
  assert.deepEqual(analysis.AdditionalAccounts, [other]);
});

test('a token gives the same path and the same analysis again', () => {
  const { create, start, paths, analyses } = newCase();
  const path = create({ ClientToken: 'one' });
  assert.deepEqual(create({ ClientToken: 'one' }), path);
  assert.throws(
    () => create({ ClientToken: 'one', Protocol: 'udp' }),
    refusal('IdempotentParameterMismatch'),
  );
  assert.equal(paths().NetworkInsightsPaths!.length, 1);
  const analysis = start(path.NetworkInsightsPathId!, { ClientToken: 'two' });
  assert.deepEqual(start(path.NetworkInsightsPathId!, { ClientToken: 'two' }), analysis);
  assert.equal(analyses().NetworkInsightsAnalyses!.length, 1);
});

test('paths are found by filters, tags and pages, by their owner alone', () => {
  const { create, paths, source } = newCase();
  const made = [80, 81, 82].map((DestinationPort) => create({ DestinationPort }).NetworkInsightsPathId!);
  const udp = create({
    Protocol: 'udp',
    FilterAtSource: { DestinationPortRange: { FromPort: 53, ToPort: 53 } },
  });
  const find = (Name: string, ...Values: string[]) =>
    paths({ Filters: [{ Name, Values }] }).NetworkInsightsPaths!.map((path) => path.NetworkInsightsPathId);
  assert.deepEqual(find('protocol', 'udp'), [udp.NetworkInsightsPathId]);
  assert.deepEqual(find('filter-at-source.destination-port-range', '53-53'), [udp.NetworkInsightsPathId]);
  assert.equal(find('source', source).length, 4);
  assert.throws(() => find('colour', 'red'), refusal('InvalidParameterValue'));
  const first = paths({ MaxResults: 3 });
  assert.deepEqual(
    first.NetworkInsightsPaths!.map((path) => path.NetworkInsightsPathId),
    made,
  );
  const rest = paths({ MaxResults: 3, NextToken: first.NextToken }).NetworkInsightsPaths!;
  assert.deepEqual(rest, [udp]);
  assert.throws(() => paths({ MaxResults: 101 }), refusal('InvalidParameterValue'));
  assert.deepEqual(paths({}, { accountId: '222222222222' }).NetworkInsightsPaths, []);
  assert.throws(
    () => paths({ NetworkInsightsPathIds: made }, { region: 'eu-west-1' }),
    refusal('InvalidNetworkInsightsPathId.NotFound'),
  );
  assert.throws(
    () => paths({ NetworkInsightsPathIds: ['nip-x'] }),
    refusal('InvalidNetworkInsightsPathId.Malformed'),
  );
});

test('an analysis has its finding at once and keeps it; it is found by path, time, status and finding', () => {
  const { harness, create, start, analyses } = newCase();
  const path = create({ DestinationPort: 80 }).NetworkInsightsPathId!;
  const analysis = start(path, {
    TagSpecifications: [{ ResourceType: 'network-insights-analysis', Tags: [{ Key: 'a', Value: 'b' }] }],
  });
  const id = analysis.NetworkInsightsAnalysisId!;
  assert.match(id, /^nia-[0-9a-f]{17}$/);
  assert.deepEqual(
    [analysis.Status, analysis.NetworkPathFound, analysis.Explanations![0]!.ExplanationCode],
    ['succeeded', false, 'ENI_NOT_ATTACHED'],
  );
  assert.deepEqual(analysis.Tags, [{ Key: 'a', Value: 'b' }]);
  assert.deepEqual(analyses({ NetworkInsightsAnalysisIds: [id] }).NetworkInsightsAnalyses, [analysis]);
  harness.clock.now = new Date('2026-02-01T00:00:00.000Z');
  const later = start(path).NetworkInsightsAnalysisId;
  const ids = (fields: object) =>
    analyses(fields).NetworkInsightsAnalyses!.map((one) => one.NetworkInsightsAnalysisId);
  assert.deepEqual(ids({ NetworkInsightsPathId: path }), [id, later]);
  assert.deepEqual(ids({ AnalysisStartTime: new Date('2026-01-31T18:00:00Z') }), [later]);
  assert.deepEqual(ids({ AnalysisEndTime: new Date('2026-01-31T18:00:00Z') }), [id]);
  assert.deepEqual(ids({ Filters: [{ Name: 'path-found', Values: ['true'] }] }), []);
  assert.deepEqual(ids({ Filters: [{ Name: 'status', Values: ['succeeded'] }] }), [id, later]);
  assert.deepEqual(ids({ MaxResults: 1 }), [id]);
  const none = { NetworkInsightsPathId: 'nip-0123456789abcdef0' };
  assert.throws(() => ids(none), refusal('InvalidNetworkInsightsPathId.NotFound'));
  assert.throws(() => start(none.NetworkInsightsPathId), refusal('InvalidNetworkInsightsPathId.NotFound'));
  assert.throws(() => start(path, { FilterInArns: ['igw-1'] }), refusal('InvalidParameterValue'));
  assert.throws(
    () => start(path, { AdditionalAccounts: ['222222222222'] }),
    refusal('InvalidParameterValue', /not a member of your organization/),
  );
});

test('a finding that could not be made is a failure with its reason', () => {
  const { harness, create, start } = newCase();
  harness.world.analyzeReachability = () => ({ status: 'failed', message: 'Too many.' });
  const analysis = start(create().NetworkInsightsPathId!);
  assert.deepEqual([analysis.Status, analysis.StatusMessage], ['failed', 'Too many.']);
  assert.equal(analysis.NetworkPathFound, undefined);
});

test('a path goes after its analyses; both are tagged like any resource', () => {
  const { harness, create, start, paths, analyses } = newCase();
  const path = create().NetworkInsightsPathId!;
  const analysis = start(path).NetworkInsightsAnalysisId!;
  harness.run(createTags, { Resources: [path, analysis], Tags: [{ Key: 'k', Value: 'v' }] });
  const tags = harness.run(describeTags, {}).Tags!.map((tag) => [tag.ResourceType, tag.ResourceId]);
  assert.deepEqual(tags, [
    ['network-insights-path', path],
    ['network-insights-analysis', analysis],
  ]);
  const deletePath = () => harness.run(deleteNetworkInsightsPath, { NetworkInsightsPathId: path });
  const deleteAnalysis = () =>
    harness.run(deleteNetworkInsightsAnalysis, { NetworkInsightsAnalysisId: analysis });
  assert.throws(deletePath, refusal('AnalysisExistsForNetworkInsightsPath'));
  assert.deepEqual(deleteAnalysis(), { NetworkInsightsAnalysisId: analysis });
  assert.throws(deleteAnalysis, refusal('InvalidNetworkInsightsAnalysisId.NotFound'));
  assert.deepEqual(deletePath(), { NetworkInsightsPathId: path });
  assert.throws(deletePath, refusal('InvalidNetworkInsightsPathId.NotFound'));
  assert.deepEqual([paths().NetworkInsightsPaths, analyses().NetworkInsightsAnalyses], [[], []]);
  assert.deepEqual(harness.run(describeTags, {}).Tags, []);
});
