// `npm run bench`: what Isthmus costs and how fast it is, measured side by side in one run, each figure beside its aim.
//   --quick      few rounds: does it work, roughly how fast
//   --only NAME  one part: endpoint-path, control, scale, api, s3, interface-endpoint, daemon, resolver
// A missed aim is marked and does not fail the run.

import { parseArgs } from 'node:util';
import { benchApi } from './api.ts';
import { benchControl } from './control.ts';
import { benchEndpointPath } from './endpoint-path.ts';
import { missedAims, noteBreakOff } from './figure.ts';
import { benchInterfaceEndpoint } from './interface-endpoint.ts';
import { benchResolver } from './resolver.ts';
import { benchS3 } from './s3.ts';
import { benchScale } from './scale.ts';
import { Scratch } from './scratch.ts';
import { benchStartUp } from './start-up.ts';
import { installTools } from './tool.ts';

const parts: Record<string, (scratch: Scratch, options: { quick: boolean }) => Promise<void>> = {
  'endpoint-path': benchEndpointPath,
  control: benchControl,
  scale: benchScale,
  api: benchApi,
  s3: benchS3,
  'interface-endpoint': benchInterfaceEndpoint,
  daemon: benchStartUp,
  resolver: benchResolver,
};

function readOptions() {
  try {
    return parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\nTry: npm run bench -- --help`);
    process.exit(2);
  }
}

const values = readOptions();
if (values.help) {
  console.log(`npm run bench -- [--quick] [--only PART]
  --quick      few rounds
  --only PART  one of: ${Object.keys(parts).join(', ')}
How to read it: docs/bench.md`);
  process.exit(0);
}
const names = values.only === undefined ? Object.keys(parts) : [values.only];
const unknown = names.find((name) => !(name in parts));
if (unknown !== undefined) {
  console.error(`There is no part ${unknown}; there are: ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
if (process.getuid?.() !== 0 && values.only !== 'scale') {
  console.error('The bench makes network namespaces and needs root; run: sudo npm run bench');
  process.exit(3);
}

let current: Scratch | undefined;
let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, async () => {
    isEnding = true;
    await current?.cleanUp();
    process.exit(130);
  });
}

if (values.only !== 'scale') await installTools();
for (const name of names) {
  current = new Scratch();
  try {
    await parts[name]!(current, { quick: values.quick });
  } catch (error) {
    if (!isEnding) noteBreakOff(name, error as Error);
  } finally {
    await current.cleanUp();
  }
}
const missed = missedAims();
console.log(
  missed.length === 0 ? '\nEvery aim is met.' : `\n${missed.length} aims MISSED:\n  ${missed.join('\n  ')}`,
);
