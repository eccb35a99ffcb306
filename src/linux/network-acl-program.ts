// What network ACLs add to a router's rules, in VPCs where one may refuse something. They keep no state, so they are asked
// about every packet, before anything that lets open flows pass; and only where a packet crosses the border of a subnet.
//
//   instance ──eni…──▶ network_acl (out of its subnet, into the next) ──▶ eni…, gwe…, igw…, pcx…, svc…
//   client ─▶ network_acl_to_node ─▶ (a target is picked) ─▶ network_acl_from_node ──▶ target, and its answers back
//
// A load balancer is two borders: the client's packet is judged as it comes to the node, and again as the node's.

import { isMasked } from './masked-listener.ts';
import { refuse } from './refusal.ts';

export const networkAclHooks = {
  // AWS: after the security group of who sends. ORDER: before the load balancer's address becomes a target's (dstnat, -100).
  network_acl_to_node: 'type filter hook prerouting priority -149; policy accept;',
  network_acl: 'type filter hook forward priority -2; policy accept;',
  // ORDER: after the client's address has become the node's (srcnat, 100), before the target's groups (110).
  network_acl_from_node: 'type filter hook postrouting priority 105; policy accept;',
};

export const networkAclSetNames = ['acl_node', 'acl_within_link', 'acl_within_address'] as const;
export const networkAclMapNames = [
  'acl_subnet_of_link',
  'acl_subnet_of_address',
  'acl_out_of_link',
  'acl_into_link',
  'acl_out_of_address',
  'acl_into_address',
] as const;

// KERNEL: nft compares no two looked-up values, but it looks up a pair. The packet's priority, which no queue here asks for,
// holds the number of the subnet it leaves until that has been asked.
export const networkAclDeclarations = `
  set acl_node { typeof ip saddr; }
  set acl_within_link { typeof meta priority . oifname; }
  set acl_within_address { typeof meta priority . ip daddr; }
  map acl_subnet_of_link { typeof iifname : meta priority; }
  map acl_subnet_of_address { typeof ip saddr : meta priority; }
  map acl_out_of_link { typeof iifname : verdict; }
  map acl_into_link { typeof oifname : verdict; }
  map acl_out_of_address { typeof ip saddr : verdict; }
  map acl_into_address { typeof ip daddr : verdict; }`;

/** @param hasServiceLinks interfaces of the VPC are behind links to a provider or to a service's door @param isProvider it has load balancers */
export function networkAclProgram(hasServiceLinks: boolean, isProvider: boolean): Map<string, string[]> {
  const program = new Map([['network_acl', networkAcl(hasServiceLinks, isProvider)]]);
  if (isProvider)
    for (const [chain, rules] of Object.entries({ ...nodeBorders, ...throughNode }))
      program.set(chain, rules);
  return program;
}

const leaveLink = 'meta priority set iifname map @acl_subnet_of_link';
const leaveAddress = 'meta priority set ip saddr map @acl_subnet_of_address';
const leaveNode = 'meta priority set ct original ip daddr map @acl_subnet_of_address';

function networkAcl(hasServiceLinks: boolean, isProvider: boolean): string[] {
  const links = '{ "svc*", "ife*" }';
  const ofServices = (...rules: string[]) => (hasServiceLinks ? rules : []);
  return [
    // What goes nowhere crosses no border; that is told as what it is.
    'oif lo accept',
    ...(isProvider
      ? [
          // AWS: what comes by PrivateLink crosses no border until it leaves the load balancer's node.
          'iifname "con*" accept',
          'oifname "con*" accept',
          'ct status dnat goto network_acl_through_node',
        ]
      : []),
    leaveLink,
    ...ofServices(`iifname ${links} ${leaveAddress}`),
    'meta priority . oifname @acl_within_link accept',
    ...ofServices(`oifname ${links} meta priority . ip daddr @acl_within_address accept`),
    'iifname vmap @acl_out_of_link',
    ...ofServices(`iifname ${links} ip saddr vmap @acl_out_of_address`),
    'oifname vmap @acl_into_link',
    ...ofServices(`oifname ${links} ip daddr vmap @acl_into_address`),
  ];
}

const nodeBorders = {
  network_acl_to_node: [
    'iifname "con*" accept', // its addresses are those of the consumer's VPC
    'ip daddr != @acl_node accept',
    leaveLink,
    'meta priority . ip daddr @acl_within_address accept',
    'iifname vmap @acl_out_of_link',
    'ip daddr vmap @acl_into_address',
  ],
  network_acl_from_node: [
    'oifname "con*" accept',
    'ip saddr != @acl_node accept',
    leaveAddress,
    'meta priority . oifname @acl_within_link accept',
    'ip saddr vmap @acl_out_of_address',
    'oifname vmap @acl_into_link',
  ],
};

/** Where the client's address is kept, neither the target's packets nor those to it show the node's. */
const throughNode = {
  network_acl_through_node: [
    'ct status snat accept',
    `ct direction original ${isMasked} accept`,
    'ct direction reply goto network_acl_back_to_node',
    leaveNode,
    'meta priority . oifname @acl_within_link accept',
    'ct original ip daddr vmap @acl_out_of_address',
    'oifname vmap @acl_into_link',
  ],
  network_acl_back_to_node: [
    leaveLink,
    'meta priority . ct original ip daddr @acl_within_address accept',
    'iifname vmap @acl_out_of_link',
    'ct original ip daddr vmap @acl_into_address',
  ],
};

/** The end of an entry that denies. The mark says which one it was; the packet needs it no more. */
export const deny = (refusalNumber: number) =>
  `meta mark set 0x${refusalNumber.toString(16)} ${refuse('network-acl')}`;
