// Bounds of a parameter's value, refused as the services of the query protocol refuse them: all that is too long or too
// short, in one message.

import { AwsError } from '../aws/aws-error.ts';

/** Of a text or list its length, of a number its value. */
export interface Constraint {
  min?: number;
  max?: number;
  values?: readonly string[];
  /** AWS names it in the message; the whole text must match. */
  pattern?: string;
}

export interface ConstrainedValue extends Constraint {
  /** As AWS names it in its messages: `userName`, `tags.1.member.key`. */
  field: string;
  value: unknown;
}

/** @throws ValidationError that names every value out of bounds */
export function checkConstraints(values: ConstrainedValue[]): void {
  const failures = values.flatMap((constrained) => {
    const broken = findBroken(constrained);
    const shown = Array.isArray(constrained.value) ? `[${constrained.value}]` : constrained.value;
    return broken
      ? [`Value '${shown}' at '${constrained.field}' failed to satisfy constraint: Member must ${broken}`]
      : [];
  });
  if (failures.length === 0) return;
  const count = failures.length === 1 ? '1 validation error' : `${failures.length} validation errors`;
  throw new AwsError('ValidationError', `${count} detected: ${failures.join('; ')}`);
}

function findBroken({ value, min, max, values, pattern }: ConstrainedValue): string | undefined {
  if (value === undefined) return undefined;
  if (values) return values.includes(value as string) ? undefined : `satisfy enum value set: [${values}]`;
  const isNumber = typeof value === 'number';
  const size = isNumber ? value : (value as string | unknown[] | undefined)?.length;
  if (size === undefined) return undefined;
  const what = isNumber ? 'value' : 'length';
  if (min !== undefined && size < min) return `have ${what} greater than or equal to ${min}`;
  if (max !== undefined && size > max) return `have ${what} less than or equal to ${max}`;
  if (
    pattern !== undefined &&
    typeof value === 'string' &&
    !new RegExp(`^(?:${pattern})$`, 'u').test(value)
  ) {
    return `satisfy regular expression pattern: ${pattern}`;
  }
  return undefined;
}
