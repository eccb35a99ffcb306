// Two private zones of one name cannot both answer in a VPC: neither two of Route 53, nor one of them and the hidden zone
// of an endpoint with private DNS. One above or below another may.

import type { Cloud } from './cloud.ts';
import { findEndpointOfZone } from './endpoint-zone.ts';
import { privateZonesOf } from './hosted-zone.ts';
import type { VpcEndpointId, VpcId } from './id.ts';

/** Who has this name in a VPC already: the hosted zone's or the endpoint's id. @param but an endpoint that does not count */
export function findZoneNamed(
  cloud: Cloud,
  vpcId: VpcId,
  zoneName: string,
  but?: VpcEndpointId,
): string | undefined {
  const zone = privateZonesOf(cloud, vpcId).find((candidate) => candidate.zoneName === zoneName);
  return zone?.hostedZoneId ?? findEndpointOfZone(cloud, vpcId, zoneName, but)?.vpcEndpointId;
}
