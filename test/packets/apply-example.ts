// Applies an example cloud to the kernel and ends: the process that the crash test kills at any moment.
// Argument: the mark. Ids are the same in every run, so that each run wants the very same network.

import { createMachine } from '../../src/linux/machine.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { openStore } from '../../src/store.ts';
import {
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
  restartIds,
} from '../networks/example-cloud.ts';

/** One provider with two targets, two consumers of the same range. */
export function exampleNetwork() {
  restartIds();
  const store = openStore(':memory:');
  store.change((cloud) => {
    const provider = putVpc(cloud, '111111111111');
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
    for (const accountId of ['222222222222', '333333333333']) {
      const consumer = putVpc(cloud, accountId);
      putInstance(cloud, consumer, 0, '10.0.1.10');
      putEndpoint(cloud, consumer, service, '10.0.1.50');
    }
  });
  return compileNetwork(store.cloud, { isHealthy: () => true });
}

if (import.meta.main) {
  const { failed } = await createMachine(process.argv[2]!).set(exampleNetwork());
  for (const error of failed.values()) console.error(error.message);
  process.exitCode = failed.size;
}
