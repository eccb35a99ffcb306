// The agreements of the house that a program can check. Each test says the rule and lists who breaks it.
// Source is read as text, comments and strings blanked out where they would mislead.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { blankOut, functionsOf, importsOf } from './source-text.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const find = (pattern: string) => globSync(pattern, { cwd: root }).toSorted();
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const sources = find('src/**/*.ts').filter((path) => !path.endsWith('.test.ts'));
const tests = find('{src,test}/**/*.test.ts');
const ours = [...find('{src,test,bench,scripts}/**/*.ts')];
const pages = [...find('*.md'), ...find('{docs,labs}/**/*.md')];
const pureFolders = ['src/cloud/', 'src/network/', 'src/policy/', 'src/services/'];
/** Where an HTTP body becomes an operation's input and its output a body. */
const isCodec = (path: string) =>
  /^src\/aws\/(?:.*codec.*|ec2-query|aws-query|aws-json|rest-xml|aws-error)/.test(path);
/** S3 and DynamoDB own their storage: objects and items are theirs to read and write, and to wait for. Upstreams are waited for too. */
const ownsStorage = (path: string) => /^src\/services\/(s3|dynamodb|upstream)\//.test(path);
const isPure = (path: string) =>
  (pureFolders.some((folder) => path.startsWith(folder)) && !ownsStorage(path)) || isCodec(path);

/** `path: what` for each breach; the message of the assertion is the list. */
function assertNone(breaches: string[]): void {
  assert.equal(breaches.length, 0, `\n  ${breaches.join('\n  ')}`);
}

/** What each folder may import of ours, besides itself. `daemon`, `store` and `reconcile` see what they wire. */
const mayImport: Record<string, string[]> = {
  lib: [],
  cloud: ['lib'],
  policy: ['lib'],
  aws: ['lib', 'policy'],
  network: ['cloud', 'lib'],
  services: ['cloud', 'policy', 'aws', 'lib'],
  linux: ['network', 'cloud', 'lib'],
  dataplane: ['linux', 'network', 'aws', 'cloud', 'lib'],
  instances: ['linux', 'network', 'cloud', 'lib'],
};

/** The front door calls operations and knows what they are given; of the cloud it knows the shape of ids. */
const frontDoorMayImport =
  /^src\/(store|cloud\/id|services\/(operation|parameters|authorization-message|access\/authorize-call))\.ts$/;

test('imports point one way: lib, cloud, network, linux; services know no other service', () => {
  const breaches = sources.flatMap((path) => {
    const [folder, service] = path.split('/').slice(1) as [string, string];
    const allowed = mayImport[folder];
    if (!allowed) return [];
    return importsOf(path, read(path)).flatMap((imported) => {
      const [, target, other] = imported.split('/') as [string, string, string];
      const isSame =
        target === folder &&
        (folder !== 'services' || other === service || other === 'access' || !other?.match(/^[a-z0-9]+$/));
      const isContract = folder === 'aws' && frontDoorMayImport.test(imported);
      return !imported.startsWith('src/') || isSame || isContract || allowed.includes(target)
        ? []
        : [`${path} imports ${imported}`];
    });
  });
  assertNone(breaches);
});

/** The kernel's renderer, explain and what both have in common; the compiler's own files are the rest of src/network. */
const isReader = (path: string) =>
  path.startsWith('src/linux/') ||
  /^src\/network\/(explain.*|.*drop|matrix|gate|hub|listener|mtu|place|route-choice|stop-code)\.ts$/.test(
    path,
  );

test('one compiled network, its readers see nothing else: of the cloud only ids, and the addresses that AWS has made public', () => {
  const allowed = ['src/cloud/id.ts', 'src/cloud/public-range.ts'];
  const breaches = sources
    .filter(isReader)
    .flatMap((path) => importsOf(path, read(path)).map((imported) => ({ path, imported })))
    .filter(({ imported }) => imported.startsWith('src/cloud/') && !allowed.includes(imported))
    .map(({ path, imported }) => `${path} imports ${imported}`);
  assertNone(breaches);
});

test('the command line reaches a cloud by HTTP: of the rest it imports only the spawner, what an upstream may be and, to start one, the daemon', () => {
  const allowed = /^src\/(cli|lib)\/|^src\/linux\/(run|linux-error)\.ts$|^src\/cloud\/upstream\.ts$/;
  const starters = ['src/cli/up.ts', 'src/cli/down.ts'];
  const breaches = sources
    .filter((path) => path.startsWith('src/cli/'))
    .flatMap((path) => importsOf(path, read(path)).map((imported) => ({ path, imported })))
    .filter(({ imported }) => imported.startsWith('src/') && !allowed.test(imported))
    .filter(({ path, imported }) => !(imported === 'src/daemon.ts' && starters.includes(path)))
    .map(({ path, imported }) => `${path} imports ${imported}`);
  assertNone(breaches);
});

test('the pure middle does no input or output and reads no clock or chance', () => {
  const forbidden =
    /^node:(fs|child_process|net|http|https|dgram|dns|tls|os|process|timers|worker_threads|sqlite)\b/;
  const breaches = sources.filter(isPure).flatMap((path) => {
    const text = blankOut(read(path), 'comments and strings');
    const withoutPureNames = read(path).replace(/^import \{ (isIP(v4|v6)?(, )?)+ \} from 'node:net';$/m, '');
    const imports = importsOf(path, withoutPureNames).filter((name) => forbidden.test(name));
    const calls = [
      ...text.matchAll(
        /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.\w+|\bset(Timeout|Interval)\(/g,
      ),
    ];
    return [...imports, ...calls.map((call) => call[0])].map((what) => `${path}: ${what}`);
  });
  assertNone(breaches);
});

test('operations never await', () => {
  const breaches = sources
    .filter((path) =>
      /^src\/services\/(ec2|elbv2|iam|sts|organizations|directconnect|route53resolver)\//.test(path),
    )
    .filter((path) =>
      /\b(await|async)\b|\bPromise\b|\.then\(/.test(blankOut(read(path), 'comments and strings')),
    );
  assertNone(breaches);
});

test('one file starts programs, and none builds a shell string', () => {
  const spawner = 'src/linux/run.ts';
  const importers = sources
    .filter((path) => path !== spawner)
    .filter((path) => /^import (?!type)[^;]*from 'node:child_process'/m.test(read(path)))
    .map((path) => `${path} imports node:child_process`);
  const shells = sources
    .filter((path) => /\bshell: true\b|\bexecSync\(/.test(blankOut(read(path), 'comments and strings')))
    .map((path) => `${path} runs a shell string`);
  assertNone([...importers, ...shells]);
});

test('every file opens by saying what it is, in one to six lines; a test beside its code need not', () => {
  const breaches = ours
    .filter((path) => !/^src\/.*\.test\.ts$/.test(path))
    .flatMap((path) => {
      const lines = read(path).split('\n');
      const start = lines[0]!.startsWith('#!') ? 1 : 0;
      const end = lines.findIndex((line, index) => index >= start && !line.startsWith('//'));
      const length = end - start;
      // A header may go on with a format shown as it is written; the six lines are for prose.
      const prose = lines.slice(start, end).filter((line) => /^\/\/ \S/.test(line)).length;
      if (length < 1) return [`${path}: no header`];
      return prose > 6 ? [`${path}: a header of ${prose} lines`] : [];
    });
  assertNone(breaches);
});

test('no file is longer than 400 lines and no function longer than 70', () => {
  const breaches = ours.flatMap((path) => {
    const text = read(path);
    const lines = text.split('\n').length - 1;
    const long = functionsOf(text).filter((found) => found.lines > 70);
    const functions = long.map(({ name, lines }) => `${path}: ${name} has ${lines} lines`);
    return lines > 400 ? [`${path}: ${lines} lines`, ...functions] : functions;
  });
  assertNone(breaches);
});

test('no default exports, no barrels, no enums', () => {
  const breaches = ours.flatMap((path) => {
    const text = blankOut(read(path), 'comments');
    const found = [...text.matchAll(/^export (default|\*)|^(export )?(const )?enum \w+/gm)];
    return found.map((match) => `${path}: ${match[0]}`);
  });
  assertNone(breaches);
});

test('files are named in kebab-case for what is in them, never index, utils, helpers, common, types or manager', () => {
  const breaches = ours.filter((path) => {
    const name = basename(path).replace(/(\.test)?\.ts$/, '');
    const isKebab = path.split('/').every((part) => /^[a-z0-9]+(-[a-z0-9]+)*(\.test)?(\.ts)?$/.test(part));
    return !isKebab || /^(index|common|types)$|(^|-)(utils?|helpers?|manager)$/.test(name);
  });
  assertNone(breaches);
});

test('every operation we offer is named in a test', async () => {
  const texts = tests.map(read).join('\n');
  const breaches: string[] = [];
  for (const path of find('src/services/*/operations.ts')) {
    const module: Record<string, unknown> = await import(join(root, path));
    const names = Object.values(module).flatMap((table) =>
      table && typeof table === 'object' ? Object.keys(table) : [],
    );
    if (names.length === 0) breaches.push(`${path} exports no table of operations`);
    for (const name of names) {
      const called = new RegExp(`\\b(${name}|${name[0]!.toLowerCase()}${name.slice(1)})(Command)?\\b`);
      if (!called.test(texts)) breaches.push(`${path}: ${name}`);
    }
  }
  assertNone(breaches);
});

test('every DIFFERS label begins with a slug that docs/differences.md has as a heading or an anchor', () => {
  const page = existsSync(join(root, 'docs/differences.md')) ? read('docs/differences.md') : '';
  const documented = new Set(
    [...page.matchAll(/^#+ `?([a-z0-9-]+)`?\s*$|<a (?:id|name)="([a-z0-9-]+)"|^[-*|] *`([a-z0-9-]+)`/gm)].map(
      (match) => match[1] ?? match[2] ?? match[3],
    ),
  );
  const breaches = [...sources, ...find('src/instances/**/*.{pl,sh}')].flatMap((path) => {
    const labels = [...read(path).matchAll(/(?:\/\/|\*|#) *DIFFERS: *([^\s:]*)(.*)$/gm)];
    return labels.flatMap(([, slug, rest]) => {
      if (!/^[a-z0-9]+(-[a-z0-9]+)+$/.test(slug!))
        return [`${path}: no slug (write DIFFERS: some-slug …): ${slug}${rest}`];
      return documented.has(slug!) ? [] : [`${path}: ${slug} is not in docs/differences.md`];
    });
  });
  assertNone(breaches);
});

test('every path a page names is there', () => {
  const rooted = /^(src|test|docs|labs|bench|scripts|console|\.ci)\//;
  const breaches = pages.flatMap((page) => {
    const text = read(page);
    const named = [...text.matchAll(/`((?:[\w.-]+\/)*[\w.-]+(?:\/|\.[a-z]+)?)`/g)].map((match) => match[1]!);
    const linked = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
    const missing = named.filter((path) => rooted.test(path) && !existsSync(join(root, path)));
    const dead = linked.filter(
      (path) => !/^[a-z]+:/.test(path) && !existsSync(resolve(root, dirname(page), path)),
    );
    return [...missing, ...dead].map((path) => `${page}: ${path}`);
  });
  assertNone(breaches);
});

test('no test sleeps for a fixed time', () => {
  const breaches = tests.flatMap((path) => {
    const text = blankOut(read(path), 'comments and strings');
    const sleeps = [
      ...text.matchAll(/await (?:setTimeout|sleep|delay)\(|new Promise\([^)]*\)? *=> *setTimeout\(\w+, *\d/g),
    ];
    return sleeps.map((match) => `${path}: ${match[0]}`);
  });
  assertNone(breaches);
});

test('nothing names a path of a machine it was written on', () => {
  const machine = new RegExp(
    ['/work', '/home/\\w+', '/Users/\\w+', '/root/\\.\\w+'].map((path) => `(?<![\\w.-])${path}/`).join('|'),
  );
  const text = [
    ...ours,
    ...pages,
    ...find('{scripts,labs,.ci}/**/*.{sh,pl}'),
    'isthmus',
    '.ci/run',
    'package.json',
  ];
  const breaches = text.flatMap((path) => {
    const lines = read(path).split('\n');
    // /home/USER of an instance's own disk is a path of AWS's images.
    return lines
      .filter((line) => machine.test(line.replaceAll('/home/ec2-user/', '')))
      .map((line) => `${path}: ${line.trim()}`);
  });
  assertNone(breaches);
});
