// Names and texts of DNS as zone files and Route 53 write them: `\052` is the character of that octal number, `\"` a quote.
// Inside, a name is its plain characters in lower case without a last dot, as it is looked up.

/** `*.Example.com.` is `*.example.com`; so is `\052.example.com`. Empty is the root. */
export function plainName(text: string): string {
  return unescapeName(text).toLowerCase();
}

/** As `plainName`, in the case it was written in. */
export function unescapeName(text: string): string {
  const name = text.endsWith('.') && !text.endsWith('\\.') ? text.slice(0, -1) : text;
  return name.includes('\\') ? [...readCharacters(name)].map((one) => one.text).join('') : name;
}

export interface Character {
  text: string;
  /** It stands for itself, whatever it means elsewhere. */
  isEscaped: boolean;
}

export function* readCharacters(text: string): Generator<Character> {
  for (let index = 0; index < text.length; index++) {
    const octal = /^\\([0-3][0-7]{2})/.exec(text.slice(index, index + 4));
    if (octal) {
      yield { text: String.fromCharCode(Number.parseInt(octal[1]!, 8)), isEscaped: true };
      index += 3;
    } else if (text[index] === '\\' && index + 1 < text.length) {
      index++;
      yield { text: text[index]!, isEscaped: true };
    } else yield { text: text[index]!, isEscaped: false };
  }
}
