// Answers as XML text. A renderer is built once for each shape and then only joins strings: a page of a hundred
// endpoints is rendered in a fraction of a millisecond.

import type { ListShape, MapShape, Shape, SimpleKind, StructureShape } from './model.ts';

// XML 1.0 has no way to write these, not even escaped: control characters, U+FFFE, U+FFFF, half a surrogate pair.
const forbidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const allForbidden = new RegExp(forbidden, 'g');
/** Nearly all text has none of these and needs no second look. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const notable = /[&<>"'\u0000-\u0008\u000b-\u001f\ud800-\udfff\ufffe\uffff]/;
const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // A bare carriage return would come back as a line feed.
  '\r': '&#13;',
};

export function hasForbiddenCharacter(text: string): boolean {
  return forbidden.test(text);
}

/** Text as it may stand between tags and in attributes; what XML cannot say becomes U+FFFD. */
export function escapeXml(text: string): string {
  if (!notable.test(text)) return text;
  return text.replace(allForbidden, '\ufffd').replace(/[&<>"'\r]/g, (character) => escapes[character]!);
}

/** The elements inside the structure's own: `<vpcId>vpc-1</vpcId><state>available</state>`. */
export function renderXml(shape: StructureShape, value: object): string {
  return rendererOf(shape)(value);
}

type Renderer = (value: unknown) => string;

const renderers = new WeakMap<Shape, Renderer>();

function rendererOf(shape: Shape): Renderer {
  let renderer = renderers.get(shape);
  if (!renderer) {
    renderer = buildRenderer(shape);
    renderers.set(shape, renderer);
  }
  return renderer;
}

function buildRenderer(shape: Shape): Renderer {
  switch (shape.kind) {
    case 'structure':
      return structureRenderer(shape);
    case 'list':
      return listRenderer(shape);
    case 'map':
      return mapRenderer(shape);
    default:
      return (value) => renderSimple(shape.kind, value);
  }
}

function structureRenderer(shape: StructureShape): Renderer {
  const members = shape.members.map((member) => ({
    name: member.name,
    render: elementRenderer(member.outputName, member.shape),
  }));
  return (value) => {
    const record = value as Record<string, unknown>;
    let text = '';
    for (const { name, render } of members) {
      const part = record[name];
      if (part !== undefined && part !== null) text += render(part);
    }
    return text;
  };
}

function listRenderer(shape: ListShape): Renderer {
  const render = elementRenderer(shape.itemName, shape.item);
  return (value) => {
    let text = '';
    for (const item of value as unknown[]) text += render(item);
    return text;
  };
}

function mapRenderer(shape: MapShape): Renderer {
  const render = elementRenderer('value', shape.value);
  return (value) => {
    let text = '';
    for (const [key, part] of Object.entries(value as object)) {
      text += `<entry><key>${escapeXml(key)}</key>${render(part)}</entry>`;
    }
    return text;
  };
}

function elementRenderer(name: string, shape: Shape): Renderer {
  const open = `<${name}>`;
  const close = `</${name}>`;
  const empty = `<${name}/>`;
  const render = rendererOf(shape);
  return (value) => {
    const content = render(value);
    return content === '' ? empty : open + content + close;
  };
}

// An answer of the wrong type is our mistake; it must come out as one and not as `[object Object]`.
function renderSimple(kind: SimpleKind, value: unknown): string {
  if (kind === 'string' && typeof value === 'string') return escapeXml(value);
  if (kind === 'boolean' && typeof value === 'boolean') return value ? 'true' : 'false';
  if ((kind === 'integer' || kind === 'decimal') && Number.isFinite(value)) return String(value);
  if (kind === 'timestamp' && value instanceof Date) return value.toISOString();
  if (kind === 'blob' && value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  throw new Error(`an answer has ${typeof value} ${String(value)} where AWS has a ${kind}`);
}
