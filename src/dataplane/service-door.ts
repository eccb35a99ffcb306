// Doors to AWS's services: sockets on every address of a gateway endpoint's door namespace, and of the internet's. By the
// namespace a request came in it is known which endpoint it came by, and it has the client's private address; nobody can claim either.
//
//   instance ──▶ router ──prefix list──▶ isthmus-MARK-vpce-… :443 :80 ──┐
//   instance ──▶ router ──IGW or NAT──▶ isthmus-MARK-internet :443 :80 ─┴─▶ this process, one HTTP server

import { createServer, type Server, type Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { Arrival, ServiceHandler } from '../aws/arrival.ts';
import type { Certificates } from '../aws/certificates.ts';
import type { VpcEndpointId } from '../cloud/id.ts';
import { findFrontEnd } from '../cloud/public-range.ts';
import { cidrContains } from '../lib/cidr.ts';
import { internetId } from '../linux/link-name.ts';
import type { GatewayEndpointNode, Network, VpcNetwork } from '../network/network.ts';
import { listenTcp } from './door.ts';
import { createHandedServer } from './handed-server.ts';
import { identifyNamespace } from './namespace-identity.ts';

export interface ServiceDoorOptions {
  handle: ServiceHandler;
  certificates: Certificates;
  /** Told when a door could not be opened, which the next `set` tries again, or a client not be served. @param id the endpoint's, or `internet` */
  onError: (id: string, error: Error) => void;
}

export interface ServiceDoors {
  /** A namespace that is not there yet is waited for: the kernel's part says what keeps it. */
  set(network: Network, namespacePathOf: (id: string) => string): void;
  close(): void;
}

/** AWS has more; a tenant that opens connections and lets them lie can hold this many. */
const connectionLimit = 2048;
const handshakeTimeoutMs = 10_000;
/** A client, or a service, from which nothing comes. */
const idleTimeoutMs = 120_000;
const keepAliveTimeoutMs = 60_000;
const everyAddress = '0.0.0.0';

interface Door {
  id: string;
  /** Absent: the internet's, which has every front end. */
  endpoint?: { node: GatewayEndpointNode; vpc: VpcNetwork };
  namespaceIdentity: string;
  listeners: Server[];
  /** Accepted connections, before TLS. */
  connections: Set<Socket>;
}

export function createServiceDoors({ handle, certificates, onError }: ServiceDoorOptions): ServiceDoors {
  const doors = new Map<string, Door>();
  const arrivals = new WeakMap<object, () => Arrival>();
  const server = createHandedServer({ idleTimeoutMs, keepAliveTimeoutMs }, async (request, response) => {
    const arrival = arrivals.get(request.socket)!();
    try {
      await handle(request, response, arrival);
    } catch (error) {
      onError(arrival.endpoint?.vpcEndpointId ?? internetId, error as Error);
      response.destroy();
    }
  });

  function open(door: Door, namespacePath: string): void {
    const take = (port: number) => (socket: Socket) => {
      try {
        accept(door, socket, port === 443);
      } catch (error) {
        // A mistake of ours about one client must not end the daemon.
        socket.destroy();
        onError(door.id, error as Error);
      }
    };
    for (const port of [80, 443]) door.listeners.push(listen(namespacePath, port, take(port)));
  }

  function accept(door: Door, socket: Socket, isSecure: boolean): void {
    socket.on('error', () => socket.destroy());
    const frontEnd = findReachedFrontEnd(door, socket);
    const sourceAddress = socket.remoteAddress;
    if (!frontEnd || !sourceAddress) return void socket.destroy(); // it has gone already
    door.connections.add(socket);
    socket.on('close', () => door.connections.delete(socket));
    const stream = isSecure ? startTls(socket, certificates.contextOf(frontEnd)) : socket;
    arrivals.set(stream, () => ({
      sourceAddress,
      isSecure,
      frontEnd: { ...frontEnd },
      ...(door.endpoint ? { endpoint: describeEndpoint(door.endpoint) } : {}),
    }));
    server.emit('connection', stream);
  }

  function serve(id: string, namespacePath: string, endpoint?: Door['endpoint']): void {
    const namespaceIdentity = identifyNamespace(namespacePath);
    if (doors.get(id)?.namespaceIdentity !== namespaceIdentity) stop(id);
    if (namespaceIdentity === undefined) return;
    const known = doors.get(id);
    if (known) {
      known.endpoint = endpoint;
      if (endpoint) cutStrays(known, endpoint);
      return;
    }
    const door = { id, endpoint, namespaceIdentity, listeners: [], connections: new Set<Socket>() };
    doors.set(id, door);
    try {
      open(door, namespacePath);
    } catch (error) {
      stop(id);
      onError(id, error as Error);
    }
  }

  function stop(id: string): void {
    const door = doors.get(id);
    doors.delete(id);
    for (const listener of door?.listeners ?? []) listener.close();
    for (const socket of door?.connections ?? []) socket.destroy();
  }

  return {
    set(network, namespacePathOf) {
      const wanted = new Map<string, Door['endpoint']>([[internetId, undefined]]);
      for (const vpc of network.vpcs.values())
        for (const node of vpc.gatewayEndpoints) wanted.set(node.vpcEndpointId, { node, vpc });
      for (const id of doors.keys()) if (!wanted.has(id)) stop(id);
      for (const [id, endpoint] of wanted) serve(id, namespacePathOf(id), endpoint);
    },
    close() {
      for (const id of doors.keys()) stop(id);
      server.close();
    },
  };
}

function listen(namespacePath: string, port: number, accept: (socket: Socket) => void): Server {
  const listener = createServer({ noDelay: true }, accept);
  listener.maxConnections = connectionLimit;
  listener.on('error', () => {}); // a connection that could not be accepted; the door stays open
  listener.listen({ fd: listenTcp(namespacePath, everyAddress, port) });
  return listener;
}

function startTls(socket: Socket, secureContext: SecureContext): TLSSocket {
  const secure = new TLSSocket(socket, { isServer: true, secureContext });
  const timer = setTimeout(() => socket.destroy(), handshakeTimeoutMs);
  secure.on('secure', () => clearTimeout(timer));
  secure.on('close', () => clearTimeout(timer));
  secure.on('error', () => socket.destroy());
  return secure;
}

function findReachedFrontEnd({ endpoint }: Door, { localAddress }: Socket): Arrival['frontEnd'] {
  if (localAddress === undefined) return undefined;
  const frontEnd = endpoint ? endpoint.node : findFrontEnd(localAddress);
  return frontEnd && { service: frontEnd.service, region: frontEnd.region };
}

function describeEndpoint({ node, vpc }: NonNullable<Door['endpoint']>): Arrival['endpoint'] {
  return { vpcEndpointId: node.vpcEndpointId, vpcId: vpc.vpcId, endpointType: 'gateway' };
}

/** AWS: taking a route to an endpoint away ends the connections it carried. */
function cutStrays({ connections }: Door, { node, vpc }: NonNullable<Door['endpoint']>): void {
  for (const socket of connections) {
    const { remoteAddress, localAddress } = socket;
    if (!remoteAddress || !localAddress) continue;
    if (!leadsToEndpoint(vpc, remoteAddress, localAddress, node.vpcEndpointId)) socket.destroy();
  }
}

/** A source that is nobody's own was forwarded by an interface without source check: any of those may have been it. */
function leadsToEndpoint(
  vpc: VpcNetwork,
  source: string,
  destination: string,
  vpcEndpointId: VpcEndpointId,
): boolean {
  const owner = vpc.interfaces.find(({ privateIpAddress }) => privateIpAddress === source);
  const senders = owner ? [owner] : vpc.interfaces.filter(({ sourceDestCheck }) => !sourceDestCheck);
  return senders.some(({ routeTableId }) => {
    const table = vpc.routeTables.find((candidate) => candidate.routeTableId === routeTableId);
    const route = table?.routes.find((candidate) => cidrContains(candidate.destination, destination));
    return route?.target.kind === 'gateway-endpoint' && route.target.vpcEndpointId === vpcEndpointId;
  });
}
