// Any web page the user has open can make the browser send requests to this machine, and its keys are no secret.
// A page is told by what browsers add and scripts cannot forge; AWS's clients send none of it.

import type { IncomingHttpHeaders } from 'node:http';

/** @returns why the request is refused, or undefined when no foreign web page can have sent it */
export function refuseForeignPage(
  headers: IncomingHttpHeaders,
  boundAddress: string | undefined,
): string | undefined {
  const { host, origin } = headers;
  // A page whose own name was pointed at 127.0.0.1 (DNS rebinding) is of our origin for the browser, not for us.
  if (!host || !isOurs(hostName(host), boundAddress)) return 'The Host header does not name this server.';
  if (origin !== undefined && origin !== `http://${host}`) return 'Requests of other web pages are refused.';
  // Images and links carry no Origin, but this.
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return 'Requests of other web pages are refused.';
  }
  return undefined;
}

function isOurs(name: string, boundAddress: string | undefined): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^127(\.\d{1,3}){3}$/.test(name) ||
    name === boundAddress ||
    /(^|\.)amazonaws\.com(\.cn)?$/.test(name)
  );
}

/** `[::1]:4566` → `::1` */
function hostName(host: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(host.toLowerCase());
  return match?.[1] ?? match?.[2] ?? '';
}
