// Regions and their zones as EC2 describes them.
// DIFFERS: region-opt-in every account has opted in to every region.

import type {
  AvailabilityZone,
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
  DescribeRegionsRequest,
  DescribeRegionsResult,
  Region,
} from '@aws-sdk/client-ec2';
import { isKnownRegion, isOptInRegion, regionNames, type Zone, zonesOf } from '../../cloud/region.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidParameterValue } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';

const regionFields: FilterFields<Region> = {
  endpoint: (region) => region.Endpoint,
  'opt-in-status': (region) => region.OptInStatus,
  'region-name': (region) => region.RegionName,
};

export function describeRegions(
  input: DescribeRegionsRequest,
  _context: OperationContext,
): DescribeRegionsResult {
  acceptParameters('DescribeRegions', input, 'RegionNames', 'AllRegions', 'Filters');
  const unknown = (input.RegionNames ?? []).filter((name) => !isKnownRegion(name));
  if (unknown.length > 0) throw invalidParameterValue(`Invalid region names: [${unknown.join(', ')}]`);
  const names = input.RegionNames?.length ? input.RegionNames : [...regionNames];
  const regions = names.map(showRegion);
  return { Regions: applyFilters(regions, input.Filters, regionFields, () => ({})) };
}

function showRegion(name: string): Region {
  return {
    RegionName: name,
    Endpoint: `ec2.${name}.amazonaws.com`,
    OptInStatus: isOptInRegion(name) ? 'opted-in' : 'opt-in-not-required',
  };
}

const zoneFields: FilterFields<AvailabilityZone> = {
  'group-name': (zone) => zone.GroupName,
  message: () => undefined,
  'opt-in-status': (zone) => zone.OptInStatus,
  'parent-zone-id': () => undefined,
  'parent-zone-name': () => undefined,
  'region-name': (zone) => zone.RegionName,
  state: (zone) => zone.State,
  'zone-id': (zone) => zone.ZoneId,
  'zone-name': (zone) => zone.ZoneName,
  'zone-type': (zone) => zone.ZoneType,
};

export function describeAvailabilityZones(
  input: DescribeAvailabilityZonesRequest,
  context: OperationContext,
): DescribeAvailabilityZonesResult {
  acceptParameters(
    'DescribeAvailabilityZones',
    input,
    'ZoneNames',
    'ZoneIds',
    'AllAvailabilityZones',
    'Filters',
  );
  const zones = zonesOf(context.region);
  refuseUnknownZones(
    input.ZoneNames,
    zones.map((zone) => zone.zoneName),
  );
  refuseUnknownZones(
    input.ZoneIds,
    zones.map((zone) => zone.zoneId),
  );
  const shown = zones
    .filter((zone) => !input.ZoneNames?.length || input.ZoneNames.includes(zone.zoneName))
    .filter((zone) => !input.ZoneIds?.length || input.ZoneIds.includes(zone.zoneId))
    .map(showZone);
  return { AvailabilityZones: applyFilters(shown, input.Filters, zoneFields, () => ({})) };
}

function refuseUnknownZones(asked: string[] | undefined, known: string[]): void {
  const unknown = (asked ?? []).filter((zone) => !known.includes(zone));
  if (unknown.length > 0) throw invalidParameterValue(`Invalid availability zone: [${unknown.join(', ')}]`);
}

function showZone(zone: Zone): AvailabilityZone {
  return {
    ZoneName: zone.zoneName,
    ZoneId: zone.zoneId,
    ZoneType: 'availability-zone',
    State: 'available',
    OptInStatus: 'opt-in-not-required',
    RegionName: zone.regionName,
    GroupName: zone.groupName,
    NetworkBorderGroup: zone.regionName,
    Messages: [],
  };
}
