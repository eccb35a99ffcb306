// What a router counts for metrics: sets whose elements the packets themselves add, one for each thing that is counted.
// A packet through an endpoint or a load balancer is looked up once, by its flow: the connection's mark, or the address that the
// client called, and the direction say whose it is, whatever has been rewritten meanwhile. What goes to an endpoint service is
// counted on the provider's side alone: a connection is an endpoint's leg, and the consumer's packets are spared the cost.
//
//   … ─▶ deliver ─▶ metering ──con…──▶ count_by_mark
//                            └──ife…, or by a load balancer's node──▶ count_by_address

import type { RouterRole } from './router-role.ts';

const flowKeys = { address: 'ct original ip daddr', mark: 'ct mark' };
export type FlowKey = keyof typeof flowKeys;
const keys = Object.keys(flowKeys) as FlowKey[];

export const trafficSet = (key: FlowKey) => `traffic_by_${key}`;
export const openedSet = (key: FlowKey) => `opened_by_${key}`;
export const resetSet = (key: FlowKey) => `resets_by_${key}`;
/** Packets that found an endpoint shut. */
export const shutSet = 'refused_by_endpoint';
/** In the provider's router, by consumer and endpoint: what found no target, and what the load balancer reset. */
export const unservedSet = 'refused_by_service';
export const lostFlowSet = 'reset_by_service';

interface MeterSet {
  name: string;
  key: string;
  /** One that no packet has. */
  example: string;
}

/** KERNEL: what is full takes no more, and the rule that updates it ends there. Whom the elements are about may be gone: `traffic.ts` makes room. */
export const meterSetSize = 16_384;

export const meterSets: MeterSet[] = [
  ...keys.flatMap((key): MeterSet[] => {
    const example = key === 'address' ? '0.0.0.0' : '0';
    const flow = flowKeys[key];
    return [
      {
        name: trafficSet(key),
        key: `${flow} . ct direction . meta l4proto`,
        example: `${example} . original . tcp`,
      },
      { name: openedSet(key), key: `${flow} . meta l4proto`, example: `${example} . tcp` },
      { name: resetSet(key), key: `${flow} . ct direction`, example: `${example} . original` },
    ];
  }),
  { name: shutSet, key: 'ip daddr', example: '0.0.0.0' },
  { name: unservedSet, key: 'iifname . ip daddr', example: '"lo" . 0.0.0.0' },
  { name: lostFlowSet, key: 'iifname . ip daddr', example: '"lo" . 0.0.0.0' },
];

export const meterDeclarations = meterSets
  .map(({ name, key }) => `  set ${name} { typeof ${key}; size ${meterSetSize}; flags dynamic; counter; }`)
  .join('\n');

export const meterHooks = {
  // ORDER: after everything that may refuse a packet, and before conntrack confirms the flow of its first one.
  metering: 'type filter hook postrouting priority 311; policy accept;',
};

const countFlows = (key: FlowKey) => [
  `update @${trafficSet(key)} { ${flowKeys[key]} . ct direction . meta l4proto }`,
  // KERNEL: a flow is new until it is answered, so that a repeated SYN is new too; only the first packet's is unconfirmed.
  `ct status and confirmed == 0 update @${openedSet(key)} { ${flowKeys[key]} . meta l4proto }`,
  `tcp flags & rst == rst update @${resetSet(key)} { ${flowKeys[key]} . ct direction }`,
];

/** Ends of rules that refuse, with what is counted for metrics besides. KERNEL: each set has a rule of its own, so that a full one hinders nothing. */
export const refuseAtEndpoint = 'goto refuse_at_endpoint';
export const refuseAtDoor = 'goto refuse_at_door';
export const refuseUnserved = 'goto refuse_unserved';
export const resetLostFlow = 'goto reset_lost_flow';

const refusals = [
  ['refuse_at_endpoint', `update @${shutSet} { ip daddr }`, 'goto refuse_endpoint-closed'],
  ['refuse_at_door', `update @${shutSet} { ip daddr }`, 'goto refuse_no-target'],
  ['refuse_unserved', `update @${unservedSet} { iifname . ip daddr }`, 'goto refuse_no-target'],
  ['reset_lost_flow', `update @${lostFlowSet} { iifname . ip daddr }`, 'reject with tcp reset'],
] as const;

type MeteredRole = Pick<RouterRole, 'isConsumer' | 'hasServiceInterfaces' | 'isProvider'>;

export const isMetered = ({ isConsumer, hasServiceInterfaces, isProvider }: MeteredRole) =>
  isConsumer || hasServiceInterfaces || isProvider;

/** What counts in a router with this role. Nothing where nothing is metered: every hook costs every packet. */
export function meterProgram(role: MeteredRole): Map<string, string[]> {
  if (!isMetered(role)) return new Map(refusals.map(([chain, , ending]) => [chain, [ending]]));
  const refusing = refusals.map(([chain, ...rules]) => [chain, rules] as const);
  if (!role.hasServiceInterfaces && !role.isProvider) return new Map(refusing);
  const metering = [
    ...(role.hasServiceInterfaces
      ? ['oifname "ife*" goto count_by_address', 'iifname "ife*" goto count_by_address']
      : []),
    ...(role.isProvider
      ? [
          'iifname "con*" goto count_by_mark',
          'oifname "con*" goto count_by_mark',
          'ct status dnat goto count_by_address',
        ]
      : []),
  ];
  const counting = keys.map((key) => [`count_by_${key}`, countFlows(key)] as const);
  return new Map([['metering', metering], ...counting, ...refusing]);
}
