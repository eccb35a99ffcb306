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

/** As Route 53 shows it: with its last dot, and everything but letters, digits, `-` and `_` escaped: `\052.example.com.`. */
export function showName(plain: string): string {
  const octal = (character: string) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
  return `${plain.replace(/[^a-z0-9_.-]/g, octal)}.`;
}

/** `com.example.www.`: by this Route 53 sorts names. */
export function reversedName(plain: string): string {
  return `${plain.split('.').reverse().join('.')}.`;
}

/** True for the name itself too. */
export function isWithin(name: string, zoneName: string): boolean {
  return name === zoneName || zoneName === '' || name.endsWith(`.${zoneName}`);
}

const longestLabel = 63;
const longestName = 255;

/** What AWS calls the fault of a text that is no name: `DomainLabelEmpty (Domain label is empty)`. */
export function findNameFault(text: string): string | undefined {
  if (text === '' || text === '.') return 'DomainNameEmpty (Domain name is empty)';
  if (text.length > longestName) return 'DomainNameTooLong (Domain name is too long)';
  const name = unescapeName(text);
  // A dot inside a label is the one character that a plain name cannot hold.
  if (/[^\x21-\x7e]/.test(name) || /\\056/.test(text))
    return 'UnsupportedCharacter (Value contains unsupported characters)';
  const labels = name.split('.');
  if (labels.some((label) => label === '')) return 'DomainLabelEmpty (Domain label is empty)';
  if (labels.some((label) => label.length > longestLabel))
    return 'DomainLabelTooLong (Domain label is too long)';
  return undefined;
}
