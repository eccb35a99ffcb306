// Direct Connect as a service of the JSON 1.1 protocol. Each region has one; gateways are the same in all of them.

import { tagConditions } from '../arn-tag.ts';
import type { Input } from '../json-input.ts';
import type { JsonService } from '../json-service.ts';
import { directConnectNotBuilt, directConnectOperations } from './operations.ts';

export const directConnectService: JsonService = {
  name: 'directconnect',
  target: 'OvertureService',
  operations: directConnectOperations,
  notBuilt: directConnectNotBuilt,
  messageMember: 'message',
  internalErrorCode: 'DirectConnectServerException',
  conditions: (input, { cloud }, arn) => tagConditions(cloud, arn, findTags(input)),
};

/** A new virtual interface has its tags inside. */
function findTags(input: Input): unknown {
  const { newPrivateVirtualInterface, newTransitVirtualInterface, newPublicVirtualInterface } = input;
  const made = newPrivateVirtualInterface ?? newTransitVirtualInterface ?? newPublicVirtualInterface;
  return input.tags ?? input.tagKeys ?? Object(made).tags;
}
