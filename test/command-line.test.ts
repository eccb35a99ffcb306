// The command as a person types it: what it prints, how it ends, what it asks of a cloud. The cloud is a stand-in that
// answers /_isthmus/ as the daemon does; the AWS CLI is a stand-in that says how it was called.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const isthmus = fileURLToPath(new URL('../isthmus', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'isthmus-command-line-'));
const freePort = '1'; // nobody listens on tcpmux

interface Asked {
  method: string;
  path: string;
  mark: string | undefined;
  body: unknown;
}
const asked: Asked[] = [];
const answers: Record<string, [status: number, body: unknown]> = {
  'GET status': [
    200,
    {
      pid: 4242,
      dataFolder: '/data',
      apiEndpoint: 'http://x',
      certificateAuthority: '/data/authority.pem',
      generation: 7,
      appliedGeneration: 6,
      errors: [
        { about: 'vpc-1', doing: 'loading rules', stderr: 'no nft', hint: 'install nftables', since: 'now' },
      ],
      counts: { vpcs: 2, subnets: 0 },
      image: { state: 'ready' },
      services: [
        { service: 'sqs', origin: 'http://127.0.0.1:9324' },
        {
          service: 'kms',
          origin: 'https://localhost',
          host: 'k',
          trouble: { message: 'is not there', since: 'noon' },
        },
      ],
    },
  ],
  'GET drops': [
    200,
    {
      drops: [
        {
          ...{ packets: 3, bytes: 180, code: 'A_STOP', text: 'sg-1 refused tcp 10.0.1.7 > 10.0.1.9:80' },
          ...{ lastTime: '2026-01-31T12:00:00.000Z', recent: [] },
        },
      ],
    },
  ],
  'GET instances/i-1': [
    200,
    {
      instanceId: 'i-1',
      exec: { program: 'env', args: ['--', 'IN=inside'], env: { PATH: process.env.PATH } },
    },
  ],
  'GET instances/i-2': [404, { error: 'i-2 is not a running instance', hint: 'look again' }],
  'GET console/i-1': [200, 'booted\n'],
  'POST explain': [
    200,
    { arrives: false, hops: [{ at: 'sg-1', verdict: 'stop', text: 'no rule' }], text: '✗ sg-1  no rule' },
  ],
  'POST reset': [200, { status: 'ok' }],
};

const cloud = createServer(async (request, response) => {
  const path = request.url!.replace('/_isthmus/', '');
  asked.push({
    method: request.method!,
    path,
    mark: request.headers['x-isthmus'] as string,
    body: await readBody(request),
  });
  const [status, body] = answers[`${request.method} ${path}`] ?? [404, { error: `there is no ${path} here` }];
  response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
});
let port = '';

before(async () => {
  cloud.listen(0, '127.0.0.1');
  await once(cloud, 'listening');
  port = String((cloud.address() as AddressInfo).port);
  const aws =
    '#!/bin/sh\n[ -z "$UNKNOWN" ] || { echo "Unknown options: $UNKNOWN" >&2; exit 252; }\nprintf "<%s> " "$@"\necho "$AWS_ACCESS_KEY_ID $AWS_REGION $AWS_CONFIG_FILE profile=$AWS_PROFILE"\nexit 42\n';
  writeFileSync(join(folder, 'aws'), aws);
  chmodSync(join(folder, 'aws'), 0o755);
});

after(() => {
  cloud.close();
  rmSync(folder, { recursive: true });
});

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text === '' ? undefined : JSON.parse(text);
}

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function call(
  args: string[],
  settings: Record<string, string> = {},
  program = isthmus,
): Promise<Ended> {
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, ...clean } = process.env;
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...clean, ...settings },
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (ended.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (ended.stderr += text));
  [ended.code] = await once(child, 'close');
  return ended;
}

test('it runs through a symbolic link from any folder', async () => {
  const link = join(folder, 'linked');
  symlinkSync(isthmus, link);
  const { code, stdout } = await call(['--help'], {}, link);
  assert.equal(code, 0);
  assert.match(stdout, /Usage: isthmus/);
});

test('it says its version, and the version of aws-cli when that is asked', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  assert.deepEqual(await call(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
  const path = { PATH: `${folder}:${process.env.PATH}` };
  assert.match((await call(['aws', '--port', port, '--version'], path)).stdout, /<--version>/);
});

test('what is typed wrongly ends with 2', async () => {
  symlinkSync('/proc', join(folder, 'to-proc'));
  for (const args of [
    [],
    ['nonsense'],
    ['status', '--nonsense'],
    ['status', '--port', '0'],
    ['up', '--uplink'],
    ['explain', 'i-1'],
    ['env', '--account', '12'],
    ['lab', 'run', 'nonsense'],
    ['up', '--service', 'sqs=http://example.com'],
    ['lab', 'run', 'endpoint-service', '--service', 'ec2=http://127.0.0.1:1'],
    ['up', '--data', '/proc/x', '--port', freePort],
    ['up', '--data', '/sys', '--port', freePort, '--detach'],
    ['up', '--data', join(folder, 'to-proc', 'x'), '--port', freePort],
  ]) {
    const { code, stderr } = await call(args);
    assert.equal(code, 2, `isthmus ${args.join(' ')}: ${stderr}`);
    assert.notEqual(stderr, '');
  }
});

test('status says what stands in the way, and ends with 1 when no cloud is running', async () => {
  const running = await call(['status', '--port', port]);
  assert.equal(running.code, 0);
  assert.match(
    running.stdout,
    /pid 4242[\s\S]*7, applied up to 6[\s\S]*2 vpcs\n[\s\S]*loading rules[\s\S]*no nft[\s\S]*install nftables/,
  );
  assert.match(
    running.stdout,
    /Services {6}sqs is http:\/\/127\.0\.0\.1:9324\n +kms is https:\/\/localhost as k: it is not there, since noon\n/,
  );
  const none = await call(['status', '--port', freePort]);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /No cloud is running at http:\/\/127\.0\.0\.1:1\./);
  assert.deepEqual(JSON.parse((await call(['status', '--port', freePort, '--json'])).stdout), {
    running: false,
  });
});

test('a cloud is found by AWS_ENDPOINT_URL, a port given wins', async () => {
  const url = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  assert.equal((await call(['status'], url)).code, 0);
  assert.equal((await call(['status', '--port', freePort], url)).code, 1);
});

test('every call that changes something carries the mark no foreign page can send', async () => {
  assert.equal((await call(['reset', '--port', port])).code, 0);
  assert.deepEqual(asked.at(-1), { method: 'POST', path: 'reset', mark: '1', body: {} });
});

test('explain ends with 1 where packets stop, and with another code where it could not ask', async () => {
  const stopped = await call(['explain', 'i-1', 'vpce-1:80', '--port', port]);
  assert.equal(stopped.code, 1);
  assert.equal(stopped.stdout, '✗ sg-1  no rule\n');
  assert.deepEqual(asked.at(-1)!.body, { from: 'i-1', to: 'vpce-1:80' });
  const asJson = await call(['explain', 'i-1', 'vpce-1:80', '--json', '--port', port]);
  assert.equal(JSON.parse(asJson.stdout).hops[0].at, 'sg-1');
  assert.equal((await call(['explain', 'i-1', 'i-2', '--port', freePort])).code, 3);
});

test('exec passes arguments and exit code through, and options of the command are not its own', async () => {
  const inside = await call([
    'exec',
    '--port',
    port,
    'i-1',
    '--',
    'sh',
    '-c',
    'echo "$IN $1"; exit 9',
    '--',
    '--port',
  ]);
  assert.deepEqual(inside, { code: 9, stdout: 'inside --port\n', stderr: '' });
  assert.equal((await call(['exec', '--port', port, 'i-1', 'sh', '-c', 'exit 7'])).code, 7);
  const absent = await call(['exec', '--port', port, 'i-2', '--', 'true']);
  assert.equal(absent.code, 2);
  assert.equal(absent.stderr, 'i-2 is not a running instance\nTry: look again\n');
});

test('console-log and drops print what the cloud has', async () => {
  assert.equal((await call(['console-log', 'i-1', '--port', port])).stdout, 'booted\n');
  assert.match(
    (await call(['drops', '--port', port])).stdout,
    / 3 +180 {2}01-31 \d\d:\d\d {2}sg-1 refused tcp 10\.0\.1\.7 > 10\.0\.1\.9:80 \[A_STOP\]\n/,
  );
});

test('env prints what a shell needs, and nothing of the person’s own profile stays', async () => {
  const { stdout } = await call(
    ['env', '--port', port, '--account', '111111111111', '--region', 'eu-west-1'],
    { AWS_PROFILE: 'work' },
  );
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    `export AWS_ENDPOINT_URL=http://127.0.0.1:${port}`,
    'export AWS_ACCESS_KEY_ID=111111111111',
    'export AWS_SECRET_ACCESS_KEY=test',
    'export AWS_DEFAULT_REGION=eu-west-1',
    'export AWS_REGION=eu-west-1',
    'export AWS_CA_BUNDLE=/data/authority.pem',
    'unset AWS_PROFILE',
  ]);
});

test('aws: only options before its arguments are ours, and its exit code is passed on', async () => {
  const path = { PATH: `${folder}:${process.env.PATH}`, AWS_PROFILE: 'work' };
  const endpoint = `<--endpoint-url> <http://127.0.0.1:${port}>`;
  const called = await call(
    [
      'aws',
      '--port',
      port,
      '--account',
      '111111111111',
      'ec2',
      'describe-vpcs',
      '--region',
      'eu-west-1',
      '--account',
      'x',
    ],
    path,
  );
  assert.equal(called.code, 42);
  assert.equal(
    called.stdout,
    `${endpoint} <ec2> <describe-vpcs> <--region> <eu-west-1> <--account> <x> 111111111111 us-east-1 /dev/null profile=\n`,
  );
  const plain = await call(['aws', '--port', port, '--output', 'text', '--help'], path);
  assert.equal(
    plain.stdout,
    `${endpoint} <--output> <text> <--help> 000000000000 us-east-1 /dev/null profile=\n`,
  );
  const own = await call(['aws', '--region', 'eu-west-1', 'ec2', '--endpoint-url', 'http://elsewhere'], path);
  assert.equal(
    own.stdout,
    '<ec2> <--endpoint-url> <http://elsewhere> 000000000000 eu-west-1 /dev/null profile=\n',
  );
});

test('aws: what aws-cli does not know and is ours is told to belong before its arguments', async () => {
  const path = { PATH: `${folder}:${process.env.PATH}` };
  const ask = (args: string[], UNKNOWN = '') => call(['aws', '--port', port, ...args], { ...path, UNKNOWN });
  const late = await ask(['sts', 'get-caller-identity', '--port', '4610'], '--port, 4610');
  assert.equal(late.code, 2);
  assert.match(
    late.stderr,
    /^Unknown options: --port, 4610\n.*--port.*go before aws's: isthmus aws --port … COMMAND\n$/,
  );
  const known = await ask(['elbv2', 'create-listener', '--port', '80']);
  assert.deepEqual([known.code, known.stderr], [42, '']);
  const foreign = await ask(['elbv2', 'create-listener', '--port', '80', '--colour'], '--colour');
  assert.deepEqual([foreign.code, foreign.stderr], [252, 'Unknown options: --colour\n']);
});

test('aws and env say when no cloud is running', async () => {
  const path = { PATH: `${folder}:${process.env.PATH}` };
  const where = 'No cloud is running at http://127.0.0.1:1';
  const none = await call(['aws', '--port', freePort, 'ec2', 'describe-vpcs'], path);
  assert.deepEqual(none, { code: 3, stdout: '', stderr: `${where}.\nTry: isthmus up --detach\n` });
  const url = { ...path, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  const late = await call(['aws', 'sts', 'get-caller-identity', '--port', '4610'], url);
  assert.equal(late.code, 3);
  assert.match(late.stderr, /go before aws's: isthmus aws --port … COMMAND\n$/);
  const env = await call(['env', '--port', freePort]);
  assert.equal(env.code, 0);
  assert.match(env.stdout, /^export AWS_ENDPOINT_URL=/);
  assert.equal(env.stderr, `${where} yet: isthmus up --detach\n`);
});

test('up says what is wrong with a server that shall stand for a service, and what mends it', async () => {
  const { code, stderr } = await call(['up', '--detach', '--service', 'kinesis=http://127.0.0.1:1']);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^kinesis is no service that AWS has interface endpoints to.*\nTry: kinesis-streams\n$/,
  );
});

test('up says in one line when its data folder cannot be used', async () => {
  for (const more of [[], ['--detach']]) {
    const ended = await call(['up', '--data', join(folder, 'aws', 'x'), '--port', freePort, ...more]);
    assert.equal(ended.code, 3);
    assert.match(ended.stderr, /^The data folder \S+\/aws\/x cannot be used: .*\nTry: isthmus up --data DIR/);
    assert.doesNotMatch(ended.stderr, /\n\s+at /);
  }
});

test('down without a cloud and without data has nothing to do', async () => {
  const { code, stdout } = await call(['down', '--port', freePort, '--data', join(folder, 'none')]);
  assert.equal(code, 0);
  assert.match(stdout, /nothing to do/);
});

/** The folder of a cloud whose daemon is, or was, the process of this number. */
function newDataFolder(name: string, pid: number, apiEndpoint = `http://127.0.0.1:${freePort}`): string {
  const dataFolder = join(folder, name);
  mkdirSync(dataFolder);
  writeFileSync(join(dataFolder, 'daemon.json'), JSON.stringify({ pid, apiEndpoint }));
  return dataFolder;
}

test('down by port or endpoint ends a cloud that runs, or touches nothing', async () => {
  const stateFolder = { XDG_STATE_HOME: folder };
  for (const [args, settings] of [
    [['--port', freePort], stateFolder],
    [[], { ...stateFolder, AWS_ENDPOINT_URL: `http://127.0.0.1:${freePort}` }],
  ] as const) {
    const ended = await call(['down', ...args], settings);
    assert.deepEqual(ended, {
      code: 1,
      stdout: '',
      stderr:
        'No cloud is running at http://127.0.0.1:1.\nTry: isthmus down --data DIR, which cleans up after a daemon that died\n',
    });
  }
});

test('down cleans up after a daemon that died, also when its number or its port is someone else’s by now', async () => {
  const taken = newDataFolder('taken', process.pid, `http://127.0.0.1:${port}`);
  const before = asked.length;
  const { code, stdout } = await call(['down', '--data', taken]);
  assert.equal(code, 0);
  assert.match(stdout, /^No cloud was running; nothing of the one in \S+taken is left/);
  assert.deepEqual(
    asked.slice(before).map(({ path }) => path),
    ['status'],
  );
});

test('down refuses to take away the network of a daemon that is alive and does not answer', async (context) => {
  const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
  const idle = ['-e', 'setInterval(() => {}, 1000)', '--', main, 'up'];
  const silent = spawn(process.execPath, idle, { stdio: 'ignore' });
  context.after(() => silent.kill());
  await once(silent, 'spawn');
  const dataFolder = newDataFolder('silent', silent.pid!);
  const ended = await call(['down', '--data', dataFolder]);
  assert.equal(ended.code, 3);
  assert.match(
    ended.stderr,
    new RegExp(`\\(pid ${silent.pid}\\) is alive .*\nTry: kill ${silent.pid}, then: isthmus down`),
  );
});
