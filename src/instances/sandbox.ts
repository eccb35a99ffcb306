// One instance's machine: its folder on disk, its supervisor, the status file by which the two halves speak.
// The supervisor outlives the daemon, so everything here can be picked up again from the files alone.

import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SandboxId } from '../cloud/id.ts';
import { LinuxError } from '../linux/linux-error.ts';
import { start } from '../linux/run.ts';
import { idMap } from '../linux/user-namespace.ts';
import { isAlive, isSandboxAlive, readStatus, type SandboxStatus } from './sandbox-status.ts';
import { renderSeed, trustedCertificatesPath, type WantedInstance } from './wanted-instance.ts';

const launcher = fileURLToPath(new URL('./launcher.pl', import.meta.url));
const startTimeoutMs = 30_000;
/** AWS gives an operating system some minutes; ours needs three seconds unless it hangs. */
const graceMs = 10_000;
const killMs = 5_000;
/** KERNEL: a signal that comes before PID 1 has set its handlers is lost, so it is sent again. */
const signalAgainMs = 250;

export interface SandboxFolders {
  instancesFolder: string;
  /** All status files in one folder: one watch tells of every instance. */
  statusFolder: string;
}

export class Sandbox {
  readonly instanceId: SandboxId;
  status: SandboxStatus | undefined;
  readonly #folder: string;
  readonly #statusPath: string;
  readonly #onStatus: () => void;
  #waiting: (() => void)[] = [];

  /** @param onStatus called whenever the supervisor has said something new */
  constructor(instanceId: SandboxId, folders: SandboxFolders, onStatus: () => void) {
    this.instanceId = instanceId;
    this.#folder = join(folders.instancesFolder, instanceId);
    this.#statusPath = join(folders.statusFolder, `${instanceId}.json`);
    this.#onStatus = onStatus;
    this.status = readStatus(this.#statusPath);
  }

  get consolePath(): string {
    return join(this.#folder, 'console.log');
  }

  get isAlive(): boolean {
    return isSandboxAlive(this.status);
  }

  get hasDisk(): boolean {
    return existsSync(this.#folder);
  }

  /** PID 1 as the host numbers it, while it runs. */
  get initPid(): number | undefined {
    const { phase, init } = this.status ?? {};
    return phase === 'running' && init && isAlive(init) ? init.pid : undefined;
  }

  /** Reads what the supervisor said last. */
  refresh(): void {
    const before = JSON.stringify(this.status);
    this.status = readStatus(this.#statusPath) ?? this.status;
    if (JSON.stringify(this.status) !== before) this.#onStatus();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Boots it and returns when PID 1 runs. */
  async start(wanted: WantedInstance, image: string): Promise<void> {
    this.#prepareFolder();
    const bound = this.#bindImage(image);
    const certificates = readFileSync(join(bound, trustedCertificatesPath));
    writeFileSync(join(this.#folder, 'seed'), renderSeed(wanted, certificates), { mode: 0o600 });
    const supervisor = this.#spawnSupervisor(wanted, bound);
    let exitCode: number | null | undefined;
    supervisor.once('error', () => {
      exitCode = 127;
      this.refresh();
    });
    supervisor.once('exit', (code) => {
      exitCode = code;
      this.refresh();
    });
    const deadline = performance.now() + startTimeoutMs;
    while (performance.now() < deadline) {
      const said = this.status?.supervisor.pid === supervisor.pid ? this.status : undefined;
      if (said?.phase === 'running' || (said?.phase === 'ended' && said.how !== 'failed')) return;
      if (said?.phase === 'ended') throw this.#startError(said.detail);
      if (exitCode !== undefined) throw this.#startError(`its supervisor ended with ${exitCode}`);
      await this.#nextNews(deadline - performance.now());
    }
    throw this.#startError('its PID 1 did not come up in time');
  }

  /** Asks it to power off, and after a while takes the power away. Disk and console stay. */
  async stop(options: { gracefully: boolean }): Promise<void> {
    this.refresh();
    if (!this.isAlive) return;
    // Its supervisor looks for this file to tell our power-off from the machine's own.
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#folder, 'stop'), '');
    const deadline = performance.now() + (options.gracefully ? graceMs : 0);
    while (this.isAlive) {
      if (performance.now() > deadline + killMs) throw this.#stopError();
      const init = this.status?.init;
      // SIGUSR2 is busybox init's "power off".
      if (init && isAlive(init)) signal(init.pid, performance.now() < deadline ? 'SIGUSR2' : 'SIGKILL');
      await this.#nextNews(signalAgainMs);
    }
  }

  /** Deletes disk, console and status of a machine that has ended. */
  async remove(): Promise<void> {
    this.refresh();
    if (this.isAlive) throw new LinuxError(`removing ${this.instanceId}`, 'rm', 'it is still running');
    const doomed = `${this.#folder}.removed`;
    rmSync(doomed, { recursive: true, force: true });
    if (this.hasDisk) await rename(this.#folder, doomed);
    rmSync(this.#statusPath, { force: true });
    this.status = undefined;
    await rm(doomed, { recursive: true, force: true });
  }

  #prepareFolder(): void {
    const disk = join(this.#folder, 'disk');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const { hostBase } = idMap();
    for (const folder of [
      disk,
      join(disk, 'upper'),
      join(disk, 'work'),
      join(disk, 'image'),
      join(disk, 'root'),
    ]) {
      if (existsSync(folder)) continue;
      mkdirSync(folder, { mode: 0o755 });
      if (hostBase !== 0) chownSync(folder, hostBase, hostBase);
    }
    rmSync(join(this.#folder, 'stop'), { force: true });
    rmSync(this.#statusPath, { force: true });
    this.status = undefined;
  }

  /**
   * The image the disk was begun on, for all its life: what is written down there are differences to it.
   * @param image for a disk that is new
   */
  #bindImage(image: string): string {
    const file = join(this.#folder, 'image');
    if (!existsSync(file)) writeFileSync(file, image);
    const bound = readFileSync(file, 'utf8');
    if (existsSync(bound)) return bound;
    throw this.#startError(`the image its disk was begun on is gone: ${bound}`);
  }

  #spawnSupervisor(wanted: WantedInstance, image: string) {
    const named = {
      instance: this.instanceId,
      folder: this.#folder,
      status: this.#statusPath,
      image,
      user: wanted.userNamespacePath,
      net: wanted.networkNamespacePath,
      hostname: wanted.hostname,
      boot: wanted.bootNumber,
    };
    const args = Object.entries(named).map(([name, value]) => `${name}=${value}`);
    const console = openSync(this.consolePath, 'a', 0o600);
    // Detached and talking to files: it must not notice when we die.
    const supervisor = start('perl', [launcher, ...args], {
      detached: true,
      cwd: '/',
      stdio: ['ignore', console, console],
    });
    closeSync(console);
    supervisor.unref();
    return supervisor;
  }

  #nextNews(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.status = readStatus(this.#statusPath) ?? this.status;
        resolve();
      }, timeoutMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #startError(because: string): LinuxError {
    return new LinuxError(`starting ${this.instanceId}`, 'launcher.pl', because, `see ${this.consolePath}`);
  }

  #stopError(): LinuxError {
    return new LinuxError(`stopping ${this.instanceId}`, 'kill', 'its processes do not end');
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it ended in this very moment, which is what was wanted
  }
}
