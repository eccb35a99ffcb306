// Sites and their hosts through the daemon: made over HTTP, entered, killed with the daemon, found again, taken away.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EC2 } from '@aws-sdk/client-ec2';
import { type Daemon, removeCloud, startDaemon } from '../../src/daemon.ts';
import { run } from '../../src/linux/run.ts';
import { namespacesOf } from './packet-world.ts';
import { eventually, skipWithoutRoot } from './test-namespace.ts';

interface Host {
  instanceId: string;
  pid: number;
  exec: { program: string; args: string[] };
}

async function ask(daemon: Daemon, path: string, body?: object) {
  const request = body
    ? { method: 'POST', headers: { 'x-isthmus': '1' }, body: JSON.stringify(body) }
    : { method: 'GET' };
  const response = await fetch(`${daemon.apiEndpoint}/_isthmus/${path}`, request);
  return { status: response.status, body: (await response.json()) as Record<string, never> };
}

/** Runs a command in a host as soon as it runs. */
async function runIn(daemon: Daemon, path: string, ...command: string[]): Promise<string> {
  await eventually(`${path} runs`, async () => (await ask(daemon, `sites/${path}`)).status === 200);
  const { exec } = (await ask(daemon, `sites/${path}`)).body as unknown as Host;
  return run(exec.program, [...exec.args, ...command], { doing: `running ${command[0]} in ${path}` });
}

function makeDataFolder(t: TestContext): string {
  const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-site-'));
  t.after(async () => {
    await removeCloud({ dataFolder });
    rmSync(dataFolder, { recursive: true });
  });
  return dataFolder;
}

test('a site is made, entered, connected, outlives the daemon and is taken away', {
  skip: skipWithoutRoot,
}, async (t) => {
  const dataFolder = makeDataFolder(t);
  const start = () => startDaemon({ dataFolder, port: 0, log: 'silent' });
  let daemon = await start();
  const request = { name: 'berlin', cidrBlocks: ['192.168.0.0/16'], hosts: [{ name: 'desk' }] };
  const made = await ask(daemon, 'sites', request);
  assert.equal(made.status, 201);
  assert.partialDeepStrictEqual(made.body, { name: 'berlin', publicAddress: '203.0.113.10' });
  assert.equal((await ask(daemon, 'sites', request)).status, 400);
  assert.equal((await ask(daemon, 'sites/paris')).status, 404);
  assert.equal((await ask(daemon, 'sites/berlin/printer')).status, 404);
  await ask(daemon, 'sites/berlin/hosts', { name: 'printer', address: '192.168.7.7' });
  assert.match(await runIn(daemon, 'berlin/desk', 'cat', '/etc/resolv.conf'), /nameserver 192\.168\.0\.1/);
  assert.match(await runIn(daemon, 'berlin/printer', 'ping', '-c1', '-W2', 'desk'), /1 received/);

  const credentials = { accessKeyId: '111111111111', secretAccessKey: 'test' };
  const ec2 = new EC2({ endpoint: daemon.apiEndpoint, region: 'us-east-1', credentials });
  const { VpnGateway } = await ec2.createVpnGateway({ Type: 'ipsec.1' });
  const { CustomerGateway } = await ec2.createCustomerGateway({ Type: 'ipsec.1', IpAddress: '203.0.113.10' });
  const { VpnConnection } = await ec2.createVpnConnection({
    ...{ Type: 'ipsec.1', CustomerGatewayId: CustomerGateway!.CustomerGatewayId! },
    VpnGatewayId: VpnGateway!.VpnGatewayId!,
  });
  const isUp = async () => {
    const { VpnConnections } = await ec2.describeVpnConnections({});
    return VpnConnections![0]!.VgwTelemetry!.every(({ Status }) => Status === 'UP');
  };
  await eventually('the tunnels are up', isUp);
  const line = { attachmentId: VpnConnection!.VpnConnectionId!, gatewayId: VpnGateway!.VpnGatewayId! };
  assert.deepEqual((await ask(daemon, 'sites/berlin')).body.lines, [line]);

  const before = (await ask(daemon, 'sites/berlin/desk')).body as unknown as Host;
  await runIn(daemon, 'berlin/desk', 'touch', '/root/mine');
  await daemon.stop({ keepRunning: true });
  daemon = await start();
  await daemon.ready;
  const after = (await ask(daemon, 'sites/berlin/desk')).body as unknown as Host;
  assert.equal(after.pid, before.pid);
  // One that is switched off is switched on again, with its disk.
  await runIn(daemon, 'berlin/desk', 'poweroff');
  await eventually('it has begun anew', async () => {
    const { status, body } = await ask(daemon, 'sites/berlin/desk');
    return status === 200 && (body as unknown as Host).pid !== before.pid;
  });
  await runIn(daemon, 'berlin/desk', 'ls', '/root/mine');
  assert.match(await runIn(daemon, 'berlin/printer', 'ping', '-c1', '-W2', 'desk'), /1 received/);

  const mark = readFileSync(join(dataFolder, 'mark'), 'utf8').trim();
  assert.equal((await ask(daemon, 'sites/berlin/delete', {})).status, 200);
  await eventually('nothing of it is left', async () =>
    (await namespacesOf(mark)).every((name) => name.includes('vgw-')),
  );
  await daemon.stop({ keepRunning: false });
  assert.deepEqual(await namespacesOf(mark), []);
});
