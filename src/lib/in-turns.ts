// Work on many things of which only a few go on at a time.

/** In the order of the things. */
export async function inTurns<Thing, Result>(
  things: Iterable<Thing>,
  mostAtOnce: number,
  work: (thing: Thing) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = [...things].entries();
  const worker = async () => {
    for (const [index, thing] of left) results[index] = await work(thing);
  };
  await Promise.all(Array.from({ length: mostAtOnce }, worker));
  return results;
}
