// Writes flow logs: once a minute, and when somebody asks, it takes out of each logged VPC's router what was counted there,
// forms the records, appends them to each flow log's file and has them delivered. Beside the reconciler: it follows what is
// applied, and changes nothing.

import type { Cloud } from './cloud/cloud.ts';
import { coversInterface, type FlowLog } from './cloud/flow-log.ts';
import type { FlowLogId, VpcId } from './cloud/id.ts';
import { deliver, type PutDelivered } from './flow-log-delivery.ts';
import type { FlowLogFiles } from './flow-log-file.ts';
import type { Log } from './lib/log.ts';
import type { Kernel } from './linux/kernel.ts';
import type { FlowReading } from './linux/read-flows.ts';
import { numberInterfaces } from './linux/render-flow-log.ts';
import { createLineWriter, type FlowLine, type FlowWindow } from './network/flow-log-format.ts';
import { formRecords } from './network/flow-record.ts';
import type { Network, NetworkInterfaceNode, VpcNetwork } from './network/network.ts';

/** AWS: of Nitro instances, whatever was asked for, at most a minute is one interval. */
const intervalMs = 60_000;

export interface FlowLogOptions {
  cloud: Cloud;
  kernel: Pick<Kernel, 'readFlows'>;
  files: FlowLogFiles;
  putDelivered: PutDelivered;
  now: () => Date;
  log: Log;
}

/** A VPC that is being logged. */
interface Logged {
  vpc: VpcNetwork;
  flowLogs: FlowLog[];
  /** By number; those that have gone since the last reading as well. */
  nodes: Map<number, NetworkInterfaceNode>;
  /** When the interval began, in Unix seconds. */
  since: number;
}

export class FlowLogWriter {
  readonly #options: FlowLogOptions;
  readonly #logged = new Map<VpcId, Logged>();
  readonly #readings: Map<string, number>;
  readonly #deliveryErrors = new Map<FlowLogId, string>();
  #network: Network | undefined;
  /** Readings one after the other: two at once would take each other's counts. */
  #working: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: FlowLogOptions) {
    this.#options = options;
    this.#readings = options.files.readings();
  }

  /** The kernel now is `network`. */
  set(network: Network): void {
    const { flowLogs } = this.#options.cloud;
    this.#network = network;
    if (flowLogs.size === 0 && this.#logged.size === 0) return;
    const flowLogsOf = Map.groupBy(flowLogs.all(), ({ vpcId }) => vpcId);
    for (const vpcId of new Set([...flowLogsOf.keys(), ...this.#logged.keys()]))
      this.#follow(vpcId, network.vpcs.get(vpcId), flowLogsOf.get(vpcId) ?? []);
    this.#plan();
  }

  /** Ends the interval now: what was counted so far is written down and delivered. */
  flush(): Promise<void> {
    return this.#inTurn(async () => {
      for (const one of [...this.#logged.values()]) await this.#tryToRead(one);
    });
  }

  /** Settles when those that have come and gone are known, each with what was counted in its time. */
  settled(): Promise<void> {
    return this.#working;
  }

  /** Why the last delivery failed; undefined: it did not. */
  deliveryError(flowLogId: FlowLogId): string | undefined {
    return this.#deliveryErrors.get(flowLogId);
  }

  /** For people: which there are, and where their records are. */
  list(): object[] {
    const { cloud, files } = this.#options;
    return cloud.flowLogs
      .all()
      .map(({ flowLogId, accountId, region, resource, trafficType, logDestination, logFormat }) => ({
        ...{ flowLogId, accountId, region, resourceId: resource.resourceId, trafficType, logDestination },
        ...{ header: createLineWriter({ logFormat }).header, path: files.pathOf(flowLogId) },
        deliveryError: this.#deliveryErrors.get(flowLogId),
      }))
      .toArray();
  }

  /** Records from this byte on, a megabyte at most; also of a flow log that has been deleted. */
  records(flowLogId: FlowLogId, offset: number): Promise<{ text: string; next: number }> {
    return this.#options.files.read(flowLogId, offset, 1024 * 1024);
  }

  /** The cloud is emptied. */
  forgetAll(): Promise<void> {
    return this.#inTurn(async () => {
      this.#readings.clear();
      this.#options.files.removeAll();
    });
  }

  /** @param isLast the network goes with it, so what it has counted is read */
  async close(isLast: boolean): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await (isLast ? this.flush() : this.#working);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#working = this.#working
      .then(work)
      .catch((error: Error) =>
        this.#options.log.error({ stack: error.stack }, `flow logs: ${error.message}`),
      );
    return this.#working;
  }

  #seconds(): number {
    return Math.floor(this.#options.now().getTime() / 1000);
  }

  #follow(vpcId: VpcId, vpc: VpcNetwork | undefined, flowLogs: FlowLog[]): void {
    const current = this.#logged.get(vpcId);
    if (!current) {
      if (vpc) this.#logged.set(vpcId, begin(vpc, flowLogs, this.#readings.get(vpcId) ?? this.#seconds()));
      return;
    }
    if (vpc) {
      // The same object is the same VPC.
      if (current.vpc !== vpc)
        for (const [number, node] of nodesByNumber(vpc)) current.nodes.set(number, node);
      current.vpc = vpc;
      if (namesOf(current.flowLogs) === namesOf(flowLogs)) return;
    }
    // What was counted until now is for those that were there; a new one begins here.
    void this.#inTurn(async () => {
      if (vpc) await this.#tryToRead(current);
      if (vpc && flowLogs.length > 0) current.flowLogs = flowLogs;
      else {
        this.#logged.delete(vpcId);
        this.#readings.delete(vpcId);
      }
    });
  }

  /** What could not be read or written down is still counted in the kernel, for the next time. */
  async #tryToRead(one: Logged): Promise<void> {
    await this.#read(one).catch((error: Error) =>
      this.#options.log.error({ vpcId: one.vpc.vpcId }, `its flows could not be read: ${error.message}`),
    );
  }

  async #read(one: Logged): Promise<void> {
    const { kernel, files } = this.#options;
    const { vpc } = one;
    const reading = await kernel.readFlows(vpc.vpcId);
    if (!reading) return;
    const end = this.#seconds();
    const regionOf = (vpcId: string) => this.#network?.vpcs.get(vpcId as VpcId)?.region;
    const lines = formLines(one, reading);
    const known: FlowWindow['known'] = new Map();
    for (const flowLog of one.flowLogs) {
      // A hundred thousand lines take a while, and others wait.
      await new Promise(setImmediate);
      const start = Math.min(end, Math.max(one.since, Math.floor(Date.parse(flowLog.creationTime) / 1000)));
      files.append(flowLog.flowLogId, select(flowLog, lines, { vpc, start, end, regionOf, known }));
    }
    await reading.forget();
    one.since = end;
    one.nodes = nodesByNumber(one.vpc);
    this.#readings.set(vpc.vpcId, end);
    files.noteReadings(this.#readings);
    for (const flowLog of one.flowLogs) await this.#deliver(flowLog);
  }

  /** What is not delivered stays in the file and is tried again with the next reading. */
  async #deliver(flowLog: FlowLog): Promise<void> {
    const { files, putDelivered, now, log } = this.#options;
    const { flowLogId } = flowLog;
    try {
      await deliver(flowLog, files, putDelivered, now());
      this.#deliveryErrors.delete(flowLogId);
    } catch (error) {
      if (!this.#deliveryErrors.has(flowLogId)) log.error({ flowLogId }, `not delivered: ${error}`);
      // AWS: the words for every destination that does not take them.
      this.#deliveryErrors.set(flowLogId, 'Access error');
    }
  }

  /** Intervals begin with the minute. */
  #plan(): void {
    if (this.#timer || this.#isClosed || this.#logged.size === 0) return;
    const restMs = intervalMs - (this.#options.now().getTime() % intervalMs);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.flush().then(() => this.#plan());
    }, restMs).unref();
  }
}

const begin = (vpc: VpcNetwork, flowLogs: FlowLog[], since: number): Logged => ({
  ...{ vpc, flowLogs, since },
  nodes: nodesByNumber(vpc),
});

const namesOf = (flowLogs: FlowLog[]) => flowLogs.map(({ flowLogId }) => flowLogId).join(' ');

function nodesByNumber(vpc: VpcNetwork): Map<number, NetworkInterfaceNode> {
  const numbers = numberInterfaces(vpc);
  return new Map(
    vpc.interfaces.flatMap((node) => {
      const number = numbers.get(node.networkInterfaceId);
      return number === undefined ? [] : [[number, node] as const];
    }),
  );
}

/** Interface by interface: its records, that some are missing, or that there was nothing. */
function formLines({ vpc, nodes }: Logged, { counts, skipped }: FlowReading): FlowLine[] {
  const recordsOf = Map.groupBy(formRecords(counts, nodes), ({ node }) => node.networkInterfaceId);
  const present = new Set(vpc.loggedInterfaceIds);
  return [...nodes].flatMap(([number, node]): FlowLine[] => {
    const records = recordsOf.get(node.networkInterfaceId) ?? [];
    const lines = records.map((record): FlowLine => ({ node, status: 'OK', record }));
    if (skipped.includes(number)) return [...lines, { node, status: 'SKIPDATA' }];
    const isIdle =
      lines.length === 0 && present.has(node.networkInterfaceId) && node.behind.kind !== 'nothing';
    return isIdle ? [{ node, status: 'NODATA' }] : lines;
  });
}

function select(flowLog: FlowLog, lines: FlowLine[], window: FlowWindow): string[] {
  const { write } = createLineWriter(flowLog);
  const { vpcId } = window.vpc;
  return (
    lines
      .filter(({ node }) => coversInterface(flowLog, { vpcId, ...node }))
      // A flow log that was made just now has had no interval yet.
      .filter(({ status }) => status !== 'NODATA' || window.start < window.end)
      .filter(
        ({ record }) => !record || flowLog.trafficType === 'ALL' || flowLog.trafficType === record.action,
      )
      .map((line) => write(line, window))
  );
}
