// The whole cloud through the daemon's death: killed with open flows, started again, taken down and brought back.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EC2, waitUntilInstanceRunning } from '@aws-sdk/client-ec2';
import { removeCloud } from '../../src/daemon.ts';
import { dialTcp } from '../../src/dataplane/door.ts';
import { namespaceName, namespacePath } from '../../src/linux/link-name.ts';
import { namespacesOf } from './packet-world.ts';
import { eventually, skipWithoutRoot } from './test-namespace.ts';

const program = fileURLToPath(new URL('./daemon-process.ts', import.meta.url));

interface Running {
  process: ChildProcess;
  ec2: EC2;
}

async function startProcess(dataFolder: string): Promise<Running> {
  const child = spawn(process.execPath, [program, dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const credentials = { accessKeyId: '111111111111', secretAccessKey: 'test' };
  return {
    process: child,
    ec2: new EC2({ endpoint: String(line).trim(), region: 'us-east-1', credentials }),
  };
}

async function kill({ process: child }: Running): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function makeDataFolder(t: TestContext): string {
  const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-daemon-'));
  t.after(async () => {
    await removeCloud({ dataFolder });
    rmSync(dataFolder, { recursive: true });
  });
  return dataFolder;
}

/** A VPC with a client and a server whose nginx answers on port 80. */
async function makeCloud(ec2: EC2) {
  const { Vpc } = await ec2.createVpc({ CidrBlock: '10.0.0.0/16' });
  const { Subnet } = await ec2.createSubnet({ VpcId: Vpc!.VpcId!, CidrBlock: '10.0.1.0/24' });
  const { Images } = await ec2.describeImages({});
  const run = async (address: string, script: string) => {
    const { Instances } = await ec2.runInstances({
      ...{ ImageId: Images![0]!.ImageId!, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
      ...{
        SubnetId: Subnet!.SubnetId!,
        PrivateIpAddress: address,
        UserData: Buffer.from(script).toString('base64'),
      },
    });
    return Instances![0]!.InstanceId!;
  };
  const server = await run('10.0.1.10', '#!/bin/sh\necho page > /var/www/html/index.html\nnginx\n');
  const client = await run('10.0.1.20', '#!/bin/sh\n');
  const limits = { client: ec2, maxWaitTime: 180, minDelay: 1, maxDelay: 1 };
  await waitUntilInstanceRunning(limits, { InstanceIds: [server, client] });
  return { server, client };
}

/** Asks for the page once more on the same connection. */
async function ask(socket: Socket): Promise<string> {
  socket.write('GET / HTTP/1.1\r\nHost: server\r\n\r\n');
  const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(5000) })) as [Buffer];
  return String(answer).split('\r\n')[0]!;
}

test('a killed daemon interrupts no flow and loses nothing; down leaves nothing, up brings it back', {
  skip: skipWithoutRoot,
}, async (t) => {
  const dataFolder = makeDataFolder(t);
  let running = await startProcess(dataFolder);
  const { server, client } = await makeCloud(running.ec2);
  const mark = readFileSync(join(dataFolder, 'mark'), 'utf8').trim();
  const where = {
    namespacePath: namespacePath(namespaceName(mark, client)),
    remoteAddress: '10.0.1.10',
    port: 80,
  };
  let socket: Socket | undefined;
  await eventually('nginx answers', async () => {
    socket = await dialTcp({ ...where, timeoutMs: 1000 }).catch(() => undefined);
    return socket !== undefined;
  });
  assert.equal(await ask(socket!), 'HTTP/1.1 200 OK');

  await kill(running);
  assert.equal(await ask(socket!), 'HTTP/1.1 200 OK', 'without a daemon');
  running = await startProcess(dataFolder);
  assert.equal(await ask(socket!), 'HTTP/1.1 200 OK', 'with the next daemon');
  const { Reservations } = await running.ec2.describeInstances({ InstanceIds: [server, client] });
  const states = Reservations!.flatMap(({ Instances }) => Instances!.map(({ State }) => State!.Name));
  assert.deepEqual(states, ['running', 'running']);
  socket!.destroy();

  await kill(running);
  await removeCloud({ dataFolder });
  assert.deepEqual(await namespacesOf(mark), []);
  running = await startProcess(dataFolder);
  const limits = { client: running.ec2, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
  await waitUntilInstanceRunning(limits, { InstanceIds: [server, client] });
  assert.equal((await running.ec2.describeVpcs({})).Vpcs?.length, 1);
  await kill(running);
});
