// The real kernel. It remembers what it has applied and applies the difference; what it does not remember
// (a new daemon, a step that failed) it reads back first. Nothing else in the house changes the machine's network.

import { setTimeout as wait } from 'node:timers/promises';
import type { Network } from '../network/network.ts';
import { readDrops } from './drop.ts';
import { cutLostFlows } from './flow.ts';
import type { Kernel } from './kernel.ts';
import { namespaceName, namespacePath } from './link-name.ts';
import { LinuxError } from './linux-error.ts';
import {
  createNamespace,
  deleteNamespace,
  leaveHome,
  listNamespaces,
  setKernelSettings,
} from './namespace.ts';
import { type CloudMark, emptied, type Link, type NamespaceState, ownerOf } from './namespace-state.ts';
import { observeNamespace } from './observe-namespace.ts';
import { readOpenFlows } from './open-flow.ts';
import { planLinks, renderChange, renderLinkAdd, withoutMissingLinks } from './plan.ts';
import { readFlows } from './read-flows.ts';
import { createRenderer, type States } from './render-network.ts';
import { setNewRules, setRules } from './rule-set.ts';
import { run } from './run.ts';
import { areRunning, inNamespace } from './system-call.ts';
import { createTrafficReader } from './traffic.ts';
import { readWays } from './way.ts';

/** How many namespaces are worked on at once: each costs a process or two. */
const parallel = 4;
/** How many namespaces are made in one round: changes of those that are there do not wait for a hundred new ones. */
const madePerRound = 8;

/** One `set`: what is wanted, what was there, what has happened to links meanwhile. */
interface Round {
  desired: States;
  failed: Map<string, LinuxError>;
  /** How many namespaces of a VPC wait for the next round, because enough was made in this one. */
  unfinished: Map<string, number>;
  /** Until the namespace is configured, be it in a later round: link names that have gone, whichever end took them away. */
  goneLinks: Map<string, Set<string>>;
  /** Likewise: links that have to be brought up where they end: far ends of new ones, and `lo`. */
  newEnds: Map<string, Set<string>>;
  /** Links that were made in this round, by the namespace they were made from. */
  newLinks: Map<string, Link[]>;
}

function leaveForLater({ unfinished }: Round, state: NamespaceState): void {
  const owner = ownerOf(state);
  unfinished.set(owner, (unfinished.get(owner) ?? 0) + 1);
}

/** @param onMade the namespaces are there and no new way leads to them yet: who listens in one may begin, so that the first client finds it */
export function createMachine(mark: CloudMark, onMade: (network: Network) => void = () => {}): Kernel {
  const applied: States = new Map();
  const render = createRenderer(mark);
  const [goneLinks, newEnds] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  return {
    async set(network) {
      const desired = render(network);
      const round: Round = {
        ...{ desired, failed: new Map(), unfinished: new Map() },
        ...{ goneLinks, newEnds, newLinks: new Map() },
      };
      const present = new Set(listNamespaces(mark));
      const vanished = new Set(applied.keys()).difference(present);
      for (const name of vanished) forgetNamespace(round, applied, name);
      await attempt(round, applied, unknown(round, applied, present), (state) =>
        adopt(round, applied, state),
      );
      await removeNamespaces(round, applied, present.difference(desired), vanished);
      const toMake = missing(round, present);
      for (const state of toMake.slice(madePerRound)) leaveForLater(round, state);
      await attempt(round, applied, toMake.slice(0, madePerRound), (state) => make(round, applied, state));
      onMade(network);
      await attempt(round, applied, unsettled(round, applied), (state) => setLinks(round, applied, state));
      const missingLinks = findMissingLinks(round, applied);
      await attempt(round, applied, unsettled(round, applied), (state) => {
        const missing = missingLinks.get(state.name) ?? new Set<string>();
        const gone = goneLinks.get(state.name) ?? new Set<string>();
        const possible = withoutMissingLinks(applied.get(state.name)!, state, missing, gone);
        if (possible) leaveForLater(round, state);
        return configure(round, applied, possible ?? state, missing);
      });
      await settleLinks(round, applied);
      return { failed: round.failed, unfinished: round.unfinished };
    },
    readDrops: (routerId) => readDrops(namespaceName(mark, routerId)),
    readOpenFlows: (ownerId) => readOpenFlows(namespaceName(mark, ownerId)),
    readWays: (vpcId) => readWays(mark, vpcId),
    readFlows: (vpcId) => readFlows(namespaceName(mark, vpcId)),
    readTraffic: createTrafficReader(mark),
    async removeAll() {
      const names = listNamespaces(mark).values();
      const work = async () => {
        for (const name of names) await deleteNamespace(name);
      };
      await Promise.all(Array.from({ length: parallel }, work));
      await leaveHome(mark);
      applied.clear();
    },
  };
}

const unknown = ({ desired }: Round, applied: States, present: Set<string>) =>
  [...desired.values()].filter(({ name }) => present.has(name) && !applied.has(name));

const missing = ({ desired }: Round, present: Set<string>) =>
  [...desired.values()].filter(({ name }) => !present.has(name));

/** Those that are there and not yet as they should be. The same object is the same state, unless a link was lost or made since. */
function unsettled({ desired, goneLinks, newEnds }: Round, applied: States): NamespaceState[] {
  const isSettled = (state: NamespaceState) =>
    applied.get(state.name) === state && !goneLinks.has(state.name) && !newEnds.get(state.name)?.size;
  return [...desired.values()].filter((state) => applied.has(state.name) && !isSettled(state));
}

/** Both ends of links that are still to be made, by the namespace they are in. */
function findMissingLinks({ desired }: Round, applied: States): Map<string, Set<string>> {
  const missing = new Map<string, Set<string>>();
  for (const state of desired.values()) {
    const before = applied.get(state.name);
    if (before === state) continue;
    for (const { name, altname, peer } of state.links.values())
      if (before?.links.get(name)?.altname !== altname) {
        note(missing, state.name, name);
        note(missing, peer.namespace, peer.name);
      }
  }
  return missing;
}

/** Does one step for every state, a few at a time. Where it fails, the namespace is forgotten, so that the next round reads it back. */
async function attempt(
  round: Round,
  applied: States,
  states: NamespaceState[],
  step: (state: NamespaceState) => Promise<void> | undefined,
): Promise<void> {
  const queue = states.values();
  const work = async () => {
    for (const state of queue) {
      try {
        await step(state);
      } catch (error) {
        applied.delete(state.name);
        round.failed.set(ownerOf(state), asLinuxError(state, error));
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
}

function asLinuxError({ id }: NamespaceState, error: unknown): LinuxError {
  if (error instanceof LinuxError) return error;
  return new LinuxError(
    `setting up ${id}`,
    'machine',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
}

/** Takes over what an earlier daemon left, instead of making it anew: open flows go on. */
async function adopt(round: Round, applied: States, state: NamespaceState): Promise<void> {
  round.goneLinks.delete(state.name); // what is there is read below
  await createNamespace(state); // completes what a crash left half made
  await setRules(undefined, state);
  setKernelSettings(state);
  if (state.kind === 'router') await cutLostFlows(undefined, state);
  await batch(state, ['link set lo up']);
  const observed = await observeNamespace(state);
  for (const { peer } of state.links.values()) note(round.newEnds, peer.namespace, peer.name);
  applied.set(state.name, { ...observed, ...(state.nft ? { nft: state.nft } : {}) });
}

async function make(round: Round, applied: States, state: NamespaceState): Promise<void> {
  await createNamespace(state);
  await setNewRules(state);
  // ORDER: after the rules, which load conntrack where it is a module: its settings are there only then. And before any link,
  // since a link takes the defaults of the moment it is made.
  setKernelSettings(state);
  note(round.newEnds, state.name, 'lo');
  applied.set(state.name, { ...emptied(state), ...(state.nft ? { nft: state.nft } : {}) });
}

/**
 * KERNEL: a namespace dies later than its name, so its links are taken away first, or their names stay taken.
 * @param vanished those whose names somebody else took away
 */
async function removeNamespaces(
  round: Round,
  applied: States,
  names: Set<string>,
  vanished: Set<string>,
): Promise<void> {
  if (names.size + vanished.size === 0) return;
  const isLost = (name: string) => names.has(name) || vanished.has(name);
  await attempt(round, applied, [...applied.values()], async (state) => {
    const doomed = [...state.links.values()].filter(
      ({ peer }) => isLost(state.name) || isLost(peer.namespace),
    );
    if (doomed.length === 0) return;
    await removeLinks(
      state,
      doomed.map(({ name }) => name),
    );
    for (const { name } of doomed) forgetLink(round, applied, applied.get(state.name)!, name);
  });
  for (const name of names) {
    // One that will not go must not keep the others from being made: it is told of and tried again.
    await deleteNamespace(name).catch((error: LinuxError) => round.failed.set(name, error));
    forgetNamespace(round, applied, name);
  }
}

function forgetNamespace({ newEnds, goneLinks }: Round, applied: States, name: string): void {
  for (const notes of [applied, newEnds, goneLinks]) notes.delete(name);
}

function forgetLink(round: Round, applied: States, state: NamespaceState, name: string): void {
  const { peer } = state.links.get(name)!;
  const ends = [
    [state.name, name],
    [peer.namespace, peer.name],
  ] as const;
  for (const [namespace, end] of ends) {
    note(round.goneLinks, namespace, end);
    round.newEnds.get(namespace)?.delete(end);
  }
  const links = new Map(state.links);
  links.delete(name);
  applied.set(state.name, { ...state, links });
}

async function setLinks(round: Round, applied: States, after: NamespaceState): Promise<void> {
  const before = applied.get(after.name)!;
  // A link can be made only when both its namespaces are there; the others are made, and do not wait for it.
  const isPossible = ({ name, altname, peer }: Link) =>
    applied.has(peer.namespace) || before.links.get(name)?.altname === altname;
  const links = new Map([...after.links].filter(([, link]) => isPossible(link)));
  const { added, removed } = planLinks(before, { ...after, links });
  if (removed.length > 0) await removeLinks(after, removed);
  for (const name of removed) forgetLink(round, applied, applied.get(after.name)!, name);
  for (const { peer } of added) note(round.newEnds, peer.namespace, peer.name);
  await batch(after, added.flatMap(renderLinkAdd));
  if (added.length > 0) round.newLinks.set(after.name, added);
  applied.set(after.name, { ...applied.get(after.name)!, links });
}

/** A link may be gone already: with the other end's namespace, or by the hand of somebody inside an instance. */
async function removeLinks(state: NamespaceState, names: string[]): Promise<void> {
  const input = names.map((name) => `link delete ${name}\n`).join('');
  const doing = `taking links of ${state.id} away`;
  await run('ip', ['-n', state.name, '-force', '-batch', '-'], { doing, input }).catch(
    (error: LinuxError) => {
      if (!/Cannot find device/.test(error.stderr)) throw error;
    },
  );
}

async function configure(
  round: Round,
  applied: States,
  after: NamespaceState,
  missingLinks: Set<string>,
): Promise<void> {
  const before = applied.get(after.name)!;
  const newEnds = round.newEnds.get(after.name) ?? new Set();
  const endsUp = [...newEnds.difference(missingLinks)].map((name) => `link set ${name} up`);
  const lines = [...endsUp, ...renderChange(before, after, round.goneLinks.get(after.name) ?? new Set())];
  // Both are safe alone: a way without rules refuses, rules without a way lead nowhere.
  await Promise.all([batch(after, lines), setRules(before, after)]);
  await cutLostFlows(before, after);
  applied.set(after.name, after);
  round.newEnds.set(after.name, newEnds.intersection(missingLinks));
  round.goneLinks.delete(after.name);
}

/** How long a link may take to carry packets. */
const linkSettlesMs = 1000;

/**
 * KERNEL: of a new link the end that was brought up first begins to carry packets a moment after the other, by a worker of the
 * kernel's own, and loses what it is given before: a client's first packet, which it repeats a whole second later.
 */
async function settleLinks({ newLinks }: Round, applied: States): Promise<void> {
  const endMs = performance.now() + linkSettlesMs;
  for (const [namespace, links] of newLinks) {
    const names = links.filter(({ peer }) => applied.has(peer.namespace)).map(({ name }) => name);
    const isReady = () => inNamespace(namespacePath(namespace), () => areRunning(names));
    while (applied.has(namespace) && !isReady() && performance.now() < endMs) await wait(1);
  }
}

async function batch(state: NamespaceState, lines: string[]): Promise<void> {
  if (lines.length === 0) return;
  const doing = `setting links, addresses and routes of ${state.id}`;
  await run('ip', ['-n', state.name, '-batch', '-'], { doing, input: `${lines.join('\n')}\n` });
}

function note(notes: Map<string, Set<string>>, namespace: string, name: string): void {
  const names = notes.get(namespace);
  if (names) names.add(name);
  else notes.set(namespace, new Set([name]));
}
