// A program that starts instances and is then killed: what a daemon is to its instances, and nothing more.
// instance-host.ts DATA_FOLDER WANTED_AS_JSON; says the PID 1 of each as one line of JSON.

import { ensureImage } from '../../src/instances/image.ts';
import { createInstanceRuntime } from '../../src/instances/instance-runtime.ts';
import type { WantedInstance } from '../../src/instances/wanted-instance.ts';

const [dataFolder, json] = process.argv.slice(2) as [string, string];
const wanted: WantedInstance[] = JSON.parse(json);
const runtime = createInstanceRuntime({ dataFolder, image: () => ensureImage({ onProgress: () => {} }) });
await runtime.set(wanted);
console.log(
  JSON.stringify(Object.fromEntries(wanted.map(({ instanceId }) => [instanceId, runtime.pidOf(instanceId)]))),
);
setInterval(() => {}, 60_000);
