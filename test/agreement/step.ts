// A network as a list of steps and the questions asked of it: plain data, so that it can be run, shortened and printed.
// What a step gives has a name, and later steps write `${name}` wherever text may be.

import type { Random } from './random.ts';

export type ServiceName =
  | 'ec2'
  | 'elbv2'
  | 'iam'
  | 's3'
  | 'dynamodb'
  | 'route53'
  | 'route53resolver'
  | 'directconnect';

/** One call of AWS's API. */
export interface CallStep {
  kind: 'call';
  account: string;
  region: string;
  service: ServiceName;
  /** `CreateVpc` */
  operation: string;
  input: Record<string, unknown>;
  /** What later steps want of the answer, by name: `{ vpc1: 'Vpc.VpcId', host: 'Instances.0.InstanceId' }`. */
  gives: Record<string, string>;
}

/** What is done to an on-premises site, for which AWS has no call. */
export interface SiteStep {
  kind: 'site';
  /** Under `/_isthmus/sites`: nothing to make one, or `office/forward`. */
  path: string;
  body: Record<string, unknown>;
  /** The same as words of `isthmus site`. */
  words: string[];
  /** `siteId`, `publicAddress`, `hosts.0.hostId` */
  gives: Record<string, string>;
  /** Whom its hosts ask for names. Set where one is made. */
  resolver?: string;
}

/** The system of an instance forwards packets that are not for itself. */
export interface ForwardStep {
  kind: 'forward';
  instance: string;
}

/** Wait until the kernel has it all, and ask the questions. */
export interface SettleStep {
  kind: 'settle';
  probes: Probe[];
}

/** The daemon is killed, and another takes over what it left. */
export interface RestartStep {
  kind: 'restart';
}

export type Step = CallStep | SiteStep | ForwardStep | RestartStep | SettleStep;

/** May one reach the other, and may it do this there? */
export interface Probe {
  /** `${client1}`: an instance or a host of a site. */
  from: string;
  /** The interface of it that sends, and with which address; absent: the first one. */
  by?: { interface: string; address: string };
  /** `${server1_address}`, an id, or a name. */
  host: string;
  /** Where packets go when `host` is an id; absent: `host` is an address or a name. */
  address?: string;
  protocol: 'tcp' | 'udp' | 'icmp';
  /** Absent with icmp. */
  port?: number;
  /** A request of the instance's role at the service that answers there. */
  request?: Request;
}

export interface Request {
  service: 's3' | 'dynamodb' | 'ec2' | 'sts';
  region: string;
  /** Who is asked, where that is not the service's own name: `vpce-….ec2.us-east-1.vpce.amazonaws.com`. */
  endpoint?: string;
  operation: string;
  input: Record<string, unknown>;
  /** `s3:GetObject` */
  action: string;
  /** `*` when absent. */
  resource?: string;
}

export interface DrawnNetwork {
  seed: number;
  steps: Step[];
}

export type Values = Map<string, string>;

const reference = /\$\{(\w+)\}/g;

/** The names that a step, a probe or a part of one refers to. */
export function namesIn(part: unknown): string[] {
  return [...JSON.stringify(part ?? null).matchAll(reference)].map((match) => match[1]!);
}

/** Names replaced by their values, to any depth. Undefined when one has none. */
export function fillIn<T>(part: T, values: Values): T | undefined {
  if (namesIn(part).some((name) => !values.has(name))) return undefined;
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string')
      return value.replace(reference, (_whole, name: string) => values.get(name)!);
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [fill(key), fill(inner)]));
  };
  return fill(part) as T;
}

/** `Subnets.0.SubnetId` of an answer; of a name that begins with a star what follows it. */
export function readPath(answer: unknown, path: string): string | undefined {
  let value: unknown = answer;
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return value === undefined || value === null ? undefined : String(value).replace(/^\*\./, '');
}

/** `${name}` */
export const ref = (name: string) => `\${${name}}`;

export function describeProbe({ from, by, host, protocol, port, request }: Probe): string {
  const where = port === undefined ? host : `${host}:${port}/${protocol}`;
  const what = request ? ` ${request.action}${request.resource ? ` on ${request.resource}` : ''}` : '';
  return `${from}${by ? ` by ${by.interface}` : ''} → ${where}${what}`;
}

/** Puts a list of steps together, giving each thing a name of its own. */
export class Draft {
  readonly random: Random;
  readonly steps: Step[] = [];
  readonly #counts = new Map<string, number>();

  constructor(random: Random) {
    this.random = random;
  }

  /** `vpc1`, `vpc2`, … */
  name(kind: string): string {
    const number = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, number);
    return `${kind}${number}`;
  }

  call(
    where: { account: string; region: string },
    call: `${ServiceName}:${string}`,
    input: Record<string, unknown>,
    gives: Record<string, string> = {},
  ): void {
    const [service, operation] = call.split(':') as [ServiceName, string];
    const { account, region } = where;
    this.steps.push({ kind: 'call', account, region, service, operation, input, gives });
  }
}
