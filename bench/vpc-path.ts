// From a consumer's VPC to a target in a provider's VPC, both 10.0.0.0/16: by our interface endpoint, and by proxies in the
// same place: hosts with a leg in each VPC, behind the same routers and security groups. The kernel is as the daemon sets it.

import type { Cloud } from '../src/cloud/cloud.ts';
import type { InstanceId } from '../src/cloud/id.ts';
import type { SecurityGroupRule } from '../src/cloud/vpc.ts';
import { namespaceName } from '../src/linux/link-name.ts';
import { routerMacAddress } from '../src/linux/namespace-state.ts';
import { compileNetwork } from '../src/network/compile.ts';
import { openStore } from '../src/store.ts';
import {
  type ExampleVpc,
  exampleId,
  putEndpoint,
  putEndpointService,
  putInstance,
  putInterface,
  putVpc,
} from '../test/networks/example-cloud.ts';
import { type Path, wire } from './path.ts';
import { listProxies } from './proxy.ts';
import type { Scratch } from './scratch.ts';
import { everyPort, startServers } from './server.ts';

const clientAddress = '10.0.1.5';
const targetAddress = '10.0.1.10';
const endpointAddress = '10.0.1.50';
/** Of the proxy with this index: its leg in the consumer's VPC and its leg in the provider's. */
const nearAddress = (index: number) => `10.0.1.${30 + index}`;
const farAddress = (index: number) => `10.0.1.${40 + index}`;

/** The endpoint last. */
export async function makeVpcPaths(scratch: Scratch): Promise<Path[]> {
  const proxies = listProxies();
  const store = openStore(':memory:');
  scratch.defer(() => store.close());
  const { clientId, targetId, proxyIds } = store.change((cloud) => putClouds(cloud, proxies.length));
  const { mark, machine } = scratch.makeMachine();
  const { failed } = await machine.set(compileNetwork(store.cloud, { isHealthy: () => true }));
  for (const error of failed.values()) throw error;
  const servers = await startServers(scratch, namespaceName(mark, targetId));
  const client = namespaceName(mark, clientId);
  const paths: Path[] = [];
  for (const [index, { name, start }] of proxies.entries()) {
    const namespace = namespaceName(mark, proxyIds[index]!);
    await setFarLeg(namespace, farAddress(index));
    const address = nearAddress(index);
    const processes = [
      ...servers,
      ...(await start(scratch, { namespace, listenAddress: address, targetAddress })),
    ];
    paths.push({ name, kind: 'proxy', client, address, processes });
  }
  return [
    ...paths,
    { name: 'endpoint', kind: 'endpoint', client, address: endpointAddress, processes: servers },
  ];
}

function putClouds(cloud: Cloud, proxyCount: number) {
  const provider = putVpc(cloud, '111111111111');
  const { instanceId: targetId } = putInstance(cloud, provider, 0, targetAddress);
  const service = putEndpointService(cloud, provider, everyPort[0]!, [targetId]);
  for (const port of everyPort.slice(1)) putListener(cloud, service, port, targetId);
  const consumer = putVpc(cloud, '222222222222');
  putEndpoint(cloud, consumer, service, endpointAddress);
  const { instanceId: clientId } = putInstance(cloud, consumer, 0, clientAddress);
  const proxyIds = Array.from({ length: proxyCount }, (_, index) => {
    const { instanceId } = putInstance(cloud, consumer, 0, nearAddress(index));
    putFarLeg(cloud, provider, instanceId, farAddress(index));
    return instanceId;
  });
  for (const vpc of [provider, consumer]) setGroupRules(cloud, vpc);
  return { clientId, targetId, proxyIds };
}

/** An interface of the provider's VPC in a host of the consumer's: no API gives this, a wire can. */
function putFarLeg(cloud: Cloud, provider: ExampleVpc, instanceId: InstanceId, address: string): void {
  const attachment = {
    ...{ attachmentId: exampleId('eni-attach', 0xbe00), instanceId, instanceOwnerId: '111111111111' },
    ...{ deviceIndex: 1, attachTime: '2026-01-31T12:34:56.000Z', deleteOnTermination: true },
  };
  putInterface(cloud, provider, 0, address, { attachment });
}

/** The kernel knows one VPC per host, so the second leg is set by hand: only the way to the target. */
async function setFarLeg(namespace: string, address: string): Promise<void> {
  const router = '10.0.1.1';
  await wire(namespace, [
    'link set eth1 up',
    `address add ${address}/32 dev eth1`,
    `neighbour replace ${router} lladdr ${routerMacAddress} nud permanent dev eth1`,
    `route replace ${targetAddress} via ${router} dev eth1 onlink src ${address}`,
  ]);
}

function putListener(
  cloud: Cloud,
  service: { loadBalancerArn: string; targetGroupArn: string },
  port: number,
  targetId: string,
): void {
  const targetGroup = cloud.targetGroups.find(service.targetGroupArn)!;
  const targetGroupArn = `${service.targetGroupArn}-${port}`;
  const names = { targetGroupArn, targetGroupName: `${targetGroup.targetGroupName}-${port}` };
  cloud.targetGroups.put({ ...targetGroup, ...names, port, targets: [{ id: targetId, port }] });
  const listener = cloud.listeners.where(() => true)[0]!;
  const listenerArn = `${listener.listenerArn}-${port}`;
  cloud.listeners.put({ ...listener, listenerArn, port, targetGroupArn });
}

/** A rule for each port, each way, and nothing else. */
function setGroupRules(cloud: Cloud, { groupId }: ExampleVpc): void {
  const group = cloud.securityGroups.find(groupId)!;
  const rules = everyPort.flatMap((port, index): SecurityGroupRule[] =>
    [false, true].map((isEgress) => ({
      securityGroupRuleId: exampleId('sgr', 0xbe000 + index * 2 + Number(isEgress)),
      ...{ isEgress, ipProtocol: 'tcp', fromPort: port, toPort: port, cidrIpv4: '10.0.0.0/16' },
    })),
  );
  cloud.securityGroups.put({ ...group, rules });
}
