// A text as one word of a command line that a shell reads, in quotes only where it needs them.

export function shellWord(text: string): string {
  return /^[\w:/.,@=+%-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
