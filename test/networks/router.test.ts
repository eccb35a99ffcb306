// The whole of one consumer's and one provider's router as text: what a change does to the kernel is read in the diff of the golden.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { renderNetwork } from '../../src/linux/machine.ts';
import type { NamespaceState } from '../../src/linux/namespace-state.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { openStore } from '../../src/store.ts';
import { putEndpoint, putEndpointService, putInstance, putVpc, restartIds } from './example-cloud.ts';

const golden = new URL('./endpoint-service.golden.txt', import.meta.url);

test('an endpoint service compiles to the routers we know (UPDATE_GOLDENS=1 rewrites the golden)', () => {
  restartIds();
  const store = openStore(':memory:');
  store.change((cloud) => {
    const provider = putVpc(cloud, '111111111111');
    const consumer = putVpc(cloud, '222222222222');
    const targets = [
      putInstance(cloud, provider, 0, '10.0.1.11'),
      putInstance(cloud, provider, 1, '10.0.2.12'),
    ];
    const service = putEndpointService(
      cloud,
      provider,
      80,
      targets.map(({ instanceId }) => instanceId),
    );
    putInstance(cloud, consumer, 0, '10.0.1.10');
    putEndpoint(cloud, consumer, service, '10.0.1.50');
    putEndpoint(cloud, consumer, service, '10.0.1.51', 'pendingAcceptance');
  });
  const network = compileNetwork(store.cloud, { isHealthy: () => true });
  const text = [...renderNetwork('0000', network).values()].map(renderState).join('\n');
  if (process.env.UPDATE_GOLDENS) writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, 'utf8'));
});

function renderState(state: NamespaceState): string {
  const { name, links, addresses, routes, neighbours, rules, nft } = state;
  return [
    `== ${name}`,
    ...[...links.values()].map(
      ({ name, altname, mtu, peer }) =>
        `link ${name} (${altname}, mtu ${mtu}) to ${peer.name} in ${peer.namespace}`,
    ),
    ...[...addresses].map((address) => `address ${address}`),
    ...[...routes].map(([key, value]) => `route ${key}: ${value}`),
    ...[...neighbours].map(([key, value]) => `neighbour ${key}: ${value}`),
    ...[...rules].map((rule) => `rule ${rule}`),
    ...[...(nft?.sets ?? [])].map(([set, elements]) => `set ${set}: ${[...elements].join(', ')}`),
    ...[...(nft?.maps ?? [])].flatMap(([map, entries]) =>
      [...entries].map(([key, value]) => `map ${map}: ${key} → ${value}`),
    ),
    ...[...(nft?.program ?? [])].flatMap(([chain, lines]) =>
      lines.map((line) => `program ${chain}: ${line}`),
    ),
    ...[...(nft?.chains ?? [])].flatMap(([chain, lines]) => lines.map((line) => `chain ${chain}: ${line}`)),
    '',
  ].join('\n');
}
