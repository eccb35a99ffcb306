// S3 as a process of its own, to be killed: `node s3-process.ts FOLDER`. It prints its port.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createS3 } from '../../src/services/s3/s3.ts';
import { openStore } from '../../src/store.ts';

const folder = process.argv[2]!;
const store = openStore(join(folder, 'cloud.sqlite'));
const s3 = createS3({
  store,
  objectFolder: join(folder, 'objects'),
  findIdentity: (accountId) => ({
    principal: { kind: 'root', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId },
  }),
  now: () => new Date(),
  randomBytes,
  log: { info: () => {}, error: (fields, message) => console.error(message, fields) },
});
const arrival = { sourceAddress: '127.0.0.1', isSecure: false };
const server = createServer(
  { requestTimeout: 0 },
  (request, response) => void s3.handle(request, response, arrival),
);
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
/** Asked by a signal, so that it answers between two requests too. */
process.on('SIGUSR2', () => console.log(process.memoryUsage.rss()));
