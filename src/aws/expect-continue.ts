// `Expect: 100-continue`: a client asks before it sends a body. It is told to go on when somebody begins to read, so that
// a request that is refused by its headers alone costs no body.

import type { IncomingMessage, ServerResponse } from 'node:http';

/** Handlers need not know: they read, or they answer without. */
export function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const read = request._read;
  request._read = (size) => {
    request._read = read;
    if (!response.headersSent) response.writeContinue();
    return read.call(request, size);
  };
}
