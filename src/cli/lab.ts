// `isthmus lab list | run NAME`: the lessons. A lab runs in a cloud of its own, so that nothing of yours is touched;
// `lab run A B` tells one after the other in the same cloud. With --port N, where a cloud answers, it runs in that one and leaves there what it made.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { UpstreamChange } from '../cloud/upstream.ts';
import { getAwsCli } from './aws.ts';
import { childAwsEnvironment } from './aws-environment.ts';
import { startInBackground } from './background.ts';
import {
  type CloudChoice,
  type CloudStatus,
  dataFolderOf,
  defaultDataFolder,
  defaultPort,
  endpointOfPort,
  findStatus,
  postJson,
} from './cloud-client.ts';
import { stopCloud } from './down.ts';
import { CliError, exitCode, note, say } from './exit.ts';
import { type LabPage, parseLabPage } from './lab-page.ts';
import { LabShell, quote } from './lab-shell.ts';
import { tellStory } from './lab-story.ts';
import { readServices } from './service-option.ts';

interface RunOptions extends CloudChoice {
  keep?: boolean;
  stay?: boolean;
  service?: string[];
}

interface LabCloud {
  status: CloudStatus;
  /** Started for this lab, and to be taken away with its data. */
  isOwn: boolean;
}

const rootFolder = fileURLToPath(new URL('../../', import.meta.url));
const labsFolder = join(rootFolder, 'labs');

export async function listLabs(): Promise<number> {
  for (const name of labNames()) say(`${name.padEnd(28)}${readLab(name).title}`);
  return exitCode.good;
}

/** Several run one after the other in one cloud. */
export async function runLabs(options: RunOptions, names: string[]): Promise<number> {
  const pages = names.map(readLab);
  const services = [...pages.flatMap((page) => page.services), ...(options.service ?? [])];
  const wanted = readServices(services);
  const awsCli = getAwsCli();
  const interruption = onInterrupt();
  const cloud = await openCloud(options, names[0]!, services);
  if (!cloud.isOwn) checkServices(cloud.status, wanted);
  const { apiEndpoint } = cloud.status;
  note(`The cloud of ${names.join(' and ')} is at ${apiEndpoint}.`);
  const shell = openShell(awsCli, apiEndpoint);
  try {
    const story = Promise.race([
      followImage(apiEndpoint, interruption.signal).then(() => tellStories(pages, shell)),
      interruption.promise,
    ]);
    const isGood = await story;
    if (isGood === 'interrupted') return 130;
    if (isGood && options.stay && cloud.isOwn) await stayUp(apiEndpoint, interruption.promise);
    return isGood ? exitCode.good : exitCode.no;
  } finally {
    interruption.end();
    shell.close();
    await closeCloud(cloud, options.keep ?? false);
  }
}

/** True when each answered as its page says. */
async function tellStories(pages: LabPage[], shell: LabShell): Promise<boolean> {
  for (const page of pages) if (!(await tellStory(page, shell))) return false;
  return true;
}

function labNames(): string[] {
  return readdirSync(labsFolder).filter((name) => existsSync(join(labsFolder, name, 'README.md')));
}

function readLab(name: string): LabPage {
  if (!labNames().includes(name)) {
    throw new CliError(exitCode.usage, `There is no lab ${name}.`, `one of: ${labNames().join(', ')}`);
  }
  return parseLabPage(readFileSync(join(labsFolder, name, 'README.md'), 'utf8'));
}

/** @param services for a cloud that is started here */
async function openCloud(options: RunOptions, name: string, services: string[]): Promise<LabCloud> {
  const wantedPort = options.port ?? defaultPort;
  const running = await findStatus(endpointOfPort(wantedPort));
  if (running && options.port !== undefined) return { status: running, isOwn: false };
  const port = (await isFree(wantedPort)) ? wantedPort : await findFreePort(wantedPort);
  if (port !== wantedPort) {
    const by = running ? `the cloud with the data folder ${running.dataFolder}` : 'another program';
    note(`Port ${wantedPort} is taken by ${by}; this lab uses port ${port}.`);
  }
  // A folder for each port: two labs that run at the same time are two clouds.
  const dataFolder =
    options.data === undefined ? join(defaultDataFolder(), 'labs', `${name}-${port}`) : dataFolderOf(options);
  const status = await startInBackground(dataFolder, port, services);
  await postJson(status.apiEndpoint, 'reset'); // of a lab that was killed before its end
  return { status, isOwn: true };
}

/** A cloud learns when it starts which servers stand for services. */
function checkServices({ apiEndpoint, services }: CloudStatus, wanted: UpstreamChange[]): void {
  const missing = wanted.find(
    ({ service, origin }) => !services.some((one) => one.service === service && one.origin === origin),
  );
  if (!missing) return;
  const option = `--service ${missing.service}=${missing.origin}`;
  const message = `The cloud at ${apiEndpoint} was not started with ${option}, which this needs.`;
  throw new CliError(exitCode.usage, message, 'without --port: the lab starts a cloud of its own');
}

async function closeCloud({ status, isOwn }: LabCloud, keep: boolean): Promise<void> {
  if (!isOwn) return;
  if (keep) {
    const down = `isthmus down --data ${status.dataFolder}`;
    note(
      `\nIts cloud stays up. To look at it: eval "$(isthmus env --port ${new URL(status.apiEndpoint).port})"\nTo end it: ${down}`,
    );
    return;
  }
  await stopCloud(status);
  rmSync(status.dataFolder, { recursive: true, force: true });
}

/** Commands of a page find `aws` and `isthmus` as a reader's shell would, and both speak to the lab's cloud. */
function openShell(awsCli: string, apiEndpoint: string): LabShell {
  const functions = `
    aws() { ${quote(awsCli)} --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
    isthmus() { ${quote(join(rootFolder, 'isthmus'))} "$@"; }
  `;
  return new LabShell(childAwsEnvironment({ endpoint: apiEndpoint }, {}), functions, rootFolder);
}

/** The first cloud on a machine builds the image its instances boot from; that takes a minute, so it is shown. */
async function followImage(apiEndpoint: string, signal: AbortSignal): Promise<void> {
  await postJson(apiEndpoint, 'image');
  let told = '';
  while (!signal.aborted) {
    const image = (await findStatus(apiEndpoint))?.image;
    if (image?.state === 'failed')
      throw new CliError(exitCode.cannot, image.progress ?? 'The image cannot be built.');
    if (image?.state !== 'building') return;
    const line = `Building the image that instances boot from (once): ${image.progress ?? ''}`.trimEnd();
    if (line !== told) note(line);
    told = line;
    await wait(1000);
  }
}

async function stayUp(apiEndpoint: string, interrupted: Promise<unknown>): Promise<void> {
  const port = new URL(apiEndpoint).port;
  say(
    `\nThe cloud stays up at ${apiEndpoint} until Ctrl-C. In another terminal: eval "$(./isthmus env --port ${port} --account 111111111111)"`,
  );
  const alive = setInterval(() => {}, 60_000);
  await interrupted;
  clearInterval(alive);
}

/** Ctrl-C ends the story, not the cleaning up after it. */
function onInterrupt() {
  const { promise, resolve } = Promise.withResolvers<'interrupted'>();
  const controller = new AbortController();
  const interrupt = () => {
    controller.abort();
    resolve('interrupted');
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  const end = () => {
    // A second Ctrl-C while we clean up must not leave half of it behind.
    for (const signal of signals) process.on(signal, () => {});
    for (const signal of signals) process.off(signal, interrupt);
  };
  return { promise, signal: controller.signal, end };
}

function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

/** One at random: a port just given back by another program is not ours to race for. */
async function findFreePort(notThis: number): Promise<number> {
  const port = await listenOnce(0);
  return port === notThis ? findFreePort(notThis) : port;
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
