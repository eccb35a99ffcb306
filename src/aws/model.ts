// What AWS's operations are sent and answer with: the tables in model/*.json (written by scripts/extract-models.ts),
// read when a service is first called and linked shape by shape, so that a start costs nothing.

import { readFileSync } from 'node:fs';

export type ServiceName = 'ec2' | 'elasticloadbalancing' | 'iam' | 'monitoring' | 'sts';

/** A table as it is on disk. An operation is its input's and its output's shape; null where AWS answers with nothing. */
export interface ModelTable {
  operations: Record<string, [string | null, string | null]>;
  shapes: Record<string, ShapeTable>;
}
export type ShapeTable =
  | { members: Record<string, MemberTable>; required?: string[] }
  | { list: string; item: string }
  | { map: string };
/** The shape alone, or with the names a form and an answer have for the member where they differ from its own. */
export type MemberTable = string | [shape: string, inputName: string, outputName: string];

const simpleKinds = ['string', 'boolean', 'integer', 'decimal', 'timestamp', 'blob'] as const;
export type SimpleKind = (typeof simpleKinds)[number];

export type Shape = SimpleShape | StructureShape | ListShape | MapShape;
export interface SimpleShape {
  kind: SimpleKind;
}
export interface StructureShape {
  kind: 'structure';
  members: Member[];
  membersByInputName: Map<string, Member>;
}
export interface ListShape {
  kind: 'list';
  item: Shape;
  /** The element around each item in an answer, and in the query protocol's forms: `item`, `member`. */
  itemName: string;
}
export interface MapShape {
  kind: 'map';
  value: Shape;
}
export interface Member {
  name: string;
  inputName: string;
  outputName: string;
  isRequired: boolean;
  shape: Shape;
}

export interface OperationModel {
  /** A structure without members where AWS takes nothing. */
  input: StructureShape;
  /** Undefined where AWS answers with nothing. */
  output: StructureShape | undefined;
}

export interface ServiceModel {
  /** Undefined when AWS has no such operation. */
  findOperation(name: string): OperationModel | undefined;
  operationNames(): string[];
}

const models = new Map<ServiceName, ServiceModel>();

/** Reads the table from disk at the first call. */
export function serviceModel(service: ServiceName): ServiceModel {
  let model = models.get(service);
  if (!model) {
    const table = JSON.parse(readFileSync(new URL(`./model/${service}.json`, import.meta.url), 'utf8'));
    model = linkModel(table as ModelTable);
    models.set(service, model);
  }
  return model;
}

function linkModel(table: ModelTable): ServiceModel {
  const shapes = new Map<string, Shape>(simpleKinds.map((kind) => [kind, { kind }]));
  const operations = new Map<string, OperationModel>();

  function link(name: string): Shape {
    const known = shapes.get(name);
    if (known) return known;
    const shape = linkShape(table.shapes[name]!, link);
    shapes.set(name, shape);
    return shape;
  }

  return {
    operationNames: () => Object.keys(table.operations),
    findOperation(name) {
      const known = operations.get(name);
      if (known || !Object.hasOwn(table.operations, name)) return known;
      const [input, output] = table.operations[name]!;
      const operation = {
        input: input ? (link(input) as StructureShape) : structure([]),
        output: output ? (link(output) as StructureShape) : undefined,
      };
      operations.set(name, operation);
      return operation;
    },
  };
}

function linkShape(table: ShapeTable, link: (name: string) => Shape): Shape {
  if ('list' in table) return { kind: 'list', item: link(table.list), itemName: table.item };
  if ('map' in table) return { kind: 'map', value: link(table.map) };
  return structure(
    Object.entries(table.members).map(([name, entry]) => {
      const [shape, inputName, outputName] = typeof entry === 'string' ? [entry, name, name] : entry;
      const isRequired = table.required?.includes(name) ?? false;
      return { name, inputName, outputName, isRequired, shape: link(shape) };
    }),
  );
}

function structure(members: Member[]): StructureShape {
  return {
    kind: 'structure',
    members,
    membersByInputName: new Map(members.map((member) => [member.inputName, member])),
  };
}
