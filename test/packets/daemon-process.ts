// A daemon in a process of its own, for tests that kill it. Arguments: data folder. Prints its API endpoint.

import { startDaemon } from '../../src/daemon.ts';

const daemon = await startDaemon({ dataFolder: process.argv[2]!, port: 0, log: 'silent' });
console.log(daemon.apiEndpoint);
