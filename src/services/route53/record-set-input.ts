// One change of a batch as it came: what is to be done with which record set.
// AWS: a record set has either a TTL and values, or what it is an alias of.

import { plainName } from '../../cloud/dns-name.ts';
import {
  type AliasTarget,
  type HostedZoneId,
  recordSetKey,
  type ZoneRecordSet,
  zoneRecordTypes,
} from '../../cloud/hosted-zone.ts';
import { notBuilt } from '../parameters.ts';
import { invalidInput } from './errors.ts';
import { flag, integer, listOf, requireOneOf, structure, text } from './input.ts';

export type RecordSetInput = Omit<ZoneRecordSet, 'generation'>;

export interface RecordSetChange {
  action: 'CREATE' | 'DELETE' | 'UPSERT';
  recordSet: RecordSetInput;
  /** As it was written, for what cannot be read as a name. */
  writtenName: string;
}

/** DIFFERS: routing-policies the default routing policy alone, without health checks. */
const routingMembers = [
  'SetIdentifier',
  'Weight',
  'Region',
  'GeoLocation',
  'Failover',
  'MultiValueAnswer',
  'HealthCheckId',
  'TrafficPolicyInstanceId',
  'CidrRoutingConfig',
  'GeoProximityLocation',
];

const readAlias = structure({ HostedZoneId: text, DNSName: text, EvaluateTargetHealth: flag }, [
  'HostedZoneId',
  'DNSName',
  'EvaluateTargetHealth',
]);

const readRecordSet = structure(
  {
    Name: text,
    Type: text,
    TTL: integer,
    ResourceRecords: listOf('ResourceRecord', structure({ Value: text }, ['Value'])),
    AliasTarget: readAlias,
  },
  ['Name', 'Type'],
  routingMembers,
);

/** The document of ChangeResourceRecordSets. */
export const readChangeBatch = structure(
  {
    ChangeBatch: structure(
      {
        Comment: text,
        Changes: listOf(
          'Change',
          structure({ Action: text, ResourceRecordSet: readRecordSet }, ['Action', 'ResourceRecordSet']),
        ),
      },
      ['Changes'],
    ),
  },
  ['ChangeBatch'],
);

type ChangeInput = NonNullable<
  NonNullable<NonNullable<ReturnType<typeof readChangeBatch>['ChangeBatch']>['Changes']>[number]
>;

const allTypes = [...zoneRecordTypes, 'NAPTR', 'DS', 'TLSA', 'SSHFP', 'SVCB', 'HTTPS'] as const;
const longestTtlSeconds = 2_147_483_647;

export function readChange(
  { Action = '', ResourceRecordSet: given = {} }: ChangeInput,
  hostedZoneId: HostedZoneId,
): RecordSetChange {
  const action = requireOneOf('action', Action, ['CREATE', 'DELETE', 'UPSERT']);
  const known = requireOneOf('type', given.Type ?? '', allTypes);
  const type = zoneRecordTypes.find((one) => one === known);
  if (!type) throw notBuilt(`records of type ${known} of route53`);
  const { Name = '', TTL, ResourceRecords, AliasTarget } = given;
  const found = [AliasTarget !== undefined, TTL !== undefined && ResourceRecords !== undefined];
  const isEither = found[0] !== found[1] && !(AliasTarget && (TTL !== undefined || ResourceRecords));
  if (!isEither)
    throw invalidInput(
      `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found ${AliasTarget ? 'more than one' : 'none'} in Change with [Action=${action}, Name=${Name}, Type=${type}, SetIdentifier=null]`,
    );
  if (TTL !== undefined && (TTL < 0 || TTL > longestTtlSeconds))
    throw invalidInput(
      `1 validation error detected: Value '${TTL}' at 'tTL' failed to satisfy constraint: Member must be between 0 and ${longestTtlSeconds}`,
    );
  const name = plainName(Name);
  return {
    action,
    writtenName: Name,
    recordSet: {
      recordSetKey: recordSetKey(hostedZoneId, name, type),
      ...{ hostedZoneId, name, type, ttlSeconds: TTL ?? 0 },
      values: (ResourceRecords ?? []).map(({ Value = '' }) => Value),
      ...(AliasTarget ? { alias: aliasOf(AliasTarget) } : {}),
    },
  };
}

function aliasOf({
  HostedZoneId = '',
  DNSName = '',
  EvaluateTargetHealth = false,
}: ReturnType<typeof readAlias>): AliasTarget {
  return {
    hostedZoneId: HostedZoneId.replace(/^\/?hostedzone\//, ''),
    // AWS: `dualstack.` before a load balancer's name means both families; the name is the same.
    dnsName: plainName(DNSName).replace(/^dualstack\./, ''),
    evaluateTargetHealth: EvaluateTargetHealth,
  };
}
