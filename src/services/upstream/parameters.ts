// The parameters of a request by name, as far as they say what it does and to what: texts and lists of texts at the top of a JSON
// body, or a form. Whoever sends it may want two readers to read two things, so what is said twice counts as not said clearly.

import { splitTarget } from '../../aws/canonical-request.ts';
import { parseForm } from '../../aws/form.ts';
import type { Wire, WireRequest } from '../../aws/wire.ts';

/** The texts a parameter has; undefined: it has something else, or it cannot be said for sure what. Absent: it is not given. */
export type Parameters = ReadonlyMap<string, readonly string[] | undefined>;

/** Undefined: they cannot be read. @param body absent: it is too long to be looked at */
export function readParameters(
  { url }: WireRequest,
  wire: Wire,
  body: Buffer | undefined,
): Parameters | undefined {
  const query = splitTarget(url).query;
  if (wire === 'query') return body && readForm(query, body);
  if (wire === 'json') return body && readJson(body.toString());
  if (wire === 'cbor') return undefined;
  return readForm(query, Buffer.alloc(0));
}

function readForm(query: string, body: Buffer): Parameters | undefined {
  const parameters = new Map<string, readonly string[] | undefined>();
  try {
    for (const [name, value] of [...parseForm(Buffer.from(query)), ...parseForm(body)])
      parameters.set(name, parameters.has(name) ? undefined : [value]);
  } catch {
    return undefined;
  }
  return parameters;
}

function readJson(text: string): Parameters | undefined {
  // A name written with escapes would be seen by one reader and missed by another.
  if (/\\u00[4-7]/.test(text)) return undefined;
  let input: unknown;
  try {
    input = text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
  const lowerText = text.toLowerCase();
  return new Map(
    Object.entries(input).map(([name, value]) => {
      // Some readers take a name in whatever case it is written.
      const isRepeated = lowerText.split(JSON.stringify(name).toLowerCase()).length > 2;
      return [name, isRepeated ? undefined : readTexts(value)];
    }),
  );
}

function readTexts(value: unknown): string[] | undefined {
  if (typeof value === 'string') return [value];
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isList ? value : undefined;
}
