// Makes the sandboxes be what was asked for: started, stopped, removed, each instance on a lane of its own.
// Says what it sees and never decides: a machine that powered itself off is reported, not restarted.

import {
  closeSync,
  existsSync,
  type FSWatcher,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  watch,
} from 'node:fs';
import { join } from 'node:path';
import type { SandboxId } from '../cloud/id.ts';
import { LinuxError } from '../linux/linux-error.ts';
import { Sandbox, type SandboxFolders } from './sandbox.ts';
import type { WantedInstance } from './wanted-instance.ts';

const consoleBytes = 64 * 1024;
/** Starts at the same time: more would only take the processors from one another. */
const startsAtOnce = 4;

export interface InstanceRuntimeOptions {
  dataFolder: string;
  /** The folder of the image; waits where it is still being built. */
  image: () => Promise<string>;
}

export interface InstanceExit {
  instanceId: SandboxId;
  /** The boot that ended: a newer one may have been asked for since. */
  bootNumber: number;
  /** `poweroff`: somebody inside said so. `crash`: PID 1 died. */
  how: 'poweroff' | 'crash';
  detail: string;
}

export interface InstanceRuntime {
  /**
   * Tells every instance what it should be; those that are not named are removed with their disks.
   * Returns when all that should start have started or failed. Stopping goes on behind it: see onChange.
   */
  set(wanted: WantedInstance[]): Promise<InstanceReport>;
  observe(instanceId: SandboxId): { sandbox: 'absent' | 'booting' | 'running' };
  readConsole(instanceId: SandboxId): { text: string; timestamp: Date };
  /** PID 1 as the host numbers it, while it runs. */
  pidOf(instanceId: SandboxId): number | undefined;
  /** A machine that ended by itself. Told again to each new daemon, until its instance is started anew or removed. */
  onExit(listener: (exit: InstanceExit) => void): void;
  /** Something that `observe` answers has changed. */
  onChange(listener: (instanceId: SandboxId) => void): void;
  /** Finds what an earlier daemon left running, and tells what ended meanwhile. Once, before the first `set`. */
  adopt(): void;
  /** Powers everything off; disks stay. */
  stopAll(): Promise<void>;
  /** Takes everything away, disks too. */
  removeAll(): Promise<void>;
  /** Returns when no instance is on its way to another state. */
  settled(): Promise<void>;
  /** Stops watching. The instances live on. */
  close(): void;
}

export interface InstanceReport {
  failed: Map<SandboxId, LinuxError>;
}

interface Lane {
  sandbox: Sandbox;
  /** Absent: to be removed. */
  wanted?: WantedInstance;
  /** Set while the lane is at work. */
  work?: Promise<void>;
  /** Since the last `set`. */
  error?: LinuxError;
  isStarting: boolean;
  /** What it waits for may take a minute; whoever stops everything need not wait along. */
  waitsForImage: boolean;
  /** AWS: an instance that reboots is `running` all the while. */
  isRebooting: boolean;
  /** The supervisor whose end has been told. */
  toldExitOf: number;
}

export type Step = 'start' | 'stop' | 'remove' | 'rest';

/** What a lane has to do next. */
export function nextStep(
  wanted: Pick<WantedInstance, 'desiredState' | 'bootNumber'> | undefined,
  sandbox: Pick<Sandbox, 'isAlive' | 'hasDisk' | 'status'>,
): Step {
  const { isAlive, status } = sandbox;
  if (!wanted || wanted.desiredState === 'terminated') {
    if (isAlive) return 'stop';
    return sandbox.hasDisk || status ? 'remove' : 'rest';
  }
  if (wanted.desiredState === 'stopped') return isAlive ? 'stop' : 'rest';
  const isThisBoot = status?.bootNumber === wanted.bootNumber;
  if (isAlive) return isThisBoot ? 'rest' : 'stop';
  const endedByItself = status?.how === 'poweroff' || status?.how === 'crash';
  return isThisBoot && endedByItself ? 'rest' : 'start';
}

export function createInstanceRuntime(options: InstanceRuntimeOptions): InstanceRuntime {
  const folders: SandboxFolders = {
    instancesFolder: join(options.dataFolder, 'instances'),
    statusFolder: join(options.dataFolder, 'instance-status'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lanes = new Map<SandboxId, Lane>();
  const exitListeners: ((exit: InstanceExit) => void)[] = [];
  const changeListeners: ((instanceId: SandboxId) => void)[] = [];
  const startGate = createGate(startsAtOnce);
  const watcher = watchStatus(folders.statusFolder, (instanceId) => lanes.get(instanceId)?.sandbox.refresh());

  function laneOf(instanceId: SandboxId): Lane {
    const known = lanes.get(instanceId);
    if (known) return known;
    const sandbox = new Sandbox(instanceId, folders, () => noticeStatus(lane));
    const lane: Lane = {
      sandbox,
      isStarting: false,
      waitsForImage: false,
      isRebooting: false,
      toldExitOf: 0,
    };
    lanes.set(instanceId, lane);
    return lane;
  }

  function noticeStatus(lane: Lane): void {
    const { instanceId, status } = lane.sandbox;
    if (status?.phase === 'ended' && (status.how === 'poweroff' || status.how === 'crash')) {
      if (lane.toldExitOf !== status.supervisor.pid) {
        lane.toldExitOf = status.supervisor.pid;
        const { bootNumber, how, detail } = status;
        for (const listener of exitListeners) listener({ instanceId, bootNumber, how, detail });
      }
    }
    for (const listener of changeListeners) listener(instanceId);
  }

  /** Works until the instance is as wanted, also when what is wanted changes on the way. */
  async function work(lane: Lane): Promise<void> {
    for (;;) {
      const { wanted } = lane;
      const step = nextStep(wanted, lane.sandbox);
      if (step === 'rest') return;
      try {
        await take(step, lane);
      } catch (error) {
        lane.error = asLinuxError(lane.sandbox.instanceId, error);
        // What failed is tried again when it is asked for again.
        if (lane.wanted === wanted) return;
      }
    }
  }

  async function take(step: Exclude<Step, 'rest'>, lane: Lane): Promise<void> {
    if (step === 'start') await startGate(() => startWanted(lane));
    else if (step === 'remove') await lane.sandbox.remove();
    else {
      lane.isRebooting = lane.wanted?.desiredState === 'running';
      await lane.sandbox.stop({ gracefully: true });
    }
  }

  async function startWanted(lane: Lane): Promise<void> {
    lane.isStarting = true;
    try {
      lane.waitsForImage = true;
      const image = await options.image().finally(() => {
        lane.waitsForImage = false;
      });
      const wanted = lane.wanted;
      if (wanted && nextStep(wanted, lane.sandbox) === 'start') await lane.sandbox.start(wanted, image);
    } finally {
      lane.isStarting = false;
      lane.isRebooting = false;
    }
  }

  function advance(lane: Lane): Promise<void> {
    lane.work ??= work(lane).then(() => {
      lane.work = undefined;
      for (const listener of changeListeners) listener(lane.sandbox.instanceId);
      // Something else may have been asked for since the last step.
      if (!lane.error && nextStep(lane.wanted, lane.sandbox) !== 'rest') return advance(lane);
      if (!lane.wanted && !lane.error) lanes.delete(lane.sandbox.instanceId);
    });
    return lane.work;
  }

  return {
    async set(wanted) {
      const byId = new Map(wanted.map((instance) => [instance.instanceId, instance]));
      for (const instanceId of byId.keys()) laneOf(instanceId);
      const starting: Promise<void>[] = [];
      for (const [instanceId, lane] of lanes) {
        lane.wanted = byId.get(instanceId);
        lane.error = undefined;
        if (nextStep(lane.wanted, lane.sandbox) === 'rest' && !lane.work) continue;
        const done = advance(lane);
        if (lane.wanted?.desiredState === 'running') starting.push(done);
      }
      await Promise.all(starting);
      return { failed: failures(lanes.values()) };
    },
    observe(instanceId) {
      const lane = lanes.get(instanceId);
      if (!lane) return { sandbox: 'absent' };
      const isRebooting = lane.isRebooting && lane.wanted?.desiredState === 'running';
      if (isRebooting || lane.sandbox.initPid !== undefined) return { sandbox: 'running' };
      if (!lane.sandbox.isAlive) return { sandbox: lane.isStarting ? 'booting' : 'absent' };
      return { sandbox: lane.sandbox.status?.phase === 'rebooting' ? 'running' : 'booting' };
    },
    readConsole: (instanceId) => readTail(new Sandbox(instanceId, folders, () => {}).consolePath),
    pidOf: (instanceId) => lanes.get(instanceId)?.sandbox.initPid,
    onExit: (listener) => exitListeners.push(listener),
    onChange: (listener) => changeListeners.push(listener),
    adopt() {
      for (const instanceId of findInstances(folders)) noticeStatus(laneOf(instanceId));
    },
    async stopAll() {
      await settle(lanes, (lane) => {
        if (lane.wanted) lane.wanted = { ...lane.wanted, desiredState: 'stopped' };
      });
      // One that hangs does not keep the others, or the network, from going.
      await Promise.allSettled([...lanes.values()].map((lane) => lane.sandbox.stop({ gracefully: true })));
    },
    async removeAll() {
      await settle(lanes, (lane) => {
        if (lane.wanted) lane.wanted = { ...lane.wanted, desiredState: 'stopped' };
      });
      for (const instanceId of findInstances(folders)) laneOf(instanceId);
      await Promise.all(
        [...lanes.values()].map(async ({ sandbox }) => {
          await sandbox.stop({ gracefully: false });
          await sandbox.remove();
        }),
      );
      lanes.clear();
    },
    settled: () => settle(lanes, () => {}),
    close: () => watcher.close(),
  };
}

async function settle(lanes: Map<SandboxId, Lane>, before: (lane: Lane) => void): Promise<void> {
  for (const lane of lanes.values()) before(lane);
  await Promise.all([...lanes.values()].map((lane) => (lane.waitsForImage ? undefined : lane.work)));
}

function failures(lanes: Iterable<Lane>): Map<SandboxId, LinuxError> {
  const failed = new Map<SandboxId, LinuxError>();
  for (const { sandbox, error } of lanes) if (error) failed.set(sandbox.instanceId, error);
  return failed;
}

function asLinuxError(instanceId: SandboxId, error: unknown): LinuxError {
  if (error instanceof LinuxError) return error;
  return new LinuxError(
    `running ${instanceId}`,
    'launcher.pl',
    error instanceof Error ? error.message : String(error),
  );
}

function watchStatus(folder: string, onStatus: (instanceId: SandboxId) => void): FSWatcher {
  const watcher = watch(folder, { persistent: false }, (_event, name) => {
    if (name?.endsWith('.json')) onStatus(name.slice(0, -'.json'.length) as SandboxId);
  });
  return watcher;
}

/** By their folders; a removal that was interrupted is finished on the way. */
function findInstances(folders: SandboxFolders): SandboxId[] {
  if (!existsSync(folders.instancesFolder)) return [];
  const names = readdirSync(folders.instancesFolder);
  for (const name of names.filter((entry) => entry.endsWith('.removed'))) {
    rmSync(join(folders.instancesFolder, name), { recursive: true, force: true });
  }
  return names.filter((name): name is SandboxId => /^(i|host)-[0-9a-f]+$/.test(name));
}

function readTail(path: string): { text: string; timestamp: Date } {
  if (!existsSync(path)) return { text: '', timestamp: new Date(0) }; // never started
  const file = openSync(path, 'r');
  try {
    const { size, mtime } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(size, consoleBytes));
    const length = readSync(file, tail, 0, tail.length, size - tail.length);
    return { text: tail.subarray(0, length).toString('utf8'), timestamp: mtime };
  } finally {
    closeSync(file);
  }
}

/** Lets at most `width` run at the same time, the others in the order they came. */
function createGate(width: number): (task: () => Promise<void>) => Promise<void> {
  let running = 0;
  const queue: (() => void)[] = [];
  return async (task) => {
    if (running >= width) await new Promise<void>((resolve) => queue.push(resolve));
    else running += 1;
    try {
      await task();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
