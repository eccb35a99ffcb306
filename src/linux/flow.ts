// Flows that must end: those of a connection that was rejected or deleted, known by its conntrack mark,
// and those to a target that turned unhealthy. Without an entry the flow's next packet belongs to nothing.

import { gatewayMarkBit } from './gateway-program.ts';
import type { LinuxError } from './linux-error.ts';
import { runInside } from './namespace.ts';
import type { NamespaceState } from './namespace-state.ts';

/** conntrack is a process for each thing it cuts; a few at a time leave room for others. */
const parallel = 4;

const marksOf = (state: NamespaceState | undefined) => new Set(state?.nft?.maps.get('node_of')?.keys());

/** @param before what the kernel had; undefined: unknown, so that the kernel is asked, and every lost target counts as just lost */
export async function cutLostFlows(before: NamespaceState | undefined, after: NamespaceState): Promise<void> {
  const present = before ? marksOf(before) : await observeMarks(after);
  const lostMarks = [...present.difference(marksOf(after))];
  const nodeAddresses = after.targets?.nodeAddresses ?? [];
  const cuts = [
    ...lostMarks.map((mark) => ['-m', mark]),
    ...findLostTargets(before, after).flatMap((target) => selectFlowsTo(target, nodeAddresses)),
  ].values();
  const work = async () => {
    for (const selection of cuts) await cut(after, selection);
  };
  await Promise.all(Array.from({ length: parallel }, work));
}

/** Targets whose flows end now. One that was lost before and is used for another group's sake keeps what came to it since. */
export function findLostTargets(
  before: Pick<NamespaceState, 'targets'> | undefined,
  after: Pick<NamespaceState, 'targets'>,
): string[] {
  const { lost = new Set<string>() } = after.targets ?? {};
  if (!before) return [...lost];
  const { used: usedBefore = new Set<string>(), lost: lostBefore = new Set<string>() } = before.targets ?? {};
  return [...lost.intersection(usedBefore).difference(lostBefore)];
}

/** Flows that came by a load balancer, whether it shows itself or the client; what reaches the target directly is not ours to end. */
function selectFlowsTo(target: string, nodeAddresses: string[]): string[][] {
  const [protocol, address, port] = target.split(' ') as [string, string, string];
  const selection = ['-p', protocol, '--reply-src', address, '--reply-port-src', port];
  return [[...selection, '--dst-nat'], ...nodeAddresses.map((node) => [...selection, '--reply-dst', node])];
}

/** KERNEL: conntrack gives up at an entry that ended by itself between being listed and being deleted, so it is asked again. */
const attempts = 5;

async function cut(state: NamespaceState, selection: string[], attempt = 1): Promise<void> {
  const doing = `cutting flows in ${state.id}`;
  try {
    await runInside(state.name, 'conntrack', ['-D', ...selection], { doing });
  } catch (error) {
    const { stderr } = error as LinuxError;
    if (/ 0 flow entries/.test(stderr)) return; // there was none: conntrack calls that a failure
    if (!/doesn't exist/.test(stderr) || attempt === attempts) throw error;
    await cut(state, selection, attempt + 1);
  }
}

async function observeMarks(state: NamespaceState): Promise<Set<string>> {
  const doing = `listing the flows of ${state.id}`;
  const flows = await runInside(state.name, 'conntrack', ['-L'], { doing });
  const marks = new Set([...flows.matchAll(/ mark=([1-9]\d*)/g)].map((match) => match[1]!));
  // Those of gateway endpoints are no connections': their rules see to them.
  return new Set([...marks].filter((mark) => Number(mark) < gatewayMarkBit));
}
