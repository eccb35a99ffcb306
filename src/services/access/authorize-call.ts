// Guards the calls of EC2, ELBv2, IAM, CloudWatch and STS: each permission a call needs is asked of the same policies as S3's and DynamoDB's.

import type { Arrival } from '../../aws/arrival.ts';
import type { ServiceName } from '../../aws/model.ts';
import type { AccessVerdict, RequestContext } from '../../policy/access.ts';
import { type AccessQuestion, decideAccess, describeDenial, gatherContext } from '../authorization.ts';
import type { AccessCheck, GuardedCall } from './access-check.ts';
import { listEc2Checks } from './ec2-access.ts';
import { listElbv2Checks } from './elbv2-access.ts';
import { listIamChecks, listStsChecks } from './iam-access.ts';

export interface Denial {
  /** `User: arn:… is not authorized to perform: …` */
  text: string;
  verdict: AccessVerdict;
  action: string;
  resource: string;
  /** What the policies were asked with. */
  conditions: RequestContext;
}

const listChecks: Record<ServiceName, (call: GuardedCall) => AccessCheck[]> = {
  ec2: listEc2Checks,
  elasticloadbalancing: listElbv2Checks,
  iam: listIamChecks,
  // AWS: none of what we have of it knows a resource, and its actions have its other name.
  monitoring: ({ operation }) => [{ action: `cloudwatch:${operation}`, resource: '*', context: {} }],
  sts: listStsChecks,
};

/** Undefined: the call may go on. Else the first permission that is missing. */
export function findDenial(
  service: ServiceName,
  call: GuardedCall,
  arrival: Arrival,
  now: Date,
): Denial | undefined {
  // A root by no endpoint is subject to no policy of its own account, and nearly every call is one.
  if (call.principal.kind === 'root' && !arrival.endpoint) return undefined;
  // AWS: there is one IAM, in us-east-1, for whichever region a client signs; policies that keep to regions see that one.
  const region = service === 'iam' ? 'us-east-1' : call.region;
  for (const { action, resource, context, isFree = false } of listChecks[service](call)) {
    const question: AccessQuestion = {
      ...{ principal: call.principal, action, resource, context, arrival, now, region, isFree },
      // What another account owns and lets others use (a peering, a service) is guarded by the operation itself.
      resourceAccountId: call.accountId,
    };
    const verdict = decideAccess(call.cloud, question);
    if (verdict.allow) continue;
    const conditions = gatherContext(call.cloud, question);
    return { text: describeDenial(question, verdict), verdict, action, resource, conditions };
  }
  return undefined;
}
