// Remembers what a compilation has read, so that it is done again only when one of these things has changed.
// What reads through a watched index need not know: it sees the same maps and tables.

import type { Cloud, Table, TableName } from '../cloud/cloud.ts';
import { keyFields } from '../cloud/cloud.ts';
import type { CloudIndex } from './cloud-index.ts';
import type { Observed } from './network.ts';

/** Source (a table's or an index map's name) → the keys that were asked for; `everything`: it was looked through whole. */
export type Reads = Map<string, Set<string>>;

export const everything = '*';
/** The source that health is read from; its keys are made by `healthKey`. */
export const healthSource = 'health';

export function healthKey(targetGroupArn: string, targetId: string, port: number): string {
  return `${targetGroupArn} ${targetId} ${port}`;
}

export function watchIndex(index: CloudIndex, reads: Reads): CloudIndex {
  const view: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(index))
    view[name] = value instanceof Map ? new WatchedMap(name, value as Map<string, unknown>, reads) : value;
  return { ...(view as unknown as CloudIndex), cloud: watchCloud(index.cloud, reads) };
}

export function watchObserved(observed: Observed, reads: Reads): Observed {
  return {
    isHealthy(...target) {
      note(reads, healthSource, healthKey(...target));
      return observed.isHealthy(...target);
    },
  };
}

export function watchCloud(cloud: Cloud, reads: Reads): Cloud {
  const view: Record<string, unknown> = { generation: cloud.generation };
  for (const name of Object.keys(keyFields)) {
    const table = cloud[name as TableName] as unknown as Table<object>;
    view[name] = {
      find: (key: string) => {
        note(reads, name, key);
        return table.find(key);
      },
      has: (key: string) => {
        note(reads, name, key);
        return table.has(key);
      },
      all: () => {
        note(reads, name, everything);
        return table.all();
      },
      where: (matches: (record: object) => boolean) => {
        note(reads, name, everything);
        return table.where(matches);
      },
      get size() {
        note(reads, name, everything);
        return table.size;
      },
    };
  }
  return view as unknown as Cloud;
}

export class WatchedMap<V> implements Pick<ReadonlyMap<string, V>, 'get' | 'has'> {
  readonly #name: string;
  readonly #map: ReadonlyMap<string, V>;
  readonly #reads: Reads;

  constructor(name: string, map: ReadonlyMap<string, V>, reads: Reads) {
    this.#name = name;
    this.#map = map;
    this.#reads = reads;
  }

  get(key: string): V | undefined {
    note(this.#reads, this.#name, key);
    return this.#map.get(key);
  }

  has(key: string): boolean {
    note(this.#reads, this.#name, key);
    return this.#map.has(key);
  }

  values(): MapIterator<V> {
    note(this.#reads, this.#name, everything);
    return this.#map.values();
  }

  keys(): MapIterator<string> {
    note(this.#reads, this.#name, everything);
    return this.#map.keys();
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    note(this.#reads, this.#name, everything);
    return this.#map[Symbol.iterator]();
  }
}

function note(reads: Reads, source: string, key: string): void {
  const keys = reads.get(source);
  if (keys) keys.add(key);
  else reads.set(source, new Set([key]));
}
