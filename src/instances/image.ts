// The root disk every instance starts from: a Debian built once by mmdebstrap and kept in a cache folder.
// Its folder is named by the hash of the recipe, and appears by one rename: what has the name is whole.

import { createHash } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { LinuxError } from '../linux/linux-error.ts';
import { run, start } from '../linux/run.ts';
import { createOwnedNamespace, idMap } from '../linux/user-namespace.ts';

const recipeFolder = fileURLToPath(new URL('./image-recipe', import.meta.url));
const suite = 'bookworm';

export interface ImageOptions {
  /** Absent: /var/cache/isthmus/images for root, $XDG_CACHE_HOME/isthmus/images otherwise. */
  cacheFolder?: string;
  onProgress: (line: string) => void;
}

/** The folder of the finished image; builds it first where it is missing (about a minute). */
export async function ensureImage(options: ImageOptions): Promise<string> {
  const cacheFolder = options.cacheFolder ?? defaultCacheFolder();
  const folder = join(cacheFolder, recipeHash());
  if (existsSync(folder)) return folder;
  // Its set-uid programs belong to an instance's root, and are not for the users of this machine.
  mkdirSync(cacheFolder, { recursive: true, mode: 0o700 });
  const unlock = await lock(`${folder}.lock`);
  try {
    if (!existsSync(folder)) await build(folder, options.onProgress);
    return folder;
  } finally {
    unlock();
  }
}

export function hasImage(cacheFolder = defaultCacheFolder()): boolean {
  return existsSync(join(cacheFolder, recipeHash()));
}

function defaultCacheFolder(): string {
  if (idMap().hostBase !== 0) return '/var/cache/isthmus/images';
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'isthmus', 'images');
}

/** Everything the image depends on, the owner of its files among it. */
function recipeHash(): string {
  const hash = createHash('sha256').update(`${suite} ${process.arch} ${idMap().hostBase}\n`);
  const files = readdirSync(recipeFolder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const path of files.map((file) => join(file.parentPath, file.name)).sort()) {
    const isProgram = (statSync(path).mode & 0o100) !== 0;
    hash.update(`${path.slice(recipeFolder.length)} ${isProgram}\n`).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 16);
}

async function build(folder: string, onProgress: ImageOptions['onProgress']): Promise<void> {
  const workFolder = `${folder}.building`;
  await clear(workFolder); // ours alone: we hold the lock, so what is there is a dead builder's
  mkdirSync(workFolder);
  const startedAt = performance.now();
  onProgress(`Building the instances' image (Debian ${suite}; once, about a minute) in ${folder}`);
  const archive = join(workFolder, 'root.tar');
  await bootstrap(archive, onProgress);
  await unpack(archive, workFolder);
  renameSync(join(workFolder, 'root'), folder);
  await clear(workFolder);
  onProgress(`The instances' image is ready after ${Math.round((performance.now() - startedAt) / 1000)} s`);
}

async function bootstrap(archive: string, onProgress: ImageOptions['onProgress']): Promise<void> {
  const packages = readFileSync(join(recipeFolder, 'packages.txt'), 'utf8').trim().split(/\s+/);
  const excluded = ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/info/*', '/usr/share/locale/*'];
  const args = [
    '--mode=root',
    '--variant=minbase',
    '--format=tar',
    '--skip=output/dev',
    ...excluded.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    '--aptopt=Acquire::Languages "none"',
    ...(await proxyOptions()),
    `--include=${packages.join(',')}`,
    `--customize-hook=${join(recipeFolder, 'customize.sh')}`,
    suite,
    archive,
    ...(await mirrors()),
  ];
  await runWithProgress('mmdebstrap', args, dirname(archive), onProgress);
}

/** The lines of the host's own apt for this release, so that a mirror near by is used; none: mmdebstrap's default. */
async function mirrors(): Promise<string[]> {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const targets = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
    doing: "reading the host's package sources",
  }).catch(() => '');
  const lines = targets.split('\n').filter((line) => {
    const [uri, release, component] = line.split(' ');
    const isOurs = release === suite || release === `${suite}-updates` || release === `${suite}-security`;
    return isOurs && component === 'main' && /debian/.test(uri!);
  });
  const hasBase = lines.some((line) => line.split(' ')[1] === suite);
  return hasBase ? [...new Set(lines)].map((line) => `deb ${line}`) : [];
}

async function proxyOptions(): Promise<string[]> {
  const settings = await run('apt-config', ['dump', '--format', '%F "%v"%n', 'Acquire::http::Proxy'], {
    doing: "reading the host's apt proxy",
  }).catch(() => '');
  return settings.split('\n').flatMap((line) => (line.includes('""') || !line ? [] : [`--aptopt=${line}`]));
}

/** Unpacks as root of an instance, so that every file belongs to the ids instances live on. */
async function unpack(archive: string, workFolder: string): Promise<void> {
  const namespace = { user: join(workFolder, 'user'), net: join(workFolder, 'net') };
  const root = join(workFolder, 'root');
  const { hostBase } = idMap();
  for (const folder of [root, join(root, 'dev')]) {
    mkdirSync(folder, { mode: 0o755 });
    if (hostBase !== 0) chownSync(folder, hostBase, hostBase);
  }
  await createOwnedNamespace(namespace);
  const inputFd = openSync(archive, 'r');
  const tar = [
    'tar',
    '--extract',
    '--preserve-permissions',
    '--numeric-owner',
    '--xattrs',
    '--xattrs-include=*',
  ];
  // Folder and archive are opened by nsenter and by us: an instance's root may not walk to the cache itself.
  await run('nsenter', [`--user=${namespace.user}`, `--wd=${root}`, '--', ...tar], {
    doing: "unpacking the instances' image",
    inputFd,
    timeoutMs: 300_000,
  }).finally(() => closeSync(inputFd));
}

async function clear(workFolder: string): Promise<void> {
  for (const name of ['net', 'user']) {
    const file = join(workFolder, name);
    if (existsSync(file)) await run('umount', [file], { doing: `letting go of ${file}` }).catch(() => {});
  }
  rmSync(workFolder, { recursive: true, force: true });
}

/** Holds a lock that ends with us however we end: the kernel's, kept by a `cat` that lives as long as our end of its pipe. */
async function lock(path: string): Promise<() => void> {
  const holder = start('flock', [path, 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  await new Promise<void>((resolve, reject) => {
    const refuse = () =>
      reject(new LinuxError('waiting for another builder of the image', `flock ${path} cat`, 'failed'));
    holder.once('error', refuse).once('exit', refuse);
    holder.stdout!.once('data', () => resolve());
    holder.stdin!.on('error', () => {}).write('locked\n');
  });
  return () => holder.stdin!.end();
}

async function runWithProgress(
  program: string,
  args: string[],
  scratchFolder: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const env = { ...process.env, TMPDIR: scratchFolder };
  const child = start(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  const lastLines: string[] = [];
  createInterface({ input: child.stderr! }).on('line', (line) => {
    lastLines.push(line);
    if (lastLines.length > 12) lastLines.shift();
    if (line.startsWith('I: ')) onProgress(line.slice(3));
  });
  await new Promise<void>((resolve, reject) => {
    const refuse = (text: string, hint: string) =>
      reject(new LinuxError("building the instances' image", `${program} … ${suite}`, text, hint));
    child.on('error', (error) => refuse(error.message, `apt-get install ${program}`));
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        refuse(
          lastLines.join('\n'),
          'Debian packages must be reachable once: try `apt-get update` on this machine',
        );
    });
  });
}
