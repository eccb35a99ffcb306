// What a cloud keeps on disk: its records, its mark in the kernel, its instances' disks, its objects and items, its flow logs, its secrets.
// Mark, authority and session key are made once: the mark tells this cloud's namespaces from every other's on the machine.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Authority, createAuthority } from './aws/certificate.ts';
import type { Upstream, UpstreamChange } from './cloud/upstream.ts';
import { listNamespaces } from './linux/namespace.ts';
import type { CloudMark } from './linux/namespace-state.ts';

export const databasePath = (dataFolder: string) => join(dataFolder, 'cloud.sqlite');
/** What was counted of the packets, minute by minute. */
export const metricsPath = (dataFolder: string) => join(dataFolder, 'metrics.sqlite');
/** S3's objects. */
export const objectFolder = (dataFolder: string) => join(dataFolder, 's3');
/** Records of flow logs, a file each. */
export const flowLogFolder = (dataFolder: string) => join(dataFolder, 'flow-logs');
/** DynamoDB's items. */
export const itemFolder = (dataFolder: string) => join(dataFolder, 'dynamodb');
/** What those who speak TLS with this cloud are to trust. */
export const authorityPath = (dataFolder: string) => join(dataFolder, 'authority.pem');
const authorityKeyPath = (dataFolder: string) => join(dataFolder, 'authority-key.pem');
const sessionKeyPath = (dataFolder: string) => join(dataFolder, 'session-key');
const upstreamPath = (dataFolder: string) => join(dataFolder, 'upstreams.json');
const markPath = (dataFolder: string) => join(dataFolder, 'mark');

export function findCloudMark(dataFolder: string): CloudMark | undefined {
  return existsSync(markPath(dataFolder)) ? readFileSync(markPath(dataFolder), 'utf8').trim() : undefined;
}

export function ensureCloudMark(dataFolder: string): CloudMark {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const found = findCloudMark(dataFolder);
  if (found) return found;
  let mark = randomBytes(2).toString('hex');
  while (listNamespaces(mark).length > 0) mark = randomBytes(2).toString('hex');
  writeFileSync(markPath(dataFolder), `${mark}\n`, { flag: 'wx' });
  return mark;
}

/** ORDER: the key first, so that a certificate that is there has its key; one that was never shown to anybody is made anew. */
export function ensureAuthority(dataFolder: string, now: Date): Authority {
  const paths = { certificate: authorityPath(dataFolder), privateKey: authorityKeyPath(dataFolder) };
  if (!existsSync(paths.certificate)) {
    const made = createAuthority({ now, randomBytes });
    writeWhole(paths.privateKey, made.privateKey, 0o600);
    writeWhole(paths.certificate, made.certificate, 0o644);
  }
  return {
    certificate: readFileSync(paths.certificate, 'utf8'),
    privateKey: readFileSync(paths.privateKey, 'utf8'),
  };
}

/** What session tokens are sealed with: 32 bytes. */
export function ensureSessionKey(dataFolder: string): Buffer {
  const path = sessionKeyPath(dataFolder);
  if (!existsSync(path)) writeWhole(path, randomBytes(32), 0o600);
  return readFileSync(path);
}

/** The upstreams there were, with these changes, which are kept. */
export function keepUpstreams(dataFolder: string, changes: readonly UpstreamChange[]): Upstream[] {
  const path = upstreamPath(dataFolder);
  const kept: Upstream[] = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
  if (changes.length === 0) return kept;
  const upstreams = new Map(kept.map((upstream) => [upstream.service, upstream]));
  for (const change of changes) {
    if (change.origin === undefined) upstreams.delete(change.service);
    else upstreams.set(change.service, change);
  }
  const all = [...upstreams.values()];
  writeWhole(path, `${JSON.stringify(all, null, 2)}\n`, 0o600);
  return all;
}

/** What has the name is whole, also after a crash. */
export function writeWhole(path: string, content: string | Buffer, mode: number): void {
  writeFileSync(`${path}.new`, content, { mode, flush: true });
  renameSync(`${path}.new`, path);
}
