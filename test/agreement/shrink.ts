// The smallest network that still shows a finding: steps are left out, many at a time and then fewer, as long as it stays.

import type { Finding, Performance } from './perform.ts';
import { namesIn, type Probe, type Step } from './step.ts';

export interface Shrunk {
  steps: Step[];
  finding: Finding;
  /** How many networks were made for it. */
  attempts: number;
}

export interface ShrinkOptions {
  perform: (steps: Step[]) => Promise<Performance>;
  /** Says when it has taken long enough. */
  isOver: () => boolean;
}

export async function shrink(
  steps: Step[],
  finding: Finding,
  { perform, isOver }: ShrinkOptions,
): Promise<Shrunk> {
  let attempts = 0;
  let kept = focus(steps.slice(0, finding.stepIndex + 1), finding);
  let latest: Finding | undefined;
  /** Keeps the candidate if it still shows the finding. */
  const attempt = async (candidate: Step[]): Promise<void> => {
    attempts += 1;
    const found = (await perform(candidate)).findings.find((other) => isSame(other, finding));
    if (found) [kept, latest] = [candidate, found];
  };
  await attempt(kept);
  if (!latest)
    return { steps, finding: { ...finding, text: `${finding.text}\n  (not seen again)` }, attempts };
  for (const candidate of proposeThings(() => kept)) {
    if (isOver()) break;
    await attempt(candidate);
  }
  for (const candidate of proposeRanges(() => kept)) {
    if (isOver()) break;
    await attempt(candidate);
  }
  return { steps: kept, finding: latest, attempts };
}

/** Without a thing and all that builds on it: a VPC, a site, a gateway; those first on which most does. */
function* proposeThings(kept: () => Step[]): Generator<Step[]> {
  const sizes = kept().map((step, index) => ({
    step,
    size: kept().length - without(kept(), index, index + 1).length,
  }));
  for (const { step } of sizes.filter(({ size }) => size > 2).sort((a, b) => b.size - a.size)) {
    const index = kept().indexOf(step);
    const candidate = without(kept(), index, index + 1);
    if (index >= 0 && canAsk(candidate)) yield candidate;
  }
}

/** Without many steps in a row, and then with fewer, from the end. */
function* proposeRanges(kept: () => Step[]): Generator<Step[]> {
  for (let size = Math.ceil(kept().length / 4); size >= 1; size = Math.floor(size / 2)) {
    for (let start = kept().length - 1 - size; start > -size; start -= size) {
      const candidate = without(kept(), Math.max(0, start), start + size);
      if (candidate.length < kept().length && canAsk(candidate)) yield candidate;
    }
  }
}

/** Who asks and who is asked are still there. */
function canAsk(steps: Step[]): boolean {
  const given = new Set(steps.flatMap((step) => ('gives' in step ? Object.keys(step.gives) : [])));
  const last = steps.at(-1);
  const probes = last?.kind === 'settle' ? last.probes : [];
  return probes.flatMap(namesIn).every((name) => given.has(name));
}

function isSame(left: Finding, right: Finding): boolean {
  if (left.kind !== right.kind) return false;
  if (left.kind === 'disagreement')
    return JSON.stringify(left.probe) === JSON.stringify(right.probe) && wrongOf(left) === wrongOf(right);
  return left.text.split(':')[0] === right.text.split(':')[0];
}

/** `should arrive` */
const wrongOf = ({ text }: Finding) => /got: .*\((should [a-z ]+|the packets)/.exec(text)?.[1];

/** Asks the one question alone, at the end; earlier settlings stay, without questions. */
function focus(steps: Step[], { probe }: Finding): Step[] {
  return steps.map((step, index) => {
    if (step.kind !== 'settle') return step;
    const isLast = index === steps.length - 1;
    const probes: Probe[] = isLast && probe ? [probe] : [];
    return { ...step, probes };
  });
}

/** Also without what builds on what is left out. The last step, with the question, stays. */
function without(steps: Step[], from: number, to: number): Step[] {
  const gone = new Set<string>();
  return steps.filter((step, index) => {
    if (index === steps.length - 1) return true;
    const isLeftOut = (index >= from && index < to) || needsOf(step).some((name) => gone.has(name));
    if (isLeftOut && 'gives' in step) for (const name of Object.keys(step.gives)) gone.add(name);
    return !isLeftOut;
  });
}

const needsOf = (step: Step): string[] => (step.kind === 'settle' ? [] : namesIn(step));
