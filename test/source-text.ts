// Just enough of TypeScript's grammar to look at source as text: where comments, strings and functions begin and end.
// Line numbers survive: what is blanked out becomes spaces.

import { dirname, join } from 'node:path/posix';

const tokens =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|\$\{(?:[^{}`]|`(?:\\.|[^`\\])*`|\{[^{}]*\})*\}|[^`\\])*`|(?<=[=(,:;!&|?{}[]\s*|return\s+|=>\s*)\/(?![*/\s])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*/g;

export function blankOut(text: string, what: 'comments' | 'comments and strings'): string {
  return text.replace(tokens, (token) => {
    const isComment = token.startsWith('//') || token.startsWith('/*');
    return isComment || what === 'comments and strings' ? token.replace(/[^\n]/g, ' ') : token;
  });
}

/** Imported modules: ours as paths from the root, others by their names. Imports of types count too. */
export function importsOf(path: string, text: string): string[] {
  const found = blankOut(text, 'comments').matchAll(
    /\bfrom '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm,
  );
  return [...found].map((match) => {
    const name = (match[1] ?? match[2] ?? match[3])!;
    return name.startsWith('.') ? join(dirname(path), name) : name;
  });
}

export interface FoundFunction {
  name: string;
  /** Without those of the functions inside it: a factory is as long as what it does itself. */
  lines: number;
}

/** Functions, methods and arrow functions with a body in braces that starts at the end of a line. */
export function functionsOf(text: string): FoundFunction[] {
  const code = blankOut(text, 'comments and strings');
  const heads = code.matchAll(
    /(?:\bfunction\*? +(\w+)|^ +(?:(?:async|static|get|set|override) +)*([#\w]+)(?=\((?:[^()]|\([^()]*\))*\)[^;={]*\{$)|\b(?:const|let) +(\w+)[^=;\n]*= *(?:async *)?(?=\([^;]*?\)[^;\n]*=> *\{$))/gm,
  );
  const spans = [...heads].flatMap((head) => {
    const name = (head[1] ?? head[2] ?? head[3])!;
    if (['if', 'for', 'while', 'switch', 'catch'].includes(name)) return [];
    const open = openingBrace(code, head.index + head[0].length);
    return open < 0 ? [] : [{ name, start: head.index, end: closingBrace(code, open) }];
  });
  const linesOf = ({ start, end }: { start: number; end: number }) =>
    code.slice(start, end).trim().split('\n').length;
  return spans.map((span) => {
    const inner = spans.filter((other) => span.start < other.start && other.end < span.end);
    const direct = inner.filter(
      (one) => !inner.some((other) => other.start < one.start && one.end < other.end),
    );
    return { name: span.name, lines: linesOf(span) - direct.reduce((sum, one) => sum + linesOf(one), 0) };
  });
}

/** The brace that opens the body: the first after the parameters that stands at the end of its line. */
function openingBrace(code: string, from: number): number {
  let depth = 0;
  for (let index = from; index < code.length; index++) {
    const character = code[index]!;
    if ('(['.includes(character)) depth += 1;
    else if (')]'.includes(character)) depth -= 1;
    else if (depth === 0 && character === ';') return -1;
    else if (
      depth === 0 &&
      character === '{' &&
      code.slice(index + 1, code.indexOf('\n', index)).trim() === ''
    )
      return index;
  }
  return -1;
}

function closingBrace(code: string, open: number): number {
  let depth = 0;
  for (let index = open; index < code.length; index++) {
    if (code[index] === '{') depth += 1;
    else if (code[index] === '}') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return code.length;
}
