// Answers that were put together once, kept with the names they were made from: the same question gets the same bytes again,
// with its own id. New names are another source, so that nothing is answered that is no longer so.

import type { NameSource } from '../network/resolve-name.ts';
import { answerQuery, type Forwarding } from './answer.ts';

/** A question without its id: its first two bytes are the client's own. */
const idLength = 2;
/** Longer ones carry something that does not come again. */
const longestKept = 300;
/** Of all sources together. When it is full it is emptied: what is asked often is soon there again. */
const mostBytes = 32 * 1024 * 1024;
/** What a kept answer costs besides its bytes and its question's. */
const entryBytes = 200;

/** One answer for each order of its records, as far as they were asked for. */
type Kept = (Buffer | undefined)[];

export class AnswerCache {
  #answers = new WeakMap<NameSource, Map<string, Kept>>();
  #bytes = 0;

  /** As `answerQuery` by UDP. */
  answer(query: Buffer, source: NameSource, rotation: number): Buffer | Forwarding | undefined {
    if (query.length > longestKept || query.length < idLength) return answerQuery(query, source, rotation);
    const key = query.toString('latin1', idLength);
    const answers = this.#answersOf(source);
    const known = answers.get(key);
    const kept = known?.[rotation % known.length];
    if (kept) return withId(kept, query);
    const orders = { count: 1 };
    const made = answerQuery(query, source, rotation, 'udp', orders);
    if (!Buffer.isBuffer(made)) return made;
    const list = known ?? Array<Buffer | undefined>(orders.count).fill(undefined);
    list[rotation % list.length] = made;
    answers.set(key, list);
    this.#count(made.length + key.length + entryBytes);
    return made;
  }

  #answersOf(source: NameSource): Map<string, Kept> {
    const known = this.#answers.get(source);
    if (known) return known;
    const answers = new Map<string, Kept>();
    this.#answers.set(source, answers);
    return answers;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= mostBytes) return;
    this.#answers = new WeakMap();
    this.#bytes = 0;
  }
}

function withId(kept: Buffer, query: Buffer): Buffer {
  const answer = Buffer.allocUnsafe(kept.length);
  kept.copy(answer);
  answer[0] = query[0]!;
  answer[1] = query[1]!;
  return answer;
}
