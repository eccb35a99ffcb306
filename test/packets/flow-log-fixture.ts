// Flow logs of a packet world: a flow log on a VPC, a subnet or an interface, and its records after the packets a test has sent.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { FlowLog, FlowLogResource } from '../../src/cloud/flow-log.ts';
import { defaultLogFormat } from '../../src/cloud/flow-log-field.ts';
import type { VpcId } from '../../src/cloud/id.ts';
import { createFlowLogFiles } from '../../src/flow-log-file.ts';
import { FlowLogWriter } from '../../src/flow-logs.ts';
import { exampleId, nextNumber } from '../networks/example-cloud.ts';
import type { PacketWorld } from './packet-world.ts';

export interface FlowLogWorld {
  writer: FlowLogWriter;
  /** Moves on by itself with each reading: intervals are a minute. */
  clock: { now: Date };
  /** Makes a flow log; every field in `format` unless told otherwise. */
  log(vpcId: VpcId, resource: FlowLogResource, fields?: Partial<FlowLog>): Promise<FlowLog>;
  /** Applies a change, as a daemon does. */
  change: PacketWorld['change'];
  /** Ends the interval; what a flow log has got since the last time, by field. */
  records(flowLog: FlowLog): Promise<Record<string, string>[]>;
  /** The same without ending an interval. */
  written(flowLog: FlowLog): Promise<Record<string, string>[]>;
  /** What was delivered: the key, and the text of the object. */
  delivered: { key: string; text: string }[];
}

/** Every field of version 2 to 5. */
export const everyField = `${defaultLogFormat} \${vpc-id} \${subnet-id} \${instance-id} \${tcp-flags} \${type} \${pkt-srcaddr} \${pkt-dstaddr} \${region} \${az-id} \${sublocation-type} \${sublocation-id} \${pkt-src-aws-service} \${pkt-dst-aws-service} \${flow-direction} \${traffic-path}`;

export function makeFlowLogWorld(t: TestContext, world: PacketWorld): FlowLogWorld {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-flow-logs-'));
  const files = createFlowLogFiles(folder);
  const clock = { now: new Date('2026-01-31T12:00:00.000Z') };
  const delivered: FlowLogWorld['delivered'] = [];
  const writer = new FlowLogWriter({
    ...{ cloud: world.cloud, kernel: world, files, now: () => clock.now },
    putDelivered: async ({ key, body }) => void delivered.push({ key, text: gunzipSync(body).toString() }),
    log: { info: () => {}, error: (fields, message) => console.log(message, fields) },
  });
  t.after(async () => {
    await writer.close(false);
    rmSync(folder, { recursive: true });
  });
  const change: PacketWorld['change'] = async (operate) => {
    const result = await world.change(operate);
    writer.set(world.network());
    await writer.settled();
    return result;
  };
  const seen = new Map<string, number>();
  return {
    ...{ writer, clock, delivered, change },
    log: (vpcId, resource, fields = {}) =>
      change((cloud) =>
        cloud.flowLogs.put({
          ...{ accountId: '111111111111', region: 'us-east-1', flowLogId: exampleId('fl', nextNumber()) },
          ...{ vpcId, resource, trafficType: 'ALL', maxAggregationInterval: 60, logFormat: everyField },
          ...{ logDestination: 'arn:aws:s3:::flows', creationTime: clock.now.toISOString(), ...fields },
        }),
      ),
    async records(flowLog) {
      clock.now = new Date(clock.now.getTime() + 60_000);
      await writer.flush();
      return this.written(flowLog);
    },
    async written({ flowLogId, logFormat }) {
      let text = '';
      for (let offset = seen.get(flowLogId) ?? 0; ; ) {
        const part = await writer.records(flowLogId, offset);
        if (part.next === offset) break;
        text += part.text;
        offset = part.next;
        seen.set(flowLogId, offset);
      }
      const names = logFormat.split(' ').map((word) => word.slice(2, -1));
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => Object.fromEntries(line.split(' ').map((value, i) => [names[i]!, value])));
    },
  };
}

/** `eni-… egress ACCEPT 10.0.1.10:* > 10.0.2.20:80 6`, sorted; a client's port is any, written `*`. */
export function summarize(records: Record<string, string>[], serverPorts: number[]): string[] {
  const port = (text: string | undefined) => (serverPorts.includes(Number(text)) ? text : '*');
  return records
    .filter((record) => record['log-status'] === 'OK')
    .map((record) => {
      const [from, to] = [
        `${record.srcaddr}:${port(record.srcport)}`,
        `${record.dstaddr}:${port(record.dstport)}`,
      ];
      const flow = `${record['flow-direction']} ${record.action} ${from} > ${to}`;
      return `${record['interface-id']!.slice(-4)} ${flow} ${record.protocol} flags ${record['tcp-flags']}`;
    })
    .toSorted();
}
