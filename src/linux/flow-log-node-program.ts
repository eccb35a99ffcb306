// What flow logs add for load balancers. A node has no wire: its packets are those of others, before and after it was picked
// for them. So it is known by its address, and by what conntrack remembers of the packet.
//
//   client ──▶ node (received: the flow's original tuple) ──▶ target (sent: as delivered), and the answers back
//
// AWS: what an endpoint's interface and the node say to each other is not logged.

import { note, noteNothing } from './flow-mark.ts';

export const flowLogNodeHooks = {
  // ORDER: after pass, whose gates say whether the load balancer's groups let it in.
  flow_node: 'type filter hook forward priority 2; policy accept;',
  flow_node_in: 'type filter hook input priority 1; policy accept;',
};

const nodeOfSource = 'meta mark set ip saddr map @logged_node';
const nodeOfDestination = 'meta mark set ip daddr map @logged_node';
/** KERNEL: a consumer's flow has an address of the consumer's VPC there, which may be anybody's here. */
const nodeOfClient = 'meta mark set ct original ip daddr map @logged_node';
const keepsClient = 'ct status dnat ct status and snat == 0';

const countTuple = (direction: 'original' | 'reply', bank: 'a' | 'b') => {
  const addresses = `ct ${direction} ip saddr . ct ${direction} ip daddr`;
  const ports = `ct ${direction} proto-src . ct ${direction} proto-dst`;
  return [
    `meta l4proto { tcp, udp } update @flow_${bank} { meta mark . ${addresses} . ${ports} } return`,
    `${noteNothing} update @flow_skipped_${bank} { meta mark }`,
  ];
};
const countIn = (direction: 'original' | 'reply') => [
  'jump note_flow',
  `meta protocol @flow_bank goto count_${direction}_b`,
  `goto count_${direction}_a`,
];

export const flowLogNodeProgram: Record<string, string[]> = {
  flow_node: [
    `iifname != "con*" ct direction original ct status dnat ${nodeOfClient} jump count_to_node`,
    'ct direction reply ct status snat meta mark set ct reply ip daddr map @logged_node jump count_back_to_node',
    `oifname != "con*" ct direction reply ${keepsClient} ${nodeOfClient} jump count_back_to_node`,
  ],
  // Answers to its health checks.
  flow_node_in: [`${nodeOfDestination} jump count_received`],
  count_to_node: [note('received'), ...countIn('original')],
  count_back_to_node: [note('received'), ...countIn('reply')],
  count_refused_by_node: [note('refused', 'received'), 'jump count_refused_tuple', 'drop'],
  count_refused_tuple: countIn('original'),
  count_original_a: countTuple('original', 'a'),
  count_original_b: countTuple('original', 'b'),
  count_reply_a: countTuple('reply', 'a'),
  count_reply_b: countTuple('reply', 'b'),
  // AWS: nobody listens there; the interface has let it in all the same.
  count_unanswered: [note('received'), 'jump count_flow', 'drop'],
};

/** At the end of a packet's way: what a node sends, whoever's address it shows. */
export const countSentByNode = [
  'oifname "con*" accept',
  `${nodeOfSource} jump count_sent`,
  `iifname != "con*" ct direction original ${keepsClient} ${nodeOfClient} jump count_sent`,
];

// An ACL's refusal may be at the border of the node's subnet, while the packet is on its way between client and target.
const onTheWayToTarget = 'ct direction original ct status dnat ip daddr != @acl_node';
const onTheWayBack = 'ct direction reply ct status dnat ip saddr != @acl_node';
export const refusedByNode = {
  sent: [
    `${nodeOfSource} goto count_refused_sent`,
    'ip saddr @acl_node drop',
    `${onTheWayToTarget} ${nodeOfClient} goto count_refused_sent`,
    `${onTheWayToTarget} drop`,
  ],
  received: [
    `${nodeOfDestination} goto count_refused_received`,
    'ip daddr @acl_node drop',
    `${onTheWayBack} ${nodeOfClient} goto count_refused_received`,
    `${onTheWayBack} drop`,
  ],
  /** Its own groups. */
  byGroup: [`${nodeOfClient} goto count_refused_by_node`],
  unanswered: [`${nodeOfDestination} goto count_unanswered`, 'drop'],
};
