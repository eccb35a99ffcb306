// One handler for every AWS request, by whichever door it came: objects and items go to those who own them, with their bodies
// still on the way; requests of the query services are read whole and go to the front door.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Arrival, ServiceHandler } from './arrival.ts';
import type { FrontDoor } from './front-door.ts';
import { readBody, refuse } from './request-body.ts';
import { routeService } from './service-router.ts';

export interface ServiceHandlerOptions {
  frontDoor: FrontDoor;
  /** Absent: the front door refuses its requests as not built. */
  s3?: ServiceHandler;
  dynamoDb?: ServiceHandler;
  organizations?: ServiceHandler;
}

export function createServiceHandler(options: ServiceHandlerOptions): ServiceHandler {
  const { frontDoor, s3, dynamoDb, organizations } = options;
  const query: ServiceHandler = (request, response, arrival) =>
    answerQuery(frontDoor, request, response, arrival);
  const handlers = {
    s3: s3 ?? query,
    dynamodb: dynamoDb ?? query,
    organizations: organizations ?? query,
    query,
  };
  return (request, response, arrival) => handlers[routeService(request, arrival)](request, response, arrival);
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
