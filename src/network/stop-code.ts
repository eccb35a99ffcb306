// Every kind of stop: why a packet or a request goes no further. One closed list, shared by explain, drops and the policies'
// explanation. Where AWS's Reachability Analyzer has a code, it is that one; the others are named in its style and are ours.
// docs/stop-codes.md is this list.

interface StopCodeFacts {
  /** Ours alone: AWS has none for it. */
  isOwn?: true;
  meaning: string;
  /** What to do next. */
  next: string;
}

/** Of packets and of where they are to go. */
const packetStops = {
  BAD_STATE: {
    meaning:
      'A component on the way is not in a state to work: the instance is stopped, the endpoint is not accepted or was rejected, the endpoint’s service or a gateway is gone.',
    next: 'Start the instance, accept the connection (`accept-vpc-endpoint-connections`), or make anew what is gone.',
  },
  BAD_STATE_ATTACHMENT: {
    meaning: 'A gateway’s route leads to an attachment that it does not have, or no longer.',
    next: 'Attach it again, or change the route.',
  },
  BAD_STATE_ROUTE: {
    meaning: 'The route that fits best is a blackhole. No shorter prefix is tried.',
    next: 'Replace or delete the route; `explain` says what its target was.',
  },
  DISCONNECTED_VPCS: {
    meaning:
      'The packet comes to the address, but in another VPC than the one that was asked about: nothing leads there from here.',
    next: 'Connect the two by a peering or a transit gateway (their ranges must differ), or by an endpoint (they may be equal).',
  },
  ELBV2_CLIENT_IS_TARGET: {
    isOwn: true,
    meaning:
      'The load balancer keeps the client’s address, and one of its targets is the client itself: it would take its own packet for a forgery.',
    next: 'Switch off `preserve_client_ip.enabled` of the target group, or ask from elsewhere.',
  },
  ELBV2_LISTENERS_MISMATCH: {
    meaning: 'The load balancer has no listener for this protocol and port.',
    next: 'Make the listener, or ask for a port that has one (`describe-listeners`).',
  },
  ELBV2_NO_TARGETS_IN_AZ: {
    meaning:
      'The load balancer has no target that it may use in this zone: none is registered there, or none is healthy.',
    next: 'Look at `describe-target-health`; register a target in the zone, or switch on cross-zone load balancing.',
  },
  ENI_NOT_ATTACHED: {
    isOwn: true,
    meaning: 'The network interface is attached to nothing, so nobody sends from it or answers there.',
    next: 'Attach it to an instance.',
  },
  ENI_SG_RULES_MISMATCH: {
    meaning: 'No rule of the security groups lets it through.',
    next: 'Add a rule to one of the groups that are named: inbound for who receives, outbound for who sends.',
  },
  ENI_SOURCE_DEST_CHECK_RESTRICTION: {
    meaning:
      'The source/destination check: an interface sends under another address than its own, or is to forward what is for somebody else.',
    next: 'For an appliance that forwards: `modify-network-interface-attribute --no-source-dest-check`.',
  },
  FLOW_UNKNOWN: {
    isOwn: true,
    meaning: 'The packet is in the middle of a connection that nobody has seen begin, or that has ended.',
    next: 'Begin the connection anew.',
  },
  GATEWAY_REJECTS_SPOOFED_TRAFFIC: {
    meaning: 'The packet comes from beyond the VPC and has an address of the VPC itself as its source.',
    next: 'Networks that are connected need ranges of their own; where they cannot have them, use an endpoint service.',
  },
  IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS: {
    meaning: 'A private address (10/8, 172.16/12, 192.168/16) is nowhere on the internet.',
    next: 'Route the private range to a peering, a transit gateway or a virtual private gateway.',
  },
  IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS: {
    meaning: 'An address that carriers share (100.64/10) is nowhere on the internet.',
    next: 'Route that range to where it is.',
  },
  IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS: {
    meaning: 'The internet gateway knows no interface that has this public address.',
    next: 'Associate the address (`associate-address`).',
  },
  IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS: {
    meaning: 'The source has no public address, and without one nothing passes an internet gateway.',
    next: 'Associate an Elastic IP, or route the subnet to a NAT gateway.',
  },
  LINK_LOCAL_ALLOWANCE_EXCEEDED: {
    isOwn: true,
    meaning:
      'The interface sent more than 1,024 packets in a second to the resolver and the metadata service.',
    next: 'Keep answers of DNS and of the metadata service for a while.',
  },
  MORE_SPECIFIC_ROUTE: {
    meaning:
      'A more specific route inside the VPC leads the answers elsewhere than back to who asked, and they get lost there.',
    next: 'Change or delete the more specific route.',
  },
  NGW_REJECTS_NEW_FLOWS: {
    isOwn: true,
    meaning: 'The address is a NAT gateway’s, which lets answers in and nobody else.',
    next: 'Nobody is reached behind a NAT gateway; ask for the address of who is meant.',
  },
  NO_PATH: {
    meaning:
      'There is no way from this source to this destination: one of them cannot begin or take part in a connection.',
    next: 'Ask from an instance or a host of a site.',
  },
  NO_POSSIBLE_DESTINATION: {
    meaning: 'Nobody has this address where the packet gets to.',
    next: 'Look for the address with `describe-network-interfaces`; it may be that of something deleted.',
  },
  NO_ROUTE_TO_DESTINATION: {
    meaning:
      'The route table has no route to the destination, or, on the way of the answers, none back to the source.',
    next: 'Add the route to the table that is named (`create-route`).',
  },
  NO_SERVICE_AT_DESTINATION: {
    isOwn: true,
    meaning: 'No service of AWS answers there, so nobody is asked for the action.',
    next: 'Ask with the name of the service, such as `s3.us-east-1.amazonaws.com:443`.',
  },
  NO_SOURCE_OR_DESTINATION: {
    meaning: 'What was asked about does not exist or has no network interface.',
    next: 'Check the id; what was terminated or deleted is gone.',
  },
  NOTHING_LISTENS: {
    isOwn: true,
    meaning: 'The address is the VPC’s own, of its router or its resolver, and has nothing at that port.',
    next: 'The resolver has port 53, the metadata service port 80.',
  },
  PCX_REQUIRES_ADDRESS_IN_VPC_CIDR: {
    meaning:
      'A peering leads to the addresses of the other VPC and no further: not to its gateways, endpoints by route or other peerings.',
    next: 'Peer with the VPC that has the address, or use a transit gateway.',
  },
  PROTOCOL_RESTRICTION: {
    meaning: 'What answers there does not speak this protocol; endpoints do not answer a ping.',
    next: 'Ask for a port and a protocol that it has; `explain` lists them.',
  },
  RETURN_PATH_ENDS_ELSEWHERE: {
    isOwn: true,
    meaning:
      'The packet arrives, but its answers take a route that leads elsewhere than back to who asked. `drops` has what refused them there.',
    next: 'Make the route of the answers lead back by the way the packet came.',
  },
  ROUTE_LOOP: {
    isOwn: true,
    meaning: 'The routes lead in a circle.',
    next: 'Give the subnet of the gateway or appliance a route table of its own.',
  },
  SERVICE_PORT_RESTRICTION: {
    isOwn: true,
    meaning: 'The service does not answer at this port.',
    next: 'Ask for a port that it has: 443, of S3 and of public front ends also 80, of resolvers 53.',
  },
  SITE_REJECTS_NEW_FLOWS: {
    isOwn: true,
    meaning: 'The address is the public one of a site, whose router lets answers in and nobody else.',
    next: 'Reach the site by VPN or Direct Connect, at its hosts’ own addresses.',
  },
  SITE_ROUTER_PORT_RESTRICTION: {
    isOwn: true,
    meaning: 'The address is the router of a site, which answers questions for names (53) and a ping.',
    next: 'Ask for a host of the site.',
  },
  SUBNET_ACL_RESTRICTION: {
    meaning:
      'A network ACL denies it at the border of a subnet; answers are asked too, with the client’s port.',
    next: 'Add an entry with a lower number to the ACL that is named; for answers allow ports 1024–65535.',
  },
  TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION: {
    meaning: 'The attachment by which it comes to the transit gateway is associated with no route table.',
    next: 'Associate it (`associate-transit-gateway-route-table`).',
  },
  TGW_ROUTE_AZ_RESTRICTION: {
    meaning:
      'The transit gateway’s attachment has no subnet in the zone of who sends (or, for answers, of who answers).',
    next: 'Add a subnet of that zone (`modify-transit-gateway-vpc-attachment`).',
  },
  TGW_RTB_BAD_STATE_ROUTE: {
    meaning: 'The route that fits best in the transit gateway’s route table is a blackhole.',
    next: 'Replace or delete the route.',
  },
  TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT: {
    meaning: 'The transit gateway’s route table has no route to the destination.',
    next: 'Let the attachment propagate into that table, or add a static route.',
  },
  VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS: {
    meaning: 'A virtual private gateway leads to the addresses of its VPC and no further.',
    next: 'Use a transit gateway, or an interface endpoint, which has an address in the VPC.',
  },
  VPC_TRANSIT_RESTRICTION: {
    isOwn: true,
    meaning: 'A VPC is no way through: what a transit gateway brings does not go on to another network.',
    next: 'Attach the other network to the transit gateway itself.',
  },
  VPCE_GATEWAY_HAS_NO_ADDRESS: {
    isOwn: true,
    meaning: 'A gateway endpoint has no address that could be asked for; routes lead to it.',
    next: 'Ask for a name of the service, such as `s3.us-east-1.amazonaws.com:443`.',
  },
  VPCE_GATEWAY_PROTOCOL_RESTRICTION: {
    meaning: 'Gateway endpoints take TCP and a ping alone.',
    next: 'Ask by tcp, port 443 or 80.',
  },
  VPCE_GATEWAY_REQUIRES_SOURCE_IN_VPC: {
    isOwn: true,
    meaning:
      'A gateway endpoint serves the interfaces of its own VPC, not what comes over a peering, a transit gateway or a VPN.',
    next: 'Use an interface endpoint, or a gateway endpoint in the VPC of who asks.',
  },
  VPCE_INTRA_VPC_TRAFFIC: {
    meaning: 'Endpoints take connections and begin none: neither does the service behind one.',
    next: 'Ask in the other direction.',
  },
  RESOLVER_ENDPOINT_REJECTS_NEW_FLOWS: {
    isOwn: true,
    meaning: 'The address is an outbound resolver endpoint’s, which asks others and answers nobody.',
    next: 'Ask the resolver of the VPC, or an inbound endpoint.',
  },
  VPCE_SERVICE_NOT_INSTALLED_IN_AZ: {
    meaning: 'The load balancer of the endpoint’s service has no node in the zone of this address.',
    next: 'Enable the zone for the load balancer (`set-subnets`), or use the endpoint’s address in another zone.',
  },
} as const satisfies Record<string, StopCodeFacts>;

/** Of names, before any packet. */
const nameStops = {
  DNS_ALIAS_LOOP: {
    isOwn: true,
    meaning: 'The aliases of the name lead in a circle (SERVFAIL).',
    next: 'Correct the CNAME or alias records.',
  },
  DNS_ANSWER_UNKNOWN: {
    isOwn: true,
    meaning: 'A resolver rule hands the question to others, and only they know the answer.',
    next: 'Ask with the address, or look inside with `dig`.',
  },
  DNS_NO_ADDRESS: {
    isOwn: true,
    meaning: 'The name exists and has no address.',
    next: 'Add an A record, or ask for the name that has one.',
  },
  DNS_NO_SERVER: {
    isOwn: true,
    meaning: 'Nobody answers questions for names at the address that is asked.',
    next: 'Forward to an address of an inbound resolver endpoint.',
  },
  DNS_NO_SUCH_NAME: {
    isOwn: true,
    meaning: 'The resolver knows no such name (NXDOMAIN). A private zone that covers a name answers alone.',
    next: 'Check the name, the zone’s association with this VPC, and the private DNS of the endpoint.',
  },
  DNS_SUPPORT_DISABLED: {
    isOwn: true,
    meaning: '`enableDnsSupport` of the VPC is off: its resolver answers nobody.',
    next: '`modify-vpc-attribute --enable-dns-support`.',
  },
} as const satisfies Record<string, StopCodeFacts>;

const policyStop = (which: string, next: string, silent: string) => ({
  deny: { isOwn: true, meaning: `A statement of ${which} denies it explicitly.`, next } as const,
  silence: {
    isOwn: true,
    meaning: `No statement of ${which} allows it, and it must. ${silent}`.trim(),
    next: 'Add a statement that allows it; the misses say what the existing ones lack.',
  } as const,
});
const endpointPolicy = policyStop(
  'the VPC endpoint’s policy',
  'Change the endpoint’s policy (`modify-vpc-endpoint`).',
  '',
);
const identityPolicy = policyStop(
  'the caller’s own policies',
  'Change the policies of the role or user.',
  '',
);
const boundary = policyStop('the permissions boundary', 'Change the boundary.', '');
const sessionPolicy = policyStop('the session’s policy', 'Change what the session was made with.', '');
const resourcePolicy = policyStop(
  'the resource’s policy',
  'Change the policy of the bucket or the role.',
  'It must where the caller is nobody or of another account, and to become a role.',
);

/** Of requests, after the packets have arrived. AWS's analyzer asks no policies, so all of these are ours. */
const requestStops = {
  ACTION_NOT_OF_SERVICE: {
    isOwn: true,
    meaning: 'The service that answers there does not have the action.',
    next: 'Ask for an action of that service, or go to the service that has it.',
  },
  RESOURCE_DOES_NOT_FIT_ACTION: {
    isOwn: true,
    meaning: 'The action is about another kind of resource.',
    next: 'Name one of the kind that `explain` tells.',
  },
  RESOURCE_IN_OTHER_REGION: {
    isOwn: true,
    meaning: 'The resource is in another region than the front end that was asked.',
    next: 'Ask the front end of its region.',
  },
  RESOURCE_NOT_FOUND: {
    isOwn: true,
    meaning: 'There is no such bucket.',
    next: 'Check the name.',
  },
  S3_PUBLIC_ACCESS_BLOCKED: {
    isOwn: true,
    meaning:
      'The bucket’s policy is public and its public access block leaves it to its own account (RestrictPublicBuckets).',
    next: 'Narrow the policy, or change the public access block.',
  },
  SERVICE_NOT_BUILT: {
    isOwn: true,
    meaning: 'Isthmus does not have the service, and no server of yours stands for it.',
    next: '`isthmus up --service NAME=URL`.',
  },
  SIGNATURE_REQUIRED: {
    isOwn: true,
    meaning: 'Who does not sign is refused.',
    next: 'Give the instance a profile with a role that trusts ec2.amazonaws.com.',
  },
  VPCE_POLICY_EXPLICIT_DENY: endpointPolicy.deny,
  VPCE_POLICY_NOT_ALLOWED: endpointPolicy.silence,
  IDENTITY_POLICY_EXPLICIT_DENY: identityPolicy.deny,
  IDENTITY_POLICY_NOT_ALLOWED: identityPolicy.silence,
  BOUNDARY_EXPLICIT_DENY: boundary.deny,
  BOUNDARY_NOT_ALLOWED: boundary.silence,
  SESSION_POLICY_EXPLICIT_DENY: sessionPolicy.deny,
  SESSION_POLICY_NOT_ALLOWED: sessionPolicy.silence,
  RESOURCE_POLICY_EXPLICIT_DENY: resourcePolicy.deny,
  RESOURCE_POLICY_NOT_ALLOWED: resourcePolicy.silence,
} as const satisfies Record<string, StopCodeFacts>;

/** Of paths that are analyzed: what is asked for, and not what stops a packet. */
const pathStops = {
  COMPONENT_FILTER_RESTRICTION: {
    meaning: 'The way does not go by a component that it must go by, or goes by one that it must not.',
    next: 'Change the filters of the analysis (`--filter-in-arns`, `--filter-out-arns`).',
  },
  FILTER_AT_DESTINATION_DESTINATION_ADDRESS: {
    meaning: 'The packet does not arrive under the destination address that was asked for.',
    next: 'Ask for an address that the destination has; behind a load balancer it is the target’s.',
  },
  FILTER_AT_DESTINATION_DESTINATION_PORT_RANGE: {
    meaning: 'The packet does not arrive at a port that was asked for.',
    next: 'Behind a load balancer the port is the target’s.',
  },
  FILTER_AT_DESTINATION_SOURCE_ADDRESS: {
    meaning: 'The packet does not arrive from the source address that was asked for.',
    next: 'Gateways and load balancers translate: `InboundHeader` says into what.',
  },
  UNASSOCIATED_COMPONENT: {
    meaning:
      'The source or destination is in no VPC: an instance that was terminated, a gateway that is not attached.',
    next: 'Attach it, or make a path from or to what is there.',
  },
} as const satisfies Record<string, StopCodeFacts>;

export type PacketStopCode = keyof typeof packetStops | keyof typeof nameStops;
export type RequestStopCode = keyof typeof requestStops;
export type StopCode = PacketStopCode | RequestStopCode | keyof typeof pathStops;

/** In the order of the page. */
export const stopCodeGroups: { title: string; codes: Record<string, StopCodeFacts> }[] = [
  { title: 'Packets', codes: packetStops },
  { title: 'Names', codes: nameStops },
  { title: 'Requests', codes: requestStops },
  { title: 'Paths that are analyzed', codes: pathStops },
];
