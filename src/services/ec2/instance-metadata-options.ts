// What an instance may ask of its metadata service, and how: chosen at launch, changed while it runs.

import type {
  InstanceMetadataOptionsRequest,
  InstanceMetadataOptionsResponse,
  ModifyInstanceMetadataOptionsRequest,
  ModifyInstanceMetadataOptionsResult,
} from '@aws-sdk/client-ec2';
import { type Instance, type MetadataOptions, metadataOptionsOf } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { invalidParameterValue, missingParameter, requireParameter } from './errors.ts';
import { getInstance } from './instance.ts';
import { incorrectInstanceState } from './instance-state.ts';

const optionNames = [
  'HttpEndpoint',
  'HttpTokens',
  'HttpPutResponseHopLimit',
  'HttpProtocolIpv6',
  'InstanceMetadataTags',
] as const;
const mostHops = 64;

export function modifyInstanceMetadataOptions(
  input: ModifyInstanceMetadataOptionsRequest,
  context: OperationContext,
): ModifyInstanceMetadataOptionsResult {
  acceptParameters('ModifyInstanceMetadataOptions', input, 'InstanceId', ...optionNames);
  const instance = getInstance(context, requireParameter('InstanceId', input.InstanceId));
  if (optionNames.every((name) => input[name] === undefined))
    throw missingParameter('HttpTokens or another option');
  if (instance.desiredState === 'terminated') {
    throw incorrectInstanceState(`Instance '${instance.instanceId}' is terminated.`);
  }
  const metadataOptions = changeOptions(metadataOptionsOf(instance), input);
  const changed = context.cloud.instances.put({ ...instance, metadataOptions });
  return { InstanceId: instance.instanceId, InstanceMetadataOptions: showMetadataOptions(changed) };
}

/** What RunInstances was asked for; undefined when it was not asked. */
export function readMetadataOptions(
  options: InstanceMetadataOptionsRequest | undefined,
): MetadataOptions | undefined {
  if (!options) return undefined;
  acceptParameters('RunInstances.MetadataOptions', options, ...optionNames);
  return changeOptions(metadataOptionsOf({}), options);
}

function changeOptions(before: MetadataOptions, wanted: InstanceMetadataOptionsRequest): MetadataOptions {
  if (readWord('HttpProtocolIpv6', wanted.HttpProtocolIpv6, switches) === 'enabled') {
    throw notBuilt('instance metadata over IPv6');
  }
  const { HttpPutResponseHopLimit: hops = before.httpPutResponseHopLimit } = wanted;
  if (!(Number.isInteger(hops) && hops >= 1 && hops <= mostHops)) {
    throw invalidParameterValue(
      `Value (${hops}) for parameter HttpPutResponseHopLimit is invalid. It must be an integer from 1 to ${mostHops}.`,
    );
  }
  const { HttpEndpoint, HttpTokens, InstanceMetadataTags } = wanted;
  return {
    httpEndpoint: readWord('HttpEndpoint', HttpEndpoint, switches) ?? before.httpEndpoint,
    httpTokens: readWord('HttpTokens', HttpTokens, ['optional', 'required']) ?? before.httpTokens,
    httpPutResponseHopLimit: hops,
    instanceMetadataTags:
      readWord('InstanceMetadataTags', InstanceMetadataTags, switches) ?? before.instanceMetadataTags,
  };
}

const switches = ['enabled', 'disabled'] as const;

function readWord<W extends string>(
  name: string,
  text: string | undefined,
  words: readonly W[],
): W | undefined {
  if (text === undefined) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word) return word;
  throw invalidParameterValue(
    `Value (${text}) for parameter ${name} is invalid. Valid values: ${words.join(', ')}`,
  );
}

/** The metadata service reads what is decided, so that a change holds at once: the state is never `pending`. */
export function showMetadataOptions(instance: Instance): InstanceMetadataOptionsResponse {
  const options = metadataOptionsOf(instance);
  return {
    State: 'applied',
    HttpEndpoint: options.httpEndpoint,
    HttpTokens: options.httpTokens,
    HttpPutResponseHopLimit: options.httpPutResponseHopLimit,
    HttpProtocolIpv6: 'disabled',
    InstanceMetadataTags: options.instanceMetadataTags,
  };
}
