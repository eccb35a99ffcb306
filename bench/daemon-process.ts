// A daemon as a child of who measures or compares: `daemon-process.ts DATA_FOLDER`. It takes its network away when its parent says so or is gone.

import { startDaemon } from '../src/daemon.ts';

for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {}); // Ctrl-C is the parent's to handle

const daemon = await startDaemon({ dataFolder: process.argv[2]!, port: 0, log: 'silent' });
const stop = () => daemon.stop({ keepRunning: false }).finally(() => process.exit());
process.on('message', stop);
process.on('disconnect', stop);
await daemon.ready;
process.send!({ apiEndpoint: daemon.apiEndpoint });
