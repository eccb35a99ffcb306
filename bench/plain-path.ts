// The yardstick: one bridge between client and server, nothing filtered. Beside it the barest place a proxy can have: a
// namespace with a wire to the client and a wire to the server, no router, no security groups, no address of its own to translate.

import { type Path, wire } from './path.ts';
import { listProxies } from './proxy.ts';
import type { Scratch } from './scratch.ts';
import { startServers } from './server.ts';

/** AWS's inside a VPC: the same on every wire. */
const mtu = 9001;
const serverAddress = '10.1.0.2';
const serverBesideProxy = '10.1.2.2';

/** The plain link first. */
export async function makePlainPaths(scratch: Scratch): Promise<Path[]> {
  const client = await scratch.makeNamespace('plain-client');
  const server = await scratch.makeNamespace('plain-server');
  const bridge = await scratch.makeNamespace('plain-bridge');
  const proxy = await scratch.makeNamespace('plain-proxy');
  await wire(bridge, ['link add br0 up type bridge']);
  await join(bridge, 'to-client', client, 'plain', '10.1.0.1/24');
  await join(bridge, 'to-server', server, 'plain', `${serverAddress}/24`);
  await wire(bridge, ['link set to-client master br0', 'link set to-server master br0']);
  await join(proxy, 'to-client', client, 'proxied', '10.1.1.1/24');
  await join(proxy, 'to-server', server, 'proxied', `${serverBesideProxy}/24`);
  await wire(proxy, ['address add 10.1.2.1/24 dev to-server']);
  const servers = await startServers(scratch, server);
  const paths: Path[] = [
    { name: 'plain link', kind: 'plain', client, address: serverAddress, processes: servers },
  ];
  for (const [index, { name, start }] of listProxies().entries()) {
    const address = `10.1.1.${2 + index}`;
    await wire(proxy, [`address add ${address}/24 dev to-client`]);
    const place = { namespace: proxy, listenAddress: address, targetAddress: serverBesideProxy };
    const processes = [...servers, ...(await start(scratch, place))];
    paths.push({ name: `${name}, bare`, kind: 'proxy', client, address, processes });
  }
  return paths;
}

/** A veth pair whose far end has the address. */
async function join(
  here: string,
  link: string,
  there: string,
  farLink: string,
  farAddress: string,
): Promise<void> {
  const pair = `link add ${link} mtu ${mtu} type veth peer name ${farLink} mtu ${mtu} netns ${there}`;
  await wire(here, [pair, `link set ${link} up`]);
  await wire(there, [`address add ${farAddress} dev ${farLink}`, `link set ${farLink} up`]);
}
