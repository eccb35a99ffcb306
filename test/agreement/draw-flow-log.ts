// Flow logs: they count packets by rules of their own among those that judge, and must change nothing.

import { type DraftVpc, type DraftWorld, regionOf } from './draft-world.ts';
import { ref } from './step.ts';

export function drawFlowLog({ draft, random, changes }: DraftWorld, vpc: DraftVpc, seed: number): void {
  const where = regionOf(vpc);
  const name = draft.name('flow_log');
  const Bucket = `flows-${seed}-${name.replace('_', '-')}`;
  draft.call({ ...where, region: 'us-east-1' }, 's3:CreateBucket', { Bucket });
  const [ResourceType, resource] = random.maybe(0.6)
    ? ['VPC', vpc.name]
    : ['Subnet', random.choose(vpc.subnets).name];
  const input = {
    ...{
      ResourceType,
      ResourceIds: [ref(resource)],
      TrafficType: random.choose(['ALL', 'REJECT', 'ACCEPT']),
    },
    ...{ LogDestinationType: 's3', LogDestination: `arn:aws:s3:::${Bucket}` },
  };
  draft.call(where, 'ec2:CreateFlowLogs', input, { [name]: 'FlowLogIds.0' });
  changes.push(() => draft.call(where, 'ec2:DeleteFlowLogs', { FlowLogIds: [ref(name)] }));
}
