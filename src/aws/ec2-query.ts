// EC2's protocol: bare lists (`SubnetId.1=…`), answers without a Result wrapper, errors in `<Response><Errors>`.

import { AwsError } from './aws-error.ts';
import { quotable } from './form.ts';
import { type FormDialect, readInput } from './form-input.ts';
import { type Protocol, xmlDeclaration } from './protocol.ts';
import type { SignatureFailure } from './signed-request.ts';
import { escapeXml, renderXml } from './xml.ts';

const dialect: FormDialect = {
  listsAreBare: true,
  unknownParameter: (path) => new AwsError('UnknownParameter', `The parameter ${path} is not recognized`),
  missingParameter: (path) =>
    new AwsError('MissingParameter', `The request must contain the parameter ${path}`),
  invalidValue: (path, value, because) =>
    new AwsError('InvalidParameterValue', `Invalid value '${quotable(value)}' for ${path}. ${because}`),
};

export const ec2Query: Protocol = {
  readInput: (shape, form) => readInput(shape, form, dialect),

  renderOutput({ action, xmlNamespace, requestId }, shape, output) {
    // AWS: where the model has no answer, as for DeleteVpc, the wire has `<return>true</return>`.
    const content = shape ? renderXml(shape, output) : '<return>true</return>';
    return `${xmlDeclaration}<${action}Response xmlns="${xmlNamespace}"><requestId>${requestId}</requestId>${content}</${action}Response>`;
  },

  // AWS: no namespace, and `RequestID` where an answer has `requestId`.
  renderError: (error, requestId) =>
    `${xmlDeclaration}<Response><Errors><Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,

  internalErrorCode: 'InternalError',

  refusals: {
    unsigned: invalidCredentials,
    badSignature,
    notAuthorized: (text, encoded) =>
      new AwsError(
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. ${text}. Encoded authorization failure message: ${encoded}`,
        403,
      ),
    unknownRegion: () => new AwsError('AuthFailure', 'Credential should be scoped to a valid region.', 401),
    unknownAction: (action) =>
      new AwsError('InvalidAction', `The action ${quotable(action)} is not valid for this web service.`),
    unknownVersion: (_action, version) =>
      new AwsError(
        'NoSuchVersion',
        `The requested version (${quotable(version)}) of service AmazonEC2 does not exist`,
      ),
  },
};

/** AWS: nearly everything is the one AuthFailure; what is too old or too new has a code of its own. */
function badSignature({ kind, message }: SignatureFailure): AwsError {
  switch (kind) {
    case 'malformed':
      return new AwsError('IncompleteSignature', message);
    case 'skewed':
    case 'expired-request':
    case 'expired-token':
      return new AwsError('RequestExpired', 'Request has expired.');
    case 'wrong-region':
    case 'wrong-service':
      return new AwsError('AuthFailure', message.trim(), 401);
    default:
      return invalidCredentials();
  }
}

function invalidCredentials(): AwsError {
  return new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
}
