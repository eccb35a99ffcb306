// Takes out of a router what was counted for flow logs. There are two banks of sets: it has the kernel count into the other,
// reads the one that rests, and empties it once what was in it has been written down. So nothing needs to be
// remembered here: what is in the kernel has not been told yet, whoever reads next.

import type { FlowCount } from '../network/flow-record.ts';
import { type Bank, bankElement, bankSet, flowSet, portlessFlowSet, skippedSet } from './flow-log-program.ts';
import { interfaceOf, readMark } from './flow-mark.ts';
import { LinuxError } from './linux-error.ts';
import { runInside } from './namespace.ts';
import { tableName } from './router-program.ts';

export interface FlowReading {
  counts: FlowCount[];
  /** Numbers of interfaces of which some packets found no room. */
  skipped: number[];
  /** The counts are written down: the kernel may forget them. */
  forget(): Promise<void>;
}

type Element =
  | string
  | { elem: { val: number | { concat: (string | number)[] }; counter: { packets: number; bytes: number } } };
type Counted = Exclude<Element, string>['elem'];

/** Undefined: nothing is counted in this namespace. */
export async function readFlows(namespace: string): Promise<FlowReading | undefined> {
  const nft = (...args: string[]) =>
    runInside(namespace, 'nft', args, { doing: `reading the flows of ${namespace}` });
  const table = tableName.split(' ');
  const list = async (set: string): Promise<Element[]> => {
    const { nftables } = JSON.parse(await nft('-j', '-n', 'list', 'set', ...table, set)) as {
      nftables: { set?: { name: string; elem?: Element[] } }[];
    };
    return nftables.find((item) => item.set?.name === set)?.set?.elem ?? [];
  };
  let bank: Bank;
  try {
    bank = (await list(bankSet)).length === 0 ? 'a' : 'b';
    await nft(bank === 'a' ? 'add' : 'delete', 'element', ...table, bankSet, `{ ${bankElement} }`);
  } catch (error) {
    if (error instanceof LinuxError && /No such file or directory/.test(error.stderr)) return undefined;
    throw error;
  }
  const sets = [flowSet(bank), portlessFlowSet(bank), skippedSet(bank)];
  const [flows, portless, skipped] = await Promise.all(sets.map(async (set) => counted(await list(set))));
  return {
    counts: [...flows!.map(readFlow), ...portless!.map(readPortless)],
    skipped: skipped!.map(({ val }) => interfaceOf(Number(val))),
    async forget() {
      if (flows!.length + portless!.length + skipped!.length === 0) return;
      await nft(sets.map((set) => `flush set ${tableName} ${set}`).join('; '));
    },
  };
}

const counted = (elements: Element[]): Counted[] =>
  elements.flatMap((element) => (typeof element === 'string' ? [] : [element.elem]));

function readFlow({ val, counter }: Counted): FlowCount {
  const [mark, source, destination, sourcePort, destinationPort] = concat(val);
  const { isUdp, ...what } = readMark(Number(mark));
  return {
    ...what,
    ...{ sourceAddress: String(source), destinationAddress: String(destination), protocol: isUdp ? 17 : 6 },
    ...{ sourcePort: Number(sourcePort), destinationPort: Number(destinationPort) },
    ...counter,
  };
}

function readPortless({ val, counter }: Counted): FlowCount {
  const [mark, source, destination, protocol] = concat(val);
  const { isUdp: _isUdp, ...what } = readMark(Number(mark));
  return {
    ...what,
    ...{ sourceAddress: String(source), destinationAddress: String(destination), protocol: Number(protocol) },
    ...{ sourcePort: 0, destinationPort: 0 },
    ...counter,
  };
}

const concat = (val: Counted['val']) => (typeof val === 'number' ? [val] : val.concat);
