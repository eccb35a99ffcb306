// REST with XML bodies, as S3 speaks it: small documents out of tagged values, and a strict reader of the documents that
// come in. No DTDs, no entities but XML's five, no processing instructions, so that nothing can be smuggled in.

import { escapeXml } from './xml.ts';

export const s3Namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
export const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n';

export type XmlValue = string | number | boolean | Date | XmlContent | undefined;
/** Children in order. A list is the same element once for each item; `undefined` is left out. */
export interface XmlContent {
  [name: string]: XmlValue | readonly XmlValue[];
}

/** `<Result xmlns="…"><Name>x</Name></Result>` with its declaration. */
export function renderDocument(name: string, content: XmlContent | string, namespace = s3Namespace): string {
  const inside = typeof content === 'string' ? escapeText(content) : renderContent(content);
  return `${xmlHead}${inside === '' ? `<${name} xmlns="${namespace}"/>` : `<${name} xmlns="${namespace}">${inside}</${name}>`}`;
}

export function renderContent(content: XmlContent): string {
  let text = '';
  for (const [name, value] of Object.entries(content)) {
    if (Array.isArray(value)) for (const item of value) text += renderElement(name, item);
    else text += renderElement(name, value as XmlValue);
  }
  return text;
}

function renderElement(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  const inside =
    typeof value === 'string'
      ? escapeText(value)
      : value instanceof Date
        ? value.toISOString()
        : typeof value === 'object'
          ? renderContent(value)
          : String(value);
  // An attribute may follow the name: `Grantee xsi:type="CanonicalUser"`.
  return inside === '' ? `<${name}/>` : `<${name}>${inside}</${name.split(' ', 1)[0]}>`;
}

/** AWS: S3 escapes quotation marks between tags, as in every ETag, and leaves apostrophes. */
const escapeText = (text: string) => escapeXml(text).replaceAll('&apos;', "'");

/** An element as it came. Prefixes of names are dropped: clients write `<s3:Tag>` and `<Tag>` alike. */
export interface XmlElement {
  name: string;
  children: XmlElement[];
  /** The character data directly inside it. */
  text: string;
  attributes: Record<string, string>;
}

export class XmlSyntaxError extends Error {}

const maxDepth = 32;
const token =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

/** Throws XmlSyntaxError for what is not one well-formed element. */
export function parseXml(document: string): XmlElement {
  const text = document.replace(/^\uFEFF?\s*(<\?xml[^?]*\?>)?/, '');
  const top: XmlElement = { name: '', children: [], text: '', attributes: {} };
  const open = [top];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match) throw new XmlSyntaxError('not well-formed');
    const [, data, isEnd, name, attributes, isEmpty, characters] = match;
    const current = open.at(-1)!;
    if (data !== undefined) current.text += data;
    else if (characters !== undefined) current.text += unescapeXml(characters);
    else if (name && isEnd) closeElement(open, localName(name));
    else if (name) openElement(open, localName(name), attributes!, isEmpty === '/');
  }
  if (open.length !== 1 || top.children.length !== 1 || top.text.trim() !== '') {
    throw new XmlSyntaxError('not one element');
  }
  return top.children[0]!;
}

function openElement(open: XmlElement[], name: string, attributes: string, isEmpty: boolean): void {
  const element = { name, children: [], text: '', attributes: readAttributes(attributes) };
  open.at(-1)!.children.push(element);
  if (!isEmpty) open.push(element);
  if (open.length > maxDepth) throw new XmlSyntaxError('too deep');
}

function closeElement(open: XmlElement[], name: string): void {
  const element = open.pop();
  if (open.length === 0 || element!.name !== name) throw new XmlSyntaxError('an end without its beginning');
}

function readAttributes(text: string): Record<string, string> {
  const pairs = text.matchAll(/([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return Object.fromEntries(
    [...pairs].map(([, name, double, single]) => [localName(name!), unescapeXml(double ?? single!)]),
  );
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1);

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(\w+));|&/g, (_all, hex, decimal, name) => {
    if (name !== undefined && Object.hasOwn(entities, name)) return entities[name]!;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    if (!(code <= 0x10ffff)) throw new XmlSyntaxError('an unknown entity');
    return String.fromCodePoint(code);
  });
}

export function findChild(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The text of a child, undefined when it is not there. */
export function childText(element: XmlElement, name: string): string | undefined {
  return findChild(element, name)?.text;
}
