// Which objects there are: every version of every key, in SQLite beside the bodies. A put or a delete is one transaction,
// done before it is acknowledged. Order is that of UTF-8 bytes, S3's own.
// A bucket without versioning has one version of each key, called `null`.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Bucket } from '../../cloud/bucket.ts';
import { type BodyStore, type NewBody, openBodyStore, type Segment } from './body-store.ts';
import type { Checksum } from './checksum.ts';

/** What is kept of an object beside its bytes. */
export interface ObjectDetail {
  /** Content-Type and its like, by lower-case header name. */
  headers: Record<string, string>;
  /** `x-amz-meta-…`, without that. */
  metadata: Record<string, string>;
  tags: Record<string, string>;
  storageClass?: string;
  checksum?: Checksum;
  /** How many parts it was uploaded in; absent: in one go. */
  partCount?: number;
}

export interface ObjectVersion {
  versionNumber: number;
  bucketName: string;
  key: string;
  /** `null` where versioning was not on. */
  versionId: string;
  isLatest: boolean;
  isDeleteMarker: boolean;
  size: number;
  /** Without quotes. */
  etag: string;
  /** Milliseconds; AWS: whole seconds. */
  lastModified: number;
  detail: ObjectDetail;
}

export interface ObjectPart {
  partNumber: number;
  size: number;
  checksum?: string;
}

/** What only readers of the bytes need: it may be long. */
export interface ObjectContent {
  segments: Segment[];
  parts?: ObjectPart[];
}

export interface NewVersion {
  bucketName: string;
  key: string;
  size: number;
  etag: string;
  lastModified: number;
  detail: ObjectDetail;
  content: ObjectContent;
  /** The body that was written for it; without, it is made of bodies that are there. */
  newBody?: NewBody;
}

/** A bucket, and no other of the same name. */
export type BucketIdentity = Pick<Bucket, 'bucketName' | 'accountId' | 'creationDate'>;

export type Versioning = 'Enabled' | 'Suspended' | undefined;

export interface ObjectIndex {
  readonly database: DatabaseSync;
  readonly bodies: BodyStore;
  transaction<T>(operate: () => T): T;
  /** The latest when no version is named. */
  find(bucketName: string, key: string, versionId?: string): ObjectVersion | undefined;
  contentOf(version: ObjectVersion): ObjectContent;
  /** In a transaction. @returns the id of the new version */
  put(version: NewVersion, versioning: Versioning, newVersionId: () => string): string;
  /** In a transaction: the key reads as deleted from now on. @returns the marker that was made, if one was */
  deleteKey(
    bucketName: string,
    key: string,
    versioning: Versioning,
    marker: { lastModified: number; newVersionId: () => string },
  ): string | undefined;
  /** In a transaction. @returns the version that is gone */
  deleteVersion(bucketName: string, key: string, versionId: string): ObjectVersion | undefined;
  setDetail(version: ObjectVersion, detail: ObjectDetail): void;
  isEmpty(bucketName: string): boolean;
  /**
   * From now on everything under that name is this bucket's: what an earlier bucket of the name left behind goes. Asked
   * before anything of a bucket is read or written, so nothing depends on the earlier one having been forgotten in time.
   */
  claim(bucket: BucketIdentity): void;
  /** Every bucket that anything is kept of. */
  bucketNames(): string[];
  /** In a transaction: everything of a bucket that is gone, uploads as well. */
  forgetBucket(bucketName: string): void;
  close(): void;
}

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA cache_size = -32000;
  CREATE TABLE IF NOT EXISTS object_version (
    version_number INTEGER PRIMARY KEY AUTOINCREMENT, bucket_name TEXT NOT NULL, key TEXT NOT NULL, version_id TEXT NOT NULL,
    is_latest INTEGER NOT NULL, is_delete_marker INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
    last_modified INTEGER NOT NULL, detail TEXT NOT NULL, content TEXT NOT NULL) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS version_by_id ON object_version (bucket_name, key, version_id);
  CREATE INDEX IF NOT EXISTS version_by_age ON object_version (bucket_name, key, version_number DESC);
  CREATE UNIQUE INDEX IF NOT EXISTS latest_version ON object_version (bucket_name, key) WHERE is_latest = 1;
  CREATE TABLE IF NOT EXISTS bucket (
    bucket_name TEXT PRIMARY KEY, account_id TEXT NOT NULL, creation_date TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS upload (
    upload_id TEXT PRIMARY KEY, bucket_name TEXT NOT NULL, key TEXT NOT NULL, initiated INTEGER NOT NULL, detail TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS completed_upload (
    completion_number INTEGER PRIMARY KEY AUTOINCREMENT, upload_id TEXT NOT NULL UNIQUE, bucket_name TEXT NOT NULL,
    key TEXT NOT NULL, parts TEXT NOT NULL, answer TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS upload_by_key ON upload (bucket_name, key, upload_id);
  CREATE TABLE IF NOT EXISTS part (
    upload_id TEXT NOT NULL, part_number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
    last_modified INTEGER NOT NULL, checksum TEXT, segments TEXT NOT NULL, PRIMARY KEY (upload_id, part_number)) STRICT, WITHOUT ROWID;
`;

export const versionColumns =
  'version_number, bucket_name, key, version_id, is_latest, is_delete_marker, size, etag, last_modified, detail';

export function readVersion(row: Record<string, unknown>): ObjectVersion {
  return {
    versionNumber: row.version_number as number,
    bucketName: row.bucket_name as string,
    key: row.key as string,
    versionId: row.version_id as string,
    isLatest: row.is_latest === 1,
    isDeleteMarker: row.is_delete_marker === 1,
    size: row.size as number,
    etag: row.etag as string,
    lastModified: row.last_modified as number,
    detail: JSON.parse(row.detail as string),
  };
}

export function openObjectIndex(folder: string): ObjectIndex {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(folder, 'objects.sqlite'));
  database.exec(schema);
  const bodies = openBodyStore(database, join(folder, 'bodies'));
  const latestVersion = database.prepare(
    `SELECT ${versionColumns} FROM object_version WHERE bucket_name = ? AND key = ? AND is_latest = 1`,
  );
  const versionById = database.prepare(
    `SELECT ${versionColumns} FROM object_version WHERE bucket_name = ? AND key = ? AND version_id = ?`,
  );
  const contentById = database.prepare('SELECT content FROM object_version WHERE version_number = ?');
  const setDetail = database.prepare('UPDATE object_version SET detail = ? WHERE version_number = ?');
  const anyVersion = database.prepare('SELECT 1 FROM object_version WHERE bucket_name = ? LIMIT 1');

  const find: ObjectIndex['find'] = (bucketName, key, versionId) => {
    const row =
      versionId === undefined
        ? latestVersion.get(bucketName, key)
        : versionById.get(bucketName, key, versionId);
    return row && readVersion(row);
  };
  const contentOf: ObjectIndex['contentOf'] = ({ versionNumber }) =>
    JSON.parse(contentById.get(versionNumber)!.content as string);
  const writes = prepareWrites({ database, bodies, find, contentOf });
  const transaction: ObjectIndex['transaction'] = (operate) => runTransaction(database, bodies, operate);

  return {
    database,
    bodies,
    transaction,
    find,
    contentOf,
    ...writes,
    claim: prepareClaim(database, transaction, writes.forgetBucket),
    setDetail: ({ versionNumber }, detail) => void setDetail.run(JSON.stringify(detail), versionNumber),
    isEmpty: (bucketName) => anyVersion.get(bucketName) === undefined,
    bucketNames: () =>
      database
        .prepare(
          'SELECT bucket_name FROM object_version UNION SELECT bucket_name FROM upload UNION SELECT bucket_name FROM bucket',
        )
        .all()
        .map((row) => row.bucket_name as string),
    close: () => database.close(),
  };
}

function runTransaction<T>(database: DatabaseSync, bodies: BodyStore, operate: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = operate();
    database.exec('COMMIT');
    bodies.discard();
    return result;
  } catch (error) {
    bodies.keep();
    // SQLite rolls back by itself when the disk is full; a second time would hide what it said.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function prepareClaim(
  database: DatabaseSync,
  transaction: ObjectIndex['transaction'],
  forgetBucket: ObjectIndex['forgetBucket'],
): ObjectIndex['claim'] {
  const findHolder = database.prepare('SELECT account_id, creation_date FROM bucket WHERE bucket_name = ?');
  const insert = database.prepare(
    'INSERT INTO bucket (bucket_name, account_id, creation_date) VALUES (?, ?, ?)',
  );
  return ({ bucketName, accountId, creationDate }) => {
    const holder = findHolder.get(bucketName);
    if (holder?.account_id === accountId && holder.creation_date === creationDate) return;
    transaction(() => {
      // Without a holder, what there is comes from before holders were kept.
      if (holder) forgetBucket(bucketName);
      insert.run(bucketName, accountId, creationDate);
    });
  };
}

type Reads = Pick<ObjectIndex, 'database' | 'bodies' | 'find' | 'contentOf'>;
type Writes = Pick<ObjectIndex, 'put' | 'deleteKey' | 'deleteVersion' | 'forgetBucket'>;

function prepareWrites({ database, bodies, find, contentOf }: Reads): Writes {
  const insert = database.prepare(
    `INSERT INTO object_version (bucket_name, key, version_id, is_latest, is_delete_marker, size, etag, last_modified, detail, content)
     VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = database.prepare('DELETE FROM object_version WHERE version_number = ?');
  const endLatest = database.prepare(
    'UPDATE object_version SET is_latest = 0 WHERE bucket_name = ? AND key = ? AND is_latest = 1',
  );
  const promote = database.prepare(
    `UPDATE object_version SET is_latest = 1 WHERE version_number =
       (SELECT version_number FROM object_version WHERE bucket_name = ? AND key = ? ORDER BY version_number DESC LIMIT 1)`,
  );
  const removeVersion = (version: ObjectVersion) => {
    if (!version.isDeleteMarker) bodies.release(contentOf(version).segments);
    remove.run(version.versionNumber);
  };
  /** Makes room for a new latest version: a `null` one takes the place of the `null` one there is. */
  const makeRoom = (bucketName: string, key: string, versionId: string) => {
    const replaced = versionId === 'null' ? find(bucketName, key, 'null') : undefined;
    if (replaced) removeVersion(replaced);
    endLatest.run(bucketName, key);
  };
  const deleteVersion: Writes['deleteVersion'] = (bucketName, key, versionId) => {
    const version = find(bucketName, key, versionId);
    if (!version) return undefined;
    removeVersion(version);
    if (version.isLatest) promote.run(bucketName, key);
    return version;
  };

  return {
    put(version, versioning, newVersionId) {
      const { bucketName, key, size, etag, lastModified, detail, content, newBody } = version;
      const versionId = versioning === 'Enabled' ? newVersionId() : 'null';
      // ORDER: an object may be copied onto itself, so its bodies are taken before the old version lets go of them.
      bodies.retain(content.segments, newBody);
      makeRoom(bucketName, key, versionId);
      const texts = [JSON.stringify(detail), JSON.stringify(content)] as const;
      insert.run(bucketName, key, versionId, 0, size, etag, lastModified, ...texts);
      return versionId;
    },
    deleteKey(bucketName, key, versioning, { lastModified, newVersionId }) {
      if (versioning === undefined) {
        deleteVersion(bucketName, key, 'null');
        return undefined;
      }
      const versionId = versioning === 'Enabled' ? newVersionId() : 'null';
      makeRoom(bucketName, key, versionId);
      const detail = JSON.stringify({ headers: {}, metadata: {}, tags: {} });
      insert.run(bucketName, key, versionId, 1, 0, '', lastModified, detail, '{"segments":[]}');
      return versionId;
    },
    deleteVersion,
    forgetBucket(bucketName) {
      const versions = database
        .prepare('SELECT content FROM object_version WHERE bucket_name = ?')
        .all(bucketName);
      for (const { content } of versions) bodies.release(JSON.parse(content as string).segments);
      database.prepare('DELETE FROM object_version WHERE bucket_name = ?').run(bucketName);
      const ofBucket = '(SELECT upload_id FROM upload WHERE bucket_name = ?)';
      const parts = database
        .prepare(`SELECT segments FROM part WHERE upload_id IN ${ofBucket}`)
        .all(bucketName);
      for (const { segments } of parts) bodies.release(JSON.parse(segments as string));
      database.prepare(`DELETE FROM part WHERE upload_id IN ${ofBucket}`).run(bucketName);
      database.prepare('DELETE FROM upload WHERE bucket_name = ?').run(bucketName);
      database.prepare('DELETE FROM completed_upload WHERE bucket_name = ?').run(bucketName);
      database.prepare('DELETE FROM bucket WHERE bucket_name = ?').run(bucketName);
    },
  };
}
