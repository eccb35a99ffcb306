import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putEndpointService, putInstance, putVpc } from '../../test/networks/example-cloud.ts';
import { openStore } from '../store.ts';
import { compileNetwork } from './compile.ts';

/** Targets in both zones of a provider whose load balancer has a node in the first alone. */
function balanceOneZone(attributes: Record<string, string>) {
  const store = openStore(':memory:');
  return store.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const targets = [putInstance(cloud, vpc, 0, '10.0.1.11'), putInstance(cloud, vpc, 1, '10.0.2.12')];
    const ids = targets.map(({ instanceId }) => instanceId);
    const { loadBalancerArn } = putEndpointService(cloud, vpc, 80, ids);
    const loadBalancer = cloud.loadBalancers.find(loadBalancerArn)!;
    cloud.loadBalancers.put({ ...loadBalancer, nodes: loadBalancer.nodes.slice(0, 1), attributes });
    const isHealthy = (_group: string, targetId: string) => targetId === ids[1];
    const { vpcs, healthChecks } = compileNetwork(cloud, { isHealthy });
    return { pools: vpcs.get(vpc.vpcId)!.targetPools, healthChecks };
  });
}

test('a target in a zone without a node gets no flows and no checks, also with cross-zone', () => {
  const { pools, healthChecks } = balanceOneZone({ 'load_balancing.cross_zone.enabled': 'true' });
  assert.deepEqual(
    pools.map(({ targets }) => targets.map(({ address }) => address)),
    [['10.0.1.11']],
  );
  assert.deepEqual(
    healthChecks.map(({ address }) => address),
    ['10.0.1.11'],
  );
});

test('a healthy target in a zone without a node does not keep the others from fail-open', () => {
  const { pools } = balanceOneZone({});
  assert.deepEqual(
    pools.map(({ failOpen, targets }) => [failOpen, targets.length]),
    [[true, 1]],
  );
});
