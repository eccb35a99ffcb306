// Actions and resources as they must be written: `vendor:Name` and ARNs. IAM's own sentences.

import type { JsonNode } from './json-text.ts';
import type { FoundFault } from './policy-fault.ts';

export function findActionFault({ value, at }: JsonNode, isTrust: boolean): FoundFault | undefined {
  const action = String(value);
  const fault = (sentence: string): FoundFault => ({ kind: 'action', at, what: action, sentence });
  if (action === '*') {
    return isTrust ? fault('AssumeRole policy may only specify STS AssumeRole actions.') : undefined;
  }
  const [vendor, name, ...more] = action.split(':');
  if (name === undefined) {
    return fault('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  if (more.length > 0) return fault('Actions/Condition can contain only one colon.');
  if (!/^[a-zA-Z0-9.-]+$/.test(vendor!)) return fault(`Vendor ${vendor} is not valid`);
  const assumes = /^sts:(AssumeRole(WithSAML|WithWebIdentity)?|TagSession|SetSourceIdentity|SetContext)$/i;
  if (isTrust && !assumes.test(action)) {
    return fault('AssumeRole policy may only specify STS AssumeRole actions.');
  }
  return undefined;
}

const iamResources = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
];

/** AWS: a partition and a service must be spelt out; what comes after may have wildcards. */
export function findResourceFault({ value, at }: JsonNode): FoundFault | undefined {
  const resource = String(value);
  const fault = (sentence: string): FoundFault => ({ kind: 'resource', at, what: resource, sentence });
  if (resource === '*') return undefined;
  const [prefix, partition, service, region, account, ...rest] = resource.split(':');
  if (partition === undefined || prefix !== 'arn') {
    return fault(`Resource ${resource} must be in ARN format or "*".`);
  }
  if (!['aws', '*'].includes(partition)) {
    const tail = [service, region, account, rest.join(':')].map((part) => part || '*').join(':');
    return fault(`Partition "${partition}" is not valid for resource "arn:${partition}:${tail}".`);
  }
  if (service === undefined || service === '' || /[*?]/.test(service)) {
    return fault('Resource vendor must be fully qualified and cannot contain regexes.');
  }
  if (account === undefined || rest.length === 0 || rest.join(':') === '') {
    return fault('The policy failed legacy parsing');
  }
  if (service === 's3' && region !== '' && region !== '*') {
    // Access points have a region; buckets have not.
    if (!rest[0]!.startsWith('accesspoint/'))
      return fault(`Resource ${resource} can not contain region information.`);
  }
  if (service !== 'iam') return undefined;
  if (region !== '') return fault(`IAM resource ${resource} cannot contain region information.`);
  const name = rest.join(':');
  if (name === '*' || name === 'root' || iamResources.some((start) => name.startsWith(start)))
    return undefined;
  if (name.includes('*') && iamResources.some((start) => start.startsWith(name.split('*', 1)[0]!))) {
    return undefined;
  }
  return fault(`IAM resource path must either be "*" or start with ${iamResources.join(', ')}.`);
}
