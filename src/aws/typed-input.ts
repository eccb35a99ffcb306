// From a JSON or CBOR document to the typed input that an operation is given: each member has the type of its shape, `null` counts
// as not given. As with forms, a name that AWS does not have is refused, never dropped.

import type { AwsError } from './aws-error.ts';
import type { Shape, SimpleKind, StructureShape } from './model.ts';

export interface DocumentDialect {
  unknownMember(path: string): AwsError;
  missingMember(path: string): AwsError;
  wrongType(path: string): AwsError;
}

type Document = Record<string, unknown>;

export function readDocument(shape: StructureShape, document: unknown, dialect: DocumentDialect): Document {
  return readStructure(shape, document, '', dialect);
}

function read(shape: Shape, value: unknown, path: string, dialect: DocumentDialect): unknown {
  switch (shape.kind) {
    case 'structure':
      return readStructure(shape, value, path, dialect);
    case 'list':
      if (!Array.isArray(value)) throw dialect.wrongType(path);
      return value.map((item, index) => read(shape.item, item, `${path}.member.${index + 1}`, dialect));
    case 'map': {
      const entries = Object.entries(asDocument(value, path, dialect));
      return Object.fromEntries(
        entries.map(([key, entry]) => [key, read(shape.value, entry, `${path}.${key}`, dialect)]),
      );
    }
    default: {
      const simple = readSimple(shape.kind, value);
      if (simple === undefined) throw dialect.wrongType(path);
      return simple;
    }
  }
}

function readStructure(
  shape: StructureShape,
  value: unknown,
  path: string,
  dialect: DocumentDialect,
): Document {
  const input: Document = {};
  const prefix = path && `${path}.`;
  const members = new Map(shape.members.map((member) => [member.name, member]));
  for (const [name, given] of Object.entries(asDocument(value, path, dialect))) {
    if (given === null || given === undefined) continue;
    const member = members.get(name);
    if (!member) throw dialect.unknownMember(`${prefix}${name}`);
    input[name] = read(member.shape, given, `${prefix}${name}`, dialect);
  }
  const missing = shape.members.find(({ name, isRequired }) => isRequired && input[name] === undefined);
  if (missing) throw dialect.missingMember(`${prefix}${missing.name}`);
  return input;
}

function asDocument(value: unknown, path: string, { wrongType }: DocumentDialect): Document {
  const isDocument = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isDocument || value instanceof Date || value instanceof Uint8Array) throw wrongType(path);
  return value as Document;
}

/** Undefined: it is of another type. */
function readSimple(kind: SimpleKind, value: unknown): unknown {
  switch (kind) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'integer':
      return Number.isSafeInteger(value) ? value : undefined;
    case 'decimal':
      return Number.isFinite(value) ? value : undefined;
    case 'timestamp':
      return readTimestamp(value);
    case 'blob':
      if (value instanceof Uint8Array) return value;
      return typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : undefined;
  }
}

/** CBOR has dates of its own; JSON has seconds since 1970. */
function readTimestamp(value: unknown): Date | undefined {
  const date = typeof value === 'number' ? new Date(value * 1000) : value;
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date : undefined;
}
