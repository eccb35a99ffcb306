// What a zone says about a name: its records, that it has none of them, or that the name does not exist.
// A zone answers for its own name and all below it, by the rules of DNS for wildcards and for names between others.

import type { AliasRecord, PrivateZone, RecordSet } from './network.ts';

export type ZoneIndex = ReadonlyMap<string, PrivateZone>;

/** By name. ORDER: of two zones with the same name the first answers. */
export function indexZones(zones: readonly PrivateZone[]): ZoneIndex {
  const index = new Map<string, PrivateZone>();
  for (const zone of zones) if (!index.has(zone.zoneName)) index.set(zone.zoneName, zone);
  return index;
}

/** AWS: of several zones that cover a name the most specific one answers, and no other is asked. */
export function findZone(zones: ZoneIndex, name: string): PrivateZone | undefined {
  if (zones.size === 0) return undefined;
  for (let candidate = name; ; candidate = parentOf(candidate)) {
    const zone = zones.get(candidate);
    if (zone || candidate === '') return zone;
  }
}

/** Empty: the name exists and holds nothing. Undefined: it does not exist. @param name in lower case, in the zone */
export function lookInZone(
  zone: PrivateZone,
  name: string,
): readonly (RecordSet | AliasRecord)[] | undefined {
  const recordSets = zone.recordSets.get(name);
  if (recordSets) return recordSets;
  const between = namesBetween(zone);
  if (between.has(name)) return [];
  // DNS: only the wildcard right below the nearest name that exists stands for this one.
  for (let above = parentOf(name); above.length >= zone.zoneName.length; above = parentOf(above)) {
    const wildcard = zone.recordSets.get(above === '' ? '*' : `*.${above}`);
    if (wildcard) return wildcard;
    if (above === zone.zoneName || zone.recordSets.has(above) || between.has(above)) return undefined;
  }
  return undefined;
}

/** Empty for a name of one label: the root. */
export function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

const betweenOf = new WeakMap<PrivateZone, ReadonlySet<string>>();

/** Names that exist because others stand below them, up to the zone's own. */
function namesBetween(zone: PrivateZone): ReadonlySet<string> {
  const known = betweenOf.get(zone);
  if (known) return known;
  const names = new Set([zone.zoneName]);
  for (const name of zone.recordSets.keys()) {
    let above = parentOf(name);
    while (above.length > zone.zoneName.length && !names.has(above)) {
      names.add(above);
      above = parentOf(above);
    }
  }
  betweenOf.set(zone, names);
  return names;
}
