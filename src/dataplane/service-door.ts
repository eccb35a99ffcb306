// Doors to AWS's services: sockets on every address of an endpoint's door namespace, and of the internet's. By the namespace
// a request came in it is known which endpoint it came by, and it has the client's private address; nobody can claim either.
//
//   instance ──▶ router ──prefix list──▶ isthmus-MARK-vpce-… :443 :80 ───┐
//   instance ──▶ router ──an interface──▶ isthmus-MARK-vpce-… :443 ──────┼─▶ this process, one HTTP server
//   instance ──▶ router ──IGW or NAT──▶ isthmus-MARK-internet :443 :80 ──┘

import { createServer, type Server, type Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { Arrival, ServiceHandler } from '../aws/arrival.ts';
import type { Certificates } from '../aws/certificates.ts';
import { internetId } from '../linux/link-name.ts';
import type { Network } from '../network/network.ts';
import { listenTcp } from './door.ts';
import { createHandedServer } from './handed-server.ts';
import { identifyNamespace } from './namespace-identity.ts';
import { type Ends, listServicePlaces, type ServicePlace } from './service-place.ts';

export interface ServiceDoorOptions {
  handle: ServiceHandler;
  certificates: Certificates;
  /** Told when a door could not be opened, which the next `set` tries again, or a client not be served. @param id the endpoint's, or `internet` */
  onError: (id: string, error: Error) => void;
}

export interface ServiceDoors {
  /** A namespace that is not there yet is waited for: the kernel's part says what keeps it. */
  set(network: Network, namespacePathOf: (id: string) => string): void;
  /** Whether somebody listens there. @param id an endpoint's */
  isOpen(id: string): boolean;
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
  place: ServicePlace;
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
        onError(door.place.id, error as Error);
      }
    };
    for (const port of door.place.ports) door.listeners.push(listen(namespacePath, port, take(port)));
  }

  function accept(door: Door, socket: Socket, isSecure: boolean): void {
    socket.on('error', () => socket.destroy());
    const ends = endsOf(socket);
    const reached = ends && door.place.findFrontEnd(ends.destination);
    if (!reached) return void socket.destroy();
    door.connections.add(socket);
    socket.on('close', () => door.connections.delete(socket));
    const stream = isSecure ? startTls(socket, certificates.contextOf(reached.certificate)) : socket;
    arrivals.set(stream, () => ({
      sourceAddress: ends.source,
      isSecure,
      frontEnd: { ...reached.frontEnd },
      ...(door.place.endpoint ? { endpoint: { ...door.place.endpoint } } : {}),
    }));
    server.emit('connection', stream);
  }

  function serve(place: ServicePlace, namespacePath: string): void {
    const { id } = place;
    const namespaceIdentity = identifyNamespace(namespacePath);
    if (doors.get(id)?.namespaceIdentity !== namespaceIdentity) stop(id);
    if (namespaceIdentity === undefined) return;
    const known = doors.get(id);
    if (known) {
      known.place = place;
      cutStrays(known);
      return;
    }
    const door = { place, namespaceIdentity, listeners: [], connections: new Set<Socket>() };
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
    certificates.forget(id);
  }

  return {
    set(network, namespacePathOf) {
      const places = listServicePlaces(network);
      const wanted = new Set(places.map(({ id }) => id));
      for (const id of doors.keys()) if (!wanted.has(id)) stop(id);
      for (const place of places) serve(place, namespacePathOf(place.id));
    },
    isOpen: (id) => doors.has(id),
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

function cutStrays({ place, connections }: Door): void {
  for (const socket of connections) {
    const ends = endsOf(socket);
    if (ends && place.isStray(ends)) socket.destroy();
  }
}

/** Undefined when one of the ends has gone already. */
function endsOf({ remoteAddress, localAddress }: Socket): Ends | undefined {
  return remoteAddress && localAddress ? { source: remoteAddress, destination: localAddress } : undefined;
}
