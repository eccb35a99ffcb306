// One handler for every AWS request, by whichever door it came: objects and items go to those who own them, with their bodies
// still on the way; requests of the query services are read whole and go to the front door.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Arrival, ServiceHandler } from './arrival.ts';
import type { FrontDoor } from './front-door.ts';
import { readBody, refuse } from './request-body.ts';
import { type OwnFront, routeService } from './service-router.ts';

/** Where a front is absent, the front door refuses its requests as not built. */
export type ServiceHandlerOptions = {
  frontDoor: FrontDoor;
  /** Asked first: whether a server of the user's own stands for the service that is meant. Absent: none does. */
  findUpstream?: (request: IncomingMessage, arrival: Arrival) => ServiceHandler | undefined;
} & Partial<Record<OwnFront, ServiceHandler>>;

/** The way of a request that is read whole. */
export function createQueryHandler(frontDoor: FrontDoor): ServiceHandler {
  return (request, response, arrival) => answerQuery(frontDoor, request, response, arrival);
}

export function createServiceHandler(options: ServiceHandlerOptions): ServiceHandler {
  const { frontDoor, findUpstream, ...fronts } = options;
  const query = createQueryHandler(frontDoor);
  return (request, response, arrival) => {
    const upstream = findUpstream?.(request, arrival);
    if (upstream) return upstream(request, response, arrival);
    const route = routeService(request, arrival);
    const handle = (route !== 'query' && fronts[route]) || query;
    return handle(request, response, arrival);
  };
}

async function answerQuery(
  frontDoor: FrontDoor,
  request: IncomingMessage,
  response: ServerResponse,
  arrival: Arrival,
): Promise<void> {
  const body = await readBody(request);
  if (body === 'aborted') return;
  const { method, url, headers } = request;
  const answer = frontDoor({ method: method!, url: url!, headers, body, arrival });
  if (!body) return refuse(request, response, answer);
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}
