// Numbers for ids, where the kernel has room for a number alone: each id's own digits say its number, so that it keeps it
// whatever comes and goes beside it; of two that would share one, the later takes the next.

/**
 * @param digits of the id's end, hexadecimal, that the number is made of
 * @param first the smallest number there may be
 * @param size how many numbers there are; absent: no end
 */
export function numberIds<Id extends string>(
  ids: Iterable<Id>,
  { digits, first, size = Number.POSITIVE_INFINITY }: { digits: number; first: number; size?: number },
): Map<Id, number> {
  const numbers = new Map<Id, number>();
  const taken = new Set<number>();
  for (const id of ids) {
    let place = Number.parseInt(id.slice(-digits), 16);
    while (taken.has(place)) place = place + 1 === size ? 0 : place + 1;
    taken.add(place);
    numbers.set(id, first + place);
  }
  return numbers;
}
