// What the front door asks of a wire protocol. EC2 has its own (ec2-query.ts); ELBv2 and STS share one (aws-query.ts).

import type { AwsError } from './aws-error.ts';
import type { FormNode } from './form.ts';
import type { StructureShape } from './model.ts';
import type { SignatureFailure } from './signed-request.ts';

export interface Protocol {
  /** @throws AwsError for whatever AWS's own shape does not have */
  readInput(shape: StructureShape, form: FormNode): Record<string, unknown>;
  /** @param shape undefined where AWS answers with nothing */
  renderOutput(answer: Answer, shape: StructureShape | undefined, output: object): string;
  /** @param xmlNamespace absent when it is not known which service was meant */
  renderError(error: AwsError, requestId: string, xmlNamespace?: string): string;
  /** The code of a failure of ours. */
  internalErrorCode: string;
  refusals: Refusals;
}

export interface Answer {
  action: string;
  xmlNamespace: string;
  requestId: string;
}

/** How the protocol refuses those it does not know and what it does not have. */
export interface Refusals {
  unsigned(): AwsError;
  /** A signature that does not hold, in the service's words. */
  badSignature(failure: SignatureFailure): AwsError;
  /** @param text `User: arn:… is not authorized to perform: …` @param encoded what DecodeAuthorizationMessage reads */
  notAuthorized(text: string, encoded: string): AwsError;
  unknownRegion(): AwsError;
  unknownAction(action: string, version: string): AwsError;
  unknownVersion(action: string, version: string): AwsError;
}

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
