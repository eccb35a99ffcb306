// What S3 wants of a bucket policy besides grammar: its own actions, its own bucket, and each action on something it can act on.

import type { JsonNode } from './json-text.ts';
import type { FoundFault } from './policy-fault.ts';

export function findS3ActionFault({ value, at }: JsonNode): FoundFault | undefined {
  const action = String(value);
  return action === '*' || /^s3:[A-Za-z*?]+$/i.test(action)
    ? undefined
    : { kind: 'action', at, what: action };
}

interface BucketStatement {
  actions: JsonNode[];
  resources: JsonNode[];
  at: number;
  /** Absent: which bucket it is is not asked. */
  bucketName: string | undefined;
}

export function findBucketFault(statement: BucketStatement): FoundFault | undefined {
  const { actions, resources, bucketName, at } = statement;
  const foreign = resources.find((node) => !isInBucket(String(node.value), bucketName));
  if (foreign) return { kind: 'resource', at: foreign.at, what: String(foreign.value) };
  const levels = new Set(resources.flatMap(({ value }) => levelsOfResource(String(value))));
  const idle = actions.find(({ value }) => {
    const level = levelOfAction(String(value));
    return level !== undefined && !levels.has(level);
  });
  return idle && { kind: 'action-and-resource', at, what: String(idle.value) };
}

const prefix = 'arn:aws:s3:::';

function isInBucket(resource: string, bucketName: string | undefined): boolean {
  if (!resource.startsWith(prefix)) return false;
  const name = resource.slice(prefix.length);
  if (bucketName === undefined) return name !== '';
  return name.startsWith(bucketName) && [undefined, '/', '*', '?'].includes(name[bucketName.length]);
}

type Level = 'bucket' | 'object';

/** `b` is a bucket, `b/…` are objects, `b*` is both. */
function levelsOfResource(resource: string): Level[] {
  const name = resource.slice(prefix.length);
  if (name.includes('/')) return ['object'];
  return /[*?]/.test(name) ? ['bucket', 'object'] : ['bucket'];
}

const ofObjects =
  /^s3:((get|put|delete|restore|replicate)object(?!lockconfiguration)|replicate(delete|tags)|abortmultipartupload|listmultipartuploadparts|bypassgovernanceretention|initiatereplication|objectowneroverride)/;

/** Undefined: a pattern for actions of both. */
function levelOfAction(action: string): Level | undefined {
  const name = action.toLowerCase();
  const plain = name.split(/[*?]/, 1)[0]!;
  if (ofObjects.test(plain)) return 'object';
  return plain === name ? 'bucket' : undefined;
}
