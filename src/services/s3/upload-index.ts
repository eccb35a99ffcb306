// Multipart uploads that are under way, and their parts. They are seen by nobody but those who list uploads, until they are
// completed: then the parts' bodies become the object's, in one transaction. What was answered then is kept for a while.

import type { NewBody, Segment } from './body-store.ts';
import type { ChecksumAlgorithm, ChecksumType } from './checksum.ts';
import type { ObjectDetail, ObjectIndex } from './object-index.ts';

export interface UploadDetail extends ObjectDetail {
  checksumAlgorithm?: ChecksumAlgorithm;
  checksumType?: ChecksumType;
  /** Who began it. */
  initiator: { id: string };
}

export interface Upload {
  uploadId: string;
  bucketName: string;
  key: string;
  initiated: number;
  detail: UploadDetail;
}

export interface UploadedPart {
  partNumber: number;
  size: number;
  etag: string;
  lastModified: number;
  checksum?: { algorithm: ChecksumAlgorithm; value: string };
  segments: Segment[];
}

/** An upload that has become an object. */
export interface Completion extends Pick<Upload, 'uploadId' | 'bucketName' | 'key'> {
  /** Which parts it was made of, as they were named. */
  parts: string;
  answer: string;
}

/** A client that missed an answer asks again within minutes: of so many uploads it is kept. */
const keptCompletions = 1000;

export interface UploadIndex {
  create(upload: Upload): void;
  find(uploadId: string): Upload | undefined;
  /** In a transaction. The same number again takes the place of the first. */
  putPart(uploadId: string, part: UploadedPart, newBody?: NewBody): void;
  parts(uploadId: string, afterNumber?: number, limit?: number): UploadedPart[];
  /** In a transaction: with it go its parts. */
  remove(uploadId: string): void;
  /** In a transaction. The oldest of them go. */
  keepCompletion(completion: Completion): void;
  findCompletion(uploadId: string): Completion | undefined;
  /** In the order of key and id, after that pair. */
  list(bucketName: string, after: { key: string; uploadId: string }, limit: number): Upload[];
}

export function openUploadIndex({ database, bodies }: ObjectIndex): UploadIndex {
  const insertUpload = database.prepare(
    'INSERT INTO upload (upload_id, bucket_name, key, initiated, detail) VALUES (?, ?, ?, ?, ?)',
  );
  const findUpload = database.prepare('SELECT * FROM upload WHERE upload_id = ?');
  const removeUpload = database.prepare('DELETE FROM upload WHERE upload_id = ?');
  const listUploads = database.prepare(
    'SELECT * FROM upload WHERE bucket_name = ? AND (key, upload_id) > (?, ?) ORDER BY key, upload_id LIMIT ?',
  );
  const insertPart = database.prepare(
    'INSERT OR REPLACE INTO part (upload_id, part_number, size, etag, last_modified, checksum, segments) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const findSegments = database.prepare('SELECT segments FROM part WHERE upload_id = ? AND part_number = ?');
  const listParts = database.prepare(
    'SELECT * FROM part WHERE upload_id = ? AND part_number > ? ORDER BY part_number LIMIT ?',
  );
  const insertCompletion = database.prepare(
    'INSERT INTO completed_upload (upload_id, bucket_name, key, parts, answer) VALUES (?, ?, ?, ?, ?)',
  );
  const dropCompletions = database.prepare('DELETE FROM completed_upload WHERE completion_number <= ?');
  const findCompletion = database.prepare('SELECT * FROM completed_upload WHERE upload_id = ?');
  const removeParts = database.prepare('DELETE FROM part WHERE upload_id = ?');
  const parts: UploadIndex['parts'] = (uploadId, afterNumber = 0, limit = -1) =>
    listParts.all(uploadId, afterNumber, limit).map(readPart);

  return {
    create({ uploadId, bucketName, key, initiated, detail }) {
      insertUpload.run(uploadId, bucketName, key, initiated, JSON.stringify(detail));
    },
    find: (uploadId) => {
      const row = findUpload.get(uploadId);
      return row && readUpload(row);
    },
    putPart(uploadId, part, newBody) {
      const { partNumber, size, etag, lastModified, checksum, segments } = part;
      bodies.retain(segments, newBody);
      const before = findSegments.get(uploadId, partNumber);
      if (before) bodies.release(JSON.parse(before.segments as string));
      const texts = [checksum ? JSON.stringify(checksum) : null, JSON.stringify(segments)] as const;
      insertPart.run(uploadId, partNumber, size, etag, lastModified, ...texts);
    },
    parts,
    remove(uploadId) {
      for (const { segments } of parts(uploadId)) bodies.release(segments);
      removeParts.run(uploadId);
      removeUpload.run(uploadId);
    },
    keepCompletion({ uploadId, bucketName, key, parts, answer }) {
      const { lastInsertRowid } = insertCompletion.run(uploadId, bucketName, key, parts, answer);
      dropCompletions.run(Number(lastInsertRowid) - keptCompletions);
    },
    findCompletion: (uploadId) => {
      const row = findCompletion.get(uploadId) as Record<string, string> | undefined;
      return (
        row && {
          uploadId,
          bucketName: row.bucket_name!,
          key: row.key!,
          parts: row.parts!,
          answer: row.answer!,
        }
      );
    },
    list: (bucketName, after, limit) =>
      listUploads.all(bucketName, after.key, after.uploadId, limit).map(readUpload),
  };
}

function readUpload(row: Record<string, unknown>): Upload {
  return {
    uploadId: row.upload_id as string,
    bucketName: row.bucket_name as string,
    key: row.key as string,
    initiated: row.initiated as number,
    detail: JSON.parse(row.detail as string),
  };
}

function readPart(row: Record<string, unknown>): UploadedPart {
  return {
    partNumber: row.part_number as number,
    size: row.size as number,
    etag: row.etag as string,
    lastModified: row.last_modified as number,
    ...(row.checksum !== null && { checksum: JSON.parse(row.checksum as string) }),
    segments: JSON.parse(row.segments as string),
  };
}
