// What the reconciler may ask of the machine. `set` takes the whole network every time, is idempotent,
// and adds before it deletes. A fake of the same shape serves the tests that need no packets.

import type { VpcId } from '../cloud/id.ts';
import type { Drop } from '../network/drop.ts';
import type { Network, VpcNetwork } from '../network/network.ts';
import type { OpenFlow } from '../network/open-flow.ts';
import type { LinuxError } from './linux-error.ts';
import type { FlowReading } from './read-flows.ts';
import type { RouterTraffic } from './traffic.ts';
import type { Way } from './way.ts';

export interface Kernel {
  /** Makes the machine be `network`; flows of connections that are no longer in it are cut. VPCs that could not be applied are named; the others are applied all the same. */
  set(network: Network): Promise<ApplyReport>;
  /** What was refused so far, by the address that refused it. @param routerId a VPC's id or a hub's */
  readDrops(routerId: string): Promise<Drop[]>;
  /** What has gone over each gateway endpoint, internet gateway and NAT gateway of a VPC since it was made. */
  readWays(vpcId: VpcId): Promise<Way[]>;
  /** Takes out what was counted for flow logs since the last time. Undefined: nothing is counted there. */
  readFlows(vpcId: VpcId): Promise<FlowReading | undefined>;
  /** The flows that are open in a VPC's router, a NAT gateway or a site's router. @param ownerId its id */
  readOpenFlows(ownerId: string): Promise<OpenFlow[]>;
  /** What a VPC's router has counted at endpoints and load balancers. */
  readTraffic(vpc: VpcNetwork): Promise<RouterTraffic>;
  /** Takes away everything that carries this cloud's mark. */
  removeAll(): Promise<void>;
}

export interface ApplyReport {
  /** By VPC; `internet`; or by the name of a namespace that is no longer wanted and would not go. */
  failed: Map<string, LinuxError>;
  /** VPCs (or `internet`) of which so many parts were left for the next round; `set` wants to be called again. */
  unfinished: Map<string, number>;
}
