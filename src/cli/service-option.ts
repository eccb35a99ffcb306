// `--service NAME=URL`: which server of the user's own stands for a service of AWS's. May be given again for others.

import { readUpstream, type UpstreamChange, UpstreamFault } from '../cloud/upstream.ts';
import { CliError, exitCode } from './exit.ts';

/** @throws CliError that says what mends it */
export function readServices(texts: readonly string[] = []): UpstreamChange[] {
  try {
    return texts.map(readUpstream);
  } catch (error) {
    if (error instanceof UpstreamFault) throw new CliError(exitCode.usage, error.message, error.hint);
    throw error;
  }
}
