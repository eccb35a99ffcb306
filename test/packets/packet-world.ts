// A cloud given as records, made real in the kernel without a daemon: its instances are namespaces in which the test itself
// listens and dials. Every probe is also asked of explain, so the two readers of one network are held against each other.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { dialTcp, listenTcp } from '../../src/dataplane/door.ts';
import type { Kernel } from '../../src/linux/kernel.ts';
import { namespaceName, namespacePath } from '../../src/linux/link-name.ts';
import { createMachine } from '../../src/linux/machine.ts';
import { run } from '../../src/linux/run.ts';
import type { RouterTraffic } from '../../src/linux/traffic.ts';
import type { Way } from '../../src/linux/way.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { type NamedDrop, nameDrop } from '../../src/network/drop.ts';
import { type Explanation, explain } from '../../src/network/explain.ts';
import type { Hop } from '../../src/network/hop.ts';
import { nameHubDrop } from '../../src/network/hub-drop.ts';
import type { Network } from '../../src/network/network.ts';
import type { StopCode } from '../../src/network/stop-code.ts';
import { openStore } from '../../src/store.ts';
import { watchRefusals } from './refusal-watch.ts';

/** Long enough for a local handshake on a busy machine, short enough to wait for silence. */
const silenceMs = 700;

export interface PacketWorld {
  cloud: Cloud;
  /** Changes the cloud and waits until the kernel follows. */
  change<T>(operate: (cloud: Cloud) => T): Promise<T>;
  /** Targets that fail their checks, by instance id. */
  unhealthy: Set<string>;
  /**
   * Stands for whoever is behind an id (an instance, a gateway endpoint's door, `internet` for the front ends there):
   * answers every connection with `name <client's address>` and then echoes what it is sent.
   */
  serve(id: string, port: number, name: string): void;
  /** The server's ends of the connections that came to an id, as they come. */
  connections(id: string): Socket[];
  /** Runs a program in the namespace of an id. */
  inside(id: string, ...command: string[]): Promise<string>;
  /** What a connection brings: the server's greeting, `silence`, or the code of an error such as ECONNREFUSED. */
  probe(instanceId: string, address: string, port: number): Promise<string>;
  dial(instanceId: string, address: string, port: number, localAddress?: string): Promise<Socket>;
  explains(
    from: string,
    to: string,
  ): Pick<Explanation, 'arrives' | 'arrivesAt'> & { text: string; code?: StopCode; stoppedIn?: string };
  /** @param routerId a VPC or a hub */
  drops(routerId: string): Promise<NamedDrop[]>;
  ways(vpcId: `vpc-${string}`): Promise<Way[]>;
  readFlows: Kernel['readFlows'];
  traffic(vpcId: `vpc-${string}`): Promise<RouterTraffic>;
  /** Forgets what the kernel has, as a new daemon does, and applies again. */
  restart(): Promise<void>;
  mark: string;
  /** What the kernel has been given. */
  network(): Network;
  pathOf(id: string): string;
  namespaceOf(id: string): string;
  hasNamespace(id: string): boolean;
}

/**
 * @param t removes it all when it has ended
 * @param amend adds to the compiled network what no record stands for
 */
export async function makePacketWorld(
  t: TestContext,
  amend: (network: Network) => Network = (network) => network,
): Promise<PacketWorld> {
  const mark = randomBytes(4).toString('hex');
  const store = openStore(':memory:');
  const unhealthy = new Set<string>();
  const observed = { isHealthy: (_group: string, targetId: string) => !unhealthy.has(targetId) };
  let machine = createMachine(mark);
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const connectionsOf = new Map<string, Socket[]>();
  const connections = (id: string) => {
    const list = connectionsOf.get(id) ?? [];
    connectionsOf.set(id, list);
    return list;
  };
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    await machine.removeAll();
  });
  const network = () => amend(compileNetwork(store.cloud, observed));
  const namespaceOf = (id: string) => namespaceName(mark, id);

  async function apply(): Promise<void> {
    for (let unfinished = 1; unfinished > 0; ) {
      const report = await machine.set(network());
      assert.deepEqual([...report.failed.values()].map(String), []);
      unfinished = report.unfinished.size;
    }
  }

  async function dial(
    instanceId: string,
    remoteAddress: string,
    port: number,
    localAddress?: string,
  ): Promise<Socket> {
    const where = {
      namespacePath: namespacePath(namespaceOf(instanceId)),
      remoteAddress,
      port,
      timeoutMs: silenceMs,
    };
    const socket = await dialTcp(localAddress ? { ...where, localAddress } : where);
    sockets.add(socket);
    return socket;
  }

  return {
    mark,
    cloud: store.cloud,
    network,
    pathOf: (id) => namespacePath(namespaceOf(id)),
    unhealthy,
    namespaceOf,
    hasNamespace: (id) => existsSync(namespacePath(namespaceOf(id))),
    dial,
    connections,
    inside: (id, ...command) =>
      run('ip', ['netns', 'exec', namespaceOf(id), ...command], { doing: `running ${command[0]} in ${id}` }),
    async change(operate) {
      const result = store.change(operate);
      await apply();
      return result;
    },
    serve(id, port, name) {
      const server = createServer((socket) => {
        sockets.add(socket);
        connections(id).push(socket);
        socket.on('error', () => {});
        socket.write(`${name} ${socket.remoteAddress}\n`);
        socket.pipe(socket);
      });
      server.listen({ fd: listenTcp(namespacePath(namespaceOf(id)), '0.0.0.0', port) });
      servers.push(server);
    },
    async probe(instanceId, address, port) {
      try {
        const socket = await dial(instanceId, address, port);
        const greeting = await nextText(socket);
        socket.destroy();
        return greeting.trim();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        return code === 'ETIMEDOUT' ? 'silence' : (code ?? String(error));
      }
    },
    explains(from, to) {
      const answer = explain(network(), from, to);
      if ('error' in answer) assert.fail(answer.error);
      const stop = answer.hops.at(-1);
      return {
        arrives: answer.arrives,
        ...(answer.arrivesAt ? { arrivesAt: answer.arrivesAt } : {}),
        text: answer.hops.map(({ at, text }) => `${at}: ${text}`).join('\n'),
        ...(stop?.verdict === 'stop' ? { code: stop.code, ...whereStopped(stop) } : {}),
      };
    },
    async drops(routerId) {
      const { vpcs, hubs } = network();
      const vpc = vpcs.get(routerId as `vpc-${string}`);
      return (await machine.readDrops(routerId)).map((drop) =>
        vpc ? nameDrop(vpc, drop) : nameHubDrop(hubs.get(routerId)!, drop),
      );
    },
    ways: (vpcId) => machine.readWays(vpcId),
    readFlows: (vpcId) => machine.readFlows(vpcId),
    traffic: (vpcId) => machine.readTraffic(network().vpcs.get(vpcId)!),
    async restart() {
      machine = createMachine(mark);
      await apply();
    },
  };
}

/** The router that refuses it, if explain says which. */
function whereStopped({ at, about }: Hop): { stoppedIn?: string } {
  const routerId = about?.hub?.hubId ?? about?.vpcId ?? (/^(vpc|vgw|site)-/.test(at) ? at : undefined);
  return routerId ? { stoppedIn: routerId } : {};
}

/** One line of a table of probes. */
export interface Probe {
  from: string;
  to: string;
  port: number;
  /** The server's greeting, `silence` or an error's code. */
  want: RegExp;
  /** Must be in what explain says. */
  because: RegExp;
}

/**
 * Sends the probes, all at once, and asks explain the same: both must say that it arrives or both that it does not, and from
 * where the server saw it come. What was counted as refused must have the code that explain has for it.
 */
export async function expectProbes(world: PacketWorld, probes: Probe[]): Promise<void> {
  const refusals = await watchRefusals(world);
  await Promise.all(
    probes.map(async ({ from, to, port, want, because }) => {
      const got = await world.probe(from, to, port);
      const explained = world.explains(from, `${to}:${port}`);
      assert.match(got, want, `${from} to ${to}:${port}: ${got}\n${explained.text}`);
      // What a front end has no port for is refused there, and explain knows the ports of front ends.
      const isRefused = got === 'ECONNREFUSED' && explained.code === 'SERVICE_PORT_RESTRICTION';
      const arrived = got !== 'silence' && !isRefused;
      assert.equal(explained.arrives, arrived, `${got}, but explain says:\n${explained.text}`);
      assert.match(explained.text, because);
      const { arrivesAt } = explained;
      if (arrivesAt && got.includes(' ')) assert.equal(got.split(' ')[1], arrivesAt.sourceAddress);
      refusals.note({ from, to, port }, got, explained);
    }),
  );
  await refusals.check();
}

/** What comes next on a socket; empty when it is closed first, `silence` when nothing comes. */
export function nextText(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const settle = (text: string) => {
      clearTimeout(timer);
      socket.off('data', onData).off('close', onClose);
      resolve(text);
    };
    const onData = (data: Buffer) => settle(data.toString());
    const onClose = () => settle('');
    const timer = setTimeout(settle, silenceMs, 'silence');
    socket.once('data', onData).once('close', onClose);
  });
}

/** Names of the machine's namespaces that carry a mark. */
export async function namespacesOf(mark: string): Promise<string[]> {
  const list = await run('ip', ['netns', 'list'], { doing: 'listing namespaces' });
  return list.split('\n').filter((line) => line.includes(`isthmus-${mark}-`));
}
