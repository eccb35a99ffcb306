// Chance that can be had again: the same seed gives the same numbers, and so the same network and the same questions.

export interface Random {
  /** From 0 up to 1. */
  next(): number;
  maybe(share: number): boolean;
  /** A whole number, both ends included. */
  count(from: number, to: number): number;
  choose<T>(list: readonly T[]): T;
  /** Some of them in their order, each with this share; perhaps none. */
  some<T>(list: readonly T[], share: number): T[];
  shuffle<T>(list: readonly T[]): T[];
}

/** A small generator that is the same on every machine (mulberry32). */
export function createRandom(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b9) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const count = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    count,
    maybe: (share) => next() < share,
    choose: (list) => list[count(0, list.length - 1)]!,
    some: (list, share) => list.filter(() => next() < share),
    shuffle<T>(list: readonly T[]) {
      const shuffled = [...list];
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = count(0, last);
        [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
      }
      return shuffled;
    },
  };
}
