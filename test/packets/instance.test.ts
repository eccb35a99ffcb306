// Instances on real sandboxes: what boots, what it may see, how it ends, and that it does not need us to live.
// They have a network namespace without a wire: the wires are other tests' business.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { InstanceId } from '../../src/cloud/id.ts';
import { execPrefix } from '../../src/instances/exec.ts';
import { ensureImage } from '../../src/instances/image.ts';
import {
  createInstanceRuntime,
  type InstanceExit,
  type InstanceRuntime,
} from '../../src/instances/instance-runtime.ts';
import type { WantedInstance } from '../../src/instances/wanted-instance.ts';
import { run, start } from '../../src/linux/run.ts';
import { createOwnedNamespace, idMap } from '../../src/linux/user-namespace.ts';
import { eventually, skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const runtimeHost = fileURLToPath(new URL('./instance-host.ts', import.meta.url));
const image = () => ensureImage({ onProgress: () => {} });

function newInstanceId(): InstanceId {
  return `i-${randomBytes(9).toString('hex').slice(1)}`;
}

/** An instance as it is asked for, with the two namespaces it will live in. */
async function makeWanted(change: Partial<WantedInstance> = {}): Promise<WantedInstance> {
  const instanceId = change.instanceId ?? newInstanceId();
  const paths = {
    net: `/run/netns/isthmus-test-${instanceId}`,
    user: `/run/isthmus/user/isthmus-test-${instanceId}`,
  };
  await createOwnedNamespace(paths);
  after(async () => {
    for (const path of Object.values(paths)) {
      await run('umount', ['--lazy', path], { doing: `letting go of ${path}` });
      rmSync(path);
    }
  });
  return {
    ...{
      instanceId,
      desiredState: 'running',
      bootNumber: 1,
      hostname: 'ip-10-0-1-5',
      domain: 'ec2.internal',
    },
    ...{
      dhcp: { searchDomains: ['ec2.internal'], nameServers: ['10.0.0.2'], configurations: [] },
      region: 'eu-west-1',
    },
    ...{ networkNamespacePath: paths.net, userNamespacePath: paths.user },
    ...change,
  };
}

interface TestRuntime {
  runtime: InstanceRuntime;
  dataFolder: string;
  exits: InstanceExit[];
  /** Runs a program in an instance; throws with what it said when it fails. */
  inside(wanted: WantedInstance, ...command: string[]): Promise<string>;
}

function makeRuntime(dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-test-'))): TestRuntime {
  const runtime = createInstanceRuntime({ dataFolder, image });
  const exits: InstanceExit[] = [];
  runtime.onExit((exit) => exits.push(exit));
  runtime.adopt();
  after(async () => {
    await runtime.removeAll();
    runtime.close();
    rmSync(dataFolder, { recursive: true, force: true });
  });
  return {
    runtime,
    dataFolder,
    exits,
    inside: (wanted, ...command) => runInside(runtime, wanted, 'root', command),
  };
}

function runInside(
  runtime: InstanceRuntime,
  wanted: WantedInstance,
  user: string,
  command: string[],
): Promise<string> {
  const { program, args } = execPrefix(runtime.pidOf(wanted.instanceId)!, user);
  return run(program, [...args, ...command], {
    doing: `running ${command[0]} in ${wanted.instanceId}`,
    timeoutMs: 20_000,
  });
}

function encode(script: string): string {
  return Buffer.from(script).toString('base64');
}

const bootFinished = ['sh', '-c', 'until [ -e /var/lib/cloud/instance/boot-finished ]; do sleep 0.02; done'];

test('the first run builds the image; after that it is there', options, async () => {
  const folder = await image();
  assert.ok(existsSync(join(folder, 'usr/sbin/nginx')));
  assert.equal(await image(), folder);
});

test(
  'an instance boots, knows its name and runs its user data once, for console and log to read',
  options,
  async () => {
    const { runtime, inside } = makeRuntime();
    const script =
      '#!/bin/sh\necho "hello from $(hostname) in $AWS_DEFAULT_REGION"\necho to the console > /dev/console\nservice nginx start\n';
    const wanted = await makeWanted({ userData: encode(script) });
    const { failed } = await runtime.set([wanted]);
    assert.deepEqual([...failed.values()], []);
    assert.equal(runtime.observe(wanted.instanceId).sandbox, 'running');
    await inside(wanted, ...bootFinished);
    assert.equal(
      await inside(wanted, 'cat', '/etc/resolv.conf'),
      'search ec2.internal\nnameserver 10.0.0.2\n',
    );
    await inside(wanted, 'ip', 'link', 'set', 'lo', 'up');
    assert.match(await inside(wanted, 'curl', '--silent', 'http://127.0.0.1/'), /nginx/);
    const log = await inside(wanted, 'cat', '/var/log/cloud-init-output.log');
    assert.match(log, /hello from ip-10-0-1-5 in eu-west-1/);
    const console = () => runtime.readConsole(wanted.instanceId).text;
    await eventually(
      'the console says it too',
      () => /to the console/.test(console()) && /login:/.test(console()),
    );
    assert.match(console(), /Cloud-init .* finished at/);

    await runtime.set([{ ...wanted, bootNumber: 2 }]);
    await inside(wanted, ...bootFinished);
    await eventually('a second boot', () => console().split('login:').length === 3);
    assert.equal(console().split('hello from').length, 2);
  },
);

test('user data that is no script is refused on the console', options, async () => {
  const { runtime } = makeRuntime();
  const wanted = await makeWanted({ userData: encode('#cloud-config\npackages: [nginx]\n') });
  await runtime.set([wanted]);
  const said = () => runtime.readConsole(wanted.instanceId).text;
  await eventually('the refusal', () => /this user data was not run: .*#cloud-config/.test(said()));
});

test('root inside is nobody outside: the host cannot be written, seen or reached', options, async () => {
  const { runtime, inside, dataFolder } = makeRuntime();
  const server = createServer((_request, response) => response.end('the host')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const wanted = await makeWanted();
  await runtime.set([wanted]);
  await inside(wanted, 'ip', 'link', 'set', 'lo', 'up');

  assert.equal(
    (await inside(wanted, 'cat', '/proc/self/uid_map')).trim().split(/\s+/)[1],
    String(idMap().hostBase),
  );
  const forbidden = [
    'echo x > /proc/sys/kernel/core_pattern',
    'mknod /tmp/disk b 254 0',
    'dmesg',
    'head -c 1 /proc/kcore',
    'echo b > /proc/sysrq-trigger',
    'cat /proc/kmsg | grep .',
    `ls ${dataFolder}`,
    'ls /run/isthmus',
    'mount -t cgroup2 none /mnt && mkdir /mnt/mine',
    'ls /sys/kernel | grep .',
    `ls /proc/1/root${dataFolder}`,
    `curl --silent --max-time 2 http://127.0.0.1:${port}/`,
  ];
  for (const command of forbidden) {
    await assert.rejects(inside(wanted, 'sh', '-c', command), /./, `${command} was allowed`);
  }
  const names = (await inside(wanted, 'ps', '-e', '-o', 'args='))
    .split('\n')
    .map((line) => line.split(' ')[0]);
  assert.ok(!names.includes('node') && !names.includes(process.execPath), names.join(' '));
  assert.equal((await inside(wanted, 'ps', '-p', '1', '-o', 'args=')).trim(), 'init');
  const powers = (await inside(wanted, 'grep', '-h', 'CapBnd', '/proc/self/status', '/proc/1/status'))
    .trim()
    .split('\n');
  assert.equal(powers[0], powers[1]);
});

test('two instances see nothing of one another', options, async () => {
  const { runtime, inside } = makeRuntime();
  const [left, right] = [await makeWanted(), await makeWanted()];
  await runtime.set([left, right]);
  await inside(
    left,
    'sh',
    '-c',
    'echo secret > /tmp/left; exec -a left-daemon sleep 60 < /dev/null > /dev/null 2>&1 &',
  ).catch(() => {});
  await assert.rejects(inside(right, 'cat', '/tmp/left'));
  assert.doesNotMatch(await inside(right, 'ps', 'ax'), /left-daemon/);
});

test('the tools of the lessons work, also for a user who is not root', options, async () => {
  const { runtime, inside } = makeRuntime();
  const wanted = await makeWanted();
  await runtime.set([wanted]);
  await inside(wanted, 'ip', 'link', 'set', 'lo', 'up');
  await inside(wanted, 'nft', 'add', 'table', 'inet', 'mine');
  const capture =
    'timeout 10 tcpdump -i lo -c 1 icmp & sleep 0.5; ping -c 2 -i 0.2 127.0.0.1 > /dev/null; wait $!';
  await inside(wanted, 'bash', '-c', capture);
  await inside(wanted, 'nslookup', '-version');
  assert.match(await inside(wanted, 'aws', '--version'), /aws-cli/);
  const user = (...command: string[]) => runInside(runtime, wanted, 'ec2-user', command);
  assert.equal((await user('id', '-un')).trim(), 'ec2-user');
  assert.equal((await user('sudo', '-n', 'id', '-u')).trim(), '0');
  await user('ping', '-c', '1', '127.0.0.1');
  assert.equal((await user('sh', '-c', 'echo $HOME $AWS_DEFAULT_REGION')).trim(), '/home/ec2-user eu-west-1');
});

test('a command inside keeps its exit code and gets nothing of our environment', options, async () => {
  const { runtime } = makeRuntime();
  const wanted = await makeWanted();
  await runtime.set([wanted]);
  const { program, args } = execPrefix(runtime.pidOf(wanted.instanceId)!);
  const env = { ...process.env, AWS_SECRET_ACCESS_KEY: 'of-a-real-cloud' };
  const child = start(program, [...args, 'sh', '-c', 'env; exit 42'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (part) => (text += part));
  const [code] = await once(child, 'close');
  assert.equal(code, 42);
  assert.doesNotMatch(text, /of-a-real-cloud/);
  assert.match(text, /^AWS_DEFAULT_REGION=eu-west-1$/m);
});

test('a stop keeps the disk, a start brings it back', options, async () => {
  const { runtime, inside, exits } = makeRuntime();
  const wanted = await makeWanted();
  await runtime.set([wanted]);
  await inside(wanted, 'sh', '-c', 'echo kept > /srv/page');
  await runtime.set([{ ...wanted, desiredState: 'stopped' }]);
  await runtime.settled();
  assert.equal(runtime.observe(wanted.instanceId).sandbox, 'absent');
  assert.equal(runtime.pidOf(wanted.instanceId), undefined);
  await runtime.set([{ ...wanted, bootNumber: 2 }]);
  assert.equal(await inside(wanted, 'cat', '/srv/page'), 'kept\n');
  assert.deepEqual(exits, []);
});

test('poweroff inside is told and not undone; the next start works', options, async () => {
  const { runtime, inside, exits } = makeRuntime();
  const wanted = await makeWanted();
  await runtime.set([wanted]);
  await inside(wanted, 'poweroff').catch(() => {}); // it may be gone before it has answered
  await eventually('the end is told', () => exits.length === 1);
  assert.deepEqual(exits[0], { instanceId: wanted.instanceId, bootNumber: 1, how: 'poweroff', detail: '' });
  await runtime.set([wanted]);
  assert.equal(runtime.observe(wanted.instanceId).sandbox, 'absent');
  await runtime.set([{ ...wanted, bootNumber: 2 }]);
  assert.equal(runtime.observe(wanted.instanceId).sandbox, 'running');
});

test('reboot inside starts the machine again, and it counts as running all the while', options, async () => {
  const { runtime, inside, exits } = makeRuntime();
  const wanted = await makeWanted();
  await runtime.set([wanted]);
  await inside(wanted, 'sh', '-c', 'echo kept > /srv/page');
  const before = runtime.pidOf(wanted.instanceId);
  const seen = new Set<string>();
  await inside(wanted, 'reboot').catch(() => {});
  await eventually('another PID 1', () => {
    seen.add(runtime.observe(wanted.instanceId).sandbox);
    const pid = runtime.pidOf(wanted.instanceId);
    return pid !== undefined && pid !== before;
  });
  assert.equal(await inside(wanted, 'cat', '/srv/page'), 'kept\n');
  assert.deepEqual(exits, []);
  assert.deepEqual(runtime.observe(wanted.instanceId), { sandbox: 'running' });
});

test('a machine whose PID 1 is killed has crashed, and that is told', options, async () => {
  const { runtime, exits } = makeRuntime();
  const wanted = await makeWanted();
  await runtime.set([wanted]);
  process.kill(runtime.pidOf(wanted.instanceId)!, 'SIGKILL');
  await eventually('the crash is told', () => exits.length === 1);
  assert.equal(exits[0]!.how, 'crash');
  assert.match(exits[0]!.detail, /signal 9/);
});

test(
  'a terminated instance leaves no disk, and neither does one that is not named any more',
  options,
  async () => {
    const { runtime, dataFolder } = makeRuntime();
    const [one, two] = [await makeWanted(), await makeWanted()];
    await runtime.set([one, two]);
    await runtime.set([{ ...one, desiredState: 'terminated' }]);
    await runtime.settled();
    assert.deepEqual(readdirSync(join(dataFolder, 'instances')), []);
    assert.deepEqual(readdirSync(join(dataFolder, 'instance-status')), []);
  },
);

test('a start that cannot work says why and leaves the others alone', options, async () => {
  const { runtime } = makeRuntime();
  const [good, bad] = [await makeWanted(), await makeWanted()];
  const networkNamespacePath = '/run/netns/isthmus-test-nowhere';
  const { failed } = await runtime.set([good, { ...bad, networkNamespacePath }]);
  assert.deepEqual([...failed.keys()], [bad.instanceId]);
  assert.match(failed.get(bad.instanceId)!.message, /isthmus-test-nowhere: No such file/);
  assert.equal(runtime.observe(good.instanceId).sandbox, 'running');
  assert.equal(runtime.observe(bad.instanceId).sandbox, 'absent');
  const { failed: failedAgain } = await runtime.set([good, bad]);
  assert.equal(failedAgain.size, 0);
});

test('symbolic links in a root disk do not lead our hand to files of the host', options, async () => {
  const { runtime, inside, dataFolder } = makeRuntime();
  const wanted = await makeWanted();
  const target = join(dataFolder, 'precious');
  writeFileSync(target, 'as it was');
  await runtime.set([wanted]);
  const replace = `rm -f /etc/hostname /etc/resolv.conf; ln -s ${target} /etc/hostname; ln -s ${target} /etc/resolv.conf`;
  await inside(wanted, 'sh', '-c', replace);
  await runtime.set([{ ...wanted, bootNumber: 2 }]);
  assert.equal(await inside(wanted, 'cat', '/etc/hostname'), 'ip-10-0-1-5\n');
  assert.equal(await run('cat', [target], { doing: 'reading' }), 'as it was');
});

test('instances outlive a daemon that is killed, and the next one takes them over', options, async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-test-'));
  const [stays, ends] = [await makeWanted(), await makeWanted()];
  const host = start(process.execPath, [runtimeHost, dataFolder, JSON.stringify([stays, ends])], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: host.stdout! }), 'line');
  const pids: Record<string, number> = JSON.parse(line);
  process.kill(-host.pid!, 'SIGKILL');
  await once(host, 'exit');
  const left = execPrefix(pids[ends.instanceId]!);
  await run(left.program, [...left.args, 'poweroff', '-f'], { doing: 'ending one meanwhile' }).catch(
    () => {},
  );
  await eventually('its end', () => !existsSync(`/proc/${pids[ends.instanceId]}`));

  const { runtime, exits, inside } = makeRuntime(dataFolder);
  assert.equal(runtime.pidOf(stays.instanceId), pids[stays.instanceId]);
  await eventually('the end is told', () => exits.length === 1);
  assert.equal(exits[0]!.instanceId, ends.instanceId);
  await runtime.set([stays, { ...ends, desiredState: 'stopped' }]);
  assert.equal(runtime.pidOf(stays.instanceId), pids[stays.instanceId]);
  assert.equal((await inside(stays, 'hostname')).trim(), 'ip-10-0-1-5');
});

test('everything stops when the cloud goes down, and comes back as it was', options, async () => {
  const { runtime, dataFolder, exits } = makeRuntime();
  const wanted = await Promise.all([makeWanted(), makeWanted(), makeWanted()]);
  await runtime.set(wanted);
  const pids = wanted.map(({ instanceId }) => runtime.pidOf(instanceId)!);
  await runtime.stopAll();
  for (const pid of pids) assert.ok(!existsSync(`/proc/${pid}`));
  runtime.close();
  const next = makeRuntime(dataFolder);
  await next.runtime.set(wanted);
  for (const { instanceId } of wanted) assert.equal(next.runtime.observe(instanceId).sandbox, 'running');
  assert.deepEqual([...exits, ...next.exits], []);
});
