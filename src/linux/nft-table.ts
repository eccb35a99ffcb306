// One nft table as data, and the text that turns the kernel's table into it in one transaction.
// The program (base chains, declarations) is static; interfaces, groups, endpoints and targets are elements and small chains.

export interface NftTable {
  /** `ip isthmus` */
  name: string;
  /** Declarations of sets, maps, objects and of chains that are always there; added, never removed. */
  declarations: string;
  /** Elements that sets which packets fill have for a moment when they are declared, by set. */
  passing: Map<string, string>;
  /** Rules of the chains of the program; those with a hook come and go. */
  program: Map<string, string[]>;
  /** `type filter hook forward priority filter; policy drop;` by base chain. */
  hooks: Record<string, string>;
  /** Contents of named sets: elements as nft writes them. */
  sets: Map<string, Set<string>>;
  /** Contents of named maps: key → value. */
  maps: Map<string, Map<string, string>>;
  /** Chains that come and go: a group's rules, a pool's targets. */
  chains: Map<string, string[]>;
}

/** From whatever is there (or nothing) to `table`. Counters and refusal sets of an existing table are kept. */
export function renderWhole(table: NftTable, existingChains: string[]): string {
  const lines = renderDeclarations(table);
  const declared = chainNames(table);
  for (const chain of declared) lines.push(renderChainAdd(table, chain));
  // ORDER: every chain is emptied before one is deleted, since a rule elsewhere may still jump to it.
  for (const chain of new Set([...declared, ...existingChains]))
    lines.push(`flush chain ${table.name} ${chain}`);
  for (const set of table.sets.keys()) lines.push(`flush set ${table.name} ${set}`);
  for (const map of table.maps.keys()) lines.push(`flush map ${table.name} ${map}`);
  for (const chain of existingChains.filter((name) => !declared.includes(name))) {
    lines.push(`delete chain ${table.name} ${chain}`);
  }
  for (const [chain, rules] of [...table.chains, ...table.program])
    lines.push(...renderRules(table, chain, rules));
  for (const [set, elements] of table.sets) lines.push(...renderElements(table, 'add', set, elements));
  for (const [map, entries] of table.maps)
    lines.push(...renderElements(table, 'add', map, renderEntries(entries)));
  return `${lines.join('\n')}\n`;
}

/** From `before`, which the kernel has, to `after`. Empty when nothing differs. */
export function renderChange(before: NftTable, after: NftTable): string {
  const lines =
    before.declarations === after.declarations ? [] : renderDeclarations(after, [...before.passing.keys()]);
  const [had, wanted] = [new Set(chainNames(before)), new Set(chainNames(after))];
  for (const chain of wanted.difference(had)) lines.push(renderChainAdd(after, chain));
  for (const [chain, rules] of after.chains)
    lines.push(...renderChainChange(after, chain, before.chains.get(chain), rules));
  for (const [chain, rules] of after.program)
    lines.push(...renderChainChange(after, chain, before.program.get(chain), rules));
  const removed: string[] = [];
  const added: string[] = [];
  for (const [set, elements] of after.sets) {
    const present = before.sets.get(set) ?? new Set();
    removed.push(...renderElements(after, 'delete', set, present.difference(elements)));
    added.push(...renderElements(after, 'add', set, elements.difference(present)));
  }
  for (const [map, entries] of after.maps) {
    const present = before.maps.get(map) ?? new Map<string, string>();
    const gone = renderEntriesMissingFrom(entries, present);
    const fresh = renderEntriesMissingFrom(present, entries);
    removed.push(...renderElements(after, 'delete', map, gone));
    added.push(...renderElements(after, 'add', map, fresh));
  }
  lines.push(...removed, ...added);
  // ORDER: chains go last, when nothing refers to them any more.
  const goneChains = [...had.difference(wanted)];
  for (const chain of goneChains) lines.push(`flush chain ${after.name} ${chain}`);
  for (const chain of goneChains) lines.push(`delete chain ${after.name} ${chain}`);
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}

/** @param known sets that were declared before */
function renderDeclarations({ name, declarations, passing }: NftTable, known: string[] = []): string[] {
  const fresh = [...passing].filter(([set]) => !known.includes(set));
  return [
    ...[`table ${name} {`, declarations, '}'],
    // KERNEL: such a set has room for all it may ever hold, megabytes in each router, until something is taken out of it: then it shrinks to what it has.
    ...['add', 'delete'].flatMap((verb) =>
      fresh.map(([set, element]) => `${verb} element ${name} ${set} { ${element} }`),
    ),
  ];
}

const chainNames = (table: NftTable) => [...table.program.keys(), ...table.chains.keys()];

function renderChainAdd({ name, hooks }: NftTable, chain: string): string {
  return hooks[chain] ? `add chain ${name} ${chain} { ${hooks[chain]} }` : `add chain ${name} ${chain}`;
}

/** Of `entries`, those that `others` has not, or has with another value. */
function renderEntriesMissingFrom(others: Map<string, string>, entries: Map<string, string>): string[] {
  const lines: string[] = [];
  for (const [key, value] of entries) if (others.get(key) !== value) lines.push(`${key} : ${value}`);
  return lines;
}

function renderChainChange(
  table: NftTable,
  chain: string,
  before: string[] | undefined,
  after: string[],
): string[] {
  // KERNEL: emptying a chain makes nft read the whole table first, with every element; adding a rule does not.
  if (!before) return renderRules(table, chain, after);
  const isKept = before.every((rule, i) => rule === after[i]);
  if (isKept) return renderRules(table, chain, after.slice(before.length));
  return [`flush chain ${table.name} ${chain}`, ...renderRules(table, chain, after)];
}

function renderRules(table: NftTable, chain: string, rules: string[]): string[] {
  return rules.map((rule) => `add rule ${table.name} ${chain} ${rule}`);
}

function renderElements(
  table: NftTable,
  verb: 'add' | 'delete',
  set: string,
  elements: Iterable<string>,
): string[] {
  const list = [...elements];
  return list.length > 0 ? [`${verb} element ${table.name} ${set} { ${list.join(', ')} }`] : [];
}

function renderEntries(entries: Map<string, string>): string[] {
  return [...entries].map(([key, value]) => `${key} : ${value}`);
}
