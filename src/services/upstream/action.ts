// Which actions of policies a request means. The operation is in a header, in the form, or in the path; a request that says
// two is as one that says none. What cannot be told is `lambda:*`: only who may do everything there may do that.

import { splitTarget } from '../../aws/canonical-request.ts';
import type { WireRequest } from '../../aws/wire.ts';
import type { AwsService } from '../../cloud/aws-service.ts';
import vocabulary from './action-vocabulary.json' with { type: 'json' };
import type { Parameters } from './parameters.ts';

export interface MeantAction {
  /** As AWS writes it: `sqs:SendMessage`; `sqs:*` when it cannot be told. */
  name: string;
  isPattern: boolean;
  /** AWS: such an action is about no resource, which policies write `*`. */
  knowsNoResource: boolean;
}

/** Operations that AWS has under one name and permits under another. */
const permittedAs: Record<string, string[]> = {
  'kms:reencrypt': ['ReEncryptFrom', 'ReEncryptTo'],
  'lambda:invoke': ['InvokeFunction'],
  // AWS: and each secret must be the caller's to read.
  'secretsmanager:batchgetsecretvalue': ['BatchGetSecretValue', 'GetSecretValue'],
  'sns:publishbatch': ['Publish'],
  'sqs:changemessagevisibilitybatch': ['ChangeMessageVisibility'],
  'sqs:deletemessagebatch': ['DeleteMessage'],
  'sqs:sendmessagebatch': ['SendMessage'],
};

/** Every action that is needed. */
export function findActions(
  service: AwsService,
  request: WireRequest,
  parameters: Parameters | undefined,
): MeantAction[] {
  const { actionPrefix } = service;
  const operation = findOperation(service, request, parameters);
  const names = permittedAs[`${actionPrefix}:${operation?.toLowerCase()}`] ?? [operation ?? ''];
  return names.map((name) => findAction(actionPrefix, name));
}

function findOperation(
  { signingName, name }: AwsService,
  { method, url, headers }: WireRequest,
  parameters: Parameters | undefined,
): string | undefined {
  const { path } = splitTarget(url);
  const said = new Set<string>();
  const target = headers['x-amz-target'];
  // Sent twice, it comes as a list: who takes which of the two nobody knows.
  if (target !== undefined) said.add(/^[\w.-]+\.(\w+)$/.exec(String(target))?.[1] ?? '');
  const inPath = /^\/service\/[^/]+\/operation\/([^/]+)$/.exec(path)?.[1];
  if (inPath !== undefined) said.add(inPath);
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  if (target === undefined && inPath === undefined && parameters?.has('Action'))
    for (const action of parameters.get('Action') ?? ['']) said.add(action);
  // Whoever has both may read either.
  else if (isForm || /[?&]Action=/.test(url)) said.add('');
  if (said.size > 1) return undefined;
  const [one] = said;
  return one ?? findByPath(name === 'bedrock-runtime' ? name : signingName, `${method} ${path}`);
}

/** Of the services that say it by method and path, those that are called most. The first group of a pattern is the resource. */
export const paths: Record<string, [RegExp, operation: string][]> = {
  'bedrock-runtime': [
    [/^POST \/model\/([^/]+)\/(?:invoke|converse)$/, 'InvokeModel'],
    [
      /^POST \/model\/([^/]+)\/(?:invoke-with-response-stream|converse-stream)$/,
      'InvokeModelWithResponseStream',
    ],
  ],
  'execute-api': [[/^(?!\w+ \/@connections\/)/, 'Invoke']],
  lambda: [
    [/^POST \/2015-03-31\/functions\/([^/]+)\/invocations$/, 'Invoke'],
    [/^POST \/2021-11-15\/functions\/([^/]+)\/response-streaming-invocations$/, 'Invoke'],
    [/^GET \/2015-03-31\/functions\/?$/, 'ListFunctions'],
    [/^POST \/2015-03-31\/functions\/?$/, 'CreateFunction'],
    [/^GET \/2015-03-31\/functions\/([^/]+)$/, 'GetFunction'],
    [/^DELETE \/2015-03-31\/functions\/([^/]+)$/, 'DeleteFunction'],
    [/^GET \/2015-03-31\/functions\/([^/]+)\/configuration$/, 'GetFunctionConfiguration'],
    [/^PUT \/2015-03-31\/functions\/([^/]+)\/configuration$/, 'UpdateFunctionConfiguration'],
    [/^PUT \/2015-03-31\/functions\/([^/]+)\/code$/, 'UpdateFunctionCode'],
  ],
  sagemaker: [[/^POST \/endpoints\/([^/]+)\/invocations$/, 'InvokeEndpoint']],
};

function findByPath(key: string, line: string): string | undefined {
  return paths[key]?.find(([pattern]) => pattern.test(line))?.[1];
}

function findAction(prefix: string, name: string): MeantAction {
  const known = name === '' ? undefined : vocabularyOf(prefix).get(name.toLowerCase());
  // What AWS's list does not have may be permitted under any other name.
  if (!known) return { name: `${prefix}:*`, isPattern: true, knowsNoResource: false };
  return { name: `${prefix}:${known.name}`, isPattern: false, knowsNoResource: known.knowsNoResource };
}

type Words = ReadonlyMap<string, { name: string; knowsNoResource: boolean }>;
const vocabularies = new Map<string, Words>();

function vocabularyOf(prefix: string): Words {
  const known = vocabularies.get(prefix);
  if (known) return known;
  const lists = (vocabulary as Record<string, { aboutResources: string; aboutNone: string }>)[prefix];
  const words: Words = new Map(
    [false, true].flatMap((knowsNoResource) => {
      const list = lists?.[knowsNoResource ? 'aboutNone' : 'aboutResources'] ?? '';
      return list.split(' ').map((name) => [name.toLowerCase(), { name, knowsNoResource }] as const);
    }),
  );
  vocabularies.set(prefix, words);
  return words;
}
