// moto_server as a peer: a process of its own on a free port of loopback.

import { type AddressInfo, createServer } from 'node:net';
import { type Scratch, until } from './scratch.ts';

/** @returns where it answers */
export async function startMotoServer(scratch: Scratch): Promise<string> {
  const port = await findFreePort();
  const apiEndpoint = `http://127.0.0.1:${port}`;
  scratch.start('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  await until(
    'moto_server answers',
    () =>
      fetch(`${apiEndpoint}/moto-api/`).then(
        (answer) => answer.ok,
        () => false,
      ),
    60_000,
  );
  return apiEndpoint;
}

export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
