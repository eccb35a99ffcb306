// The leanest client that is still a proper one: SigV4-signed form posts over kept-open connections. Isthmus and moto are
// asked by the same code, so that what differs is the server.

import { createHash, createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';

export interface SignedClient {
  /** Posts one EC2 operation and gives the answer's body. Throws when it is refused. */
  post(action: string, parameters: Record<string, string>): Promise<string>;
  close(): void;
}

const region = 'us-east-1';
const version = '2016-11-15';

export function createSignedClient(apiEndpoint: string, accessKeyId: string): SignedClient {
  const { hostname, port } = new URL(apiEndpoint);
  const agent = new Agent({ keepAlive: true });
  return {
    post: (action, parameters) => {
      const body = new URLSearchParams({ Action: action, Version: version, ...parameters }).toString();
      const headers = sign(`${hostname}:${port}`, accessKeyId, body);
      return new Promise((resolve, reject) => {
        const call = request({ agent, hostname, port, method: 'POST', path: '/', headers }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part) => (text += part));
          response.on('end', () =>
            response.statusCode === 200 ? resolve(text) : reject(new Error(`${action}: ${text}`)),
          );
        });
        call.on('error', reject);
        call.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

function sign(host: string, accessKeyId: string, body: string): Record<string, string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/ec2/aws4_request`;
  const contentType = 'application/x-www-form-urlencoded; charset=utf-8';
  const signedHeaders = 'content-type;host;x-amz-date';
  const canonical = `POST\n/\n\ncontent-type:${contentType}\nhost:${host}\nx-amz-date:${time}\n\n${signedHeaders}\n${sha256(body)}`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
  const signature = hmac(signingKey(time.slice(0, 8)), toSign).toString('hex');
  return {
    'content-type': contentType,
    'content-length': String(Buffer.byteLength(body)),
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}

const signingKeys = new Map<string, Buffer>();

function signingKey(day: string): Buffer {
  let key = signingKeys.get(day);
  if (!key) {
    key = hmac(hmac(hmac(hmac('AWS4bench', day), region), 'ec2'), 'aws4_request');
    signingKeys.set(day, key);
  }
  return key;
}
