// Client tokens: a request that is sent again with the same token gives what the first one made, for 24 hours.

import type { OperationContext } from '../operation.ts';
import { idempotentParameterMismatch, invalidParameterValue } from './errors.ts';

const longestToken = 64;
const keepMs = 24 * 60 * 60 * 1000;

/**
 * Runs `create` once per token and `show`s what it made each time.
 * @param parameters the whole input: asking for something else with a used token is refused
 * @param create writes and returns the ids of what it wrote
 */
export function idempotent<T>(
  context: OperationContext,
  operation: string,
  clientToken: string | undefined,
  parameters: object,
  create: () => string[],
  show: (resourceIds: string[]) => T,
): T {
  if (!clientToken) return show(create());
  if (clientToken.length > longestToken) {
    throw invalidParameterValue(
      `Invalid value '${clientToken}' for clientToken. It must be 64 characters or fewer.`,
    );
  }
  if (!/^[\x20-\x7e]+$/.test(clientToken)) {
    throw invalidParameterValue(
      `Invalid value '${clientToken}' for clientToken. It must be ASCII characters only.`,
    );
  }
  const { cloud, now } = context;
  const tokenKey = [context.accountId, context.region, operation, clientToken].join('/');
  const wanted = fingerprint(parameters);
  const known = cloud.idempotencyTokens.find(tokenKey);
  if (known && !isOutdated(known.createdAt, now)) {
    if (known.parameters !== wanted) throw idempotentParameterMismatch(clientToken);
    return show(known.resourceIds);
  }
  const resourceIds = create();
  forgetOutdated(context);
  cloud.idempotencyTokens.put({ tokenKey, parameters: wanted, resourceIds, createdAt: now.toISOString() });
  return show(resourceIds);
}

function isOutdated(createdAt: string, now: Date): boolean {
  return Date.parse(createdAt) + keepMs < now.getTime();
}

/** Tokens are listed oldest first; a few at a time keep up with any number of requests. */
function forgetOutdated({ cloud, now }: OperationContext): void {
  const outdated = cloud.idempotencyTokens
    .all()
    .take(100)
    .filter((token) => isOutdated(token.createdAt, now));
  for (const { tokenKey } of outdated.toArray()) cloud.idempotencyTokens.delete(tokenKey);
}

/** The parameters as text that does not depend on the order they came in. */
function fingerprint(parameters: object): string {
  const { ClientToken: _token, DryRun: _dryRun, ...rest } = parameters as Record<string, unknown>;
  return JSON.stringify(rest, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
