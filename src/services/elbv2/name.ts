// The rules for names of load balancers and target groups.

import { validationError } from './errors.ts';

const longestName = 32;

export function checkName(noun: 'load balancer' | 'target group', name: string): string {
  const whose = noun === 'load balancer' ? 'Load balancer' : 'Target group';
  if (name.length > longestName) {
    throw validationError(`${whose} name '${name}' cannot be longer than '${longestName}' characters`);
  }
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    throw validationError(
      `${whose} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`,
    );
  }
  if (name.startsWith('-') || name.endsWith('-')) {
    throw validationError(`${whose} name '${name}' cannot begin or end with a hyphen(-)`);
  }
  if (noun === 'load balancer' && name.startsWith('internal-')) {
    throw validationError(`${whose} name '${name}' cannot begin with 'internal-'`);
  }
  return name;
}
