// A packet that comes to an interface behind which a service of ours answers: the service's ports first, then the groups.

import { comeBack } from './explain-return.ts';
import { headerOf, type Packet, passGate, placeFacts, type Walk } from './explain-walk.ts';
import { nameFlow } from './gate.ts';
import { codeOfUnserved, isServed, nameListeners } from './listener.ts';
import type { Network } from './network.ts';
import type { Place } from './place.ts';

export function enterServiceInterface(
  walk: Walk,
  network: Network,
  { vpc, node }: Place,
  packet: Packet,
): void {
  const { from, to, flow } = packet;
  const { ownerId, listeners, behind } = vpc.serviceInterfaces.find(
    ({ networkInterfaceId }) => networkInterfaceId === node.networkInterfaceId,
  )!;
  if (!isServed(listeners, flow))
    walk.stop(
      ownerId,
      codeOfUnserved(listeners, flow.protocol),
      `${to} answers ${nameListeners(listeners)} alone, not ${nameFlow(flow)}`,
      placeFacts(vpc, node),
    );
  passGate(walk, vpc, node, 'ingress', from, flow);
  const about = { ...placeFacts(vpc, node), inbound: headerOf(packet) };
  if (behind.kind === 'inbound-resolver') {
    if (!vpc.resolver.enabled)
      walk.stop(
        vpc.vpcId,
        'DNS_SUPPORT_DISABLED',
        `enableDnsSupport is off in ${vpc.vpcId}: its resolver answers nobody`,
      );
    walk.pass(ownerId, `arrives at the resolver of ${vpc.vpcId}, as from inside it`, about);
  } else {
    const { service, region } = behind;
    walk.pass(
      ownerId,
      `arrives at ${nameService(service)} in ${region}, which sees source ${from} and ${ownerId}`,
      about,
    );
    if (isEndpointId(ownerId)) {
      const endpoint = { vpcEndpointId: ownerId, vpcId: vpc.vpcId, endpointType: 'interface' as const };
      walk.arrivesAt = { service, region, sourceAddress: from, endpoint };
    }
  }
  comeBack(walk, network, vpc, node, packet);
}

const isEndpointId = (id: string): id is `vpce-${string}` => id.startsWith('vpce-');

const serviceTitles: Record<string, string> = {
  s3: 'S3',
  dynamodb: 'DynamoDB',
  ec2: 'EC2',
  iam: 'IAM',
  sts: 'STS',
  elasticloadbalancing: 'Elastic Load Balancing',
  organizations: 'Organizations',
  route53: 'Route 53',
  route53resolver: 'Route 53 Resolver',
  directconnect: 'Direct Connect',
};

export const nameService = (service: string) => serviceTitles[service] ?? service;
