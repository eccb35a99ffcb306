// The query protocol of ELBv2 and STS: lists as `Names.member.1=…`, answers inside a `…Result` element.

import { AwsError } from './aws-error.ts';
import { quotable } from './form.ts';
import { type FormDialect, readInput } from './form-input.ts';
import { type Protocol, xmlDeclaration } from './protocol.ts';
import type { SignatureFailure } from './signed-request.ts';
import { escapeXml, renderXml } from './xml.ts';

export const queryDialect: FormDialect = {
  listsAreBare: false,
  // DIFFERS: unknown-parameters AWS does not say that these services refuse what they do not know; ignoring it would hide a typo.
  unknownParameter: (path) => new AwsError('UnknownParameter', `The parameter ${path} is not recognized`),
  missingParameter: (path) =>
    new AwsError(
      'ValidationError',
      `1 validation error detected: Value null at '${constraintPath(path)}' failed to satisfy constraint: Member must not be null`,
    ),
  invalidValue: (path, value, because) =>
    new AwsError('InvalidParameterValue', `Invalid value '${quotable(value)}' for ${path}. ${because}`),
};

export const awsQuery: Protocol = {
  readInput: (shape, form) => readInput(shape, form, queryDialect),

  renderOutput({ action, xmlNamespace, requestId }, shape, output) {
    const result = shape ? `<${action}Result>${renderXml(shape, output)}</${action}Result>` : '';
    return `${xmlDeclaration}<${action}Response xmlns="${xmlNamespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`;
  },

  renderError(error, requestId, xmlNamespace) {
    const type = error.status < 500 ? 'Sender' : 'Receiver';
    const namespace = xmlNamespace ? ` xmlns="${xmlNamespace}"` : '';
    return `${xmlDeclaration}<ErrorResponse${namespace}><Error><Type>${type}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  },

  internalErrorCode: 'InternalFailure',

  refusals: {
    unsigned: () =>
      new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403),
    badSignature,
    notAuthorized: (text) => new AwsError('AccessDenied', text, 403),
    unknownRegion: () =>
      new AwsError('SignatureDoesNotMatch', 'Credential should be scoped to a valid region.', 403),
    unknownAction: noSuchOperation,
    unknownVersion: noSuchOperation,
  },
};

function badSignature({ kind, message, details }: SignatureFailure): AwsError {
  switch (kind) {
    case 'malformed':
      return new AwsError('IncompleteSignature', message);
    case 'unknown-key':
    case 'bad-token':
      return new AwsError(
        'InvalidClientTokenId',
        'The security token included in the request is invalid.',
        403,
      );
    case 'expired-token':
      return new AwsError('ExpiredToken', 'The security token included in the request is expired', 403);
    case 'expired-request':
      return new AwsError(
        'SignatureDoesNotMatch',
        `Signature expired: it was good until ${details.Expires}, and it is ${details.ServerTime}`,
        403,
      );
    case 'wrong-service':
    case 'wrong-region':
      return new AwsError('SignatureDoesNotMatch', message.trim(), 403);
    default:
      return new AwsError('SignatureDoesNotMatch', describeMismatch(message, details), 403);
  }
}

/** AWS: shows what it made of the request, so that the client can lay his own beside it. */
function describeMismatch(
  message: string,
  { CanonicalRequest, StringToSign }: SignatureFailure['details'],
): string {
  if (CanonicalRequest === undefined) return message;
  return [
    `${message} Check your AWS Secret Access Key and signing method. Consult the service documentation for details.`,
    `The Canonical String for this request should have been\n'${CanonicalRequest}'`,
    `The String-to-Sign should have been\n'${StringToSign}'\n`,
  ].join('\n\n');
}

function noSuchOperation(action: string, version: string): AwsError {
  const message = `Could not find operation ${quotable(action)} for version ${quotable(version)}`;
  return new AwsError('InvalidAction', message);
}

/** AWS: `Targets.member.1.Id` is `targets.1.member.id` in this one message. */
function constraintPath(path: string): string {
  const names = path.split('.').map((name) => name.charAt(0).toLowerCase() + name.slice(1));
  return names.join('.').replace(/\bmember\.(\d+)/g, '$1.member');
}
