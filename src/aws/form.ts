// The form that EC2 and the query services are called with: `Action=CreateTags&Tag.1.Key=a&Tag.1.Value=b`, a tree
// written as dotted names. Whoever sends it may be hostile, so its size, depth and text are bounded here.

import { AwsError } from './aws-error.ts';

export interface FormNode {
  value?: string;
  /** Absent: nothing was given below this name. A Map, so that a parameter named `__proto__` is only a name. */
  children?: Map<string, FormNode>;
}

/** AWS's longest request has fewer; what it answers to more is not documented. */
const maxParameters = 20_000;
/** Deeper than any of AWS's shapes (10). */
const maxDepth = 20;

/** The parameters in the order in which they were sent. */
export function parseForm(form: Buffer): [name: string, value: string][] {
  const text = decodeUtf8(form);
  const parameters: [string, string][] = [];
  for (let start = 0; start < text.length; ) {
    const ampersand = text.indexOf('&', start);
    const end = ampersand < 0 ? text.length : ampersand;
    if (end > start) parameters.push(parseParameter(text.slice(start, end)));
    if (parameters.length > maxParameters) throw malformed(`it has more than ${maxParameters} parameters`);
    start = end + 1;
  }
  return parameters;
}

function parseParameter(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 0) return [decodePercent(text), ''];
  return [decodePercent(text.slice(0, equals)), decodePercent(text.slice(equals + 1))];
}

/** The tree that the dotted names describe. */
export function formTree(parameters: Iterable<[name: string, value: string]>): FormNode {
  const root: FormNode = {};
  for (const [name, value] of parameters) {
    const segments = name.split('.', maxDepth + 1);
    if (segments.length > maxDepth) throw malformed(`the parameter ${quotable(name)} is nested too deeply`);
    let node = root;
    for (const segment of segments) {
      node.children ??= new Map();
      let child = node.children.get(segment);
      if (!child) {
        child = {};
        node.children.set(segment, child);
      }
      node = child;
    }
    if (node.value !== undefined) throw malformed(`it has the parameter ${quotable(name)} twice`);
    node.value = value;
  }
  return root;
}

/** The caller's text at a length that may stand in an error message or a log line. */
export function quotable(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('it is not valid UTF-8');
  }
}

function decodePercent(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw malformed('it has an invalid percent escape');
  }
}

function malformed(because: string): AwsError {
  return new AwsError('MalformedQueryString', `The query string is malformed: ${because}.`);
}
