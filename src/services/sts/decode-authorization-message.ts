// What was meant by the opaque text behind a refusal of EC2.

import type {
  DecodeAuthorizationMessageRequest,
  DecodeAuthorizationMessageResponse,
} from '@aws-sdk/client-sts';
import { checkConstraints } from '../constraint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidAuthorizationMessage } from './errors.ts';

export function decodeAuthorizationMessage(
  input: DecodeAuthorizationMessageRequest,
  { authorizationMessages }: OperationContext,
): DecodeAuthorizationMessageResponse {
  acceptParameters('DecodeAuthorizationMessage', input, 'EncodedMessage');
  const { EncodedMessage: message = '' } = input;
  checkConstraints([{ field: 'encodedMessage', value: message, min: 1, max: 10_240 }]);
  const DecodedMessage = authorizationMessages.decode(message);
  if (DecodedMessage === undefined) throw invalidAuthorizationMessage();
  return { DecodedMessage };
}
