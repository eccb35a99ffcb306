// From the tree of a form to the typed input that an operation is given. It walks what was sent, never the shape, so
// its work is bounded by the request; a name that AWS does not have is refused, never dropped.

import type { AwsError } from './aws-error.ts';
import { type FormNode, quotable } from './form.ts';
import type { ListShape, MapShape, Shape, SimpleKind, StructureShape } from './model.ts';
import { hasForbiddenCharacter } from './xml.ts';

/** In what EC2 and the query services differ when they read a form. */
export interface FormDialect {
  /** EC2: `SubnetId.1`. The query services: `Subnets.member.1`. */
  listsAreBare: boolean;
  unknownParameter(path: string): AwsError;
  missingParameter(path: string): AwsError;
  /** @param because what was expected, as a sentence */
  invalidValue(path: string, value: string, because: string): AwsError;
}

type Input = Record<string, unknown>;

export function readInput(shape: StructureShape, form: FormNode, dialect: FormDialect): Input {
  return readStructure(shape, form, '', dialect);
}

function read(shape: Shape, node: FormNode, path: string, dialect: FormDialect): unknown {
  if (shape.kind === 'list') return readList(shape, node, path, dialect);
  // An empty list may be sent as `Names=`; nothing else that has parts may have a value of its own.
  if (shape.kind === 'structure' || shape.kind === 'map') {
    if (node.value !== undefined) throw dialect.invalidValue(path, node.value, 'It should be a structure.');
    return shape.kind === 'map'
      ? readMap(shape, node, path, dialect)
      : readStructure(shape, node, path, dialect);
  }
  if (node.children) throw dialect.unknownParameter(`${path}.${firstName(node)}`);
  return readSimple(shape.kind, node.value!, path, dialect);
}

function readStructure(shape: StructureShape, node: FormNode, path: string, dialect: FormDialect): Input {
  const input: Input = {};
  for (const [name, child] of node.children ?? []) {
    const member = shape.membersByInputName.get(name);
    const childPath = joinPath(path, name);
    if (!member) throw dialect.unknownParameter(childPath);
    input[member.name] = read(member.shape, child, childPath, dialect);
  }
  for (const member of shape.members) {
    if (member.isRequired && input[member.name] === undefined) {
      throw dialect.missingParameter(joinPath(path, member.inputName));
    }
  }
  return input;
}

function readList(shape: ListShape, node: FormNode, path: string, dialect: FormDialect): unknown[] {
  if (node.value) throw dialect.invalidValue(path, node.value, 'It should be a list.');
  if (!node.children) return [];
  if (dialect.listsAreBare) return readEntries(node, path, dialect, (...child) => read(shape.item, ...child));
  const items = onlyChild(node, shape.itemName, path, dialect);
  return readEntries(items, `${path}.${shape.itemName}`, dialect, (...child) => read(shape.item, ...child));
}

/** `X.entry.1.key=a&X.entry.1.value=b` */
function readMap(shape: MapShape, node: FormNode, path: string, dialect: FormDialect): Input {
  const entryShape: StructureShape = {
    kind: 'structure',
    members: [],
    membersByInputName: new Map([
      [
        'key',
        { name: 'key', inputName: 'key', outputName: 'key', isRequired: true, shape: { kind: 'string' } },
      ],
      [
        'value',
        { name: 'value', inputName: 'value', outputName: 'value', isRequired: true, shape: shape.value },
      ],
    ]),
  };
  entryShape.members = [...entryShape.membersByInputName.values()];
  const entries = onlyChild(node, 'entry', path, dialect);
  const pairs = readEntries(entries, `${path}.entry`, dialect, (...child) =>
    readStructure(entryShape, ...child),
  );
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}

type Child = [node: FormNode, path: string, dialect: FormDialect];

/** The numbered children, by number. AWS: gaps are accepted and close up. */
function readEntries<T>(
  node: FormNode,
  path: string,
  dialect: FormDialect,
  readEntry: (...child: Child) => T,
): T[] {
  const children = [...(node.children ?? [])];
  for (const [index] of children) {
    if (!/^[0-9]{1,9}$/.test(index)) throw dialect.unknownParameter(joinPath(path, index));
  }
  children.sort(([a], [b]) => Number(a) - Number(b));
  return children.map(([index, child]) => readEntry(child, `${path}.${index}`, dialect));
}

function onlyChild(node: FormNode, name: string, path: string, dialect: FormDialect): FormNode {
  for (const other of node.children?.keys() ?? []) {
    if (other !== name) throw dialect.unknownParameter(`${path}.${other}`);
  }
  return node.children?.get(name) ?? {};
}

function readSimple(kind: SimpleKind, value: string, path: string, dialect: FormDialect): unknown {
  const refuse = (because: string) => dialect.invalidValue(path, value, because);
  switch (kind) {
    case 'string':
      // What cannot be answered in XML must not get in, or a resource could not be described any more.
      if (hasForbiddenCharacter(value)) throw refuse('It has a character that XML 1.0 does not allow.');
      return value;
    case 'boolean':
      if (!/^(true|false)$/i.test(value)) throw refuse('It should be a boolean.');
      return value.toLowerCase() === 'true';
    case 'integer':
      if (!/^[+-]?[0-9]{1,19}$/.test(value) || !Number.isSafeInteger(Number(value))) {
        throw refuse('It should be an integer.');
      }
      return Number(value);
    case 'decimal':
      if (!/^[+-]?[0-9]{1,300}(\.[0-9]{1,300})?$/.test(value)) throw refuse('It should be a number.');
      return Number(value);
    case 'timestamp':
      return readTimestamp(value) ?? raise(refuse('It should be an ISO 8601 timestamp.'));
    case 'blob':
      if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) throw refuse('It should be base64.');
      return new Uint8Array(Buffer.from(value, 'base64'));
  }
}

function readTimestamp(value: string): Date | undefined {
  const isIso8601 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(value);
  if (!isIso8601) return undefined;
  const hasZone = value.length === 10 || /(Z|[+-]\d\d:?\d\d)$/.test(value);
  const date = new Date(hasZone ? value : `${value}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function raise(error: AwsError): never {
  throw error;
}

function firstName(node: FormNode): string {
  return node.children!.keys().next().value!;
}

function joinPath(path: string, name: string): string {
  return path ? `${path}.${quotable(name)}` : quotable(name);
}
