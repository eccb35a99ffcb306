// Parts of an item: what a projection expression, AttributesToGet or UPDATED_NEW asks for, with the maps and lists around it.

import { type AttributeValue, attributeOf, type DocumentPath, type Item } from './attribute-value.ts';
import { type ExpressionAttributes, ExpressionReader, noteOverlaps } from './expression.ts';

export function parseProjection(text: string, attributes: ExpressionAttributes): DocumentPath[] {
  const reader = new ExpressionReader('ProjectionExpression', text, attributes);
  const paths: DocumentPath[] = [];
  do paths.push(reader.readPath());
  while (reader.accept(','));
  noteOverlaps(reader, paths);
  reader.finish(['reserved', 'name', 'overlap', 'conflict']);
  return paths;
}

/** What is wanted below a place; empty: all of it. */
type Wanted = Map<string | number, Wanted>;

/** AWS: members of a list move together, in their order; what is not there leaves no trace. */
export function project(item: Item, paths: readonly DocumentPath[]): Item {
  const wanted: Wanted = new Map();
  for (const path of paths) {
    let place = wanted;
    for (const step of path) {
      if (!place.has(step)) place.set(step, new Map());
      place = place.get(step)!;
    }
  }
  return pick({ M: item }, wanted)?.M ?? {};
}

function pick(value: AttributeValue, wanted: Wanted): AttributeValue | undefined {
  if (wanted.size === 0) return value;
  if (value.M) {
    const part: Item = {};
    for (const [step, below] of wanted) {
      const member = typeof step === 'string' ? attributeOf(value.M, step) : undefined;
      const picked = member && pick(member, below);
      if (picked) part[step] = picked;
    }
    return Object.keys(part).length > 0 ? { M: part } : undefined;
  }
  if (!value.L) return undefined;
  const indexes = [...wanted.keys()].filter((step) => typeof step === 'number').sort((a, b) => a - b);
  const members = indexes.flatMap((index) => {
    const member = value.L![index];
    return (member && pick(member, wanted.get(index)!)) ?? [];
  });
  return members.length > 0 ? { L: members } : undefined;
}
