// One random network, whole: what there is, what is changed later, and what is asked after each. The same seed draws the same.

import { type DraftWorld, newDraftWorld } from './draft-world.ts';
import { drawGatewayEndpoint, drawRoles, drawStores } from './draw-access.ts';
import { drawFlowLog } from './draw-flow-log.ts';
import { drawPrefixList, drawRules } from './draw-group.ts';
import { drawInboundEndpoint, drawOutboundRule, drawZone } from './draw-name.ts';
import { drawNetworkAcl } from './draw-network-acl.ts';
import { drawEndpointService } from './draw-privatelink.ts';
import { drawProbes } from './draw-probe.ts';
import { drawServiceEndpoint } from './draw-service-endpoint.ts';
import { drawSite } from './draw-site.ts';
import { drawInstance, drawVpc, drawWaysOut } from './draw-vpc.ts';
import { drawPeering, drawRoutes, drawTransitGateway } from './draw-way.ts';
import { createRandom } from './random.ts';
import type { DrawnNetwork } from './step.ts';

export interface Size {
  /** Questions after each settling. */
  probes: number;
  /** How often the network is changed and asked again. */
  rounds: number;
}

export function drawNetwork(seed: number, { probes, rounds }: Size): DrawnNetwork {
  const world = newDraftWorld(createRandom(seed));
  const { draft, random } = world;
  drawThings(world, seed);
  const ask = () => draft.steps.push({ kind: 'settle', probes: drawProbes(world, probes) });
  ask();
  for (let round = 0; round < rounds; round++) {
    for (let changes = random.count(2, 8); changes > 0; changes--) change(world);
    if (random.maybe(0.1)) draft.steps.push({ kind: 'restart' });
    ask();
  }
  return { seed, steps: draft.steps };
}

function change({ random, changes }: DraftWorld): void {
  if (changes.length === 0) return;
  const [chosen] = changes.splice(random.count(0, changes.length - 1), 1);
  chosen!();
}

function drawThings(world: DraftWorld, seed: number): void {
  const { draft, random, vpcs } = world;
  const where = { account: world.accounts[0]!, region: 'us-east-1' };
  draft.call(where, 'ec2:DescribeImages', {}, { image: 'Images.0.ImageId' });
  for (let number = random.count(2, 4); number > 0; number--) drawVpc(world);
  for (const vpc of vpcs) {
    if (random.maybe(0.3)) drawPrefixList(world, vpc);
    drawWaysOut(world, vpc);
  }
  const hasRequests = random.maybe(0.5);
  const profiles = hasRequests ? drawRoles(world) : undefined;
  for (const vpc of vpcs)
    for (let number = random.count(1, 3); number > 0; number--)
      drawInstance(world, vpc, random.maybe(0.6) ? profiles?.get(vpc.account) : undefined);
  for (const [index, left] of vpcs.entries())
    for (const right of vpcs.slice(index + 1)) if (random.maybe(0.6)) drawPeering(world, left, right);
  if (random.maybe(0.5)) drawTransitGateway(world);
  for (let number = random.choose([0, 0, 0, 1, 1, 2]); number > 0; number--) drawSite(world);
  if (hasRequests) drawStores(world, seed);
  for (const vpc of vpcs) if (random.maybe(0.45)) drawGatewayEndpoint(world, vpc);
  for (const vpc of vpcs) if (random.maybe(0.35)) drawServiceEndpoint(world, vpc);
  if (random.maybe(0.6)) drawEndpointService(world, random.choose(vpcs), random.some(vpcs, 0.7));
  drawNames(world);
  for (const vpc of vpcs) if (random.maybe(0.2)) drawFlowLog(world, vpc, seed);
  for (const vpc of vpcs) {
    if (random.maybe(0.45)) drawNetworkAcl(world, vpc);
    drawRoutes(world, vpc);
    drawRules(world, vpc);
  }
}

function drawNames(world: DraftWorld): void {
  const { random, vpcs, sites } = world;
  for (let number = random.choose([0, 0, 1, 2]); number > 0; number--)
    drawZone(world, random.some(random.shuffle(vpcs), 0.6));
  if (random.maybe(0.2)) drawInboundEndpoint(world, random.choose(vpcs), random.some(sites, 0.8));
  if (random.maybe(0.15)) drawOutboundRule(world, random.choose(vpcs), sites);
}
