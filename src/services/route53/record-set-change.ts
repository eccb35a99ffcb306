// ChangeResourceRecordSets: a batch of changes, made all together or not at all. Everything that is wrong with it is said at once.

import { awsZoneName, isAwsName } from '../../cloud/alias-target.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { findNameFault, isWithin, showName } from '../../cloud/dns-name.ts';
import {
  type HostedZone,
  hostedZoneArn,
  isRequiredRecordSet,
  recordSetKey,
  zoneRecordTypes,
} from '../../cloud/hosted-zone.ts';
import { invalidChangeBatch, invalidInput } from './errors.ts';
import { recordSetsOf } from './hosted-zone.ts';
import { readBody } from './input.ts';
import {
  getOwnZone,
  putChange,
  type RequestedAccess,
  type Route53Answer,
  type Route53Context,
  type Route53Request,
  readHostedZoneId,
  resolversOf,
} from './operation.ts';
import {
  type RecordSetChange,
  type RecordSetInput,
  readChange,
  readChangeBatch,
} from './record-set-input.ts';
import { canonicalValue, findValueFault } from './record-value.ts';

const mostChanges = 1000;
const mostRecordSets = 10_000;

export function changeResourceRecordSets(request: Route53Request, context: Route53Context): Route53Answer {
  const { cloud } = context;
  const zone = getOwnZone(request, context);
  const { ChangeBatch } = readBody(request.body, 'ChangeResourceRecordSetsRequest', readChangeBatch);
  const { Changes = [], Comment } = ChangeBatch!;
  if ((Comment?.length ?? 0) > 256) throw invalidInput('The comment is longer than 256 characters.');
  if (Changes.length > mostChanges)
    throw invalidChangeBatch([`Number of records limit of ${mostChanges} exceeded.`]);
  const changes = Changes.map((change) => readChange(change, zone.hostedZoneId));
  const faults = changes.flatMap((change) => findFaults(change, zone));
  if (faults.length > 0) throw invalidChangeBatch(faults);
  const work = new Batch(cloud, zone);
  for (const change of changes) work.apply(change);
  work.finish();
  return { content: { ChangeInfo: putChange(context, resolversOf(zone), Comment) } };
}

/** What is wrong with a change by itself, whatever is in the zone. */
function findFaults({ action, recordSet, writtenName }: RecordSetChange, zone: HostedZone): string[] {
  const { name, type, values } = recordSet;
  const nameFault = findNameFault(writtenName);
  if (nameFault) return [`FATAL problem: ${nameFault} encountered with '${writtenName.slice(0, 256)}'`];
  const zoneName = showName(zone.zoneName);
  if (!isWithin(name, zone.zoneName))
    return [`RRSet with DNS name ${showName(name)} is not permitted in zone ${zoneName}`];
  if (type === 'CNAME' && name === zone.zoneName)
    return [
      `RRSet of type CNAME with DNS name ${showName(name)} is not permitted at apex in zone ${zoneName}`,
    ];
  if (type === 'SOA' && name !== zone.zoneName)
    return [
      `RRSet of type SOA with DNS name ${showName(name)} is not permitted as it is not at apex in zone ${zoneName}`,
    ];
  if (action === 'DELETE')
    return isRequiredRecordSet(recordSet, zone) ? [requiredFault[type as 'NS' | 'SOA']] : [];
  const valueFaults = values.flatMap((value) => {
    const fault = findValueFault(type, value);
    return fault
      ? [`Invalid Resource Record: 'FATAL problem: ${fault} encountered with '${value.slice(0, 256)}''`]
      : [];
  });
  const written = values.map((value) => canonicalValue(type, value));
  const doubled = values.filter((_value, index) => written.indexOf(written[index]!) < index);
  const isMany = (type === 'CNAME' || type === 'SOA') && values.length > 1;
  return [
    ...valueFaults,
    ...doubled.map((value) => `Duplicate Resource Record: '${value}'`),
    ...(isMany
      ? [`RRSet of type ${type} with DNS name ${showName(name)} may have one resource record only`]
      : []),
    ...(recordSet.alias && (type === 'NS' || type === 'SOA') ? [`An alias cannot be of type ${type}`] : []),
  ];
}

const requiredFault = {
  NS: 'A HostedZone must contain at least one NS record for the zone itself.',
  SOA: 'A HostedZone must contain exactly one SOA record.',
};

/** The zone as it becomes, change by change. Nothing is written before all of them have been looked at. */
class Batch {
  readonly #cloud: Cloud;
  readonly #zone: HostedZone;
  /** By key, what was touched: undefined is deleted. */
  readonly #touched = new Map<string, RecordSetInput | undefined>();
  readonly #actions = new Map<string, string>();
  readonly #faults: string[] = [];

  constructor(cloud: Cloud, zone: HostedZone) {
    this.#cloud = cloud;
    this.#zone = zone;
  }

  apply({ action, recordSet }: RecordSetChange): void {
    const { recordSetKey: key, name, type } = recordSet;
    const before = this.#actions.get(key);
    this.#actions.set(key, action);
    // AWS: a set may be taken away and made anew in one batch, and be in it but once else.
    if (before !== undefined && !(before === 'DELETE' && action === 'CREATE'))
      throw invalidInput(
        `Invalid request: The request contains an invalid set of changes for a resource record set '${type} ${showName(name)}'`,
      );
    const current = this.#find(key);
    const set = `resource record set [name='${showName(name)}', type='${type}']`;
    if (action === 'CREATE' && current) this.#faults.push(`Tried to create ${set} but it already exists`);
    if (action !== 'DELETE') this.#touched.set(key, recordSet);
    else if (!current) this.#faults.push(`Tried to delete ${set} but it was not found`);
    else if (!isSame(current, recordSet))
      this.#faults.push(`Tried to delete ${set} but the values provided do not match the current values`);
    else this.#touched.set(key, undefined);
  }

  finish(): void {
    for (const recordSet of this.#touched.values()) if (recordSet) this.#check(recordSet);
    const added = [...this.#touched].filter(([key, to]) => to && !this.#cloud.zoneRecordSets.has(key)).length;
    if (added > 0 && recordSetsOf(this.#cloud, this.#zone).length + added > mostRecordSets)
      this.#faults.push(`Number of records limit of ${mostRecordSets} exceeded.`);
    if (this.#faults.length > 0) throw invalidChangeBatch(this.#faults);
    for (const [key, recordSet] of this.#touched) {
      if (recordSet) this.#cloud.zoneRecordSets.put(recordSet);
      else this.#cloud.zoneRecordSets.delete(key);
    }
  }

  #find(key: string): RecordSetInput | undefined {
    return this.#touched.has(key) ? this.#touched.get(key) : this.#cloud.zoneRecordSets.find(key);
  }

  /** What a record set must not be beside the others that the zone then has. */
  #check({ name, type, alias }: RecordSetInput): void {
    const { hostedZoneId } = this.#zone;
    const zoneName = showName(this.#zone.zoneName);
    const rrset = `RRSet of type ${type} with DNS name ${showName(name)} is not permitted`;
    const others = zoneRecordTypes.filter(
      (other) => other !== type && this.#find(recordSetKey(hostedZoneId, name, other)),
    );
    if (type === 'CNAME' && others.length > 0)
      this.#faults.push(
        `${rrset} as it conflicts with other records with the same DNS name in zone ${zoneName}`,
      );
    else if (others.includes('CNAME'))
      this.#faults.push(
        `${rrset} because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zoneName}`,
      );
    if (alias) this.#checkAlias(alias, type);
  }

  #checkAlias(
    { hostedZoneId, dnsName }: NonNullable<RecordSetInput['alias']>,
    type: RecordSetInput['type'],
  ): void {
    const isOwn = hostedZoneId === this.#zone.hostedZoneId;
    const target = `Tried to create an alias that targets ${showName(dnsName)}, type ${type} in zone ${hostedZoneId}`;
    const targetZone = isOwn ? this.#zone.zoneName : awsZoneName(hostedZoneId);
    if (targetZone === undefined || !isWithin(dnsName, targetZone))
      this.#faults.push(`${target}, but the alias target name does not lie within the target zone`);
    const isThere = isOwn
      ? this.#find(recordSetKey(this.#zone.hostedZoneId, dnsName, type)) !== undefined
      : (type === 'A' || type === 'AAAA') && isAwsName(this.#cloud, dnsName);
    if (!isThere) this.#faults.push(`${target}, but that target was not found`);
  }
}

function isSame(a: RecordSetInput, b: RecordSetInput): boolean {
  const values = ({ type, values }: RecordSetInput) =>
    values.map((value) => canonicalValue(type, value)).toSorted();
  const essence = (one: RecordSetInput) =>
    JSON.stringify([
      one.alias ? 0 : one.ttlSeconds,
      values(one),
      one.alias && [one.alias.hostedZoneId, one.alias.dnsName, one.alias.evaluateTargetHealth],
    ]);
  return essence(a) === essence(b);
}

/** AWS: a policy may say which names, types and actions. */
export function changeRecordSetsAccess(request: Route53Request): RequestedAccess {
  const hostedZoneId = readHostedZoneId(request);
  const { ChangeBatch } = readBody(request.body, 'ChangeResourceRecordSetsRequest', readChangeBatch);
  const changes = (ChangeBatch?.Changes ?? []).map((change) =>
    readChange(change, hostedZoneId as HostedZone['hostedZoneId']),
  );
  const each = (of: (change: RecordSetChange) => string) => [...new Set(changes.map(of))];
  return {
    resource: hostedZoneArn(hostedZoneId),
    context: {
      'route53:ChangeResourceRecordSetsActions': each(({ action }) => action),
      'route53:ChangeResourceRecordSetsRecordTypes': each(({ recordSet }) => recordSet.type),
      // AWS: in lower case, without the last dot.
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': each(({ recordSet }) =>
        showName(recordSet.name).slice(0, -1),
      ),
    },
  };
}
