// The hops of explain as the Reachability Analyzer's components: ids with their ARNs and names, rules, routes and headers in AWS's
// shapes. What belongs to an account that was not asked about is left out; whose it is, is suggested.

import type {
  AnalysisComponent,
  AnalysisRouteTableRoute,
  AnalysisSecurityGroupRule,
  Explanation,
  PathComponent,
  TransitGatewayRouteTableRoute,
} from '@aws-sdk/client-ec2';
import type { Cloud } from './cloud/cloud.ts';
import type { AccountId } from './cloud/id.ts';
import { pathEndKindOf, type ReachabilityQuestion } from './cloud/network-insights.ts';
import { parseArn } from './lib/arn.ts';
import type { Header, Hop, HopFacts } from './network/hop.ts';
import type { CompiledAclEntry, CompiledRoute, CompiledRule, HubRoute } from './network/network.ts';
import type { StopCode } from './network/stop-code.ts';
import { findResource } from './services/access/ec2-resource.ts';

const protocolNumbers: Record<string, string> = { icmp: '1', tcp: '6', udp: '17' };
const numberOf = (protocol: string | number) => protocolNumbers[protocol] ?? String(protocol);

/** The member of an explanation for a component of its own kind, by the id's prefix. */
const memberOf: Record<string, keyof Explanation> = {
  acl: 'Acl',
  eni: 'NetworkInterface',
  igw: 'InternetGateway',
  nat: 'NatGateway',
  pcx: 'VpcPeeringConnection',
  rtb: 'RouteTable',
  subnet: 'Subnet',
  tgw: 'TransitGateway',
  'tgw-attach': 'TransitGatewayAttachment',
  'tgw-rtb': 'TransitGatewayRouteTable',
  vgw: 'VpnGateway',
  vpc: 'Vpc',
  vpce: 'VpcEndpoint',
  vpn: 'VpnConnection',
};

const prefixOf = (id: string) => id.slice(0, Math.max(0, id.lastIndexOf('-')));

export class ComponentWriter {
  readonly #cloud: Cloud;
  readonly #question: ReachabilityQuestion;
  readonly #hidden = new Set<AccountId>();

  constructor(cloud: Cloud, question: ReachabilityQuestion) {
    this.#cloud = cloud;
    this.#question = question;
  }

  hiddenAccounts(): AccountId[] {
    return [...this.#hidden];
  }

  /** @param packet as it leaves the source */
  writeWay(hops: Hop[], packet: Header): PathComponent[] {
    const { source } = this.#question.path;
    const first = hops[0]?.about;
    const isInterface = ['i', 'eni'].includes(pathEndKindOf(source.resourceId)!);
    const header = { OutboundHeader: showHeader(packet) };
    const begin = isInterface
      ? this.#interface(first, { instanceFirst: source.resourceId.startsWith('i-'), header })
      : ['pcx', 'vgw'].includes(prefixOf(source.resourceId))
        ? [this.#part(source.resourceId, header)]
        : [];
    return number([...begin, ...aclsFirst(hops).flatMap((hop) => this.#write(hop))]);
  }

  /** The way of the answers, from where the packet has arrived. */
  writeWayBack(forward: Hop[], answers: Hop[], packet: Header): PathComponent[] {
    const arrival = forward.at(-1);
    const { source } = this.#question.path;
    const begin = arrival ? this.#write(arrival).reverse() : [];
    const isInterface = ['i', 'eni'].includes(pathEndKindOf(source.resourceId)!);
    const header = { InboundHeader: showHeader(answerTo(packet)) };
    const end = isInterface
      ? this.#interface(forward[0]?.about, {
          instanceFirst: source.resourceId.startsWith('i-'),
          header,
        }).reverse()
      : [this.#part(source.resourceId, header)];
    const turned = begin.map(({ InboundHeader: _in, ...part }, index) =>
      index === 0 && arrival?.about?.inbound
        ? { ...part, OutboundHeader: showHeader(answerTo(arrival.about.inbound)) }
        : part,
    );
    return number([...turned, ...aclsFirst(answers).flatMap((hop) => this.#write(hop)), ...end]);
  }

  explainCode(code: StopCode, at: string | undefined): Explanation {
    return { ExplanationCode: code, ...(at === undefined ? {} : this.#at(at)) };
  }

  explainStop({ at, code, about = {} }: Hop & { verdict: 'stop' }): Explanation {
    const owner = this.#ownerOf(at.split(', ')[0]!);
    if (owner !== undefined && !this.#isShown(owner)) {
      // AWS: what goes on in another account is told only to who asks about that account too.
      this.#hidden.add(owner);
      return { ExplanationCode: 'NO_POSSIBLE_DESTINATION' };
    }
    const { direction, entry, route, hub, listener, cidrBlocks, state, availabilityZone, inbound } = about;
    return {
      ExplanationCode: code,
      ...(about.instanceId ? { AttachedTo: this.#show(about.instanceId) } : {}),
      ...(about.networkInterfaceId ? { NetworkInterface: this.#show(about.networkInterfaceId) } : {}),
      ...this.#surroundings(about),
      ...this.#at(at),
      ...(direction ? { Direction: direction } : {}),
      ...(about.groupIds ? { SecurityGroups: about.groupIds.map((id) => this.#show(id)) } : {}),
      ...(entry && direction ? { AclRule: showEntry(entry, direction) } : {}),
      ...(route ? { RouteTableRoute: this.#showRoute(route) } : {}),
      ...(hub?.hubId.startsWith('tgw-') ? { TransitGateway: this.#show(hub.hubId) } : {}),
      ...(hub?.route && at.startsWith('tgw-rtb-')
        ? { TransitGatewayRouteTableRoute: this.#showHubRoute(at, hub.route) }
        : {}),
      ...(listener
        ? {
            LoadBalancerArn: listener.loadBalancerArn,
            LoadBalancerListenerPort: listener.port,
            LoadBalancerTargetGroups: [this.#show(listener.targetGroupArn)],
          }
        : {}),
      ...(cidrBlocks ? { Cidrs: cidrBlocks } : {}),
      ...(state ? { State: state } : {}),
      ...(availabilityZone ? { AvailabilityZones: [availabilityZone] } : {}),
      ...(inbound ? { Address: inbound.to } : {}),
    };
  }

  #at(at: string): Explanation {
    const id = at.split(', ')[0]!;
    const component = this.#show(id);
    if (!component.Arn) return {};
    const member = memberOf[prefixOf(id)];
    const isLoadBalancer = /^arn:aws:elasticloadbalancing:.*:loadbalancer\//.test(id);
    return {
      Component: component,
      ...(member ? { [member]: component } : {}),
      ...(isLoadBalancer ? { LoadBalancerArn: id } : {}),
      ...(/:targetgroup\//.test(id) ? { LoadBalancerTargetGroup: component } : {}),
    };
  }

  #write(hop: Hop): PathComponent[] {
    const { at, about = {} } = hop;
    const { direction, rule, entry, route, hub, listener, inbound, outbound } = about;
    const id = at.split(', ')[0]!;
    const headers = {
      ...(inbound ? { InboundHeader: showHeader(inbound) } : {}),
      ...(outbound ? { OutboundHeader: showHeader(outbound) } : {}),
    };
    if (id.startsWith('i-') && about.networkInterfaceId)
      return this.#interface(about, { instanceFirst: true, header: headers }).reverse();
    if (hub) return this.#writeHub(id, hub);
    const target = route?.target;
    const listenerOf = listener && { ElasticLoadBalancerListener: this.#show(listener.loadBalancerArn) };
    const part = this.#part(id, {
      ...headers,
      ...(/^(sg|acl|rtb|vpc)-/.test(id) ? {} : this.#surroundings(about)),
      ...(rule && direction ? { SecurityGroupRule: this.#showRule(id, rule, direction) } : {}),
      ...(entry && direction ? { AclRule: showEntry(entry, direction) } : {}),
      ...(route ? { RouteTableRoute: this.#showRoute(route) } : {}),
      ...listenerOf,
    });
    const next =
      target?.kind === 'vpc-peering-connection'
        ? [this.#part(target.vpcPeeringConnectionId, this.#vpcs(about, target.peerVpcId))]
        : [];
    return hop.verdict === 'stop' ? [part] : [part, ...next];
  }

  #vpcs({ vpcId }: HopFacts, peerVpcId: string): Partial<PathComponent> {
    return {
      ...(vpcId ? { SourceVpc: this.#show(vpcId) } : {}),
      DestinationVpc: this.#show(peerVpcId),
    };
  }

  #writeHub(at: string, { hubId, cameBy, route }: NonNullable<HopFacts['hub']>): PathComponent[] {
    const isTransitGateway = hubId.startsWith('tgw-');
    const transitGateway = isTransitGateway ? { TransitGateway: this.#show(hubId) } : {};
    const out = route?.target.kind === 'port' ? [this.#part(route.target.attachmentId, transitGateway)] : [];
    const table = at.startsWith('tgw-rtb-')
      ? {
          ...transitGateway,
          ...(route ? { TransitGatewayRouteTableRoute: this.#showHubRoute(at, route) } : {}),
        }
      : {};
    return [this.#part(cameBy, transitGateway), this.#part(at, table), ...out];
  }

  #interface(
    about: HopFacts | undefined,
    { instanceFirst, header }: { instanceFirst: boolean; header: Partial<PathComponent> },
  ): PathComponent[] {
    if (!about?.networkInterfaceId) return [];
    const { networkInterfaceId, networkInterfaceId: id } = about;
    const instanceId =
      about.instanceId ?? this.#cloud.networkInterfaces.find(id)?.attachment?.instanceId ?? undefined;
    const instance = instanceFirst && instanceId ? [this.#part(instanceId, header)] : [];
    const eni = this.#part(networkInterfaceId, {
      ...(instance.length === 0 ? header : {}),
      ...(instanceId ? { AttachedTo: this.#show(instanceId) } : {}),
      ...this.#surroundings(about),
    });
    return [...instance, eni];
  }

  #part(id: string, facts: Partial<PathComponent>): PathComponent {
    return { Component: this.#show(id), ...facts };
  }

  #surroundings({ subnetId, vpcId }: HopFacts): Pick<PathComponent, 'Subnet' | 'Vpc'> {
    return {
      ...(subnetId ? { Subnet: this.#show(subnetId) } : {}),
      ...(vpcId ? { Vpc: this.#show(vpcId) } : {}),
    };
  }

  /** Without an ARN where it is nothing of AWS, or another account's. */
  #show(id: string): AnalysisComponent {
    if (id.startsWith('arn:')) {
      const arn = parseArn(id)!;
      return this.#isShown(arn.accountId) ? { Id: arn.resource.replace(/^[a-z]+\//, ''), Arn: id } : {};
    }
    const found = findResource(this.#cloud, id);
    const owner = this.#ownerOf(id);
    if (!found || owner === undefined) return {};
    if (!this.#isShown(owner)) {
      this.#hidden.add(owner);
      return {};
    }
    const { region } = this.#question.path;
    const name = this.#cloud.tagSets.find(id)?.tags.Name;
    const arn = `arn:aws:ec2:${region}:${owner}:${found.type}/${id}`;
    return { Id: id, Arn: arn, ...(name === undefined ? {} : { Name: name }) };
  }

  #isShown(accountId: AccountId): boolean {
    const { path, additionalAccounts } = this.#question;
    return accountId === path.accountId || additionalAccounts.includes(accountId);
  }

  #ownerOf(id: string): AccountId | undefined {
    if (id.startsWith('arn:')) return parseArn(id)?.accountId;
    const peering = this.#cloud.vpcPeeringConnections.find(id);
    if (!peering) return findResource(this.#cloud, id)?.record?.accountId;
    // Either side's own.
    const sides = [peering.requester.accountId, peering.accepter.accountId];
    return sides.find((accountId) => this.#isShown(accountId)) ?? sides[0];
  }

  #showRule(groupId: string, rule: CompiledRule, direction: string): AnalysisSecurityGroupRule {
    const { securityGroupRuleId, ports, protocol, peers, referencedGroupId } = rule;
    const record = this.#cloud.securityGroups
      .find(groupId)
      ?.rules.find((one) => one.securityGroupRuleId === securityGroupRuleId);
    const peer = referencedGroupId
      ? { SecurityGroupId: referencedGroupId }
      : record?.prefixListId
        ? { PrefixListId: record.prefixListId }
        : { Cidr: record?.cidrIpv4 ?? peers[0]! };
    return { Direction: direction, Protocol: String(protocol), ...showPorts(ports), ...peer };
  }

  #showRoute({ destination, prefixListId, propagatedBy, target }: CompiledRoute): AnalysisRouteTableRoute {
    const isLocal = target.kind === 'local';
    return {
      ...(prefixListId ? { DestinationPrefixListId: prefixListId } : { DestinationCidr: destination }),
      Origin: isLocal ? 'createroutetable' : propagatedBy ? 'enablevgwroutepropagation' : 'createroute',
      State: target.kind === 'blackhole' ? 'blackhole' : 'active',
      ...showTarget(target),
    };
  }

  #showHubRoute(tableId: string, { destination, target }: HubRoute): TransitGatewayRouteTableRoute {
    const table = this.#cloud.transitGatewayRouteTables.find(tableId);
    const isStatic = table?.routes.some(({ destinationCidrBlock }) => destinationCidrBlock === destination);
    const attachmentId = target.kind === 'port' ? target.attachmentId : undefined;
    const attachment = this.#cloud.transitGatewayAttachments.find(attachmentId ?? '');
    return {
      DestinationCidr: destination,
      State: target.kind === 'blackhole' ? 'blackhole' : 'active',
      RouteOrigin: isStatic ? 'static' : 'propagated',
      ...(attachmentId ? { AttachmentId: attachmentId } : {}),
      ...(attachment ? { ResourceType: attachment.resourceType } : {}),
      ...(attachment?.resourceType === 'vpc' ? { ResourceId: attachment.vpcId } : {}),
    };
  }
}

/** AWS: tells the network ACL on the way out of a subnet before the route, which is looked for first. */
function aclsFirst(hops: Hop[]): Hop[] {
  return hops.flatMap((hop, index) => {
    const [before, after] = [hops[index - 1], hops[index + 1]];
    if (before?.about?.route && isWayOut(hop)) return [];
    return hop.about?.route && after && isWayOut(after) ? [after, hop] : [hop];
  });
}

const isWayOut = ({ about }: Hop) => about?.entry !== undefined && about.direction === 'egress';

/** Numbers what is to be seen; what comes twice in a row is one. */
function number(parts: PathComponent[]): PathComponent[] {
  return parts
    .filter(({ Component }) => Component?.Id !== undefined)
    .filter((part, index, seen) => index === 0 || part.Component!.Id !== seen[index - 1]!.Component!.Id)
    .map((part, index) => ({ SequenceNumber: index + 1, ...part }));
}

function showHeader({ from, to, protocol, port, sourcePort }: Header & { sourcePort?: number }) {
  const any = { From: 0, To: 65535 };
  const exactly = (one: number | undefined) => (one === undefined ? any : { From: one, To: one });
  return {
    SourceAddresses: [`${from}/32`],
    DestinationAddresses: [`${to}/32`],
    Protocol: numberOf(protocol),
    SourcePortRanges: [exactly(sourcePort)],
    DestinationPortRanges: [exactly(port)],
  };
}

function answerTo({ from, to, protocol, port }: Header): Header & { sourcePort?: number } {
  return { from: to, to: from, protocol, ...(port === undefined ? {} : { sourcePort: port }) };
}

function showEntry({ ruleNumber, action, protocol, ports, cidrBlock }: CompiledAclEntry, direction: string) {
  return {
    ...{ Cidr: cidrBlock, Egress: direction === 'egress', RuleAction: action, RuleNumber: ruleNumber },
    Protocol: numberOf(protocol),
    ...showPorts(ports),
  };
}

const showPorts = (ports: { from: number; to: number } | undefined) =>
  ports ? { PortRange: { From: ports.from, To: ports.to } } : {};

function showTarget(target: CompiledRoute['target']): AnalysisRouteTableRoute {
  switch (target.kind) {
    case 'local':
      return { GatewayId: 'local' };
    case 'gateway-endpoint':
      return { GatewayId: target.vpcEndpointId };
    case 'internet-gateway':
      return { GatewayId: target.internetGatewayId };
    case 'nat-gateway':
      return { NatGatewayId: target.natGatewayId };
    case 'vpc-peering-connection':
      return { VpcPeeringConnectionId: target.vpcPeeringConnectionId };
    case 'hub':
      return target.hubId.startsWith('tgw-')
        ? { TransitGatewayId: target.hubId }
        : { GatewayId: target.hubId };
    case 'network-interface':
      return { NetworkInterfaceId: target.networkInterfaceId };
    case 'blackhole':
      return {};
  }
}
