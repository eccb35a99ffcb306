// Options of transit gateways and attachments that are `enable` or `disable`.

import { invalidParameterValue } from './errors.ts';

/** `readSwitch(options, 'DnsSupport')`; undefined when it was not given. */
export function readSwitch<Name extends string>(
  options: { [name in Name]?: string | undefined },
  name: Name,
): boolean | undefined {
  const value: string | undefined = options[name];
  if (value === undefined) return undefined;
  if (value === 'enable') return true;
  if (value === 'disable') return false;
  throw invalidParameterValue(
    `Value (${value}) for parameter ${name} is invalid. Valid values are: enable, disable.`,
  );
}

export const showSwitch = (isEnabled: boolean) => (isEnabled ? 'enable' : 'disable');
