// The Principal element as it must be written: `*`, or kinds of principals with their names.
// Whether the named ones exist is for a service to say; see listPrincipals.

import { isList, isObject, type JsonNode, type JsonObject } from './json-text.ts';
import type { FoundFault } from './policy-fault.ts';

const kinds = ['AWS', 'Service', 'Federated', 'CanonicalUser'];

export function findPrincipalFault(statement: JsonObject): FoundFault | undefined {
  const node = statement.get('Principal') ?? statement.get('NotPrincipal');
  if (!node) return undefined;
  const { value, at } = node;
  if (typeof value === 'string')
    return value === '*' ? undefined : { kind: 'principal', at, what: `"${value}"` };
  if (!isObject(value) || value.size === 0) return { kind: 'principal', at, what: '""' };
  for (const [kind, names] of value) {
    if (!kinds.includes(kind)) return { kind: 'principal', at: names.at, what: `"${kind}"` };
    const list = isList(names.value) ? names.value : [names];
    const wrong = list.length === 0 ? names : list.find((name) => !isPrincipal(kind, name));
    if (wrong) return { kind: 'principal', at: wrong.at, what: `"${kind}":"${String(wrong.value)}"` };
  }
  return undefined;
}

function isPrincipal(kind: string, { value }: JsonNode): boolean {
  if (typeof value !== 'string' || value === '') return false;
  if (kind === 'Service') return /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(value);
  if (kind === 'CanonicalUser') return /^[0-9a-f]{64}$/.test(value);
  if (kind === 'Federated') return !value.includes('*');
  return value === '*' || isAwsPrincipal(value);
}

/** AWS: a `*` within an ARN names nobody. */
function isAwsPrincipal(value: string): boolean {
  return (
    /^\d{12}$/.test(value) ||
    /^(AIDA|AROA)[A-Z0-9]{12,}$/.test(value) ||
    /^arn:aws:iam::\d{12}:(root|(user|role)\/[\w+=,.@/-]+)$/.test(value) ||
    /^arn:aws:iam::cloudfront:user\/.+$/.test(value) ||
    /^arn:aws:sts::\d{12}:(assumed-role\/[\w+=,.@-]+|federated-user)\/[\w+=,.@-]+$/.test(value)
  );
}
