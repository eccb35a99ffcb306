// What S3 wants of a bucket policy besides grammar: its own actions and condition keys, its own bucket, and each action on
// something it can act on.

import { isObject, type JsonNode } from './json-text.ts';
import type { FoundFault } from './policy-fault.ts';
import vocabulary from './s3-vocabulary.json' with { type: 'json' };

const actionsOfS3 = new Set(vocabulary.actions);
const conditionKeysOfS3 = new Set(vocabulary.conditionKeys);

/** A pattern may stand for nothing that is there; a whole name may not. */
export function findS3ActionFault({ value, at }: JsonNode): FoundFault | undefined {
  const action = String(value);
  const isKnown = /[*?]/.test(action)
    ? action === '*' || /^s3:[A-Za-z*?]+$/i.test(action)
    : actionsOfS3.has(action.toLowerCase());
  return isKnown ? undefined : { kind: 'action', at, what: action };
}

/** Keys of others (`aws:…`) are not looked at. */
export function findS3ConditionKeyFault({ value }: JsonNode): FoundFault | undefined {
  if (!isObject(value)) return undefined;
  for (const keys of value.values()) {
    if (!isObject(keys.value)) continue;
    for (const [key, { at }] of keys.value) {
      const name = key.toLowerCase().replace(/\/.*$/s, '/');
      if (name.startsWith('s3:') && !conditionKeysOfS3.has(name)) return { kind: 'condition', at, what: key };
    }
  }
  return undefined;
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
