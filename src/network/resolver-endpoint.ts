// Route 53 Resolver in the network: the interfaces of outbound endpoints, and for which names a VPC's resolver asks from them.

import { plainName } from '../cloud/dns-name.ts';
import type { NetworkInterfaceId, OutboundEndpointId, VpcId } from '../cloud/id.ts';
import type { ResolverRule } from '../cloud/resolver-rule.ts';
import type { Cidr, Ipv4 } from '../lib/cidr.ts';
import type { CloudIndex } from './cloud-index.ts';
import type { CompiledResolverRule } from './resolver-rule.ts';

/** An address of an outbound endpoint. Nobody lives there; what leaves it is judged like an instance's. */
export interface OutboundResolverNode {
  resolverEndpointId: OutboundEndpointId;
  networkInterfaceId: NetworkInterfaceId;
  privateIpAddress: Ipv4;
  subnetCidrBlock: Cidr;
}

export function compileOutboundResolvers(index: CloudIndex, vpcId: VpcId): OutboundResolverNode[] {
  return (index.outboundEndpointsOf.get(vpcId) ?? []).flatMap(({ resolverEndpointId, addresses }) =>
    addresses.flatMap(({ networkInterfaceId, subnetId }) => {
      const networkInterface = index.cloud.networkInterfaces.find(networkInterfaceId);
      const subnet = index.cloud.subnets.find(subnetId);
      if (!networkInterface || !subnet) return [];
      const { privateIpAddress } = networkInterface;
      return [
        { resolverEndpointId, networkInterfaceId, privateIpAddress, subnetCidrBlock: subnet.cidrBlock },
      ];
    }),
  );
}

export function compileResolverRules(index: CloudIndex, vpcId: VpcId): CompiledResolverRule[] {
  return (index.resolverRulesOf.get(vpcId) ?? [])
    .map((rule) => compileRule(index, rule))
    .sort((a, b) => b.domain.length - a.domain.length);
}

function compileRule({ cloud }: CloudIndex, rule: ResolverRule): CompiledResolverRule {
  const { resolverRuleId, behaviour } = rule;
  const domain = plainName(rule.domainName);
  if (behaviour.ruleType === 'SYSTEM') return { resolverRuleId, domain };
  const { resolverEndpointId, targets } = behaviour;
  const from = (cloud.resolverEndpoints.find(resolverEndpointId)?.addresses ?? []).flatMap(
    ({ networkInterfaceId }) => {
      const address = cloud.networkInterfaces.find(networkInterfaceId)?.privateIpAddress;
      return address === undefined ? [] : [{ networkInterfaceId, address }];
    },
  );
  const forward = {
    resolverEndpointId,
    from,
    targets: targets.map(({ ip, port }) => ({ address: ip, port })),
  };
  return { resolverRuleId, domain, forward };
}
