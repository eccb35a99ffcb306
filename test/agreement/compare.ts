// The heart of the comparison: what explain says of a question and what becomes of a real packet or request, and whether
// the two are the same. Explain says of packets whether they arrive; somebody who refuses them has had them.

import { existsSync } from 'node:fs';
import type { Sender } from '../../src/dataplane/probe.ts';
import type { CloudUnderTest, Explained } from './cloud-under-test.ts';
import { servedPorts } from './draw-probe.ts';
import { type Answered, tryRequest } from './role-client.ts';
import { fillIn, type Probe, type Values } from './step.ts';
import { askDatagram, askName, dial, type Outcome, ping } from './vantage.ts';

export interface Comparison {
  agrees: boolean;
  /** Did it arrive, or was it allowed, by the packets. */
  arrived: boolean;
  /** What was seen, in a few words. */
  got: string;
  explained: string;
}

/** Undefined when something that the question names is not there. */
export async function compare(
  cloud: CloudUnderTest,
  probe: Probe,
  values: Values,
  resolvers: ReadonlyMap<string, string>,
  timeoutMs: number,
): Promise<Comparison | undefined> {
  const filled = fillIn(probe, values);
  if (!filled) return undefined;
  // Who was terminated asks nothing.
  if (!existsSync(cloud.namespaceOf(filled.from))) return undefined;
  return filled.request
    ? await compareRequest(cloud, { ...filled, request: filled.request })
    : await comparePacket(cloud, filled, resolvers.get(filled.from) ?? '169.254.169.253', timeoutMs);
}

const where = ({ host, port, protocol }: Probe) =>
  port === undefined ? host : `${host}:${port}/${protocol}`;

async function comparePacket(
  cloud: CloudUnderTest,
  probe: Probe,
  resolver: string,
  timeoutMs: number,
): Promise<Comparison> {
  const namespace = cloud.namespaceOf(probe.from);
  const sender = { namespacePath: namespace, localAddress: probe.by?.address, timeoutMs };
  const explained = await cloud.explain(probe.by?.interface ?? probe.from, where(probe));
  const address = await findAddress(namespace, resolver, probe, explained);
  if (typeof address !== 'string') {
    const agrees = !explained.arrives && explained.address === undefined;
    return { agrees, arrived: false, got: `no address: ${address.code}`, explained: explained.text };
  }
  // A rule makes the resolver ask others, and explain does not ask them.
  if (explained.address === undefined && /only they know/.test(explained.text))
    return { agrees: true, arrived: false, got: 'not explained', explained: explained.text };
  // An id of what is no more: it has no address, and who has its old one was not asked about.
  if (probe.address && explained.address === undefined)
    return { agrees: !explained.arrives, arrived: false, got: 'nothing sent', explained: explained.text };
  const outcomes = [await send(sender, address, probe, explained)];
  // A load balancer chooses by the flow: explain is for all of its targets, one packet is for one. The worst counts.
  for (let more = 0; isChoice(explained) && outcomes.at(-1)!.kind !== 'silent' && more < 11; more++)
    outcomes.push(await send(sender, address, probe, explained));
  const outcome =
    outcomes.find(({ kind }) => kind === 'silent') ??
    outcomes.find(({ kind }) => kind !== 'answered') ??
    outcomes[0]!;
  const wrong =
    explained.address !== address ? `the packets go to ${address}` : contradict(explained, outcome, probe);
  const got = `${describeOutcome(outcome)}${wrong ? ` (${wrong})` : ''}`;
  return { agrees: !wrong, arrived: outcome.kind === 'answered', got, explained: explained.text };
}

/** Where the packets are to go; what a name stands for is asked of the resolver, and of several addresses explain chooses one. */
async function findAddress(
  namespace: string,
  resolver: string,
  { host, address }: Probe,
  explained: Explained,
): Promise<string | { code: string }> {
  if (address) return address;
  if (/^[\d.]+$/.test(host)) return host;
  const found = await askName(namespace, resolver, host);
  if (!Array.isArray(found)) return found;
  return found.find((one) => one === explained.address) ?? found[0]!;
}

function send(
  from: Sender,
  address: string,
  { protocol, port }: Probe,
  explained: Explained,
): Promise<Outcome> {
  if (protocol === 'icmp') return ping(from, address);
  if (protocol === 'udp') return askDatagram(from, address, port!);
  const isServed = servedPorts.includes(port!);
  return dial(from, address, port!, isServed && explained.arrivesAt === undefined);
}

const isChoice = ({ hops }: Explained) => hops.some(({ text }) => /over (?!1 )\d+ target/.test(text));

/** Why what was seen is not what was said; empty when it is. */
function contradict(explained: Explained, outcome: Outcome, probe: Probe): string {
  const { host, address, protocol } = probe;
  const { arrives, reached = [], text } = explained;
  // A front end has no other ports and says so; explain counts that as not arriving.
  const isRefusedByFrontEnd = /have tcp 443 and tcp 80/.test(text);
  if (outcome.kind === 'stuck') return arrives ? 'should arrive, and not end after the handshake' : '';
  if (outcome.kind === 'silent') return arrives && !mayBeSilent(probe, text) ? 'should arrive' : '';
  const isMeant = outcome.kind === 'answered' && outcome.by === host;
  // Who asks about an id means that very one, and its address may be somebody else's here.
  if (!arrives && address && !isMeant) return '';
  if (outcome.kind === 'refused') {
    if (arrives) return isListenedTo(probe, explained) ? 'should be answered' : '';
    return isRefusedByFrontEnd ? '' : 'should be silent';
  }
  if (!arrives) return 'should not arrive';
  if (outcome.kind !== 'answered' || outcome.by === undefined || protocol === 'icmp') return '';
  const place = reached.find(({ at }) => at === outcome.by);
  if (!place && reached.length > 0) return `should be ${reached.map(({ at }) => at).join(' or ')}`;
  return place && place.sourceAddress !== outcome.sees ? `should be seen as ${place.sourceAddress}` : '';
}

/**
 * Nobody answers a datagram on a port that nobody listens on, here or at the target of a load balancer; and a reset that
 * comes back by an appliance is lost.
 */
function mayBeSilent({ protocol, port }: Probe, explained: string): boolean {
  const isServed = isServedAt(port, explained);
  return !isServed && (protocol === 'udp' || /must forward them too/.test(explained));
}

/** The target of a load balancer may have another port. */
const isServedAt = (port: number | undefined, explained: string) =>
  servedPorts.includes(port!) && !/arrives at [\d.]+:(?!80\b|443\b)/.test(explained);

/** Those who answer are known, and each of them listens there. */
const isListenedTo = ({ port }: Probe, { reached = [], arrivesAt, text }: Explained) =>
  !arrivesAt && reached.length > 0 && isServedAt(port, text);

function describeOutcome(outcome: Outcome): string {
  if (outcome.kind === 'answered' && outcome.by) return `answered by ${outcome.by}, who sees ${outcome.sees}`;
  return outcome.kind === 'nameless' ? outcome.code : outcome.kind;
}

async function compareRequest(
  cloud: CloudUnderTest,
  probe: Probe & { request: NonNullable<Probe['request']> },
): Promise<Comparison | undefined> {
  const { from, port, request } = probe;
  const { action, resource } = request;
  const packets = await cloud.explain(from, where(probe));
  const explained = await cloud.explain(from, where(probe), { action, ...(resource && { resource }) });
  const authority = await cloud.authority();
  const client = { namespacePath: cloud.namespaceOf(from), authority, isSecure: port === 443 };
  const answer = await tryRequest({ ...client, preferredAddress: packets.address }, request);
  if (!answer) return undefined;
  const wrong = contradictAnswer(packets.arrives, explained, answer);
  const got = `${describeAnswer(answer)}${wrong ? ` (${wrong})` : ''}`;
  return { agrees: !wrong, arrived: answer.kind === 'allowed', got, explained: explained.text };
}

function contradictAnswer(isReachable: boolean, explained: Explained, answer: Answered): string {
  if (!isReachable) return ['unreachable', 'stalled'].includes(answer.kind) ? '' : 'should not arrive';
  if (answer.kind === 'unreachable') return 'should arrive';
  if (answer.kind === 'stranger') return '';
  // Where there and back are not the same way, nobody tells the client how narrow a VPN is, and what is too big is lost.
  // And where no service answers, as a private zone may have it, somebody else does not know what he is asked.
  if (answer.kind === 'stalled')
    return !explained.arrivesAt || / → vpn-/.test(explained.text) ? '' : 'should be answered';
  if (explained.arrives) return answer.kind === 'allowed' ? '' : 'should be allowed';
  if (answer.kind === 'allowed') return 'should be refused';
  if (answer.kind === 'other') return '';
  // S3 tells the reason to its bucket's own account alone.
  if (answer.message === 'Access Denied') return '';
  const said = explained.hops.at(-1)!.text;
  return answer.message.includes(said) || said.includes(answer.message)
    ? ''
    : `should be refused with: ${said}`;
}

function describeAnswer(answer: Answered): string {
  if (answer.kind === 'denied') return `denied: ${answer.message}`;
  if ('because' in answer) return `${answer.kind}: ${answer.because}`;
  return answer.kind === 'other' ? answer.code : answer.kind;
}
