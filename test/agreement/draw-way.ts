// What connects VPCs with each other and with sites, and the routes that lead there, or nowhere.

import { cidrsOverlap } from '../../src/lib/cidr.ts';
import { type DraftSubnet, type DraftVpc, type DraftWorld, knownRanges, regionOf } from './draft-world.ts';
import { ref } from './step.ts';

export function drawPeering(world: DraftWorld, left: DraftVpc, right: DraftVpc): void {
  const { draft, random, changes } = world;
  if (cidrsOverlap(left.block, right.block)) return;
  const name = draft.name('pcx');
  const input = {
    VpcId: ref(left.name),
    PeerVpcId: ref(right.name),
    PeerOwnerId: right.account,
    PeerRegion: right.region,
  };
  const id = { VpcPeeringConnectionId: ref(name) };
  draft.call(regionOf(left), 'ec2:CreateVpcPeeringConnection', input, {
    [name]: 'VpcPeeringConnection.VpcPeeringConnectionId',
  });
  const answer = random.next();
  if (answer < 0.92) draft.call(regionOf(right), 'ec2:AcceptVpcPeeringConnection', id);
  else if (answer > 0.96) draft.call(regionOf(right), 'ec2:RejectVpcPeeringConnection', id);
  const resolve = (vpc: DraftVpc, side: 'Requester' | 'Accepter', AllowDnsResolutionFromRemoteVpc: boolean) =>
    draft.call(regionOf(vpc), 'ec2:ModifyVpcPeeringConnectionOptions', {
      ...id,
      [`${side}PeeringConnectionOptions`]: { AllowDnsResolutionFromRemoteVpc },
    });
  for (const [vpc, side] of [
    [left, 'Requester'],
    [right, 'Accepter'],
  ] as const) {
    if (random.maybe(0.3)) resolve(vpc, side, true);
    changes.push(() => resolve(vpc, side, random.maybe(0.5)));
  }
  left.ways.push({ target: id, towards: [right.block] });
  right.ways.push({ target: id, towards: [left.block] });
  changes.push(() => draft.call(regionOf(left), 'ec2:DeleteVpcPeeringConnection', id));
}

/** One transit gateway, and those of the VPCs that its account has there. */
export function drawTransitGateway(world: DraftWorld): void {
  const { draft, random } = world;
  const where = { account: world.accounts[0]!, region: 'us-east-1' };
  const members = world.vpcs.filter(
    ({ account, region }) => account === where.account && region === where.region,
  );
  if (members.length === 0) return;
  const gateway = draft.name('tgw');
  const isOn = (share: number) => (random.maybe(share) ? 'enable' : 'disable');
  const Options = { DefaultRouteTableAssociation: isOn(0.7), DefaultRouteTablePropagation: isOn(0.7) };
  draft.call(
    where,
    'ec2:CreateTransitGateway',
    { Options },
    {
      [gateway]: 'TransitGateway.TransitGatewayId',
      [`${gateway}_default`]: 'TransitGateway.Options.AssociationDefaultRouteTableId',
    },
  );
  draft.steps.push({ kind: 'settle', probes: [] });
  const attachments = members.map((vpc) => drawAttachment(world, gateway, vpc, members));
  const tables = drawTransitTables(world, where, gateway, attachments);
  world.transitGateway = { name: gateway, where, tables };
}

interface Attachment {
  name: string;
  vpc: DraftVpc;
}

function drawAttachment(world: DraftWorld, gateway: string, vpc: DraftVpc, members: DraftVpc[]): Attachment {
  const { draft, random, changes } = world;
  const name = draft.name('attachment');
  const subnet = random.choose(vpc.subnets);
  const input = { TransitGatewayId: ref(gateway), VpcId: ref(vpc.name), SubnetIds: [ref(subnet.name)] };
  draft.call(regionOf(vpc), 'ec2:CreateTransitGatewayVpcAttachment', input, {
    [name]: 'TransitGatewayVpcAttachment.TransitGatewayAttachmentId',
  });
  const otherBlocks = members.filter((other) => other !== vpc).map(({ block }) => block);
  vpc.ways.push({
    target: { TransitGatewayId: ref(gateway) },
    towards: [...otherBlocks, '10.0.0.0/8', '0.0.0.0/0'],
  });
  const TransitGatewayAttachmentId = ref(name);
  const modify = (change: 'AddSubnetIds' | 'RemoveSubnetIds', { name: other }: DraftSubnet) =>
    draft.call(regionOf(vpc), 'ec2:ModifyTransitGatewayVpcAttachment', {
      ...{ TransitGatewayAttachmentId, [change]: [ref(other)] },
    });
  const others = vpc.subnets.filter((other) => other !== subnet);
  for (const other of others) if (random.maybe(0.3)) modify('AddSubnetIds', other);
  changes.push(
    () => draft.call(regionOf(vpc), 'ec2:DeleteTransitGatewayVpcAttachment', { TransitGatewayAttachmentId }),
    () => modify('AddSubnetIds', random.choose(vpc.subnets)),
    () => modify('RemoveSubnetIds', subnet),
  );
  return { name, vpc };
}

function drawTransitTables(
  world: DraftWorld,
  where: { account: string; region: string },
  gateway: string,
  attachments: Attachment[],
): string[] {
  const { draft, random, changes } = world;
  const tables = [`${gateway}_default`];
  for (let more = random.count(0, 2); more > 0; more--) {
    const table = draft.name('transit_table');
    tables.push(table);
    draft.call(
      where,
      'ec2:CreateTransitGatewayRouteTable',
      { TransitGatewayId: ref(gateway) },
      {
        [table]: 'TransitGatewayRouteTable.TransitGatewayRouteTableId',
      },
    );
  }
  draft.steps.push({ kind: 'settle', probes: [] });
  const pair = (table: string, attachment: Attachment) => ({
    TransitGatewayRouteTableId: ref(table),
    TransitGatewayAttachmentId: ref(attachment.name),
  });
  for (const attachment of attachments) {
    if (random.maybe(0.4))
      draft.call(where, 'ec2:AssociateTransitGatewayRouteTable', pair(random.choose(tables), attachment));
    for (const table of random.some(tables, 0.5))
      draft.call(where, 'ec2:EnableTransitGatewayRouteTablePropagation', pair(table, attachment));
    const [old, next] = [random.choose(tables), random.choose(tables)];
    changes.push(
      () => draft.call(where, 'ec2:DisableTransitGatewayRouteTablePropagation', pair(old, attachment)),
      () => {
        draft.call(where, 'ec2:DisassociateTransitGatewayRouteTable', pair(old, attachment));
        draft.call(where, 'ec2:AssociateTransitGatewayRouteTable', pair(next, attachment));
      },
    );
  }
  for (const table of tables)
    for (let routes = random.count(0, 2); routes > 0; routes--)
      drawTransitRoute(world, where, table, attachments);
  return tables;
}

function drawTransitRoute(
  world: DraftWorld,
  where: { account: string; region: string },
  table: string,
  attachments: Attachment[],
): void {
  const { draft, random, changes } = world;
  const TransitGatewayRouteTableId = ref(table);
  const drawTarget = () =>
    random.maybe(0.25)
      ? { Blackhole: true }
      : { TransitGatewayAttachmentId: ref(random.choose(attachments).name) };
  const lists = world.prefixLists.filter(
    ({ account, region }) => account === where.account && region === where.region,
  );
  if (random.maybe(0.25) && lists.length > 0) {
    const key = { TransitGatewayRouteTableId, PrefixListId: ref(random.choose(lists).name) };
    draft.call(where, 'ec2:CreateTransitGatewayPrefixListReference', { ...key, ...drawTarget() });
    changes.push(() => draft.call(where, 'ec2:DeleteTransitGatewayPrefixListReference', key));
    return;
  }
  const key = { TransitGatewayRouteTableId, DestinationCidrBlock: random.choose(knownRanges(world)) };
  draft.call(where, 'ec2:CreateTransitGatewayRoute', { ...key, ...drawTarget() });
  changes.push(
    () => draft.call(where, 'ec2:ReplaceTransitGatewayRoute', { ...key, ...drawTarget() }),
    () => draft.call(where, 'ec2:DeleteTransitGatewayRoute', key),
    () => drawTransitRoute(world, where, table, attachments),
  );
}

/** Routes to where the ways lead, and some to where they do not. */
export function drawRoutes(world: DraftWorld, vpc: DraftVpc): void {
  const { draft, random, changes, prefixLists } = world;
  const where = regionOf(vpc);
  for (const table of vpc.tables) {
    const taken = new Set<string>();
    const add = (destination: Record<string, string>, target: Record<string, string>) => {
      const key = { RouteTableId: ref(table), ...destination };
      if (taken.has(JSON.stringify(key))) return;
      taken.add(JSON.stringify(key));
      draft.call(where, 'ec2:CreateRoute', { ...key, ...target });
      changes.push(
        () => draft.call(where, 'ec2:DeleteRoute', key),
        () => draft.call(where, 'ec2:ReplaceRoute', { ...key, ...random.choose(vpc.ways).target }),
      );
    };
    for (const { target, towards } of random.shuffle(vpc.ways)) {
      if (random.maybe(0.85)) add({ DestinationCidrBlock: random.choose(towards) }, target);
      if (random.maybe(0.15)) add({ DestinationCidrBlock: random.choose(knownRanges(world)) }, target);
      const lists = prefixLists.filter(
        ({ account, region }) => account === vpc.account && region === vpc.region,
      );
      if (random.maybe(0.1) && lists.length > 0)
        add({ DestinationPrefixListId: ref(random.choose(lists).name) }, target);
    }
    const middleboxes = vpc.ways.filter(({ isMiddlebox }) => isMiddlebox);
    if (middleboxes.length > 0 && random.maybe(0.25))
      add({ DestinationCidrBlock: random.choose(vpc.subnets).block }, random.choose(middleboxes).target);
  }
}
