// `isthmus flow-logs [fl-ID] [--follow]`: which flow logs there are and where their records lie; the records of one,
// up to this moment. To show them, the aggregation interval that runs is ended.

import { setTimeout as wait } from 'node:timers/promises';
import { type CloudChoice, getEndpoint, getJson, postJson } from './cloud-client.ts';
import { exitCode, note, say } from './exit.ts';

interface FlowLogLine {
  flowLogId: string;
  resourceId: string;
  trafficType: string;
  logDestination: string;
  /** The fields' names. */
  header: string;
  path: string;
  /** Why the last delivery failed. */
  deliveryError?: string;
}

const followIntervalMs = 1000;

export async function flowLogs(
  options: CloudChoice & { follow?: boolean; json?: boolean },
  flowLogId?: string,
): Promise<number> {
  const endpoint = getEndpoint(options);
  const { flowLogs: all } = await getJson<{ flowLogs: FlowLogLine[] }>(endpoint, 'flow-logs');
  if (flowLogId === undefined) return list(all, options.json === true);
  await postJson(endpoint, 'flow-logs', {});
  const header = all.find((one) => one.flowLogId === flowLogId)?.header;
  if (header !== undefined) note(header);
  let offset = await print(endpoint, flowLogId, 0);
  if (offset === 0 && header === undefined)
    note('There is no such flow log, and there are no records of one.');
  while (options.follow) {
    await wait(followIntervalMs);
    offset = await print(endpoint, flowLogId, offset);
  }
  return exitCode.good;
}

function list(all: FlowLogLine[], asJson: boolean): number {
  if (asJson) for (const one of all) say(JSON.stringify(one));
  else if (all.length === 0) note('There is no flow log.');
  else
    for (const { flowLogId, resourceId, trafficType, path, logDestination, deliveryError } of all) {
      const failure = deliveryError === undefined ? '' : ` (${deliveryError})`;
      say(
        `${flowLogId}  ${trafficType} of ${resourceId}\n  records  ${path}\n  also to  ${logDestination}${failure}`,
      );
    }
  return exitCode.good;
}

/** All that there is from this byte on. */
async function print(endpoint: string, flowLogId: string, offset: number): Promise<number> {
  for (;;) {
    const path = `flow-logs/${encodeURIComponent(flowLogId)}/${offset}`;
    const { text, next } = await getJson<{ text: string; next: number }>(endpoint, path);
    if (next === offset) return next;
    process.stdout.write(text);
    offset = next;
  }
}
