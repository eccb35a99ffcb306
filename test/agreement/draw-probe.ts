// Which questions are asked: from somebody to an address, an id or a name, on ports where somebody listens or nobody does.

import { addressAt, cidrContains } from '../../src/lib/cidr.ts';
import type { DraftHost, DraftWorld, ProbeTarget } from './draft-world.ts';
import { type Probe, ref } from './step.ts';

/** Where everybody in a network listens; on the others nobody does. */
export const servedPorts = [80, 443];
const probedPorts = [80, 80, 80, 443, 443, 22];

export function drawProbes(world: DraftWorld, count: number): Probe[] {
  const { random, hosts, requests } = world;
  const askers = hosts.filter(({ hasRole }) => hasRole);
  const requestCount = requests.length > 0 && askers.length > 0 ? Math.ceil(count / 4) : 0;
  const packets = Array.from({ length: count - requestCount }, () => drawPacket(world, random.choose(hosts)));
  const asked = Array.from({ length: requestCount }, (): Probe[] => {
    const { host, account, request } = random.choose(requests);
    const able = askers.filter(({ vpc }) => account === undefined || vpc?.account === account);
    const port = random.maybe(0.8) ? 443 : 80;
    return able.length > 0
      ? [{ from: ref(random.choose(able).name), host, protocol: 'tcp', port, request }]
      : [];
  }).flat();
  const seen = new Set<string>();
  return [...packets, ...asked].filter((probe) => {
    const key = JSON.stringify(probe);
    return !seen.has(key) && seen.add(key);
  });
}

function drawPacket(world: DraftWorld, from: DraftHost): Probe {
  const { random } = world;
  const { host, address, ports = probedPorts } = drawTarget(world, from);
  const { name, furtherOf } = from;
  const by = furtherOf && { interface: ref(name), address: from.address };
  const where = { from: ref(furtherOf ?? name), ...(by && { by }), host, ...(address && { address }) };
  if (random.maybe(0.08)) return { ...where, protocol: 'icmp' };
  if (random.maybe(0.08)) return { ...where, protocol: 'udp', port: 80 };
  return { ...where, protocol: 'tcp', port: random.choose(ports) };
}

/** Mostly those of the same VPC, or of one to which there is a way. */
function findNeighbours({ random, hosts }: DraftWorld, { vpc }: DraftHost): DraftHost[] {
  const isNear = (host: DraftHost) =>
    host.vpc === vpc ||
    vpc?.ways.some(({ towards }) => towards.some((block) => cidrContains(block, host.address)));
  const near = random.maybe(0.75) ? hosts.filter(isNear) : [];
  return near.length > 0 ? near : hosts;
}

function drawTarget(world: DraftWorld, from: DraftHost): ProbeTarget {
  const { random, targets, vpcs } = world;
  const kind = random.next();
  if (kind < 0.5) {
    const { name, address } = random.choose(findNeighbours(world, from));
    return random.maybe(0.5) ? { host: ref(name), address } : { host: address };
  }
  if (kind < 0.85) return random.choose(targets);
  if (kind < 0.93) {
    const host = random.choose([
      's3.us-east-1.amazonaws.com',
      '52.216.0.10',
      '52.94.0.10',
      'ec2.us-east-1.amazonaws.com',
    ]);
    return { host, ports: [443, 80, 22] };
  }
  // What nobody has: free addresses, the router's own, another VPC's middle.
  const subnet = random.choose((from.vpc ?? random.choose(vpcs)).subnets);
  return { host: addressAt(subnet.block, random.choose([1, 3, 14])) };
}
