// Policies that name a user or a role as a principal. AWS stores the one who was meant, not the name: after a change of
// name the policy shows the new ARN, and after a deletion the unique id (`AIDA…`, `AROA…`), so that whoever takes the
// name later is not let in.

import type { Cloud } from '../../cloud/cloud.ts';
import { isToEndpointService } from '../../cloud/vpc-endpoint.ts';
import { listPrincipals } from '../../policy/validate.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** In every trust, bucket and endpoint policy of every account. @param to the new ARN, or the unique id of who is gone */
export function replacePrincipal(cloud: Cloud, from: string, to: string): void {
  const names = (text: string) => listPrincipals(text).includes(from);
  for (const role of cloud.iamRoles.where(({ assumeRolePolicyDocument }) =>
    names(assumeRolePolicyDocument),
  )) {
    const assumeRolePolicyDocument = replaceInDocument(role.assumeRolePolicyDocument, from, to);
    cloud.iamRoles.put({ ...role, assumeRolePolicyDocument });
  }
  for (const bucket of cloud.buckets.where(({ policy }) => policy !== undefined && names(policy))) {
    cloud.buckets.put({ ...bucket, policy: replaceInDocument(bucket.policy!, from, to) });
  }
  for (const endpoint of cloud.vpcEndpoints.where(() => true)) {
    if (isToEndpointService(endpoint) || !names(endpoint.policyDocument)) continue;
    const policyDocument = replaceInDocument(endpoint.policyDocument, from, to);
    cloud.vpcEndpoints.put({ ...endpoint, policyDocument });
  }
}

function replaceInDocument(text: string, from: string, to: string): string {
  return JSON.stringify(JSON.parse(text) as Json, (key, value: Json) => {
    if ((key !== 'Principal' && key !== 'NotPrincipal') || !value || typeof value !== 'object') return value;
    return replaceNames(value, from, to);
  });
}

function replaceNames(value: Json, from: string, to: string): Json {
  if (value === from) return to;
  if (Array.isArray(value)) return value.map((item) => replaceNames(item, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, replaceNames(item, from, to)]),
  );
}
