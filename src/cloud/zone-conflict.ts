// Two private zones of one name cannot both answer in a VPC: neither two of Route 53, nor one of them and the hidden zone
// of an endpoint with private DNS. One above or below another may.

import type { Cloud } from './cloud.ts';
import { privateZonesOf } from './hosted-zone.ts';
import type { VpcId } from './id.ts';

/** Who has this name in a VPC already: the hosted zone's or the endpoint's id. */
export function findZoneNamed(cloud: Cloud, vpcId: VpcId, zoneName: string): string | undefined {
  return privateZonesOf(cloud, vpcId).find((zone) => zone.zoneName === zoneName)?.hostedZoneId;
}
