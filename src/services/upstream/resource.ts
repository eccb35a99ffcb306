// What a request is about, as ARNs, where its parameters or its path name it. What cannot be told is a pattern of all it could be.
// DIFFERS: policies-at-upstreams only of the services that are named here it can be told, and of them what is named so.

import { splitTarget } from '../../aws/canonical-request.ts';
import type { WireRequest } from '../../aws/wire.ts';
import type { AwsService } from '../../cloud/aws-service.ts';
import type { AccountId, Region } from '../../cloud/id.ts';
import { type MeantAction, paths } from './action.ts';
import type { Parameters } from './parameters.ts';
import takers from './resource-parameter.json' with { type: 'json' };

export interface MeantResource {
  arn: string;
  isPattern: boolean;
}

interface Place {
  region: Region;
  /** The caller's; what is named without an account is his. `*`: nobody has signed. */
  accountId: AccountId;
}

/** Of one text: the ARN it stands for; undefined: it cannot be told. May hold wildcards where a name does not say all. */
type Reader = (text: string, place: Place) => string | undefined;

/** Each of them, when there are several: every one must be allowed. */
export function findResources(
  service: AwsService,
  action: MeantAction,
  request: WireRequest,
  parameters: Parameters | undefined,
  place: Place,
): MeantResource[] {
  if (action.knowsNoResource) return [{ arn: '*', isPattern: false }];
  const found = action.isPattern ? undefined : read(service, action, request, parameters, place);
  if (found?.length) return found;
  const { actionPrefix } = service;
  const isOfOwn = Object.hasOwn(parameterReaders, actionPrefix) || Object.hasOwn(pathReaders, actionPrefix);
  return [{ arn: isOfOwn ? `arn:aws:${actionPrefix}:*` : 'arn:*', isPattern: true }];
}

function read(
  { actionPrefix }: AwsService,
  { name }: MeantAction,
  request: WireRequest,
  parameters: Parameters | undefined,
  place: Place,
): MeantResource[] | undefined {
  const byPath = pathReaders[actionPrefix]?.(request, place);
  const readers = parameterReaders[actionPrefix] ?? {};
  const found = byPath === undefined ? [] : [describe(byPath)];
  if (!parameters) return undefined;
  const operation = name.slice(name.indexOf(':') + 1);
  for (const [parameter, texts] of parameters) {
    const reader =
      readers[`${operation}.${parameter}`] ??
      (isTaken(actionPrefix, operation, parameter) ? readers[parameter] : undefined);
    if (!reader) continue;
    for (const text of texts ?? ['']) {
      const arn = reader(text, place);
      if (arn === undefined) return undefined;
      found.push(describe(arn));
    }
  }
  return found;
}

/** AWS's models of the services say which operations have a parameter. What others are sent by that name says nothing of what they do. */
function isTaken(actionPrefix: string, operation: string, parameter: string): boolean {
  const operations = (takers as Record<string, Record<string, string>>)[actionPrefix]?.[parameter];
  return operations?.split(' ').includes(operation) ?? false;
}

const describe = (arn: string): MeantResource => ({ arn, isPattern: /[*?]/.test(arn) });

/** An ARN as it is, if it is one of the service's. */
const arnOf =
  (service: string): Reader =>
  (text) =>
    text.startsWith(`arn:aws:${service}:`) ? text : undefined;

/** An ARN as it is, or a name that makes one: `named('kinesis', 'stream/')`. */
const named =
  (service: string, before: string, after = ''): Reader =>
  (text, { region, accountId }) => {
    if (text.startsWith('arn:')) return arnOf(service)(text, { region, accountId });
    return text === '' ? undefined : `arn:aws:${service}:${region}:${accountId}:${before}${text}${after}`;
  };

/** `https://sqs.us-east-1.amazonaws.com/111111111111/orders`; servers of other makers have other paths before the name. */
const queueOfUrl: Reader = (text, { region, accountId }) => {
  const match = /^https?:\/\/[^/?#]+\/(?:[^/?#]+\/)*?(?:(\d{12})\/)?([\w-]{1,80}(?:\.fifo)?)\/?$/.exec(text);
  return match ? `arn:aws:sqs:${region}:${match[1] ?? accountId}:${match[2]}` : undefined;
};

/** AWS: what an alias stands for is known to KMS alone. */
const keyOf: Reader = (text, { region, accountId }) => {
  if (/^arn:aws:kms:[^:]+:\d{12}:alias\//.test(text)) return `${text.split(':').slice(0, 5).join(':')}:key/*`;
  if (text.startsWith('alias/')) return `arn:aws:kms:${region}:${accountId}:key/*`;
  return named('kms', 'key/')(text, { region, accountId });
};

/** AWS: also `111111111111:function:resize`, an ARN without its beginning. */
const functionOf: Reader = (text, { region, accountId }) => {
  const [, owner = accountId, name = text] = /^(\d{12}):(?:function:)?(.+)$/.exec(text) ?? [];
  return named('lambda', 'function:')(name, { region, accountId: owner });
};

/** AWS: six characters that nobody chose follow the name. */
const secretOf: Reader = (text, place) =>
  text.startsWith('arn:')
    ? arnOf('secretsmanager')(text, place)
    : named('secretsmanager', 'secret:', '-??????')(text, place);

/** A version or a label may follow the name. */
const parameterOf: Reader = (text, place) =>
  text.startsWith('arn:')
    ? arnOf('ssm')(text, place)
    : named('ssm', text.startsWith('/') ? 'parameter' : 'parameter/')(text.replace(/:.*$/, ''), place);

const parameterNames = Object.fromEntries(
  'DeleteParameter GetParameter GetParameterHistory LabelParameterVersion PutParameter UnlabelParameterVersion'
    .split(' ')
    .map((operation) => [`${operation}.Name`, parameterOf]),
);

/** AWS: of log groups what follows the name is a stream's, or empty. */
const logGroupOf: Reader = (text, place) => {
  if (text.startsWith('arn:')) return arnOf('logs')(text.replace(/(:\*)?$/, ':log-stream:*'), place);
  return named('logs', 'log-group:', ':log-stream:*')(text, place);
};

/** By what actions begin with, then by parameter, or by operation and parameter. */
const parameterReaders: Record<string, Record<string, Reader>> = {
  ecr: { repositoryName: named('ecr', 'repository/'), resourceArn: arnOf('ecr') },
  events: { EventBusName: named('events', 'event-bus/'), ResourceARN: arnOf('events') },
  firehose: {
    DeliveryStreamName: named('firehose', 'deliverystream/'),
    DeliveryStreamARN: arnOf('firehose'),
  },
  kinesis: {
    StreamName: named('kinesis', 'stream/'),
    StreamARN: arnOf('kinesis'),
    ConsumerARN: arnOf('kinesis'),
    ResourceARN: arnOf('kinesis'),
  },
  kms: {
    KeyId: keyOf,
    SourceKeyId: keyOf,
    DestinationKeyId: keyOf,
    TargetKeyId: keyOf,
    AliasName: named('kms', ''),
  },
  logs: {
    logGroupName: logGroupOf,
    logGroupIdentifier: logGroupOf,
    logGroupNames: logGroupOf,
    logGroupIdentifiers: logGroupOf,
    resourceArn: arnOf('logs'),
  },
  secretsmanager: {
    SecretId: secretOf,
    'CreateSecret.Name': secretOf,
    // Of a batch: by their names, or whichever fit.
    'GetSecretValue.SecretIdList': secretOf,
    'GetSecretValue.Filters': () => undefined,
  },
  sns: {
    TopicArn: arnOf('sns'),
    TargetArn: arnOf('sns'),
    ResourceArn: arnOf('sns'),
    'CreateTopic.Name': named('sns', ''),
  },
  sqs: {
    QueueUrl: queueOfUrl,
    QueueName: named('sqs', ''),
    SourceArn: arnOf('sqs'),
    DestinationArn: arnOf('sqs'),
  },
  ssm: {
    ...parameterNames,
    'GetParameters.Names': parameterOf,
    'DeleteParameters.Names': parameterOf,
    'GetParametersByPath.Path': parameterOf,
  },
  states: {
    stateMachineArn: arnOf('states'),
    executionArn: arnOf('states'),
    activityArn: arnOf('states'),
    resourceArn: arnOf('states'),
    'CreateStateMachine.name': named('states', 'stateMachine:'),
    'CreateActivity.name': named('states', 'activity:'),
  },
};

const pathReaders: Record<string, (request: WireRequest, place: Place) => string | undefined> = {
  'execute-api': ({ method, url, headers }, { region, accountId }) => {
    const id = /^([a-z0-9]+)\.execute-api\./.exec(String(headers.host ?? '').toLowerCase())?.[1] ?? '*';
    const { path } = splitTarget(url);
    // Who serves it may see another path than is written.
    const isPlain = !/\/\.{1,2}(\/|$)|\/\/|%2[ef]/i.test(path);
    if (!isPlain) return `arn:aws:execute-api:${region}:${accountId}:${id}/*`;
    const [stage, ...rest] = path.slice(1).split('/');
    return `arn:aws:execute-api:${region}:${accountId}:${id}/${stage}/${method}/${rest.join('/')}`;
  },
  lambda: (request, place) => functionOf(nameInPath('lambda', request) ?? '', place),
  sagemaker: (request, place) =>
    named('sagemaker', 'endpoint/')(nameInPath('sagemaker', request) ?? '', place),
  sqs: ({ url }, place) => {
    // Forms may be sent to the queue itself.
    const { path } = splitTarget(url);
    return /^\/\d{12}\/[^/]+$/.test(path) ? queueOfUrl(`https://sqs${path}`, place) : undefined;
  },
};

function nameInPath(key: string, { method, url }: WireRequest): string | undefined {
  const line = `${method} ${splitTarget(url).path}`;
  const name = paths[key]?.map(([pattern]) => pattern.exec(line)).find((match) => match)?.[1];
  try {
    const decoded = name && decodeURIComponent(name);
    // Who serves it may see another path than is written.
    return decoded && /[/\\?#]/.test(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
}
