// The same refusal has the same code wherever it is told: what explain says of probes that got no answer is held against what
// the routers have counted meanwhile, and against EC2's own analysis of the same path.

import assert from 'node:assert/strict';
import type { NamedDrop } from '../../src/network/drop.ts';
import { findHost } from '../../src/network/hub.ts';
import { findPlace } from '../../src/network/place.ts';
import type { StopCode } from '../../src/network/stop-code.ts';
import { analyzeReachability } from '../../src/reachability.ts';
import type { PacketWorld } from './packet-world.ts';

interface Asked {
  from: string;
  /** An address. */
  to: string;
  port: number;
}

interface Explained {
  arrives: boolean;
  code?: StopCode;
  /** The router. */
  stoppedIn?: string;
  text: string;
}

export interface RefusalWatch {
  /** @param got what the probe brought */
  note(asked: Asked, got: string, explained: Explained): void;
  check(): Promise<void>;
}

/** Begins to watch: before the probes. */
export async function watchRefusals(world: PacketWorld): Promise<RefusalWatch> {
  const before = await readAllDrops(world);
  const refused: (Asked & Explained)[] = [];
  return {
    note(asked, got, explained) {
      expectSameFinding(world, asked, explained);
      // Answers that go astray are refused wherever they come to, for a reason of that place.
      const isAstray = ['RETURN_PATH_ENDS_ELSEWHERE', 'MORE_SPECIFIC_ROUTE'].includes(explained.code ?? '');
      if (explained.code && !isAstray && got === 'silence') refused.push({ ...asked, ...explained });
    },
    async check() {
      if (refused.length > 0) expectSameCodes(world, refused, grownSince(before, await readAllDrops(world)));
    },
  };
}

/** By whoever may see every account. */
function expectSameFinding(
  { cloud, network }: PacketWorld,
  { from, to, port }: Asked,
  { arrives, code, text }: Explained,
): void {
  const owner = cloud.instances.find(from as `i-${string}`);
  if (!owner) return;
  const { accountId, region } = owner;
  const path = {
    ...({ networkInsightsPathId: 'nip-1', createdDate: '', accountId, region, protocol: 'tcp' } as const),
    ...{ source: { resourceId: from, arn: '' }, destinationIp: to, destinationPort: port },
  };
  const additionalAccounts = [...new Set(cloud.vpcs.all().map((vpc) => vpc.accountId))];
  const question = { path, additionalAccounts, filterInArns: [], filterOutArns: [] };
  const finding = analyzeReachability(cloud, network(), question);
  const said = JSON.stringify(finding, undefined, 1);
  assert.ok(finding.status === 'succeeded', said);
  assert.equal(finding.pathFound, arrives, `${said}\nand explain says:\n${text}`);
  const [explanation] = finding.explanations as { ExplanationCode?: string }[];
  assert.equal(explanation?.ExplanationCode, code, said);
}

async function readAllDrops(world: PacketWorld): Promise<NamedDrop[]> {
  const { vpcs, hubs } = world.network();
  return (await Promise.all([...vpcs.keys(), ...hubs.keys()].map((id) => world.drops(id)))).flat();
}

function grownSince(before: NamedDrop[], now: NamedDrop[]): NamedDrop[] {
  const counted = new Map(before.map((drop) => [keyOf(drop), drop.packets]));
  return now.filter((drop) => drop.packets > (counted.get(keyOf(drop)) ?? 0));
}

function keyOf(drop: NamedDrop): string {
  const { routerId, reason, sourceAddress, destinationAddress, protocol, destinationPort } = drop;
  const { link, networkAcl } = drop;
  return JSON.stringify([
    ...[routerId, reason, sourceAddress, destinationAddress, protocol, destinationPort],
    ...[link, networkAcl],
  ]);
}

/** Not every refusal is counted (a NAT gateway's are not), and translation hides some; those that are there must agree. */
function expectSameCodes(world: PacketWorld, refused: (Asked & Explained)[], grown: NamedDrop[]): void {
  const network = world.network();
  for (const { from, to, port, code, stoppedIn, text } of refused) {
    const place = findPlace(network, from);
    const own = place?.node.privateIpAddress ?? findHost(network, from)?.address;
    // Beyond a translation the same addresses are somebody else's.
    const isTranslated = /becomes|leads to vpce-svc-/.test(text);
    if (isTranslated && stoppedIn !== place?.vpc.vpcId) continue;
    const drops = grown.filter(
      ({ protocol, destinationPort = 0, ...drop }) =>
        protocol === 'tcp' &&
        drop.routerId === stoppedIn &&
        ((drop.sourceAddress === own && drop.destinationAddress === to && destinationPort === port) ||
          (drop.sourceAddress === to && drop.destinationAddress === own && destinationPort > 32767)),
    );
    const codes: StopCode[] = drops.map((drop) => drop.code);
    const told = drops.map((drop) => `${drop.code} ${drop.text}`).join('\n');
    assert.ok(
      codes.length === 0 || codes.includes(code!),
      `${from} to ${to}:${port}: explain says ${code}\n${text}\nthe drops say\n${told}`,
    );
  }
}
