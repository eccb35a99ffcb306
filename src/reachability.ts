// What AWS's Reachability Analyzer finds, by explain: the packets a path may mean are asked about one of each kind, and the way
// that arrives, or the one that gets furthest, is told in AWS's components and explanations.

import type { Explanation as ExplanationShape } from '@aws-sdk/client-ec2';
import type { Cloud } from './cloud/cloud.ts';
import type {
  PathFilter,
  PortRange,
  ReachabilityFinding,
  ReachabilityQuestion,
} from './cloud/network-insights.ts';
import type { Ipv4 } from './lib/cidr.ts';
import type { Explanation } from './network/explain.ts';
import { explainPath } from './network/explain-path.ts';
import type { Header, Hop } from './network/hop.ts';
import type { Network, VpcNetwork } from './network/network.ts';
import { addressClasses, portClasses } from './network/packet-class.ts';
import type { StopCode } from './network/stop-code.ts';
import { ComponentWriter } from './reachability-component.ts';
import {
  type Addresses,
  type Beginning,
  type Ending,
  listBeginnings,
  listEndings,
  NoAnswer,
  NoPlace,
} from './reachability-end.ts';

/** Ways that are tried for one analysis. */
const mostWays = 16384;

interface Way {
  explanation: Explanation;
  /** The packet as it begins. */
  packet: Header;
  /** Why it does not count though it may arrive; by the code and the component. */
  filtered?: { code: StopCode; at?: string };
}

export function analyzeReachability(
  cloud: Cloud,
  network: Network,
  question: ReachabilityQuestion,
): ReachabilityFinding {
  const writer = new ComponentWriter(cloud, question);
  try {
    const way = findBestWay(cloud, network, question);
    return describeWay(writer, question, way);
  } catch (error) {
    if (error instanceof NoAnswer) return { status: 'failed', message: error.message };
    if (error instanceof NoPlace) return notFound([writer.explainCode(error.code, error.at)]);
    throw error;
  }
}

function notFound(explanations: ExplanationShape[]): ReachabilityFinding {
  return {
    ...{ status: 'succeeded', pathFound: false, forwardPathComponents: [], returnPathComponents: [] },
    ...{ explanations, suggestedAccounts: [] },
  };
}

function findBestWay(cloud: Cloud, network: Network, question: ReachabilityQuestion): Way {
  const { path } = question;
  const endings = listEndings(cloud, network, path);
  let best: Way | undefined;
  let tried = 0;
  for (const ending of endings) {
    for (const beginning of listBeginnings(cloud, network, path, ending.vpc)) {
      // What is met on the way has ranges of its own, by which packets may be told apart.
      let vpcs = new Set([beginning.vpc, ...(ending.vpc ? [ending.vpc] : [])]);
      for (let known = 0; known < vpcs.size; ) {
        known = vpcs.size;
        for (const { explanation, packet } of tryWays(network, question, beginning, ending, [...vpcs])) {
          if (++tried > mostWays)
            throw new NoAnswer('There are too many kinds of packets to try: name a port and addresses.');
          const way: Way = { explanation, packet, ...filterWay(question, explanation) };
          if (isFound(path.protocol, way)) return way;
          if (!best || isFurther(way, best)) best = way;
          vpcs = vpcs.union(vpcsOf(network, explanation));
        }
      }
    }
  }
  return best!;
}

function* tryWays(
  network: Network,
  { path }: ReachabilityQuestion,
  beginning: Beginning,
  { destinations, goal, networkInterfaceId }: Ending,
  vpcs: VpcNetwork[],
): Generator<Way> {
  const { protocol } = path;
  const ports = portClasses(vpcs, protocol, portsOf(path));
  for (const from of list(beginning.sources, vpcs)) {
    for (const to of list(destinations, vpcs)) {
      for (const port of ports) {
        const explanation = explainPath(network, {
          ...{ start: beginning.startFrom(from), to, flow: { protocol, port } },
          ...(goal === undefined ? {} : { goal }),
          ...(networkInterfaceId === undefined || goal !== undefined ? {} : { networkInterfaceId }),
        });
        yield { explanation, packet: { from, to, protocol, port } };
      }
    }
  }
}

function list(addresses: Addresses, vpcs: VpcNetwork[]): Ipv4[] {
  if ('given' in addresses) return addresses.given;
  return addressClasses(vpcs, addresses.further, addresses.isMeant);
}

function portsOf({ destinationPort, filterAtSource }: ReachabilityQuestion['path']): PortRange {
  if (destinationPort !== undefined) return { from: destinationPort, to: destinationPort };
  return filterAtSource?.destinationPortRange ?? { from: 1, to: 65535 };
}

function vpcsOf(network: Network, { hops }: Explanation): Set<VpcNetwork> {
  const ids = hops.flatMap(({ about }) => [about?.vpcId, about?.peerVpcId]);
  return new Set(ids.flatMap((id) => (id && network.vpcs.get(id)) ?? []));
}

/** AWS: a datagram needs no answer. */
function isFound(protocol: 'tcp' | 'udp', { explanation, filtered }: Way): boolean {
  if (filtered) return false;
  return explanation.arrives || (protocol === 'udp' && explanation.hops.at(-1)?.isAnswer === true);
}

function isFurther(way: Way, than: Way): boolean {
  return way.explanation.hops.length > than.explanation.hops.length;
}

/** A way counts that arrives as the filters want it, by what it must go by. */
function filterWay(question: ReachabilityQuestion, { hops }: Explanation): Pick<Way, 'filtered'> {
  if (hops.at(-1)?.verdict === 'stop' && !hops.at(-1)?.isAnswer) return {};
  const ids = new Set(hops.flatMap(idsOf));
  const named = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
  const missing = question.filterInArns.map(named).find((id) => !ids.has(id));
  const met = question.filterOutArns.map(named).find((id) => ids.has(id));
  const at = missing ?? met;
  if (at !== undefined) return { filtered: { code: 'COMPONENT_FILTER_RESTRICTION', at } };
  const code = findMismatch(question.path.filterAtDestination, hops);
  return code ? { filtered: { code } } : {};
}

function idsOf({ at, about }: Hop): string[] {
  const { route, hub, listener } = about ?? {};
  const target = route?.target;
  return [
    ...at.split(', '),
    ...[about?.vpcId, about?.peerVpcId, about?.networkInterfaceId, about?.instanceId, about?.subnetId],
    ...[hub?.hubId, hub?.cameBy, hub?.route?.target.kind === 'port' && hub.route.target.attachmentId],
    ...[listener?.loadBalancerArn.split('/').at(-1), listener?.targetGroupArn.split('/').at(-1)],
    ...[target?.kind === 'vpc-peering-connection' && target.vpcPeeringConnectionId],
  ].filter((id) => typeof id === 'string');
}

function findMismatch(filter: PathFilter | undefined, hops: Hop[]): StopCode | undefined {
  if (!filter) return undefined;
  const last = hops.findLast(({ about, isAnswer }) => !isAnswer && (about?.outbound ?? about?.inbound));
  const header = last?.about?.outbound ?? last?.about?.inbound;
  const { sourceAddress, destinationAddress, destinationPortRange: ports } = filter;
  if (sourceAddress && header?.from !== sourceAddress) return 'FILTER_AT_DESTINATION_SOURCE_ADDRESS';
  if (destinationAddress && header?.to !== destinationAddress)
    return 'FILTER_AT_DESTINATION_DESTINATION_ADDRESS';
  const port = header?.port ?? -1;
  return ports && (port < ports.from || ports.to < port)
    ? 'FILTER_AT_DESTINATION_DESTINATION_PORT_RANGE'
    : undefined;
}

function describeWay(writer: ComponentWriter, { path }: ReachabilityQuestion, way: Way): ReachabilityFinding {
  const { hops } = way.explanation;
  const pathFound = isFound(path.protocol, way);
  const forward = hops.filter(({ isAnswer }) => !isAnswer);
  const answers = hops.filter(({ isAnswer }) => isAnswer);
  const stop = hops.at(-1);
  const explanations = way.filtered
    ? [writer.explainCode(way.filtered.code, way.filtered.at)]
    : !pathFound && stop?.verdict === 'stop'
      ? [writer.explainStop(stop)]
      : [];
  const forwardPathComponents = writer.writeWay(forward, way.packet);
  const isTcp = path.protocol === 'tcp';
  return {
    ...{ status: 'succeeded', pathFound, forwardPathComponents, explanations },
    returnPathComponents:
      isTcp && way.explanation.arrives ? writer.writeWayBack(forward, answers, way.packet) : [],
    suggestedAccounts: writer.hiddenAccounts(),
  };
}
