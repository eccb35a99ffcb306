// The ways from a client to a server that are compared: a plain link, our endpoint, and proxies in the same place.

import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../src/cloud/cloud.ts';
import type { SecurityGroupRule } from '../src/cloud/vpc.ts';
import { namespaceName } from '../src/linux/link-name.ts';
import { run } from '../src/linux/run.ts';
import { compileNetwork } from '../src/network/compile.ts';
import { openStore } from '../src/store.ts';
import {
  type ExampleVpc,
  exampleId,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../test/networks/example-cloud.ts';
import { inside, type Scratch, waitForListener } from './scratch.ts';
import { everyPort, startNginx, startServers } from './server.ts';
import { hasNginxStream, hasProgram } from './tool.ts';

export interface Path {
  name: string;
  client: string;
  address: string;
  /** All that handles its bytes in user space besides the client. */
  processes: ChildProcess[];
}

/** AWS's inside a VPC: the same on every wire. */
const mtu = 9001;

/** One bridge between two namespaces, nothing filtered; beside it a namespace in which the proxies are, a wire to either side. */
export async function makePlainPaths(scratch: Scratch): Promise<Path[]> {
  const client = await scratch.makeNamespace('plain-client');
  const server = await scratch.makeNamespace('plain-server');
  const bridge = await scratch.makeNamespace('plain-bridge');
  const proxy = await scratch.makeNamespace('proxy');
  await run('ip', ['-n', bridge, 'link', 'add', 'br0', 'up', 'type', 'bridge'], {
    doing: 'making the plain link',
  });
  for (const [namespace, address] of [
    [client, '10.1.0.1/24'],
    [server, '10.1.0.2/24'],
  ] as const) {
    await joinNamespaces(bridge, namespace, 'plain', address);
    await run('ip', ['-n', bridge, 'link', 'set', `to-${namespace.slice(-6)}`, 'master', 'br0'], {
      doing: 'joining the bridge',
    });
  }
  await joinNamespaces(proxy, client, 'proxied', '10.1.1.1/24');
  await joinNamespaces(proxy, server, 'proxied', '10.1.2.2/24');
  const proxyAddresses = ['10.1.1.2', '10.1.1.3', '10.1.1.4'].map(
    (address) => `address add ${address}/24 dev to-client`,
  );
  await batch(proxy, [...proxyAddresses, 'address add 10.1.2.1/24 dev to-server']);
  const servers = await startServers(scratch, server);
  return [
    { name: 'plain link', client, address: '10.1.0.2', processes: servers },
    ...(await startProxies(scratch, proxy, client, servers)),
  ];
}

/** A veth pair; this side is named for the other. */
async function joinNamespaces(here: string, there: string, name: string, address: string): Promise<void> {
  const link = `to-${there.slice(-6)}`;
  await batch(here, [
    `link add ${link} mtu ${mtu} type veth peer name ${name} mtu ${mtu} netns ${there}`,
    `link set ${link} up`,
  ]);
  await batch(there, [`address add ${address} dev ${name}`, `link set ${name} up`]);
}

async function batch(namespace: string, lines: string[]): Promise<void> {
  await run('ip', ['-n', namespace, '-batch', '-'], {
    doing: `wiring ${namespace}`,
    input: `${lines.join('\n')}\n`,
  });
}

/** Each listens on all ports at an address of its own and is set up for speed: large buffers, no delay, both cores. */
async function startProxies(
  scratch: Scratch,
  proxy: string,
  client: string,
  servers: ChildProcess[],
): Promise<Path[]> {
  const paths: Path[] = [];
  const add = async (name: string, address: string, processes: ChildProcess[]) => {
    for (const port of everyPort) await waitForListener(proxy, port, address);
    paths.push({ name, client, address, processes: [...servers, ...processes] });
  };
  if (hasProgram('haproxy')) await add('HAProxy', '10.1.1.2', [startHaproxy(scratch, proxy, '10.1.1.2')]);
  if (hasNginxStream()) {
    const listeners = everyPort.map(
      (port) => `server { listen 10.1.1.3:${port} backlog=4096; proxy_pass 10.1.2.2:${port}; }`,
    );
    const body = `stream { proxy_buffer_size 64k; ${listeners.join(' ')} }`;
    await add('nginx stream', '10.1.1.3', [startNginx(scratch, proxy, body, 2)]);
  }
  if (hasProgram('socat')) {
    const options = 'bind=10.1.1.4,fork,reuseaddr,nodelay,backlog=4096';
    const start = (port: number) =>
      scratch.startInside(proxy, 'socat', [
        '-b65536',
        `TCP4-LISTEN:${port},${options}`,
        `TCP4:10.1.2.2:${port},nodelay`,
      ]);
    await add('socat', '10.1.1.4', everyPort.map(start));
  }
  return paths;
}

function startHaproxy(scratch: Scratch, proxy: string, address: string): ChildProcess {
  const file = join(scratch.folder, 'haproxy.cfg');
  const listeners = everyPort.map(
    (port) => `listen port${port}\n  bind ${address}:${port} backlog 4096\n  server target 10.1.2.2:${port}`,
  );
  const defaults = 'defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s';
  const global = 'global\n  maxconn 4000\n  nbthread 2\n  tune.bufsize 65536';
  writeFileSync(file, `${[global, defaults, ...listeners].join('\n')}\n`);
  return scratch.startInside(proxy, 'haproxy', ['-db', '-f', file]);
}

/** Consumer VPC → provider VPC → target, both 10.0.0.0/16, every group with rules of its own; the kernel as the daemon sets it. */
export async function makeEndpointPath(scratch: Scratch): Promise<Path> {
  const store = openStore(':memory:');
  scratch.defer(() => store.close());
  const { consumer, target } = store.change((cloud) => {
    const provider = putVpc(cloud, '111111111111');
    const target = putInstance(cloud, provider, 0, '10.0.1.10');
    const service = putEndpointService(cloud, provider, everyPort[0]!, [target.instanceId]);
    for (const port of everyPort.slice(1)) putListener(cloud, service, port, target.instanceId);
    const consumerVpc = putVpc(cloud, '222222222222');
    putEndpoint(cloud, consumerVpc, service, endpointAddress);
    for (const vpc of [provider, consumerVpc]) setGroupRules(cloud, vpc);
    return { consumer: putInstance(cloud, consumerVpc, 0, '10.0.1.5'), target };
  });
  const { mark, machine } = scratch.makeMachine();
  const { failed } = await machine.set(compileNetwork(store.cloud, { isHealthy: () => true }));
  for (const error of failed.values()) throw error;
  const processes = await startServers(scratch, namespaceName(mark, target.instanceId));
  return {
    name: 'endpoint',
    client: namespaceName(mark, consumer.instanceId),
    address: endpointAddress,
    processes,
  };
}

const endpointAddress = '10.0.1.20';

function putListener(
  cloud: Cloud,
  service: { loadBalancerArn: string; targetGroupArn: string },
  port: number,
  targetId: string,
): void {
  const targetGroup = cloud.targetGroups.find(service.targetGroupArn)!;
  const targetGroupArn = `${service.targetGroupArn}-${port}`;
  const names = { targetGroupArn, targetGroupName: `${targetGroup.targetGroupName}-${port}` };
  cloud.targetGroups.put({ ...targetGroup, ...names, port, targets: [{ id: targetId, port }] });
  const listener = cloud.listeners.all().next().value!;
  cloud.listeners.put({ ...listener, listenerArn: `${listener.listenerArn}-${port}`, port, targetGroupArn });
}

function setGroupRules(cloud: Cloud, { groupId }: ExampleVpc): void {
  const group = cloud.securityGroups.find(groupId)!;
  const rules = everyPort.flatMap((port, index): SecurityGroupRule[] =>
    [false, true].map((isEgress) => ({
      securityGroupRuleId: exampleId('sgr', 0xbe000 + index * 2 + Number(isEgress)),
      ...{ isEgress, ipProtocol: 'tcp', fromPort: port, toPort: port, cidrIpv4: '10.0.0.0/16' },
    })),
  );
  cloud.securityGroups.put({ ...group, rules });
}

/** Opens one connection, so that a path that leads nowhere fails here and not in a figure. */
export async function checkPath(path: Path): Promise<void> {
  await inside(path.client, 'curl', [
    '-sS',
    '--max-time',
    '5',
    '--retry',
    '3',
    '--retry-connrefused',
    `http://${path.address}/`,
  ]);
}
