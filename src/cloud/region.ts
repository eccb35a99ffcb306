// AWS's regions and their zones, as plain facts: a name, the numbers of its zones by letter, and whether it is a newer one.
// DIFFERS: zone-names a zone's name stands for the same zone id in every account (us-east-1a is use1-az1); AWS shuffles them.

export interface Zone {
  /** `us-east-1a` */
  zoneName: string;
  /** `use1-az1` */
  zoneId: string;
  /** `us-east-1-zg-1` */
  groupName: string;
  regionName: string;
}

const threeZones = { a: 1, b: 2, c: 3 };
const fourZones = { ...threeZones, d: 4 };

/** Open to every account from its first day. */
const olderRegions: Record<string, Record<string, number>> = {
  'ap-south-1': threeZones,
  'eu-north-1': threeZones,
  'eu-west-3': threeZones,
  'eu-west-2': threeZones,
  'eu-west-1': threeZones,
  'ap-northeast-3': threeZones,
  'ap-northeast-2': fourZones,
  'ap-northeast-1': { a: 1, c: 2, d: 4 },
  'ca-central-1': { a: 1, b: 2, d: 4 },
  'sa-east-1': threeZones,
  'ap-southeast-1': threeZones,
  'ap-southeast-2': threeZones,
  'eu-central-1': threeZones,
  'us-east-1': { ...fourZones, e: 5, f: 6 },
  'us-east-2': threeZones,
  'us-west-1': { a: 1, c: 3 },
  'us-west-2': fourZones,
};

/** Those an account has to ask for. */
const optInRegions: Record<string, Record<string, number>> = {
  'af-south-1': threeZones,
  'ap-east-1': threeZones,
  'ap-south-2': threeZones,
  'ap-southeast-3': threeZones,
  'ap-southeast-4': threeZones,
  'ap-southeast-5': threeZones,
  'ap-southeast-7': threeZones,
  'ca-west-1': threeZones,
  'eu-central-2': threeZones,
  'eu-south-1': threeZones,
  'eu-south-2': threeZones,
  'il-central-1': threeZones,
  'me-central-1': threeZones,
  'me-south-1': threeZones,
  'mx-central-1': threeZones,
};

const zonesByRegion = new Map(
  Object.entries({ ...olderRegions, ...optInRegions }).map(([region, letters]) => [
    region,
    Object.entries(letters).map(
      ([letter, number]): Zone => ({
        zoneName: `${region}${letter}`,
        zoneId: `${regionCode(region)}-az${number}`,
        groupName: `${region}-zg-1`,
        regionName: region,
      }),
    ),
  ]),
);

/** `us-east-1` is `use1`, `ap-southeast-2` is `apse2`: how zone ids name their region. */
function regionCode(region: string): string {
  const [area, direction, number] = region.split('-') as [string, string, string];
  const letters = direction.match(/north|south|east|west|central/g)!.map((word) => word[0]);
  return `${area}${letters.join('')}${number}`;
}

/** Every region, older ones first. */
export const regionNames: readonly string[] = [...zonesByRegion.keys()];

export function isKnownRegion(region: string): boolean {
  return zonesByRegion.has(region);
}

/** In the order of their letters; empty for a region that does not exist. */
export function zonesOf(region: string): Zone[] {
  return zonesByRegion.get(region) ?? [];
}

/** Those an account has to ask for on AWS. */
export function isOptInRegion(region: string): boolean {
  return region in optInRegions;
}
