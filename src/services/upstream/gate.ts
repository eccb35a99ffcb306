// Whether a call may go on to an upstream: asked of the policies as the service itself would ask them, as far as the request shows
// what it is about. And how services that say it otherwise than the others refuse.
// DIFFERS: policies-at-upstreams what the upstream holds beside, policies of queues and keys, has no say.

import type { Arrival } from '../../aws/arrival.ts';
import { AwsError } from '../../aws/aws-error.ts';
import type { Wire } from '../../aws/wire.ts';
import type { AwsService } from '../../cloud/aws-service.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import type { AccessVerdict } from '../../policy/access.ts';
import type { Principal } from '../../policy/principal.ts';
import { type AccessQuestion, decideAccess, describeDenial } from '../authorization.ts';
import type { MeantAction } from './action.ts';
import type { MeantResource } from './resource.ts';

export interface Meaning {
  action: MeantAction;
  resources: MeantResource[];
}

export interface GatedCall {
  service: AwsService;
  wire: Wire;
  principal: Principal;
  meanings: Meaning[];
  arrival: Arrival;
  now: Date;
  region: string;
}

export interface Denial {
  error: AwsError;
  /** The policy that refused. */
  deniedBy: string;
}

/** Undefined: it may go on. */
export function findUpstreamDenial(cloud: Cloud, call: GatedCall): Denial | undefined {
  for (const { action, resources } of call.meanings) {
    for (const resource of resources) {
      const question = askForUpstream(call, action, resource);
      const verdict = decideAccess(cloud, question);
      if (verdict.allow) continue;
      const message = `${describeUpstreamDenial(call.service, question, verdict)}${describeDoubt(action, resource)}`;
      return { error: new AwsError(denialCode(call), message, 403), deniedBy: verdict.by };
    }
  }
  return undefined;
}

export function askForUpstream(
  { service, principal, arrival, now, region }: Omit<GatedCall, 'wire' | 'meanings'>,
  action: Pick<MeantAction, 'name' | 'isPattern'>,
  { arn, isPattern }: MeantResource,
): AccessQuestion {
  const callerAccount = principal.kind === 'anonymous' ? undefined : principal.accountId;
  const named = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1];
  const owner = named ?? (arn === '*' ? callerAccount : undefined);
  return {
    ...{ principal, action: action.name, resource: arn, arrival, now, region },
    ...((action.isPattern || isPattern) && {
      isPattern: { ...(action.isPattern && { action: true }), ...(isPattern && { resource: true }) },
    }),
    // Servers have account numbers of their own making: whose a queue is, they know, and what its policy says.
    ...(owner !== undefined && owner === callerAccount ? { resourceAccountId: owner } : {}),
    ...(owner !== undefined && { context: { 'aws:ResourceAccount': owner } }),
    // Who has not signed is judged by the upstream; the endpoint's policy is ours to ask.
    ...(principal.kind === 'anonymous' && {
      resourcePolicy: { name: `the sign-in of ${service.name}`, text: everyoneMay },
    }),
  };
}

const everyoneMay = JSON.stringify({
  Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
});

/** AWS: SQS writes an action in small letters, SNS its own name in capitals. */
export function describeUpstreamDenial(
  { actionPrefix }: AwsService,
  question: AccessQuestion,
  verdict: AccessVerdict,
): string {
  const text = describeDenial(question, verdict);
  const { action } = question;
  if (actionPrefix === 'sqs') return text.replaceAll(action, action.toLowerCase());
  return actionPrefix === 'sns' ? text.replaceAll(action, action.replace(/^sns/, 'SNS')) : text;
}

function denialCode({ service, wire }: GatedCall): string {
  if (wire !== 'query') return 'AccessDeniedException';
  return service.actionPrefix === 'sns' ? 'AuthorizationError' : 'AccessDenied';
}

function describeDoubt(action: MeantAction, resource: MeantResource): string {
  const unread = [
    ...(action.isPattern ? ['which action it is'] : []),
    ...(resource.isPattern ? ['which resource it is about'] : []),
  ];
  if (unread.length === 0) return '';
  return `. Isthmus cannot read from the request ${unread.join(' and ')}, so only what is allowed for all that it could be goes on`;
}
