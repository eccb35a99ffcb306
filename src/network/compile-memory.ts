// Lets a compilation begin where the last one ended. Its units (a VPC's network, a VPC's public names) are remembered with
// everything they read; a round first compares the cloud with what it was and forgets the units that read something else now.
// Nobody has to say which change concerns whom: what a unit does not read cannot change it.

import { type Cloud, keyFields, type Table, type TableName } from '../cloud/cloud.ts';
import type { HostedZoneId } from '../cloud/hosted-zone.ts';
import type { VpcId } from '../cloud/id.ts';
import { type CloudIndex, indexCloud, makePart, type PartName, partNames } from './cloud-index.ts';
import type { NameTable, Observed, PrivateZone, VpcNetwork } from './network.ts';
import {
  everything,
  healthSource,
  type Reads,
  WatchedMap,
  watchCloud,
  watchIndex,
  watchObserved,
} from './watched-index.ts';

/** A VPC's load balancers, of which others' endpoint names depend too. */
export type Balancing = Pick<VpcNetwork, 'loadBalancers' | 'targetPools'>;

/** What a unit may read. Nothing else, or its changes go unnoticed. */
export interface Sources {
  index: CloudIndex;
  observed: Observed;
  /** For units that are asked for after they were shared. */
  balancing: ReadonlyMap<VpcId, Balancing>;
  zones: ReadonlyMap<HostedZoneId, PrivateZone>;
  /** Each VPC's public names. */
  names: ReadonlyMap<VpcId, NameTable>;
}

/** What some units make for others: they read it as they read the cloud. */
type Shared = 'balancing' | 'zones' | 'names';

export interface CompileMemory {
  begin(cloud: Cloud, observed: Observed): void;
  /**
   * What `compute` gives, done now or in an earlier round.
   * @param kind and @param id of the unit, the same in each round; no name is put together, since in a large cloud that is most of what a round does
   */
  recall<T>(kind: string, compute: (sources: Sources) => T, id?: string): T;
  share<S extends Shared>(what: S, made: Sources[S]): void;
  /** Forgets units that nobody asked for in this round. */
  end(): void;
}

/** Remembers nothing: each compilation is the first. */
export function createNoMemory(): CompileMemory {
  let sources: Sources;
  return {
    begin(cloud, observed) {
      sources = {
        index: indexCloud(cloud),
        observed,
        balancing: new Map(),
        zones: new Map(),
        names: new Map(),
      };
    },
    recall: (_kind, compute) => compute(sources),
    share(what, made) {
      sources = { ...sources, [what]: made };
    },
    end() {},
  };
}

interface Keys {
  readonly size: number;
  has(key: string): boolean;
}

interface Unit {
  value: unknown;
  reads: Reads;
  /** In which round it was last asked for. */
  round: number;
  /** Where it is kept, and under which id. */
  home: Map<string, Unit>;
  id: string;
}

export function createCompileMemory(): CompileMemory {
  /** What each source held when it was last looked at. */
  const healthSeen = new Map<string, unknown>();
  const seen = new Map<string, Map<string, unknown>>([[healthSource, healthSeen]]);
  const readers = new Map<string, Map<string, Set<Unit>>>();
  /** By kind, then by id. */
  const units = new Map<string, Map<string, Unit>>();
  const parts = new Map<PartName, { map: Map<string, unknown>; tables: Set<string> }>();
  let comparedGeneration = -1;
  let round = 0;
  let sources: Sources;

  /** Tells the readers of what is not as it was. @param entries all there are now, or those that may have changed */
  function compare(source: string, entries: Iterable<[string, unknown]>, now: Keys): boolean {
    const before = seen.get(source) ?? new Map<string, unknown>();
    seen.set(source, before);
    const changed: string[] = [];
    for (const [key, value] of entries) {
      const known = before.get(key);
      if (known !== undefined && isSame(known, value)) continue;
      before.set(key, value);
      changed.push(key);
    }
    if (before.size > now.size)
      for (const key of before.keys())
        if (!now.has(key)) {
          before.delete(key);
          changed.push(key);
        }
    if (changed.length === 0) return false;
    for (const key of [...changed, everything])
      for (const unit of readers.get(source)?.get(key) ?? []) forget(unit);
    return true;
  }

  /** @returns the tables in which something has changed. Records are stamped, so that only those since the last round are looked at. */
  function compareTables(cloud: Cloud): Set<string> {
    const changedTables = new Set<string>();
    for (const [name, keyField] of Object.entries(keyFields)) {
      const table = cloud[name as TableName] as unknown as Table<object>;
      const written = table.writtenSince(comparedGeneration);
      const entries = written.map((record): [string, object] => [String(record[keyField as never]), record]);
      if (compare(name, entries, table)) changedTables.add(name);
    }
    comparedGeneration = cloud.generation;
    return changedTables;
  }

  function index(cloud: Cloud): CloudIndex {
    const changedTables = compareTables(cloud);
    for (const name of partNames) {
      if (parts.get(name)?.tables.isDisjointFrom(changedTables)) continue;
      const reads: Reads = new Map();
      const map = makePart(name, watchCloud(cloud, reads)) as Map<string, unknown>;
      parts.set(name, { map, tables: new Set(reads.keys()) });
      compare(name, map, map);
    }
    const made = Object.fromEntries([...parts].map(([name, { map }]) => [name, map]));
    return { cloud, ...made } as unknown as CloudIndex;
  }

  function forget(unit: Unit): void {
    for (const [source, keys] of unit.reads)
      for (const key of keys) readers.get(source)?.get(key)?.delete(unit);
    unit.home.delete(unit.id);
  }

  function remember(unit: Unit): void {
    unit.home.set(unit.id, unit);
    // What was read of health is known from now on; of all else `begin` has looked at everything.
    for (const key of unit.reads.get(healthSource) ?? [])
      healthSeen.set(key, isHealthy(sources.observed, key));
    for (const [source, keys] of unit.reads) {
      const readersOf = readers.get(source) ?? new Map<string, Set<Unit>>();
      readers.set(source, readersOf);
      for (const key of keys) readersOf.set(key, (readersOf.get(key) ?? new Set()).add(unit));
    }
  }

  function homeOf(kind: string): Map<string, Unit> {
    const known = units.get(kind);
    if (known) return known;
    const home = new Map<string, Unit>();
    units.set(kind, home);
    return home;
  }

  return {
    begin(cloud, observed) {
      round += 1;
      const targets = [...(readers.get(healthSource)?.keys() ?? [])].filter((key) => key !== everything);
      compare(
        healthSource,
        targets.map((key) => [key, isHealthy(observed, key)]),
        { size: Infinity, has: () => true },
      );
      sources = { index: index(cloud), observed, balancing: new Map(), zones: new Map(), names: new Map() };
    },
    recall<T>(kind: string, compute: (sources: Sources) => T, id = ''): T {
      const home = homeOf(kind);
      const known = home.get(id);
      if (known) {
        known.round = round;
        return known.value as T;
      }
      const reads: Reads = new Map();
      const value = compute({
        index: watchIndex(sources.index, reads),
        observed: watchObserved(sources.observed, reads),
        balancing: new WatchedMap('balancing', sources.balancing, reads) as unknown as Sources['balancing'],
        zones: new WatchedMap('zones', sources.zones, reads) as unknown as Sources['zones'],
        names: new WatchedMap('names', sources.names, reads) as unknown as Sources['names'],
      });
      remember({ value, reads, round, home, id });
      return value;
    },
    share(what, made) {
      const entries = made as ReadonlyMap<string, unknown>;
      compare(what, entries, entries);
      sources = { ...sources, [what]: made };
    },
    end() {
      for (const home of units.values())
        for (const unit of home.values()) if (unit.round !== round) forget(unit);
    },
  };
}

/** Records are replaced, never edited, so that the same object is the same record; lists are made anew each time. */
function isSame(before: unknown, now: unknown): boolean {
  if (before === now) return true;
  if (!Array.isArray(before) || !Array.isArray(now) || before.length !== now.length) return false;
  return before.every((element, index) => element === now[index]);
}

function isHealthy(observed: Observed, key: string): boolean {
  const [targetGroupArn, targetId, port] = key.split(' ') as [string, string, string];
  return observed.isHealthy(targetGroupArn, targetId, Number(port));
}
