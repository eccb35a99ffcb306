// Flows of endpoint connections, known by their conntrack mark. A connection that is rejected or deleted takes its flows with it.

import { runInside } from './namespace.ts';
import type { NamespaceState } from './namespace-state.ts';

const marksOf = (state: NamespaceState | undefined) => new Set(state?.nft?.maps.get('node_of')?.keys());

/** Cuts the flows of every mark that `before` had and `after` has not. Unknown `before`: asks the kernel which marks there are. */
export async function cutLostFlows(before: NamespaceState | undefined, after: NamespaceState): Promise<void> {
  const wanted = marksOf(after);
  const present = before ? marksOf(before) : await observeMarks(after);
  const lost = [...present.difference(wanted)];
  await Promise.all(lost.map((mark) => cut(after, mark)));
}

async function cut(state: NamespaceState, mark: string): Promise<void> {
  const doing = `cutting the flows of a connection in ${state.id}`;
  await runInside(state.name, 'conntrack', ['-D', '-m', mark], { doing }).catch((error) => {
    // conntrack says "0 flow entries have been deleted" and exits 1 when there was none.
    if (!/ 0 flow entries/.test(error.stderr)) throw error;
  });
}

async function observeMarks(state: NamespaceState): Promise<Set<string>> {
  const doing = `listing the flows of ${state.id}`;
  const flows = await runInside(state.name, 'conntrack', ['-L'], { doing });
  return new Set([...flows.matchAll(/ mark=([1-9]\d*)/g)].map((match) => match[1]!));
}
