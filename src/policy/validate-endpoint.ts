// What EC2 wants of the policy of an endpoint besides grammar: wildcards may not blur who is meant.
// No wildcard or number for ids that AWS makes up, six plain characters beside any other, a whole account in an ARN.

import { parseOperator } from './conditions.ts';
import { isList, isObject, type JsonNode } from './json-text.ts';
import type { FoundFault } from './policy-fault.ts';

const systemIdKeys = new Set(
  [
    'aws:PrincipalAccount',
    'aws:PrincipalOrgID',
    'aws:ResourceAccount',
    'aws:ResourceOrgID',
    'aws:SourceAccount',
    'aws:SourceOrgID',
    'aws:SourceVpc',
    'aws:SourceVpce',
    'aws:VpceAccount',
    'aws:VpceOrgID',
    's3:ResourceAccount',
  ].map((key) => key.toLowerCase()),
);

export function findEndpointFault(
  resources: JsonNode[],
  condition: JsonNode | undefined,
): FoundFault | undefined {
  for (const node of resources) {
    const fault = findAccountFault(node);
    if (fault) return fault;
  }
  if (!condition || !isObject(condition.value)) return undefined;
  for (const [operator, keys] of condition.value) {
    if (!isObject(keys.value)) continue;
    for (const [key, values] of keys.value) {
      for (const node of isList(values.value) ? values.value : [values]) {
        const fault =
          findAccountFault(node) ?? findIdFault(operator, key, node) ?? findRunFault(operator, node);
        if (fault) return fault;
      }
    }
  }
  return undefined;
}

const wildcard = ({ at, value }: JsonNode, sentence: string): FoundFault => ({
  kind: 'wildcard',
  at,
  what: String(value),
  sentence,
});

function findAccountFault(node: JsonNode): FoundFault | undefined {
  const text = String(node.value);
  if (!text.startsWith('arn:')) return undefined;
  const account = text.replace(/\$\{[^}]*\}/g, '').split(':')[4] ?? '';
  if (account === '*' || !/[*?]/.test(account)) return undefined;
  return wildcard(node, `The account of ${text} must be an account ID or a wildcard character, but not both`);
}

function findIdFault(operator: string, key: string, node: JsonNode): FoundFault | undefined {
  if (!systemIdKeys.has(key.toLowerCase())) return undefined;
  if (/(^|:)Numeric/.test(operator)) {
    return wildcard(node, `Numeric condition operators cannot be used with ${key}`);
  }
  return /[*?]/.test(String(node.value))
    ? wildcard(node, `Wildcard characters cannot be used with ${key}`)
    : undefined;
}

/** Every wildcard needs six characters in a row right before or right after it that are themselves. */
function findRunFault(operator: string, node: JsonNode): FoundFault | undefined {
  const { name } = parseOperator(operator) ?? {};
  if (name !== 'StringLike' && name !== 'StringNotLike') return undefined;
  const pieces = String(node.value).split(/(\$\{[^}]*\}|[*?])/);
  for (let index = 1; index < pieces.length; index += 2) {
    if (pieces[index]!.startsWith('${')) continue;
    if (pieces[index - 1]!.length >= 6 || pieces[index + 1]!.length >= 6) continue;
    return wildcard(
      node,
      `At least six consecutive characters are needed before or after each wildcard character of ${String(node.value)}`,
    );
  }
  return undefined;
}
