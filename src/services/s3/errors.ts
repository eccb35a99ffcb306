// What S3 refuses, in S3's own codes and words. Details become elements of the error beside Code and Message.

import { AwsError } from '../../aws/aws-error.ts';

export class S3Error extends AwsError {
  readonly details: Record<string, string>;
  readonly headers: Record<string, string>;

  constructor(
    code: string,
    message: string,
    status = 400,
    {
      details = {},
      headers = {},
    }: { details?: Record<string, string>; headers?: Record<string, string> } = {},
  ) {
    super(code, message, status);
    this.name = 'S3Error';
    this.details = details;
    this.headers = headers;
  }
}

export const accessDenied = (message = 'Access Denied') => new S3Error('AccessDenied', message, 403);

export const noSuchBucket = (bucketName: string) =>
  new S3Error('NoSuchBucket', 'The specified bucket does not exist', 404, {
    details: { BucketName: bucketName },
  });

export const noSuchKey = (key: string, headers: Record<string, string> = {}) =>
  new S3Error('NoSuchKey', 'The specified key does not exist.', 404, { details: { Key: key }, headers });

export const noSuchVersion = (key: string, versionId: string) =>
  new S3Error('NoSuchVersion', 'The specified version does not exist.', 404, {
    details: { Key: key, VersionId: versionId },
  });

export const noSuchUpload = (uploadId: string) =>
  new S3Error(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { details: { UploadId: uploadId } },
  );

export const invalidArgument = (message: string, name?: string, value?: string) =>
  new S3Error('InvalidArgument', message, 400, {
    details: name === undefined ? {} : { ArgumentName: name, ArgumentValue: value ?? '' },
  });

export const invalidRequest = (message: string) => new S3Error('InvalidRequest', message);

export const malformedXml = () =>
  new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export const invalidUri = () => new S3Error('InvalidURI', "Couldn't parse the specified URI.");

export const preconditionFailed = (condition: string) =>
  new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    details: { Condition: condition },
  });

/** AWS: so it says of a header that asks for more than it can do; we name what we lack. */
export const notImplemented = (what: string) =>
  new S3Error(
    'NotImplemented',
    `A header or a parameter you provided implies functionality that is not implemented: ${what}`,
    501,
  );

export const methodNotAllowed = (method: string, headers: Record<string, string> = {}) =>
  new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
    details: { Method: method },
    headers,
  });

export const badDigest = (message = 'The Content-MD5 you specified did not match what we received.') =>
  new S3Error('BadDigest', message);

export const incompleteBody = () =>
  new S3Error(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );

export const entityTooLarge = (maxSize: number) =>
  new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
    details: { MaxSizeAllowed: String(maxSize) },
  });

/** The answer to a browser's preflight: no bucket here has rules for other pages. */
export const corsNotEnabled = () =>
  new S3Error('AccessForbidden', 'CORSResponse: CORS is not enabled for this bucket.', 403);
