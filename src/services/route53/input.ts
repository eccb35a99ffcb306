// Reads what a request of Route 53 carries: an XML document, whose elements must be those that AWS has, and a query.

import { childrenOf, type XmlElement } from '../../aws/rest-xml.ts';
import { notBuilt } from '../parameters.ts';
import { invalidInput } from './errors.ts';

export const route53Namespace = 'https://route53.amazonaws.com/doc/2013-04-01/';

export type Reader<T> = (element: XmlElement) => T;

type Members = Readonly<Record<string, Reader<unknown>>>;
type ReadMembers<M extends Members> = { [N in keyof M]?: ReturnType<M[N]> };

export const text: Reader<string> = (element) => {
  if (element.children.length > 0) throw unexpectedElement(element.children[0]!.name);
  return element.text;
};

export const flag: Reader<boolean> = (element) => {
  if (element.text !== 'true' && element.text !== 'false')
    throw invalidXml(
      `cvc-datatype-valid.1.2.1: '${element.text.slice(0, 100)}' is not a valid value for 'boolean'.`,
    );
  return element.text === 'true';
};

export const integer: Reader<number> = (element) => {
  if (!/^-?\d{1,15}$/.test(element.text.trim()))
    throw invalidXml(
      `cvc-datatype-valid.1.2.1: '${element.text.slice(0, 100)}' is not a valid value for 'integer'.`,
    );
  return Number(element.text);
};

/** `listOf('Change', …)` reads `<Changes><Change>…</Change>…</Changes>`; AWS: one at least. */
export function listOf<T>(itemName: string, read: Reader<T>): Reader<T[]> {
  return (element) => {
    const other = element.children.find(({ name }) => name !== itemName);
    if (other) throw unexpectedElement(other.name);
    if (element.children.length === 0) throw incompleteElement(element.name, itemName);
    return childrenOf(element, itemName).map(read);
  };
}

/** `null` for a member that AWS has and we do not act on: refused by its name where it is given. */
export function structure<M extends Members>(
  members: M,
  required: readonly (keyof M & string)[] = [],
  notActedOn: readonly string[] = [],
): Reader<ReadMembers<M>> {
  return (element) => {
    const read: Record<string, unknown> = {};
    for (const child of element.children) {
      if (notActedOn.includes(child.name)) throw notBuilt(`the element ${child.name} of route53`);
      if (!Object.hasOwn(members, child.name) || Object.hasOwn(read, child.name))
        throw unexpectedElement(child.name);
      read[child.name] = members[child.name]!(child);
    }
    const missing = required.find((name) => !Object.hasOwn(read, name));
    if (missing) throw incompleteElement(element.name, missing);
    return read as ReadMembers<M>;
  };
}

/** The document of an operation: its element has the operation's name. Clients send none where there is nothing to say. */
export function readBody<T>(body: XmlElement | undefined, name: string, read: Reader<T>): T {
  if (!body) return read({ name, children: [], text: '', attributes: {} });
  if (body.name !== name)
    throw invalidXml(`cvc-elt.1: Cannot find the declaration of element '${body.name.slice(0, 100)}'.`);
  return read(body);
}

export function requireOneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw invalidInput(
    `1 validation error detected: Value '${value.slice(0, 100)}' at '${name}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`,
  );
}

/** The parameters of the query by their names there; those that an operation does not know are refused. */
export function readQuery<N extends string>(
  query: URLSearchParams,
  ...names: N[]
): Partial<Record<N, string>> {
  const read: Partial<Record<N, string>> = {};
  for (const [name, value] of query) {
    const known = names.find((one) => one === name);
    if (!known) throw notBuilt(`the parameter ${name.slice(0, 100)} of this operation of route53`);
    if (value !== '') read[known] = value;
  }
  return read;
}

/** AWS: what asks for more than the most gets the most. */
export function readMaxItems(value: string | undefined, most: number): number {
  if (value === undefined) return most;
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw invalidInput(`Value '${value.slice(0, 100)}' at 'maxItems' is not a positive number.`);
  return Math.min(Number(value), most);
}

export function invalidXml(because: string) {
  return invalidInput(`Invalid XML ; ${because}`);
}

const qualified = (name: string) => `'{"${route53Namespace}":${name.slice(0, 100)}}'`;

function unexpectedElement(name: string) {
  return invalidXml(
    `cvc-complex-type.2.4.a: Invalid content was found starting with element ${qualified(name)}.`,
  );
}

function incompleteElement(name: string, missing: string) {
  return invalidXml(
    `cvc-complex-type.2.4.b: The content of element '${name}' is not complete. One of ${qualified(missing)} is expected.`,
  );
}
