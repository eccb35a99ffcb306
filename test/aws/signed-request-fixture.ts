// A server that only listens: it keeps each request as it came over the wire, so that what official clients sign can be
// verified, and changed and verified again, without a service behind it.

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FindIdentity, Identity } from '../../src/aws/identity.ts';
import { createSessionCredentials } from '../../src/aws/session-credential.ts';

export interface CapturedRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Listener {
  endpoint: string;
  /** What `send` made a client send. Whether the client likes the empty answer is not asked. */
  capture(send: () => Promise<unknown>): Promise<CapturedRequest>;
  close(): void;
}

export async function startListener(): Promise<Listener> {
  let captured: CapturedRequest | undefined;
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const { method, url, headers } = request;
    captured = { method: method!, url: url!, headers, body: Buffer.concat(pieces) };
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async capture(send) {
      captured = undefined;
      await send().catch(() => {});
      if (!captured) throw new Error('nothing was sent');
      return captured;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export const userCredentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

export const user: Identity['principal'] = {
  kind: 'user',
  accountId: '111111111111',
  arn: 'arn:aws:iam::111111111111:user/reader',
  userId: 'AIDA00000000000000001',
  userName: 'reader',
  tags: {},
};

export const sessions = createSessionCredentials(Buffer.alloc(32, 7));

const { expiration: _expiration, ...issued } = sessions.issue({
  accountId: '111111111111',
  roleArn: 'arn:aws:iam::111111111111:role/app',
  roleId: 'AROA00000000000000001',
  sessionName: 'i-0abc',
  sessionPolicies: ['{"Version":"2012-10-17","Statement":[]}'],
  tags: { team: 'blue' },
  issuedAt: '2026-01-31T12:00:00.000Z',
  expiresAt: '2126-01-31T18:00:00.000Z',
});
export const sessionCredentials = issued;

/** The user, sessions of the role, and the convenience key of account 222222222222. */
export const findIdentity: FindIdentity = (accessKeyId, sessionToken) => {
  if (accessKeyId === userCredentials.accessKeyId) return { principal: user, ...userCredentials };
  if (accessKeyId === '222222222222') {
    const arn = 'arn:aws:iam::222222222222:root';
    return { principal: { kind: 'root', accountId: accessKeyId, arn, userId: accessKeyId } };
  }
  if (!accessKeyId.startsWith('ASIA') || sessionToken === undefined) return 'unknown';
  const opened = sessions.open(accessKeyId, sessionToken);
  if (!opened) return 'bad-token';
  const { accountId, roleArn, sessionName, sessionPolicies, issuedAt, roleId } = opened.session;
  const principal: Identity['principal'] = {
    kind: 'assumed-role',
    ...{ accountId, roleArn, roleName: 'app', sessionName, sessionPolicies, issuedAt },
    arn: `arn:aws:sts::${accountId}:assumed-role/app/${sessionName}`,
    userId: `${roleId}:${sessionName}`,
    tags: {},
  };
  return { principal, secretAccessKey: opened.secretAccessKey };
};
