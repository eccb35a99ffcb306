// Instance metadata: what answers at 169.254.169.254 in every VPC that has instances. Who asks is told by the address it asks
// from, which the VPC's router has checked. AWS: no security group stands between an instance and its metadata.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { RoleDelivery } from '../aws/identity.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { VpcId } from '../cloud/id.ts';
import type { Instance } from '../cloud/instance.ts';
import { setSocketOption } from '../linux/system-call.ts';
import { metadataAddress } from '../network/compile.ts';
import { metadataPort } from '../network/listener.ts';
import type { Network, VpcNetwork } from '../network/network.ts';
import { findInterfaceAt } from '../network/place.ts';
import { listenTcp } from './door.ts';
import { createHandedServer } from './handed-server.ts';
import { answerMetadata, type MetadataAnswer } from './metadata-answer.ts';
import type { MetadataTokens } from './metadata-token.ts';
import { describeInstance, type InstanceRole } from './metadata-tree.ts';
import { identifyNamespace } from './namespace-identity.ts';

const connectionLimit = 2048;
/** So that no instance can keep the others of its VPC from their credentials. */
const connectionLimitPerClient = 32;
const timeouts = { idleTimeoutMs: 10_000, keepAliveTimeoutMs: 5_000 };

export interface MetadataServerOptions {
  cloud: Cloud;
  tokens: MetadataTokens;
  /** Undefined: the instance has no profile. */
  findRole: (instance: Instance, roleDelivery: RoleDelivery) => InstanceRole | undefined;
  /** Told when a VPC could not be served, which the next `set` tries again, or a request not be answered. */
  onError: (vpcId: VpcId, error: Error) => void;
}

export interface Metadata {
  set(network: Network, namespacePathOf: (vpcId: VpcId) => string): void;
  close(): void;
}

interface ServedVpc {
  vpc: VpcNetwork;
  namespaceIdentity: string;
  listener: Server;
  connections: Set<Socket>;
}

export function createMetadata({ cloud, tokens, findRole, onError }: MetadataServerOptions): Metadata {
  const served = new Map<VpcId, ServedVpc>();
  const vpcOf = new WeakMap<Socket, VpcId>();
  const server = createHandedServer(timeouts, (request, response) => {
    const vpcId = vpcOf.get(request.socket)!;
    try {
      answer(vpcId, request, response);
    } catch (error) {
      onError(vpcId, error as Error);
      response.destroy();
    }
  });

  function answer(vpcId: VpcId, request: IncomingMessage, response: ServerResponse): void {
    const instance = findInstance(vpcId, request.socket.remoteAddress);
    if (!instance) return void response.destroy();
    const { method, url, headers } = request;
    const describe = (roleDelivery: RoleDelivery) =>
      describeInstance(cloud, instance, findRole(instance, roleDelivery));
    send(response, answerMetadata({ method: method!, url: url!, headers }, instance, tokens, describe));
  }

  function findInstance(vpcId: VpcId, sourceAddress: string | undefined): Instance | undefined {
    const vpc = served.get(vpcId)?.vpc;
    const owner = vpc && sourceAddress !== undefined ? findInterfaceAt(vpc, sourceAddress) : undefined;
    return owner?.behind.kind === 'instance' ? cloud.instances.find(owner.behind.instanceId) : undefined;
  }

  function serve(vpc: VpcNetwork, namespacePath: string): void {
    const namespaceIdentity = identifyNamespace(namespacePath);
    if (served.get(vpc.vpcId)?.namespaceIdentity !== namespaceIdentity) stop(vpc.vpcId);
    const known = served.get(vpc.vpcId);
    if (known) known.vpc = vpc;
    if (known || namespaceIdentity === undefined) return;
    const connections = new Set<Socket>();
    const listener = createServer((socket) => {
      const { remoteAddress } = socket;
      const others = connections.values().filter((other) => other.remoteAddress === remoteAddress);
      if (others.drop(connectionLimitPerClient - 1).next().value) return void socket.destroy();
      connections.add(socket);
      socket.on('close', () => connections.delete(socket));
      socket.on('error', () => socket.destroy());
      vpcOf.set(socket, vpc.vpcId);
      server.emit('connection', socket);
    });
    listener.maxConnections = connectionLimit;
    listener.on('error', () => {}); // a connection that could not be accepted; the server goes on
    listener.listen({ fd: listenTcp(namespacePath, metadataAddress, metadataPort) });
    served.set(vpc.vpcId, { vpc, namespaceIdentity, listener, connections });
  }

  function stop(vpcId: VpcId): void {
    const state = served.get(vpcId);
    served.delete(vpcId);
    state?.listener.close();
    for (const socket of state?.connections ?? []) socket.destroy();
  }

  return {
    set(network, namespacePathOf) {
      const wanted = [...network.vpcs.values()].filter(hasInstances);
      const ids = new Set(wanted.map(({ vpcId }) => vpcId));
      for (const vpcId of served.keys()) if (!ids.has(vpcId)) stop(vpcId);
      for (const vpc of wanted) {
        try {
          serve(vpc, namespacePathOf(vpc.vpcId));
        } catch (error) {
          onError(vpc.vpcId, error as Error);
        }
      }
    },
    close() {
      for (const vpcId of served.keys()) stop(vpcId);
      server.close();
    },
  };
}

function hasInstances({ interfaces }: VpcNetwork): boolean {
  return interfaces.some(({ behind }) => behind.kind === 'instance');
}

/** Closes the connection with each answer, as AWS does: so a hop limit is that of one answer. */
function send(
  response: ServerResponse,
  { status, contentType, body, headers, hopLimit }: MetadataAnswer,
): void {
  if (hopLimit !== undefined) setSocketOption(descriptorOf(response.socket!), 'timeToLive', hopLimit);
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Accept-Ranges': 'none',
    Server: 'EC2ws',
    Connection: 'close',
    ...headers,
  });
  response.end(body);
}

/** Node has no other name for it. */
function descriptorOf(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { _handle: { fd: number } };
  return handle.fd;
}
