import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { isKnownRegion, zonesOf } from '../../cloud/region.ts';
import { describeAvailabilityZones, describeRegions } from './region.ts';

test('zones are named and numbered as AWS does', () => {
  assert.deepEqual(
    zonesOf('us-east-1').map((zone) => `${zone.zoneName} ${zone.zoneId}`),
    [
      'us-east-1a use1-az1',
      'us-east-1b use1-az2',
      'us-east-1c use1-az3',
      'us-east-1d use1-az4',
      'us-east-1e use1-az5',
      'us-east-1f use1-az6',
    ],
  );
  const first = (region: string) => zonesOf(region)[0]?.zoneId;
  assert.equal(first('ap-southeast-2'), 'apse2-az1');
  assert.equal(first('eu-central-1'), 'euc1-az1');
  assert.equal(first('me-south-1'), 'mes1-az1');
});

test('every zone id and every zone name is the only one of its kind', () => {
  const zones = newHarness()
    .run(describeRegions, {})
    .Regions!.flatMap((region) => zonesOf(region.RegionName!));
  assert.equal(new Set(zones.map((zone) => zone.zoneId)).size, zones.length);
  assert.equal(new Set(zones.map((zone) => zone.zoneName)).size, zones.length);
});

test('a region that does not exist has no zones', () => {
  assert.equal(isKnownRegion('eu-west-9'), false);
  assert.deepEqual(zonesOf('eu-west-9'), []);
});

test('regions are described, by name or by filter', () => {
  const { run } = newHarness();
  const [region] = run(describeRegions, { RegionNames: ['eu-west-1'] }).Regions!;
  assert.deepEqual(region, {
    RegionName: 'eu-west-1',
    Endpoint: 'ec2.eu-west-1.amazonaws.com',
    OptInStatus: 'opt-in-not-required',
  });
  const filtered = run(describeRegions, { Filters: [{ Name: 'region-name', Values: ['us-*'] }] }).Regions!;
  assert.equal(filtered.length, 4);
  assert.throws(() => run(describeRegions, { RegionNames: ['mars-1'] }), refusal('InvalidParameterValue'));
});

test('zones are those of the region that is asked', () => {
  const { run } = newHarness();
  const zones = run(describeAvailabilityZones, {}, { region: 'us-west-1' }).AvailabilityZones!;
  assert.deepEqual(
    zones.map((zone) => zone.ZoneId),
    ['usw1-az1', 'usw1-az3'],
  );
  const one = run(describeAvailabilityZones, { ZoneIds: ['use1-az2'] }).AvailabilityZones!;
  assert.deepEqual(
    one.map((zone) => zone.ZoneName),
    ['us-east-1b'],
  );
  assert.throws(
    () => run(describeAvailabilityZones, { ZoneNames: ['us-west-1a'] }),
    refusal('InvalidParameterValue', 'Invalid availability zone: [us-west-1a]'),
  );
});
