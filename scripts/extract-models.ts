// Writes src/aws/model/*.json: how AWS names and nests everything it is sent and answers with, taken from the schemas
// of the pinned SDK clients, so that the daemon need not load the SDK. Run it again after an SDK upgrade:
//   node scripts/extract-models.ts

import { writeFileSync } from 'node:fs';
import * as monitoring from '@aws-sdk/client-cloudwatch';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elasticloadbalancing from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as sts from '@aws-sdk/client-sts';
import { NormalizedSchema } from '@smithy/core/schema';
import type { MemberTable, ModelTable, ServiceName, ShapeTable } from '../src/aws/model.ts';

type OperationSchema = [9, string, string, unknown, () => unknown, () => unknown];

const clients: Record<ServiceName, { client: object; isEc2: boolean }> = {
  ec2: { client: ec2, isEc2: true },
  elasticloadbalancing: { client: elasticloadbalancing, isEc2: false },
  iam: { client: iam, isEc2: false },
  monitoring: { client: monitoring, isEc2: false },
  sts: { client: sts, isEc2: false },
};

/** The traits the codecs act on, or that change nothing on the wire. Any other must be built before it may pass. */
const knownTraits = new Set(['xmlName', 'ec2QueryName', 'idempotencyToken', 'sensitive']);

/**
 * The SDK's schemas do not tell whole numbers from decimals. These structures are the ones whose numbers in a request
 * are decimals according to AWS's API reference (`Double`, `Float`); every other number is whole.
 */
const decimalMembers: Record<string, string[]> = {
  ClientData: ['UploadSize'],
  FleetLaunchTemplateOverridesRequest: ['Priority', 'WeightedCapacity'],
  LaunchTemplateOverrides: ['Priority', 'WeightedCapacity'],
  MemoryGiBPerVCpu: ['Min', 'Max'],
  MemoryGiBPerVCpuRequest: ['Min', 'Max'],
  MetricDatum: ['Value'],
  NetworkBandwidthGbps: ['Min', 'Max'],
  NetworkBandwidthGbpsRequest: ['Min', 'Max'],
  PriceScheduleSpecification: ['Price'],
  PutLogAlarmInput: ['Threshold'],
  PutMetricAlarmInput: ['Threshold'],
  ReservationFleetInstanceSpecification: ['Weight'],
  ReservedInstanceLimitPrice: ['Amount'],
  SpotFleetLaunchSpecification: ['WeightedCapacity'],
  SpotFleetRequestConfigData: ['FulfilledCapacity', 'OnDemandFulfilledCapacity'],
  StatisticSet: ['Maximum', 'Minimum', 'SampleCount', 'Sum'],
  TotalLocalStorageGB: ['Min', 'Max'],
  TotalLocalStorageGBRequest: ['Min', 'Max'],
};

/** The whole table of one service. The test compares it with the file. */
export function extractModel(service: ServiceName): ModelTable {
  const { client, isEc2 } = clients[service];
  const shapes: Record<string, ShapeTable> = {};
  const operations: ModelTable['operations'] = {};
  for (const schema of Object.values(client)) {
    if (!isOperation(schema)) continue;
    const [, , name, , input, output] = schema;
    operations[name] = [addPayload(input, isEc2, shapes), addPayload(output, isEc2, shapes)];
  }
  return { operations: sorted(operations), shapes: sorted(shapes) };
}

/** One operation or shape a line: readable, and an upgrade of the SDK shows as a small difference. */
export function renderModel(model: ModelTable): string {
  const section = (entries: object) =>
    Object.entries(entries)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',\n');
  return `{"operations":{\n${section(model.operations)}\n},"shapes":{\n${section(model.shapes)}\n}}\n`;
}

function isOperation(schema: unknown): schema is OperationSchema {
  return Array.isArray(schema) && schema[0] === 9;
}

function addPayload(
  schema: () => unknown,
  isEc2: boolean,
  shapes: Record<string, ShapeTable>,
): string | null {
  const normalized = NormalizedSchema.of(schema as never);
  return normalized.isUnitSchema() ? null : addShape(normalized, isEc2, shapes);
}

/** Adds the shape and all below it; answers with the name it is found by. */
function addShape(schema: NormalizedSchema, isEc2: boolean, shapes: Record<string, ShapeTable>): string {
  checkTraits(schema);
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    const shape = addShape(item, isEc2, shapes);
    const name = nameOf(schema, `${shape}[]`);
    shapes[name] ??= { list: shape, item: item.getMergedTraits().xmlName ?? 'member' };
    return name;
  }
  if (schema.isMapSchema()) {
    const shape = addShape(schema.getValueSchema(), isEc2, shapes);
    const name = nameOf(schema, `${shape}{}`);
    shapes[name] ??= { map: shape };
    return name;
  }
  return schema.isStructSchema() ? addStructure(schema, isEc2, shapes) : simpleKind(schema);
}

function addStructure(schema: NormalizedSchema, isEc2: boolean, shapes: Record<string, ShapeTable>): string {
  const name = nameOf(schema);
  if (shapes[name]) return name;
  const members: Record<string, MemberTable> = {};
  shapes[name] = { members };
  for (const [memberName, member] of schema.structIterator()) {
    const isDecimal = decimalMembers[name]?.includes(memberName) ?? false;
    const shape = isDecimal ? 'decimal' : addShape(member, isEc2, shapes);
    members[memberName] = renderMember(memberName, shape, member, isEc2);
  }
  // The schema has its required members first, and behind them only their number.
  const requiredCount = (schema.getSchema() as unknown[])[6] as number | undefined;
  if (requiredCount) shapes[name] = { members, required: Object.keys(members).slice(0, requiredCount) };
  return name;
}

function renderMember(name: string, shape: string, member: NormalizedSchema, isEc2: boolean): MemberTable {
  const { xmlName, ec2QueryName } = member.getMergedTraits() as { xmlName?: string; ec2QueryName?: string };
  const outputName = xmlName ?? name;
  const inputName = isEc2 ? (ec2QueryName ?? capitalized(outputName)) : outputName;
  return inputName === name && outputName === name ? shape : [shape, inputName, outputName];
}

function simpleKind(schema: NormalizedSchema): string {
  if (schema.isStringSchema()) return 'string';
  if (schema.isBooleanSchema()) return 'boolean';
  if (schema.isNumericSchema()) return 'integer';
  if (schema.isTimestampSchema()) return 'timestamp';
  if (schema.isBlobSchema()) return 'blob';
  throw new Error(`no codec knows the kind of ${schema.getName(true)}`);
}

function checkTraits(schema: NormalizedSchema): void {
  for (const trait of Object.keys(schema.getMergedTraits())) {
    if (!knownTraits.has(trait))
      throw new Error(`no codec knows the trait ${trait} of ${schema.getName(true)}`);
  }
}

/** @param otherwise what to call a list or map that has no name of its own */
function nameOf(schema: NormalizedSchema, otherwise?: string): string {
  const raw = schema.getSchema();
  if (Array.isArray(raw)) return raw[2] as string;
  if (!otherwise) throw new Error(`a structure without a name: ${schema.getName(true)}`);
  return otherwise;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sorted<T>(entries: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (import.meta.main) {
  for (const service of Object.keys(clients) as ServiceName[]) {
    const file = new URL(`../src/aws/model/${service}.json`, import.meta.url);
    writeFileSync(file, renderModel(extractModel(service)));
  }
}
