// A lab is a page to read, `labs/NAME/README.md`, and the page is the program: its fenced `sh` blocks are run in order
// in one shell, and a fenced `expect` block says what the block before it must have answered.
//
//   ## Title of a step
//   Prose.
//   ```sh account=111111111111            who the AWS calls of this block are; stays so until it is changed
//   VPC=$(aws ec2 create-vpc … --query Vpc.VpcId --output text)
//   ```
//   ```sh until=30s                       one command, repeated until it answers as expected, for so long at most
//   aws elbv2 describe-target-health …
//   ```
//   ```sh cloud                           how a reader starts the cloud; the lab's own is started so too
//   isthmus up --detach --service sqs=http://127.0.0.1:9324
//   ```
//   ```expect                             of the last command; without it every command must end with 0
//   healthy                               a line of it contains this text; `…` in it stands for anything
//   not unhealthy                         no line contains this text
//   exit 28                               its exit code; `exit other than 0` where versions of a tool differ
//   ```
// Blocks of any other language are only read.

export interface LabPage {
  title: string;
  /** The first paragraph. */
  summary: string;
  steps: LabStep[];
  /** What its cloud is to be started with: `sqs=http://127.0.0.1:9324`. */
  services: string[];
}

export interface LabStep {
  title: string;
  parts: LabPart[];
}

export type LabPart =
  | { kind: 'prose'; text: string }
  /** Done already: how the cloud was started. */
  | { kind: 'cloud'; script: string }
  | ({ kind: 'commands' } & LabBlock);

export interface LabBlock {
  /** Where the block begins in the page, counted from 1. */
  line: number;
  script: string;
  account?: string;
  region?: string;
  untilMs?: number;
  expectation: Expectation;
}

export interface Expectation {
  exit: number | 'other than 0';
  contains: string[];
  lacks: string[];
}

export class LabPageError extends Error {}

export function parseLabPage(text: string): LabPage {
  const page: LabPage = { title: '', summary: '', steps: [], services: [] };
  const lines = text.split('\n');
  let paragraph: string[] = [];

  const endParagraph = () => {
    const prose = paragraph.join('\n').trim();
    paragraph = [];
    if (prose === '') return;
    const step = page.steps.at(-1);
    if (step) step.parts.push({ kind: 'prose', text: prose });
    else page.summary ||= prose;
  };

  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const fence = /^```(\S*)\s*(.*)$/.exec(line);
    if (fence) {
      endParagraph();
      const end = lines.indexOf('```', index + 1);
      if (end < 0) throw new LabPageError(`line ${index + 1}: a block that is never closed`);
      takeBlock(page, fence[1]!, fence[2]!, lines.slice(index + 1, end), index + 1);
      index = end;
    } else if (line.startsWith('# ')) page.title = line.slice(2).trim();
    else if (line.startsWith('## ')) {
      endParagraph();
      page.steps.push({ title: line.slice(3).trim(), parts: [] });
    } else if (line.trim() === '') endParagraph();
    else paragraph.push(line);
  }
  endParagraph();
  return page;
}

function takeBlock(page: LabPage, language: string, words: string, content: string[], line: number): void {
  const parts = page.steps.at(-1)?.parts;
  if (language === 'sh' && parts && words === 'cloud') {
    const script = content.join('\n');
    parts.push({ kind: 'cloud', script });
    page.services.push(...Array.from(script.matchAll(/--service[ =](\S+)/g), (match) => match[1]!));
  } else if (language === 'sh' && parts) {
    const block = { line, script: content.join('\n'), ...parseWords(words, line) };
    parts.push({ kind: 'commands', ...block, expectation: { exit: 0, contains: [], lacks: [] } });
  } else if (language === 'expect') {
    const block = parts?.at(-1);
    if (block?.kind !== 'commands')
      throw new LabPageError(`line ${line}: an expect block follows a sh block`);
    block.expectation = parseExpectation(content);
  } else if (language === 'sh') throw new LabPageError(`line ${line}: commands belong to a step (## Title)`);
}

function parseWords(words: string, line: number): Pick<LabBlock, 'account' | 'region' | 'untilMs'> {
  const settings: Pick<LabBlock, 'account' | 'region' | 'untilMs'> = {};
  for (const word of words.split(/\s+/).filter(Boolean)) {
    const [name, value = ''] = word.split('=');
    if (name === 'account' && /^\d{12}$/.test(value)) settings.account = value;
    else if (name === 'region' && value) settings.region = value;
    else if (name === 'until' && /^\d+s$/.test(value)) settings.untilMs = Number.parseInt(value, 10) * 1000;
    else throw new LabPageError(`line ${line}: ${word} means nothing here`);
  }
  return settings;
}

function parseExpectation(content: string[]): Expectation {
  const expectation: Expectation = { exit: 0, contains: [], lacks: [] };
  for (const line of content.map((text) => text.trim()).filter(Boolean)) {
    if (line === 'exit other than 0') expectation.exit = 'other than 0';
    else if (/^exit \d+$/.test(line)) expectation.exit = Number(line.slice(5));
    else if (line.startsWith('not ')) expectation.lacks.push(line.slice(4));
    else expectation.contains.push(line);
  }
  return expectation;
}

/** What the answer lacks, in words; undefined when it is as expected. */
export function findDisappointment(
  expectation: Expectation,
  answer: { exit: number; output: string },
): string | undefined {
  const { exit, contains, lacks } = expectation;
  if (exit === 'other than 0' ? answer.exit === 0 : answer.exit !== exit) {
    return `expected exit code ${exit}, got ${answer.exit}`;
  }
  const lines = answer.output.split('\n').map((line) => line.replace(/\s+/g, ' '));
  const missing = contains.find((text) => !lines.some(patternOf(text)));
  if (missing !== undefined) return `expected a line with: ${missing}`;
  const unwanted = lacks.find((text) => lines.some(patternOf(text)));
  return unwanted === undefined ? undefined : `expected no line with: ${unwanted}`;
}

function patternOf(text: string): (line: string) => boolean {
  const parts = text.replace(/\s+/g, ' ').split('…');
  const pattern = new RegExp(parts.map((part) => RegExp.escape(part)).join('.*'));
  return (line) => pattern.test(line);
}
